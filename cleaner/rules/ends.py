"""Where a call or a caption ends when no line end or full stop says so: it takes nothing of the story with it."""

from __future__ import annotations

import regex

from cleaner.text import sentences

CAPTION, CAPTION_SENTENCES = 200, 3
"""A caption longer than so many code points has at most so many sentences."""

CAPTION_SHARE = 0.5
"""The largest share of a text that such a caption may be."""

GLUED = 12
"""So many letters of a writing without capitals after a call are a sentence of their own."""

NOUNS_IN_CAPITALS = ("de",)
"""Languages in which a capital says nothing of where a sentence begins."""

CALL, STORY = 10, 40
"""The fewest letters of a call, and of a sentence that runs on behind it."""

_WORD = r"[\p{L}\p{M}’'-]*"
_GLUE = regex.compile(
    rf"(?<=[^\s\p{{P}}]|[%»”“)*]|\s\p{{Ll}}{{1,2}}\.)\s+(?=[“„«\"¿¡]?(?:\p{{Lu}}{_WORD}\s){{0,2}}(?P<last>\p{{Lu}}){_WORD}(?:\s\p{{Ll}}{_WORD},?){{3}})"
)
"""Capitals in the midst of a sentence, three at most, before small words in a row, as no name has them."""


def before_glued(text: str, start: int, end: int, last: int) -> int:
    """Where a call ends in a sentence of a longer line, if the story's next runs on in it without a full stop."""
    rest = text[end:last].lstrip()
    if rest and rest[0].isalpha() and rest[0].lower() == rest[0].upper():
        return end if len(rest) >= GLUED else last
    for found in _GLUE.finditer(text, start + CALL, last):
        if last - found.start("last") >= STORY:
            return found.start()
    return last


def tells(text: str, start: int, end: int) -> bool:
    """Whether what ends in a credit is too long for a caption: a story without line breaks ends in one too."""
    size = end - start
    if size <= CAPTION:
        return False
    return size > CAPTION_SHARE * len(text) or len(sentences(text, start, end)) > CAPTION_SENTENCES
