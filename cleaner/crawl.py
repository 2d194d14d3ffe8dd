"""Whole pages as plain text, as crawls keep them (WET files): menus and teasers around a story, and no tags.

First the document is judged: is this a page, or a text that somebody cut out of one already? Only of pages this
detector speaks. Then each line is weighed by what it is and where it stands, and weighed again beside its
neighbours, as jusText does (Pomikálek, 2011); that prose gathers in one stretch is the observation of Finn et al.
(2001), that a story says its words again and its surroundings do not is ours.

The weights below are those of two logistic regressions, fitted on 916 pages of the WCXB development split and
of Fundus' test material (half of them held back while features were chosen), as visible text. No word of a page is
in them, so they hold for every language.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from cleaner.data import Document, Kind, Span
from cleaner.text import SPACELESS, content

DETECTOR = "crawl"
RULE = "crawl.page"

FEWEST_SHORT = 10
"""With fewer short lines than this a text is no page; most texts are left here, after one count."""

SHORT, LONG = 60, 80
"""Letters below which a line without a sentence's end is short, and from which one with it is prose."""

VERY_LONG = 160
"""A line of this many letters counts as prose in part, however it ends."""

PAGE = 16.65
"""How much has to speak for a page. Of 6,000 cut-out articles one passed, itself half furniture, of pages 95 %."""

HEAD_ALONE = 40
"""With nothing short below the prose, so many short lines must stand above it; fewer may be a table of the story's."""

COMMON = 40
"""How many of the words that prose uses most are looked at as its small words."""

TEASER = 30
"""From this many letters on, a line that leaves below the story's start is a teaser, not a menu's entry."""

RUN = 25
"""How many lines one mark takes at the most, so that a veto spares no more than what is near it."""

FIRST = (1.65, -1.22, -0.81, 0.88, -9.05, -7.91, 2.48, 0.84, 2.44, 2.19, 4.54)
"""Weights of a line: length, capitals, said twice, small words, prose above, prose below, the lesser of both,
in the story's core, words that prose nearby says again, prose around; and the constant."""

SECOND = (0.36, 0.12, 0.3, -0.09, -1.63, -2.48, -2.4, -1.04, -1.59, -4.32, 4.54, 4.21, 2.15, 0.75, 1.76)
"""Weights of a line among its neighbours: the same again, then what the first look said of it, and of the 3, 8 and
20 lines on either side."""

_WORD = re.compile(r"\w+")
_SPACELESS = re.compile(f"[{SPACELESS}-\U0010ffff]")
_CLOSING = "\"'”’»›)]“」』） "
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔")
_OWNER = ("©", "(c) 20", "copyright")


class _Line(NamedTuple):
    start: int
    end: int
    words: str
    letters: int
    ends: bool

    @property
    def short(self) -> bool:
        return self.letters < SHORT and not self.ends

    @property
    def prose(self) -> float:
        if self.ends and self.letters >= LONG:
            return 1.0
        return 0.6 if self.letters >= VERY_LONG else 0.0


def crawl(document: Document) -> Iterator[Span]:
    """Marks the lines of a whole page that are not its story; nothing in a text that is no page."""
    if document.page is not None:
        return  # its markup tells more than its lines do
    lengths = list(map(len, document.lines))
    if len(lengths) < FEWEST_SHORT or sum(map(SHORT.__ge__, lengths)) - lengths.count(1) < FEWEST_SHORT:
        return
    lines = list(_lines(document))
    if not _is_page(lines):
        return
    leaves = _without_subheads(lines, [odds <= 0 for odds in _weighed(lines)])
    if all(leaves):
        return  # a page without a story is an index; which of its lines matter is not ours to say
    begun = leaves.index(False)
    at = 0
    while at < len(lines):
        end = at + 1
        if leaves[at]:
            kind = _kind(lines[at], at > begun)
            while end < len(lines) and leaves[end] and end - at < RUN and _kind(lines[end], end > begun) == kind:
                end += 1
            yield Span(lines[at].start, lines[end - 1].end, kind, RULE, DETECTOR)
        at = end


def _without_subheads(lines: Sequence[_Line], leaves: list[bool]) -> list[bool]:
    """Lines that leave, but for those that stand alone between two paragraphs that stay: headings of sections."""
    alone = [
        0 < at < len(lines) - 1
        and not (leaves[at - 1] or leaves[at + 1])
        and lines[at - 1].prose == lines[at + 1].prose == 1.0
        for at in range(len(lines))
    ]
    return [leave and not subhead for leave, subhead in zip(leaves, alone, strict=True)]


def _kind(line: _Line, below: bool) -> Kind:
    return "related" if below and line.letters >= TEASER else "nav"


def _lines(document: Document) -> Iterator[_Line]:
    text = document.text
    for block in document.blocks:
        start, end = content(text, block.start, block.end)
        if start < end:
            words = text[start:end]
            # A letter of writing without spaces says about as much as three of an alphabet.
            letters = end - start if words.isascii() else end - start + 2 * len(_SPACELESS.findall(words))
            yield _Line(start, end, words, letters, words.rstrip(_CLOSING).endswith(_ENDS))


