from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings

from cleaner import Cleaner, RestoreError, restore
from cleaner.data import Source
from cleaner.dump.judge import failed_facts
from cleaner.sidecar import dump, load, make_schema, schema
from tests.strategies import pages

CLEANER = Cleaner(packs=["any", "en"])
TEXT = "By Ada Cole\n\nThe ferry left.\n\nAdvertisement\n\nIt was late.\n\nTags: ferries, harbours"


def test_the_schema_that_is_shipped_is_the_one_the_types_give() -> None:
    assert schema() == json.loads(make_schema())
    jsonschema.Draft202012Validator.check_schema(schema())


@settings(max_examples=60, deadline=None)
@given(pages())
def test_sidecars_follow_the_schema(text: str) -> None:
    sidecar = CLEANER.clean(text).sidecar()
    jsonschema.validate(sidecar, schema())
    assert load(dump(sidecar)) == json.loads(json.dumps(sidecar))


def test_failed_sidecars_follow_the_schema_too() -> None:
    facts = msgspec.to_builtins(failed_facts("a", "why", Source(path="a"), CLEANER.tool))
    jsonschema.validate(facts, schema())


def test_a_sidecar_says_what_left_and_where() -> None:
    result = CLEANER.clean(TEXT)
    sidecar = result.sidecar()
    for removed in sidecar["removed"]:
        assert TEXT[removed["start"] : removed["end"]] == removed["text"]
    assert sidecar["metadata"]["authors"] == ["Ada Cole"]
    assert sidecar["metadata"]["tags"] == ["ferries", "harbours"]
    for field, stretches in sidecar["metadata"]["sources"].items():
        for stretch in stretches:
            words = TEXT[stretch["start"] : stretch["end"]]
            assert words in {"authors": "Ada Cole", "tags": "ferries, harbours"}[field]


def test_restoring_takes_json_too() -> None:
    result = CLEANER.clean(TEXT)
    assert restore(result.text, dump(result.sidecar())) == TEXT
    assert restore(result.text, dump(result.sidecar()).decode()) == TEXT


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda s: s.update(version=99), "version"),
        (lambda s: s.pop("version"), "version"),
        (lambda s: s["removed"].pop(), "give the source back"),
        (lambda s: s["removed"][0].update(start=5, end=7), "fits nowhere"),
        (lambda s: s["removed"][0].update(text="x" * len(s["removed"][0]["text"])), "give the source back"),
        (lambda s: s.update(removed="none"), "damaged"),
        (lambda s: s.pop("before"), "never cleaned"),
    ],
)
def test_a_changed_sidecar_is_refused(change: object, complaint: str) -> None:
    result = CLEANER.clean(TEXT)
    sidecar = json.loads(dump(result.sidecar()))
    change(sidecar)  # type: ignore[operator]
    with pytest.raises(RestoreError, match=complaint):
        restore(result.text, sidecar)


def test_a_changed_text_and_broken_json_are_refused() -> None:
    result = CLEANER.clean(TEXT)
    with pytest.raises(RestoreError, match="not the one"):
        restore(result.text + " ", result.sidecar())
    with pytest.raises(RestoreError, match="cut off"):
        restore(result.text, dump(result.sidecar())[:-20])
