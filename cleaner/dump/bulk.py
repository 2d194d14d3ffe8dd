"""Forms that take a library of their own: Parquet (pyarrow), WARC and WET (fastwarc), zip and tar archives.

Each is cut into pieces by the parent and cleaned by workers as any other; what is special is how pieces are read and
how a file is put together from them. `large` and `run` are the file under way and the run, as `cleaner.dump.engine`
has them.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import IO, Any

import msgspec

from cleaner.data import Source
from cleaner.dump.counts import Counts
from cleaner.dump.fields import Fields
from cleaner.dump.forms import DOCUMENTS, ROWS, Form, Target, by_name, documents_target, written_as
from cleaner.dump.journal import fingerprint
from cleaner.dump.judge import COLUMN, Beside, Failed, Outcome, facts, judge
from cleaner.dump.plan import is_safe
from cleaner.dump.pool import Marker, Task
from cleaner.dump.put import unwritable
from cleaner.dump.rows import Row
from cleaner.dump.sheets import Sheet, put_together
from cleaner.dump.streams import BOMB_FLOOR, StreamError, unpack
from cleaner.dump.work import Bench, Done, File, Files, gone, put_sheet
from cleaner.errors import InputError

BROKEN = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, struct.error, zlib.error, zipfile.BadZipFile,
    tarfile.TarError, InputError,
)  # fmt: skip
"""What readers of archives raise for bytes that are none."""
ROWS_EACH = 1024
"""Rows of Parquet are held in memory so many at a time."""
PAGES, PAGES_BYTES = 64, 4 << 20
"""Records of a WARC file, and members of an archive, go to workers in batches of so many, or of so many bytes."""


class Groups(Task, kw_only=True):
    """One row group of a Parquet file."""

    name: str
    path: str
    fields: Fields
    number: int
    row: int
    parts: str
    weight: int = 0

    def clean(self, bench: Bench, marker: Marker) -> Done:
        """The outcome, in a worker."""
        return _clean_group(bench, self, marker)


class Page(msgspec.Struct, frozen=True):
    """One record of a WARC or WET file."""

    id: str | None
    url: str | None
    date: str | None
    text: str | None
    html: bytes | None
    encoding: str | None


class Pages(Task, kw_only=True):
    """Some records of a WARC or WET file, one after another; `broken` says why the file ends with them."""

    name: str
    packing: str
    number: int
    row: int
    pages: list[Page]
    parts: str
    broken: str | None = None
    weight: int = 0

    def clean(self, bench: Bench, marker: Marker) -> Done:
        """The outcome, in a worker."""
        return _clean_pages(bench, self, marker)


class Members(Files, kw_only=True):
    """Some members of an archive."""

    name: str


def piece_number(task: Any) -> int | None:
    """Which piece of its file a task is."""
    number: int | None = task.piece.number if hasattr(task, "piece") else getattr(task, "number", None)
    return number


def tasks(large: Any, run: Any) -> Iterator[Task]:
    """The tasks of a Parquet or WARC file."""
    yield from _groups(large, run) if large.found.form.kind == "parquet" else _pages(large, run)


class _Rows:
    """Records cleaned one after another, whatever they were read from."""

    def __init__(self, bench: Bench, task: Any, form: str, into: str, marker: Marker) -> None:
        self.bench, self.task, self.form, self.into, self.marker = bench, task, form, into, marker
        self.counts = Counts()
        self.number = -1
        self.kept: list[Beside | None] = []

    def __call__(self, row: Row) -> Outcome:
        """What becomes of the next record; nothing if it is not asked for."""
        self.number += 1
        task, bench, number = self.task, self.bench, self.number
        if task.only is not None and number != task.only:
            return Outcome(None, None)
        self.marker.at(number, bench.time(len(row.text or row.html or "")))
        place = f"{task.name}:{task.row + number}"
        origin = Source(path=place, form=self.form, field=self.into, url=row.url, site=row.site, date=row.date)
        try:
            if number in task.skip:
                raise Failed(task.skip[number])
            if row.text is None and row.html is None:
                raise Failed(f"the row has no text in the column {self.into!r}")
            result = judge(bench.cleaner, row, row.id or place, origin)
        except Failed as error:
            self.counts.fail(task.name, task.row + number, row.id, str(error), row.site)
            outcome = Outcome(None, bench.failed(row.id or place, str(error), origin))
        else:
            self.counts.add(result)
            outcome = Outcome(result.text, facts(result, bench.options.sidecar))
        self.kept.append(outcome.beside)
        return outcome

    def written(self, rows: Iterable[dict[str, Any]], sheet: Sheet) -> Sheet:
        """Rows on a sheet, each with what stands beside it."""
        for row, beside in zip(rows, self.kept, strict=True):
            sheet.add(row, beside)
        return sheet


# ---------------------------------------------------------------- Parquet


def _groups(large: Any, run: Any) -> Iterator[Task]:
    import pyarrow
    from pyarrow import parquet

    from cleaner.arrow import fields_of

    found = large.found
    try:
        with parquet.ParquetFile(found.path) as file:
            schema, facts = file.schema_arrow, file.metadata
            sizes = [facts.row_group(number).num_rows for number in range(facts.num_row_groups)]
    except (OSError, pyarrow.ArrowException) as error:
        yield from run.whole(large, f"{found.path}: is no Parquet file that can be read: {error}")
        return
    try:
        fields = fields_of(schema, run.options.fields)
    except InputError as error:
        run.leave(large, str(error))
        return
    large.fields = fields
    run.tell(found.name, fields)
    weight = found.size // max(1, len(sizes))
    row = 1
    for number, size in enumerate(sizes):
        if number in large.done:
            run.passed(weight)
        else:
            yield Groups(
                name=found.name, path=found.path, fields=fields, number=number, row=row, parts=large.parts,
                weight=weight,
            )  # fmt: skip
        row += size
    large.total = len(sizes)


class _Damaged(Exception):  # noqa: N818 - it is what became of a row group
    """A row group that cannot be read to its end; the words say why."""


def _clean_group(bench: Bench, task: Groups, marker: Marker) -> Done:
    try:
        return _group(bench, task, marker)
    except _Damaged as damage:  # what was read of it does not count
        counts = Counts()
        counts.fail(task.name, task.row, None, str(damage))
        if task.only is None:
            bench.out.put(f"{task.parts}/{task.number}.rows", b"")
            bench.out.put(f"{task.parts}/{task.number}.meta", b"")
        return Done(counts)


def _group(bench: Bench, task: Groups, marker: Marker) -> Done:
    import pyarrow
    from pyarrow import parquet

    from cleaner.arrow import clean_schema, through, values

    rows = _Rows(bench, task, "parquet", task.fields.into, marker)
    sheet = bench.sheet(Form("parquet"))
    mode = "none" if sheet is not None else bench.options.sidecar
    into = bench.out.beside()
    with _opened(task) as file:
        batches = through(_batches(file, task), rows, fields=task.fields.told(), sidecar=mode)
        if task.only is not None:
            deque(batches, maxlen=0)
        elif sheet is not None:
            cleaned = (row for batch in batches for row in values(batch))
            put_sheet(bench, task.parts, task.number, rows.written(cleaned, sheet))
        else:
            schema = clean_schema(file.schema_arrow, fields=task.fields.told(), sidecar=mode)
            table = pyarrow.Table.from_batches(batches, schema)
            try:
                with parquet.ParquetWriter(into, schema, compression=_packing(file.metadata, task.number)) as writer:
                    writer.write_table(table)
            except OSError as error:
                raise unwritable(task.name, error) from None
            bench.out.place(into, f"{task.parts}/{task.number}.rows")
    return Done(rows.counts)


def _opened(task: Groups) -> Any:
    """The file. Raises _Damaged, and InputError if it is gone."""
    import pyarrow
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(task.path)
    except FileNotFoundError as error:
        raise gone(task.path, error.strerror or str(error)) from None
    except (OSError, pyarrow.ArrowException) as error:
        raise _damaged(task, error) from None


def _batches(file: Any, task: Groups) -> Iterator[Any]:
    """The rows of a group, some at a time. Raises _Damaged."""
    import pyarrow

    try:
        yield from file.iter_batches(ROWS_EACH, row_groups=[task.number])
    except (OSError, pyarrow.ArrowException) as error:
        raise _damaged(task, error) from None


def _damaged(task: Groups, error: Exception) -> _Damaged:
    said = f"row group {task.number} is damaged: {error}".replace("\n", " ")
    return _Damaged(f"{said}; its rows are in the input alone")


def _packing(facts: Any, group: int) -> str:
    """How a Parquet file packs the columns of a row group, in the word that a writer takes."""
    if group >= facts.num_row_groups or not facts.num_columns:
        return "NONE"
    packed: str = facts.row_group(group).column(0).compression
    return "NONE" if packed == "UNCOMPRESSED" else packed


def column_of(large: Any, made: Form) -> str:
    """The column that holds sidecars in what a file was made into."""
    if large.found.form.kind != made.kind:
        return COLUMN
    from pyarrow import parquet

    from cleaner.arrow import free_name

    return free_name(parquet.read_schema(large.found.path).names)


def gather_parquet(parts: Sequence[str], run: Any, target: str, schema: Any = None, packed: str | None = None) -> None:
    """Puts a Parquet file together from its parts."""
    beside = run.out.beside()
    try:
        put_together([f"{run.root}/{part}.rows" for part in parts], beside, schema, packed)
    except OSError as error:
        raise unwritable(target, error) from None
    run.place(beside, target)


def gather_groups(large: Any, run: Any, target: str) -> None:
    """The same for the pieces of a file, with its own schema if it was Parquet itself."""
    from pyarrow import parquet

    from cleaner.arrow import clean_schema

    schema = packed = None
    if large.found.form.kind == "parquet":
        with parquet.ParquetFile(large.found.path) as source:
            packed = _packing(source.metadata, 0)
            told = large.fields.told() if large.fields else {}
            schema = clean_schema(source.schema_arrow, fields=told, sidecar=run.options.sidecar)
    parts = [f"{large.parts}/{number}" for number in range(large.total or 0)]
    gather_parquet(parts, run, target, schema, packed)


# ---------------------------------------------------------------- WARC and WET


def _pages(large: Any, run: Any) -> Iterator[Task]:
    found = large.found
    large.fields = Fields(text="text", url="url", id="id", date="date")
    batch: list[Page] = []
    broken: str | None = None
    size = number = 0
    row = 1
    try:
        for page in _records(found.path, found.form, run.options.limits.ratio):
            batch.append(page)
            size += len(page.html or b"") + len(page.text or "")
            if len(batch) >= PAGES or size >= PAGES_BYTES:
                yield from _batch(large, run, number, row, batch, size)
                number, row = number + 1, row + len(batch)
                batch, size = [], 0
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # fastwarc's own errors share no class, and its panics are no Exception
        broken = f"the file is damaged after {row + len(batch) - 1} records: {error}; nothing after them can be read"
    if batch or broken:
        yield from _batch(large, run, number, row, batch, size, broken)
        number += 1
    large.total = number


def _batch(
    large: Any, run: Any, number: int, row: int, pages: list[Page], size: int, broken: str | None = None
) -> Iterator[Task]:
    if number in large.done:
        run.passed(0)
        return
    yield Pages(
        name=large.found.name, packing=large.found.form.packing, number=number, row=row, pages=pages, parts=large.parts,
        broken=broken, weight=size,
    )  # fmt: skip


def _records(path: str, form: Form, ratio: int) -> Iterator[Page]:
    """The pages of a crawl; unpacked here, since fastwarc takes a stream that ends early for one that ends."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.conversion | WarcRecordType.resource
    with open(path, "rb") as file:
        # What is raised inside fastwarc ends the process; so the stream is told to end, and asked afterwards.
        stream: Any = _Stream(unpack(file, form.packing, ratio), quiet=True)
        for record in ArchiveIterator(stream, record_types=wanted):
            page = _page(record, WarcRecordType)
            if page is not None:
                yield page
        if stream.problem is not None:
            raise stream.problem
        if stream.last and not stream.last.endswith((b"\r\n\r\n", b"\n\n")):
            raise StreamError("the last record ends early")


