"""The file that texts are looked up in: sorted 64-bit keys, mapped into memory and shared by all processes.

Layout, all little-endian, each array padded to a multiple of eight bytes: eight bytes of magic, the numbers of sites
and of entries; keys of the sites, sorted, and four numbers for each (where its blocks, its masked blocks, its runs
begin and where they end); then of the entries key, documents, of how many, grade and kind. The keys of one site's
blocks are sorted, so a look-up is a bisection of what one site says.
"""

from __future__ import annotations

import mmap
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.data import KINDS
from cleaner.errors import InputError
from cleaner.repeats.blocks import site_key
from cleaner.repeats.count import LONGEST_EXAMPLE
from cleaner.repeats.near import runs
from cleaner.repeats.thresholds import GRADES
from cleaner.text import plain

MAGIC = b"cleaner2"
_ARRAYS = (("Q", 0, 1), ("Q", 0, 4), ("Q", 1, 1), ("I", 1, 1), ("I", 1, 1), ("B", 1, 1), ("B", 1, 1))
"""Type, which of the two numbers, and times what, for each array."""


class Entry(NamedTuple):
    """What is known of a block: in how many documents of how many it stood, what it may do, and its kind."""

    documents: int
    of: int
    grade: str
    kind: str


class Site(NamedTuple):
    """Where the entries of a site lie: blocks, blocks with their names masked, runs of words of blocks."""

    blocks: tuple[int, int]
    masked: tuple[int, int]
    runs: tuple[int, int]


def index_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """An index of the rows of blocks.parquet."""
    by_site: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_site.setdefault(row["site"], []).append(row)
    sites = sorted((site_key(name), held) for name, held in by_site.items())
    bounds, keys = array("Q"), array("Q")
    documents, of, grades, kinds = array("I"), array("I"), array("B"), array("B")
    for _, held in sites:
        for part in _parts(held):
            bounds.append(len(keys))
            for key, entry in sorted(part.items()):
                keys.append(key)
                documents.append(entry.documents)
                of.append(entry.of)
                grades.append(GRADES.index(entry.grade))
                kinds.append(KINDS.index(entry.kind))
        bounds.append(len(keys))
    head = array("Q", [len(sites), len(keys)])
    named = array("Q", [key for key, _ in sites])
    return MAGIC + b"".join(map(_padded, (head, named, bounds, keys, documents, of, grades, kinds)))


def _parts(rows: Sequence[Mapping[str, Any]]) -> tuple[dict[int, Entry], dict[int, Entry], dict[int, Entry]]:
    """Blocks, masked blocks and runs of one site. A run of several blocks belongs to the strongest of them."""
    blocks: dict[int, Entry] = {}
    masked: dict[int, Entry] = {}
    known: dict[int, Entry] = {}
    for row in rows:
        entry = Entry(row["documents"], row["of"], row["grade"], row["kind"])
        weak = entry.grade == "second"
        if not row["masked"]:
            blocks[row["key"]] = entry
        elif not weak:
            masked[row["key"]] = entry
        if weak or row["masked"] or len(row["example"]) >= LONGEST_EXAMPLE:
            continue
        for run in runs(plain([row["example"]])[0]):
            known[run] = max(known.get(run, entry), entry, key=_strength)
    return blocks, masked, known


def _strength(entry: Entry) -> tuple[int, Entry]:
    return GRADES.index(entry.grade), entry


def _padded(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    data = values.tobytes()
    return data + bytes(-len(data) % 8)


class Index:
    """An index, mapped into memory: opening it reads nothing, and processes share it."""

    def __init__(self, path: Path) -> None:
        """Raises InputError for a file that is none."""
        if sys.byteorder == "big":
            raise InputError(f"{path}: what was learned can only be used on a little-endian machine")
        try:
            with path.open("rb") as file:
                view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read ({error}); learn it anew with `cleaner learn`") from None
        if view[:8] != MAGIC or len(view) < 24:
            raise InputError(f"{path}: is no index of this version; learn it anew with `cleaner learn`")
        self._sites, self._bounds, self._keys, self._documents, self._of, self._grades, self._kinds = _mapped(
            view, path
        )

    def site(self, key: int) -> Site | None:
        """Where the entries of a site lie; None for a site of which nothing was learned."""
        at = bisect_left(self._sites, key)
        if at == len(self._sites) or self._sites[at] != key:
            return None
        first, second, third, end = self._bounds[4 * at : 4 * at + 4]
        return Site((first, second), (second, third), (third, end))

    def find(self, key: int, among: tuple[int, int]) -> int:
        """The number of the entry of a key among some entries of a site, or -1."""
        at = bisect_left(self._keys, key, *among)
        return at if at < among[1] and self._keys[at] == key else -1

    def entry(self, number: int) -> Entry:
        """An entry by its number."""
        return Entry(
            self._documents[number], self._of[number], GRADES[self._grades[number]], KINDS[self._kinds[number]]
        )  # fmt: skip


def _mapped(view: memoryview, path: Path) -> Iterator[Sequence[int]]:
    numbers = view[8:24].cast("Q")
    at = 24
    for code, which, times in _ARRAYS:
        length = numbers[which] * times * array(code).itemsize
        if at + length > len(view):
            raise InputError(f"{path}: is cut off; learn it anew with `cleaner learn`")
        yield view[at : at + length].cast(code)  # type: ignore[call-overload]
        at += length + -length % 8
