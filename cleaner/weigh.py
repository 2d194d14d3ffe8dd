"""Which marks stand: what is sure does, and what is not sure with a second witness.

Judge alone, then by neighbours, as jusText does: what is not sure stands only beside something that stands, at the
text's edge, or where a second detector speaks of the same stretch. Every test looks at the text that would be kept,
so weighing again after the cut finds nothing new.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from cleaner.data import Document, Kind, Span
from cleaner.paint import FAR, SPOKEN
from cleaner.text import breaks, content, line_at

HEAD = 600
"""A mark for the head holds while at most this much kept text, in code points, stands before it."""

TAIL = 1_000
"""A mark for the tail holds while at most this much kept text stands after it."""

SHARED = 0.5
"""A second detector is a witness when it speaks of at least this share of the stretch."""

FRAGMENT = 160
"""The longest stretch, in code points, caught between two removed ones in a line that goes with them."""

MOST_OF_LINE = 0.6
"""A line of which at least this share is an appeal or the like leaves whole."""

SCRAP = 250
"""No stretch longer than this goes with the rest of its line."""

HEADING = 60
"""The longest line that may be a heading left over nothing."""

CALLS: frozenset[Kind] = frozenset({"appeal", "promo", "social", "bio"})
"""Kinds that come in blocks, wherever a page puts them; notices also stand alone below an embed or a table."""

LISTED: frozenset[Kind] = frozenset({"related", "tags", "social", "nav"})
"""Kinds that come as lists of short lines."""

OPENING: frozenset[Kind] = frozenset({"headline", "date", "byline", "credit", "caption", "tags", "social", "ad", "nav"})
"""Kinds for which the start of a text is a witness; for the rest it is where the story begins."""

STRUCTURE = "page"
"""The detector of a page's structure, which has looked at every line itself."""

PLACED = (STRUCTURE, "crawl")
"""Detectors that tell by where a line stands: against their marks no rule that keeps stands, since words do not bring
back what stands elsewhere."""

REPETITION = "repeats"
"""The detector that knows what a site says on page after page."""

START, END = "edge.start", "edge.end"

FRAGMENT_RULE = "settle.fragment"

HEADING_RULE = "settle.heading"


