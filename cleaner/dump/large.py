"""A piece of a large file of rows, cleaned and written as two parts (rows and sidecars) that the parent puts together
when all are there.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cleaner.data import Source
from cleaner.dump.bench import Bench, Done, gone, put_sheet
from cleaner.dump.counts import Counts
from cleaner.dump.fields import Fields
from cleaner.dump.forms import Form, written_as
from cleaner.dump.judge import Beside, Failed, as_json, facts, judge
from cleaner.dump.options import Options
from cleaner.dump.pool import Marker, Task
from cleaner.dump.rows import Codec, codec, columns
from cleaner.dump.sheets import raw_row
from cleaner.dump.split import Piece, pieces
from cleaner.dump.streams import pack, unpack
from cleaner.errors import InputError

SAMPLE = 100
"""So many records are looked at to see which columns there are."""


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
