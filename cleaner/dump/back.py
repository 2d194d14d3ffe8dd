"""A finished OUT read back: each document with its sidecar, and the source files again, whatever their form."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

from cleaner.data import Sidecar
from cleaner.dump.fields import Fields
from cleaner.dump.forms import by_name, packing, row_sidecars, text_sidecar
from cleaner.dump.report import FAILED, REPORT, read
from cleaner.dump.rows import Codec, codec
from cleaner.dump.split import pieces
from cleaner.dump.streams import pack, unpack, unpack_all
from cleaner.errors import CleanerError, InputError, OutputError, RestoreError
from cleaner.files import decode, digest, encode, read_bytes
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


def documents(out: Path) -> Iterator[Cleaned]:
    """Every document of a run, files of rows first, each group by name. Raises InputError if OUT holds none."""
    tables = _tables(out)
    found = bool(tables)
    for table in tables:
        if table["sidecars"] or table["column"]:
            yield from _of_table(out, table)
    for path, beside in _texts(out, tables):
        found = True
        if beside.stat().st_size:
            yield _of_text(path, beside)
    if not found:
        raise InputError(
            f"{out}: holds nothing that `cleaner clean` wrote with sidecars; give the folder named with -o"
        )


def restored(out: Path) -> Iterator[Restored]:
    """Every source file again; pages, as HTML or from WARC, come back as the text that was read from them."""
    tables = _tables(out)
    for table in tables:
        if table["sidecars"] or table["column"]:
            yield Restored(table["target"], _table_back(out, table))
    for path, beside in _texts(out, tables):
        name = path.relative_to(out).as_posix()
        if not beside.stat().st_size:  # an empty file has no row that a sidecar could stand beside
            yield Restored(name, iter([read_bytes(path)]))
            continue
        try:
            yield Restored(name, iter([_text_back(path, beside)]))
        except CleanerError as error:
            yield Restored(name, None, str(error))


def _tables(out: Path) -> list[dict[str, Any]]:
    if not out.is_dir():
        raise InputError(f"{out}: is not a folder that `cleaner clean` wrote")
    try:
        tables: list[dict[str, Any]] = read(out)["tables"]
    except (OutputError, KeyError):
        raise InputError(
            f"{out}: has no {REPORT}; give the folder that `cleaner clean -o` named, once it is done"
        ) from None
    return tables


def _texts(out: Path, tables: list[dict[str, Any]]) -> Iterator[tuple[Path, Path]]:
    """Texts with their sidecars, and files of one JSON object with theirs."""
    rows = {table["target"] for table in tables} | {table["sidecars"] for table in tables}
    for root, folders, names in os.walk(out):
        folders.sort()
        here = Path(root)
        if here == out:
            folders[:] = [folder for folder in folders if folder not in OWN]
        beside = set(names)
        for name in sorted(names):
            path = here / name
            if (here == out and name in OWN) or path.relative_to(out).as_posix() in rows:
                continue
            outer = Path(name).suffix if by_name(name).packing else ""
            lines = _lines_of(here, name, beside, out, rows) if by_name(name).kind == "json" else None
            if lines is not None:
                yield path, lines
                continue
            for sidecar in (f"{name.removesuffix(outer)}.json{outer}", text_sidecar(name)):
                if sidecar in beside and sidecar != name and not name.endswith((".json", f".json{outer}")):
                    yield path, here / sidecar
                    break


def _lines_of(here: Path, name: str, beside: set[str], out: Path, rows: set[str | None]) -> Path | None:
    """The sidecar of a file of one JSON object; None where it is a sidecar itself."""
    for lines in (f"{name}.meta.jsonl", row_sidecars(name)):
        if lines in beside and (here / lines).relative_to(out).as_posix() not in rows:
            return here / lines
    return None


def _inside(path: Path) -> bytes:
    data = read_bytes(path)
    packed = packing(data)
    return unpack_all(data, packed, LIMIT, RATIO) if packed else data


def _of_text(path: Path, beside: Path) -> Cleaned:
    sidecar = parse(_inside(beside))
    if sidecar.source.form == "json":
        text = None if sidecar.status == "failed" else _object(sidecar).read(_inside(path)).text
        return Cleaned(sidecar.source.path or path.name, text or "", sidecar)
    # Pages may come in any encoding; their text is always written in UTF-8.
    encoding = "utf-8" if sidecar.source.form == "html" else sidecar.source.encoding
    text = "" if sidecar.status == "failed" else decode(_inside(path), encoding).text
    return Cleaned(sidecar.source.path or path.name, text, sidecar)


def _object(sidecar: Sidecar) -> Codec:
    """What reads the one object of a file; an encoding is told only where it was asked for."""
    return codec("json", Fields(text=sidecar.source.field), None)


def _text_back(path: Path, beside: Path) -> bytes:
    sidecar = parse(_inside(beside))
    data = read_bytes(path)
    if sidecar.status == "failed":
        return _checked(data, sidecar, path)
    packed = packing(data)
    source = sidecar.source
    if source.form == "json":
        inner = _inside(path)
        back = _record_back(_object(sidecar), inner, sidecar, str(path))
        return pack(back, packed) if packed else back
    encoding = source.encoding or "utf-8"
    if source.form == "html":
        return pack(encode(restore(decode(_inside(path), "utf-8").text, _plain(sidecar)), "utf-8", bom=False), packed)
    text = restore(decode(_inside(path), encoding).text, _plain(sidecar))
    inner = encode(text, encoding, bom=source.bom)
    return pack(inner, packed) if packed else _checked(inner, sidecar, path)


def _checked(data: bytes, sidecar: Sidecar, path: Path) -> bytes:
    if sidecar.source.sha256 not in (None, digest(data)):
        raise RestoreError(f"{path}: what comes back is not the file that was cleaned; one of the two was changed")
    return data


def _plain(sidecar: Sidecar) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(sidecar)
    return plain


def _sidecars(out: Path, table: dict[str, Any], stack: ExitStack) -> Iterator[Sidecar]:
    path = out / table["sidecars"]
    file: IO[bytes] = stack.enter_context(path.open("rb"))
    packed = packing(file.read(4))
    file.seek(0)
    held = b""
    for block in unpack(file, packed, RATIO):
        *lines, held = (held + block).split(b"\n")
        for line in lines:
            yield parse(line)
    if held:
        yield parse(held)


def _of_table(out: Path, table: dict[str, Any]) -> Iterator[Cleaned]:
    with ExitStack() as stack:
        if table["column"]:
            pairs = _parquet_rows(out, table)
        else:
            pairs = zip(_row_texts(out, table, stack), _sidecars(out, table, stack), strict=False)
        for number, (text, sidecar) in enumerate(pairs, 1):
            name = sidecar.source.path or f"{table['name']}:{number}"
            yield Cleaned(name, "" if sidecar.status == "failed" else text or "", sidecar)


def _parquet_rows(out: Path, table: dict[str, Any]) -> Iterator[tuple[str | None, Sidecar]]:
    from pyarrow import parquet

    from cleaner.arrow import sidecars, words

    column = Fields(**table["fields"]).into
    with parquet.ParquetFile(out / table["target"]) as file:
        held = column in file.schema_arrow.names  # it is not where all rows failed
        for batch in file.iter_batches(1024, columns=[*([column] if held else ()), table["column"]]):
            texts = words(batch.column(column)) if held else [None] * batch.num_rows
            yield from zip(texts, sidecars(batch.column(table["column"])), strict=True)


def _records(out: Path, table: dict[str, Any], stack: ExitStack) -> Iterator[tuple[Codec, bytes, bool]]:
    """The records of a file of rows, with the codec that reads them; the flag says that a record is the header."""
    path = out / table["target"]
    file: IO[bytes] = stack.enter_context(path.open("rb"))
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


def _row_texts(out: Path, table: dict[str, Any], stack: ExitStack) -> Iterator[str | None]:
    for reader, raw, header in _records(out, table, stack):
        if header:
            continue
        try:
            yield reader.read(raw).text
        except InputError:
            yield None


def _table_back(out: Path, table: dict[str, Any]) -> Iterator[bytes]:
    """The bytes of a file of rows with its texts put back. Raises RestoreError where something was changed."""
    if table["column"]:
        yield _parquet_back(out, table)
        return
    with ExitStack() as stack:
        sidecars = _sidecars(out, table, stack)
        packed = packing((out / table["target"]).read_bytes()[:4])
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


def _parquet_back(out: Path, table: dict[str, Any]) -> bytes:
    """A Parquet file with its texts put back and without the column of sidecars."""
    import pyarrow
    from pyarrow import parquet

    from cleaner.arrow import sidecars, text_column, words

    into = Fields(**table["fields"]).into
    sink = pyarrow.BufferOutputStream()
    with parquet.ParquetFile(out / table["target"]) as file:
        schema = file.schema_arrow
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