def _page(record: Any, kinds: Any) -> Page | None:
    headers = record.headers
    known = (headers.get("WARC-Record-ID"), headers.get("WARC-Target-URI"), headers.get("WARC-Date"))
    if record.record_type == kinds.conversion:
        return Page(*known, record.reader.read().decode("utf-8", "replace"), None, None)
    said = headers.get("Content-Type") or ""
    charset = None
    if record.record_type == kinds.response:
        if record.http_headers is None:
            return None
        said = record.http_headers.get("Content-Type") or ""
        charset = record.http_charset
    if "html" not in said.lower():
        return None
    return Page(*known, None, record.reader.read(), charset)


def _clean_pages(bench: Bench, task: Pages, marker: Marker) -> Done:
    rows = _Rows(bench, task, "warc", "text", marker)
    made = []
    for page in task.pages:
        text = rows(Row(page.text, page.html, page.url, page.id, None, page.encoding)).text
        row = {"id": page.id, "url": page.url, "date": page.date, "text": page.text if text is None else text}
        if text is None and page.html is not None:
            row["html"] = page.html.decode(page.encoding or "utf-8", "replace")
        made.append({name: value for name, value in row.items() if value is not None})
    if task.broken is not None:
        rows.counts.fail(task.name, None, None, task.broken)
    if task.only is None:
        sheet = Sheet(written_as(Form("warc", task.packing), bench.asked))
        put_sheet(bench, task.parts, task.number, rows.written(made, sheet))
    return Done(rows.counts)


