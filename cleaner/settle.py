"""Marks to spans: the only place that weighs, and the only function that cuts.

Judge alone, then by neighbours, as jusText does: what is sure stands; what is not sure stands only beside
something that does, at the text's edge, or where a second detector speaks of the same stretch. Every test
looks at the text that would be kept, so weighing again after the cut finds nothing new.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from cleaner.data import Document, Kind, Span
from cleaner.text import content, line_at

HEAD = 600
"""A mark for the head holds while at most this much kept text, in code points, stands before it."""

TAIL = 1_000
"""A mark for the tail holds while at most this much kept text stands after it."""

SHARED = 0.5
"""A second detector is a witness when it speaks of at least this share of the stretch."""

TOO_MUCH = 0.5
"""Unsure marks that would take more than this share of what the sure ones leave are not believed."""

FRAGMENT = 160
"""The longest stretch, in code points, caught between two removed ones in a line that goes with them."""

MOST_OF_LINE = 0.6
"""A line of which at least this share is an appeal or the like leaves whole."""

SCRAP = 250
"""No stretch longer than this goes with the rest of its line."""

HEADING = 60
"""The longest line that may be a heading left over nothing."""

LITTLE = 2_000
"""What may be gone, in code points, while no line can have come newly into reach of a head or tail rule."""

FAR = 200
"""White space longer than this parts two marks."""

SPOKEN: frozenset[Kind] = frozenset({"appeal", "promo", "notice", "social", "bio"})
"""Kinds that address the reader in sentences, where an unmarked sentence between two marked ones is more."""

CALLS: frozenset[Kind] = frozenset({"appeal", "promo", "social", "bio"})
"""Kinds that come in blocks, wherever a page puts them; notices also stand alone below an embed or a table."""

LISTED: frozenset[Kind] = frozenset({"related", "tags", "social", "nav"})
"""Kinds that come as lists of short lines."""

FINE: frozenset[Kind] = frozenset({"date", "byline", "credit", "tags", "headline"})
"""Kinds that carry metadata: inside a wider stretch of another kind they keep their own name."""

OPENING: frozenset[Kind] = frozenset({"headline", "date", "byline", "credit", "caption", "tags", "social", "ad", "nav"})
"""Kinds for which the start of a text is a witness; for the rest it is where the story begins."""

STRUCTURE = "page"
"""The detector whose marks no rule that keeps stands against: words do not bring back what stands elsewhere."""

REPETITION = "repeats"
"""The detector that knows what a site says on page after page."""

START, END = "edge.start", "edge.end"

FRAGMENT_RULE = "settle.fragment"
HEADING_RULE = "settle.heading"


class Settled(NamedTuple):
    """What leaves, whether more would have left had it been believed, and whether nothing can be left to find.

    `final` is said only where it is sure: whole lines left, no mark waits for an end to come nearer, and so
    little is gone that no rule reaches lines it did not reach before. Elsewhere the text that is left must be
    looked at again.
    """

    spans: tuple[Span, ...]
    doubtful: bool
    final: bool


def settle(document: Document, marks: Iterable[Span]) -> Settled:
    """Sorted, disjoint spans that leave a document, from the marks of all detectors in any order."""
    given = list(_trimmed(document.text, marks))
    if not given:
        return Settled((), False, True)
    ordered = sorted(given, key=_order)
    spoken = _without_vetoed(ordered)
    if not spoken:
        return Settled((), False, True)
    weighing = _Weighing(document, spoken)
    standing = weighing.standing()
    doubtful = _takes_too_much(document.text, standing)
    if doubtful:
        standing = _Weighing(document, [mark for mark in spoken if mark.sure]).standing()
    spans = _widened(document, _painted(document.text, standing))
    final = not doubtful and _only_lines(document, spans) and not weighing.waits(spans)
    return Settled(spans, doubtful, final)


def _order(mark: Span) -> tuple[object, ...]:
    return (
        mark.start, -mark.end, mark.kind, mark.rule, mark.detector, not mark.sure, mark.where,
        mark.beside, mark.alone, mark.follows, mark.vouches, mark.values, mark.seen,
    )  # fmt: skip


def _trimmed(text: str, marks: Iterable[Span]) -> Iterator[Span]:
    """Marks without the white space around their words; marks without words are none."""
    for mark in marks:
        if mark.start < mark.end and not (text[mark.start].isspace() or text[mark.end - 1].isspace()):
            yield mark
            continue
        start, end = content(text, mark.start, mark.end)
        if start < end:
            yield msgspec.structs.replace(mark, start=start, end=end)


def _only_lines(document: Document, spans: Sequence[Span]) -> bool:
    """Whether nothing but whole lines leaves, and little in all."""
    text = document.text
    gone = 0
    for at, span in enumerate(spans):
        gone += span.end - span.start
        if at == 0 or spans[at - 1].end != span.start:
            begin = content(text, span.start, span.end)[0]
            if not _at_line(document, span.start) and not _breaks(text[span.start : begin]):
                return False
        if at + 1 == len(spans) or spans[at + 1].start != span.end:
            rest = text[span.end : span.end + FAR]
            if not _at_line(document, span.end) and not (rest == "" or rest.isspace()):
                return False
    return gone <= LITTLE


def _at_line(document: Document, offset: int) -> bool:
    starts = document.starts
    return starts[bisect_left(starts, offset)] == offset


def cut(text: str, spans: Sequence[Span]) -> str:
    """The text without the spans, which are sorted and disjoint."""
    if not spans:
        return text
    kept = []
    at = 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    kept.append(text[at:])
    return "".join(kept)


def _without_vetoed(marks: Sequence[Span]) -> list[Span]:
    keeps = [mark for mark in marks if mark.keep]
    if not keeps:
        return list(marks)
    starts: list[int] = []
    ends: list[int] = []
    for keep in keeps:
        if ends and keep.start <= ends[-1]:
            ends[-1] = max(ends[-1], keep.end)
        else:
            starts.append(keep.start)
            ends.append(keep.end)
    left = []
    for mark in marks:
        at = bisect_right(ends, mark.start)
        vetoed = at < len(starts) and starts[at] < mark.end and mark.detector != STRUCTURE
        if not mark.keep and not vetoed:
            left.append(mark)
    return left


class _Weighing:
    """Which marks stand. Grows until nothing more is believed; never takes back."""

    def __init__(self, document: Document, marks: list[Span]) -> None:
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
            self.marks = sorted([*self.marks, *more], key=_order)
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
        nearer -= sum(stretch.end - stretch.start for stretch in _merged(standing))
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

    def _allowed(self, at: int) -> bool:
        where = self.marks[at].where
        if where == "head":
            return self.before[at] <= HEAD
        if where == "tail":
            return self.after[at] <= TAIL
        return True

    def _believe(self, at: int, neighbour: str | None) -> bool:
        """Whether a mark newly stands, given what it touches on the side that is being walked from."""
        mark = self.marks[at]
        if self.stands[at] or mark.vouches or not (self._allowed(at) or _goes_with(mark, neighbour)):
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
        covered = _merged(standing)
        return [*self._gaps(covered), *self._scraps(covered), *self._headings(covered)]

    def _gaps(self, covered: Sequence[Span]) -> Iterator[Span]:
        for left, right in pairwise(covered):
            start, end = content(self.text, left.end, right.start)
            if start == end or end - start > FRAGMENT:
                continue
            words = self.text[start:end]
            spoken = left.kind in SPOKEN and right.kind in SPOKEN and self._share_an_end(covered, left, right)
            listed = left.kind == right.kind and left.kind in LISTED and len(words) <= 30 and not _breaks(words)
            listed = listed and not words.endswith((".", "!", "?", "…", "。"))
            if spoken or listed:
                yield _scrap(start, end, left.kind, FRAGMENT_RULE)

    def _share_an_end(self, covered: Sequence[Span], left: Span, right: Span) -> bool:
        """Whether two stretches stand in one line that begins or ends with what leaves.

        Where the story stands on both sides of them, as in flattened text, it stands between them too.
        """
        if _breaks(self.text[left.end : right.start]):
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


def _merged(standing: Sequence[Span]) -> list[Span]:
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


def _breaks(text: str) -> bool:
    return "\n" in text or len((text + "|").splitlines()) > 1


def _takes_too_much(text: str, standing: Sequence[Span]) -> bool:
    """Whether what only witnesses support would take more than `TOO_MUCH` of what the sure marks leave."""
    sure = sum(s.end - s.start for s in _merged([mark for mark in standing if mark.sure]))
    both = sum(s.end - s.start for s in _merged(standing))
    return both - sure > TOO_MUCH * max(1, len(text.strip()) - sure)


def _painted(text: str, standing: Sequence[Span]) -> list[Span]:
    """Disjoint spans from overlapping marks, cluster by cluster, and neighbours of one kind joined."""
    painted: list[Span] = []
    cluster: list[Span] = []
    reach = -1
    for mark in standing:
        if mark.start >= reach and cluster:
            painted.extend(_without_mute(text, _paint(cluster)))
            cluster = []
        cluster.append(mark)
        reach = max(reach, mark.end)
    painted.extend(_without_mute(text, _paint(cluster)))
    return _joined(text, painted)


def _paint(cluster: list[Span]) -> list[Span]:
    """One owner for each stretch: the sure and wide first, then narrower ones that carry metadata."""
    if len(cluster) < 2:
        return cluster
    points = sorted({edge for mark in cluster for edge in (mark.start, mark.end)})
    owner: list[Span | None] = [None] * (len(points) - 1)
    for mark in sorted(
        cluster, key=lambda m: (m.kind in FINE, m.kind == "repeated", m.follows, not m.sure, m.start - m.end)
    ):
        for at in range(bisect_left(points, mark.start), bisect_left(points, mark.end)):
            held = owner[at]
            finer = mark.kind in FINE and (mark.sure or not mark.beside)
            if held is None or (finer and mark.end - mark.start < held.end - held.start):
                owner[at] = mark
    spans: list[Span] = []
    begin = 0
    for at, held in enumerate(owner):
        if held is not None and (at + 1 == len(owner) or owner[at + 1] is not held):
            spans.append(_piece(held, points[begin], points[at + 1], cluster))
            begin = at + 1
    return _named(spans)


def _named(spans: list[Span]) -> list[Span]:
    """What only repetition knows takes the kind of what speaks to the reader beside it in the same cluster."""
    kinds = [span.kind for span in spans if span.kind in SPOKEN]
    if not kinds or all(span.kind != "repeated" for span in spans):
        return spans
    return [msgspec.structs.replace(span, kind=kinds[0]) if span.kind == "repeated" else span for span in spans]


def _without_mute(text: str, pieces: list[Span]) -> list[Span]:
    """Pieces without a word in them added to the piece they touch, which then names their rule as a witness."""
    if len(pieces) < 2:
        return pieces
    spoken: list[Span] = []
    begin = pieces[0].start
    mute: list[str] = []
    for piece in pieces:
        if any(letter.isalnum() for letter in text[piece.start : piece.end]):
            spoken.append(_with(piece, begin, piece.end, mute))
        elif spoken:
            spoken[-1] = _with(spoken[-1], spoken[-1].start, piece.end, [piece.rule])
        else:
            mute.append(piece.rule)
            continue
        begin = piece.end
    return spoken or pieces


def _with(piece: Span, start: int, end: int, rules: Iterable[str]) -> Span:
    also = {*piece.witnesses, *({*rules} - {piece.rule})}
    return msgspec.structs.replace(piece, start=start, end=end, witnesses=tuple(sorted(also)))


def _piece(mark: Span, start: int, end: int, cluster: Sequence[Span]) -> Span:
    beside = [m for m in cluster if m.start < end and start < m.end]
    also = {m.rule for m in beside if m.rule != mark.rule}
    values = mark.values
    if start != mark.start:
        values = tuple(v for v in values if start <= v[1] < end)
    return msgspec.structs.replace(
        mark, start=start, end=end, witnesses=tuple(sorted(also.union(mark.witnesses))), values=values,
        seen=max(m.seen for m in beside),
    )  # fmt: skip


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Neighbours of one kind in one line made one; the longer one's rule names it."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].kind == span.kind and _touch(text, joined[-1].end, span.start):
            left = joined[-1]
            named, other = (left, span) if left.end - left.start >= span.end - span.start else (span, left)
            also = {*named.witnesses, *({*other.witnesses, other.rule} - {named.rule})}
            joined[-1] = msgspec.structs.replace(
                named,
                start=left.start,
                end=span.end,
                values=left.values + span.values,
                witnesses=tuple(sorted(also)),
                seen=max(left.seen, span.seen),
            )
        else:
            joined.append(span)
    return joined


def _touch(text: str, start: int, end: int) -> bool:
    return start == end or (end - start < FAR and text[start:end].isspace() and not _breaks(text[start:end]))


def _widened(document: Document, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans with the white space that would be left over: their line ends, or one side's blanks."""
    text = document.text
    bounds: list[list[int]] = []
    run = 0
    for at, span in enumerate(spans):
        bounds.append([span.start, span.end])
        last = at + 1 == len(spans)
        following = len(text) if last else spans[at + 1].start
        if not last and (span.end == following or text[span.end : following].isspace()):
            bounds[at][1] = following
            continue
        floor = spans[run - 1].end if run else 0
        _widen(text, bounds[run], bounds[at], floor, following)
        run = at + 1
    return tuple(
        span if [span.start, span.end] == bound else msgspec.structs.replace(span, start=bound[0], end=bound[1])
        for span, bound in zip(spans, bounds, strict=True)
    )


