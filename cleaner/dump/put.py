"""Results on disk: written beside, renamed when whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cleaner.errors import OutputError


class Out:
    """The folder that results go to, as one process writes to it.

    All that is not yet whole lies in `.cleaner/tmp`, on the same file system, under names that no other process uses;
    a run that starts empties it.
    """

    def __init__(self, root: Path) -> None:
        """Writes nothing yet."""
        self.root = root
        self.state = root / ".cleaner"
        self._tmp = str(self.state / "tmp")
        self._prefix = f"{self._tmp}/{os.getpid()}-"
        self._number = 0
        self._made: set[str] = set()
        self.wrote: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        """Writes one file below OUT. Raises OutputError with the system's reason and leaves nothing half-written."""
        self._number += 1
        beside = f"{self._prefix}{self._number}"
        target = f"{self.root}/{path}"
        try:
            self._folder(os.path.dirname(target))
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(handle, left) :]
            finally:
                os.close(handle)
            os.rename(beside, target)
        except OSError as error:
            with suppress(OSError):
                os.unlink(beside)
            raise unwritable(target, error) from None
        self.wrote.append(path)

    def beside(self) -> str:
        """A path for something that is not yet whole; `place` puts it where it belongs."""
        self._number += 1
        return f"{self._prefix}{self._number}"

    def place(self, beside: str, path: str) -> None:
        """Puts what was written beside where it belongs, on disk before it has its name. Raises OutputError."""
        target = f"{self.root}/{path}"
        try:
            self._folder(os.path.dirname(target))
            handle = os.open(beside, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            os.rename(beside, target)
        except OSError as error:
            raise unwritable(target, error) from None

    def _folder(self, folder: str) -> None:
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            self._made.add(folder)


def unwritable(path: object, error: OSError) -> OutputError:
    """What to say of a place that cannot be written to."""
    return OutputError(
        f"{path}: cannot be written: {error.strerror or error}; free space or choose another -o, then give the same "
        "command to go on"
    )
