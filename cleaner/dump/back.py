"""A finished OUT read back: each document with its sidecar, and the source files again, whatever their form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from cleaner.data import Sidecar
from cleaner.dump.fields import Fields
from cleaner.dump.forms import by_name, packing, row_sidecars, text_sidecar
from cleaner.dump.report import FAILED, REPORT, read
from cleaner.dump.rows import Codec, codec
from cleaner.dump.split import pieces
from cleaner.dump.store import Store, store
from cleaner.dump.streams import pack, unpack, unpack_all
from cleaner.errors import CleanerError, InputError, RestoreError
from cleaner.files import decode, digest, encode
from cleaner.sidecar import parse, restore

OWN = frozenset({REPORT, FAILED, "report.html", "review.json", "texts.txt", "repeats", ".cleaner"})
"""What a run, a report and a review write into OUT for themselves."""

LIMIT, RATIO = 1 << 40, 1 << 30
"""What we packed ourselves needs no guard."""


class Cleaned(NamedTuple):
    """One document of a finished run: what it is called, the text that was kept, and its sidecar.

    The text of a document that failed is empty: what was passed through may be no text at all.
    """

    name: str
    text: str
    sidecar: Sidecar


class Restored(NamedTuple):
    """One source file: its name, its bytes in blocks, or what is wrong."""

    name: str
    blocks: Iterator[bytes] | None
    problem: str | None = None


def documents(out: Path | str) -> Iterator[Cleaned]:
    """Every document of a run, files of rows first, each group by name.

    OUT is a folder, or an address (`s3://…`). Raises InputError if it holds none.
    """
    held = store(out)
    tables = _tables(held)
    found = bool(tables)
    for table in tables:
        if table["sidecars"] or table["column"]:
            yield from _of_table(held, table)
    for name, beside in _texts(held, tables):
        found = True
        if held.size(beside):
            yield _of_text(held, name, beside)
    if not found:
        raise InputError(
            f"{out}: holds nothing that `cleaner clean` wrote with sidecars; give the folder named with -o"
        )


def restored(out: Path | str) -> Iterator[Restored]:
    """Every source file again, of a folder or an address; pages come back as the text that was read from them."""
    held = store(out)
    tables = _tables(held)
    for table in tables:
        if _leads_out(table["target"]):
            raise InputError(f"{held}: {REPORT} names a file outside of it, {table['target']!r}; it was changed")
        if table["sidecars"] or table["column"]:
            yield Restored(table["target"], _table_back(held, table))
    for name, beside in _texts(held, tables):
        try:
            # An empty file has no row that a sidecar could stand beside.
            data = _text_back(held, name, beside) if held.size(beside) else held.read(name)
            if _leads_out(name):  # as names may where they are no paths
                raise InputError("its name leads out of the folder")
            yield Restored(name, iter([data]))
        except CleanerError as error:
            yield Restored(name, None, str(error))


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts


def _tables(held: Store) -> list[dict[str, Any]]:
    if not held.is_folder():
        raise InputError(f"{held}: is not a folder that `cleaner clean` wrote")
    try:
        tables: list[dict[str, Any]] = read(held.read(REPORT))["tables"]
    except (InputError, KeyError):
        raise InputError(
            f"{held}: has no {REPORT}; give the folder that `cleaner clean -o` named, once it is done"
        ) from None
    return tables


def _texts(held: Store, tables: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Texts with their sidecars, and files of one JSON object with theirs, by name."""
    rows = {table["target"] for table in tables} | {table["sidecars"] for table in tables}
    for folder, names in held.walk(OWN):
        beside = set(names)
        for name in names:
            if (not folder and name in OWN) or folder + name in rows:
                continue
            outer = PurePosixPath(name).suffix if by_name(name).packing else ""
            lines = _lines_of(folder, name, beside, rows) if by_name(name).kind == "json" else None
            if lines is not None:
                yield folder + name, folder + lines
                continue
            for sidecar in (f"{name.removesuffix(outer)}.json{outer}", text_sidecar(name)):
                if sidecar in beside and sidecar != name and not name.endswith((".json", f".json{outer}")):
                    yield folder + name, folder + sidecar
                    break


