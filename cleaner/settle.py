"""Marks to spans: the only place that decides, and the only function that cuts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from cleaner.data import Document, Span
from cleaner.paint import FAR, painted, widened
from cleaner.text import breaks, content
from cleaner.weigh import PLACED, Weighing, merged, order

TOO_MUCH = 0.5
"""Unsure marks that would take more than this share of what the sure ones leave are not believed."""

LITTLE = 2_000
"""What may be gone, in code points, while no line can have come newly into reach of a head or tail rule."""


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
    ordered = sorted(given, key=order)
    spoken = _without_vetoed(ordered)
    if not spoken:
        return Settled((), False, True)
    weighing = Weighing(document, spoken)
    standing = weighing.standing()
    doubtful = _takes_too_much(document.text, standing)
    if doubtful:
        standing = Weighing(document, [mark for mark in spoken if mark.sure]).standing()
    spans = widened(document, painted(document.text, standing))
    final = not doubtful and _only_lines(document, spans) and not weighing.waits(spans)
    return Settled(spans, doubtful, final)


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
            if not _at_line(document, span.start) and not breaks(text[span.start : begin]):
                return False
        if at + 1 == len(spans) or spans[at + 1].start != span.end:
            rest = text[span.end : span.end + FAR]
            if not _at_line(document, span.end) and not (rest == "" or rest.isspace()):
                return False
    return gone <= LITTLE


def _at_line(document: Document, offset: int) -> bool:
    starts = document.starts
    return starts[bisect_left(starts, offset)] == offset


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
        vetoed = at < len(starts) and starts[at] < mark.end and mark.detector not in PLACED
        if not mark.keep and not vetoed:
            left.append(mark)
    return left


def _takes_too_much(text: str, standing: Sequence[Span]) -> bool:
    """Whether what only witnesses support would take more than `TOO_MUCH` of what the sure marks leave."""
    sure = sum(s.end - s.start for s in merged([mark for mark in standing if mark.sure]))
    both = sum(s.end - s.start for s in merged(standing))
    return both - sure > TOO_MUCH * max(1, len(text.strip()) - sure)


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
    ordered = sorted(_trimmed(document.text, marks), key=order)
    spoken = _without_vetoed(ordered)
    keeps = [mark for mark in ordered if mark.keep]
    said = [
        Spared(mark, "keep", next(keep.rule for keep in keeps if keep.start < mark.end and mark.start < keep.end))
        for mark in ordered
        if not mark.keep and mark not in spoken
    ]
    weighing = Weighing(document, spoken)
    doubtful = _takes_too_much(document.text, weighing.standing())
    for at, mark in enumerate(weighing.marks):
        if mark.detector == "settle":
            continue
        if weighing.stands[at]:
            said.append(Spared(mark, "doubtful" if doubtful else "held"))
        elif not weighing.allowed(at):
            said.append(Spared(mark, "place", mark.where))
        else:
            said.append(Spared(mark, "alone"))
    return sorted(said, key=lambda one: order(one.mark))
