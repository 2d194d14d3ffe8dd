"""The cleaning of one shard: a plain function of a task, run in a worker, with nothing kept but the Cleaner.

A shard is a batch of small files, each written by itself, or a piece of a large file, written as two parts (rows and
sidecars) that the parent puts together when all are there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from cleaner.api import Cleaner
from cleaner.data import Result, Source
from cleaner.dump.counts import Counts, Table
from cleaner.dump.fields import Fields, guess, no_text
from cleaner.dump.forms import DOCUMENTS, HEAD, ROWS, Form, Target, by_name, form_of, packing, sniff, written_as
from cleaner.dump.judge import COLUMN, Beside, Failed, as_json, facts, failed, judge
from cleaner.dump.options import Options
from cleaner.dump.pool import Marker, Task
from cleaner.dump.put import Out
from cleaner.dump.rows import Codec, Row, codec, columns
from cleaner.dump.sheets import Sheet, raw_row
from cleaner.dump.split import Piece, pieces
from cleaner.dump.streams import pack, unpack, unpack_all
from cleaner.errors import CleanerError, InputError
from cleaner.files import decode, digest, encode

BLOCK = 1 << 16
"""Small files are read by so many bytes."""
SAMPLE = 100
"""So many records are looked at to see which columns there are."""


class File(msgspec.Struct, frozen=True):
    """A small file: its name, its form, where its results go, and its bytes if they do not lie at `path`.

    `renamed` says that it must not even be copied under its own name.
    """

    name: str
    path: str
    form: Form
    target: Target
    data: bytes | None = None
    problem: str | None = None
    given: bool = False
    renamed: bool = False


class Files(Task, kw_only=True):
    """A batch of small files. Records are counted through the batch.

    With `--format`, what texts and pages become is written as piece `number` of `parts`, to stand in `documents`.
    """

    files: list[File]
    weight: int = 0
    parts: str = ""
    number: int = 0
    documents: Target = Target("", None)

    def clean(self, bench: Bench, marker: Marker) -> Done:
        """The outcome, in a worker."""
        return _Files(bench, self, marker).run()


class Rows(Task, kw_only=True):
    """A piece of a large file of rows. `span` says where its bytes lie in `path` if the piece does not carry them."""

    name: str
    path: str
    form: Form
    fields: Fields
    header: bytes
    piece: Piece
    span: tuple[int, int] | None
    parts: str
    sidecars: bool
    weight: int = 0

    def clean(self, bench: Bench, marker: Marker) -> Done:
        """The outcome, in a worker."""
        return _clean_piece(bench, self, marker)


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

    def time(self, size: int) -> float:
        """Seconds that a record of so many bytes may take."""
        return self.limits.seconds + size / 100_000


def site_of(name: str) -> str | None:
    """The site of a file that says nothing of it: the folder it lies in, if that is called like one."""
    folder = name.split("/", 1)[0] if "/" in name else ""
    return folder if "." in folder.strip(".") and " " not in folder and by_name(folder) == Form(None) else None


class _Files:
    """One batch of small files."""

    def __init__(self, bench: Bench, task: Files, marker: Marker) -> None:
        self.bench, self.task, self.marker = bench, task, marker
        self.number = -1
        self.done = Done(Counts())
        self.sheet = Sheet(bench.asked) if bench.asked is not None else None

    def run(self) -> Done:
        for file in self.task.files:
            self.number += 1
            if self.task.only is not None and self.number > self.task.only:
                break
            if self.task.only is None or self.number == self.task.only or file.form.kind in ROWS:
                self._file(file)
        if self.sheet is not None and self.task.only is None:
            put_sheet(self.bench, self.task.parts, self.task.number, self.sheet)
            if len(self.sheet):
                self._told(self.sheet)
        return self.done

    def _told(self, sheet: Sheet) -> None:
        """Notes the rows of texts and pages as a part of the file that holds all of them."""
        target = self.task.documents
        column = COLUMN if self.bench.options.sidecar != "none" and sheet.form.kind == "parquet" else None
        fields = {"text": "text", "id": "id", "site": "site"}
        made = Table(target.path, "documents", *target, len(sheet), sheet.failed, fields, sheet.form.kind or "", column)
        self.done.tables.append(made)

    def _file(self, file: File) -> None:
        counts, limits = self.done.counts, self.bench.limits
        self.marker.at(self.number, self.bench.time(len(file.data or b"")))
        try:
            data = file.data if file.data is not None else _read(file.path, limits.size)
        except InputError as error:
            counts.fail(file.name, None, None, file.problem or str(error), site_of(file.name))
            return
        self.marker.at(self.number, self.bench.time(len(data)))
        origin = Source(path=file.name, form=file.form.kind, sha256=digest(data), site=site_of(file.name))
        try:
            if file.problem is not None:
                raise Failed(file.problem)
            if self.number in self.task.skip:
                raise Failed(self.task.skip[self.number])
            packed = packing(data)
            inner = unpack_all(data, packed, limits.size, limits.ratio) if packed else data
            form = sniff(file.name, data[:HEAD], inner[:HEAD])
            form = form if form.kind else form._replace(kind=file.form.kind)
            if form.kind in ROWS:
                self._rows(file, data, inner, form)
            elif form.kind in DOCUMENTS:
                self._document(file, inner, form, origin)
            else:
                raise Failed(f"its name says {file.form.kind}, its bytes say {form.kind}; give it its right name")
        except (Failed, CleanerError) as error:
            if isinstance(error, CleanerError) and not isinstance(error, InputError):
                raise
            self._failed(file, data, origin, str(error))

    def _document(self, file: File, inner: bytes, form: Form, origin: Source) -> None:
        bench = self.bench
        if form.kind == "html":
            row = Row(None, inner, site=origin.site, encoding=bench.options.encoding)
            result = judge(bench.cleaner, row, file.name, msgspec.structs.replace(origin, form="html"))
            encoding, bom = "utf-8", False
        else:
            text, encoding, bom = decode(inner, bench.options.encoding)
            origin = msgspec.structs.replace(origin, form="txt", encoding=encoding, bom=bom)
            result = judge(bench.cleaner, Row(text, site=origin.site), file.name, origin)
        if self.sheet is not None:
            told = {"id": file.name, "site": origin.site, "text": result.text}
            columns = {name: value for name, value in told.items() if value is not None}
            self.sheet.check(columns)
            self._count(result)
            self.sheet.add(columns, facts(result, bench.options.sidecar))
            return
        try:
            written = encode(result.text, encoding, bom=bom)
        except UnicodeError as error:
            raise Failed(f"the text cannot be written as {encoding}: {error}") from None
        if self.task.only is not None:
            return
        # The sidecar goes first: a cleaned text without one could not be restored.
        if file.target.sidecars is not None:
            beside = as_json(facts(result, bench.options.sidecar), pretty=True)
            bench.out.put(file.target.sidecars, pack(beside, form.packing))
        bench.out.put(file.target.path, pack(written, form.packing))
        self._count(result)

    def _count(self, result: Result) -> None:
        if self.task.only is None:
            self.done.counts.add(result)

    def _failed(self, file: File, data: bytes, origin: Source, reason: str) -> None:
        if self.task.only is not None:
            return
        bench = self.bench
        self.done.counts.fail(file.name, None, None, reason, origin.site)
        path = file.target.path
        if file.target.sidecars is not None:
            rows = file.form.kind in ROWS
            beside = as_json(bench.failed(file.name, reason, origin), pretty=not rows) + b"\n" * rows
            bench.out.put(file.target.sidecars, pack(beside, file.form.packing if packing(data) else ""))
        if self.sheet is not None and file.form.kind in DOCUMENTS:
            self.sheet.add({"id": file.name}, bench.failed(file.name, reason, origin), failed=True)
        if (file.form.kind == "html" or self.sheet is not None) and not file.renamed:
            path = path.rpartition("/")[0] + "/" * ("/" in path) + file.name.rpartition("/")[2]
        bench.out.put(path, data)

    def _rows(self, file: File, data: bytes, inner: bytes, form: Form) -> None:
        """A small file of rows, whole."""
        bench, options = self.bench, self.bench.options
        held = list(pieces(form.kind or "", iter([inner]), bench.limits.size))
        sample = [record for piece in held[:1] for record in piece.records()[:SAMPLE]]
        seen = columns(form.kind or "", sample, options.encoding)
        fields = guess(seen, options.fields)
        if fields is None and seen:
            self.done.left.append((file.name, no_text(seen)))
            return
        fields = fields or Fields(text="text")
        header = sample[0] if form.kind in ("csv", "tsv") and sample else b""
        rows = RowsWriter(
            bench, file.name, form, codec(form.kind or "", fields, options.encoding, header), self.done.counts
        )
        made = written_as(form, bench.asked)
        wanted = options.sidecar != "none"
        first = self.number + 1  # the file itself is a record as well: it may fail whole
        before = (self.done.counts.documents, self.done.counts.failed)
        for piece in held:
            rows.piece(piece, self.marker, first, self.task, sidecars=wanted)
            first += len(piece.ends) if piece.ends is not None else piece.data.count(b"\n") + 1
        self.number = first
        if self.task.only is not None:
            return
        written, beside = rows.data(made.packing)
        if file.target.sidecars is not None:
            bench.out.put(file.target.sidecars, beside)
        bench.out.put(file.target.path, written)
        counts, told = self.done.counts, fields.told()
        table = Table(
            file.name, form.kind or "", *file.target, counts.documents - before[0], counts.failed - before[1],
            told if rows.sheet is None else {**told, "text": fields.into}, made.kind or "",
            COLUMN if wanted and made.kind == "parquet" else None,
        )  # fmt: skip
        # A file with one object is a document more than a table: a dump may have millions, and the report names none.
        if form.kind != "json" or table.rows > 1 or rows.sheet is not None:
            self.done.tables.append(table)


def _read(path: str, size: int) -> bytes:
    """A small file's bytes, by no more system calls than it takes: a dump may have millions."""
    blocks: list[bytes] = []
    left = size
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            while left >= 0 and (block := os.read(handle, BLOCK)):
                blocks.append(block)
                left -= len(block)
        finally:
            os.close(handle)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if left < 0:
        raise InputError(f"{path}: more than {size} bytes; that is too much for one record (--size)")
    return blocks[0] if len(blocks) == 1 else b"".join(blocks)