def _lines_of(folder: str, name: str, beside: set[str], rows: set[str | None]) -> str | None:
    """The sidecar of a file of one JSON object; None where it is a sidecar itself."""
    for lines in (f"{name}.meta.jsonl", row_sidecars(name)):
        if lines in beside and folder + lines not in rows:
            return lines
    return None


def _inside(data: bytes) -> bytes:
    packed = packing(data)
    return unpack_all(data, packed, LIMIT, RATIO) if packed else data


def _of_text(held: Store, name: str, beside: str) -> Cleaned:
    sidecar = parse(_inside(held.read(beside)))
    text: str | None = ""
    if sidecar.status != "failed":
        inner = _inside(held.read(name))
        # Pages may come in any encoding; their text is always written in UTF-8.
        encoding = "utf-8" if sidecar.source.form == "html" else sidecar.source.encoding
        json = sidecar.source.form == "json"
        text = _object(sidecar).read(inner).text if json else decode(inner, encoding).text
    return Cleaned(sidecar.source.path or name.rpartition("/")[2], text or "", sidecar)


def _object(sidecar: Sidecar) -> Codec:
    """What reads the one object of a file; an encoding is told only where it was asked for."""
    return codec("json", Fields(text=sidecar.source.field), None)


def _text_back(held: Store, name: str, beside: str) -> bytes:
    sidecar = parse(_inside(held.read(beside)))
    data = held.read(name)
    if sidecar.status == "failed":
        return _checked(data, sidecar, name)
    packed = packing(data)
    source = sidecar.source
    if source.form == "json":
        return pack(_record_back(_object(sidecar), _inside(data), sidecar, name), packed)
    encoding = source.encoding or "utf-8"
    if source.form == "html":
        return pack(encode(restore(decode(_inside(data), "utf-8").text, _plain(sidecar)), "utf-8", bom=False), packed)
    inner = encode(restore(decode(_inside(data), encoding).text, _plain(sidecar)), encoding, bom=source.bom)
    return pack(inner, packed) if packed else _checked(inner, sidecar, name)


def _checked(data: bytes, sidecar: Sidecar, name: str) -> bytes:
    if sidecar.source.sha256 not in (None, digest(data)):
        raise RestoreError(f"{name}: what comes back is not the file that was cleaned; one of the two was changed")
    return data


def _plain(sidecar: Sidecar) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(sidecar)
    return plain


def _sidecars(out: Store, table: dict[str, Any], stack: ExitStack) -> Iterator[Sidecar]:
    file = stack.enter_context(out.open(table["sidecars"]))
    packed = packing(file.read(4))
    file.seek(0)
    held = b""
    for block in unpack(file, packed, RATIO):
        *lines, held = (held + block).split(b"\n")
        for line in lines:
            yield parse(line)
    if held:
        yield parse(held)


def _of_table(out: Store, table: dict[str, Any]) -> Iterator[Cleaned]:
    with ExitStack() as stack:
        if table["column"]:
            pairs = _parquet_rows(out, table)
        else:
            pairs = zip(_row_texts(out, table, stack), _sidecars(out, table, stack), strict=False)
        for number, (text, sidecar) in enumerate(pairs, 1):
            name = sidecar.source.path or f"{table['name']}:{number}"
            yield Cleaned(name, "" if sidecar.status == "failed" else text or "", sidecar)


