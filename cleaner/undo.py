"""The way back: a folder that `cleaner clean` wrote, verified, and its source files written again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.dump import LINE_FILES, read_row, row_bytes, sidecar_path
from cleaner.errors import CleanerError, InputError, RestoreError
from cleaner.files import decode, digest, encode, read_bytes, write_whole
from cleaner.sidecar import load, restore


class Restored(NamedTuple):
    """One file: what it is called, and what is wrong with it, if anything."""

    name: str
    problem: str | None


def restore_folders(folders: Sequence[Path], out: Path | None) -> Iterator[Restored]:
    """Restores every cleaned file below the folders into OUT, or only checks them if OUT is None."""
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"{folder}: is not a folder that `cleaner clean` wrote")
        for path in _cleaned_files(folder):
            name = path.relative_to(folder).as_posix()
            try:
                data = _lines(path) if path.suffix in LINE_FILES else _text(path)
                if out is not None:
                    write_whole(out / name, data)
            except CleanerError as error:
                yield Restored(name, str(error))
            else:
                yield Restored(name, None)


def _cleaned_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and sidecar_path(path).is_file():
            yield path


def _text(path: Path) -> bytes:
    sidecar = load(read_bytes(sidecar_path(path)))
    source = sidecar["source"]
    data = read_bytes(path)
    if sidecar["status"] != "failed":
        encoding, bom = source.get("encoding", "utf-8"), source.get("bom", False)
        text = decode(data, encoding).text
        data = encode(restore(text, sidecar), encoding, bom=bom)
    if source.get("sha256") not in (None, digest(data)):
        raise RestoreError(f"{path}: what comes back is not the file that was cleaned; one of the two was changed")
    return data


def _lines(path: Path) -> bytes:
    rows = list(BytesIO(read_bytes(path)))
    sidecars = read_bytes(sidecar_path(path)).splitlines()
    if len(rows) != len(sidecars):
        raise RestoreError(f"{path}: {len(rows)} rows, but {len(sidecars)} sidecars; one of the two was changed")
    return b"".join(_line(row, load(sidecar)) for row, sidecar in zip(rows, sidecars, strict=True))


def _line(row: bytes, sidecar: dict[str, Any]) -> bytes:
    if sidecar["status"] in ("failed", "unchanged"):
        return row
    name = sidecar["source"]["field"]
    fields, text = read_row(row, name)
    fields[name] = restore(text, sidecar)
    return row_bytes(fields, row)
