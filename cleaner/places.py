"""Where findings stand: from offsets in a text to lines and columns of its file, as editors count them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from html import escape

from cleaner.data import Result
from cleaner.reading import Part

FIRST_WORDS = 6
"""By how many words a stretch of a page is looked for in its file."""

_BREAK = re.compile(r"\r\n|\r|\n")
_HEAD_END = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
_BETWEEN = r"(?:\s|&nbsp;|<[^<>]{0,300}>)+"


def placing(part: Part, result: Result, data: bytes) -> Callable[[int, int], tuple[int, int, int, int]]:
    """From offsets in a text to where they stand in its file: line and column, first and last."""
    if part.number and not part.rewritten:
        return lambda _start, _end: (part.number or 1, 1, part.number or 1, len(part.line.rstrip()) + 1)
    if part.number and part.row:
        row, number = part.row, part.number

        def in_row(start: int, end: int) -> tuple[int, int, int, int]:
            first, last = row.columns(start, end)
            return number, first, number, last

        return in_row
    if not part.rewritten:
        places = Places(data.decode(part.origin.encoding or "utf-8", "replace"))
        return lambda start, end: places.found(result.source[start:end])
    places = Places(result.source)
    return lambda start, end: (*places.at(start), *places.at(end))


class Places:
    """Lines and columns of a text, as editors count them."""

    def __init__(self, text: str) -> None:
        """Finds where lines start."""
        self.text = text
        self.starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        head = _HEAD_END.search(text)
        self.body = self.reached = head.end() if head else 0

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def found(self, stretch: str) -> tuple[int, int, int, int]:
        """Where words of a page stand in its file: looked for by their first few, behind those found before, else in
        all of it; line 1 if they are not found."""
        words = [re.escape(escape(word, quote=False)) for word in stretch.split()[:FIRST_WORDS]]
        for number in range(len(words), 0, -1):
            pattern = re.compile(_BETWEEN.join(words[:number]))
            found = pattern.search(self.text, self.reached) or pattern.search(self.text, self.body)
            if found:
                self.reached = found.end()
                return (*self.at(found.start()), *self.at(found.end()))
        return 1, 1, 1, 1
