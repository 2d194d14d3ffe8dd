"""Names of authors as pages give them: roles and handles taken off, joined ones split, outlets left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

import regex

_LEAD = re.compile(
    r"^(?:by|written by|story by|words by|posted by|author:?|authors:?|"
    r"von|ein beitrag von|text:?|par|publié par|por|texto:?|"
    r"di|a cura di|door|av|af|tekst:?|napisał(?:a)?|автор:?|автори:?|текст:?|oleh|penulis:?|yazan:?|kirjoittanut)\s+",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s*(?:,|;|\||•|·|\s/\s|&|\s(?:and|und|et|y|e|och|og|ja|en|i|и|та|dan|ve|with|mit)\s)\s*", re.IGNORECASE
)
_TAIL = re.compile(
    r"\s*(?:\(.*\)|\bfor (?:the )?[A-Z].*|,\s*(?:staff|senior|chief|political|special|contributing|freelance)\b.*|"
    r"\s[–—-]\s.*|\s(?:@\w+).*|\s*\d{1,2}[./:]\d{1,2}.*)$"
)
_NOT_NAMES = re.compile(
    r"@|https?:|www\.|\d{3}|[<>{}\[\]=]|^(?:admin|administrator|editor|editors|staff|news ?desk|web ?desk|"
    r"newsroom|redaktion|"
    r"die redaktion|redakcja|redacción|redacao|redazione|rédaction|la rédaction|"
    r"unknown|null|none|undefined|anonymous|guest|"
    r"author|webmaster|user|team|staff (?:writer|reporter)|online|read more|view all|share|follow)$",
    re.IGNORECASE,
)
_NAME = regex.compile(r"^[\p{Lu}\p{Lo}][\p{L}\p{M}'’ʼ.\-]*(?:\s[\p{L}\p{M}'’ʼ.\-]+){0,5}$")
_ROLE = re.compile(
    r"\b(?:correspondent|reporter|writer|editor|journalist|redakteur(?:in)?|columnist|bureau|photographer|producer|"
    r"critic|contributor|journaliste|periodista|giornalista)\b",
    re.IGNORECASE,
)


def people_of(values: Iterable[str], outlets: Sequence[str] = ()) -> list[str]:
    """Names in the values, in order, each once. The outlet itself counts only where nobody else is named."""
    people: list[str] = []
    own = {_key(outlet) for outlet in outlets}
    houses: list[str] = []
    for value in values:
        for name in _split(value):
            known = houses if _key(name) in own else people
            if name not in known and _key(name) not in {_key(other) for other in known}:
                known.append(name)
    return people or houses[:1]


def _key(name: str) -> str:
    return re.sub(r"\W+", "", name.lower())


def _split(value: str) -> list[str]:
    bare = " ".join(unescape(value).split())
    if len(bare) > 300:
        return []
    bare = _LEAD.sub("", bare, count=1)
    whole = _cleaned(bare)
    parts = [_cleaned(part) for part in _JOINT.split(bare)]
    # An agency's name has an "and" in it as a list of names does; only names of two words and more are split.
    if len(parts) > 1 and all(part and (" " in part or part.isupper()) for part in parts if part):
        return [part for part in parts if part and _is_name(part) and not _ROLE.search(part)]
    first = parts[0] if parts else ""
    if len(parts) > 1 and first and " " in first and _is_name(first) and (_ROLE.search(bare) or "," in bare):
        return [part for part in parts if part and " " in part and _is_name(part) and not _ROLE.search(part)]
    return [whole] if whole and _is_name(whole) else []


def _cleaned(name: str) -> str:
    return _TAIL.sub("", _LEAD.sub("", name, count=1)).strip(" \t,;:|–—-•·\u00a0\u200b")


def _is_name(name: str) -> bool:
    return 1 < len(name) <= 70 and not _NOT_NAMES.search(name) and bool(_NAME.match(name))
