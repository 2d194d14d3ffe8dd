"""What can be said of each line of a page: what it is, where it stands, and what stands around it.

That prose gathers in one stretch is the observation of Finn et al. (2001); that a story says its words again and its
surroundings do not, and that the address says the title once more, is ours. No word of any language is looked at.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import regex

from cleaner.crawl.lines import CLOSING, Line
from cleaner.headline import address_words, stems

COMMON = 40
"""How many of the words that prose uses most are looked at as its small words."""

FAR = 40
"""Lines further away than this from the story's core, or from its title, are all as far."""

FEW = 10
"""So many lines and more without prose are all as many."""

GAP = 4
"""So many lines without prose part one run of it from the next."""

SAME = 12
"""So many lines on either side are looked at for lines of the same shape."""

TITLE, SHARE_OF_BEST = 0.4, 0.8
"""The share of the address's words that a line must say to be the title, and of what the line says that says most."""

LONGEST_TITLE = 300
"""The longest line, in letters, that may be the title."""

WORD = 6
"""About so many letters make a word, a blank included."""

_WORD = re.compile(r"\w+")
_CAPITAL, _DIGIT = regex.compile(r"\p{Lu}"), regex.compile(r"\d")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[:.]\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


class _Page(NamedTuple):
    """What lines are looked at beside: the prose of all, and where the story may be."""

    lines: Sequence[Line]
    prose: Sequence[float]
    mass: Sequence[float]
    core: tuple[int, int]


Column = Sequence[float]


def features(lines: Sequence[Line], url: str | None = None) -> dict[str, Column]:
    """Columns of numbers by name, one number for each line."""
    prose = [line.prose for line in lines]
    mass = [line.letters * share for line, share in zip(lines, prose, strict=True)]
    page = _Page(lines, prose, mass, core_of(lines))
    own = _what_it_is(lines)
    return {**own, **_where_it_stands(page, url), **_what_is_around(page, own)}


def _what_it_is(lines: Sequence[Line]) -> dict[str, Column]:
    times = Counter(line.words for line in lines)
    columns = {name: [says(line) for line in lines] for name, says in _OF_LINE.items()}
    return {**columns, "twice": [float(times[line.words] > 1) for line in lines]}


def _words(line: Line) -> float:
    """How many words a line has: in writing without spaces, about as many as an alphabet would need."""
    spaced = line.letters == len(line.words)
    return len(line.words.split()) if spaced else line.letters / WORD


def _initials(line: Line) -> float:
    parts = line.words.split()
    return sum(part[0].isupper() for part in parts) / len(parts)


def _share(letters: regex.Pattern[str], words: str) -> float:
    return len(letters.findall(words)) / len(words)


_OF_LINE: Mapping[str, Callable[[Line], float]] = {
    "letters": lambda line: math.log1p(line.letters),
    "words": _words,
    "word_length": lambda line: line.letters / _words(line),
    "ends": lambda line: float(line.ends),
    "initials": _initials,
    "capitals": lambda line: _share(_CAPITAL, line.words),
    "digits": lambda line: _share(_DIGIT, line.words),
    "commas": lambda line: sum(map(line.words.count, ",、，،")) / _words(line),
    "colon": lambda line: float(line.words[-1] in ":："),
    "question": lambda line: float(line.words.rstrip(CLOSING)[-1:] in tuple("?？؟")),
    "dots": lambda line: float(line.words.endswith(("…", "..."))),
    "date": lambda line: float(_DATE.search(line.words) is not None),
    "at": lambda line: float("@" in line.words),
    "link": lambda line: float("http" in line.words or "www." in line.words),
    "bar": lambda line: float(any(map(line.words.count, "|»›"))),
    "bullet": lambda line: float(line.words[0] in "-•*·–—"),
    "quote": lambda line: float(line.words[0] in "\"“„«'‘「"),
}


def _where_it_stands(page: _Page, url: str | None) -> dict[str, Column]:
    number, (low, high) = len(page.lines), page.core
    total = sum(page.mass) or 1.0
    held = sum(page.mass[low:high])
    passed = list(accumulate(page.mass, initial=0.0))
    said, title = _title(page, url)
    run, share = _runs(page)
    places = range(number)
    return {
        "place": [at / number for at in places],
        "number": [math.log1p(number)] * number,
        "prose_of_page": [sum(page.mass) / (sum(line.letters for line in page.lines) or 1)] * number,
        "above": [passed[at] / total for at in places],
        "below": [1 - passed[at + 1] / total for at in places],
        "core": [float(low <= at < high) for at in places],
        "core_share": [held / total] * number,
        "core_letters": [math.log1p(held)] * number,
        "since_core": [_near(at - low) for at in places],
        "to_core_end": [_near(high - 1 - at) for at in places],
        "run": run,
        "run_share": share,
        "says_address": said,
        "has_title": [float(title is not None)] * number,
        "since_title": [_near(at - title) if title is not None else 0.0 for at in places],
    }


