"""What a worker has at hand while it cleans shards, and what it says of each when done."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cleaner.api import Cleaner
from cleaner.data import Source
from cleaner.dump.counts import Counts, Table
from cleaner.dump.forms import Form, form_of, written_as
from cleaner.dump.judge import Beside, failed
from cleaner.dump.options import Options
from cleaner.dump.pool import Marker, Task
from cleaner.dump.put import Out
from cleaner.dump.sheets import Sheet
from cleaner.errors import InputError
from cleaner.rules.cache import keep


class Done(msgspec.Struct):
    """What became of a shard: numbers, files that are no part of the dump, files of rows done whole, files written."""

    counts: Counts
    left: list[tuple[str, str]] = []
    tables: list[Table] = []
    wrote: list[str] = []


class Bench:
    """What a worker has at hand."""

    def __init__(self, options: Options, root: Path, cleaner: Cleaner) -> None:
        """Made once in each worker."""
        self.options = options
        self.cleaner = cleaner
        self.out = Out(root)
        self.limits = options.limits
        self.asked = form_of(options.format)

    def sheet(self, form: Form) -> Sheet | None:
        """Where rows of a form go if they are to be written in another."""
        made = written_as(form, self.asked)
        return None if made.kind == form.kind else Sheet(made)

    def failed(self, name: str | None, reason: str, origin: Source) -> Beside | None:
        """What stands beside a record that was passed through."""
        return failed(name, reason, origin, self.cleaner.tool, self.options.sidecar)

    def __call__(self, task: Task, marker: Marker) -> Done:
        """The outcome of one task. Raises OutputError if results cannot be written."""
        self.out.wrote.clear()
        done: Done = task.clean(self, marker)  # type: ignore[attr-defined]
        done.wrote = [path for path in self.out.wrote if not path.startswith(".cleaner/")]
        return done

    def end(self) -> None:
        """Keeps for later runs what this one had to compile."""
        keep()

    def time(self, size: int) -> float:
        """Seconds that a record of so many bytes may take."""
        return self.limits.seconds + size / 100_000


def put_sheet(bench: Bench, parts: str, number: int, sheet: Sheet) -> None:
    """Writes what a piece became, for the parent to put together."""
    if sheet.form.kind == "jsonl" and bench.options.sidecar != "none":
        bench.out.put(f"{parts}/{number}.meta", sheet.beside())
    bench.out.put(f"{parts}/{number}.rows", sheet.data())


def gone(path: str, why: str) -> InputError:
    """What to say of an input that vanishes while it is cleaned."""
    return InputError(
        f"{path}: was changed or removed while it was cleaned ({why}); put it back, then give the same command to go on"
    )
