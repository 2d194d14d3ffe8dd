"""Arrow record batches in, the same batches out: texts cleaned, a sidecar in each row, failures as rows.

    cleaned = clean_batches(batches, Cleaner())                         # a generator over any source of batches
    frame.mapInArrow(partial(clean_batches, cleaner=Cleaner()), schema)  # Spark; see `clean_schema`

Columns are found by their usual names (`cleaner.dump.fields`) or named by `fields`. The text's column keeps its name
and place; one that was a dictionary comes out as plain strings, since cleaned texts hardly repeat. A page's text goes
to a column `text` at the end. All other columns travel untouched, whatever they hold. The last column, `cleaner`
(`cleaner_2` if there was one), is a struct of the fields of `cleaner.data.Sidecar`, its `status` and `reason` among
them: where the status is `failed`, the row is as it was.

The schema that comes out depends on the one that goes in and on nothing else, so batches of one stream agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import msgspec.inspect as inspect
import pyarrow

from cleaner.api import Cleaner
from cleaner.data import Sidecar, Source
from cleaner.dump.fields import USUAL, Fields, check_fields, guess, no_text
from cleaner.dump.judge import COLUMN, Beside, Failed, Outcome, Slim, facts, failed, judge
from cleaner.dump.rows import Row
from cleaner.errors import InputError
from cleaner.text import without_surrogates

BESIDE: dict[str, type[Sidecar] | type[Slim] | None] = {"full": Sidecar, "slim": Slim, "none": None}
"""What stands in that column, by mode."""

Each = Callable[[Row], Outcome]
"""What is done with each record."""


def clean_batches(
    batches: Iterable[pyarrow.RecordBatch],
    cleaner: Cleaner | None = None,
    *,
    fields: Mapping[str, str] | None = None,
    sidecar: str = "full",
) -> Iterator[pyarrow.RecordBatch]:
    """Cleans batches one after another, lazily; each comes out with as many rows as it had, in their order.

    cleaner  one with all packs if it is None
    fields   what columns are called, as in {"text": "maintext"}; those left out are guessed by name
    sidecar  "full" restores and explains; "slim" has status, reason, metadata and places; "none" adds no column,
             so that failures cannot be told

    A record that cannot be cleaned never ends the stream. Raises InputError if no column holds a text or a page.
    """
    each = partial(_each, cleaner or Cleaner(), sidecar)
    return through(batches, each, fields=fields, sidecar=sidecar)


def clean_schema(
    schema: pyarrow.Schema, *, fields: Mapping[str, str] | None = None, sidecar: str = "full"
) -> pyarrow.Schema:
    """The schema that `clean_batches` gives for one that goes in. Raises InputError as it does."""
    return _plan(schema, fields or {}, sidecar).schema


def through(
    batches: Iterable[pyarrow.RecordBatch], each: Each, *, fields: Mapping[str, str] | None, sidecar: str
) -> Iterator[pyarrow.RecordBatch]:
    """Batches with what `each` says of their records; the rest is as in `clean_batches`."""
    source = iter(batches)
    first = next(source, None)
    if first is None:
        return
    plan = _plan(first.schema, fields or {}, sidecar)
    for batch in chain((first,), source):
        if batch.schema != plan.source:
            plan = _plan(batch.schema, fields or {}, sidecar)
        yield plan.apply(batch, each)


def sidecars(column: pyarrow.Array) -> Iterator[Sidecar]:
    """Sidecars from a column that `clean_batches` wrote with sidecar="full". Raises InputError for other columns."""
    for value in column.to_pylist():
        try:
            yield msgspec.convert(_back(value, inspect.type_info(Sidecar)), Sidecar)
        except msgspec.ValidationError as error:
            raise InputError(
                f"the column of sidecars does not hold what left ({error}); was it written with --sidecar slim? "
                "Clean the source again with --sidecar full"
            ) from None


def _each(cleaner: Cleaner, mode: str, row: Row) -> Outcome:
    origin = Source(form="arrow", url=row.url, site=row.site, date=row.date)
    try:
        result = judge(cleaner, row, row.id, origin)
    except Failed as error:
        return Outcome(None, failed(row.id, str(error), origin, cleaner.tool, mode))
    return Outcome(result.text, facts(result, mode))


class _Plan(NamedTuple):
    """Which columns are read, and what comes out."""

    source: pyarrow.Schema
    schema: pyarrow.Schema
    fields: Fields
    at: dict[str, int]
    """Column numbers of the roles that are there."""
    into: int
    beside: type[Sidecar] | type[Slim] | None

    def apply(self, batch: pyarrow.RecordBatch, each: Each) -> pyarrow.RecordBatch:
        held = {role: words(batch.column(at)) for role, at in self.at.items()}
        olds = held.get("text") or [None] * batch.num_rows
        texts: list[Any] = []
        beside: list[Any] = []
        for number, old in enumerate(olds):
            text, facts = each(_row({role: values[number] for role, values in held.items()}))
            texts.append(old if text is None else text)
            beside.append(facts)
        columns = batch.columns
        made = text_column(texts, self.schema.field(self.into).type)
        columns[self.into : self.into + 1] = [made]
        if self.beside is not None:
            columns.append(structs(beside, self.beside))
        return pyarrow.RecordBatch.from_arrays(columns, schema=self.schema)


def _plan(schema: pyarrow.Schema, given: Mapping[str, str], sidecar: str) -> _Plan:
    if sidecar not in BESIDE:
        raise InputError(f"sidecar: there are full, slim and none, not {sidecar!r}")
    fields, names = fields_of(schema, given), schema.names
    at = {role: names.index(column) for role, column in fields.told().items() if column in names}
    made = list(schema)
    if "text" in at:
        into = at["text"]
        made[into] = made[into].with_type(_plain_type(made[into].type))
    else:
        into = names.index(fields.into) if fields.into in names else len(names)
        made[into : into + 1] = [pyarrow.field(fields.into, pyarrow.string())]
    beside = BESIDE[sidecar]
    if beside is not None:
        made.append(pyarrow.field(free_name(names), struct_type(beside)))
    return _Plan(schema, pyarrow.schema(made, schema.metadata), fields, at, into, beside)


def fields_of(schema: pyarrow.Schema, given: Mapping[str, str]) -> Fields:
    """Which column is what. Raises InputError if none holds a text or a page."""
    check_fields(given)
    names = schema.names
    fields = guess([name for name in names if _may_be(name, schema)], given)
    if fields is None:
        raise InputError(no_text(names))
    if fields.into in names and not _is_text(kind := schema.field(names.index(fields.into)).type):
        raise InputError(f"the column {fields.into!r} holds {kind}, no text; name another with --field text=COLUMN")
    return fields


def values(batch: pyarrow.RecordBatch) -> Iterator[dict[str, Any]]:
    """Rows as plain data."""
    held = [words(column) for column in batch.columns]
    for row in zip(*held, strict=True):
        yield dict(zip(batch.schema.names, row, strict=True))


def free_name(names: Iterable[str]) -> str:
    """What the column of sidecars is called beside these."""
    taken, name, number = set(names), COLUMN, 1
    while name in taken:
        number += 1
        name = f"{COLUMN}_{number}"
    return name


def _may_be(name: str, schema: pyarrow.Schema) -> bool:
    """Whether a column may be what its name says: those that are called like texts must hold some."""
    return name.lower() not in USUAL["text"] or _is_text(schema.field(schema.names.index(name)).type)


def _is_text(kind: pyarrow.DataType) -> bool:
    kind = _plain_type(kind)
    types = pyarrow.types
    return any(is_one(kind) for is_one in (*_BYTES, types.is_string, types.is_large_string, types.is_string_view))


_BYTES = (pyarrow.types.is_binary, pyarrow.types.is_large_binary, pyarrow.types.is_binary_view)


def _plain_type(kind: pyarrow.DataType) -> pyarrow.DataType:
    kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    return pyarrow.string() if pyarrow.types.is_null(kind) else kind


def words(column: pyarrow.Array) -> list[Any]:
    """The values of a column; a string that is no UTF-8, as files may hold, comes as its bytes."""
    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        values = [_word(raw) for raw in column.cast(pyarrow.large_binary()).to_pylist()]
    except (ValueError, OverflowError, pyarrow.ArrowException):  # such as a time that Python knows no way to say
        values = column.cast(pyarrow.string()).to_pylist()
    return values


def _word(raw: bytes | None) -> str | bytes | None:
    try:
        return raw if raw is None else raw.decode()
    except UnicodeDecodeError:
        return raw


def _row(values: dict[str, Any]) -> Row:
    def word(role: str) -> str | None:
        value = values.get(role)
        return value if isinstance(value, str) and value else None

    text, html = values.get("text"), values.get("html")
    text = _word(text) if isinstance(text, bytes) else text
    text = text if isinstance(text, str) and (text or not html) else None
    html = html if isinstance(html, (str, bytes)) and text is None else None
    name = values.get("id")
    return Row(
        text, html, word("url"), None if name is None else str(name), word("site"), word("encoding"), word("date")
    )


def text_column(texts: list[Any], kind: pyarrow.DataType) -> pyarrow.Array:
    """The column of texts; bytes among them are what was no UTF-8 and stays as it was."""
    of_bytes = any(is_one(kind) for is_one in _BYTES)
    if not of_bytes and not any(isinstance(text, bytes) for text in texts):
        return pyarrow.array(texts, kind)
    raw = [text.encode() if isinstance(text, str) else text for text in texts]
    if of_bytes:
        return pyarrow.array(raw, kind)
    wide = pyarrow.types.is_large_string(kind)
    made = pyarrow.array(raw, pyarrow.large_binary() if wide else pyarrow.binary())
    return made.view(pyarrow.large_string() if wide else pyarrow.string()).cast(kind)


# ---------------------------------------------------------------- sidecars as structs


@lru_cache(maxsize=8)
def struct_type(of: type) -> pyarrow.DataType:
    """The Arrow type of a struct of ours, field by field."""
    return _arrow(inspect.type_info(of))


def _arrow(kind: inspect.Type) -> pyarrow.DataType:
    if isinstance(kind, inspect.UnionType):
        (kind,) = (one for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        return pyarrow.struct([(field.name, _arrow(field.type)) for field in kind.fields])
    if isinstance(kind, inspect.ListType):
        return pyarrow.list_(_arrow(kind.item_type))
    if isinstance(kind, inspect.DictType):
        return pyarrow.map_(_arrow(kind.key_type), _arrow(kind.value_type))
    return {inspect.IntType: pyarrow.int64(), inspect.BoolType: pyarrow.bool_()}.get(type(kind), pyarrow.string())


def structs(values: Sequence[Beside | None], of: type[Sidecar] | type[Slim]) -> pyarrow.Array:
    """Sidecars as an Arrow column."""
    kind = struct_type(of)
    plain = [_pairs(value) for value in values]
    try:
        return pyarrow.array(plain, kind)
    except UnicodeEncodeError:
        return pyarrow.array([_sound(value) for value in plain], kind)


def _pairs(value: Any) -> Any:
    """A struct as plain data, with mappings as pairs, which is how Arrow takes them."""
    if isinstance(value, msgspec.Struct):
        return {name: _pairs(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list):
        return [_pairs(one) for one in value]
    if isinstance(value, dict):
        return [(key, _pairs(one)) for key, one in value.items()]
    return value


def _sound(value: Any) -> Any:
    """The same without lone surrogates, which Arrow cannot carry (and no text in Arrow has, but a name may)."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {key: _sound(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_sound, value))
    return value


def _back(value: Any, kind: inspect.Type) -> Any:
    """What Arrow gives for a struct, as msgspec takes it: without fields that are not there, pairs as mappings."""
    if isinstance(kind, inspect.UnionType):
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        types = {field.name: field.type for field in kind.fields}
        return {name: _back(one, types[name]) for name, one in value.items() if one is not None and name in types}
    if isinstance(kind, inspect.ListType):
        return [_back(one, kind.item_type) for one in value]
    if isinstance(kind, inspect.DictType):
        return {key: _back(one, kind.value_type) for key, one in dict(value).items()}
    return value
