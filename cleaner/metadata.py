"""What the removed stretches say about the article: named groups of rules become metadata.

Empty beats wrong: a name that does not look like one, or a date that cannot be read, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import regex

from cleaner.data import Credit, Metadata, Span, Stretch
from cleaner.people import people_of

_ISO_DATE = regex.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)\s?(Z|[+-]\d{2}:?\d{2})?)?")
_PERSON = regex.compile(r"^\p{Lu}[\p{L}\p{M}'’.\-]+(?:\s[\p{L}\p{M}'’.\-]+){1,3}$")
_HANDLE = regex.compile(r"\s*@\w+|\S+@\S+\.\w+|https?://\S+")
_TAG_SPLIT = regex.compile(r"\s*[,;|•·/#\n、，]\s*")
_AGENCIES = regex.compile(
    r"\b(?:AP|AFP|EPA|EFE|ANSA|DPA|APA|PAP|CTK|ČTK|NTB|TT|ANP|PA|AAP|UPI|TASS|UNIAN|Ukrinform|Xinhua|Kyodo|Yonhap|Reuters|"
    r"Getty|Shutterstock|iStock|Alamy|Imago|Keystone|Flickr|Wikimedia|Wikipedia|Facebook|Twitter|X|Instagram|Telegram|YouTube|"
    r"TikTok|Unsplash|Pexels|Pixabay|Bloomberg|NASA|ESA|Handout|Screenshot)\b",
    regex.I,
)
_EDGE_MARKS = " \t\r\n:;,.|–—-()[]©\u00a0"


_ROLES = {
    "photo": (
        "photo", "foto", "pic", "image", "imag", "imm", "bild", "fot", "kuva", "valokuv", "zdjęci", "sním", "фото",
        "світлин", "снимок", "görsel", "gambar", "写真", "照片", "图片", "圖", "사진", "صور", "ljusbild", "beeld",
    ),
    "video": ("video", "vidéo", "vídeo", "film", "відео", "видео", "动画", "動画", "视频", "影片", "영상", "فيديو"),
    "graphic": ("graphic", "grafi", "infogra", "illustrat", "ilustra", "графік", "график", "инфограф", "graphique"),
    "translation": ("transl", "übersetz", "traduc", "traduz", "traduç", "tłumacz", "překlad", "переклад", "перевод"),
}  # fmt: skip


class _Found(NamedTuple):
    name: str
    text: str
    stretch: Stretch
    lang: str


def read(source: str, spans: Iterable[Span], languages: Mapping[str, str] | None = None) -> Metadata:
    """Metadata from the named parts of removed spans.

    `languages` gives the language of each pack, for the names of months and the order of day and month.
    """
    found = [
        _Found(name, source[start:end], Stretch(start, end), (languages or {}).get(span.rule.partition(".")[0], ""))
        for span in spans
        for name, start, end in span.values
    ]
    if not found:
        return Metadata()
    roles = [(f.stretch, role_of(f.text)) for f in found if f.name == "role"]
    sources: dict[str, list[Stretch]] = {}
    title, date = _first(found, "title", sources), _first_date(found, sources)
    return Metadata(
        title=title,
        authors=_gather(found, "author", "authors", authors_of, sources),
        date=date,
        credits=_credits(found, roles, sources),
        tags=_gather(found, "tags", "tags", tags_of, sources),
        sources=sources,
    )


def _first(found: Iterable[_Found], name: str, sources: dict[str, list[Stretch]]) -> str | None:
    for value in found:
        text = " ".join(value.text.split())
        if value.name == name and text:
            sources[name] = [value.stretch]
            return text
    return None


def _first_date(found: Iterable[_Found], sources: dict[str, list[Stretch]]) -> str | None:
    for value in found:
        date = date_of(value.text, value.lang) if value.name == "date" else None
        if date:
            sources["date"] = [value.stretch]
            return date
    return None


def _gather(
    found: Iterable[_Found], name: str, field: str, parts: object, sources: dict[str, list[Stretch]]
) -> list[str]:
    gathered: list[str] = []
    for value in found:
        if value.name != name:
            continue
        fresh = [part for part in parts(value.text) if part not in gathered]  # type: ignore[operator]
        if fresh:
            gathered += fresh
            sources.setdefault(field, []).append(value.stretch)
    return gathered


def _credits(
    found: Iterable[_Found], roles: Sequence[tuple[Stretch, str | None]], sources: dict[str, list[Stretch]]
) -> list[Credit]:
    given: dict[str, Credit] = {}
    for value in found:
        if value.name != "credit":
            continue
        before = [role for stretch, role in roles if 0 <= value.stretch.start - stretch.end <= 3]
        credit = credit_of(value.text, before[0] if before else None)
        if credit and credit.name not in given:
            given[credit.name] = credit
            sources.setdefault("credits", []).append(value.stretch)
    return list(given.values())


@lru_cache(maxsize=4096)  # a site's authors come again
def authors_of(text: str) -> Sequence[str]:
    """Names in a byline, without roles, times, handles and addresses; what does not look like a name is left out."""
    names = people_of([_HANDLE.sub("", text)]).names
    return tuple(name.title() if name.isupper() and len(name) > 4 else name for name in names)


def tags_of(text: str) -> list[str]:
    """Entries of a tag line, in order, each once."""
    entries = (" ".join(part.strip(_EDGE_MARKS + "#").split()) for part in _TAG_SPLIT.split(text))
    return list(dict.fromkeys(entry for entry in entries if 1 < len(entry) <= 80))


def role_of(text: str) -> str | None:
    """What a credit is for (photo, video, graphic, translation), from the word before it in any language."""
    word = text.strip(_EDGE_MARKS).casefold()
    return next((role for role, starts in _ROLES.items() if word.startswith(starts)), None)


def credit_of(text: str, role: str | None = None) -> Credit | None:
    """A credit line as it stood, with person and agency where they can be told apart."""
    name = " ".join(text.strip(_EDGE_MARKS).split())
    if not name or len(name) > 200 or not any(letter.isalpha() for letter in name):
        return None
    person = agency = None
    parts = [part.strip(_EDGE_MARKS) for part in regex.split(r"\s*/\s*|\s+via\s+|,\s+|\s[|–—-]\s", name)]
    for part in filter(None, parts):
        if _AGENCIES.search(part):
            agency = agency or part
        elif person is None and _PERSON.match(part):
            person = part
        elif agency is None and len(parts) > 1:
            agency = part
    return Credit(name, person, agency, role)


@lru_cache(maxsize=4096)
def date_of(text: str, lang: str = "") -> str | None:
    """A date as ISO 8601, with time and zone if they are given; None for relative and unreadable ones.

    Day and month are read in the order of the language, by dateparser for all that is not ISO already.
    """
    iso = _ISO_DATE.search(text)
    if iso:
        return _iso(iso)
    if not any(letter.isdigit() for letter in text):
        return None
    import dateparser  # 150 ms, and most documents have no such date

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RETURN_TIME_AS_PERIOD": True,
        "DATE_ORDER": "MDY" if lang == "en" else "YMD" if lang in ("ja", "zh", "ko") else "DMY",
    }
    if lang and lang not in _known_languages():
        lang = ""
    when = dateparser.DateDataParser(languages=[lang] if lang else None, settings=settings).get_date_data(text.strip())
    if when.date_obj is None or not 1900 <= when.date_obj.year <= 2100:
        return None
    if when.period == "time":
        return str(when.date_obj.isoformat(timespec="minutes"))
    return str(when.date_obj.date().isoformat())


@lru_cache(maxsize=1)
def _known_languages() -> frozenset[str]:
    from dateparser.data.languages_info import language_order

    return frozenset(language_order)


def _iso(match: regex.Match[str]) -> str | None:
    from datetime import date

    year, month, day, time, zone = match.groups()
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return None
    return f"{year}-{month}-{day}" + (f"T{time}{zone or ''}" if time else "")
