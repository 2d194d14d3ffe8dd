"""What happened, in numbers that add up over shards, and the files that say it: report.json and failed.jsonl."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from cleaner.data import Result
from cleaner.text import host_of, without_surrogates


class Failure(NamedTuple):
    """A record that was passed through as it was; `row` is None for a file that failed whole."""

    file: str
    row: int | None
    id: str | None
    reason: str

    @property
    def place(self) -> str:
        """`x.jsonl:3`, or the file's name."""
        return self.file if self.row is None else f"{self.file}:{self.row}"


class Table(NamedTuple):
    """A file of rows, and what it was made into: the form that is written, and the column that holds sidecars."""

    name: str
    form: str
    target: str
    sidecars: str | None
    rows: int
    failed: int
    fields: dict[str, str]
    written: str
    column: str | None = None


class Counts(msgspec.Struct):
    """Numbers of one shard, or of a whole run.

    Lists are [stretches, letters] of a kind or rule, and [documents, letters, removed, failed] of a site.
    """

    documents: int = 0
    letters: int = 0
    removed: int = 0
    skipped: int = 0
    status: dict[str, int] = {}
    kinds: dict[str, list[int]] = {}
    rules: dict[str, list[int]] = {}
    sites: dict[str, list[int]] = {}
    failures: list[Failure] = []

    def add(self, result: Result) -> None:
        """Counts one cleaned document."""
        letters = len(result.source)
        self.documents += 1
        self.letters += letters
        self.status[result.status] = self.status.get(result.status, 0) + 1
        gone = 0
        for span in result.removed:
            length = span.end - span.start
            gone += length
            for table, key in ((self.kinds, span.kind), (self.rules, span.rule)):
                numbers = table.get(key)
                if numbers is None:
                    table[key] = [1, length]
                else:
                    numbers[0] += 1
                    numbers[1] += length
        self.removed += gone
        site = result.origin.site or host_of(result.origin.url)
        if site:
            plus(self.sites, _sound(site), (1, letters, gone, 0))

    def fail(self, file: str, row: int | None, id_: str | None, reason: str, site: str | None = None) -> None:
        """Counts one record that was passed through."""
        self.documents += 1
        self.status["failed"] = self.status.get("failed", 0) + 1
        self.failures.append(Failure(_sound(file), row, id_ and _sound(id_), _sound(reason)))
        if site is not None:
            plus(self.sites, _sound(site), (1, 0, 0, 1))

    def merge(self, other: Counts) -> None:
        """Adds what another shard counted, but for its sites and failures, of which there may be too many to hold."""
        self.documents += other.documents
        self.letters += other.letters
        self.removed += other.removed
        self.skipped += other.skipped
        for status, number in other.status.items():
            self.status[status] = self.status.get(status, 0) + number
        for kind, numbers in other.kinds.items():
            plus(self.kinds, kind, numbers)
        for rule, numbers in other.rules.items():
            plus(self.rules, rule, numbers)

    @property
    def failed(self) -> int:
        """How many records were passed through as they were."""
        return self.status.get("failed", 0)


def _sound(words: str) -> str:
    """Words that JSON can carry: lone surrogates, as names of files may hold them, are replaced."""
    return words if words.isascii() else without_surrogates(words)


def plus(table: dict[str, list[int]], key: str, numbers: Iterable[int]) -> None:
    """Adds numbers to those of a key."""
    old = table.get(key)
    table[key] = list(numbers) if old is None else [a + b for a, b in zip(old, numbers, strict=True)]


def most_first(table: dict[str, list[int]]) -> dict[str, list[int]]:
    """The same table, what is largest first, so that reports do not depend on the order of work."""
    return dict(sorted(table.items(), key=lambda entry: ([-number for number in entry[1]], entry[0])))
