"""Linked data of a page (JSON-LD): parsed kindly, since pages are careless, and read by what its items are."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from lxml.html import HtmlElement

LARGEST = 1_000_000
"""The largest script that is parsed, in code points, and how many of all together."""

MOST = 2_000
"""How many items of a page are looked at."""

DEEPEST = 20

ARTICLE = re.compile(r"article|posting$|^report$|reportage|^review$|recipe|liveblog|interview|^opinion", re.IGNORECASE)
PAGE = re.compile(r"webpage$|itempage$", re.IGNORECASE)

_WRAPPED = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$")
_TRAILING = re.compile(r",(?=\s*[}\]])")

Item = dict[str, Any]


def items_of(tree: HtmlElement) -> list[Item]:
    """All items of all scripts, nested ones after those that hold them; what cannot be parsed is left out."""
    found: list[Item] = []
    left = LARGEST
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        words = script.text or ""
        left -= len(words)
        if left < 0:
            break
        found += _items(_parsed(words))
        if len(found) >= MOST:
            break
    found = found[:MOST]
    _named(found)
    return found


def _parsed(words: str) -> Any:
    bare = _WRAPPED.sub("", words).strip().rstrip(";")
    for attempt in (bare, _TRAILING.sub("", bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _items(value: Any, depth: int = 0) -> Iterator[Item]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            if isinstance(part, (dict, list)):
                yield from _items(part, depth + 1)


def types_of(item: Item) -> list[str]:
    """What an item says it is."""
    named = item.get("@type")
    return [name for name in (named if isinstance(named, list) else [named]) if isinstance(name, str)]


def articles(items: Sequence[Item], addresses: Collection[str] = ()) -> list[Item]:
    """Items that are articles: first at one of the page's addresses, then the fullest; pages if there are none."""
    for wanted in (ARTICLE, PAGE):
        found = [item for item in items if any(wanted.search(name) for name in types_of(item))]
        if found:
            # A teaser names its headline; the article itself has an author, a date and a body.
            known = ("headline", "author", "datePublished", "articleBody", "keywords", "mainEntityOfPage")
            own = {path for address in addresses if (path := _path(address))}
            return sorted(
                found,
                key=lambda item: (
                    not own.intersection(_paths(item)),
                    "LiveBlogPosting" not in types_of(item),  # its posts have the same address
                    -sum(bool(item.get(name)) for name in known),
                ),
            )
    return []


def _paths(item: Item) -> set[str]:
    page = item.get("mainEntityOfPage")
    given = (item.get("url"), item.get("@id"), page.get("@id") if isinstance(page, dict) else page)
    return {_path(address) for address in given if isinstance(address, str)}


def _path(address: str) -> str:
    """An address without what is written in several ways: scheme, host, query, mark, and slash at its end."""
    return address.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0].strip("/")


def _named(items: list[Item]) -> None:
    """Gives references (`@id` and nothing else) the name of what they refer to."""
    known = {item["@id"]: item["name"] for item in items if isinstance(item.get("@id"), str) and item.get("name")}
    for item in items:
        if isinstance(item.get("@id"), str) and "name" not in item and "headline" not in item and item["@id"] in known:
            item["name"] = known[item["@id"]]


def names(value: Any, depth: int = 0) -> list[str]:
    """Words in a value that may be a string, an item with a name, or a list of either."""
    if isinstance(value, str):
        return [value]
    if depth > DEEPEST:
        return []
    if isinstance(value, dict):
        return names(value.get("name") or value.get("headline"), depth + 1)
    if isinstance(value, list):
        return [name for part in value for name in names(part, depth + 1)]
    return []
