"""Tags of an article: keywords in its data, links to topics in its markup, and not the site's own keywords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from cleaner.pages.index import Index
from cleaner.pages.linked import Item, names
from cleaner.pages.parse import named_by, words_of

Try = tuple[str, Callable[[], list[str]]]

LONGEST, MOST = 60, 40
"""A longer tag is a sentence, and a longer list is a dictionary."""

STEM = 5
"""The shortest stem of a word."""

WORDS = 6
"""A link of more words is a headline."""

SPOKEN = 0.5
"""Of links to topics that nothing calls tags, more than this share is spoken of elsewhere on the page."""

KNOWN = 0.2
"""Of a list that is the article's own, at least this share is found in what it says."""

ENOUGH = 400
"""A shorter story, in code points, may be a part of one."""

_KEYS = (
    "news_keywords", "parsely-tags", "article:tag", "", "keywords", "sailthru.tags", "dc.subject", "dcterms.subject",
    "og:tags", "vs:keywords",
)  # fmt: skip
"""Where keywords stand, in the order in which they are believed; the empty one is linked data."""

_ABOUT = ("about", "mentions")

_SPLIT = re.compile(r"\s*[,;、，；|]\s*")
_WIDE = re.compile(
    r"^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\w・]+(?:\s+[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\w・]+){2,}$"
)
_CODE = re.compile(r"[:=_<>{}]|^\W*\d+\W*$|^[0-9a-f]{8}-|^/|\w/\w+/|\w/$|https?:|\.\w{2,3}$|~")
_PATH = re.compile(r"^[\w-]+/[^/]+$")
_PREFIX = re.compile(
    r"^(?:\(\d+\)|(?:tags?|topics?|keywords?|themen|thema|subjects?|persons?|people|places?|geo):)\s*", re.I
)
_WORD = re.compile(r"\w+")
_CALLED = re.compile(
    r"(?:^|[\s_-])(?:\w{0,8}tags?|tag-?list|topics?|keywords?|temas?|themen|thema|themes?|etiquetas?|sujets|argomenti|tagi|"
    r"schlagwort(?:e|er)?|stichwort(?:e|er)?|emner|teman|ämnen|aiheet|konular|etiket(?:ler)?|теги|тэги)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|sidebar|aside|trend\w*|popular|cloud|most\w*|hot|newest|promo|dropdown|breadcrumbs?|"
    r"(?:site|page|main|global)-?(?:footer|header)|masthead|today|ticker|widget)(?:$|[\s_-])|^(?:footer|header)$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:^|[\s_-])(?:related|teasers?|cards?|recommend\w*|more-?(?:news|stories)|latest)(?:$|[\s_-])", re.I
)
_ADDRESS = re.compile(
    r"/(?:tags?|topics?|themen?|thema|tema|temas|etiquetas?|noticias-sobre|sujets?|keywords?|dossiers?|tagi|tag_|person|"
    r"hashtag|subjects?|emne|konu|schlagwort|hub)(?:[/=_-]|$)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:tags?|tagged(?: (?:as|with|in))?|topics?|related (?:topics?|tags)|more (?:on|about)"
    r"(?: th(?:is|ese) (?:topics?|stor(?:y|ies)))?|"
    r"filed under|keywords?|read more (?:on|about)|in this (?:story|article)|explore more(?: on)?(?: these topics)?|"
    r"mehr (?:lesen über|zum thema|zu)|"
    r"(?:weitere )?themen(?: in diesem artikel| des artikels)?|schlag(?:worte|wörter)|stichworte|"
    r"temas(?: relacionados)?|etiquetas|más sobre|archivado en|sujets|sur le même sujet|mots[- ]clés|argomenti|"
    r"onderwerpen|trefwoorden|emner|ämnen|aiheet|avainsanat|tagi|tematy|témata|štítky|címkék|etiketler|теги|темы|"
    r"关键词|标签|標籤|タグ|キーワード|関連タグ|태그)\s*[:：]?$",
    re.IGNORECASE,
)
_ALL = re.compile(r"^(?:all|alle|more|mehr|weitere|see|ver|view|toutes?|tutti|todos)\b", re.IGNORECASE)
_LINKS_BEFORE = XPath("preceding::a")
_NAMED = (
    "tag", "topic", "keyword", "hema", "heme", "tema", "teman", "schlagwort", "stichwort", "tiquet", "sujet",
    "argoment", "emner", "mnen", "aihe", "konu", "etiket",
)  # fmt: skip
_HOLDERS = frozenset({"ul", "ol", "div", "p", "section", "nav", "span", "a", "li", "aside", "footer", "header", "dl"})


def tags_of(
    tree: HtmlElement,
    index: Index,
    found: Sequence[Item],
    meta: dict[str, list[str]],
    title: str,
    url: str,
    text: str,
    story: str,
    outlets: Sequence[str],
) -> Iterator[Try]:
    """Where tags may be found, as tries in order: a source's name and a look at it.

    Keywords made of the words of the story's title and address are no tags, and no more are those that `text`, all
    of the page, has and `story` has not, if that is long enough.
    """
    lowered = text.lower()
    told = f"{title}\n{story}".lower() if len(story) > ENOUGH else lowered
    of_title = set(_WORD.findall(f"{title} {url}".lower()))
    own = {_key(outlet) for outlet in outlets}

    def look(key: str) -> Callable[[], list[str]]:
        def tried() -> list[str]:
            given = meta.get(key, []) if key else [n for item in found[:1] for n in names(item.get("keywords"))]
            entries = [entry for entry in _entries(given) if _key(entry) not in own]
            return entries if _are_tags(entries, of_title, told) else []

        return tried

    for key in _KEYS:
        yield "meta" if key else "json-ld", look(key)
        if not key:
            yield "markup", lambda: _shown(tree, index, lowered)
    yield "json-ld", lambda: _entries([n for item in found[:1] for key in _ABOUT for n in (*names(item.get(key)), "")])
    yield (
        "rel",
        lambda: _entries([words_of(a) for a in tree.iter("a") if _is_tag((a.get("rel") or "").lower().split())]),
    )


