"""An extractor's choice found again in our own lines.

Both texts are compared without white space, so how they glue and break lines does not matter. What an extractor
gives is nearly always a subsequence of the page, so long pieces that occur once are anchors, and the rest is
looked for between them, as `diff` by patience does (Bram Cohen).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

ANCHOR = 24
"""A piece at least this long, in code points without white space, that occurs once is where it is."""

SHORT = 8
"""A piece shorter than this is only looked for next to where the last one ended."""

NEAR = 400
"""How far behind the last piece a short one may stand."""


STEP, MISSES = 4, 500
"""How far apart, and how often in vain, parts of a piece are looked for: a text that is not there costs little."""


class Compact:
    """A text without white space, and where its lines lie in it."""

    def __init__(self, lines: Sequence[str]) -> None:
        """From the lines of a text, in order."""
        packed = ["".join(line.split()) for line in lines]
        self.text = "".join(packed)
        self.starts = list(accumulate(map(len, packed), initial=0))

    def line(self, at: int) -> int:
        """Number of the line that holds an offset."""
        return bisect_right(self.starts, at) - 1


def find(page: Compact, pieces: Iterable[str]) -> list[tuple[int, int]]:
    """Where the pieces stand in the page: offsets in its compact text, sorted, overlaps joined."""
    packed = [piece for piece in ("".join(piece.split()) for piece in pieces) if piece]
    places: list[int] = [_once(page.text, piece) if len(piece) >= ANCHOR else -1 for piece in packed]
    _fill(page.text, packed, places)
    found = [(at, at + len(piece)) for at, piece in zip(places, packed, strict=True) if at >= 0]
    for at, piece in zip(places, packed, strict=True):
        if at < 0 and len(piece) >= ANCHOR:
            found += _in_parts(page.text, piece)
    return _joined(found)


def _once(text: str, piece: str) -> int:
    at = text.find(piece)
    return -1 if at < 0 or text.find(piece, at + 1) >= 0 else at


def _fill(text: str, packed: Sequence[str], places: list[int]) -> None:
    """Places for pieces between anchors: right behind the last one, else the first that fits before the next."""
    following = [len(text)] * (len(packed) + 1)
    for at in range(len(packed) - 1, -1, -1):
        following[at] = places[at] if places[at] >= 0 else following[at + 1]
    cursor = 0
    for at, piece in enumerate(packed):
        if places[at] >= 0:
            cursor = places[at] + len(piece)
            continue
        places[at] = _between(text, piece, cursor, following[at + 1])
        if places[at] >= 0:
            cursor = places[at] + len(piece)


def _between(text: str, piece: str, low: int, high: int) -> int:
    if high < low:
        high = len(text)
    if text.startswith(piece, low):
        return low
    reach = high if len(piece) >= SHORT else min(high, low + NEAR)
    found = text.find(piece, low, reach)
    if found < 0 and len(piece) >= SHORT:
        found = text.find(piece)
    elif found >= 0 and high < len(text) and text.endswith(piece, low, high):
        # Right before the next piece is as likely as right behind the last, and surer than somewhere between.
        return high - len(piece)
    return found


def _in_parts(text: str, piece: str) -> list[tuple[int, int]]:
    """A piece that the page does not hold as a whole, in the longest parts that it does hold."""
    found = []
    at = 0
    cursor = 0
    misses = 0
    while at < len(piece) and misses < MISSES:
        size = min(ANCHOR, len(piece) - at)
        place = text.find(piece[at : at + size], cursor)
        if place < 0:
            place = text.find(piece[at : at + size])
        if place < 0 or size < ANCHOR:
            at += STEP
            misses += 1
            continue
        while at + size < len(piece) and place + size < len(text) and piece[at + size] == text[place + size]:
            size += 1
        found.append((place, place + size))
        at += size
        cursor = place + size
    return found


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def shares(page: Compact, found: Sequence[tuple[int, int]]) -> list[float]:
    """For each line, the share of it that was found."""
    starts = page.starts
    covered = [0] * (len(starts) - 1)
    for start, end in found:
        line = page.line(start)
        while line < len(covered) and starts[line] < end:
            covered[line] += min(end, starts[line + 1]) - max(start, starts[line])
            line += 1
    return [
        part / (starts[line + 1] - starts[line]) if starts[line + 1] > starts[line] else 0.0
        for line, part in enumerate(covered)
    ]