def _is_page(lines: Sequence[_Line]) -> bool:
    """Whether short lines stand above and below the prose as they do on a page, in number."""
    prose = [at for at, line in enumerate(lines) if line.ends and line.letters >= LONG]
    first, last = (prose[0], prose[-1]) if prose else (len(lines), len(lines))
    above = sum(line.short for line in lines[:first])
    below = sum(line.short for line in lines[last + 1 :])
    longest = run = 0
    for line in lines:
        run = run + 1 if line.short else 0
        longest = max(longest, run)
    tail = " ".join(line.words for line in lines[-12:]).lower()
    owned = any(sign in tail for sign in _OWNER)
    if not below and not owned and above < HEAD_ALONE:
        return False
    said = (
        2.28 * math.log1p(above)
        + 0.78 * math.log1p(below)
        + 0.95 * math.log1p(min(above, below))
        + 0.65 * math.log1p(longest)
        + 0.64 * math.log1p(len(prose))
        + 0.95 * math.log1p(len(lines))
        + 0.46 * math.log1p(len(lines) - len({line.words for line in lines}))
        + 2.66 * owned
    )
    return said > PAGE


def _weighed(lines: Sequence[_Line]) -> list[float]:
    """How much speaks for each line as part of the story; 0 is where it does not matter."""
    rows = _features(lines)
    odds = [sum(map(float.__mul__, FIRST, row)) + FIRST[-1] for row in rows]
    chance = [1 / (1 + math.exp(-max(-30.0, min(30.0, value)))) for value in odds]
    around = [_means(chance, reach) for reach in (3, 8, 20)]
    seconds = (
        (*row, max(-7.0, min(7.0, own)) / 5, *near)
        for row, own, near in zip(rows, odds, zip(*around, strict=True), strict=True)
    )
    return [sum(map(float.__mul__, SECOND, row)) + SECOND[-1] for row in seconds]


def _features(lines: Sequence[_Line]) -> list[tuple[float, ...]]:
    words = [_WORD.findall(line.words.lower()) for line in lines]
    prose = [line.prose for line in lines]
    mass = [line.letters * share for line, share in zip(lines, prose, strict=True)]
    total = sum(mass) or 1.0
    passed = list(accumulate(mass, initial=0.0))
    times = Counter(line.words for line in lines)
    low, high = _core(lines, mass)
    small, said = _vocabulary(words, prose)
    again = [_said_again(own, small, said, of_prose=share == 1.0) for own, share in zip(words, prose, strict=True)]
    rows: list[tuple[float, ...]] = []
    for at, (line, near, around) in enumerate(zip(lines, _means(again, 3), _means(prose, 12), strict=True)):
        above, below = passed[at] / total, 1 - passed[at + 1] / total
        parts = line.words.split()
        own = words[at]
        rows.append(
            (
                math.log1p(line.letters) / 7,
                sum(part[0].isupper() for part in parts) / len(parts),
                float(times[line.words] > 1),
                min(1.0, 2.5 * sum(word in small for word in own) / max(1, len(own))),
                above,
                below,
                2 * min(above, below),
                float(low <= at < high),
                near,
                around,
            )
        )
    return rows


def _core(lines: Sequence[_Line], mass: Sequence[float]) -> tuple[int, int]:
    """The run of lines that holds most prose, where each line without any costs: the maximum subsequence."""
    best = run = 0.0
    low = high = begun = 0
    for at, (line, weight) in enumerate(zip(lines, mass, strict=True)):
        if run <= 0:
            run, begun = 0.0, at
        run += weight or -40 - line.letters / 2
        if run > best:
            best, low, high = run, begun, at + 1
    return low, high


def _vocabulary(words: Sequence[Sequence[str]], prose: Sequence[float]) -> tuple[set[str], Counter[str]]:
    """The small words that the page's own prose uses most, and in how many of its paragraphs each word stands."""
    said: Counter[str] = Counter()
    paragraphs = 0
    for own, share in zip(words, prose, strict=True):
        if share == 1.0:
            said.update(set(own))
            paragraphs += 1
    enough = max(2, 0.25 * paragraphs)
    # Words of equal number are taken in the order of the alphabet, since sets have none.
    most = sorted(said.items(), key=lambda item: (-item[1], item[0]))[:COMMON]
    return {word for word, times in most if times >= enough}, said


def _said_again(own: Sequence[str], small: set[str], said: Counter[str], *, of_prose: bool) -> float:
    telling = [word for word in own if len(word) >= 4 and word not in small]
    return sum(said[word] > of_prose for word in telling) / len(telling) if telling else 0.0


def _means(values: Sequence[float], reach: int) -> list[float]:
    """For each place the mean of the places around it, itself left out."""
    sums = list(accumulate(values, initial=0.0))
    size = len(values)
    means = []
    for at, value in enumerate(values):
        low, high = max(0, at - reach), min(size, at + reach + 1)
        means.append((sums[high] - sums[low] - value) / max(1, high - low - 1))
    return means
