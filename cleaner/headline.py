"""The article's own title as its first line: known by the address, which says it again in most places, or by the
byline or date that stands between it and the story.

Works in any language, needs no wording, and is a witness that neither rules nor repetition have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote

from cleaner.data import Document, Span
from cleaner.text import address

DETECTOR = "headline"
RULE = "headline.address"
TOP_RULE = "headline.top"

LINES = 4
"""How many lines from the top may hold the title."""

LONGEST = 220
"""The longest line that is looked at, in code points."""

FEWEST_WORDS = 4
"""An address with fewer words says too little."""

SHARE_OF_ADDRESS, SHARE_OF_LINE = 0.6, 0.7
"""The share of the address's words that the line must hold, and of the line's that the address must."""

SHORT_TITLE = 100
"""The longest first line, in code points, that may be the title though the address says only part of it. Longer ones
without a full stop are often the story's own summary."""

STEM = 5
"""How many letters of a word count where the address need not say a title word for word."""

PART_OF_ADDRESS, PART_OF_LINE = 0.5, 0.6
"""The share of the address's stems that a first line must hold, or of the line's that the address must."""

FEWEST_STEMS = 2
"""Fewer stems in common say nothing."""

ENOUGH_STEMS = 3
"""So many stems in common say enough over a long line, which no list of links or captions begins with."""

ALL_BUT, PART_OF_LONG = 0.75, 0.4
"""The share of the address's stems that a line longer than `SHORT_TITLE` must hold, and of the line's that the address
must."""

KICKER = 40
"""The longest line, in code points, that may stand over a title and be no part of the story."""

_END = re.compile(r"[.:;,…!。،।][\s\"'”’»)\]×*†•|]{0,3}\Z")
"""How a title does not end: with what ends a sentence or a part of one, or closes what does."""

SHORT_NEXT = 120
"""The longest line, in code points, that may be a byline or a date below a title."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_ENDING = re.compile(r"\.\w{2,6}$")
_SPELT_OUT = str.maketrans({"ß": "ss", "ø": "o", "å": "a", "æ": "ae", "ł": "l", "đ": "d", "ı": "i"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"})


def headline(document: Document) -> Iterator[Span]:
    """Marks the line near the top that says what the URL's last part says, sure, since two agree; and the first line,
    never surely, when it looks like a title over a short line."""
    top = list(_first_lines(document, LINES))
    slug = address_words(document.url) if document.url else frozenset()
    said = [at for at in top if len(slug) >= FEWEST_WORDS and _says(document.text[slice(*at)], slug)]
    for start, end in said:
        yield Span(start, end, "headline", RULE, DETECTOR, where="head", values=(("title", start, end),))
    if said or document.page is not None:
        return
    text = document.text
    for first, second in pairwise(top[:3]):
        if _like_title(text, first, second):
            yield from _part(text, first, second, slug, top=first == top[0])
        if first[1] - first[0] > KICKER or _END.search(text, first[1] - 4, first[1]):
            return


def _part(
    text: str, title: tuple[int, int], below: tuple[int, int], slug: frozenset[str], *, top: bool
) -> Iterator[Span]:
    """A line of which the address says a part, sure; or the first one over a byline or a date, not sure."""
    start, end = title
    over_prose = below[1] - below[0] > SHORT_NEXT
    sure = _says_part(text[start:end], slug, over_prose=over_prose, alone=top and end - start <= SHORT_TITLE)
    if sure or (top and not over_prose):
        rule = RULE if sure else TOP_RULE
        yield Span(
            start, end, "headline", rule, DETECTOR, sure, "head", values=(("title", start, end),), beside=True
        )  # fmt: skip


def _first_lines(document: Document, number: int) -> Iterator[tuple[int, int]]:
    """Offsets of the first lines that hold words."""
    seen = 0
    for start, end in document.bounds:
        if start == end:
            continue
        yield start, end
        seen += 1
        if seen == number:
            return


def _like_title(text: str, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether a line is without a sentence's end, and the line below does not go on with its sentence."""
    line = text[slice(*first)]
    return (
        len(line) <= LONGEST
        and line[0].isalnum() | (line[0] in "“\"'‘«„[¿¡")
        and not _END.search(line, len(line) - 4)
        and not text[second[0]].islower()
        and len(_WORD.findall(line)) >= FEWEST_WORDS - 1
    )


@lru_cache(maxsize=64)
def address_words(url: str) -> frozenset[str]:
    """The words of the longest part of a path, without diacritics."""
    parts = unquote(address(url)[1]).split("/")
    return frozenset(_WORD.findall(_plain(_ENDING.sub("", max(parts, key=len)))))


def _says_part(line: str, words: frozenset[str], *, over_prose: bool, alone: bool) -> bool:
    """Whether a line and an address have enough in common, word endings and the way of spelling aside: most of the
    address, unless the line is short and stands `alone` at the top."""
    if not words:
        return False
    slug = frozenset().union(*map(stems, words))
    said = max((stems(line), stems(line, _GERMAN)), key=lambda own: len(own & slug))
    both = len(said & slug)
    if not alone:
        return both >= max(ENOUGH_STEMS, ALL_BUT * len(slug), PART_OF_LONG * len(said))
    if over_prose and both >= ENOUGH_STEMS:
        return True
    return both >= FEWEST_STEMS and (both >= PART_OF_ADDRESS * len(slug) or both >= PART_OF_LINE * len(said))


def stems(text: str, spelt: dict[int, str] = _SPELT_OUT) -> frozenset[str]:
    """The first letters of a text's words, by which they are known in whatever form they stand."""
    return frozenset(word[:STEM] for word in _WORD.findall(_plain(text, spelt)) if len(word) >= 3)


def _says(line: str, slug: frozenset[str]) -> bool:
    if len(line) > LONGEST or (line.endswith((".", ":", ";", ",")) and not line.endswith("...")):
        return False
    return any(
        len(words) >= FEWEST_WORDS
        and len(words & slug) >= SHARE_OF_ADDRESS * len(slug)
        and len(words & slug) >= SHARE_OF_LINE * len(words)
        for words in (frozenset(_WORD.findall(_plain(line))), frozenset(_WORD.findall(_plain(line, _GERMAN))))
    )


def _plain(text: str, spelt: dict[int, str] = _SPELT_OUT) -> str:
    if text.isascii():
        return text.lower().replace("'", "")
    lowered = text.lower().translate(spelt)
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c)).replace("'", "")
