"""A folder that `cleaner clean` wrote, read back: each document with its sidecar, and no words changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cleaner.data import Sidecar
from cleaner.dump import LINE_FILES, read_row, sidecar_path
from cleaner.errors import CleanerError, InputError, RestoreError
from cleaner.files import decode, read_bytes
from cleaner.sidecar import parse


class Cleaned(NamedTuple):
    """One document of a finished run: what it is called, the text that was kept, and its sidecar.

    The text of a document that failed is empty: what was passed through may be no text at all.
    """

    name: str
    text: str
    sidecar: Sidecar


def cleaned(out: Path) -> Iterator[Cleaned]:
    """Every document below a folder, in the order of the files' names. Raises InputError if there are none."""
    if not out.is_dir():
        raise InputError(f"{out}: is not a folder that `cleaner clean` wrote")
    found = False
    for path in sorted(out.rglob("*")):
        if path.is_file() and sidecar_path(path).is_file() and not path.name.startswith("."):
            found = True
            yield from _lines(path, out) if path.suffix in LINE_FILES else _text(path, out)
    if not found:
        raise InputError(
            f"{out}: holds no text with a sidecar beside it; give the folder that `cleaner clean -o` named"
        )


def _text(path: Path, out: Path) -> Iterator[Cleaned]:
    try:
        sidecar = parse(read_bytes(sidecar_path(path)))
        failed = sidecar.status == "failed"
        text = "" if failed else decode(read_bytes(path), sidecar.source.encoding).text
    except RestoreError:
        return  # a JSON file of somebody else's
    yield Cleaned(sidecar.source.path or path.relative_to(out).as_posix(), text, sidecar)


def _lines(path: Path, out: Path) -> Iterator[Cleaned]:
    with path.open("rb") as rows, sidecar_path(path).open("rb") as sidecars:
        for number, (row, line) in enumerate(zip(rows, sidecars, strict=False), 1):
            sidecar = parse(line)
            name = f"{path.relative_to(out).as_posix()}:{number}"
            try:
                text = "" if sidecar.status == "failed" else read_row(row, sidecar.source.field or "text")[1]
            except CleanerError as error:
                raise InputError(f"{path}:{number}: is not the row that its sidecar was written for: {error}") from None
            yield Cleaned(name, text, sidecar)