# ---------------------------------------------------------------- archives


def members(large: Any, run: Any) -> Iterator[Task]:
    """The tasks of an archive: its members in batches, each as if it lay in a folder called like the archive."""
    found, limits = large.found, run.options.limits
    into = documents_of(large, run)
    number = 0
    batch: list[File] = []
    size = 0
    try:
        names = [name for name, _, read in _listed(found.path, found.form, limits.ratio) if read is not None]
        targets = _targets([_plainly(name) for name in names if is_safe(name)], found.target.path, run)
        for at, (name, length, read) in enumerate(_listed(found.path, found.form, limits.ratio)):
            if read is None or (is_safe(name) and by_name(name.rpartition("/")[2]).kind not in (*DOCUMENTS, *ROWS)):
                run.left.add(f"{found.name}/{name}", "neither text nor page nor rows")
                continue
            file = _member(at, name, length, read, targets, found.name, limits)
            batch.append(file)
            size += len(file.data or b"")
            if len(batch) >= PAGES or size >= PAGES_BYTES:
                if number not in large.done:
                    yield Members(name=found.name, number=number, files=batch, parts=large.parts, documents=into)
                number, batch, size = number + 1, [], 0
    except BROKEN as error:
        batch.append(
            File(
                found.name, found.path, found.form, Target(found.name, None), problem=f"the archive is damaged: {error}"
            )
        )
    if batch and number not in large.done:
        yield Members(name=found.name, number=number, files=batch, parts=large.parts, documents=into, weight=found.size)
    large.total = number + bool(batch)


