"""A run: plan, hand out shards, keep the journal, put large files together, say what happened."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

import cleaner.dump.parquet as parquet
import cleaner.dump.report as report
from cleaner.api import Cleaner
from cleaner.data import Tool
from cleaner.dump.archives import documents_of, members
from cleaner.dump.bench import Bench, Done
from cleaner.dump.bounds import LeftAlone
from cleaner.dump.counts import Counts, Table
from cleaner.dump.fields import Fields, check_fields, guess, no_text
from cleaner.dump.forms import ARCHIVES, ROWS, Form, Target, documents_target, form_of, written_as
from cleaner.dump.journal import Entry, Journal, fingerprint
from cleaner.dump.large import Rows, sample_rows
from cleaner.dump.options import Options
from cleaner.dump.plan import Elsewhere, Found, Left, Lost, Naming, check_inputs, walk
from cleaner.dump.pool import Crash, Pool, Task
from cleaner.dump.put import Out, unwritable
from cleaner.dump.records import piece_number
from cleaner.dump.small import File, Files
from cleaner.dump.split import pieces
from cleaner.dump.streams import pack, unpack
from cleaner.dump.warc import pages
from cleaner.errors import InputError, OutputError

if TYPE_CHECKING:
    from cleaner.dump.remote import Mirror, Remote

BATCH, BATCH_BYTES = 64, 4 << 20
"""Small files go to workers in batches of so many, or of so many bytes."""
SMALL = 1 << 18
"""Files of rows up to this size are done whole in one worker."""
RECYCLE = 400
"""A worker is replaced after so many shards of pages: what parsers keep for themselves must not grow."""


class Progress(NamedTuple):
    """How far a run is; earlier runs count as bytes alone, which are those of the input as it lies on disk."""

    documents: int = 0
    failed: int = 0
    letters: int = 0
    removed: int = 0
    bytes_done: int = 0
    bytes_all: int = 0

    def further(self, counts: Counts) -> Progress:
        """With one shard more."""
        return self._replace(
            documents=self.documents + counts.documents,
            failed=self.failed + counts.failed,
            letters=self.letters + counts.letters,
            removed=self.removed + counts.removed,
        )


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


def naming_of(options: Options) -> Naming:
    """How results are called."""
    return Naming(options.sidecar != "none", options.follow, form_of(options.format))


def survey(inputs: Sequence[Path | Elsewhere], out: Path, naming: Naming) -> int:
    """The bytes of a dump. Raises InputError for files that would take one name, before anything is written."""
    return sum(found.size for found in walk(inputs, out, naming) if isinstance(found, Found))


class _Large:
    """A large file under way: which of its pieces are done, and where they are."""

    def __init__(self, found: Found, mark: int, done: set[int]) -> None:
        self.found, self.mark, self.done = found, mark, done
        self.parts = f".cleaner/parts/{fingerprint(found.name):016x}"
        self.total: int | None = None
        self.fields: Fields | None = None
        self.join: Task | None = None

    @property
    def complete(self) -> bool:
        return self.total is not None and len(self.done) == self.total


class Run:
    """One pass over a dump: what is to be done, what came of it, and what is under way."""

    def __init__(
        self, inputs: Sequence[Path | Elsewhere], out: Path, options: Options, cleaner: Cleaner, journal: Journal,
        total: int, progress: Callable[[Progress], None] | None, say: Callable[[str], None] | None,
        mirror: Mirror | None = None,
    ) -> None:  # fmt: skip
        """`total` is the bytes of the dump; `journal` says what earlier runs did."""
        self.inputs, self.root, self.options, self.cleaner, self.journal = inputs, out, options, cleaner, journal
        self.progress, self.say = progress, say
        self.out = Out(out)
        self.mirror = mirror
        self.remote: Remote | None = next((given for given in inputs if not isinstance(given, Path)), None)  # type: ignore[assignment]
        self.sidecars = options.sidecar != "none"
        self.asked = form_of(options.format)
        self.naming = naming_of(options)
        self.documents: dict[int, None] = {}
        """With `--format`: the batches of texts and pages, in the order of the dump, by their first file."""
        self.now = Progress(bytes_all=total)
        self.large: dict[str, _Large] = {}
        self.here: set[str] = set()
        self.left = LeftAlone()
        self.said: set[str] = set()

    def all(self, naming: Naming, workers: int) -> Summary:
        """Does all that is still to be done, and writes the reports."""
        if self.journal.known:
            for found in walk(self.inputs, self.root, naming):
                self.journal.see(_mark(found))
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

    def tasks(self, naming: Naming) -> Iterator[Task]:
        """All that is still to be done, in the order of the dump."""
        batch: list[File] = []
        marks: list[int] = []
        size = 0
        for found in walk(self.inputs, self.root, naming):
            if isinstance(found, Left):
                self.left.add(found.name, found.reason)
                continue
            if isinstance(found, Found) and _is_large(found):
                yield from self.large_file(found)
                continue
            mark = _mark(found)
            if self.journal.has_small(mark):
                self.documents.setdefault(self.journal.first(mark))
                self.passed(found.size if isinstance(found, Found) else 0)
                continue
            if not batch:
                self.documents.setdefault(mark)
            batch.append(_small(found))
            marks.append(mark)
            size += found.size if isinstance(found, Found) else 0
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                yield self.batch(batch, marks, size)
                batch, marks, size = [], [], 0
        if batch:
            yield self.batch(batch, marks, size)

    def batch(self, files: list[File], marks: list[int], size: int) -> Task:
        """Small files as one task."""
        self.documents.setdefault(marks[0])
        target = documents_target(self.asked, sidecars=self.sidecars) if self.asked is not None else Target("", None)
        if self.remote is not None:
            files = _fetched(files, self.remote)
        return _Batch(files=files, marks=marks, weight=size, parts=DOCUMENT_PARTS, number=marks[0], documents=target)

    def large_file(self, found: Found) -> Iterator[Task]:
        """The tasks of one large file."""
        self.here.add(found.name)
        mark = _mark(found)
        if self.journal.has_large(found.name, mark):
            self.passed(found.size)
            return
        if self.journal.has_small(mark):  # it failed whole
            self.here.discard(found.name)
            self.documents.setdefault(self.journal.first(mark))
            self.passed(found.size)
            return
        if self.remote is not None:
            place = self.root / FETCHED / f"{mark:016x}"
            problem = self.remote.fetch(found.path, place)
            found = found._replace(path=str(place))
            if problem is not None:
                yield from self.whole(_Large(found, mark, set()), problem)
                return
        large = _Large(found, mark, set(self.journal.done_pieces(found.name, mark)))
        self.large[found.name] = large
        if found.form.kind in ROWS:
            yield from self.rows(large)
        elif found.form.kind in ARCHIVES:
            yield from members(large, self)
        else:
            yield from parquet.groups(large, self) if found.form.kind == "parquet" else pages(large, self)
        if large.complete:
            self.finish(large)

    def rows(self, large: _Large) -> Iterator[Task]:
        """The pieces of a large file of rows."""
        found, options = large.found, self.options
        try:
            seen, header = sample_rows(found.path, found.form, options)
            file = open(found.path, "rb")  # noqa: SIM115 - it stays open while its pieces are handed out
        except (OSError, InputError) as error:
            problem = (
                f"{found.path}: cannot be read: {error.strerror or error}" if isinstance(error, OSError) else str(error)
            )
            yield from self.whole(large, problem)
            return
        fields = guess(seen, options.fields)
        if fields is None and seen:
            self.leave(large, no_text(seen))
            return
        large.fields = fields = fields or Fields(text="text")
        self.tell(found.name, fields)
        with file:
            at = before = number = 0
            for piece in pieces(
                found.form.kind or "", unpack(file, found.form.packing, options.limits.ratio), options.limits.size
            ):
                position = file.tell()
                weight, before = position - before, position
                start, at = at, at + len(piece.data)
                number = piece.number + 1
                if piece.number in large.done:
                    self.passed(weight)
                    continue
                span = None
                if not found.form.packing and not piece.ends:
                    span, piece = (start, len(piece.data)), piece._replace(data=b"")
                yield Rows(
                    name=found.name, path=found.path, form=found.form, fields=fields, header=header, piece=piece,
                    span=span, parts=large.parts, sidecars=self.sidecars, weight=weight,
                )  # fmt: skip
            large.total = number

    def whole(self, large: _Large, problem: str) -> Iterator[Task]:
        """A large file that fails as one record."""
        found = large.found
        self.large.pop(found.name, None)
        self.here.discard(found.name)
        yield self.batch([_small(found, problem)], [large.mark], found.size)

    def leave(self, large: _Large, reason: str) -> None:
        """A file that is no part of the dump after all. Raises InputError if it was named."""
        found = large.found
        if found.given:
            raise InputError(f"{found.path}: {reason}")
        del self.large[found.name]
        self.left.add(found.name, reason)
        self.forget(large)
        self.passed(found.size)

    def forget(self, large: _Large) -> None:
        """Gives the room back of a file that was fetched."""
        if self.remote is not None:
            Path(large.found.path).unlink(missing_ok=True)

    def send(self, paths: Sequence[str], *, keep: bool = False) -> None:
        """Sends what is whole to where OUT is."""
        if self.mirror is not None:
            self.mirror.send(paths, keep=keep)

    def take(self, task: Any, outcome: Any) -> None:
        """Notes what became of a shard."""
        if isinstance(outcome, Crash):
            self.crashed(task, outcome.reason)
            return
        done: Done = outcome
        self.send(done.wrote)
        self.now = self.now.further(done.counts)
        if isinstance(task, _Batch):
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

    def take_piece(self, large: _Large, task: Any, done: Done) -> None:
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

    def crashed(self, task: Any, reason: str) -> None:
        """Raises OutputError: no worker lives long enough to begin."""
        raise OutputError(
            f"workers die before they begin ({reason}); run with fewer --workers or more memory, to go on"
        )

    def finish(self, large: _Large) -> None:
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

    def end(self, large: _Large, target: Target | None = None) -> None:
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

    def tell(self, name: str, fields: Fields) -> None:
        """Says once which columns are taken for what."""
        words = ", ".join(f"{role} = {column!r}" for role, column in fields.told().items())
        if self.say is not None and words not in self.said:
            self.said.add(words)
            self.say(f"{name}: {words}")

    def passed(self, size: int) -> None:
        """Tells how far the run is, so many bytes further on."""
        self.now = self.now._replace(bytes_done=self.now.bytes_done + size)
        if self.progress is not None:
            self.progress(self.now)


FETCHED = ".cleaner/fetched"
"""Large files from elsewhere, for as long as they are worked on."""
DOCUMENT_PARTS = ".cleaner/documents"
"""What batches of texts and pages became, with `--format`."""


class _Batch(Files, kw_only=True):
    """Small files, and what the journal knows them by."""

    marks: list[int]


class _Start:
    """Makes a worker ready; forked workers find the Cleaner made."""

    def __init__(self, options: Options, root: Path, cleaner: Cleaner) -> None:
        self.options, self.root, self.cleaner = options, root, cleaner

    def __call__(self) -> Bench:
        return Bench(self.options, self.root, self.cleaner)


def _is_large(found: Found) -> bool:
    kind, size = found.form.kind, found.size
    if kind in ROWS:
        return size > (SMALL >> 3 if found.form.packing else SMALL)
    return kind in ("parquet", "warc") or kind in ARCHIVES


def _mark(found: Found | Left | Lost) -> int:
    return fingerprint(*(found.facts if isinstance(found, Found) else found))


def _small(found: Found | Lost, problem: str | None = None) -> File:
    if isinstance(found, Lost):
        from cleaner.dump.forms import Form, Target

        return File(found.name, "", Form(None), Target(found.name, None), problem=found.reason)
    return File(found.name, found.path, found.form, found.target, problem=problem, given=found.given)


def _fetched(files: list[File], remote: Remote) -> list[File]:
    """Small files with their bytes."""
    found = remote.read([file.path for file in files if file.problem is None])
    fetched = []
    for file in files:
        data = found.get(file.path)
        if isinstance(data, str):
            fetched.append(msgspec.structs.replace(file, path="", problem=data))
        else:
            fetched.append(msgspec.structs.replace(file, path="", data=data))
    return fetched
