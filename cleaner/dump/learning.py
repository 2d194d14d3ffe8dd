"""The first pass over a dump: the same shards as cleaning, read by workers and counted instead of cleaned.

Each shard becomes a part (`cleaner.repeats.count`); the parts are joined into OUT/repeats. What is learned does not
depend on how the dump was cut, so a pass that was stopped simply begins anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cleaner import __version__
from cleaner.data import Document, Metadata, Result, Source, Tool
from cleaner.dump.bench import Bench, Done
from cleaner.dump.journal import Journal
from cleaner.dump.options import Options
from cleaner.dump.plan import Elsewhere, Naming, check_inputs
from cleaner.dump.pool import Crash, Marker, Pool, Task
from cleaner.dump.put import unwritable
from cleaner.dump.records import piece_number
from cleaner.dump.remote import places
from cleaner.dump.tasks import RECYCLE, Large, Progress, Tasks, survey
from cleaner.errors import InputError
from cleaner.repeats.count import write_part

PART = ".parquet"
"""How a file of counts is called."""

WORTH = 100_000
"""A dump of fewer bytes has too few documents for anything to repeat in."""


def learn(
    inputs: Sequence[Path | str],
    folder: Path,
    options: Options,
    *,
    scratch: Path,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Counts what repeats in a dump, writes the folder, and returns its manifest.

    Inputs may be counts of parts of a dump, which are joined with what is counted here, or an address, as in
    `clean_dump`; and where `folder` is called `*.parquet`, it is a file that such counts are written to. `scratch`
    holds the parts meanwhile and is removed. Raises InputError and OutputError.
    """
    from cleaner.repeats.join import is_part, merge
    from cleaner.repeats.learn import join
    from cleaner.rules.load import load_packs

    part = folder.suffix == PART
    given = places(inputs)
    check_inputs(given, folder.with_suffix("") if part else folder)
    options = msgspec.structs.replace(options, format="same", sidecar="none")
    packs = load_packs(options.packs)
    counted = [one for one in given if isinstance(one, Path) and is_part(one)]
    parts = scratch / "parts"
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        parts.mkdir(parents=True)
        (scratch / ".cleaner" / "tmp").mkdir(parents=True)
    except OSError as error:
        raise unwritable(scratch, error) from None
    try:
        texts = [one for one in given if one not in counted]
        if texts:
            _count(texts, scratch, options, workers, progress)
        found = [*sorted(parts.glob("*.parquet")), *dict.fromkeys(counted)]
        if not found:
            raise InputError(f"{', '.join(map(str, inputs))}: holds no documents to learn from")
        if part:
            return {"documents": merge(found, folder, scratch=scratch)}
        return join(found, folder, packs, scratch=scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _count(
    inputs: Sequence[Path | Elsewhere], scratch: Path, options: Options, workers: int,
    progress: Callable[[Progress], None] | None,
) -> None:  # fmt: skip
    naming = Naming(sidecars=False, follow=options.follow)
    journal = Journal(scratch / "journal.jsonl", {})
    try:
        total = survey(inputs, scratch, naming)
        _Learning(inputs, scratch, options, journal, total, progress, None).learn(naming, workers)
    finally:
        journal.close()


class _Learning(Tasks):
    """A run whose shards leave counts behind and nothing else."""

    def learn(self, naming: Naming, workers: int) -> None:
        with Pool(
            _Start(self.options, self.root), workers, tasks_each=RECYCLE, memory=self.options.limits.memory
        ) as pool:
            pool.run(self.tasks(naming), self.take)

    def take(self, task: Any, outcome: Any) -> None:
        if isinstance(outcome, Crash):
            self.crashed(task, outcome.reason)
        self.now = self.now.further(outcome.counts)
        large = self.large.get(getattr(task, "name", ""))
        number = piece_number(task)
        if large is not None and number is not None:
            large.done.add(number)
            if large.complete:
                self.finish(large)
        self.passed(task.weight)

    def finish(self, large: Large) -> None:
        """Nothing is put together."""
        self.forget(large)
        del self.large[large.found.name]

    def leave(self, large: Large, reason: str) -> None:
        self.forget(large)
        del self.large[large.found.name]
        self.passed(large.found.size)


class _Start:
    def __init__(self, options: Options, root: Path) -> None:
        self.options, self.root = options, root

    def __call__(self) -> _Bench:
        return _Bench(self.options, self.root)


class _Bench(Bench):
    """What a counting worker has at hand: a cleaner that only listens, and nowhere to write to."""

    def __init__(self, options: Options, root: Path) -> None:
        self.options, self.limits, self.asked = options, options.limits, None
        self.heard = _Listener()
        self.cleaner = self.heard  # type: ignore[assignment]
        self.out = _Nowhere()  # type: ignore[assignment]
        self.parts = root / "parts"
        self.number = 0

    def __call__(self, task: Task, marker: Marker) -> Done:
        self.heard.documents.clear()
        done = super().__call__(task, marker)
        if task.only is None and self.heard.documents:
            self.number += 1
            write_part(self.heard.documents, self.parts / f"{os.getpid()}-{self.number}.parquet")
        return done


class _Listener:
    """Takes documents as a Cleaner does, and keeps them."""

    tool = Tool("cleaner", __version__, {})

    def __init__(self) -> None:
        self.documents: list[Document] = []

    def judge(self, document: Document, origin: Source | None = None) -> Result:
        self.documents.append(document)
        return Result(document.text, document.text, (), Metadata(), "unchanged", self.tool, origin=origin or Source())

    def clean(self, *, html: str | bytes, url: str | None, site: str | None, **given: Any) -> Result:
        from cleaner.pages.document import page_of

        return self.judge(Document(page_of(html, **given).text, url, site))


class _Nowhere:
    """Results are thrown away."""

    wrote: list[str] = []  # noqa: RUF012 - it stays empty

    def put(self, path: str, data: bytes) -> None:
        """Writes nothing."""

    def beside(self) -> str:
        return os.devnull

    def place(self, beside: str, path: str) -> None:
        """Puts nothing anywhere."""
