"""The title of a story: what its page's data, its headings and its head call it, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from html import unescape

from lxml.html import HtmlElement

from cleaner.pages.linked import Item, names, types_of
from cleaner.text import host_of

SHORT = 12
"""A heading that is shorter than this, in code points, is no title if nothing else says so."""

FEW = 3
"""A heading of so many words is rather the name of a section than a title, if nothing else says so."""

CUT = 40
"""A headline in data that is longer than this, in code points, may be cut off."""

ARTICLES = 4
"""A subject that stands before a title is longer than an article ("The") and the blank behind it."""

_NEWS = re.compile(r"news|report", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[|–—·»•:-]{1,2}\s+")
_WORDS = re.compile(r"\W+")
_MARKED = re.compile("[<&\u00ad]")
_TAG = re.compile(r"</?\w[^<>]*>")
_APART = frozenset({"br", "div", "p", "small", "h2", "h3", "li"})


def folded(words: str) -> str:
    """Letters and digits alone, in small letters: the same for names that are written in several ways."""
    return _WORDS.sub("", words.lower())


def plain(words: str) -> str:
    """Words alone, in small letters."""
    return _WORDS.sub(" ", words.lower()).strip()


def bare(title: str | None, site_name: str | None, url: str | None) -> str | None:
    """A title without the name of its site, which stands at an end, behind a bar or a dash."""
    if not title:
        return None
    known = {folded(site_name or ""), *host_words(url)} - {""}
    parts = _SEPARATOR.split(title)
    marks = _SEPARATOR.findall(title)
    while len(parts) > 1 and _names_site(parts[-1], known):
        parts.pop()
        marks.pop()
    while len(parts) > 1 and _names_site(parts[0], known):
        parts.pop(0)
        marks.pop(0)
    return "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True)).strip()


def host_words(url: str | None) -> list[str]:
    """A page's host as one word, and the part of it that names the site."""
    host = host_of(url).removeprefix("www.")
    return [host.replace(".", ""), host.rpartition(".")[0].rpartition(".")[2].replace("-", "")]


def _names_site(part: str, known: Collection[str]) -> bool:
    name = folded(part)
    return any(name == site or (len(site) > 3 and site in name and len(name) < 2 * len(site) + 6) for site in known)


def headings_of(tree: HtmlElement, sites: Collection[str]) -> list[str]:
    """Headings of the first level, each once, without those that name the site."""
    found = [_shown(heading) for heading in tree.iter("h1")]
    return [words for words in dict.fromkeys(found) if words and folded(words) not in sites]


def _shown(heading: HtmlElement) -> str:
    """The words of a heading, parted where its elements part them, without marks of where words may break."""
    words = ""
    for piece, apart in _pieces(heading):
        if apart or (words[-1:].islower() and piece[:1].isupper()):
            words += " "
        words += piece
    return " ".join(words.replace("\u00ad", "").split())


def _pieces(element: HtmlElement) -> Iterator[tuple[str, bool]]:
    """Pieces of text, each with whether it stands apart from the one before."""
    yield element.text or "", element.tag in _APART
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
        yield child.tail or "", child.tag in _APART


def untagged(words: str) -> str:
    """Words without tags and references, which some pages leave in their data."""
    return unescape(unescape(_TAG.sub("", words))).replace("\u00ad", "") if _MARKED.search(words) else words


def headline(item: Item | None, headings: Sequence[str], site_name: str | None, url: str | None) -> str | None:
    """The headline in an article's data; the heading that opens with the same words if the data cut it off."""
    for words in names((item or {}).get("headline")):
        title = bare(" ".join(untagged(words).split()), site_name, url)
        if title:
            whole = [shown for shown in headings if len(title) > CUT and plain(shown).startswith(plain(title)[:CUT])]
            return max([title, *whole], key=len)
    return None


def is_news(item: Item) -> bool:
    """Whether an article is a newsroom's; in other articles' data stands what search engines shall show."""
    return any(_NEWS.search(name) for name in types_of(item))


def heading(headings: Sequence[str], said: Sequence[str]) -> str | None:
    """The heading of the first level that says what the page's head or data say, by most of their words.

    One that says something else is the name of a section or of a box, but for a single long one. A heading may open
    with a word on its subject, which is no part of the title.
    """
    if not said:
        return headings[0] if len(headings) == 1 and len(headings[0]) >= SHORT else None
    for shown in headings:
        words = set(plain(shown).split())
        near = [title for title in said if 2 * len(words.intersection(plain(title).split())) >= _size(title) > 0]
        if near:
            behind = next((title for title in near if plain(shown).endswith(plain(title))), None)
            led = behind and len(plain(shown)) - len(plain(behind)) > ARTICLES
            return behind if led else shown
    return headings[0] if len(headings) == 1 and len(plain(headings[0]).split()) > FEW else None


def _size(title: str) -> int:
    return len(set(plain(title).split()))
