"""What a page says of its article besides the words: title, names, dates, tags, pictures' owners, licence.

A page says most things several times. Each field takes the first source that says anything sensible, in the order
in which pages keep them true: linked data, then Open Graph and its kin, then what the markup calls itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin

from lxml.html import HtmlElement

from cleaner.pages.bylines import by_address, by_class, by_item, by_rel
from cleaner.pages.credits import credits_of
from cleaner.pages.dates import earliest, marked_up, modified, of_address, published
from cleaner.pages.index import Index
from cleaner.pages.linked import Item, articles, items_of, names
from cleaner.pages.parse import words_of
from cleaner.pages.tags import tags_of
from cleaner.pages.titles import bare, folded, heading, headings_of, headline, host_words, is_news
from cleaner.people import people_of


class Facts(NamedTuple):
    """What was found, and for each field that was filled where: `json-ld`, `meta`, `rel`, `markup`, `url`.

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

LINKED, META, REL, MARKUP, URL = "json-ld", "meta", "rel", "markup", "url"

_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline")
_AUTHORS = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
    "cxenseparse:author", "og:author", "article:author_name", "creator", "citation_author", "authors",
)  # fmt: skip


def facts_of(
    tree: HtmlElement, url: str | None = None, text: str = "", items: Sequence[Item] | None = None, story: str = ""
) -> Facts:
    """The facts of a parsed page. `text` is its visible text, and `story` what of it is the article, if that is known.

    They tell tags from a site's own keywords. `items` is its linked data, if that was read already.
    """
    items = items_of(tree) if items is None else items
    meta = _meta(tree)
    index = Index(tree)
    canonical = _link(tree, "canonical", url, "link")
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
        (LINKED, lambda: earliest(found, "datePublished", "dateCreated", "uploadDate")),
        (META, lambda: published(meta)),
        (MARKUP, lambda: marked_up(tree, index)),
        (URL, lambda: of_address(url)),
    )
    changed = first(
        "modified",
        (LINKED, lambda: earliest(found, "dateModified")),
        (META, lambda: modified(meta)),
    )
    pictures = credits_of(tree, index, items)
    tags = tags_of(tree, index, found, meta, title or "", url or "", text, story, outlets)
    return Facts(
        title=title,
        authors=tuple(authors or ()),
        outlet=houses[0] if houses else None,
        date=date,
        modified=changed,
        tags=tuple(tag for tag in first("tags", *tags) or () if tag not in (authors or ())),
        credits=tuple(first("credits", (MARKUP, lambda: pictures.credits)) or ()),
        captions=tuple(first("captions", (MARKUP, lambda: pictures.captions)) or ()),
        site_name=site_name,
        language=first("language", (MARKUP, lambda: _language(tree)), (META, lambda: _one(meta, "og:locale"))),
        canonical=first("canonical", (REL, lambda: canonical), (META, lambda: _one(meta, "og:url"))),
        licence=first(
            "licence", (REL, lambda: _link(tree, "license", url, "link", "a")), (LINKED, lambda: _licence(found))
        ),
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


# ---------------------------------------------------------------- links and language


def _language(tree: HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    lang = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return lang.replace("_", "-") or None


def _link(tree: HtmlElement, rel: str, url: str | None, *among: str) -> str | None:
    for link in tree.iter(*among):
        if rel in (link.get("rel") or "").lower().split() and link.get("href"):
            try:
                return str(urljoin(url or "", link.get("href").strip()))
            except ValueError:
                return None
    return None