def _widen(text: str, first: list[int], last: list[int], floor: int, ceiling: int) -> None:
    """Widens a run of spans in place: `first` and `last` are the bounds of its first and last span."""
    start, end = first[0], last[1]
    left, right = start, end
    while left > floor and text[left - 1].isspace():
        left -= 1
    while right < ceiling and text[right].isspace():
        right += 1
    starts_line = left == 0 or _breaks(text[left:start])
    ends_line = right == len(text) or _breaks(text[end:right])
    if right == len(text):
        first[0] = left
        last[1] = right if left == 0 else end
    elif starts_line and ends_line:
        first[0] = 0 if left == 0 else left + _last_break(text[left:start])
        last[1] = right if left == 0 else end + _last_break(text[end:right])
    elif ends_line:
        first[0] = left
    elif starts_line or left < start:
        last[1] = right


def _last_break(white: str) -> int:
    """Offset just after the last line end in a stretch of white space."""
    lines = white.splitlines(keepends=True)
    if lines and not _breaks(lines[-1]):
        return len(white) - len(lines[-1])
    return len(white)


def rewidened(document: Document, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of which others were let go, or which were moved, with the white space around them weighed anew."""
    text = document.text
    bare = []
    for span in spans:
        start, end = content(text, span.start, span.end)
        if start < end:
            bare.append(msgspec.structs.replace(span, start=start, end=end))
    return _widened(document, bare)


Because = Literal["keep", "place", "alone", "doubtful", "held", "settings"]
"""Why a mark took nothing out: a keep-rule vetoed it, it was out of its place, it was not sure and had no witness, more
was marked than is likely; or it stood, and the form of the text or a person's word held the stretch; or the settings
keep its kind or rule."""


class Spared(NamedTuple):
    """A mark that did not take its stretch out, why, and what saved it: the keep-rule, or the place it missed."""

    mark: Span
    because: Because
    by: str | None = None


def spared(document: Document, marks: Iterable[Span]) -> list[Spared]:
    """What speaks against a text that has been settled to the end, and why nothing came of it.

    `marks` are those of all detectors on the text that is left. Weighs as `settle` does and decides nothing.
    """
    ordered = sorted(_trimmed(document.text, marks), key=_order)
    spoken = _without_vetoed(ordered)
    keeps = [mark for mark in ordered if mark.keep]
    said = [
        Spared(mark, "keep", next(keep.rule for keep in keeps if keep.start < mark.end and mark.start < keep.end))
        for mark in ordered
        if not mark.keep and mark not in spoken
    ]
    weighing = _Weighing(document, spoken)
    doubtful = _takes_too_much(document.text, weighing.standing())
    for at, mark in enumerate(weighing.marks):
        if mark.detector == "settle":
            continue
        if weighing.stands[at]:
            said.append(Spared(mark, "doubtful" if doubtful else "held"))
        elif not weighing._allowed(at):
            said.append(Spared(mark, "place", mark.where))
        else:
            said.append(Spared(mark, "alone"))
    return sorted(said, key=lambda one: _order(one.mark))
