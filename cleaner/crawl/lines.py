"""The lines of a page as plain text, and what is prose among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cleaner.data import Document
from cleaner.text import SPACELESS, content

SHORT, LONG = 60, 80
"""Letters below which a line without a sentence's end is short, and from which one with it is prose."""

VERY_LONG = 160
"""A line of this many letters counts as prose in part, however it ends."""

CLOSING = "\"'”’»›)]“」』） "
"""What may stand behind the sign that ends a sentence."""

_SPACELESS = re.compile(f"[{SPACELESS}-\U0010ffff]")
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔")


class Line(NamedTuple):
    """A line that holds words: its offsets, its words, how many letters it has, and whether a sentence ends it."""

    start: int
    end: int
    words: str
    letters: int
    ends: bool

    @property
    def short(self) -> bool:
        """Whether it may be a menu's entry."""
        return self.letters < SHORT and not self.ends

    @property
    def prose(self) -> float:
        """How far it is prose, from 0 to 1."""
        if self.ends and self.letters >= LONG:
            return 1.0
        return 0.6 if self.letters >= VERY_LONG else 0.0


def lines_of(document: Document) -> Iterator[Line]:
    """The lines of a document that hold words."""
    text = document.text
    for block in document.blocks:
        start, end = content(text, block.start, block.end)
        if start < end:
            words = text[start:end]
            # A letter of writing without spaces says about as much as three of an alphabet.
            letters = end - start if words.isascii() else end - start + 2 * len(_SPACELESS.findall(words))
            yield Line(start, end, words, letters, words.rstrip(CLOSING).endswith(_ENDS))
