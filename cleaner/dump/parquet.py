"""Parquet, through pyarrow: a file is cleaned by its row groups and put together again with its own schema.

`large` and `run` are the file under way and the run, as `cleaner.dump.tasks` and `cleaner.dump.engine` have them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from cleaner.dump.bench import Bench, Done, gone, put_sheet
from cleaner.dump.counts import Counts
from cleaner.dump.fields import Fields
from cleaner.dump.forms import Form
from cleaner.dump.judge import COLUMN
from cleaner.dump.pool import Marker, Task
from cleaner.dump.put import unwritable
from cleaner.dump.records import Records
from cleaner.dump.sheets import put_together
from cleaner.errors import InputError

ROWS_EACH = 1024
"""Rows are held in memory so many at a time."""


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


def groups(large: Any, run: Any) -> Iterator[Task]:
    """The tasks of a file: its row groups."""
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

    rows = Records(bench, task, "parquet", task.fields.into, marker)
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


def gather(parts: Sequence[str], run: Any, target: str, schema: Any = None, packed: str | None = None) -> None:
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
    gather(parts, run, target, schema, packed)