def _is_tag(rel: list[str]) -> bool:
    return "tag" in rel and "category" not in rel  # which is where a blog keeps the story


def _key(words: str) -> str:
    return re.sub(r"\W+", "", words.lower()).removeprefix("the")


def _entries(given: Sequence[str]) -> list[str]:
    parts = [part for words in given for part in (_SPLIT.split(words) if len(given) == 1 else [words])]
    if len(parts) == 1 and _WIDE.match(parts[0]) and not parts[0].isascii():
        parts = parts[0].split()
    if len(parts) > 1 and all(_PATH.match(part) for part in parts):
        parts = [part.rpartition("/")[2] for part in parts]
    entries = (_PREFIX.sub("", " ".join(unescape(part).split())).strip("#＃\"'[]., ") for part in parts)
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
    return not text or sum(_is_told(entry.lower(), text) for entry in entries) >= KNOWN * len(entries)


def _is_told(entry: str, text: str) -> bool:
    """Whether a text has a tag, or the stem of one of its words, whose endings it may change."""
    return entry in text or any(word[: max(STEM, len(word) - 2)] in text for word in entry.split() if len(word) >= STEM)


def _shown(tree: HtmlElement, index: Index, text: str) -> list[str]:
    """Links in what calls itself a list of tags, or is headed so, or links to topics that stand together; no menus."""
    menus: set[HtmlElement] | None = None
    for look, share in ((_by_name(index), 0.0), (_by_label(tree), 0.0), (_by_address(tree), SPOKEN)):
        for holder in dict.fromkeys(look):
            entries = _list(holder)
            if not entries or _stands_elsewhere(holder):
                continue
            # A site's own list of topics is not spoken of in the story, and stands above it.
            told = sum(text.count(entry.lower()) > 1 for entry in entries)
            if told <= share * len(entries) and not (share == 0 and _in_article(holder)):
                continue
            if menus is None:
                menus = _above(tree)
            if next(holder.iter("a")) not in menus or _in_article(holder):
                return entries
    return []


def _above(tree: HtmlElement) -> set[HtmlElement]:
    """Links above the story's heading."""
    heading = next((heading for heading in tree.iter("h1") if heading.text_content().strip()), None)
    return set() if heading is None else set(_LINKS_BEFORE(heading))


def _by_name(index: Index) -> Iterator[HtmlElement]:
    for element in index.called(_NAMED, _HOLDERS):
        if _CALLED.search(_called(element)):
            around = element.getparent() if element.tag == "a" else element
            while (
                around.tag in ("span", "li", "a") and around.getparent() is not None and len(around.findall(".//a")) < 2
            ):
                around = around.getparent()
            yield around


def _by_label(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in tree.iter("h2", "h3", "h4", "h5", "h6", "strong", "b", "dt"):
        if element.text and len(element.text) < 60 and _LABEL.match(" ".join(element.text.split())):
            yield from (around for around in islice(element.iterancestors(), 4) if around.find(".//a") is not None)


def _by_address(tree: HtmlElement) -> Iterator[HtmlElement]:
    beside: dict[HtmlElement, int] = {}
    for link in tree.iter("a"):
        if _ADDRESS.search(link.get("href") or ""):
            around = link.getparent()
            if around.tag in ("li", "span") and around.getparent() is not None:
                around = around.getparent()
            beside[around] = beside.get(around, 0) + 1
    yield from (holder for holder, links in beside.items() if links > 1)


def _list(holder: HtmlElement) -> list[str]:
    """The words of a holder's links, if it is a list of short ones and hardly anything else."""
    links = list(islice(holder.iter("a"), MOST + 1))
    if not 0 < len(links) <= MOST:
        return []
    words = [words_of(link) for link in links]
    if any(len(entry.split()) > WORDS for entry in words) or 2 * sum(map(len, words)) < len(words_of(holder)):
        return []
    if sum(entry[-1:].isdigit() for entry in words) > 0.6 * len(words) > 1:  # how many articles a topic has
        words = [entry.rstrip("0123456789 ()") for entry in words]
    return [entry for entry in _entries([*words, ""]) if not _ALL.match(entry)]


def _in_article(holder: HtmlElement) -> bool:
    return any(around.tag == "article" for around in holder.iterancestors())


def _called(element: HtmlElement) -> str:
    return named_by(element, "class", "id", "data-testid")


def _stands_elsewhere(element: HtmlElement) -> bool:
    if _ELSEWHERE.search(_called(element)):
        return True
    return any(
        _ELSEWHERE.search(called) is not None or (_OTHERS.search(called) is not None and not _CALLED.search(called))
        for around in element.iterancestors()
        if around.tag not in ("body", "html", "main", "article") and (called := _called(around))
    )
