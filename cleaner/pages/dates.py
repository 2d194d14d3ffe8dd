"""When a story was published: dates as machines write them, and dates that stand beside the story for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml.html import HtmlElement

from cleaner.metadata import date_of
from cleaner.pages.index import Index
from cleaner.pages.linked import Item, names
from cleaner.pages.model import Line, Page, Sign
from cleaner.pages.parse import words_of

SPELT = 60
"""The longest words, in code points, that are read as a date in a language."""

ABOVE, BELOW = 25, 8
"""How many lines above a story and below its end are looked through for a date."""

OPENING = 3
"""In so many of its first lines a story may still carry its date."""

WIDEST = 160
"""A line that is longer, in code points, speaks of a date rather than carrying it."""

BESIDE = 2
"""A line so near to a story, or to its heading, is its own whatever boxes around both are called."""

END = 20
"""How many lines further away a date below a story counts than one above it."""

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "publish-date",
    "publishdate", "date.published", "date", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date",
    "cxenseparse:recs:publishtime", "sailthru.date", "pubdate", "article.published", "last-publish",
    "article:published", "og:pubdate", "publication_date", "citation_publication_date",
    "og:published_time", "published_time", "published",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified", "revised")
_CALLED = re.compile(r"publish|publicat|pub-?date|date-?(?:created|issued)|creat\w*-?date", re.IGNORECASE)
_NOT_CALLED = re.compile(r"publisher|modif|updat|expir|un-?publish|copyright|publicat\w*(?!.*date)$", re.IGNORECASE)

_ISO = re.compile(
    r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_COMPACT = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/_-]|$)")

_DAY, _YEAR, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:19[89]\d|20[0-4]\d)", r"[^\W\d_]{3,12}\.?"
SHOWN = re.compile(
    rf"(?<![\d.,/-])(?:{_YEAR}(?P<mark>[./-])\d\d?(?P=mark)\d\d?|{_DAY}(?P<dot>[./-])\s?{_DAY}(?P=dot)\s?{_YEAR}"
    rf"|{_YEAR}\s?[年년]\s?\d\d?\s?[月월]\s?\d\d?\s?[日일]"
    rf"|{_DAY}(?:st|nd|rd|th|er|[ºª°.])?\s(?:de\s|of\s)?{_MONTH},?\s(?:de\s|del\s)?{_YEAR})(?![.,]?\d)"
    rf"|(?<![^\W\d_]){_MONTH}\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}(?![.,]?\d)"
)
_GLUED = re.compile(r"^\w*[a-zà-ÿ](?=[A-ZÀ-Þ])")
_LATER = re.compile(
    r"(?:updated?|modified|revised|reviewed|edited|aktualisiert|geändert|stand|mis(?:e)? à jour|modifié|actualizad[oa]|"
    r"atualizad[oa]|aggiornat[oa]|bijgewerkt|opdatere?t|oppdatert|uppdaterad|päivitetty|zaktualizowan[oa]|aktualizacja|"
    r"aktualizov[áa]no|frissítve|güncelle\w*|обновлено|изменено|оновлено|更新|수정)\W*(?:\w{2,3}\W*)?$",
    re.IGNORECASE,
)
"""What stands before the date of a change."""

_BRITISH = re.compile(r"^en-(?:gb|ie|au|nz|in|za|sg|ng|ke|hk)\b", re.IGNORECASE)
OTHERS = Sign.RELATED | Sign.COMMENTS | Sign.FIGURE | Sign.CAPTION
_APART = Sign.NAV | Sign.RELATED | Sign.TEASER | Sign.COMMENTS | Sign.SOCIAL | Sign.AD | Sign.FIGURE | Sign.CAPTION


def iso(words: str) -> str | None:
    """A date as ISO 8601 with time and zone if they are given; None for what is not one."""
    match = _ISO.search(words) or _COMPACT.match(words.strip())
    if not match:
        return None
    year, month, day, hour, minute, _, zone = match.groups()
    try:
        datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0))
    except ValueError:
        return None
    return f"{year}-{month}-{day}" + (f"T{hour}:{minute}{(zone or '').upper()}" if hour else "")


def read_date(words: str) -> str | None:
    """A date in a form that machines write: ISO 8601, RFC 2822, or seconds since 1970; or spelt in English."""
    date = iso(words)
    bare = words.strip()
    if date or not bare:
        return date
    try:
        if bare.isdigit() and len(bare) in (10, 13):
            return datetime.fromtimestamp(int(bare[:10]), UTC).strftime("%Y-%m-%dT%H:%MZ")
        when = parsedate_to_datetime(bare)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return date_of(bare) if len(bare) <= SPELT else None
    return when.isoformat(timespec="minutes") if when.tzinfo else when.date().isoformat()


def earliest(found: Sequence[Item], *keys: str) -> str | None:
    """The first date that items of linked data have, by keys in the order in which they are believed."""
    said = (words for key in keys for item in found for words in names(item.get(key)))
    return next(filter(None, map(read_date, said)), None)


def published(meta: Mapping[str, Sequence[str]]) -> str | None:
    """When a story was published by the page's head, under the names that are known for it."""
    return _first(meta, _PUBLISHED)