class RowsWriter:
    """Cleans rows one after another and holds what is to be written."""

    def __init__(self, bench: Bench, name: str, form: Form, codec: Codec, counts: Counts) -> None:
        """Counts into `counts`."""
        self.bench, self.name, self.codec, self.counts = bench, name, codec, counts
        self.form = form.kind
        self.sheet = bench.sheet(form)
        self.written: list[bytes] = []
        self.beside: list[bytes] = []

    def data(self, packed: str) -> tuple[bytes, bytes]:
        """Rows and sidecars, as files."""
        if self.sheet is not None:
            return self.sheet.data(), self.sheet.beside()
        return pack(b"".join(self.written), packed), pack(b"".join(self.beside), packed)

    def piece(self, piece: Piece, marker: Marker, first: int, task: Task, *, sidecars: bool) -> None:
        """Cleans the records of a piece; the first of them is number `first` in the task."""
        if piece.long or piece.broken:
            self._odd(piece, sidecars=sidecars)
            return
        seconds = self.bench.limits.seconds
        for number, raw in enumerate(piece.records(), first):
            row = piece.row + number - first
            if row == 0:
                if self.sheet is None:
                    self.written.append(self.codec.header(raw))  # type: ignore[attr-defined]
                continue
            if task.only is not None and number != task.only:
                continue
            marker.at(number, seconds + len(raw) / 100_000)
            self._record(raw, row, task.skip.get(number), sidecars=sidecars)

    def _record(self, raw: bytes, row: int, reason: str | None, *, sidecars: bool) -> None:
        place = f"{self.name}:{row}"
        bench = self.bench
        origin = Source(path=place, form=self.form, field=self.codec.fields.into)
        name: str | None = None
        columns: dict[str, Any] = {}
        try:
            if reason is not None:
                raise Failed(reason)
            held = self.codec.read(raw)
            name = held.id
            if held.url is not None or held.site is not None or held.date is not None:
                origin = Source(
                    path=place, form=self.form, field=origin.field, url=held.url, site=held.site, date=held.date
                )
            if self.sheet is not None:
                columns = self.codec.columns_of(raw)
                self.sheet.check(columns)
            elif held.text is not None and self.codec.escapes(raw, held.text):
                origin = msgspec.structs.replace(origin, escaped=True)
            result = judge(bench.cleaner, held, name or place, origin)
            if self.sheet is not None:
                columns[self.codec.fields.into] = result.text
            elif result.removed or held.text is None:
                raw = self.codec.write(raw, result.text)
            else:
                raw = self.codec.untouched(raw)
        except (Failed, InputError) as error:
            self.counts.fail(self.name, row, name, str(error), origin.site)
            beside = bench.failed(name or place, str(error), origin) if sidecars else None
            self._keep(self.codec.untouched(raw), columns or raw_row(raw), beside)
            return
        self.counts.add(result)
        self._keep(raw, columns, facts(result, bench.options.sidecar) if sidecars else None)

    def _keep(self, raw: bytes, columns: dict[str, Any], beside: Beside | None) -> None:
        if self.sheet is not None:
            self.sheet.add(columns, beside)
            return
        self.written.append(raw)
        if beside is not None:
            self.beside.append(as_json(beside) + b"\n")

    def _odd(self, piece: Piece, *, sidecars: bool) -> None:
        """A part of a record that is too long, or the place where a damaged file ends."""
        reason = piece.broken or f"the row has more than {self.bench.limits.size} bytes (--size)"
        place = f"{self.name}:{piece.row}"
        beside = None
        if piece.long == "start":
            self.counts.fail(self.name, piece.row, None, reason)
            origin = Source(path=place, form=self.form, field=self.codec.fields.into)
            beside = self.bench.failed(place, reason, origin) if sidecars else None
        elif piece.broken:
            # There is no row to stand beside a sidecar: the failure is told in failed.jsonl alone.
            self.counts.fail(self.name, piece.row, None, f"{reason}; rows from here on cannot be read")
        if self.sheet is None or piece.long == "start":
            self._keep(piece.data, raw_row(piece.data), beside)
        elif piece.data:
            self.sheet.add(raw_row(piece.data), self.bench.failed(place, reason, Source(path=place)))


