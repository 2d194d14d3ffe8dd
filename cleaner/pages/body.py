"""The detector of pages: what is left out of the body, named by what the markup calls it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cleaner.data import Document, Kind, Span
from cleaner.pages.model import Line, Sign

DETECTOR = "page"

TEASER = 25
"""A link of at least this length, in code points, below the story's start is a headline, not a menu's entry."""

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
    begun = page.body.index(True) if True in page.body else len(page.lines)
    kinds = [
        None if kept else page.kinds.get(at) or kind_of(line, page.words(line), below=at > begun)
        for at, (line, kept) in enumerate(zip(page.lines, page.body, strict=True))
    ]
    at = 0
    for kind, run in groupby(kinds):
        first, last = at, at + sum(1 for _ in run) - 1
        at = last + 1
        if kind is not None:
            start, end = page.lines[first].start, page.lines[last].end
            values = (("title", start, page.lines[first].end),) if kind == "headline" else ()
            yield Span(start, end, kind, f"page.{kind}", DETECTOR, values=values)


def kind_of(line: Line, words: str, *, below: bool) -> Kind:
    """What a line that is not story is called: by its own signs, by those around it, or by its links and its place."""
    if "©" in words:
        return "notice"
    for signs in (line.own, line.box.above):
        for sign, kind in _KINDS:
            if signs & sign:
                return kind
    return "related" if below and line.size >= TEASER and 2 * line.linked >= line.size else "nav"
