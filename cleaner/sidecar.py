"""Sidecars: results as JSON and back, the proof that they belong to a text, and the way back to the source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import msgspec

from cleaner.data import SIDECAR_VERSION, Removed, Sidecar, digest
from cleaner.errors import RestoreError

SCHEMA_FILE = "sidecar.schema.json"


def dump(sidecar: Mapping[str, Any], *, pretty: bool = True) -> bytes:
    """A sidecar as UTF-8 JSON. Lone surrogates, which UTF-8 cannot carry, are written as escapes."""
    try:
        data = msgspec.json.encode(sidecar)
        return msgspec.json.format(data, indent=2) + b"\n" if pretty else data
    except UnicodeEncodeError:
        return json.dumps(sidecar, indent=2 if pretty else None).encode() + (b"\n" if pretty else b"")


def load(data: bytes | str) -> dict[str, Any]:
    """A sidecar from JSON. Raises RestoreError if it is none, or of a version this package does not know."""
    try:
        sidecar = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RestoreError(f"the sidecar is not JSON ({error}); was the file cut off?") from None
    _facts(sidecar)
    return sidecar  # type: ignore[no-any-return]


def parse(data: bytes | str) -> Sidecar:
    """A sidecar from JSON, typed. Raises RestoreError as `load` does."""
    return _facts(load(data))


def _facts(sidecar: Any) -> Sidecar:
    version = sidecar.get("version") if isinstance(sidecar, dict) else None
    if version != SIDECAR_VERSION:
        raise RestoreError(
            f"this is no sidecar of version {SIDECAR_VERSION} (version: {version!r}); it takes a cleaner that wrote it"
        )
    try:
        return msgspec.convert(sidecar, Sidecar)
    except msgspec.ValidationError as error:
        raise RestoreError(f"the sidecar is damaged: {error}") from None


def restore(text: str, sidecar: Mapping[str, Any] | str | bytes) -> str:
    """The source text, from the cleaned text and its sidecar (as plain data or as JSON).

    Raises RestoreError if the text is not the one that the sidecar was written for, so that a changed file
    is never put back together wrongly.
    """
    facts = _facts(load(sidecar) if isinstance(sidecar, (str, bytes)) else dict(sidecar))
    if facts.before is None:
        raise RestoreError("this sidecar is of something that was never cleaned; its source is what was passed through")
    if digest(text) != facts.after:
        raise RestoreError(
            "the text is not the one that this sidecar was written beside (length or hash differ); "
            "restore it from version control, or clean the source anew"
        )
    source = mend(text, facts.removed)
    if digest(source) != facts.before:
        raise RestoreError("the removed stretches do not give the source back: the sidecar was changed")
    return source


def mend(text: str, removed: list[Removed]) -> str:
    """Puts removed stretches back at their offsets; the counterpart of `settle.cut`."""
    pieces = []
    at = taken = 0
    for stretch in removed:
        kept = stretch.start - at
        if kept < 0 or taken + kept > len(text) or stretch.end - stretch.start != len(stretch.text):
            raise RestoreError(f"the removed stretch at {stretch.start} fits nowhere: the sidecar was changed")
        pieces.append(text[taken : taken + kept])
        pieces.append(stretch.text)
        taken += kept
        at = stretch.end
    pieces.append(text[taken:])
    return "".join(pieces)


def schema() -> dict[str, Any]:
    """The JSON Schema that sidecars follow, as it is shipped beside this module."""
    text = resources.files("cleaner").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def make_schema() -> bytes:
    """The same schema made anew from the types; a test holds the shipped file to it."""
    made = msgspec.json.schema(Sidecar)
    made = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"cleaner sidecar, version {SIDECAR_VERSION}",
        **made,
    }
    return json.dumps(made, indent=2, sort_keys=True).encode() + b"\n"
