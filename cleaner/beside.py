"""Sidecars of files that are cleaned in place: where they go, and what becomes of the one that is there already.

A file may be cleaned more than once. If it was not touched in between, the new sidecar takes in the old one, so that
`restore` gives the first source; if it was, the old sidecar is moved aside and never lost.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec

from cleaner import rows
from cleaner.api import together
from cleaner.data import Metadata, Removed, Result, Sidecar, Source, Span, Stretch, Tool, digest
from cleaner.dump.forms import row_sidecars, text_sidecar
from cleaner.dump.judge import failed_facts
from cleaner.errors import InputError, OutputError, RestoreError
from cleaner.files import decode, encode, read_bytes, write_whole
from cleaner.rows import Row
from cleaner.settings import BESIDE, NONE, Settings
from cleaner.sidecar import dump, load, restore


def write_sidecars(
    path: Path, results: Sequence[Result | str], asked: str | None, given: Settings, tool: Tool
) -> Path | None:
    """Writes what left a file: one sidecar, or one for each row; in place of a result stands why there is none.

    `asked` is `beside`, `none`, or a folder, and goes before the settings. Raises OutputError rather than write over
    a file that is no sidecar.
    """
    file = sidecar_file(path, asked, given)
    if file is None:
        return None
    lines = path.suffix.lower() in rows.ENDINGS
    old = _old(file, lines) if os.path.lexists(file) else []
    new = [one if isinstance(one, Result) else _failed(one, tool) for one in results]
    joined = [_joined(before, one) for before, one in zip(old, new, strict=False)]
    if old and (len(old) != len(new) or None in joined):
        _move_aside(file)
        old = []
    plain = joined if old else [one.sidecar() if isinstance(one, Result) else one for one in new]
    if lines:
        write_whole(file, b"".join(dump(one, pretty=False) + b"\n" for one in plain if one))
    else:
        write_whole(file, dump(plain[0] or {}))
    return file


def sidecar_file(path: Path, asked: str | None, given: Settings) -> Path | None:
    """Where the sidecar of a file lies; None if there is to be none."""
    place = asked or given.sidecar
    if place == NONE:
        return None
    named = row_sidecars if path.suffix.lower() in rows.ENDINGS else text_sidecar
    file = path.with_name(named(path.name))
    if place == BESIDE:
        return file
    return Path(place) / inside(file, Path(given.file).parent if given.file else Path.cwd())


def source_of(path: Path, asked: str | None, given: Settings) -> bytes:
    """The bytes of a file before it was cleaned in place; of JSON lines the texts, escaped as those that are there.

    Raises RestoreError if the sidecar is none of this file, InputError if there is none.
    """
    file = sidecar_file(path, asked, given)
    if file is None:
        raise InputError(f"{path}: the settings say that there are no sidecars; name their folder with --sidecar")
    data, sidecar = read_bytes(path), read_bytes(file)
    if path.suffix.lower() in rows.ENDINGS:
        lines, sidecars = list(BytesIO(data)), sidecar.splitlines()
        if len(lines) != len(sidecars):
            raise RestoreError(f"{path}: {len(lines)} rows, but {len(sidecars)} sidecars; one of the two was changed")
        return b"".join(_row_of(line, load(one)) for line, one in zip(lines, sidecars, strict=True))
    plain = load(sidecar)
    facts = msgspec.convert(plain, Sidecar)
    encoding = facts.source.encoding or "utf-8"
    source = encode(restore(decode(data, encoding).text, plain), encoding, bom=facts.source.bom)
    if facts.source.sha256 not in (None, sha256(source).hexdigest()):
        raise RestoreError(f"{path}: what comes back is not the file that was cleaned; one of the two was changed")
    return source


def _row_of(line: bytes, sidecar: dict[str, Any]) -> bytes:
    if sidecar["status"] == "failed" or not sidecar["removed"]:
        return line
    row = Row(line, sidecar["source"]["field"])
    return line if row.text is None else row.with_text(restore(row.text, sidecar))


def _failed(reason: str, tool: Tool) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(failed_facts(None, reason, Source(), tool))
    return plain


def inside(file: Path, root: Path) -> Path:
    """The file's path below a root; files elsewhere go by their whole path."""
    whole = file.absolute()
    with suppress(ValueError):
        return whole.relative_to(root.absolute())
    return whole.relative_to(whole.anchor)


def _old(file: Path, lines: bool) -> list[dict[str, Any]]:
    data = read_bytes(file)
    try:
        return [load(line) for line in (data.splitlines() if lines else [data])]
    except RestoreError:
        raise OutputError(
            f"{file}: is there already and is no sidecar; choose another place with --sidecar DIR, or --sidecar none"
        ) from None


def _joined(old: dict[str, Any], new: Result | dict[str, Any]) -> dict[str, Any] | None:
    """One sidecar for two cleanings, the second of what the first left; None if something came between."""
    if not isinstance(new, Result):
        return new if old["status"] == "failed" else None
    facts = msgspec.convert(old, Sidecar)
    if facts.before is None or facts.after != digest(new.source):
        return None
    source = restore(new.source, old)
    first = tuple(Span(s.start, s.end, s.kind, s.rule, witnesses=tuple(s.witnesses)) for s in facts.removed)
    spans = together(first, new.removed)
    removed = [Removed(s.start, s.end, s.kind, s.rule, source[s.start : s.end], list(s.witnesses)) for s in spans]
    plain: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(
            facts,
            status="empty" if not new.text.strip() else "cleaned" if spans else "unchanged",
            reason=new.reason,
            tool=new.tool,
            after=digest(new.text),
            metadata=_both(facts.metadata, new.metadata, first),
            removed=removed,
        )
    )
    return plain


def _both(old: Metadata, new: Metadata, gone: Sequence[Span]) -> Metadata:
    """What the first cleaning read, and the second where the first read nothing."""
    fields: dict[str, Any] = {}
    sources = dict(old.sources)
    for field in ("title", "authors", "date", "credits", "tags"):
        fields[field] = getattr(old, field)
        if not fields[field] and getattr(new, field):
            fields[field] = getattr(new, field)
            moved = (together(gone, [Span(s.start, s.end, "repeated", "")]) for s in new.sources.get(field, []))
            sources[field] = [Stretch(s.start, s.end) for spans in moved for s in spans if s.rule == ""]
    return Metadata(**fields, sources=sources)


def _move_aside(file: Path) -> None:
    number = 1
    while os.path.lexists(aside := file.with_name(f"{file.name}.{number}")):
        number += 1
    try:
        os.rename(file, aside)
    except OSError as error:
        raise OutputError(f"{file}: cannot be moved to {aside.name}: {error.strerror or error}") from None
