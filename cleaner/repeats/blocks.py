"""Cutting a text into the blocks that are counted, and the keys they are counted by.

A block is a line, or a sentence of a longer line. Cutting is crude on purpose: it asks for no language, so that
the same words are cut the same way wherever they stand, alone or glued to a story. Where a cut is doubtful is
for the detector to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import xxhash

from cleaner.data import Document
from cleaner.text import SPACELESS, content, hashed, host_of, plain

SHORT_LINE = 50
"""Lines up to this length, in code points, are one block whatever stops stand in them."""

LONG_LINE = 1_200
"""Longer lines are counted by sentence only, not as a whole."""

SHORTEST = 20
"""The shortest sentence inside a line that is counted, in code points. What follows the last stop of a line may be
shorter: stories end on a stop, what is stuck to them often does not."""

SHORTEST_FORM = 50
"""The shortest block that is also counted with its names masked, in code points."""

FEWEST_LETTERS = 30
"""What must be left, in code points, of a block whose names are masked."""

MUTE = 3
"""A block of fewer letters is none: times, dates, numbers, rules. Han, kana and Hangul count double."""

STOPS = ".!?…؟۔।。！？\"'”’»›)]“」』）"
_STOP = re.compile(r"[.!?…؟۔।。！？]+[\"'”’»›)\]“」』）]*")
_WIDE = "。！？」』）"


class Block(NamedTuple):
    """A block of a text: offsets, the number of its line, whether it is all of that line, its key and plain form.

    The key is 0 where there are too few words to speak of: such blocks are not counted. A line of several
    sentences has no form; theirs are its own.
    """

    start: int
    end: int
    line: int
    whole: bool
    key: int
    form: str


def blocks(document: Document) -> list[Block]:
    """The blocks of a document in order: each line, and behind a line of several sentences these."""
    text = document.text
    places: list[tuple[int, int, int]] = []
    for line, (begin, stop) in enumerate(pairwise(document.starts)):
        start, end = content(text, begin, stop)
        if end - start > SHORT_LINE:
            places += _sentences(text, start, end, line)
        elif start < end:
            places.append((start, end, line))
    if not places:
        return []
    spoken = plain([text[start:end] for start, end, _ in places])
    found: list[Block] = []
    first = 0
    for at, (_, end, line) in enumerate(places):
        if at + 1 < len(places) and places[at + 1][2] == line:
            continue
        if at > first and end - places[first][0] <= LONG_LINE:
            found.append(Block(places[first][0], end, line, True, hashed(" ".join(spoken[first : at + 1])), ""))
        alone = at == first
        for n in range(first, at + 1):
            low, high, _ = places[n]
            short = not alone and high - low < SHORTEST and (n < at or text[high - 1] in STOPS)
            found.append(Block(low, high, line, alone, 0 if short else _key(spoken[n]), spoken[n]))
        first = at + 1
    return found


def _key(form: str) -> int:
    if len(form) < 20 and sum((letter >= SPACELESS) + 1 for letter in form if letter.isalpha()) < MUTE:
        return 0
    return hashed(form)


def _sentences(text: str, start: int, end: int, line: int) -> list[tuple[int, int, int]]:
    parts = []
    at = start
    for match in _STOP.finditer(text, start, end):
        stop = match.end()
        if stop < end and not _stops(text, match.start(), stop):
            continue
        parts.append((at, stop, line))
        at = stop
        while at < end and text[at].isspace():
            at += 1
    if at < end:
        parts.append((at, end, line))
    return parts


def _stops(text: str, mark: int, stop: int) -> bool:
    """Whether a stop at `mark`, its closing marks up to `stop`, may end a sentence inside a line."""
    after = text[stop]
    if after.isspace() or text[stop - 1] in _WIDE:
        return True
    # Glued: "… of the harbour.You could close this page", but not "U.S.A" or "example.Org".
    return after.isupper() and mark >= 2 and text[mark - 1].islower() and text[mark - 2].islower()


def forms(texts: Sequence[str]) -> list[int]:
    """Keys of texts with their names masked as well; 0 where too few words are left to say anything.

    A name is a run of words with capitals, so "Anna, we need you" and "Ben Okri, we need you" are one.
    """
    if not texts:
        return []
    named = _names().sub("_", "\n".join(texts)).split("\n")
    return [
        xxhash.xxh3_64_intdigest(form.encode("utf-8", "replace"), seed=1)
        if "_" in form and len(form) - 2 * form.count("_") >= FEWEST_LETTERS
        else 0
        for form in plain(named)
    ]


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    upper = "".join(chr(code) for code in range(0xFFFF) if chr(code).isupper())
    return re.compile(rf"[{upper}][\w'’-]*(?: [{upper}][\w'’-]*)*")


def weight(words: str) -> float:
    """Length in code points, Han, kana and Hangul counting two and a half times: they say as much in fewer."""
    return len(words) if words.isascii() else len(words) + 1.5 * sum(letter >= SPACELESS for letter in words)


def site_of(document: Document) -> str:
    """What a document is counted under: its site, else the host of its address, else nothing (the whole dump)."""
    site = host_of(document.url) if document.site is None else document.site
    return site.strip().lower().removeprefix("www.")


def site_key(site: str) -> int:
    """64-bit key of a site."""
    return hashed(site)


def document_key(text: str) -> int:
    """64-bit key of a text; exact copies have the same."""
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
