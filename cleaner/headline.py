"""The article's own title as its first line: known by the address, which says it again in most places.

Works in any language, needs no wording, and is a witness that neither rules nor repetition have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from cleaner.data import Document, Span
from cleaner.text import content

DETECTOR = "headline"
RULE = "headline.address"

LINES = 4
"""How many lines from the top may hold the title."""

LONGEST = 220
"""The longest line that is looked at, in code points."""

FEWEST_WORDS = 4
"""An address with fewer words says too little."""

SHARE_OF_ADDRESS, SHARE_OF_LINE = 0.6, 0.7
"""The share of the address's words that the line must hold, and of the line's that the address must."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_ENDING = re.compile(r"\.\w{2,6}$")
_SPELT_OUT = str.maketrans({"ß": "ss", "ø": "o", "å": "a", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"})


def headline(document: Document) -> Iterator[Span]:
    """Marks the line near the top that says what the URL's last part says; sure, since two agree."""
    if not document.url:
        return
    slug = _address_words(document.url)
    if len(slug) < FEWEST_WORDS:
        return
    starts = document.starts
    seen = 0
    for at in range(len(starts) - 1):
        start, end = content(document.text, starts[at], starts[at + 1])
        if start == end:
            continue
        if seen == LINES:
            return
        seen += 1
        if end - start <= LONGEST and _says(document.text[start:end], slug):
            yield Span(start, end, "headline", RULE, DETECTOR, where="head", values=(("title", start, end),))


def _address_words(url: str) -> frozenset[str]:
    """Words of the longest part of a path, without diacritics."""
    try:
        parts = unquote(urlsplit(url).path).split("/")
    except ValueError:
        return frozenset()
    return frozenset(_WORD.findall(_plain(_ENDING.sub("", max(parts, key=len)))))


def _says(line: str, slug: frozenset[str]) -> bool:
    if line.endswith((".", ":", ";", ",")) and not line.endswith("..."):
        return False
    return any(
        len(words) >= FEWEST_WORDS
        and len(words & slug) >= SHARE_OF_ADDRESS * len(slug)
        and len(words & slug) >= SHARE_OF_LINE * len(words)
        for words in (frozenset(_WORD.findall(_plain(line))), frozenset(_WORD.findall(_plain(line, _GERMAN))))
    )


def _plain(text: str, spelt: dict[int, str] = _SPELT_OUT) -> str:
    lowered = text.lower().translate(spelt)
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c)).replace("'", "")