def documents_of(large: Any, run: Any) -> Target:
    """Where the texts and pages of an archive go, if they are to be written as rows."""
    if run.asked is None:
        return Target("", None)
    folder = large.found.target.path
    path, beside = documents_target(run.asked, sidecars=run.sidecars)
    return Target(f"{folder}/{path}", beside and f"{folder}/{beside}")


def _targets(names: list[str], folder: str, run: Any) -> dict[str, Target]:
    by_folder: dict[str, dict[str, Form]] = {}
    for name in names:
        above, _, last = name.rpartition("/")
        by_folder.setdefault(above, {})[last] = by_name(last)
    targets: dict[str, Target] = {}
    for above, forms in by_folder.items():
        folders = {
            other[len(above) + bool(above) :].split("/", 1)[0]
            for other in by_folder
            if other != above and other.startswith(above)
        }
        known = {name: form for name, form in forms.items() if form.kind in DOCUMENTS or form.kind in ROWS}
        for last, target in run.naming.targets(known, folders, top=not above).items():
            inside = f"{folder}/{above}/" if above else f"{folder}/"
            targets[f"{above}/{last}" if above else last] = Target(
                inside + target.path, target.sidecars and inside + target.sidecars
            )
    return targets


def _plainly(name: str) -> str:
    """A name without the `.` and `//` that make two of one."""
    return str(PurePosixPath(name))


