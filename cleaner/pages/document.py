"""HTML to a Document that carries its page: parsed once, read once, the extractor's choice beside it."""

from __future__ import annotations

from lxml.html import HtmlElement

from cleaner.data import Document
from cleaner.errors import PageError
from cleaner.pages.extract import Choice, choice, pieces_of
from cleaner.pages.judge import judge
from cleaner.pages.lines import read_page, with_text
from cleaner.pages.model import Page
from cleaner.pages.parse import DEPTH, DEPTH_HUGE, parse
from cleaner.pages.prune import prune

FOUND = 0.9
"""Where less than this share of the extractor's text is found among the visible lines, it took hidden ones."""

TITLES = frozenset({"og:title", "twitter:title", "dc.title", "dcterms.title", "headline"})
SUMMARIES = frozenset({"og:description", "twitter:description", "description", "dc.description", "dcterms.abstract"})


def document_of(
    html: str | bytes, url: str | None = None, site: str | None = None, encoding: str | None = None
) -> Document:
    """A page as a document. Raises PageError for what cannot be read as one."""
    page = page_of(html, encoding)
    page.url = url
    pieces = pieces_of(page.tree)
    chosen = choice(page, pieces)
    if chosen.found < FOUND:
        page, chosen = _revealed(page, chosen.found, pieces)
    page.shares = chosen.shares
    page.titles, page.summaries = _said(page.tree)
    prune(judge(page))
    return Document(page.text, url, site, page=page)


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


def _said(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """Titles and descriptions in the head of a page."""
    titles, summaries = [], []
    title = tree.find(".//title")
    if title is not None and title.text:
        titles.append(title.text)
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        content = meta.get("content")
        if content and name in TITLES:
            titles.append(content)
        elif content and name in SUMMARIES:
            summaries.append(content)
    return titles, summaries


def _revealed(page: Page, found: float, pieces: list[str]) -> tuple[Page, Choice]:
    """The page with its hidden text, or with the text that only its data holds, if that is where the body is."""
    more = read_page(page.tree, hidden=True)
    more.encoding, more.bom, more.url = page.encoding, page.bom, page.url
    chosen = choice(more, pieces)
    if chosen.found > found + 0.02:
        page, found = more, chosen.found
    if found < FOUND:
        page = with_text(page, [piece for piece in pieces if not _holds(page, piece)])
    return page, choice(page, pieces)


def _holds(page: Page, piece: str) -> bool:
    return "".join(piece.split()) in page.packed()
