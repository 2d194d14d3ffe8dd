"""What a page's head and data say of the article: witnesses of where it begins and how long it is."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from typing import NamedTuple

from lxml.html import HtmlElement

from cleaner.pages.linked import Item

TITLES = frozenset({"og:title", "twitter:title", "dc.title", "dcterms.title", "headline"})
SUMMARIES = frozenset({"og:description", "twitter:description", "description", "dc.description", "dcterms.abstract"})


class Head(NamedTuple):
    """Titles and summaries of a page, and the article's text where the page's data (JSON-LD) holds it."""

    titles: list[str]
    summaries: list[str]
    article: str | None


def read_head(tree: HtmlElement, items: Iterable[Item]) -> Head:
    """What the head of a page and the items of its linked data say."""
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
    articles = [_plain(body) for item in items if isinstance(body := item.get("articleBody"), str)]
    return Head(titles, summaries, max(articles, key=len, default=None))


def letters(text: str) -> int:
    """Length of a text without its white space, in code points."""
    return len("".join(text.split()))


def _plain(text: str) -> str:
    """Text without markup, which some sites leave in their data, escaped or not."""
    text = unescape(text)
    if "<" not in text or ">" not in text:
        return text
    from lxml.html import fragment_fromstring

    try:
        element = fragment_fromstring(text, create_parent="div")
    except Exception:
        return text
    return "\n".join(element.itertext())
