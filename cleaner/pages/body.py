"""The detector of pages: what is left out of the body, named by what the markup calls it."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.data import Document, Kind, Span
from cleaner.pages.model import Line, Sign

DETECTOR = "page"

S = Sign
_KINDS: tuple[tuple[int, Kind], ...] = (
    (S.AD, "ad"),
    (S.COMMENTS | S.SOCIAL, "social"),
    (S.NAV, "nav"),
    (S.APPEAL, "appeal"),
    (S.PROMO, "promo"),
    (S.BIO, "bio"),
    (S.CAPTION, "caption"),
    (S.RELATED | S.BOX, "related"),
    (S.NOTICE, "notice"),
    (S.TAGS, "tags"),
)


def body(document: Document) -> Iterator[Span]:
    """Marks all lines of a page that are not its body; nothing in a text that is no page."""
    page = document.page
    if page is None:
        return
    start = end = -1
    last: Kind | None = None
    for at, (line, kept) in enumerate(zip(page.lines, page.body, strict=True)):
        kind = None if kept else page.kinds.get(at) or kind_of(line)
        if kind != last:
            if last is not None:
                yield Span(start, end, last, f"page.{last}", DETECTOR)
            start, last = line.start, kind
        end = line.end
    if last is not None:
        yield Span(start, end, last, f"page.{last}", DETECTOR)


def kind_of(line: Line) -> Kind:
    """What a line that is not story is called, by its own signs first, then by those around it."""
    for signs in (line.own, line.box.above):
        for sign, kind in _KINDS:
            if signs & sign:
                return kind
    return "nav"