def _parquet_rows(out: Store, table: dict[str, Any]) -> Iterator[tuple[str | None, Sidecar]]:
    from pyarrow import parquet

    from cleaner.arrow import sidecars, words

    column = Fields(**table["fields"]).into
    with out.open(table["target"]) as source, parquet.ParquetFile(source) as file:
        held = column in file.schema_arrow.names  # it is not where all rows failed
        for batch in file.iter_batches(1024, columns=[*([column] if held else ()), table["column"]]):
            texts = words(batch.column(column)) if held else [None] * batch.num_rows
            yield from zip(texts, sidecars(batch.column(table["column"])), strict=True)


def _records(out: Store, table: dict[str, Any], stack: ExitStack) -> Iterator[tuple[Codec, bytes, bool]]:
    """The records of a file of rows, with the codec that reads them; the flag says that a record is the header."""
    file = stack.enter_context(out.open(table["target"]))
    packed = packing(file.read(4))
    file.seek(0)
    kind = table["written"]
    fields = Fields(**table["fields"])
    reader: Codec | None = None
    for piece in pieces(kind, unpack(file, packed, RATIO), LIMIT):
        for number, raw in enumerate(piece.records(), piece.row):
            header = number == 0
            if reader is None:
                reader = codec(kind, fields, None, raw if header else b"")
            yield reader, raw, header


def _row_texts(out: Store, table: dict[str, Any], stack: ExitStack) -> Iterator[str | None]:
    for reader, raw, header in _records(out, table, stack):
        if header:
            continue
        try:
            yield reader.read(raw).text
        except InputError:
            yield None


def _table_back(out: Store, table: dict[str, Any]) -> Iterator[bytes]:
    """The bytes of a file of rows with its texts put back. Raises RestoreError where something was changed."""
    if table["column"]:
        yield _parquet_back(out, table)
        return
    with ExitStack() as stack:
        sidecars = _sidecars(out, table, stack)
        with out.open(table["target"]) as file:
            packed = packing(file.read(4))
        held: list[bytes] = []
        size = 0
        for reader, raw, header in _records(out, table, stack):
            held.append(raw if header else _record_back(reader, raw, next(sidecars, None), table["target"]))
            size += len(raw)
            if size > 1 << 22:
                yield pack(b"".join(held), packed)
                held, size = [], 0
        if next(sidecars, None) is not None:
            raise RestoreError(f"{table['target']}: there are more sidecars than rows; one of the two was changed")
        yield pack(b"".join(held), packed)


def _record_back(reader: Codec, raw: bytes, sidecar: Sidecar | None, name: str) -> bytes:
    if sidecar is None:
        raise RestoreError(f"{name}: there are more rows than sidecars; one of the two was changed")
    if sidecar.status in ("failed", "unchanged"):
        return raw
    try:
        text = reader.read(raw).text
    except InputError as error:
        raise RestoreError(f"{name}: {error}; was the file changed?") from None
    return reader.write(raw, restore(text or "", _plain(sidecar)), escaped=sidecar.source.escaped)


def _parquet_back(out: Store, table: dict[str, Any]) -> bytes:
    """A Parquet file with its texts put back and without the column of sidecars."""
    import pyarrow
    from pyarrow import parquet

    from cleaner.arrow import sidecars, text_column, words

    into = Fields(**table["fields"]).into
    sink = pyarrow.BufferOutputStream()
    with out.open(table["target"]) as source, parquet.ParquetFile(source) as file:
        schema = file.schema_arrow
        if table["column"] not in schema.names:  # as in what a file without rows becomes
            return out.read(table["target"])
        beside = schema.names.index(table["column"])
        at = schema.names.index(into) if into in schema.names else beside
        with parquet.ParquetWriter(sink, schema.remove(beside)) as writer:
            for batch in file.iter_batches(1024):
                texts = [
                    text if sidecar.status in ("failed", "unchanged") else restore(_text(text), _plain(sidecar))
                    for text, sidecar in zip(words(batch.column(at)), sidecars(batch.column(beside)), strict=True)
                ]
                columns = batch.columns
                if at != beside:
                    columns[at] = text_column(texts, schema.field(at).type)
                del columns[beside]
                writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=schema.remove(beside)))
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
