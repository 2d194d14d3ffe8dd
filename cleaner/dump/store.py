"""The files of a finished OUT, to be read, whether it is a folder here or lies elsewhere.

Names are relative to OUT, with `/` between folders. Whatever cannot be read raises InputError.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from cleaner.dump.remote import Remote, is_address
from cleaner.errors import InputError
from cleaner.files import read_bytes

AHEAD, AHEAD_BYTES = 64, 4 << 20
"""From elsewhere so many small files are fetched at once, or so many bytes."""


class Store(Protocol):
    """Files that can be read."""

    def is_folder(self) -> bool:
        """Whether there is anything."""

    def walk(self, left: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
        """Each folder (its name ends in `/`, OUT's own is empty) with its files' names, sorted.

        Folders at the top that are called like one of `left` are left out.
        """

    def size(self, name: str) -> int:
        """How many bytes a file has."""

    def read(self, name: str) -> bytes:
        """A file's bytes."""

    def open(self, name: str) -> IO[bytes]:
        """A file, to be read in parts."""


def store(out: Path | str) -> Store:
    """The files of a folder, or of an address. Raises InputError if nothing here can open such addresses."""
    return _There(Remote(str(out))) if is_address(out) else _Here(Path(out))


class _Here:
    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def is_folder(self) -> bool:
        return self.root.is_dir()

    def walk(self, left: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
        for here, folders, names in os.walk(self.root):
            relative = Path(here).relative_to(self.root).as_posix()
            folders[:] = sorted(folder for folder in folders if relative != "." or folder not in left)
            yield "" if relative == "." else f"{relative}/", sorted(names)

    def size(self, name: str) -> int:
        return (self.root / name).stat().st_size

    def read(self, name: str) -> bytes:
        return read_bytes(self.root / name)

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self.root / name).open("rb")
        except OSError as error:
            raise InputError(f"{self.root / name}: cannot be read: {error.strerror or error}") from None


class _There:
    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self._sizes: dict[str, int] = {}
        """The files of the folder at hand, in order."""
        self._held: dict[str, bytes | str] = {}
        """Those of them that were fetched and not yet asked for, or why they could not be."""

    def __str__(self) -> str:
        return str(self.remote)

    def is_folder(self) -> bool:
        return self.remote.is_folder()

    def walk(self, left: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
        yield from self._folder("", left)

    def _folder(self, relative: str, left: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
        listed = self.remote.listed(relative)
        folders = sorted(name for name, facts in listed.items() if facts["type"] == "directory" and name not in left)
        files = sorted(name for name, facts in listed.items() if facts["type"] != "directory")
        self._sizes = {relative + name: listed[name].get("size") or 0 for name in files}
        self._held.clear()
        yield relative, files
        for name in folders:
            yield from self._folder(f"{relative}{name}/", frozenset())

    def size(self, name: str) -> int:
        return self._sizes[name] if name in self._sizes else self.remote.size(name)

    def read(self, name: str) -> bytes:
        if name not in self._held:
            self._fetch(name)
        found = self._held.pop(name)
        if isinstance(found, str):
            raise InputError(found)
        return found

    def _fetch(self, name: str) -> None:
        """Fetches a file, and with it those that stand behind it in its folder and are not here yet."""
        wanted, size = [name], 0
        for other in (other for other in self._sizes if other > name and other not in self._held):
            size += self._sizes[other]
            if len(wanted) == AHEAD or size > AHEAD_BYTES:
                break
            wanted.append(other)
        self._held |= self.remote.read_below(wanted)

    def open(self, name: str) -> IO[bytes]:
        return self.remote.open(name)