class Weighing:
    """Which marks stand. Grows until nothing more is believed; never takes back.

    After `standing`, `marks` are those given and those of what is caught between them, and `stands` says which stand.
    """

    def __init__(self, document: Document, marks: list[Span]) -> None:
        """Takes marks in `order`, none of them a keep-rule's or vetoed by one."""
        self.document = document
        self.text = document.text
        self.marks = marks
        self.stands: list[bool] = []
        self.why: list[set[str]] = []

    def standing(self) -> list[Span]:
        """The marks that stand, in order, each with its witnesses."""
        self._begin()
        while True:
            while not all(self.stands) and self._forward() | self._backward():
                pass
            more = self._fragments()
            if not more:
                break
            self.marks = sorted([*self.marks, *more], key=order)
            self._begin()
        return [
            msgspec.structs.replace(mark, witnesses=tuple(sorted(why))) if why else mark
            for mark, stands, why in zip(self.marks, self.stands, self.why, strict=True)
            if stands
        ]

    def waits(self, spans: Sequence[Span]) -> bool:
        """Whether a mark does not stand that might when the spans are cut.

        What leaves counts as gone here already, but for the white space that leaves with it: so much nearer may an
        end of the text come.
        """
        nearer = sum(span.end - span.start for span in spans)
        standing = [mark for mark, stands in zip(self.marks, self.stands, strict=True) if stands]
        nearer -= sum(stretch.end - stretch.start for stretch in merged(standing))
        return any(
            (mark.where == "head" and HEAD < self.before[at] <= HEAD + nearer)
            or (mark.where == "tail" and TAIL < self.after[at] <= TAIL + nearer)
            for at, mark in enumerate(self.marks)
            if mark.where != "any" and not self.stands[at]
        )

    def _begin(self) -> None:
        size = len(self.text)
        self.stands = [mark.sure and mark.where == "any" for mark in self.marks]
        self.why = _second_detectors(self.marks)
        self.before = [mark.start for mark in self.marks]
        self.after = [size - mark.end for mark in self.marks]
        self.backwards = sorted(range(len(self.marks)), key=lambda at: -self.marks[at].end)

    def allowed(self, at: int) -> bool:
        """Whether a mark for the head or tail is near enough to it, by the last weighing."""
        where = self.marks[at].where
        if where == "head":
            return self.before[at] <= HEAD
        if where == "tail":
            return self.after[at] <= TAIL
        return True

    def _believe(self, at: int, neighbour: str | None) -> bool:
        """Whether a mark newly stands, given what it touches on the side that is being walked from."""
        mark = self.marks[at]
        if self.stands[at] or mark.vouches or not (self.allowed(at) or _goes_with(mark, neighbour)):
            return False
        if not mark.sure and not self.why[at]:
            # Some are no more than a story that opens or ends on its refrain; only another detector can tell.
            if neighbour is None or mark.alone:
                return False
            if neighbour == START and mark.kind not in OPENING:
                return False
            if mark.beside and neighbour in (START, END):
                return False
            self.why[at].add(neighbour)
        self.stands[at] = True
        return True

    def _forward(self) -> bool:
        changed = False
        reach = gone = 0
        last = START
        stands, before = self.stands, self.before
        for at, mark in enumerate(self.marks):
            start = mark.start
            before[at] = start - gone if start > gone else 0
            if not stands[at]:
                near = start <= reach or self._blank(reach, start)
                if not self._believe(at, last if near else None):
                    continue
                changed = True
            end = mark.end
            if end >= reach:
                gone += end - (start if start > reach else reach)
                reach, last = end, mark.rule
        return changed

    def _backward(self) -> bool:
        changed = False
        size = len(self.text)
        reach, gone = size, 0
        last = END
        stands, after = self.stands, self.after
        for at in self.backwards:
            mark = self.marks[at]
            end = mark.end
            left = size - end - gone
            after[at] = left if left > 0 else 0
            if not stands[at]:
                near = end >= reach or self._blank(end, reach)
                if not self._believe(at, last if near else None):
                    continue
                changed = True
            start = mark.start
            if start <= reach:
                gone += (end if end < reach else reach) - start
                reach, last = start, mark.rule
        return changed

    def _blank(self, start: int, end: int) -> bool:
        return end - start <= FAR and self.text[start:end].isspace()

    def _fragments(self) -> list[Span]:
        """What is caught between removed stretches, the rest of lines that mostly leave, orphan headings."""
        standing = [
            mark
            for mark, stands in zip(self.marks, self.stands, strict=True)
            if stands and mark.detector != STRUCTURE  # which has looked at every line itself
        ]
        covered = merged(standing)
        return [*self._gaps(covered), *self._scraps(covered), *self._headings(covered)]

    def _gaps(self, covered: Sequence[Span]) -> Iterator[Span]:
        for left, right in pairwise(covered):
            start, end = content(self.text, left.end, right.start)
            if start == end or end - start > FRAGMENT:
                continue
            words = self.text[start:end]
            spoken = left.kind in SPOKEN and right.kind in SPOKEN and self._share_an_end(covered, left, right)
            listed = left.kind == right.kind and left.kind in LISTED and len(words) <= 30 and not breaks(words)
            listed = listed and not words.endswith((".", "!", "?", "…", "。"))
            if spoken or listed:
                yield _scrap(start, end, left.kind, FRAGMENT_RULE)

    def _share_an_end(self, covered: Sequence[Span], left: Span, right: Span) -> bool:
        """Whether two stretches stand in one line that begins or ends with what leaves.

        Where the story stands on both sides of them, as in flattened text, it stands between them too.
        """
        if breaks(self.text[left.end : right.start]):
            return False
        starts = self.document.starts
        line = line_at(starts, left.start)
        low, high = content(self.text, starts[line], starts[line + 1])
        inside = [span for span in _within(covered, low, high) if span.start < high and span.end > low]
        return inside[0].start <= low or inside[-1].end >= high

    def _scraps(self, covered: Sequence[Span]) -> Iterator[Span]:
        """Uncovered parts of lines of which nothing worth keeping is left."""
        starts = self.document.starts
        done = -1
        for span in covered:
            line = line_at(starts, span.start)
            if line == done:
                continue
            done = line
            low, high = content(self.text, starts[line], starts[line + 1])
            if span.start <= low and span.end >= high:
                continue
            inside = [s for s in _within(covered, low, high) if s.start < high and s.end > low]
            left = _uncovered(self.text, low, high, inside)
            if not left:
                continue
            mute = not any(letter.isalnum() for start, end in left for letter in self.text[start:end])
            gone = (high - low) - sum(end - start for start, end in left)
            mostly = (
                gone >= MOST_OF_LINE * (high - low)
                and max(end - start for start, end in left) <= SCRAP
                and all(s.kind in SPOKEN for s in inside)
            )
            if mute or mostly:
                for start, end in left:
                    yield _scrap(start, end, inside[0].kind, FRAGMENT_RULE)

    def _headings(self, covered: Sequence[Span]) -> Iterator[Span]:
        """Short lines ending in a colon, over a list of links that left, or a site's own label over what left."""
        starts = self.document.starts
        for span in covered:
            line = line_at(starts, span.start)
            if line == 0 or self.text[starts[line] : span.start].strip():
                continue
            above = line - 1
            while above > 0 and self.text[starts[above] : starts[above + 1]].isspace():
                above -= 1
            low, high = content(self.text, starts[above], starts[above + 1])
            if not 0 < high - low <= HEADING or self.text[high - 1] not in ":：" or any(_within(covered, low, high)):
                continue
            if span.kind in LISTED or self._labels(covered, low, high):
                yield _scrap(low, high, span.kind, HEADING_RULE)

    def _labels(self, covered: Sequence[Span], low: int, high: int) -> bool:
        """Whether a line is known to repeat, and nothing is kept above it, or nothing below."""
        repeated = any(mark.detector == REPETITION and mark.start == low and mark.end == high for mark in self.marks)
        outside = ((0, low), (high, len(self.text)))
        return repeated and not all(_uncovered(self.text, *part, _within(covered, *part)) for part in outside)