def _member(
    at: int, name: str, length: int, read: Callable[[], bytes], targets: dict[str, Target], archive: str, limits: Any
) -> File:
    """Member number `at` of an archive; takes its target away, so that no other is written there."""
    form = by_name(name.rpartition("/")[2])
    place = f"{archive}/{name}"
    data, problem = b"", None
    target = targets.pop(_plainly(name), None) if is_safe(name) else None
    renamed = target is None
    if target is None:
        target = Target(f"{archive}.unsafe/{fingerprint(at, name):016x}", None)
        safe = is_safe(name)
        problem = "another member has its name" if safe else f"its name would lead out of OUT: {name!r}"
    if length > limits.size:
        problem = f"more than {limits.size} bytes are inside; that is too much for one record (--size)"
    else:
        try:
            data = read()
        except BROKEN as error:
            problem = f"it cannot be unpacked: {error}"
    return File(place, "", form, target, data=data, problem=problem, renamed=renamed)


def _listed(path: str, form: Form, ratio: int) -> Iterator[tuple[str, int, Any]]:
    """Names, lengths, and a way to read each member of an archive, None for links and devices; in its own order."""
    if form.kind == "zip":
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, lambda info=info: _unzipped(archive, info, ratio)
        return
    with (
        open(path, "rb") as file,
        _tar(file, form, ratio) as archive,
    ):
        for member in archive:
            if not member.isdir():
                read = (lambda member=member: _untarred(archive, member)) if member.isreg() else None
                yield member.name, member.size, read


def _tar(file: IO[bytes], form: Form, ratio: int) -> tarfile.TarFile:
    stream: Any = _Stream(unpack(file, form.packing, ratio))
    return tarfile.open(fileobj=stream, mode="r|")


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, ratio: int) -> bytes:
    if info.file_size > BOMB_FLOOR and info.file_size > ratio * max(1, info.compress_size):
        raise StreamError(f"a bomb: {info.compress_size} bytes become {info.file_size}")
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) > info.file_size:
        raise StreamError("more bytes are inside than its header says")
    return data


def _untarred(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


class _Stream:
    """Blocks as a file that can be read from once; `quiet` ends it where it breaks, and `problem` says so."""

    def __init__(self, blocks: Iterator[bytes], *, quiet: bool = False) -> None:
        self.blocks, self.held, self.quiet = blocks, b"", quiet
        self.problem: StreamError | None = None
        self.at = 0
        self.last = b""

    def tell(self) -> int:
        return self.at

    def read(self, size: int, /) -> bytes:
        while len(self.held) < size:
            try:
                block = next(self.blocks, b"")
            except StreamError as error:
                self.problem, block = error, b""
                if not self.quiet:
                    raise
            if not block:
                break
            self.held += block
        data, self.held = self.held[:size], self.held[size:]
        self.at += len(data)
        self.last = (self.last + data)[-4:]
        return data
