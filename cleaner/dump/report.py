"""OUT's own files: the lock, report.json, failed.jsonl. What stands in them is written down in `cleaner.dump`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from cleaner.data import Tool
from cleaner.dump.bounds import LeftAlone, in_order, largest
from cleaner.dump.counts import Counts, Failure, Table, most_first
from cleaner.dump.journal import Entry
from cleaner.dump.put import Out, unwritable
from cleaner.errors import InputError, OutputError

REPORT, FAILED = "report.json", "failed.jsonl"
NAMED = 100


class State:
    """OUT made ready for one run, which holds its lock."""

    def __init__(self, out: Path, *, fresh: bool) -> None:
        """`fresh` forgets what earlier runs did."""
        self.out, self.fresh = out, fresh
        self.folder = out / ".cleaner"
        self.journal = self.folder / "journal.jsonl"
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> State:
        """Raises OutputError if OUT cannot be written to, is in use, or holds what no run has written."""
        try:
            if not self.folder.is_dir() and not self.fresh and self.out.is_dir() and any(self.out.iterdir()):
                raise OutputError(f"{self.out}: holds files that no run wrote; choose an empty folder, or --fresh")
            self.folder.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            for name in ("tmp", "fetched"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
            if self.fresh:
                shutil.rmtree(self.folder / "parts", ignore_errors=True)
                self.journal.unlink(missing_ok=True)
            (self.folder / "tmp").mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.out, error) from None
        return self

    def _take_lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # no such locks there; two runs at once are the user's care
            return
        self._lock = (self.folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(f"{self.out}: another run is writing to it; wait for it, or choose another -o") from None

    def __exit__(self, *_: object) -> None:
        """Clears what was under way and gives the lock back."""
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        with suppress(OSError):
            (self.folder / "parts").rmdir()
        if self._lock is not None:
            self._lock.close()


def write(
    out: Path, entries: Callable[[], Iterator[Entry]], left: LeftAlone, settings: dict[str, Any], tool: Tool
) -> tuple[Counts, list[Table]]:
    """Adds up the journal, whose `entries` may be read more than once, and writes report.json and failed.jsonl.

    Files that are no part of the dump are added to those `left` alone. Raises OutputError.
    """
    counts = Counts()
    tables: dict[str, Table] = {}
    rows: dict[str, tuple[int, int]] = {}
    for entry in entries():
        counts.merge(entry.counts)
        for name, reason in entry.left:
            left.add(name, reason)
        for table in entry.tables:
            tables[table.name] = _joined(tables.get(table.name), table)
        if entry.file is not None:
            documents, failed = rows.get(entry.file, (0, 0))
            rows[entry.file] = (documents + entry.counts.documents, failed + entry.counts.failed)
    for name, (documents, failed) in rows.items():
        if name in tables:
            tables[name] = tables[name]._replace(rows=documents, failed=failed)
    counts.skipped = left.files
    counts.sites = largest(lambda: (entry.counts.sites for entry in entries()))
    ordered = [tables[name] for name in sorted(tables)]
    place = Out(out)
    _write_failures(place, (failure for entry in entries() for failure in entry.counts.failures))
    place.put(REPORT, _report(counts, ordered, left, settings, tool))
    return counts, ordered


def _write_failures(place: Out, failures: Iterable[Failure]) -> None:
    beside = place.beside()
    try:
        with open(beside, "wb") as file:
            for failure in in_order(failures, place.state / "tmp"):
                file.write(msgspec.json.encode(failure._asdict()) + b"\n")
    except OSError as error:
        raise unwritable(FAILED, error) from None
    place.place(beside, FAILED)


def _joined(one: Table | None, other: Table) -> Table:
    """Tables of one name are parts of the one file that all texts and pages were written to."""
    if one is None or other.form != "documents":
        return other
    return other._replace(rows=one.rows + other.rows, failed=one.failed + other.failed)


def _report(counts: Counts, tables: list[Table], left: LeftAlone, settings: dict[str, Any], tool: Tool) -> bytes:
    pair = ("stretches", "letters")
    four = ("documents", "letters", "removed", "failed")
    facts = {
        "version": 1,
        "tool": tool,
        "settings": settings,
        "documents": counts.documents,
        "letters": counts.letters,
        "removed": counts.removed,
        "failed": counts.failed,
        "status": dict(sorted(counts.status.items())),
        "kinds": {name: dict(zip(pair, numbers, strict=True)) for name, numbers in most_first(counts.kinds).items()},
        "rules": {name: dict(zip(pair, numbers, strict=True)) for name, numbers in most_first(counts.rules).items()},
        "sites": {name: dict(zip(four, numbers, strict=True)) for name, numbers in counts.sites.items()},
        "tables": [table._asdict() for table in tables],
        "left_alone": {
            "files": left.files,
            "first": [{"name": name, "reason": reason} for name, reason in left.named[:NAMED]],
        },
    }
    return msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n"


def failures(out: Path) -> Iterator[Failure]:
    """What failed.jsonl says."""
    with (out / FAILED).open("rb") as lines:
        for line in lines:
            yield Failure(**msgspec.json.decode(line))


def read(data: bytes) -> dict[str, Any]:
    """What the bytes of a report.json say. Raises InputError if they are none."""
    try:
        report: dict[str, Any] = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise InputError(f"{REPORT}: cannot be read: {error}; was the run finished?") from None
    return report
