"""What of a dump is still to be done, as shards: small files in batches, large ones in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

import cleaner.dump.parquet as parquet
from cleaner.dump.archives import members
from cleaner.dump.bounds import LeftAlone
from cleaner.dump.counts import Counts
from cleaner.dump.fields import Fields, guess, no_text
from cleaner.dump.forms import ARCHIVES, ROWS, Form, Target, documents_target, form_of
from cleaner.dump.journal import Journal, fingerprint
from cleaner.dump.large import Rows, sample_rows
from cleaner.dump.options import Options
from cleaner.dump.plan import Elsewhere, Found, Left, Lost, Naming, walk
from cleaner.dump.pool import Task
from cleaner.dump.small import File, Files
from cleaner.dump.split import pieces
from cleaner.dump.streams import unpack
from cleaner.dump.warc import pages
from cleaner.errors import InputError, OutputError

if TYPE_CHECKING:
    from cleaner.dump.remote import Remote

BATCH, BATCH_BYTES = 64, 4 << 20
"""Small files go to workers in batches of so many, or of so many bytes."""
SMALL = 1 << 18
"""Files of rows up to this size are done whole in one worker."""
RECYCLE = 400
"""A worker is replaced after so many shards of pages: what parsers keep for themselves must not grow."""
FETCHED = ".cleaner/fetched"
"""Large files from elsewhere, for as long as they are worked on."""
DOCUMENT_PARTS = ".cleaner/documents"
"""What batches of texts and pages became, with `--format`."""


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


def naming_of(options: Options) -> Naming:
    """How results are called."""
    return Naming(options.sidecar != "none", options.follow, form_of(options.format))


def survey(inputs: Sequence[Path | Elsewhere], out: Path, naming: Naming) -> int:
    """The bytes of a dump. Raises InputError for files that would take one name, before anything is written."""
    return sum(found.size for found in walk(inputs, out, naming) if isinstance(found, Found))


class Large:
    """A large file under way: which of its pieces are done, and where they are."""

    def __init__(self, found: Found, mark: int, done: set[int]) -> None:
        """`mark` is what the journal knows it by, `done` the pieces that earlier runs did."""
        self.found, self.mark, self.done = found, mark, done
        self.parts = f".cleaner/parts/{fingerprint(found.name):016x}"
        self.total: int | None = None
        self.fields: Fields | None = None

    @property
    def complete(self) -> bool:
        """Whether all pieces are handed out and done."""
        return self.total is not None and len(self.done) == self.total


class Batch(Files, kw_only=True):
    """Small files, and what the journal knows them by."""

    marks: list[int]


class Tasks:
    """What is still to be done of a dump, and what is under way."""

    def __init__(
        self, inputs: Sequence[Path | Elsewhere], out: Path, options: Options, journal: Journal, total: int,
        progress: Callable[[Progress], None] | None, say: Callable[[str], None] | None,
    ) -> None:  # fmt: skip
        """`total` is the bytes of the dump; `journal` says what earlier runs did."""
        self.inputs, self.root, self.options, self.journal = inputs, out, options, journal
        self.progress, self.say = progress, say
        self.remote: Remote | None = next((given for given in inputs if not isinstance(given, Path)), None)  # type: ignore[assignment]
        self.sidecars = options.sidecar != "none"
        self.asked = form_of(options.format)
        self.naming = naming_of(options)
        self.documents: dict[int, None] = {}
        """With `--format`: the batches of texts and pages, in the order of the dump, by their first file."""
        self.now = Progress(bytes_all=total)
        self.large: dict[str, Large] = {}
        self.here: set[str] = set()
        self.left = LeftAlone()
        self.said: set[str] = set()

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
            mark = mark_of(found)
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
        return Batch(files=files, marks=marks, weight=size, parts=DOCUMENT_PARTS, number=marks[0], documents=target)

    def large_file(self, found: Found) -> Iterator[Task]:
        """The tasks of one large file."""
        self.here.add(found.name)
        mark = mark_of(found)
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
                yield from self.whole(Large(found, mark, set()), problem)
                return
        large = Large(found, mark, set(self.journal.done_pieces(found.name, mark)))
        self.large[found.name] = large
        if found.form.kind in ROWS:
            yield from self.rows(large)
        elif found.form.kind in ARCHIVES:
            yield from members(large, self)
        else:
            yield from parquet.groups(large, self) if found.form.kind == "parquet" else pages(large, self)
        if large.complete:
            self.finish(large)

    def rows(self, large: Large) -> Iterator[Task]:
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

    def whole(self, large: Large, problem: str) -> Iterator[Task]:
        """A large file that fails as one record."""
        found = large.found
        self.large.pop(found.name, None)
        self.here.discard(found.name)
        yield self.batch([_small(found, problem)], [large.mark], found.size)

    def leave(self, large: Large, reason: str) -> None:
        """A file that is no part of the dump after all. Raises InputError if it was named."""
        found = large.found
        if found.given:
            raise InputError(f"{found.path}: {reason}")
        del self.large[found.name]
        self.left.add(found.name, reason)
        self.forget(large)
        self.passed(found.size)

    def forget(self, large: Large) -> None:
        """Gives the room back of a file that was fetched."""
        if self.remote is not None:
            Path(large.found.path).unlink(missing_ok=True)

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

    def finish(self, large: Large) -> None:
        """Is called when all pieces of a large file are done."""
        raise NotImplementedError

    def crashed(self, task: Any, reason: str) -> None:
        """Raises OutputError: no worker lives long enough to begin."""
        raise OutputError(
            f"workers die before they begin ({reason}); run with fewer --workers or more memory, to go on"
        )


def _is_large(found: Found) -> bool:
    kind, size = found.form.kind, found.size
    if kind in ROWS:
        return size > (SMALL >> 3 if found.form.packing else SMALL)
    return kind in ("parquet", "warc") or kind in ARCHIVES


def mark_of(found: Found | Left | Lost) -> int:
    """What the journal knows a file by: another number once the file has changed."""
    return fingerprint(*(found.facts if isinstance(found, Found) else found))


def _small(found: Found | Lost, problem: str | None = None) -> File:
    if isinstance(found, Lost):
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
