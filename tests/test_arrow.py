"""Arrow batches in and out: texts cleaned, other columns untouched, failures as rows, one schema for a stream."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import msgspec
import pyarrow
import pytest

from cleaner import Cleaner, InputError, restore
from cleaner.arrow import clean_batches, clean_schema, sidecars
from cleaner.data import Sidecar

AD = "The ferry left, said “Åse”.\n\nAdvertisement\n\nIt was late.\n"
CLEAN = "The ferry left, said “Åse”.\n\nIt was late.\n"
PAGE = f"<html><body><article><p>{'The ferry left the pier at dawn with nine people. ' * 9}</p></article></body></html>"


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner(packs=["any", "en"])


def one(columns: dict[str, object], cleaner: Cleaner, **given: object) -> pyarrow.RecordBatch:
    (batch,) = clean_batches([pyarrow.record_batch(columns)], cleaner, **given)  # type: ignore[arg-type]
    return batch


def status(batch: pyarrow.RecordBatch) -> list[str]:
    return [row["status"] for row in batch.column("cleaner").to_pylist()]


def test_texts_are_cleaned_and_come_back_from_the_sidecar(cleaner: Cleaner) -> None:
    batch = one({"id": [7, 8], "text": [AD, CLEAN], "url": ["https://example.org/a", None]}, cleaner)
    assert batch.column("text").to_pylist() == [CLEAN, CLEAN]
    assert status(batch) == ["cleaned", "unchanged"]
    first, _ = sidecars(batch.column("cleaner"))
    assert (first.id, first.source.url) == ("7", "https://example.org/a")
    assert restore(CLEAN, msgspec.to_builtins(first)) == AD


def test_a_sidecar_in_arrow_says_what_a_sidecar_says(cleaner: Cleaner) -> None:
    text = "By Ada Lund\n\n" + AD + "\nTags: ferries, piers\n"
    (found,) = sidecars(one({"text": [text]}, cleaner).column("cleaner"))
    told = msgspec.structs.replace(cleaner.clean(text).facts(), source=found.source)
    assert found == told
    assert found.metadata.sources


def test_failures_are_rows_and_stay_as_they_were(cleaner: Cleaner) -> None:
    odd = pyarrow.array([AD.encode(), b"\xff\xfe no text", None, b""]).view(pyarrow.string())
    batch = one({"text": odd, "n": [1, 2, 3, 4]}, cleaner)
    assert status(batch) == ["cleaned", "failed", "failed", "unchanged"]
    assert batch.column("text").cast(pyarrow.binary()).to_pylist() == [CLEAN.encode(), b"\xff\xfe no text", None, b""]
    reasons = [row["reason"] for row in batch.column("cleaner").to_pylist()]
    assert all(reasons[1:3])
    assert not (reasons[0])
    assert not (reasons[3])
    assert batch.column("n").to_pylist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "kind",
    [
        pyarrow.string(), pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(), pyarrow.large_binary(),
        pyarrow.dictionary(pyarrow.int8(), pyarrow.string()),
        pyarrow.dictionary(pyarrow.int32(), pyarrow.large_string()),
    ],
    ids=str,
)  # fmt: skip
def test_every_type_of_text(cleaner: Cleaner, kind: pyarrow.DataType) -> None:
    plain = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    texts = [AD, AD, None, CLEAN]
    if plain in (pyarrow.binary(), pyarrow.large_binary()):
        texts = [text and text.encode() for text in texts]  # type: ignore[misc]
    column = pyarrow.array(texts, kind) if plain == kind else pyarrow.array(texts, plain).dictionary_encode().cast(kind)
    batch = one({"text": column}, cleaner)
    assert batch.schema.field("text").type == plain
    assert batch.column("text").cast(pyarrow.string()).to_pylist() == [CLEAN, CLEAN, None, CLEAN]


def test_other_columns_travel_whatever_they_hold(cleaner: Cleaner) -> None:
    table = pyarrow.table(
        {
            "a": [[{"x": [1, None]}], None],
            "maintext": [AD, CLEAN],
            "when": [datetime(2024, 5, 1, tzinfo=UTC), None],
            "raw": [b"\xff", b""],
            "kind": pyarrow.array(["p", "q"]).dictionary_encode(),
            "cleaner": [1, 2],
        }
    ).replace_schema_metadata({"by": "somebody"})
    (batch,) = clean_batches(table.to_batches(), cleaner)
    assert batch.schema.names == [*table.column_names, "cleaner_2"]
    assert batch.schema.metadata == {b"by": b"somebody"}
    for name in set(table.column_names) - {"maintext"}:
        assert batch.column(name).equals(table.column(name).combine_chunks()), name


def test_pages_get_a_column_of_text(cleaner: Cleaner) -> None:
    batch = one({"html": [PAGE, PAGE.encode().decode(), ""], "url": ["https://example.org/1", None, None]}, cleaner)
    assert batch.schema.names == ["html", "url", "text", "cleaner"]
    assert status(batch)[2] == "failed"
    assert str(batch.column("text")[0]).startswith("The ferry left")
    assert batch.column("html").to_pylist()[0] == PAGE


def test_a_stream_is_lazy_and_its_schema_does_not_change(cleaner: Cleaner) -> None:
    taken = 0

    def batches() -> Iterator[pyarrow.RecordBatch]:
        nonlocal taken
        for texts in ([AD], [], [None, None], [CLEAN], ["By Ada Lund\n\n" + AD]):
            taken += 1
            yield pyarrow.record_batch({"text": pyarrow.array(texts, pyarrow.string())})

    cleaned = clean_batches(batches(), cleaner)
    assert taken == 0
    first = next(cleaned)
    assert taken == 1
    rest = list(cleaned)
    assert [batch.num_rows for batch in (first, *rest)] == [1, 0, 2, 1, 1]
    assert {batch.schema for batch in rest} == {first.schema} == {clean_schema(next(batches()).schema)}


@pytest.mark.parametrize("mode", ["full", "slim", "none"])
def test_the_schema_is_known_before(cleaner: Cleaner, mode: str) -> None:
    batch = one({"text": [AD]}, cleaner, sidecar=mode)
    assert batch.schema == clean_schema(pyarrow.schema([("text", pyarrow.string())]), sidecar=mode)
    assert ("cleaner" in batch.schema.names) == (mode != "none")
    if mode == "slim":
        assert batch.column("cleaner").to_pylist()[0]["removed"][0]["kind"] == "ad"


def test_no_column_of_text_is_said_at_once(cleaner: Cleaner) -> None:
    with pytest.raises(InputError, match="no column holds a text"):
        list(clean_batches([pyarrow.record_batch({"x": [1]})], cleaner))
    with pytest.raises(InputError, match="no column holds a text"):
        list(clean_batches([pyarrow.record_batch({"text": [1]})], cleaner))
    with pytest.raises(InputError, match="holds int64"):
        list(clean_batches([pyarrow.record_batch({"text": [1], "html": [PAGE]})], cleaner))
    assert one({"x": [AD], "text": [1]}, cleaner, fields={"text": "x"}).column("x").to_pylist() == [CLEAN]


def test_the_function_travels_to_other_processes(cleaner: Cleaner) -> None:
    there = pickle.loads(pickle.dumps(partial(clean_batches, cleaner=cleaner, sidecar="slim")))  # noqa: S301
    here = pyarrow.record_batch({"text": [AD]})
    assert list(there([here])) == list(clean_batches([here], cleaner, sidecar="slim"))


def test_every_field_of_a_sidecar_has_its_place() -> None:
    kind = clean_schema(pyarrow.schema([("text", pyarrow.string())])).field("cleaner").type
    assert [field.name for field in kind] == list(Sidecar.__struct_fields__)
