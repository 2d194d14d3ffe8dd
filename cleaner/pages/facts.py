"""What a page says of its article besides the words: title, names, dates, tags, pictures' owners, licence.

A page says most things several times. Each field takes the first source that says anything sensible, in the order
in which pages keep them true: linked data, then Open Graph and its kin, then what the markup calls itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin

from lxml.html import HtmlElement

from cleaner.pages.bylines import by_address, by_class, by_item, by_rel
from cleaner.pages.credits import credits_of
from cleaner.pages.index import Index
from cleaner.pages.linked import Item, articles, items_of, names
from cleaner.pages.parse import words_of
from cleaner.pages.tags import tags_of
from cleaner.pages.titles import bare, folded, heading, headings_of, headline, host_words, is_news
from cleaner.people import people_of


class Facts(NamedTuple):
    """What was found, and for each field that was filled where: `json-ld`, `meta`, `rel`, `markup`, `url`, `search`.

    `outlet` is the site's own name where the page gives it as an author: that of a story that nobody else signs.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    date: str | None = None
    modified: str | None = None
    tags: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    site_name: str | None = None
    language: str | None = None
    canonical: str | None = None
    licence: str | None = None
    sources: tuple[tuple[str, str], ...] = ()


Meta = dict[str, list[str]]

LINKED, META, REL, MARKUP, URL, SEARCH = "json-ld", "meta", "rel", "markup", "url", "search"

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "publish-date",
    "publishdate", "date.published", "date", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date",
    "cxenseparse:recs:publishtime", "sailthru.date", "pubdate", "article.published", "last-publish",
    "article:published", "og:pubdate", "publication_date", "citation_publication_date",
    "og:published_time", "published_time",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified", "revised")
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline")
_AUTHORS = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
    "cxenseparse:author", "og:author", "article:author_name", "creator", "citation_author", "authors",
)  # fmt: skip

_ISO = re.compile(
    r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_COMPACT = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/_-]|$)")


def facts_of(
    tree: HtmlElement, url: str | None = None, text: str = "", items: Sequence[Item] | None = None, story: str = ""
) -> Facts:
    """The facts of a parsed page. `text` is its visible text, and `story` what of it is the article, if that is known.

    They tell tags from a site's own keywords. `items` is its linked data, if that was read already.
    """
    items = items_of(tree) if items is None else items
    meta = _meta(tree)
    index = Index(tree)
    canonical = _link(tree, "canonical", url)
    found = articles(items, [address for address in (canonical, url) if address])
    said: dict[str, str] = {}

    def first(field: str, *tries: tuple[str, Callable[[], Any]]) -> Any:
        for source, look in tries:
            value = look()
            if value:
                said[field] = source
                return value
        return None

    site_name = first(
        "site_name", (META, lambda: _one(meta, "og:site_name", "application-name")), (LINKED, lambda: _publisher(found))
    )
    sites = {folded(site_name or ""), *host_words(url)}
    headings = headings_of(tree, sites)
    written = headline(found[0], headings, site_name, url) if found else None
    shared = bare(_one(meta, *_TITLES), site_name, url)
    named = bare(words_of(tree.find(".//title")), site_name, url)
    title = first(
        "title",
        (LINKED, lambda: written if found and is_news(found[0]) else None),
        (MARKUP, lambda: heading(headings, [name for name in (shared, written) if name])),
        (LINKED, lambda: written),
        (META, lambda: shared),
        (MARKUP, lambda: named),
    )
    outlets = [name for name in (site_name, _publisher(found), *host_words(url)) if name]
    houses: list[str] = []

    def people(values: Iterable[str], *, given: bool = False) -> list[str]:
        found = people_of(values, outlets, given=given)
        houses.extend(found.outlets)
        return found.names

    authors = first(
        "authors",
        (LINKED, lambda: people(_authors(found), given=True)),
        (META, lambda: people(_all(meta, *_AUTHORS), given=True)),
        (REL, lambda: people(by_rel(tree))),
        (MARKUP, lambda: people(by_item(index), given=True)),
        (MARKUP, lambda: by_address(tree, url, people)),
        (MARKUP, lambda: by_class(index, people)),
    )
    date = first(
        "date",
        (LINKED, lambda: _earliest(found, "datePublished", "dateCreated", "uploadDate")),
        (META, lambda: _date_in(meta, _PUBLISHED)),
        (MARKUP, lambda: _time(tree, index)),
        (URL, lambda: _date_of_url(url)),
        (SEARCH, lambda: _searched(tree, url)),
    )
    modified = first(
        "modified",
        (LINKED, lambda: _earliest(found, "dateModified")),
        (META, lambda: _date_in(meta, _MODIFIED)),
    )
    pictures = credits_of(tree, index, items)
    tags = tags_of(tree, index, found, meta, title or "", url or "", text, story, outlets)
    return Facts(
        title=title,
        authors=tuple(authors or ()),
        outlet=houses[0] if houses else None,
        date=date,
        modified=modified,
        tags=tuple(tag for tag in first("tags", *tags) or () if tag not in (authors or ())),
        credits=tuple(first("credits", (MARKUP, lambda: pictures.credits)) or ()),
        captions=tuple(first("captions", (MARKUP, lambda: pictures.captions)) or ()),
        site_name=site_name,
        language=first("language", (MARKUP, lambda: _language(tree)), (META, lambda: _one(meta, "og:locale"))),
        canonical=first("canonical", (REL, lambda: canonical), (META, lambda: _one(meta, "og:url"))),
        licence=first("licence", (REL, lambda: _link(tree, "license", url)), (LINKED, lambda: _licence(found))),
        sources=tuple(said.items()),
    )