def _clean_piece(bench: Bench, task: Rows, marker: Marker) -> Done:
    piece = task.piece
    if task.span is not None:
        piece = piece._replace(data=_span(task.path, *task.span))
    done = Done(Counts())
    rows = RowsWriter(
        bench,
        task.name,
        task.form,
        codec(task.form.kind or "", task.fields, bench.options.encoding, task.header),
        done.counts,
    )
    rows.piece(piece, marker, 0, task, sidecars=task.sidecars)
    if task.only is None:
        if rows.sheet is not None:
            put_sheet(bench, task.parts, piece.number, rows.sheet)
        else:
            packed = written_as(task.form, bench.asked).packing
            put_parts(bench, task.parts, piece.number, packed, rows.written, rows.beside, sidecars=task.sidecars)
    return done


def _span(path: str, start: int, length: int) -> bytes:
    """A part of a file. Raises InputError if it is gone: what was handed out was there."""
    try:
        with open(path, "rb") as file:
            file.seek(start)
            data = file.read(length)
    except OSError as error:
        raise gone(path, error.strerror or str(error)) from None
    if len(data) != length:
        raise gone(path, "it has become shorter")
    return data


def gone(path: str, why: str) -> InputError:
    """What to say of an input that vanishes while it is cleaned."""
    return InputError(
        f"{path}: was changed or removed while it was cleaned ({why}); put it back, then give the same command to go on"
    )


