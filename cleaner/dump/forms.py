"""What a file is, told by its first bytes and its name, and what its results are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cleaner.errors import InputError

HEAD = 4096
"""How many bytes are looked at."""

PACKINGS = {".gz": "gz", ".zst": "zst"}
_NAMES = {
    ".txt": "txt", ".text": "txt", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonlines": "jsonl", ".json": "json", ".csv": "csv",
    ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet", ".warc": "warc", ".wet": "warc",
    ".zip": "zip", ".tar": "tar",
}  # fmt: skip
_SHORT = {".tgz": ".tar.gz", ".tzst": ".tar.zst"}

DOCUMENTS = frozenset({"txt", "html"})
ROWS = frozenset({"jsonl", "json", "csv", "tsv"})
ARCHIVES = frozenset({"zip", "tar"})

_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,400}?-->\s*)*<(?:!doctype html|html|head)\b", re.I | re.S
)
_ARRAY = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(?:\{|\])")
_ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")


class Form(NamedTuple):
    """What a file holds (a key of no other meaning: "txt", "jsonl", …; None is unknown), and how it is packed."""

    kind: str | None
    packing: str = ""


def packing(head: bytes) -> str:
    """How bytes are packed, by their first four."""
    if head[:2] == b"\x1f\x8b":
        return "gz"
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
        return "zst"
    return ""


def by_name(name: str) -> Form:
    """What a name says."""
    stem, suffix, outer = split(name)
    return Form(_NAMES.get(suffix), PACKINGS.get(outer, "")) if stem else Form(None)


@lru_cache(1024)  # a folder's names are taken apart again and again, one soon after another
def split(name: str) -> tuple[str, str, str]:
    """A name in three: `a.b.jsonl.gz` to `a.b`, `.jsonl`, `.gz`."""
    low = name.lower()
    for short, long in _SHORT.items():
        if low.endswith(short):
            name = name[: -len(short)] + long
    stem, dot, last = name.rpartition(".")
    outer = ""
    if dot and f".{last.lower()}" in PACKINGS:
        outer = f".{last}"
        stem, dot, last = stem.rpartition(".")
    if not dot or not stem:
        return (stem + dot + last, "", outer)
    return stem, f".{last.lower()}" if f".{last.lower()}" in _NAMES else f".{last}", outer


def sniff(name: str, head: bytes, unpacked: bytes | None = None) -> Form:
    """What a file is. `head` are its first bytes, `unpacked` those inside if it is packed.

    What the bytes say goes before the name, where they say it clearly.
    """
    packed = packing(head)
    inner = head if unpacked is None else unpacked
    named = by_name(name).kind
    if inner[:4] == b"PAR1":
        return Form("parquet", packed)
    if inner[:5] == b"WARC/":
        return Form("warc", packed)
    if inner[:4] in _ZIPPED and (named in (None, "zip", *DOCUMENTS, *ROWS)):
        # Offices' documents and books are zip files as well; their names say what they are.
        return Form("zip" if named or split(name)[1] == "" else None, packed)
    if inner[257:262] == b"ustar":
        return Form("tar", packed)
    if named == "jsonl" and _ARRAY.match(inner):
        return Form("json", packed)
    if named in (None, "txt") and _HTML.match(inner):
        return Form("html", packed)
    return Form(named, packed)


DOCUMENTS_FILE = "documents"
"""Texts and pages that are written as rows stand in one file of this name."""


def form_of(format_: str) -> Form | None:
    """The form that `--format` names: `jsonl`, `jsonl.gz`, `jsonl.zst`, `parquet`; None for `same`.

    Raises InputError for another.
    """
    kind, _, packed = format_.partition(".")
    if format_ == "same":
        return None
    if kind not in ("jsonl", "parquet") or packed not in ("", "gz", "zst") or (kind == "parquet" and packed):
        raise InputError(f"format: there are same, jsonl, jsonl.gz, jsonl.zst and parquet, not {format_!r}")
    return Form(kind, packed)


def written_as(form: Form, asked: Form | None) -> Form:
    """The form that rows are written in; packed as they came if nothing else is asked for."""
    if asked is None:
        return Form("jsonl", form.packing) if form.kind == "warc" else form
    if asked.kind == "jsonl" and not asked.packing:
        return Form("jsonl", form.packing)
    return asked


class Target(NamedTuple):
    """Where the results of one file go, relative to OUT; no sidecars if they lie inside or are not wanted."""

    path: str
    sidecars: str | None


def row_sidecars(path: str) -> str:
    """The file of sidecars beside a file of rows: `x.jsonl.gz` to `x.meta.jsonl.gz`."""
    stem, suffix, outer = split(path)
    return f"{stem}.meta.jsonl{outer}" if suffix else f"{path}.meta.jsonl"


def text_sidecar(path: str) -> str:
    """The sidecar beside a text: `a.txt.gz` to `a.json.gz`."""
    stem, suffix, outer = split(path)
    return f"{stem}.json{outer}" if suffix == ".txt" else f"{path.removesuffix(outer)}.json{outer}"


def name_targets(
    forms: dict[str, Form], taken: Iterable[str] = (), *, sidecars: bool = True, asked: Form | None = None
) -> dict[str, Target]:
    """What the results of the files of one folder are called, so that no two share a name.

    `taken` are names that folders beside them have, `asked` is the form that all are to be written in. Raises
    InputError where there is no way.
    """
    claims = dict.fromkeys(taken, "a folder")
    made: dict[str, Target] = {}
    ordered = sorted(forms, key=lambda name: (_paths(name, forms[name], asked)[0] != name, name))
    for name in ordered:
        made[name] = Target(_claim(claims, name, *_paths(name, forms[name], asked)), None)
    for name in ordered if sidecars else ():
        kind, path = forms[name].kind, made[name].path
        if kind in ARCHIVES or (written_as(forms[name], asked).kind == "parquet"):
            continue
        if kind in DOCUMENTS:
            if asked is not None:
                continue
            outer = split(path)[2]
            second = f"{path.removesuffix(outer)}.json{outer}"
            made[name] = Target(path, _claim(claims, name, text_sidecar(path), second))
        else:
            made[name] = Target(path, _claim(claims, name, row_sidecars(path), f"{path}.meta.jsonl"))
    return made


def documents_target(asked: Form, *, sidecars: bool) -> Target:
    """Where texts and pages go that are to be written as rows."""
    path = f"{DOCUMENTS_FILE}.{asked.kind}" + (f".{asked.packing}" if asked.packing else "")
    return Target(path, row_sidecars(path) if sidecars and asked.kind != "parquet" else None)


def _paths(name: str, form: Form, asked: Form | None) -> tuple[str, ...]:
    """The name that results should have, and longer ones if that is taken."""
    stem, suffix, outer = split(name)
    if asked is not None and form.kind not in DOCUMENTS and form.kind not in ARCHIVES:
        made = written_as(form, asked)
        if made.kind == form.kind and made.packing == form.packing:
            return name, name
        ending = f".{made.kind}" + (f".{made.packing}" if made.packing else "")
        names = (f"{stem}{ending}", f"{stem}{suffix}{ending}", f"{name}{ending}")
        return names[1:] if form.kind == "warc" else names
    outer = {"gz": outer or ".gz", "zst": outer or ".zst"}.get(form.packing, "")
    if form.kind == "html":
        short = f"{stem}.txt{outer}" if _NAMES.get(suffix) == "html" else f"{stem}{suffix}.txt{outer}"
        return short, f"{stem}{suffix}.txt{outer}"
    if form.kind == "txt":
        return name, name
    if form.kind in ARCHIVES:
        # A folder must not have the archive's own name, under which a damaged one is copied.
        return (stem, f"{name}.members") if stem != name else (f"{name}.members",)
    if form.kind == "warc":
        long = f"{stem}{suffix}.jsonl{outer}"
        return long, long
    return name, name


def _claim(claims: dict[str, str], name: str, *paths: str) -> str:
    for path in paths:
        if path not in claims:
            claims[path] = name
            return path
    raise InputError(f"{claims[paths[-1]]} and {name} would both be written to {paths[-1]}; clean them apart")
