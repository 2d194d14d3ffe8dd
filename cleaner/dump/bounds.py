"""What a dump may have any number of, told without holding all of it: sites, failures, files left alone."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from zlib import crc32

import msgspec

from cleaner.dump.counts import Failure, most_first, plus

SITES = 50_000
"""The report tells no more sites than these apart."""
OTHERS = "(others)"
AT_ONCE = 4 * SITES
"""So many sites, or failures, are held at once."""
NAMED = 10_000
"""No more of the files that were left alone are named."""

Table = dict[str, list[int]]


def largest(tables: Callable[[], Iterable[Table]], most: int = SITES, at_once: int = AT_ONCE) -> Table:
    """The sites with most documents, those first, and all others as one.

    `tables` gives the numbers of shard after shard each time it is called: with more than `at_once` sites, these are
    added up a part of them at a time.
    """
    found: Table = {}
    others: list[int] = []
    part, parts = 0, 1
    while part < parts:
        sums: Table = {}
        for site, numbers in (item for table in tables() for item in table.items()):
            if _among(site, part, parts):
                plus(sums, site, numbers)
            if len(sums) > at_once and part == 0:
                parts *= 2
                sums = {site: numbers for site, numbers in sums.items() if _among(site, part, parts)}
        ordered = list(most_first(found | sums).items())
        found = dict(ordered[:most])
        for _, numbers in ordered[most:]:
            others = [a + b for a, b in zip(others or [0] * len(numbers), numbers, strict=True)]
        part += 1
    return found | ({OTHERS: others} if others else {})


def _among(site: str, part: int, parts: int) -> bool:
    return parts == 1 or crc32(site.encode()) % parts == part


class LeftAlone:
    """Files that are no part of the dump: how many, and the first of them by name, with the reason."""

    def __init__(self, most: int = NAMED) -> None:
        """`most` is how many are named."""
        self.files = 0
        self.most = most
        self._named: list[tuple[str, str]] = []

    def add(self, name: str, reason: str) -> None:
        """Takes one."""
        self.files += 1
        self._named.append((name, reason))
        if len(self._named) > 2 * self.most:
            self._named = self.named

    @property
    def named(self) -> list[tuple[str, str]]:
        """Names and reasons, sorted."""
        return sorted(self._named)[: self.most]


def in_order(failures: Iterable[Failure], scratch: Path, at_once: int = AT_ONCE) -> Iterator[Failure]:
    """Failures by file and row. More than `at_once` are sorted in parts, which lie in `scratch` meanwhile."""
    parts: list[Path] = []
    held: list[Failure] = []
    for failure in failures:
        held.append(failure)
        if len(held) >= at_once:
            parts.append(scratch / f"failures-{len(parts)}")
            parts[-1].write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in sorted(held, key=_order)))
            held = []
    with ExitStack() as stack:
        files = [stack.enter_context(part.open("rb")) for part in parts]
        lines = [map(msgspec.json.Decoder(Failure).decode, file) for file in files]
        yield from heapq.merge(*lines, sorted(held, key=_order), key=_order)
    for part in parts:
        part.unlink()


def _order(failure: Failure) -> tuple[str, int, str]:
    return failure.file, failure.row or 0, failure.reason
