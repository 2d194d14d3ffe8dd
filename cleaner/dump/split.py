"""A long file of rows in pieces that workers take: whole records, in order, the same pieces whatever the workers.

Pieces depend on nothing but the file's unpacked bytes, so a run that was stopped finds its pieces again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cleaner.dump.rows import JSON_TOKEN, csv_delimiter, inside_quotes
from cleaner.dump.streams import StreamError

PIECE = 2 << 20
"""Bytes of a piece, about: a worker's tenth of a second, which is what others wait for at the end of a dump."""

QUOTED = 16 << 20
"""A quote that is still open after so many bytes was never meant to open a cell."""


class Piece(NamedTuple):
    """Whole records of a file, one after another; or a part of one that is too long to be looked at.

    number   counts pieces of the file from 0
    row      the number of its first record, from 1; a table's header is record 0 and leads the first piece
    data     the records' bytes
    ends     where each record ends in them; None if each ends with its line
    long     "start" and "more" are parts of a record above the limit; "" is what is usual
    broken   why the file ends here although it should not; such a piece is the last
    """

    number: int
    row: int
    data: bytes
    ends: list[int] | None = None
    long: str = ""
    broken: str | None = None

    def records(self) -> list[bytes]:
        """The records, each with its own bytes."""
        if self.ends is None:
            records = self.data.split(b"\n")
            last = records.pop()
            records = [record + b"\n" for record in records]
            return [*records, last] if last else records
        starts = [0, *self.ends[:-1]]
        return [self.data[start:end] for start, end in zip(starts, self.ends, strict=True)]


def pieces(kind: str, blocks: Iterator[bytes], limit: int, size: int = PIECE) -> Iterator[Piece]:
    """The pieces of a file of rows, from its unpacked bytes; records longer than `limit` come in parts."""
    ends = {"jsonl": _lines, "json": _values, "csv": _cells, "tsv": _cells}[kind]
    return _Splitter(ends(kind), limit, size, by_line=kind == "jsonl", header=kind in ("csv", "tsv")).run(blocks)


Ends = Callable[[bytes, bool], list[int]]
"""Where records end in a buffer that starts with a record; the flag says that no more bytes follow."""


class _Splitter:
    def __init__(self, ends: Ends, limit: int, size: int, *, by_line: bool, header: bool) -> None:
        self.ends, self.limit, self.size, self.by_line = ends, limit, size, by_line
        self.number = 0
        self.row = 0 if header else 1

    def run(self, blocks: Iterator[bytes]) -> Iterator[Piece]:
        held: list[bytes] = []
        length = 0
        wanted = self.size
        broken = None
        within = False  # a record that is too long has begun and not ended
        while True:
            try:
                block = next(blocks, b"")
            except StreamError as error:
                block, broken = b"", str(error)
            held.append(block)
            length += len(block)
            if block and length < wanted:
                continue
            buffer = b"".join(held)
            if within:
                # Where lines end records, the next line end ends this one; elsewhere nothing after it can be trusted.
                cut = (buffer.find(b"\n") + 1 if self.by_line else 0) or (0 if block else len(buffer))
                if cut:
                    yield self._piece(buffer[:cut], None, 1, long="more")
                    buffer, within = buffer[cut:], False
            ends = [] if within else self.ends(buffer, not block)
            if ends:
                cut = ends[-1]
                yield self._piece(buffer[:cut], None if self.by_line else ends, len(ends))
                buffer = buffer[cut:]
            if len(buffer) > self.limit or (within and buffer):
                yield self._piece(buffer, None, 0, long="more" if within else "start")
                buffer, within = b"", True
            held, length = [buffer], len(buffer)
            # A record that does not end is looked at again when there is twice as much of it.
            wanted = max(self.size, min(2 * length, self.limit + 1))
            if not block:
                break
        if broken:
            yield self._piece(b"", [], 0, broken=broken)

    def _piece(
        self, data: bytes, ends: list[int] | None, rows: int, *, long: str = "", broken: str | None = None
    ) -> Piece:
        piece = Piece(self.number, self.row, data, ends, long, broken)
        self.number += 1
        self.row += rows
        return piece


def _lines(_: str) -> Ends:
    def ends(buffer: bytes, last: bool) -> list[int]:
        # Only the last end matters and how many there are, since each record ends with its line.
        cut = len(buffer) if last else buffer.rfind(b"\n") + 1
        count = buffer.count(b"\n", 0, cut) + (cut > 0 and buffer[cut - 1 : cut] != b"\n")
        return [cut] * count

    return ends


def _cells(kind: str) -> Ends:
    delimiter = b""
    patience = QUOTED

    def ends(buffer: bytes, last: bool) -> list[int]:
        nonlocal delimiter, patience
        found: list[int] = []
        delimiter = delimiter or csv_delimiter(buffer[: buffer.find(b"\n")], kind).encode()
        inside = False
        at = first = start = 0  # at: this line; first: where the line after the record's first begins
        while at < len(buffer):
            end = buffer.find(b"\n", at) + 1
            if not end:
                if not last:
                    return found
                end = len(buffer)
            inside = inside_quotes(buffer[at:end], delimiter, inside)
            first = first if at > start else end
            if not inside:
                found.append(end)
                start = end
            elif end - start > patience or (last and end == len(buffer)):
                # The quote was never closed: its line is a record, and what follows is read anew.
                found.append(first)
                start = end = first
                inside = False
                patience = max(patience // 2, 1 << 16)
            at = end
        return found

    return ends


def _take_rest(buffer: bytes, found: list[int]) -> None:
    """What stands behind the last record at a file's end: its closing bracket, or a record that is not whole."""
    rest = buffer[found[-1] if found else 0 :]
    if found and not rest.strip(b" \t\r\n,]"):
        found[-1] = len(buffer)  # the closing bracket belongs to the last record
    elif rest:
        found.append(len(buffer))


def _values(_: str) -> Ends:
    depth = 0
    resume = 0

    def ends(buffer: bytes, last: bool) -> list[int]:
        nonlocal depth, resume
        found: list[int] = []
        array = ends.array  # type: ignore[attr-defined]
        if array is None:
            ends.array = array = buffer.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["  # type: ignore[attr-defined]
        for token in JSON_TOKEN.finditer(buffer, resume):
            mark = token[0]
            if mark[:1] == b'"':
                if token[1] is None and not last:
                    resume = token.start()
                    break
            elif mark in b"{[":
                depth += 1
            else:
                depth = max(depth - 1, 0)
                if depth == (1 if array else 0) and mark == b"}":
                    found.append(token.end())
            resume = token.end()
        if last:
            _take_rest(buffer, found)
        if found:
            resume = max(resume - found[-1], 0)
        return found

    ends.array = None  # type: ignore[attr-defined]
    return ends
