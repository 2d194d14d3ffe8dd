"""What the markup calls a byline, a date, a tag, a caption or a credit: a witness beside words and repetition.

Never sure, and never for prose: a class says what a template was made for, not what an editor put there. Near the
story its marks carry the names and tags that metadata is read from.
"""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.data import Document, Kind, Span, Value
from cleaner.pages.model import Line, Page, Sign

DETECTOR = "markup"

LONGEST = 200
"""The longest line, in code points, that the markup alone may name."""

LABEL = 24
"""The longest word for what a credit is of, with its colon, in code points."""

LINKED = 0.5
"""A line of tags is links by at least this share."""

S = Sign

ELSEWHERE = S.RELATED | S.COMMENTS | S.NAV | S.TEASER | S.AD | S.PROMO | S.ASIDE | S.FOOTER
"""Signs of boxes whose names and dates are those of other articles."""

_CALLED: tuple[tuple[int, Kind, str], ...] = (
    (S.CREDIT, "credit", "credit"),
    (S.CAPTION, "caption", ""),
    (S.BYLINE, "byline", "author"),
    (S.DATE, "date", ""),  # what elements say of dates is read off the tree, in a form that machines write
    (S.TAGS, "tags", "tags"),
)


def markup(document: Document) -> Iterator[Span]:
    """Marks lines by what their own element is called; nothing in a text that is no page."""
    page = document.page
    if page is None:
        return
    low, high = page.near()
    for line in page.lines:
        for part in line.inlines:
            if part.signs & S.CREDIT and part.start < part.end <= part.start + LONGEST:
                label = page.text.find(":", part.start, min(part.end, part.start + LABEL)) + 1
                value = ("credit", label or part.start, part.end)
                yield Span(part.start, part.end, "credit", "markup.credit", DETECTOR, sure=False, values=(value,))
        called = _called(line)
        if called is None or line.size > LONGEST:
            continue
        kind, name = called
        own = low <= line.start < high and not line.box.above & ELSEWHERE
        values: tuple[Value, ...] = tuple(_values(page, line, kind, name)) if own and name else ()
        yield Span(line.start, line.end, kind, f"markup.{kind}", DETECTOR, sure=False, values=values)


def _called(line: Line) -> tuple[Kind, str] | None:
    for sign, kind, name in _CALLED:
        if line.own & sign and (kind != "tags" or line.linked >= LINKED * line.size):
            return kind, name
    return None


def _values(page: Page, line: Line, kind: Kind, name: str) -> Iterator[Value]:
    """The parts of a line that say who, when or what: elements in it that are called so, else all of it."""
    sign = next(sign for sign, called, _ in _CALLED if called == kind)
    parts = [
        inline
        for inline in line.inlines
        if inline.start < inline.end and (inline.signs & sign or (inline.tag == "a" and kind in ("tags", "byline")))
    ]
    if not parts:
        yield name, line.start, line.end
    for part in parts:
        yield name, part.start, part.end
