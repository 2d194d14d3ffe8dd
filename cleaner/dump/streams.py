"""Bytes out of packed files and back, in bounded memory, with an end to bombs."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from cleaner.errors import InputError

BLOCK = 1 << 20
BOMB_FLOOR = 64 << 20
"""Below this many bytes nothing is a bomb: that much fits anywhere."""


class StreamError(InputError):
    """Packed bytes that end early, are damaged, or become far too many. What came before is good."""


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


class _Gunzip:
    """zlib's decompressor with the face of zstd's."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


def unpack(file: IO[bytes], packing: str, ratio: int, *, floor: int = BOMB_FLOOR) -> Iterator[bytes]:
    """The bytes inside a file, in blocks of at most a megabyte or so.

    Raises StreamError where the packed bytes are damaged, end early, or grow more than `ratio` times.
    """
    if not packing:
        while block := _read(file, BLOCK):
            yield block
        return
    taken = given = 0
    for block, read in _decoded(file, packing):
        taken, given = read, given + len(block)
        if given > floor and given > ratio * taken:
            raise StreamError(
                f"a bomb: {taken} bytes became {given}, more than {ratio} times as many; if it is none, raise --ratio"
            )
        yield block


def _decoded(file: IO[bytes], packing: str) -> Iterator[tuple[bytes, int]]:
    """Unpacked blocks, and how many packed bytes were read up to each."""
    make: Callable[[], Any] = _Gunzip if packing == "gz" else _zstd().ZstdDecompressor
    broken = (zlib.error, EOFError) if packing == "gz" else (_zstd().ZstdError, EOFError)
    taken = given = 0
    decoder = None
    data = b""
    while True:
        if not data and (decoder is None or decoder.needs_input):
            data = _read(file, BLOCK >> 2)
            taken += len(data)
            if not data:
                break
        if decoder is None:
            data = data.lstrip(b"\0") if packing == "gz" else data  # padding between members, as gzip allows
            if not data:
                continue
            decoder = make()
        try:
            block = decoder.decompress(data, BLOCK)
        except broken as error:
            raise StreamError(f"the {packing} stream is damaged after {given} bytes: {error}") from None
        given += len(block)
        if block:
            yield block, taken
        data = b""
        if decoder.eof:
            data, decoder = decoder.unused_data, None
    if decoder is not None:
        raise StreamError(f"the {packing} stream ends early, after {given} bytes")


def _read(file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise StreamError(f"it cannot be read any further: {error.strerror or error}") from None


def unpack_all(data: bytes, packing: str, size: int, ratio: int) -> bytes:
    """All bytes inside packed ones. Raises StreamError, also if they are more than `size`."""
    from io import BytesIO

    blocks = []
    total = 0
    for block in unpack(BytesIO(data), packing, ratio):
        blocks.append(block)
        total += len(block)
        if total > size:
            raise StreamError(f"more than {size} bytes are inside; that is too much for one record")
    return b"".join(blocks)


def pack(data: bytes, packing: str) -> bytes:
    """Bytes packed as one gzip member or one zstd frame, the same for the same bytes; such can be put end to end."""
    if packing == "gz":
        # Level 3 takes a third of the time of level 6 for a tenth more bytes.
        packer = zlib.compressobj(3, zlib.DEFLATED, 31)
        return packer.compress(data) + packer.flush()
    if packing == "zst":
        packed: bytes = _zstd().compress(data, 3)
        return packed
    return data


def head(path: str, size: int) -> tuple[bytes, bytes]:
    """The first bytes of a file, and the first bytes inside it if it is packed. Raises OSError."""
    from cleaner.dump.forms import packing

    with open(path, "rb") as file:
        first = file.read(size)
        kind = packing(first)
        if not kind:
            return first, first
        file.seek(0)
        inside = b""
        try:
            for block in unpack(file, kind, 1 << 30):
                inside += block
                if len(inside) >= size:
                    break
        except StreamError:
            pass
        return first, inside[:size]


class Stream:
    """Blocks as a file that can be read from once; `quiet` ends it where it breaks, and `problem` says so."""

    def __init__(self, blocks: Iterator[bytes], *, quiet: bool = False) -> None:
        """`blocks` as `unpack` gives them."""
        self.blocks, self.held, self.quiet = blocks, b"", quiet
        self.problem: StreamError | None = None
        self.at = 0
        self.last = b""

    def tell(self) -> int:
        """How many bytes were read."""
        return self.at

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end. Raises StreamError unless `quiet`."""
        while len(self.held) < size:
            try:
                block = next(self.blocks, b"")
            except StreamError as error:
                self.problem, block = error, b""
                if not self.quiet:
                    raise
            if not block:
                break
            self.held += block
        data, self.held = self.held[:size], self.held[size:]
        self.at += len(data)
        self.last = (self.last + data)[-4:]
        return data
