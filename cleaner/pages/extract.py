"""Trafilatura's choice of the body, as shares of our own lines.

One tree serves both: trafilatura copies what it is handed. Its fallbacks are asked where its own choice is scant, its
comments, metadata and language detection stay off.
"""

from __future__ import annotations

import logging
from copy import copy
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from cleaner.pages.align import Compact, find, shares
from cleaner.pages.model import Page

CACHES = 1_000
"""How many pages trafilatura's and justext's caches may grow over."""

UNREAD = (
    "area", "aside", "audio", "button", "canvas", "datalist", "dialog", "embed", "footer", "iframe", "img", "input",
    "label", "legend", "link", "menu", "meta", "nav", "noscript", "object", "option", "picture", "select", "source",
    "textarea", "time", "track", "video",
)  # fmt: skip
"""Elements of which trafilatura's own choice takes nothing: two fifths of a page, which it would copy and search."""

_pages = count(1)


class Choice(NamedTuple):
    """An extractor's choice: the share of each line it took, and the share of its own text that was found."""

    shares: list[float]
    found: float


def lighten(tree: HtmlElement) -> None:
    """Takes out of a tree what no extractor reads, since trafilatura copies it some four times.

    Scripts with linked data stay: its last resort looks into them.
    """
    etree.strip_elements(tree, "style", "svg", with_tail=False)
    for script in list(tree.iter("script")):
        if "ld+json" not in (script.get("type") or ""):
            script.drop_tree()


def pieces_of(tree: HtmlElement, *, fast: bool = False, recall: bool = False) -> list[str]:
    """The body that trafilatura takes from a tree, as the pieces of text in it, in order.

    With `fast` it asks no other extractor, which takes a third of its time, and sees only what its own choice reads;
    with `recall` it takes what is unsure too.
    """
    import trafilatura

    # It warns of every page it finds nothing on; here that is a result like any other.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if next(_pages) % CACHES == 0:
        forget()
    if fast:
        tree = copy(tree)
        etree.strip_elements(tree, *UNREAD, with_tail=False)
    found = trafilatura.bare_extraction(tree, options=_options(fast=fast, recall=recall))
    if found is None or isinstance(found, dict) or found.body is None:
        return []
    pieces = []
    for element in found.body.iter():
        if element.text:
            pieces.append(element.text)
        if element.tail:
            pieces.append(element.tail)
    return pieces


@lru_cache
def _options(*, fast: bool, recall: bool) -> Any:
    """What trafilatura is asked for; it reads a file of settings for each new one."""
    from trafilatura.settings import Extractor

    return Extractor(fast=fast, recall=recall, comments=False, output_format="txt", with_metadata=False)


def choice(page: Page, pieces: list[str]) -> Choice:
    """Pieces found again in the lines of a page."""
    compact = Compact([page.words(line) for line in page.lines])
    found = find(compact, pieces)
    total = sum(len("".join(piece.split())) for piece in pieces)
    return Choice(shares(compact, found), sum(end - start for start, end in found) / max(1, total))


def forget() -> None:
    """Empties the caches of trafilatura and of what it uses."""
    from trafilatura.meta import reset_caches

    reset_caches()
