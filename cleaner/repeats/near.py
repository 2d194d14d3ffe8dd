"""Near copies: a block that differs from a known one by a name, a clause, or that breaks off.

What is known is kept as the set of its runs of four words. A block most of whose runs are known is a copy. This is
containment of shingles (Broder 1997) without the sampling: the known blocks are few, so all their runs are kept,
and a text's block is probed at three places before all its runs are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from cleaner.text import hashed

RUN = 4
"""Words in a run; a Han, kana or Hangul sign is a word."""

FEWEST_WORDS = 6
"""A block of fewer words is no near copy of anything."""

SURE_WORDS = 10
"""A shorter block must be known to the last word."""

SHARE = 0.6
"""The share of a longer block's runs that must be known."""

Known = TypeVar("Known", bound=tuple[Any, ...])

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def runs(form: str) -> list[int]:
    """Keys of the runs of words of a plain form, in order; none if it is too short."""
    words = _WORD.findall(form)
    if len(words) < FEWEST_WORDS:
        return []
    return [_run(words, at) for at in range(len(words) - RUN + 1)]


def _run(words: list[str], at: int) -> int:
    return hashed(" ".join(words[at : at + RUN]))


def nearest(form: str, known: Callable[[int], Known | None]) -> Known | None:
    """The known block that most runs of a plain form belong to, if enough of them are known at all.

    `known` gives what a run belongs to.
    """
    words = _WORD.findall(form)
    last = len(words) - RUN
    if len(words) < FEWEST_WORDS or not any(known(_run(words, at)) for at in {0, last // 2, last}):
        return None
    found = [entry for at in range(last + 1) if (entry := known(_run(words, at)))]
    if len(found) < (SHARE if len(words) >= SURE_WORDS else 1) * (last + 1):
        return None
    return max(set(found), key=lambda entry: (found.count(entry), entry))
