"""A run: hand out shards, keep the journal, put large files together, say what happened."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cleaner.dump.parquet as parquet
import cleaner.dump.report as report
from cleaner.api import Cleaner
from cleaner.data import Tool
from cleaner.dump.archives import documents_of
from cleaner.dump.bench import Bench, Done
from cleaner.dump.counts import Counts, Table
from cleaner.dump.fields import Fields, check_fields
from cleaner.dump.forms import ARCHIVES, Form, Target, documents_target, written_as
from cleaner.dump.journal import Entry, Journal
from cleaner.dump.options import Options
from cleaner.dump.plan import Elsewhere, Naming, check_inputs, walk
from cleaner.dump.pool import Crash, Pool
from cleaner.dump.put import Out, unwritable
from cleaner.dump.records import piece_number
from cleaner.dump.streams import pack
from cleaner.dump.tasks import DOCUMENT_PARTS, RECYCLE, Batch, Large, Progress, Tasks, mark_of, naming_of, survey
from cleaner.errors import InputError, OutputError

if TYPE_CHECKING:
    from cleaner.dump.remote import Mirror


class Summary(NamedTuple):
    """What a run did, earlier runs into the same OUT included; `new` counts this run alone.

    `left` are the first of the files that are no part of the dump, with the reason; `counts.skipped` counts all.
    """

    counts: Counts
    new: int
    tables: list[Table]
    left: list[tuple[str, str]]
    out: Path

    @property
    def failures(self) -> list[tuple[str, str]]:
        """Places and reasons, as failed.jsonl has them."""
        return [(failure.place, failure.reason) for failure in report.failures(self.out)]


def run(
    inputs: Sequence[Path | Elsewhere],
    out: Path,
    options: Options,
    *,
    workers: int = 1,
    fresh: bool = False,
    progress: Callable[[Progress], None] | None = None,
    say: Callable[[str], None] | None = None,
    prepare: Callable[[Options, int], Options] | None = None,
    mirror: Mirror | None = None,
) -> Summary:
    """The cleaning pass; see `cleaner.dump.passes.clean_dump`.

    `prepare` is called once OUT is ours, with the options and the bytes of the dump, and gives those to go on with.
    `mirror` sends what is written to `out` elsewhere.
    """
    check_fields(options.fields)
    cleaner = options.cleaner()
    check_inputs(inputs, out)
    naming = naming_of(options)
    total = survey(inputs, out, naming)
    with report.State(out, fresh=fresh) as state:
        if prepare is not None:
            options = prepare(options, total)
            cleaner = options.cleaner()
        journal = Journal(state.journal, settings(options, cleaner.tool))
        if journal.anew and say is not None:
            say("the review has changed since this folder was cleaned; all of it is cleaned anew")
        try:
            made = Run(inputs, out, options, cleaner, journal, total, progress, say, mirror)
            return made.all(naming, workers)
        finally:
            journal.close()


def settings(options: Options, tool: Tool) -> dict[str, Any]:
    """All that the bytes in OUT depend on besides the input."""
    return {
        "version": tool.version, "packs": tool.packs, "keep": sorted(options.keep),
        "allow": sorted(options.allow), "learn": options.learn, "encoding": options.encoding,
        "fields": options.fields, "format": options.format, "sidecar": options.sidecar, "review": options.review,
    }  # fmt: skip


class Run(Tasks):
    """One pass over a dump: its shards are written down as they are done, and put together."""

    def __init__(
        self, inputs: Sequence[Path | Elsewhere], out: Path, options: Options, cleaner: Cleaner, journal: Journal,
        total: int, progress: Callable[[Progress], None] | None, say: Callable[[str], None] | None,
        mirror: Mirror | None = None,
    ) -> None:  # fmt: skip
        """`total` is the bytes of the dump; `journal` says what earlier runs did."""
        super().__init__(inputs, out, options, journal, total, progress, say)
        self.cleaner, self.mirror = cleaner, mirror
        self.out = Out(out)

    def all(self, naming: Naming, workers: int) -> Summary:
        """Does all that is still to be done, and writes the reports."""
        if self.journal.known:
            for found in walk(self.inputs, self.root, naming):
                self.journal.see(mark_of(found))
        start = _Start(self.options, self.root, self.cleaner)
        with Pool(start, workers, tasks_each=RECYCLE, memory=self.options.limits.memory) as pool:
            pool.run(self.tasks(naming), self.take)
        if self.asked is not None:
            self.gather_documents(self.asked)
        counts, tables = report.write(
            self.root,
            lambda: self.journal.entries(self.here),
            self.left,
            settings(self.options, self.cleaner.tool),
            self.cleaner.tool,
        )
        self.send([report.REPORT, report.FAILED], keep=True)
        return Summary(counts, self.now.documents, tables, self.left.named, self.root)

    def take(self, task: Any, outcome: Any) -> None:
        """Notes what became of a shard."""
        if isinstance(outcome, Crash):
            self.crashed(task, outcome.reason)
            return
        done: Done = outcome
        self.send(done.wrote)
        self.now = self.now.further(done.counts)
        if isinstance(task, Batch):
            for name, reason in done.left:
                if any(file.name == name and file.given for file in task.files):
                    raise InputError(f"{name}: {reason}")
            for table in done.tables:
                self.tell(table.name, Fields(**table.fields))
            self.journal.write(Entry(done.counts, files=task.marks, left=done.left, tables=done.tables))
        elif task.name in self.large:
            large = self.large[task.name]
            self.take_piece(large, task, done)
        self.passed(task.weight)

    def take_piece(self, large: Large, task: Any, done: Done) -> None:
        """Notes a piece of a large file, which is put together when it was the last."""
        number = piece_number(task)
        if number is None:
            return
        self.journal.write(
            Entry(
                done.counts, file=large.found.name, print=large.mark, piece=number, left=done.left, tables=done.tables
            )
        )
        large.done.add(number)
        if large.complete:
            self.finish(large)

    def finish(self, large: Large) -> None:
        """Puts a large file together from its parts, then forgets them."""
        found = large.found
        made, target = written_as(found.form, self.asked), found.target
        if found.form.kind in ARCHIVES:
            if self.asked is None:
                self.end(large)
                return
            target = documents_of(large, self)
        parts = [f"{large.parts}/{number}" for number in range(large.total or 0)]
        if made.kind == "parquet":
            parquet.gather_groups(large, self, target.path)
        else:
            self.gather(parts, "rows", target.path, made.packing)
            if target.sidecars is not None:
                self.gather(parts, "meta", target.sidecars, made.packing)
        self.end(large, target)

    def gather_documents(self, asked: Form) -> None:
        """One file of all texts and pages. Its parts stay, since more may come."""
        target = documents_target(asked, sidecars=self.sidecars)
        parts = [f"{DOCUMENT_PARTS}/{mark}" for mark in self.documents]
        if asked.kind == "parquet":
            parquet.gather(parts, self, target.path)
            return
        self.gather(parts, "rows", target.path, asked.packing)
        if target.sidecars is not None:
            self.gather(parts, "meta", target.sidecars, asked.packing)

    def end(self, large: Large, target: Target | None = None) -> None:
        """Notes that a large file is whole, and forgets its parts."""
        found = large.found
        made = written_as(found.form, self.asked)
        told = {**large.fields.told(), "text": large.fields.into} if large.fields else {}
        column = parquet.column_of(large, made) if self.sidecars and made.kind == "parquet" else None
        table = Table(found.name, found.form.kind or "", *(target or found.target), 0, 0, told, made.kind or "", column)
        self.journal.write(
            Entry(
                Counts(), file=found.name, print=large.mark, total=large.total, tables=[table] if large.fields else []
            )
        )
        shutil.rmtree(self.root / large.parts, ignore_errors=True)
        self.forget(large)
        del self.large[found.name]

    def gather(self, parts: Sequence[str], what: str, target: str, packed: str) -> None:
        """One file from parts end to end: members of gzip and frames of zstd may stand so."""
        beside = self.out.beside()
        try:
            with open(beside, "wb") as whole:
                for place in parts:
                    with open(f"{self.root}/{place}.{what}", "rb") as part:
                        shutil.copyfileobj(part, whole, 1 << 20)
                if not parts:
                    whole.write(pack(b"", packed))
        except FileNotFoundError as error:
            raise OutputError(f"{error.filename} is gone, so {target} cannot be made; --fresh starts over") from None
        except OSError as error:
            raise unwritable(target, error) from None
        self.place(beside, target)

    def place(self, beside: str, target: str) -> None:
        """Puts what was written beside where it belongs."""
        self.out.place(beside, target)
        self.send([target])

    def send(self, paths: Sequence[str], *, keep: bool = False) -> None:
        """Sends what is whole to where OUT is."""
        if self.mirror is not None:
            self.mirror.send(paths, keep=keep)


class _Start:
    """Makes a worker ready; forked workers find the Cleaner made."""

    def __init__(self, options: Options, root: Path, cleaner: Cleaner) -> None:
        self.options, self.root, self.cleaner = options, root, cleaner

    def __call__(self) -> Bench:
        return Bench(self.options, self.root, self.cleaner)
