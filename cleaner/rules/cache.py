"""What is made of packs, kept between runs in the user's cache folder.

Compiling one language's patterns takes seconds, more than most dumps take to clean; reading them back, hundredths of
one. A pack as it now is, the code that reads packs, `regex` and Python name the file, so what is kept cannot be out of
date. Where nothing can be kept, each process makes all of it anew.
"""

from __future__ import annotations

import atexit
import os
import pickle
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import regex
import xxhash
from platformdirs import user_cache_path

T = TypeVar("T")

UNUSED = 7 * 24 * 3600
"""After so many seconds what was kept for a pack as it once was is let go of."""

_DIGEST = xxhash.xxh3_128().digest_size


class _Shelf:
    """What was made of one pack."""

    def __init__(self, pack: str, content: str) -> None:
        self._pack = pack
        self._file = f"{pack}-{content}-{_code()}.{sys.implementation.cache_tag}-{regex.__version__}"
        self._held: dict[object, Any] | None = None
        self._new = False

    def get(self, key: object, make: Callable[[], T]) -> T:
        if self._held is None:
            self._held = self._read()
        if key not in self._held:
            self._held[key] = make()
            self._new = True
        return cast("T", self._held[key])

    def keep(self) -> None:
        """Writes what was made, with what others have written meanwhile."""
        if not self._new or self._held is None:
            return
        data = pickle.dumps({**self._read(), **self._held}, pickle.HIGHEST_PROTOCOL)
        self._new = False
        folder = user_cache_path("cleaner")
        beside = folder / f"{self._file}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(xxhash.xxh3_128(data).digest() + data)
            os.replace(beside, folder / self._file)
            for old in folder.glob(f"{self._pack}-*"):
                if old.name != self._file and time.time() - old.stat().st_mtime > UNUSED:
                    old.unlink()
        except OSError:
            with suppress(OSError):
                beside.unlink()

    def _read(self) -> dict[object, Any]:
        try:
            data = (user_cache_path("cleaner") / self._file).read_bytes()
        except OSError:
            return {}
        if xxhash.xxh3_128(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return {}
        with suppress(Exception):  # whatever another build of the library says of it: all is made anew
            held: dict[object, Any] = pickle.loads(data[_DIGEST:])  # noqa: S301 - whole, and our own
            return held
        return {}


_shelves: dict[str, _Shelf] = {}


def shelve(pack: str, content: str) -> None:
    """Lets what is made of a pack be kept; `content` tells what the pack says."""
    if pack not in _shelves:
        _shelves[pack] = _Shelf(pack, content)


def cached(pack: str, key: object, make: Callable[[], T]) -> T:
    """What `make` gives, or gave in an earlier run for the same key, which says all that it depends on but our code."""
    shelf = _shelves.get(pack)
    return shelf.get(key, make) if shelf else make()


def compiled(pack: str, pattern: str, flags: int) -> regex.Pattern[str]:
    """A pattern of a pack. Raises regex.error."""
    return cached(pack, (pattern, flags), lambda: regex.compile(pattern, flags))


def keep() -> None:
    """Keeps what was made since; called when Python ends, and by processes that are ended without that."""
    for shelf in _shelves.values():
        shelf.keep()


@lru_cache(maxsize=1)
def _code() -> str:
    """Tells the code that makes what is kept."""
    here = Path(__file__).parent
    told = xxhash.xxh3_64()
    for path in (here.parent / "text.py", *sorted(here.glob("*.py"))):
        told.update(path.read_bytes())
    return told.hexdigest()


atexit.register(keep)
