"""Tags of an article: keywords in its data, links to topics in its markup, and not the site's own keywords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from cleaner.pages.linked import Item, names
from cleaner.pages.parse import named_by, words_of

Try = tuple[str, Callable[[], list[str]]]

LONGEST, MOST = 60, 30
"""A longer tag is a sentence, and a longer list is a dictionary."""

_KEYS = (
    "news_keywords", "", "article:tag", "parsely-tags", "sailthru.tags", "keywords", "dc.subject", "dcterms.subject",
    "og:tags", "vs:keywords",
)  # fmt: skip
"""Where keywords stand, in the order in which they are believed; the empty one is linked data."""

_SPLIT = re.compile(r"\s*[,;、]\s*")
_CODE = re.compile(r"[:=_<>{}]|^\W*\d+\W*$|^[0-9a-f]{8}-|\w/\w|https?:|\.\w{2,3}$|~")
_WORD = re.compile(r"\w+")
_CALLED = re.compile(
    r"(?:^|[\s_-])(?:tags?|tag-?list|topics?|keywords?|temas?|themen|thema|etiquetas?|sujets|argomenti|tagi|"
    r"schlagwort(?:e|er)?|stichwort(?:e|er)?|emner|teman|ämnen|aiheet|konular|etiket(?:ler)?|теги|тэги)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|footer|sidebar|aside|related|trend\w*|popular|cloud|most\w*|teaser|header|hot|newest|promo)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"/(?:tags?|topics?|themen?|tema|temas|thema|etiquetas?|noticias-sobre|sujets?|keyword|dossier|tagi|tag_|person|hashtag|subject|emne|konu)[/=_-]",
    re.IGNORECASE,
)


def tags_of(
    tree: HtmlElement, found: Sequence[Item], meta: dict[str, list[str]], title: str, text: str, outlets: Sequence[str]
) -> Iterator[Try]:
    """Where tags may be found, as tries in order: a source's name and a look at it."""
    lowered = text.lower()
    of_title = set(_WORD.findall(title.lower()))
    own = {outlet.lower() for outlet in outlets}

    def look(key: str) -> Callable[[], list[str]]:
        def tried() -> list[str]:
            given: list[Any] = (
                meta.get(key, []) if key else [n for item in found[:1] for n in names(item.get("keywords"))]
            )
            entries = [entry for entry in _entries(given) if entry.lower() not in own]
            return entries if _are_tags(entries, of_title, lowered) else []

        return tried

    for key in _KEYS:
        yield "meta" if key else "json-ld", look(key)
    yield (
        "rel",
        lambda: _entries([words_of(a) for a in tree.iter("a") if "tag" in (a.get("rel") or "").lower().split()]),
    )
    yield "markup", lambda: _linked(tree)


def _entries(given: Sequence[str]) -> list[str]:
    parts = [part for words in given for part in (_SPLIT.split(words) if len(given) == 1 else [words])]
    entries = (" ".join(unescape(part).split()).strip("#\"'[]., ") for part in parts)
    return list(dict.fromkeys(entry for entry in entries if 1 < len(entry) <= LONGEST and not _CODE.search(entry)))


def _are_tags(entries: Sequence[str], of_title: set[str], text: str) -> bool:
    """Whether a list of keywords speaks of this article rather than of the site, or in codes, or in its address."""
    if not entries or len(entries) > MOST:
        return False
    if len(entries) > 8 and sum(entry.isupper() for entry in entries) > 0.6 * len(entries):
        return False
    if len(entries) < 4:
        return True
    cut_up = [entry for entry in entries if " " not in entry and entry.islower() and entry in of_title]
    if len(cut_up) >= 0.7 * len(entries):
        return False
    return not text or sum(entry.lower() in text for entry in entries) >= 0.3 * len(entries)


def _linked(tree: HtmlElement) -> list[str]:
    """Links to topics, in something that calls itself a list of tags and stands in no menu."""
    topics = [link for link in tree.iter("a") if _ADDRESS.search(link.get("href") or "")]
    holders = dict.fromkeys(around for link in topics for around in islice(link.iterancestors(), 5))
    for element in holders:
        called = _called(element)
        if not called or not _CALLED.search(called) or _stands_elsewhere(element):
            continue
        links = [link for link in element.iter("a") if _ADDRESS.search(link.get("href") or "")]
        entries = _entries([words_of(link) for link in links]) if 0 < len(links) <= MOST else []
        if entries:
            return entries
    return []


def _called(element: HtmlElement) -> str:
    return named_by(element, "class", "id", "data-testid")


def _stands_elsewhere(element: HtmlElement) -> bool:
    return any(
        _ELSEWHERE.search(_called(around)) is not None
        for around in (element, *element.iterancestors())
        if around.tag not in ("body", "html")
    )
