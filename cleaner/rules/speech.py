"""Who speaks: what somebody says in the midst of a paragraph is the story's, whatever it says."""

from __future__ import annotations

import regex

QUOTED = 600
"""How far before a sentence, in code points, the quotation that it stands in may open."""

ANSWER = 2_000
"""The longest paragraph, in code points, that one answer of an interview may be."""

_PAIRS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
_SPEAKER = regex.compile(
    r"(?:\p{Lu}[\p{L}.'’-]*\s){1,3}\p{Lu}[\p{L}.'’-]+\s?:\s|\p{Lu}{1,12}:\s|[\p{Han}\p{Katakana}ー・]{1,8}："
)


def in_speech(text: str, low: int, high: int, start: int, end: int) -> bool:
    """Whether a stretch in the midst of the line from `low` to `high` stands in a quotation that is not closed before
    it, or in what a speaker says whose name opens the line.
    """
    if not low < start <= end < high:
        return False
    begin = max(low, start - QUOTED)
    low_opens = text.rfind("„", begin, start)
    if low_opens >= 0:  # there the sign closes that opens elsewhere
        quoted = low_opens > max(text.rfind(closes, begin, start) for closes in "“”")
    else:
        quoted = any(text.rfind(opens, begin, start) > text.rfind(closes, begin, start) for opens, closes in _PAIRS)
    return quoted or (high - low <= ANSWER and _SPEAKER.match(text, low, start) is not None)
