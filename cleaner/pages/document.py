"""HTML to a Document that carries its page: parsed once, read once, the extractor's choice beside it."""

from __future__ import annotations

from dataclasses import replace

from cleaner.data import Document
from cleaner.errors import PageError
from cleaner.pages.align import Compact, find
from cleaner.pages.extract import Choice, choice, lighten, pieces_of
from cleaner.pages.head import Head, letters, read_head
from cleaner.pages.judge import judge
from cleaner.pages.lines import read_page, with_text
from cleaner.pages.linked import items_of
from cleaner.pages.model import Page
from cleaner.pages.parse import DEPTH, DEPTH_HUGE, parse
from cleaner.pages.prune import prune

FOUND = 0.9
"""Where less than this share of the extractor's text is found among the visible lines, it took hidden ones."""

LITTLE, MUCH = 200, 1_000
"""A body shorter than this, in code points, on a page with more text than that, is looked for again.

A body shorter than the latter is not believed before all of trafilatura's extractors were asked.
"""

TOLD, PART = 500, 0.6
"""An article that the page's data tells in at least so many letters is a witness: less than this part of it is too
little."""


def document_of(
    html: str | bytes, url: str | None = None, site: str | None = None, encoding: str | None = None
) -> Document:
    """A page as a document. Raises PageError for what cannot be read as one."""
    page = page_of(html, encoding)
    page.items = items_of(page.tree)
    said = read_head(page.tree, page.items)
    page.titles, page.summaries = said.titles, said.summaries
    lighten(page.tree)
    page, broken = _chosen(page)
    if not broken and _size(page) < LITTLE and len(page.text) > MUCH:
        page = _second_look(page)
    if said.article is not None and _size(page) < PART * letters(said.article) >= PART * TOLD:
        page = _as_told(page, said.article)
    page.doubt = broken or _doubt(page, said)
    return Document(page.text, url, site, page=page)


def _chosen(page: Page) -> tuple[Page, str | None]:
    """The page by trafilatura's own choice, or with its fallbacks where that is scant or short; what it broke on."""
    try:
        quick = _judged(replace(page), pieces_of(page.tree, fast=True))
        if not quick.scant and _size(quick) >= MUCH:
            return quick, None
        pieces, broken = pieces_of(page.tree), None
    except Exception as error:  # whatever it stumbled over, the page's own structure is still there to go by
        pieces, broken = [], f"trafilatura broke on the page ({type(error).__name__}); its structure alone was judged"
    return _judged(page, pieces), broken


def _judged(page: Page, pieces: list[str]) -> Page:
    chosen = choice(page, pieces)
    if chosen.found < FOUND:
        page, chosen = _revealed(page, chosen.found, pieces)
    page.shares, page.kinds = chosen.shares, {}
    prune(judge(page))
    return page


def _size(page: Page) -> int:
    """Letters in the story."""
    return sum(letters(page.words(line)) for line, kept in zip(page.lines, page.body, strict=True) if kept)


def _second_look(page: Page) -> Page:
    """The page by trafilatura's recall mode, if that finds more."""
    again = _judged(replace(page), pieces_of(page.tree, recall=True))
    return again if _size(again) > 2 * _size(page) else page


def _as_told(page: Page, article: str) -> Page:
    """The page with what its data tells of the article: found among its lines or, if none of it is, behind them.

    Where the page shows a part of it, as before a paywall, that part is the page's text.
    """
    pieces = article.splitlines()
    told = choice(page, pieces)
    if told.found < 1 - PART and _size(page) < LITTLE:
        return _judged(with_text(page, pieces), pieces)
    if told.found >= PART:
        page.shares = [max(pair) for pair in zip(page.shares, told.shares, strict=True)]
        page.kinds = {}
        prune(judge(page))
    return page


def _doubt(page: Page, said: Head) -> str | None:
    """What speaks against the body that was found, for the reason in the sidecar."""
    size = _size(page)
    if said.article is not None and size < PART * letters(said.article) >= PART * TOLD:
        return "the page's data tells much more of the article than was found on it"
    linked = sum(line.linked for line in page.lines)
    if size < LITTLE and linked > 0.5 * len(page.text) > 0.5 * MUCH:
        return "the page looks like an index: most of its text is links"
    return None


def page_of(html: str | bytes, encoding: str | None = None) -> Page:
    """The page of some HTML: parsed with libxml2's usual limits, and with higher ones where it hits those."""
    for huge in (False, True):
        parsed = parse(html, encoding, huge=huge)
        page = read_page(parsed.tree)
        if page.depth < (DEPTH_HUGE if huge else DEPTH) - 2:
            break
    else:
        raise PageError(f"the page nests its elements more than {DEPTH_HUGE:,} deep; leave it out")
    if not page.lines:
        page = read_page(parsed.tree, hidden=True)
    page.encoding, page.bom = parsed.encoding, parsed.bom
    return page


def _revealed(page: Page, found: float, pieces: list[str]) -> tuple[Page, Choice]:
    """The page with its hidden text, or with the text that only its data holds, if that is where the body is."""
    more = read_page(page.tree, hidden=True)
    more = replace(page, text=more.text, lines=more.lines, boxes=more.boxes)
    chosen = choice(more, pieces)
    if chosen.found > found + 0.02:
        page, found = more, chosen.found
    if found < FOUND:
        compact = Compact([page.words(line) for line in page.lines])
        page = with_text(page, [piece for piece in pieces if not _holds(compact, piece)])
    return page, choice(page, pieces)


def _holds(page: Compact, piece: str) -> bool:
    return 2 * sum(end - start for start, end in find(page, [piece])) >= letters(piece)
