"""Which lines of a whole page are not its story.

First the document is judged: is this a page, or a text that somebody cut out of one already? Only of pages this
detector speaks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from cleaner.crawl.features import core_of
from cleaner.crawl.lines import SHORT, Line, lines_of
from cleaner.crawl.model import weighed
from cleaner.data import Document, Kind, Span

DETECTOR = "crawl"
RULE = "crawl.page"

FEWEST_SHORT = 10
"""With fewer short lines than this a text is no page; most texts are left here, after one count."""

PAGE = 16.0
"""How much has to speak for a page. Of 6,556 cut-out articles none does so, of 916 pages 95 %."""

HEAD_ALONE = 40
"""With nothing short below the prose, so many short lines must stand above it; fewer may be a table of the story's."""

TEASER = 30
"""From this many letters on, a line that leaves below the story's start is a teaser, not a menu's entry."""

REACH, SURE = 2, 2.0
"""A paragraph right below what stays, or so many lines below it in the story's core, is only let go where odds are this
much against it."""

LIST, DOUBT = 5, 2.5
"""So many short lines between two paragraphs are a list, which leaves if odds are this much against its lines on
average."""

LISTED, EXTRACTED = 0.1, ("- ", "| ")
"""A text of whose lines more than this share opens so was cut out of its page: extractors put these signs before the
items of lists and the rows of tables."""

_OWNER = ("©", "(c) 20", "copyright")


def crawl(document: Document) -> Iterator[Span]:
    """Marks the lines of a whole page that are not its story; nothing in a text that is no page."""
    if document.page is not None:
        return  # its markup tells more than its lines do
    lengths = list(map(len, document.lines))
    if len(lengths) < FEWEST_SHORT or sum(map(SHORT.__ge__, lengths)) - lengths.count(1) < FEWEST_SHORT:
        return
    lines = list(lines_of(document))
    if not is_page(lines):
        return
    leaves = _leaves(lines, weighed(lines, document.url))
    if all(leaves):
        return  # a page without a story is an index; which of its lines matter is not ours to say
    begun = leaves.index(False)
    at = 0
    while at < len(lines):
        end = at + 1
        if leaves[at]:
            kind = _kind(lines[at], at > begun)
            while end < len(lines) and leaves[end] and _kind(lines[end], end > begun) == kind:
                end += 1
            yield Span(lines[at].start, lines[end - 1].end, kind, RULE, DETECTOR)
        at = end


def _leaves(lines: Sequence[Line], odds: Sequence[float]) -> list[bool]:
    """Which lines leave, by their odds and by what stays beside them: a lost paragraph is worse than a teaser left."""
    low, high = core_of(lines)
    leaves = _lists_whole(lines, odds)
    stays = -REACH - 1
    for at, line in enumerate(lines):
        near = at - stays <= (REACH if low <= at < high else 1)
        if leaves[at] and near and line.prose == 1.0 and odds[at] > -SURE:
            leaves[at] = False
        if not leaves[at]:
            stays = at
    return _without_subheads(lines, leaves)


def _lists_whole(lines: Sequence[Line], odds: Sequence[float]) -> list[bool]:
    """Lines whose odds are against them leave; many short ones in a row inside the story leave or stay together."""
    leaves = [one <= 0 for one in odds]
    at = 1
    while at < len(lines):
        end = at
        while end < len(lines) and lines[end].short:
            end += 1
        inside = end < len(lines) and odds[end] > -SURE and not leaves[at - 1]
        if inside and end - at >= LIST and lines[at - 1].prose == lines[end].prose == 1.0:
            leaves[at:end] = [sum(odds[at:end]) <= -DOUBT * (end - at)] * (end - at)
        at = max(end, at + 1)
    return leaves


def _without_subheads(lines: Sequence[Line], leaves: list[bool]) -> list[bool]:
    """Lines that leave, but for those that stand alone between two paragraphs that stay: headings of sections, each of
    which stands there once."""
    times = Counter(line.words for line in lines)
    alone = [
        0 < at < len(lines) - 1
        and not (leaves[at - 1] or leaves[at + 1])
        and lines[at - 1].prose == lines[at + 1].prose == 1.0
        and times[lines[at].words] == 1
        for at in range(len(lines))
    ]
    return [leave and not subhead for leave, subhead in zip(leaves, alone, strict=True)]


def _kind(line: Line, below: bool) -> Kind:
    return "related" if below and line.letters >= TEASER else "nav"


def is_page(lines: Sequence[Line]) -> bool:
    """Whether short lines stand above and below the prose as they do on a page, in number."""
    if sum(line.words.startswith(EXTRACTED) for line in lines) > LISTED * len(lines):
        return False
    prose = [at for at, line in enumerate(lines) if line.prose == 1.0]
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
