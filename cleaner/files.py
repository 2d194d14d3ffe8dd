"""Bytes in, bytes out: finding a file's encoding, writing so that no half-written file is ever seen."""

from __future__ import annotations

import codecs
import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cleaner.errors import DecodeError, InputError, OutputError

# Longer marks first: the mark of UTF-32 LE starts as that of UTF-16 LE does.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

SAMPLE = 1_000_000
"""How many bytes the detector looks at."""


class Decoded(NamedTuple):
    """A text, the encoding it was in, and whether a byte order mark stood before it."""

    text: str
    encoding: str
    bom: bool


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Text from bytes: by byte order mark, else by the encoding given, else as UTF-8, else by detection.

    Whatever is found must give the same bytes back. Raises DecodeError if nothing does, InputError for an
    encoding that does not exist.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Decoded(_strictly(data[len(mark) :], name), name, bom=True)
    if encoding is not None:
        try:
            name = codecs.lookup(encoding).name
        except LookupError:
            raise InputError(f"no encoding is called {encoding!r}; try utf-8, latin-1 or cp1251") from None
        return Decoded(_strictly(data, name), name, bom=False)
    with suppress(UnicodeDecodeError):
        return Decoded(data.decode("utf-8"), "utf-8", bom=False)
    return _detected(data)


def _strictly(data: bytes, name: str) -> str:
    try:
        text = data.decode(name)
        same = text.encode(name) == data
    except UnicodeError as error:
        raise DecodeError(f"the bytes are not {name}: {error}; name their encoding with --encoding") from None
    if not same:
        raise DecodeError(f"the bytes do not come back the same from {name}; name their encoding with --encoding")
    return text


def _detected(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes  # only for the few files that are not UTF-8

    if b"\0" not in data[:SAMPLE]:
        best = from_bytes(data[:SAMPLE]).best()
        if best is not None:
            with suppress(DecodeError):
                return Decoded(_strictly(data, best.encoding), codecs.lookup(best.encoding).name, bom=False)
    raise DecodeError("the bytes are text in no encoding that was found; name it with --encoding if you know it")


def encode(text: str, encoding: str, *, bom: bool) -> bytes:
    """The bytes of a text in the encoding that `decode` found."""
    mark = next((mark for mark, name in _BOMS if name == encoding), b"") if bom else b""
    return mark + text.encode(encoding)


def digest(data: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises InputError with the system's reason."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file as `write_blocks` does. Raises OutputError."""
    write_blocks(path, (data,))


def write_blocks(path: Path, blocks: Iterable[bytes]) -> None:
    """Writes beside the file and renames, so that the file is there whole or not at all.

    Raises OutputError with the system's reason and leaves nothing half-written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".part")
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with suppress(OSError):
            os.unlink(name)


def rewrite(path: Path, before: bytes, data: bytes) -> None:
    """Puts new bytes in place of a file's own, whole or not at all; the mode stays, and links go on pointing there.

    Raises OutputError if the file no longer holds `before`, or with the system's reason.
    """
    try:
        place = path.resolve(strict=True)
        mode = stat.S_IMODE(place.stat().st_mode)
        if place.read_bytes() != before:
            raise OutputError(f"{path}: was changed by another while it was cleaned; it is left as it is now")
        write_whole(place, data)
        place.chmod(mode)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written: {error.strerror or error}; free space or choose another -o")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
