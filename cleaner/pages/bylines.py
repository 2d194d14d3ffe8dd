"""Who signs a story in a page's markup: links, microdata, addresses of authors, what calls itself a byline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile

from lxml.etree import XPath
from lxml.html import HtmlElement

from cleaner.pages.dates import OTHERS, SHOWN
from cleaner.pages.index import Index, stands_in
from cleaner.pages.model import AROUND, Page
from cleaner.pages.parse import named_by, words_of
from cleaner.people import labelled
from cleaner.text import host_of

MOST = 20
"""How many elements that name authors are read."""

NEAR = 4
"""Elements that share one of so many around them stand together."""

LONGEST = 200
"""The longest byline, in code points."""

FEW = 4
"""A label that stands alone has fewer words."""

BELOW = 25
"""How many lines below a story's heading are looked through for a byline."""

WIDEST = 90
"""A line that is longer, in code points, speaks of somebody rather than naming who wrote."""

Reader = Callable[[Iterable[str]], list[str]]
"""Reads names out of bylines."""

_ITEM_NAME = XPath(".//*[@itemprop='name']")
_AFTER = XPath("following::a")
_TAGS = frozenset({"a", "span", "div", "p", "address", "li", "strong", "em", "cite", "dd", "h3", "h4", "h5", "h6"})
_NAMED = ("author", "byline", "autor", "writer")
_INLINE = frozenset({"a", "span", "strong", "b", "em", "i", "cite", "small", "u", "font"})

_AUTHOR = re.compile(
    r"/(?:[\w-]*-)?(?:authors?|aut(?:h)?or(?:en|es|i|e)?|auteurs?|profiles?|profil|team|staff|contributors?|journalists?|"
    r"redaktion|editors?|experts?|users?|u|people|by|writers?|columnists?)/[^/?#]*\w[^/?#]*/?(?:[?#]|$)",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?lines?|(?:article-?)?authors?|autor(?:es)?|writer)(?:-?names?|-?list|-?box|-?text)?(?:$|[\s_-])"
)
_HELPS = re.compile(
    r"\b(?:(?:fact|medical|expert|peer|clinical)\w*[\s-]*(?:check|review)|reviewed|checked|edited|editor|photo|illustrat|translat|"
    r"geprüft|redigiert|bearbeitet|übersetz|foto|révis|relu|revisado|editado|traduc)\w*(?:\s\w{2,4})?\s?:?\s?$",
    re.IGNORECASE,
)
"""What stands before the name of somebody who did something to a story but write it."""

_ON = re.compile(r"\s(?:on|am|le|el)\s*$", re.IGNORECASE)
"""What leads from a name to a date."""

_OTHERS = re.compile(r"comment|related|teaser|card|promo|recommend|widget|sidebar|avatar|bio|carousel|slider|popular")


def by_rel(tree: HtmlElement) -> list[str]:
    """Authors that links name: of several groups of them the first, since the others belong to teasers."""
    return _group([link for link in tree.iter("a") if "author" in (link.get("rel") or "") and not _outside(link)])


def by_item(index: Index) -> list[str]:
    """Authors that microdata names: the `name` in an `author`, else all of it."""
    found = [element for element in index.items if element.get("itemprop") in ("author", "creator")]
    return _group([next(iter(_ITEM_NAME(element)), element) for element in found])


def by_address(tree: HtmlElement, url: str | None, people: Reader) -> list[str]:
    """Names in links to the site's pages of authors behind the story's heading, outside of comments and teasers."""
    host = host_of(url)
    links = [
        link
        for link in tree.iter("a")
        if _AUTHOR.search(link.get("href") or "") and _is_own(link, host) and not _outside(link)
    ]
    if not links:
        return []
    heading = next(tree.iter("h1"), None)
    behind = set(_AFTER(heading)) if heading is not None else set(links)
    links = [link for link in links if link in behind and not _elsewhere(link) and not _in_prose(link)][:MOST]
    named = (at for at, link in enumerate(links) if people([_parts(link)]))
    return people(_group(links[next(named, len(links)) :]))


def by_class(index: Index, people: Reader) -> list[str]:
    """Names in the first element that calls itself a byline and has some, outside of comments and teasers."""
    for element in islice(_bylines(index), MOST):
        words = _parts(element)
        if 3 < len(words) < LONGEST and not _elsewhere(element):
            found = [name for name in people([words]) if " " in name]
            if found:
                return found
    return []


def shown(page: Page, people: Reader) -> list[str]:
    """Names behind a label ("By", "Written by:") in a short line where a story begins, which is none of the story's.

    A label may stand in a line of its own above the name. First names alone, and who only looked it over, are none.
    """
    heading, first = page.top() or (0, 0)
    reach = range(heading, min(heading + BELOW, first + AROUND, len(page.lines)))
    lines = [page.words(page.lines[at]) for at in reach if not (page.body[at] or page.lines[at].signs & OTHERS)]
    for words, below in zip(lines, [*lines[1:], ""], strict=False):
        named = _signed(words) or (_signed(f"{words.rstrip(' :')}: {below}") if len(words.split()) < FEW else None)
        found = [name for name in people([named]) if " " in name] if named else []
        if found:
            return found
    return []


def _signed(words: str) -> str | None:
    """What stands behind the label of a byline, without the date that may follow."""
    byline = labelled(words) if len(words) <= WIDEST and not words.endswith((".", "!", "?")) else None
    if byline is None or _HELPS.search(byline[0]):
        return None
    return _ON.sub("", SHOWN.sub("|", byline[1], count=1).partition("|")[0]).strip()


def _bylines(index: Index) -> Iterator[HtmlElement]:
    for element in index.called(_NAMED, _TAGS):
        if _BYLINE.search(named_by(element, "class").lower()) and not _outside(element):
            yield element


def _outside(element: HtmlElement) -> bool:
    return next(element.iterancestors("nav"), None) is not None or stands_in(element, "aside", "footer")


def _elsewhere(element: HtmlElement) -> bool:
    return any(
        _OTHERS.search((around.get("class") or "").lower())
        for around in element.iterancestors()
        if around.tag not in ("body", "html")
    )


def _is_own(link: HtmlElement, host: str) -> bool:
    there = host_of(link.get("href").strip())
    return not there or there == host


def _in_prose(link: HtmlElement) -> bool:
    box = next((around for around in link.iterancestors() if around.tag not in _INLINE), link)
    return len(words_of(box)) > LONGEST


def _group(elements: Sequence[HtmlElement]) -> list[str]:
    """The words of the first element, and of those that stand near it, without who only looked it over."""
    found = [one for one in elements[:MOST] if words_of(one)]
    near = set(islice(found[0].iterancestors(), NEAR)) if found else set()
    together = [one for one in found if near.intersection(islice(one.iterancestors(), NEAR))]
    return [_parts(one) for one in together if not _HELPS.search(_before(one))]


def _parts(element: HtmlElement) -> str:
    """The words of an element, with a bar where one part of it ends; without who only looked it over."""
    parts = [part for words in element.itertext() if (part := " ".join(words.split()))]
    return " | ".join(takewhile(lambda part: not _HELPS.search(part), parts))


def _before(element: HtmlElement) -> str:
    """The last words before an element."""
    while True:
        previous, around = element.getprevious(), element.getparent()
        if previous is not None:
            said = [(previous.tail or ""), *reversed(list(previous.itertext()))]
            element = previous
        elif around is not None:
            said, element = [around.text or ""], around
        else:
            return ""
        words = next(filter(None, map(str.strip, said)), "")
        if words:
            return words
