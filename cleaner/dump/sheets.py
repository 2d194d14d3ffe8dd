"""Rows written in another form than they came in: JSON lines or Parquet, with what stands beside them.

A shard fills one sheet; the sheets of a file are put together by `cleaner.dump.engine`. A record that could not be
read stands in a column of its own, `raw`.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from typing import Any

import msgspec

from cleaner.dump.forms import Form
from cleaner.dump.judge import COLUMN, Beside, Failed, as_json
from cleaner.dump.streams import pack

THEIRS = f"{COLUMN}_source"
"""What a column of theirs is called in Parquet if it has the name of ours."""

EXACT = 1 << 53
"""Whole numbers up to here are the same as floating-point numbers."""


def raw_row(record: bytes) -> dict[str, Any]:
    """The row of a record that cannot be read: its own bytes, in base64 if they are no UTF-8."""
    body = record.rstrip(b"\r\n")
    try:
        return {"raw": body.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(body).decode()}


class Sheet:
    """The rows of one shard."""

    def __init__(self, form: Form) -> None:
        """`form` is what is written."""
        self.form = form
        self.failed = 0
        self._rows: list[Any] = []
        self._beside: list[Beside | None] = []

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def check(self, row: dict[str, Any]) -> None:
        """Raises Failed for a row that the form cannot carry."""
        if self.form.kind == "parquet":
            try:
                msgspec.json.encode(row)
            except UnicodeEncodeError:
                raise Failed("a lone surrogate stands in it, which Parquet cannot hold; --format jsonl can") from None

    def add(self, row: dict[str, Any], beside: Beside | None, *, failed: bool = False) -> None:
        """Takes a row with what stands beside it."""
        self.failed += failed
        if self.form.kind == "jsonl":
            self._rows.append(_line(row))
        else:
            try:
                self.check(row)
            except Failed:
                row = {"raw": json.dumps(row)}
            self._rows.append(row)
        self._beside.append(beside)

    def data(self) -> bytes:
        """The rows as a file."""
        if self.form.kind == "jsonl":
            return pack(b"".join(self._rows), self.form.packing)
        return table_of(self._rows, self._beside)

    def beside(self) -> bytes:
        """The sidecars as JSON lines; none for Parquet, which holds them."""
        lines = (as_json(one) + b"\n" for one in self._beside if one is not None)
        return pack(b"".join(lines), self.form.packing) if self.form.kind == "jsonl" else b""


def _line(row: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(row) + b"\n"
    except (UnicodeEncodeError, TypeError):
        return json.dumps(row, default=str).encode() + b"\n"


# ---------------------------------------------------------------- Parquet


def table_of(rows: list[dict[str, Any]], beside: list[Beside | None]) -> bytes:
    """A Parquet file of rows whose columns may differ, with their sidecars as a struct column."""
    import pyarrow
    from pyarrow import parquet

    from cleaner.arrow import structs

    names = dict.fromkeys(name for row in rows for name in row)
    columns = {THEIRS if name == COLUMN else name: _column([row.get(name) for row in rows]) for name in names}
    wanted = next((one for one in beside if one is not None), None)
    if wanted is not None:
        columns[COLUMN] = structs(beside, type(wanted))
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.table(columns), sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _column(values: list[Any]) -> Any:
    """One type for all: text, whole numbers, numbers, truth; else JSON as text."""
    import pyarrow

    kinds = {type(value) for value in values if value is not None}
    small = all(abs(value) <= EXACT for value in values if type(value) is int)
    if not kinds:
        return pyarrow.nulls(len(values))
    if kinds == {str}:
        return pyarrow.array(values, pyarrow.string())
    if kinds == {bool}:
        return pyarrow.array(values, pyarrow.bool_())
    if kinds == {int} and all(-(1 << 63) <= value < 1 << 63 for value in values if value is not None):
        return pyarrow.array(values, pyarrow.int64())
    if kinds <= {int, float} and float in kinds and small:
        return pyarrow.array(values, pyarrow.float64())
    return pyarrow.array([_text(value) for value in values], pyarrow.string())


def put_together(parts: Sequence[str], target: str, schema: Any = None, packed: str | None = None) -> None:
    """One Parquet file from parts. Without a schema their columns may differ; mixed ones become text, as JSON.

    Raises OSError.
    """
    from pyarrow import parquet

    parts = [part for part in parts if os.path.getsize(part)]  # one that could not be read is empty
    whole = schema or _joined(parts)
    with parquet.ParquetWriter(target, whole, compression=packed or "zstd") as writer:
        for part in parts:
            with parquet.ParquetFile(part) as file:
                for number in range(file.num_row_groups):
                    writer.write_table(_fitted(file.read_row_group(number), whole))


def _joined(parts: Sequence[str]) -> Any:
    """The schema that all parts fit in: columns in the order they come first."""
    import pyarrow
    from pyarrow import parquet

    types: dict[str, Any] = {}
    for part in parts:
        for field in parquet.read_schema(part):
            types[field.name] = _either(types.get(field.name, field.type), field.type)
    known = (
        (name, pyarrow.string() if pyarrow.types.is_null(kind) else kind)
        for name, kind in types.items()
        if name != COLUMN
    )
    beside = [(COLUMN, types[COLUMN])] if COLUMN in types else []
    return pyarrow.schema([*known, *beside])


def _either(one: Any, other: Any) -> Any:
    import pyarrow

    if one == other or pyarrow.types.is_null(other):
        return one
    return other if pyarrow.types.is_null(one) else pyarrow.string()


def _fitted(table: Any, schema: Any) -> Any:
    import pyarrow

    if table.schema == schema:
        return table
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pyarrow.nulls(len(table), field.type))
            continue
        column = table.column(field.name)
        if column.type != field.type:
            values = column.to_pylist()
            column = pyarrow.array([_text(value) for value in values], field.type)
        columns.append(column)
    return pyarrow.table(columns, schema=schema)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()