def put_sheet(bench: Bench, parts: str, number: int, sheet: Sheet) -> None:
    """Writes what a piece became, for the parent to put together."""
    if sheet.form.kind == "jsonl" and bench.options.sidecar != "none":
        bench.out.put(f"{parts}/{number}.meta", sheet.beside())
    bench.out.put(f"{parts}/{number}.rows", sheet.data())


def put_parts(
    bench: Bench, parts: str, number: int, packed: str, written: list[bytes], beside: list[bytes], *, sidecars: bool
) -> None:
    """The same for rows as bytes, packed here."""
    if sidecars:
        bench.out.put(f"{parts}/{number}.meta", pack(b"".join(beside), packed))
    bench.out.put(f"{parts}/{number}.rows", pack(b"".join(written), packed))


def sample_rows(path: str, form: Form, options: Options) -> tuple[list[str], bytes]:
    """The columns of a large file of rows and its header, from its first piece. Raises OSError and InputError."""
    with open(path, "rb") as file:
        blocks = unpack(file, form.packing, options.limits.ratio)
        first = next(pieces(form.kind or "", blocks, options.limits.size, 1 << 20), None)
    records = first.records()[:SAMPLE] if first and not first.long and not first.broken else []
    header = records[0] if form.kind in ("csv", "tsv") and records else b""
    return columns(form.kind or "", records, options.encoding), header
