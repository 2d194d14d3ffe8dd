"""How much speaks for each line of a page as part of its story: what is said of lines, added up.

Each number said of a line falls between two edges, and there has a weight; the sum of these is the odds of a logistic
regression. A second one looks at the same numbers and at what the first found around each line, as jusText looks at
neighbours (Pomikálek, 2011). The weights are in `model.json`, which `bench/crawl.py` makes: they were fitted on 854
pages of the WCXB development split and of Fundus' test material, as visible text. No word of a page is in them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from itertools import accumulate

import msgspec

from cleaner.crawl.features import Column, features, heaviest, means
from cleaner.crawl.lines import Line

REACHES = (1, 3, 8, 20)
"""How many lines on either side are asked what was found in the first look."""

SUREST = 6.0
"""Odds beyond this say no more than these."""

WITHIN = 0.5
"""So much more speaks for each line of the likeliest stretch of a page, and so much less for all others."""

LOWEST = -2.5
"""Lower odds than these are no bound on any page."""


class Stage(msgspec.Struct, frozen=True):
    """One look: a constant, for each column the edges between which numbers weigh the same and what they weigh there,
    and for some what each unit weighs besides.
    """

    constant: float
    edges: dict[str, list[float]]
    weights: dict[str, list[float]]
    slopes: dict[str, float]

    def odds(self, columns: Mapping[str, Column]) -> list[float]:
        """The odds of each line."""
        return [self.constant + sum(said) for said in zip(*self._said(columns), strict=True)]

    def _said(self, columns: Mapping[str, Column]) -> Iterator[list[float]]:
        """What each column adds to the odds of each line."""
        for name, edges in self.edges.items():
            held, column = [0.0, *accumulate(self.weights[name])], columns[name]
            slope = self.slopes.get(name)
            if len(edges) == 1:
                (edge,) = edges
                yield [held[value >= edge] for value in column]
            elif slope is None:
                yield [held[bisect_right(edges, value)] for value in column]
            else:
                yield [held[bisect_right(edges, value)] + slope * value for value in column]


class Model(msgspec.Struct, frozen=True):
    """Two looks, of which the second sees what the first one found."""

    first: Stage
    second: Stage


def weighed(lines: Sequence[Line], url: str | None = None) -> list[float]:
    """The odds of each line to be the story's: what is above 0 is."""
    model = _model()
    columns = features(lines, url)
    found = model.second.odds({**columns, **around(model.first.odds(columns))})
    return bounded(lines, found)


def bounded(lines: Sequence[Line], odds: Sequence[float]) -> list[float]:
    """Odds such that on this page what is above 0 is the story's.

    The lines for which most speaks in sum, by their letters, are where the story most likely begins and ends, as
    Pasternack and Roth (2009) find it among a page's words: what stands there is surer.
    """
    low, high = heaviest(one * line.letters for one, line in zip(odds, lines, strict=True))
    placed = [one + (WITHIN if low <= at < high else -WITHIN) for at, one in enumerate(odds)]
    least = least_of(lines, placed)
    return [one - least for one in placed]


def least_of(lines: Sequence[Line], odds: Sequence[float]) -> float:
    """The odds from which on lines stay: those at which F1, the mean of what is found and what of it is right, may be
    expected to be highest. That is at half of it, so lower on a page that leaves much in doubt (Lipton et al., 2014).
    """
    chances = [_chance(one) for one in odds]
    letters = [line.letters for line in lines]
    story = sum(chance * size for chance, size in zip(chances, letters, strict=True))
    kept = right = best = 0.0
    for chance, size in sorted(zip(chances, letters, strict=True), reverse=True):
        kept += size
        right += chance * size
        best = max(best, right / (kept + story))
    return max(LOWEST, math.log(best / (1 - best)))


def around(odds: Sequence[float]) -> dict[str, Column]:
    """What the first look found, of each line and around it: as odds, and as chances."""
    odds = [max(-SUREST, min(SUREST, one)) for one in odds]
    chances = [_chance(one) for one in odds]
    columns: dict[str, Column] = {"odds": odds}
    for reach in REACHES:
        columns[f"odds_{reach}"] = means(odds, reach)
        columns[f"chances_{reach}"] = means(chances, reach)
    return columns


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


@lru_cache(maxsize=1)
def _model() -> Model:
    data = resources.files("cleaner.crawl").joinpath("model.json").read_bytes()
    return msgspec.json.decode(data, type=Model)
