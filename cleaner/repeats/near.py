"""Near copies: a block that differs from a known one by a name, a clause, or that breaks off.

What is known is kept as the set of its runs of four words. A block most of whose runs are known is a copy. This is
containment of shingles (Broder 1997) without the sampling: the known blocks are few, so all their runs are kept,
and a text's block is probed at three places before all its runs are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cleaner.text import hashed

RUN = 4
"""Words in a run; a Han, kana or Hangul sign is a word."""

FEWEST_WORDS = 6
"""A block of fewer words is no near copy of anything."""

SURE_WORDS = 10
"""A shorter block must be known to the last word."""

SHARE = 0.5
"""The share of a longer block's runs that must be known."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def runs(form: str) -> list[int]:
    """Keys of the runs of words of a plain form, in order; none if it is too short."""
    words = _words(form)
    return [_run(words, at) for at in range(len(words) - RUN + 1)] if len(words) >= FEWEST_WORDS else []


def _words(form: str) -> list[str]:
    return _WORD.findall(form)


def _run(words: list[str], at: int) -> int:
    return hashed(" ".join(words[at : at + RUN]))


def nearest(form: str, known: Callable[[int], int]) -> list[int]:
    """What the known runs of a plain form are known as, if they are enough for a near copy; else nothing.

    `known` gives a number for a run that is known, -1 for others.
    """
    words = _words(form)
    last = len(words) - RUN
    if len(words) < FEWEST_WORDS or all(known(_run(words, at)) < 0 for at in (0, last, last // 2)):
        return []
    found = [number for at in range(last + 1) if (number := known(_run(words, at))) >= 0]
    return found if len(found) >= (SHARE if len(words) >= SURE_WORDS else 1) * (last + 1) else []
