"""What a page's head and data say of the article: witnesses of where it begins and how long it is."""

from __future__ import annotations

import json
from html import unescape
from typing import Any, NamedTuple

from lxml.html import HtmlElement

TITLES = frozenset({"og:title", "twitter:title", "dc.title", "dcterms.title", "headline"})
SUMMARIES = frozenset({"og:description", "twitter:description", "description", "dc.description", "dcterms.abstract"})

DEEP, MANY = 6, 200
"""How deep and how wide linked data is looked into."""


class Head(NamedTuple):
    """Titles and summaries of a page, and the article's text where the page's data (JSON-LD) holds it."""

    titles: list[str]
    summaries: list[str]
    article: str | None


def read_head(tree: HtmlElement) -> Head:
    """What the head and the linked data of a page say."""
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
    articles = [
        article
        for script in tree.iter("script")
        if "ld+json" in (script.get("type") or "") and script.text and '"articleBody"' in script.text
        for article in _articles(_loaded(script.text), 0)
    ]
    return Head(titles, summaries, max(articles, key=len, default=None))


def letters(text: str) -> int:
    """Length of a text without its white space, in code points."""
    return len("".join(text.split()))


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _articles(node: Any, depth: int) -> list[str]:
    if depth > DEEP:
        return []
    if isinstance(node, list):
        return [article for part in node[:MANY] for article in _articles(part, depth + 1)]
    if not isinstance(node, dict):
        return []
    found = [article for part in list(node.values())[:MANY] for article in _articles(part, depth + 1)]
    own = node.get("articleBody")
    if isinstance(own, str):
        found.append(_plain(own))
    return found


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