def order(mark: Span) -> tuple[object, ...]:
    """Sorts marks by place, the wide first; no two that differ are the same."""
    return (
        mark.start, -mark.end, mark.kind, mark.rule, mark.detector, not mark.sure, mark.where,
        mark.beside, mark.alone, mark.follows, mark.vouches, mark.values, mark.seen,
    )  # fmt: skip


def _goes_with(mark: Span, neighbour: str | None) -> bool:
    """Whether a call that belongs in the tail also holds further up: beside another that leaves."""
    if mark.where != "tail" or mark.kind not in CALLS or neighbour is None:
        return False
    return neighbour.partition(".")[2].partition(".")[0] in CALLS


def _second_detectors(marks: Sequence[Span]) -> list[set[str]]:
    """For each mark, rules of other detectors that speak of at least half of it, and of those that vouch inside it."""
    why: list[set[str]] = [set() for _ in marks]
    if len({mark.detector for mark in marks}) < 2:
        return why
    open_: list[int] = []
    for at, mark in enumerate(marks):
        open_ = [n for n in open_ if marks[n].end > mark.start]
        for other in open_:
            if marks[other].detector == mark.detector or (mark.alone and marks[other].alone):
                continue
            shared = min(mark.end, marks[other].end) - mark.start
            for one, two in ((at, other), (other, at)):
                least = min(_length(marks[one]), _length(marks[two])) if marks[two].vouches else _length(marks[one])
                if shared >= SHARED * least:
                    why[one].add(marks[two].rule)
        open_.append(at)
    return why


def _length(mark: Span) -> int:
    return mark.end - mark.start


def _scrap(start: int, end: int, kind: Kind, rule: str) -> Span:
    return Span(start, end, kind, rule, "settle", sure=True)


def merged(standing: Sequence[Span]) -> list[Span]:
    """Standing marks as disjoint stretches; of overlapping ones the first names the kind."""
    merged: list[Span] = []
    for mark in standing:
        if merged and mark.start < merged[-1].end:
            if mark.end > merged[-1].end:
                merged[-1] = msgspec.structs.replace(merged[-1], end=mark.end)
        else:
            merged.append(mark)
    return merged


def _within(covered: Sequence[Span], low: int, high: int) -> Sequence[Span]:
    first = max(0, bisect_right(covered, low, key=lambda s: s.start) - 1)
    found = covered[first : bisect_left(covered, high, key=lambda s: s.start)]
    return [span for span in found if span.end > low]


def _uncovered(text: str, low: int, high: int, inside: Sequence[Span]) -> list[tuple[int, int]]:
    left = []
    at = low
    for start, end in (*((s.start, s.end) for s in inside), (high, high)):
        gap = content(text, at, max(at, start))
        if gap[0] < gap[1]:
            left.append(gap)
        at = max(at, end)
    return left
