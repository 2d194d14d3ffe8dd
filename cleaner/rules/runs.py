"""Runs: which sentences of a row hold what a form is made of."""

from __future__ import annotations

from collections.abc import Sequence

BARRED = -100
"""What a sentence adds to a run that holds what must not be there: no run is worth going over it."""


def best_run(signs: Sequence[set[int] | None]) -> tuple[int, int]:
    """Where the sentences begin and end that hold most signs, given those of each; None bars a sentence.

    A sentence adds its signs less one, and the run is the row of sentences that adds up to most (Kadane; as Pasternack
    and Roth, 2009, find an article among its page's words); of equals, the first and shortest.
    """
    best = begin = total = 0
    run = (0, 0)
    for at, score in enumerate(_scores(signs)):
        if total <= 0:
            begin, total = at, 0
        total += score
        if total > best:
            best, run = total, (begin, at + 1)
    return run


def _scores(signs: Sequence[set[int] | None]) -> list[int]:
    """What each sentence adds to a run: one without signs is let through, two of them are the story's."""
    bare = [False, *(not held for held in signs), False]
    return [
        BARRED if held is None or (bare[at] and (bare[at - 1] or bare[at + 1])) else len(held) - 1
        for at, held in enumerate(signs, 1)
    ]
