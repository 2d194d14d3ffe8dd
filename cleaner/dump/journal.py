"""What a run has finished, so that the next one goes on: one line for each shard, written when its files are whole.

A line that was cut off by a kill is cut away when the journal is opened; its shard is then done again, with the same
bytes. Nothing else is kept: what is not in the journal has not been done.
"""

from __future__ import annotations

import os
import shutil
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import xxhash

from cleaner.dump.counts import Counts, Table
from cleaner.errors import OutputError

VERSION = 2
"""A journal of another version may speak of other pieces."""


class Entry(msgspec.Struct, omit_defaults=True):
    """One finished shard.

    files   fingerprints of the small files it held; empty for a part of a large one
    file    the large file; print: its fingerprint; piece: which of its pieces, None when all are in place
    total   how many pieces the large file had
    left    files that turned out to be no part of the dump; tables: files of rows done whole
    """

    counts: Counts
    files: list[int] = []
    file: str | None = None
    print: int | None = None
    piece: int | None = None
    total: int | None = None
    left: list[tuple[str, str]] = []
    tables: list[Table] = []


REVIEWED = ("keep", "allow", "review")
"""Settings that a review may change, beside what was learned."""


class _Head(msgspec.Struct):
    version: int
    settings: dict[str, Any]


def fingerprint(*facts: object) -> int:
    """A 63-bit number for what a file is: name, size, time, where it goes."""
    return xxhash.xxh3_64_intdigest("\0".join(map(str, facts)).encode("utf-8", "surrogateescape")) >> 1


def _reviewed(head: _Head, settings: dict[str, Any]) -> bool:
    """Whether nothing has changed but what a person decided in a review."""

    def apart(given: dict[str, Any]) -> dict[str, Any]:
        packs = {name: hash_ for name, hash_ in given["packs"].items() if name != "repeats"}
        return {**{name: value for name, value in given.items() if name not in REVIEWED}, "packs": packs}

    plain = msgspec.json.decode(msgspec.json.encode(settings))
    changed = plain.get("review") != head.settings.get("review")
    return head.version == VERSION and changed and apart(plain) == apart(head.settings)


class Journal:
    """The journal of one OUT. Only the process that holds OUT's lock may open it."""

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        """Opens or begins it, anew if a person has reviewed what it speaks of. Raises OutputError if it speaks of
        other settings."""
        self.path = path
        self._encode = msgspec.json.Encoder().encode
        self._done: dict[int, int] = {}
        """Fingerprint of a small file to the number of the line that says it is done, if an earlier run did it."""
        self._sizes, self._firsts, self._seen = array("Q"), array("Q"), array("Q")
        """Of each line of earlier runs: how many small files it names, the first of them, how many are still there."""
        self._lines = 0
        self.pieces: dict[tuple[str, int], set[int]] = {}
        self._tables: dict[str, tuple[int, int]] = {}
        self.known = self.anew = False
        self._read(settings)
        self._file = path.open("ab")
        if not self.known:
            self._write(_Head(VERSION, settings))
            self._note(0, 0)

    def _read(self, settings: dict[str, Any]) -> None:
        if not self.path.exists():
            return
        good = 0
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    if not line.endswith(b"\n") or not self._understood(line, settings):
                        break
                except msgspec.DecodeError:
                    break
                good += len(line)
        os.truncate(self.path, good)
        self.known = good > 0

    def _understood(self, line: bytes, settings: dict[str, Any]) -> bool:
        """Takes a line of an earlier run; not if a review sets all of them aside."""
        if self._lines:
            self._take_earlier(msgspec.json.decode(line, type=Entry))
            return True
        head = msgspec.json.decode(line, type=_Head)
        self.anew = _reviewed(head, settings)
        if self.anew:
            shutil.rmtree(self.path.parent / "parts", ignore_errors=True)
            return False
        self._check(head, settings)
        self._note(0, 0)
        return True

    def _check(self, head: _Head, settings: dict[str, Any]) -> None:
        plain = msgspec.json.decode(msgspec.json.encode(settings))
        if head.version != VERSION:
            raise OutputError(f"{self.path.parent.parent}: was written by another version; --fresh starts over")
        changed = sorted(name for name in {*plain, *head.settings} if plain.get(name) != head.settings.get(name))
        if changed:
            told = ", ".join(
                f"{name} ({_short(head.settings.get(name))}, now {_short(plain.get(name))})" for name in changed
            )
            raise OutputError(
                f"{self.path.parent.parent}: was begun with other settings: {told}; "
                "use the same to go on, --fresh to start over, or another -o"
            )

    def _take_earlier(self, entry: Entry) -> None:
        for mark in entry.files:
            self._done[mark] = self._lines
        if entry.file is not None and entry.print is not None and entry.piece is not None:
            self.pieces.setdefault((entry.file, entry.print), set()).add(entry.piece)
        self._take_whole(entry)
        self._note(len(entry.files), entry.files[0] if entry.files else 0)

    def _take_whole(self, entry: Entry) -> None:
        if entry.file is not None and entry.print is not None and entry.piece is None:
            self._tables[entry.file] = (entry.print, self._lines)
            self.pieces.pop((entry.file, entry.print), None)

    def _note(self, size: int, first: int) -> None:
        self._sizes.append(size)
        self._firsts.append(first)
        self._seen.append(0)
        self._lines += 1

    def see(self, mark: int) -> None:
        """Tells that an input file is there; a shard of which a file is gone or changed does not count as done."""
        number = self._done.get(mark)
        if number is not None:
            self._seen[number] += 1

    def has_small(self, mark: int) -> bool:
        """Whether a small file is done, together with all that were done with it."""
        number = self._done.get(mark)
        return number is not None and self._whole(number)

    def first(self, mark: int) -> int:
        """The first of the small files that were done together with this one."""
        return self._firsts[self._done[mark]]

    def _whole(self, number: int) -> bool:
        return number >= len(self._seen) or self._seen[number] == self._sizes[number]

    def has_large(self, file: str, mark: int) -> bool:
        """Whether a large file is done whole."""
        return self._tables.get(file, (None, 0))[0] == mark

    def done_pieces(self, file: str, mark: int) -> set[int]:
        """Pieces of a large file that are done, while it is not done whole."""
        return self.pieces.get((file, mark), set())

    def write(self, entry: Entry) -> None:
        """Marks a shard done. Raises OutputError."""
        self._write(entry)
        self._take_whole(entry)  # nothing else of what this run did is asked for again
        self._lines += 1

    def _write(self, line: Any) -> None:
        try:
            self._file.write(self._encode(line) + b"\n")
            self._file.flush()
        except OSError as error:
            raise OutputError(
                f"{self.path}: cannot be written: {error.strerror or error}; free space and go on"
            ) from None

    def entries(self, here: frozenset[str] | set[str]) -> Iterator[Entry]:
        """All shards that stand, in the order they were done; of large files, those that are whole and `here`."""
        self._file.flush()
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines):
                if number == 0:
                    continue
                entry = msgspec.json.decode(line, type=Entry)
                if entry.file is None:
                    if self._whole(number):
                        yield entry
                elif entry.file in here and self._tables.get(entry.file, (None, 0))[0] == entry.print:
                    if entry.piece is None and self._tables[entry.file][1] != number:
                        continue
                    yield entry

    def close(self) -> None:
        """Closes the file."""
        with suppress(OSError):
            self._file.close()


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
