"""A batch of small files, each cleaned and written by itself."""

from __future__ import annotations

import os

import msgspec

from cleaner.data import Result, Source
from cleaner.dump.bench import Bench, Done, put_sheet
from cleaner.dump.counts import Counts, Table
from cleaner.dump.fields import Fields, guess, no_text
from cleaner.dump.forms import DOCUMENTS, HEAD, ROWS, Form, Target, by_name, packing, sniff, written_as
from cleaner.dump.judge import COLUMN, Failed, as_json, facts, judge
from cleaner.dump.large import SAMPLE, RowsWriter
from cleaner.dump.pool import Marker, Task
from cleaner.dump.rows import Row, codec, columns
from cleaner.dump.sheets import Sheet
from cleaner.dump.split import pieces
from cleaner.dump.streams import pack, unpack_all
from cleaner.errors import CleanerError, InputError
from cleaner.files import decode, digest, encode

BLOCK = 1 << 16
"""Small files are read by so many bytes."""


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


def site_of(name: str) -> str | None:
    """The site of a file that says nothing of it: the folder it lies in, if that is called like one."""
    folder = name.split("/", 1)[0] if "/" in name else ""
    return folder if "." in folder.strip(".") and " " not in folder and by_name(folder) == Form(None) else None
