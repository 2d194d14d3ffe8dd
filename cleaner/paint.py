"""Marks that stand, painted onto a text: one owner for each stretch, and the white space that leaves with it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import msgspec

from cleaner.data import Document, Kind, Span
from cleaner.text import breaks, content

FAR = 200
"""White space longer than this parts two marks."""

SPOKEN: frozenset[Kind] = frozenset({"appeal", "promo", "notice", "social", "bio"})
"""Kinds that address the reader in sentences, where an unmarked sentence between two marked ones is more."""

FINE: frozenset[Kind] = frozenset({"date", "byline", "credit", "tags", "headline"})
"""Kinds that carry metadata: inside a wider stretch of another kind they keep their own name."""


def painted(text: str, standing: Sequence[Span]) -> list[Span]:
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
    return start == end or (end - start < FAR and text[start:end].isspace() and not breaks(text[start:end]))


def widened(document: Document, spans: Sequence[Span]) -> tuple[Span, ...]:
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
    starts_line = left == 0 or breaks(text[left:start])
    ends_line = right == len(text) or breaks(text[end:right])
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
    if lines and not breaks(lines[-1]):
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
    return widened(document, bare)