def called(tree: HtmlElement) -> str | None:
    """The earliest date in a page's head under any name that speaks of publishing."""
    found = []
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or ""
        if _CALLED.search(name) and not _NOT_CALLED.search(name):
            found.append(read_date(element.get("content") or ""))
    return min(filter(None, found), default=None)


def modified(meta: Mapping[str, Sequence[str]]) -> str | None:
    """When a story was last changed by the page's head."""
    return _first(meta, _MODIFIED)


def _first(meta: Mapping[str, Sequence[str]], keys: Iterable[str]) -> str | None:
    return next((date for key in keys for words in meta.get(key, ()) if (date := read_date(words))), None)


def marked_up(tree: HtmlElement, index: Index) -> str | None:
    """The date in microdata or in the first `time` of a page."""
    for element in index.items:
        if element.get("itemprop") == "datePublished":
            date = read_date(element.get("content") or element.get("datetime") or words_of(element))
            if date:
                return date
    for element in tree.iter("time"):
        given = element.get("datetime")
        date = iso(given or "") or (read_date(words_of(element)) if given is None else None)
        if date:
            return date
    return None


def of_address(url: str | None) -> str | None:
    """The date in an address."""
    match = _IN_URL.search(url or "")
    return iso(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}") if match else None


def shown(page: Page, language: str | None) -> str | None:
    """The date that stands nearest to where a story begins, in a short line that is none of another story.

    The date of a change counts only where no other is shown.
    """
    lang = (language or "").partition("-")[0].lower()
    if _BRITISH.match(language or ""):
        lang = "en-GB"
    found: list[tuple[bool, int, str]] = []
    for away, line in _around(page):
        words = page.words(line)
        for match in SHOWN.finditer(words):
            changed = _LATER.search(words[max(0, match.start() - 30) : match.start()]) is not None
            found.append((changed, away, _GLUED.sub("", match[0])))
    for _, _, words in sorted(found):
        date = date_of(words, lang)
        if date:
            return date
    return None


def _around(page: Page) -> Iterator[tuple[int, Line]]:
    """Short lines around a story, and at its beginning, each with how far away from that it stands."""
    top = page.top()
    if top is None:
        return
    heading, first = top
    last = max(at for at, yes in enumerate(page.body) if yes)
    for at in range(max(0, min(first, heading) - ABOVE), min(len(page.lines), last + 1 + BELOW)):
        line = page.lines[at]
        if line.size > (SPELT if page.body[at] else WIDEST) or (page.body[at] and at >= first + OPENING):
            continue
        away = END + at - last if at > last else min(abs(at - first), abs(at - heading))
        if not line.signs & (_APART if away > BESIDE else OTHERS):
            yield away, line
