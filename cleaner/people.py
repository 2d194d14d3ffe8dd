"""Names of authors: labels, roles and handles taken off, joined names split, outlets told from people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import unescape
from typing import NamedTuple

import regex

LONGEST, LONGEST_LIST = 70, 600
"""The longest name and the longest list of names, in code points."""

_LABEL = regex.compile(
    r"^(?:(?:(?:story|article|words?|text|post(?:ed)?|articles|recipe|written|authored|reported|reporting|"
    r"published|contributed|updated|edited|"
    r"view (?:all|more) (?:posts|articles|stories))\s+)by\b|by\b(?!-)|authors?\s?:|about the author:?|"
    r"(?:von|par|por|di|door|av|af|oleh)\b(?=\s+\S+\s+\S)|ein (?:beitrag|artikel) von\b|publié par\b|a cura di\b|"
    r"autor(?:en|in)?\s?:|autore?s?\s?:|texte?o?\s?:|tekst\s?:|napisał(?:a)?\b|автор[иы]?\s?:|текст\s?:|penulis\s?:|"
    r"yazan\s?:|kirjoittanut\b|文[：:]|记者[：:]?|記者[：:]?|作者[：:]|責任編集[：:])\s*(?=\S)|^by(?=\p{Lu}\p{Ll})|^\w+\sby(?=\p{Lu}\p{Ll})",
    regex.I,
)
_ONLY_LABEL = regex.compile(
    r"^(?:(?:written|authored|posted|story|article|words?|text|published|reviewed|edited|updated)\s)?by:?$|^authors?:?$|"
    r"^(?:view|read|see|learn)?\s?(?:all|more)\b|^(?:share|follow|subscribe|comments?|reply|says)$|\s(?:says|said|replied):?$",
    regex.I,
)
_COMMA = regex.compile(r"\s*(?:[,;|•·、，；]|\s/\s|\n)\s*")
_AND = regex.compile(r"\s*&\s*|\s+(?:and|und|et|y|e|och|og|ja|en|i|и|та|і|dan|ve|with|mit|avec|con|com|a)\s+", regex.I)
_LEFT_AND = regex.compile(r"^(?:and|und|et|y|och|og)\s+", regex.I)
_TAIL = regex.compile(
    r"\s*(?:[(\[（].*|\bon behalf of\b.*|"
    r"\bfor (?:the )?\p{Lu}.*|\s[–—-]\s.*|\s@\w+.*|\s*\d{1,2}[./:]\d{1,2}.*|\sin \p{Lu}\p{Ll}+)$"
)
_STOP = regex.compile(r"(?<=\p{Ll}{3})\.$")
_NO_NAME = regex.compile(
    r"@|https?:|www\.|\d{3}|[<>{}\[\]=_]|^(?:admin|administrator|editors?|staff|news ?desk|web ?desk|newsroom|"
    r"(?:die |la )?(?:redaktion|redakcja|redacción|redação|redacao|redazione|rédaction)|"
    r"unknown|null|none|undefined|anonymous|guest|(?:the )?authors?|webmaster|user|team|online|super ?user|"
    r"(?:latest )?news|aktuell(?:es)?|nachrichten|noticias|notícias|notizie|actualités?|nieuws|nyheter|"
    r"wiadomości|новости|новини|"
    r"(?:\w+ ){1,2}(?:engineer|developer|designer|editor|writer|contributor|horticulturalist|journalism)|"
    r"staff reporter)$",
    regex.I,
)
_LETTER = r"[\p{L}\p{M}'’ʼ.\-]"
_NAME = regex.compile(rf"^[\p{{Lu}}\p{{Lt}}\p{{Lo}}]{_LETTER}*(?:\s{_LETTER}+){{0,5}}$")
_GIVEN = regex.compile(r"^(?=.*\p{L}\p{L})[\p{L}\p{M}\d'’ʼ.&\- ]+$")
_ROLE = regex.compile(
    r"\b(?:correspondents?|reporters?|writers?|editors?|journalists?|redakteur(?:in)?|columnists?|bureau|photographers?|"
    r"producers?|critics?|reviewers?|leads?|contributors?|journaliste|periodista|giornalista|korrespondent(?:in)?|corresponsal|redactora?|"
    r"experts?|consultants?|directors?|managers?|specialists?|researchers?|scientists?|educators?|analysts?|professors?|"
    r"lecturers?|founders?|co-?founders?|officers?|president|chief|strategists?|physicians?|economists?|advis[oe]rs?|"
    r"head of|owner|editorial|marketing|industry|candidate|graders?|winemakers?|agent|attorney|coach|ceo|cto|cfo|cmo|"
    r"senior|freelance|certified|licensed|former|updated|published|read time|min read)\b",
    regex.I,
)
_SMALL = regex.compile(
    r"\s(?!(?:d[aeiou]s?|dal|dalla|della|del|den|der|dem|van|von|vom|zu|zum|zur|ten|ter|te|la|le|les|el|al|bin|ibn|bint|ben|"
    r"abu|af|av|y|e|i|san|st|ap|op|in|ul|ur|un|of|the|and|for|und|et|och|og|thị|văn)\b|[dl]['’]|['’]t\b)\p{Ll}"
)
"""A word in small letters that is no part of a name."""

_DEGREE = regex.compile(
    r"^(?:[A-Z]{2,6}(?:[-/ ]?(?:\d{1,3}|[A-Z]{1,5}))*|(?:Ph|M|B|D|J|Ed|Psy|Pharm|R|Dr|MA|Sc|MSc|BSc)"
    r"\.?\s?[A-Z][a-z]?\.?(?:\s?[A-Z]\.?)*"
    r"|(?:M|B)\.?Sc\.?|M\.?A\.?|[JS]r\.?|I{2,3}|Esq\.?)$"
)
_AGENCY = regex.compile(
    r"^(?:AP|AFP|EPA|EFE|ANSA|DPA|APA|SDA|PAP|CTK|ČTK|NTB|TT|ANP|PA|AAP|UPI|TASS|IANS|ANI|PTI|SID|KNA|EPD|AFX|BBC|CNN|"
    r"Reuters|Bloomberg|Xinhua|Kyodo|Yonhap|Agencies|Agenturen|Agencias?|Agences?|Associated Press)$",
    regex.I,
)


class People(NamedTuple):
    """Names in order, each once, and the outlets among them."""

    names: list[str]
    outlets: list[str]


def people_of(values: Iterable[str], outlets: Sequence[str] = (), *, given: bool = False) -> People:
    """Names in the values.

    `outlets` are the names of the site and its publisher: they are no people. `given` says that each value was given
    as the name of somebody, as in a page's data, so that a name in small letters is one too.
    """
    people: dict[str, str] = {}
    houses: dict[str, str] = {}
    own = {_key(outlet) for outlet in outlets}
    for value in values:
        for name in _split(value, own, given=given):
            (houses if _key(name) in own else people).setdefault(_key(name), name)
    return People(list(people.values()), list(houses.values()))


def labelled(words: str) -> tuple[str, str] | None:
    """A byline in two: the label that calls it one ("By", "Written by:") and what stands behind; None without one."""
    match = _LABEL.match(words)
    return (match[0], words[match.end() :].strip(" :")) if match else None


def _key(name: str) -> str:
    return regex.sub(r"\W+", "", name.lower())


def _split(value: str, own: set[str], *, given: bool) -> list[str]:
    bare = " ".join(unescape(value).replace("\u00ad", "").replace("\u200b", "").split())
    if not bare or len(bare) > LONGEST_LIST:
        return []
    whole = _cleaned(bare)
    if _key(whole) in own:
        return [whole]
    parts = [_cleaned(_LEFT_AND.sub("", part)) for part in _COMMA.split(_LABEL.sub("", bare, count=1))]
    kept = [
        name
        for at, part in enumerate(parts)
        for name in _persons(part, first=at == 0, alone=len(parts) == 1, given=given)
    ]
    # "Harrow, Ann" and "Fish, Chips": no list of names; a first name alone may stand before the name of an agency.
    if len(parts) > 1 and kept and not any(" " in name or _AGENCY.match(name) or _wide(name) for name in kept):
        kept = []
    if kept:
        return kept
    return [whole] if given and len(whole) <= LONGEST and _GIVEN.match(whole) and not _no_name(whole) else []


def _persons(part: str, *, first: bool, alone: bool, given: bool) -> list[str]:
    """The names in a part of a list: none if it is a role or a degree, several if it is joined by an "and"."""
    joint = [_cleaned(name) for name in _AND.split(part)]
    # An outlet's name has an "and" in it as a list of names does; only names of two words and more are split.
    if len(joint) > 1 and all(_is_name(name) and (" " in name or _AGENCY.match(name)) for name in joint):
        return [name for name in joint if not _ROLE.search(name)]
    if len(joint) > 1 and _ROLE.search(part):
        return [name for name in joint if " " in name and _is_name(name) and not _ROLE.search(name)]
    if not _is_name(part) or (not given and _SMALL.search(part)):
        return []
    if first:
        return [part] if alone or not _DEGREE.match(part) or _AGENCY.match(part) else []
    if _AGENCY.match(part):
        return [part]
    return [part] if (" " in part or _wide(part)) and not _ROLE.search(part) and not _DEGREE.match(part) else []


def _wide(name: str) -> bool:
    return bool(regex.match(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]", name))


def _cleaned(name: str) -> str:
    for _ in range(2):
        name = _LABEL.sub("", name, count=1)
    return _STOP.sub("", _TAIL.sub("", name).strip(" \t,;:|–—-•·\u00a0\u200b"))


def _no_name(name: str) -> bool:
    return _NO_NAME.search(name) is not None or _ONLY_LABEL.search(name) is not None


def _is_name(name: str) -> bool:
    return 1 < len(name) <= LONGEST and bool(_NAME.match(name)) and not _no_name(name)