def _what_is_around(page: _Page, own: Mapping[str, Column]) -> dict[str, Column]:
    words = [_WORD.findall(line.words.lower()) for line in page.lines]
    small, said = _vocabulary(words, page.prose)
    again = [_said_again(line, small, said, share) for line, share in zip(words, page.prose, strict=True)]
    letters = own["letters"]
    twice = [float(line.short and repeated) for line, repeated in zip(page.lines, own["twice"], strict=True)]
    return {
        "short_around": means([float(line.short) for line in page.lines], 20),
        "twice_around": means(twice, 6),
        "twice_below": _from_here_on(twice),
        "dates_around": means(own["date"], 6),
        "gap_before": _since_prose(page.prose),
        "gap_behind": _since_prose(page.prose[::-1])[::-1],
        "small_words": [min(1.0, 2.5 * sum(word in small for word in line) / max(1, len(line))) for line in words],
        "said_again": means(again, 3),
        "letters_before": [0.0, *letters[:-1]],
        "letters_behind": [*letters[1:], 0.0],
        "prose_before": [0.0, *page.prose[:-1]],
        "prose_behind": [*page.prose[1:], 0.0],
        "letters_near": means(letters, 4),
        "letters_around": means(letters, 12),
        "prose_near": means(page.prose, 4),
        "digits_around": means(own["digits"], 12),
        "same_shape": _same_shape(page.lines),
    }


def _from_here_on(values: Column) -> list[float]:
    """For each place the mean of all values from there to the end."""
    sums = list(accumulate(reversed(values)))
    return [total / (at + 1) for at, total in enumerate(sums)][::-1]


def _since_prose(prose: Column) -> list[float]:
    """How many lines lie between each line and the last one above it that is prose."""
    gaps, gap = [], float(FEW)
    for share in prose:
        gaps.append(min(gap, FEW))
        gap = 0.0 if share == 1.0 else gap + 1
    return gaps


def _near(lines: int) -> float:
    return float(max(-FAR, min(FAR, lines)))


def core_of(lines: Sequence[Line]) -> tuple[int, int]:
    """The run of lines that holds most prose, where each line without any costs: the maximum subsequence."""
    return heaviest([line.letters * line.prose or -40 - line.letters / 2 for line in lines])


def heaviest(weights: Iterable[float]) -> tuple[int, int]:
    """Where the run of places begins and ends whose weights add up to most (Kadane)."""
    best = run = 0.0
    low = high = begun = 0
    for at, weight in enumerate(weights):
        if run <= 0:
            run, begun = 0.0, at
        run += weight
        if run > best:
            best, low, high = run, begun, at + 1
    return low, high


def _runs(page: _Page) -> tuple[list[float], list[float]]:
    """For each line its run of prose, counted from the one that holds most, and how much its run holds beside that."""
    runs: list[int] = []
    run = gap = 0
    for share in page.prose:
        if share and gap >= GAP:
            run += 1
        gap = 0 if share else gap + 1
        runs.append(run)
    held = [0.0] * (run + 1)
    for at, weight in zip(runs, page.mass, strict=True):
        held[at] += weight
    most = max(held)
    main = held.index(most)
    return [float(at - main) for at in runs], [held[at] / (most or 1.0) for at in runs]


def _title(page: _Page, url: str | None) -> tuple[list[float], int | None]:
    """How much of the address each line says, and which line is the title: of those that say most of it the last one
    above the core, or the first."""
    words = address_words(url) if url else frozenset()
    slug = frozenset[str]().union(*map(stems, words))
    said = []
    for line in page.lines:
        both = len(stems(line.words) & slug) if slug and line.letters < LONGEST_TITLE else 0
        said.append(both / len(slug) if both >= 2 else 0.0)
    enough = max(TITLE, SHARE_OF_BEST * max(said, default=0.0))
    titles = [at for at, share in enumerate(said) if share >= enough]
    above = [at for at in titles if at <= page.core[0] + 2]
    return said, above[-1] if above else titles[0] if titles else None


def _same_shape(lines: Sequence[Line]) -> list[float]:
    """The share of lines around each that look like it: as comments, teasers and tables do."""
    shapes = [
        (
            min(6, int(math.log1p(line.letters) * 1.3)),
            line.ends,
            line.words[0].isupper(),
            any(map(str.isdigit, line.words)),
        )
        for line in lines
    ]
    return [
        (shapes[max(0, at - SAME) : at + SAME + 1].count(shape) - 1) / (2 * SAME) for at, shape in enumerate(shapes)
    ]


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


def _said_again(own: Sequence[str], small: set[str], said: Counter[str], share: float) -> float:
    telling = [word for word in own if len(word) >= 4 and word not in small]
    return sum(said[word] > (share == 1.0) for word in telling) / len(telling) if telling else 0.0


def means(values: Sequence[float], reach: int) -> list[float]:
    """For each place the mean of the places around it, itself left out."""
    sums = list(accumulate(values, initial=0.0))
    size = len(values)
    lows = [0] * min(reach, size) + list(range(size - reach))
    highs = list(range(reach + 1, size + 1)) + [size] * min(reach, size)
    return [
        (sums[high] - sums[low] - value) / (high - low - 1 or 1)
        for value, low, high in zip(values, lows, highs, strict=True)
    ]