def _meta(tree: HtmlElement) -> Meta:
    meta: Meta = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = " ".join((element.get("content") or "").split())
        if name and content:
            meta.setdefault(name.strip().lower(), []).append(content)
    return meta


def _one(meta: Meta, *keys: str) -> str | None:
    return next((meta[key][0] for key in keys if key in meta), None)


def _all(meta: Meta, *keys: str) -> list[str]:
    return next((meta[key] for key in keys if key in meta and not meta[key][0].startswith(("http:", "https:"))), [])


# ---------------------------------------------------------------- people, publisher, licence


def _authors(found: Sequence[Item]) -> list[str]:
    """Authors of the first article, or of one with the same headline that has them too and more."""
    given = [names(item.get("author")) or names(item.get("creator")) for item in found]
    same = [who for item, who in zip(found, given, strict=True) if item.get("headline") == found[0].get("headline")]
    return max((who for who in same if set(who).issuperset(given[0])), key=len, default=[])


def _publisher(found: Sequence[Item]) -> str | None:
    return next((name for item in found for name in names(item.get("publisher")) if name.strip()), None)


def _licence(found: Sequence[Item]) -> str | None:
    return next((name for item in found for name in names(item.get("license")) if name.strip()), None)


# ---------------------------------------------------------------- dates


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


def _earliest(found: Sequence[Item], *keys: str) -> str | None:
    for key in keys:
        for item in found:
            for words in names(item.get(key)):
                date = read_date(words)
                if date:
                    return date
    return None


def read_date(words: str) -> str | None:
    """A date in a form that machines write: ISO 8601, RFC 2822, or seconds since 1970."""
    date = iso(words)
    if date or not words.strip():
        return date
    from email.utils import parsedate_to_datetime

    bare = words.strip()
    try:
        if bare.isdigit() and len(bare) in (10, 13):
            from datetime import UTC

            return datetime.fromtimestamp(int(bare[:10]), UTC).strftime("%Y-%m-%dT%H:%MZ")
        when = parsedate_to_datetime(bare)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return _spelt(bare)
    return when.isoformat(timespec="minutes") if when.tzinfo else when.date().isoformat()


def _spelt(words: str) -> str | None:
    from cleaner.metadata import date_of

    return date_of(words) if len(words) <= 60 else None


def _date_in(meta: Meta, keys: Iterable[str]) -> str | None:
    return next((date for key in keys for words in meta.get(key, ()) if (date := read_date(words))), None)


def _time(tree: HtmlElement, index: Index) -> str | None:
    for element in index.items:
        if element.get("itemprop") == "datePublished":
            date = read_date(element.get("content") or element.get("datetime") or words_of(element))
            if date:
                return date
    for element in tree.iter("time"):
        date = iso(element.get("datetime") or "") or (
            read_date(words_of(element)) if element.get("datetime") is None else None
        )
        if date:
            return date
    return None


def _date_of_url(url: str | None) -> str | None:
    match = _IN_URL.search(url or "")
    return iso(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}") if match else None


def _searched(tree: HtmlElement, url: str | None) -> str | None:
    """What htmldate finds, which looks through the whole page; asked last, since it costs most."""
    import logging
    from copy import deepcopy

    from htmldate import find_date

    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    try:
        found = find_date(deepcopy(tree), url=url, original_date=True)
    except Exception:  # whatever a careless page brings up in it: a date is not worth a record
        return None
    return iso(found or "")


# ---------------------------------------------------------------- links and language


def _language(tree: HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    lang = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return lang.replace("_", "-") or None


def _link(tree: HtmlElement, rel: str, url: str | None) -> str | None:
    for link in tree.iter("link", "a"):
        if rel in (link.get("rel") or "").lower().split() and link.get("href"):
            try:
                return str(urljoin(url or "", link.get("href").strip()))
            except ValueError:
                return None
    return None
