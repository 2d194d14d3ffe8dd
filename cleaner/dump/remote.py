"""Places that lie elsewhere, through fsspec (`pip install 'cleaner[remote]'`): s3://, gs://, hf://, memory://, file://.

Only the parent process talks to them, so workers need neither keys nor connections. What is read is brought here shard
by shard: small files into memory, a large one to disk for as long as it is worked on. What is written is made in a
folder of its own here, sent when it is whole, and forgotten; then its shard is marked done.

That folder (in `$XDG_CACHE_HOME/cleaner`) holds the journal of a run that is under way, so one that was stopped goes on
where it was on the same machine. A finished run's journal lies in OUT as well, so that any machine can add to it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

from cleaner.dump.forms import DOCUMENTS, HEAD, Form, by_name, packing, sniff
from cleaner.dump.journal import fingerprint
from cleaner.dump.plan import Found, Left, Lost, Naming, is_safe
from cleaner.dump.streams import StreamError, unpack
from cleaner.errors import InputError, OutputError

PEEK = 1 << 16
"""How many bytes are fetched to see what a file is."""
RUN, JOURNAL = ".cleaner/run", ".cleaner/journal.jsonl"


class Remote:
    """A file or folder by its address."""

    def __init__(self, url: str) -> None:
        """Raises InputError if nothing here can open such addresses."""
        try:
            from fsspec.core import url_to_fs

            self.fs, path = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise InputError(f"{url}: cannot be opened ({error}); pip install 'cleaner[remote]'") from None
        self.url, self.path = url, str(path).rstrip("/")
        self.name = PurePosixPath(self.path).name
        self._forms: dict[tuple[str, int], Form | str] = {}

    def __str__(self) -> str:
        """The address."""
        return self.url

    def check(self) -> None:
        """Raises InputError if there is nothing."""
        if not self._asked(self.fs.exists, self.path):
            raise InputError(f"{self.url}: there is no such file or folder")

    def _asked(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        try:
            return call(*given, **named)
        except Exception as error:  # each kind of storage has errors of its own
            raise InputError(f"{self.url}: cannot be read: {_said(error)}") from None

    def walk(self, naming: Naming) -> Iterator[Found | Left | Lost]:
        """The files below, folder by folder, as `cleaner.dump.plan.walk` gives them. Raises InputError."""
        if self._asked(self.fs.isdir, self.path):
            yield from self._folder("", naming)
            return
        facts = self._asked(self.fs.info, self.path)
        form = self._form(self.name, facts)
        form = form if isinstance(form, Form) and form.kind else by_name(self.name)._replace(kind="txt")
        target = naming.targets({self.name: form}, (), top=True)[self.name]
        yield Found(self.name, self.path, facts.get("size") or 0, _time(facts), form, target, given=True)

    def listed(self, relative: str) -> dict[str, dict[str, Any]]:
        """What fsspec knows of the files and folders in a folder below, by name. Raises InputError."""
        here = f"{self.path}/{relative}".rstrip("/")
        found = {}
        for facts in self._asked(self.fs.ls, here, detail=True, refresh=True):
            if facts["name"].rstrip("/") != here:  # a folder may be listed in itself
                found[facts["name"].rstrip("/").rpartition("/")[2]] = facts
        return found

    def _folder(self, relative: str, naming: Naming) -> Iterator[Found | Left | Lost]:
        listed = self.listed(relative)
        forms: dict[str, Form] = {}
        folders = []
        for name, facts in sorted(listed.items()):
            form = self._kind(name, facts)
            if form == "folder":
                folders.append(name)
            elif isinstance(form, Form):
                forms[name] = form
            else:
                yield form._replace(name=relative + name)
        targets = naming.targets(forms, folders, top=not relative)
        for name, form in forms.items():
            made, facts = targets[name], listed[name]
            target = made._replace(path=relative + made.path, sidecars=made.sidecars and relative + made.sidecars)
            yield Found(relative + name, facts["name"], facts.get("size") or 0, _time(facts), form, target)
        for name in folders:
            yield from self._folder(f"{relative}{name}/", naming)

    def _kind(self, name: str, facts: dict[str, Any]) -> Form | Left | Lost | Literal["folder"]:
        """What an entry of a folder is, or why it is left out."""
        if not is_safe(name):
            return Lost(name, f"its name would lead out of OUT: {name!r}")
        if name.startswith("."):
            return Left(name, "hidden")
        if facts["type"] == "directory":
            return "folder"
        form = self._form(name, facts)
        if isinstance(form, str):
            return Lost(name, form)
        return form if form.kind is not None else Left(name, "neither text nor page nor rows")

    def _form(self, name: str, facts: dict[str, Any]) -> Form | str:
        named = by_name(name)
        key = (facts["name"], _time(facts))
        if named.kind not in DOCUMENTS and key not in self._forms:
            self._forms[key] = self._sniffed(name, facts["name"])  # a dump is walked more than once
        return named if named.kind in DOCUMENTS else self._forms[key]

    def _sniffed(self, name: str, path: str) -> Form | str:
        try:
            first: bytes = self.fs.cat_file(path, start=0, end=PEEK)
        except Exception as error:
            return f"{path}: cannot be read: {_said(error)}"
        inside, packed = b"", packing(first)
        with suppress(StreamError):
            for block in unpack(BytesIO(first), packed, 1 << 30) if packed else ():
                inside += block
        return sniff(name, first[:HEAD], inside[:HEAD] if packed else first[:HEAD])

    def read(self, paths: Sequence[str]) -> dict[str, bytes | str]:
        """The bytes of files, many at once; words for what cannot be read."""
        try:
            found = self.fs.cat(list(paths), on_error="return")
        except Exception as error:
            return dict.fromkeys(paths, f"it cannot be read: {_said(error)}")
        if isinstance(found, bytes):
            return {paths[0]: found}
        return {
            path: data if isinstance(data, bytes) else f"{path}: cannot be read: {_said(data)}"
            for path, data in found.items()
        }

    def is_folder(self) -> bool:
        """Whether it is a folder. Raises InputError."""
        return bool(self._asked(self.fs.isdir, self.path))

    def size(self, name: str) -> int:
        """The bytes of a file below. Raises InputError."""
        return int(self._asked(self.fs.size, f"{self.path}/{name}"))

    def open(self, name: str) -> IO[bytes]:
        """A file below, to be read in parts. Raises InputError."""
        file: IO[bytes] = self._asked(self.fs.open, f"{self.path}/{name}", "rb")
        return file

    def read_below(self, names: Sequence[str]) -> dict[str, bytes | str]:
        """The bytes of files below, by name, as `read` gives them."""
        paths = {f"{self.path}/{name}": name for name in names}
        return {paths[path]: data for path, data in self.read([*paths]).items()}

    def below(self, name: str) -> list[str]:
        """The names of all files in a folder below, or the file's own; none if there is nothing. Raises InputError."""
        found: list[str] = self._asked(self.fs.find, f"{self.path}/{name}")
        return [path.removeprefix(f"{self.path}/") for path in found]

    def fetch(self, path: str, to: Path) -> str | None:
        """Brings one file here; says what went wrong."""
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            self.fs.get_file(path, str(to))
        except Exception as error:
            return f"{path}: cannot be read: {_said(error)}"
        return None

    def send(self, folder: Path, names: Sequence[str]) -> None:
        """Writes files from a folder here, under their names in it. Raises OutputError."""
        there = [f"{self.path}/{name}" for name in names]
        try:
            for above in dict.fromkeys(path.rpartition("/")[0] for path in there):
                self.fs.makedirs(above, exist_ok=True)
            if there:
                self.fs.put([str(folder / name) for name in names], there)
        except Exception as error:
            raise OutputError(
                f"{self}: cannot be written: {_said(error)}; give the same command again to go on"
            ) from None


def places(inputs: Iterable[Path | str]) -> list[Path | Remote]:
    """Inputs as given: addresses, and paths. Raises InputError."""
    found = [Remote(str(given)) if is_address(given) else Path(given) for given in inputs]
    if len(found) > 1 and any(isinstance(given, Remote) for given in found):
        raise InputError("an address is cleaned by itself; give one address, or paths")
    return found


def is_address(given: object) -> bool:
    """Whether this names a place for fsspec, not a path."""
    return isinstance(given, str) and "://" in given


def bring(url: str, to: Path, names: Sequence[str]) -> Remote:
    """Brings the files and folders of these names here, of those that lie at an address. Raises InputError."""
    there = Remote(url.rstrip("/"))
    for name in names:
        for path in there.below(name):
            problem = there.fetch(f"{there.path}/{path}", to / path)
            if problem is not None:
                raise InputError(problem)
    return there


class Mirror:
    """OUT elsewhere, and the folder here in which its files are made."""

    def __init__(self, url: str) -> None:
        """Raises InputError if nothing here can open such addresses."""
        self.there = Remote(url.rstrip("/"))
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.here = cache / "cleaner" / f"{fingerprint(self.there.url):016x}"

    def refuse(self, inputs: Iterable[object]) -> None:
        """Raises OutputError if OUT lies inside an input."""
        for given in inputs:
            if isinstance(given, Remote) and f"{self.there.path}/".startswith(f"{given.path}/"):
                raise OutputError(f"{self.there} lies inside the input {given}; choose another -o")

    def open(self, *, fresh: bool) -> Path:
        """The folder here, with what is known of an earlier run into this OUT.

        Raises OutputError if OUT holds other things, or was begun elsewhere and not finished.
        """
        known = self._of(RUN)
        ours = self.here / RUN
        if not fresh and known is not None and ours.is_file() and ours.read_bytes() == known:
            return self.here
        if not fresh and known is None and self._holds_anything():
            raise OutputError(f"{self.there}: holds files that no run wrote; choose an empty folder, or --fresh")
        journal = None if fresh or known is None else self._of(JOURNAL)
        if known is not None and not fresh and journal is None:
            raise OutputError(
                f"{self.there}: was begun on another machine and is not finished; go on there, or --fresh"
            )
        shutil.rmtree(self.here, ignore_errors=True)
        (self.here / ".cleaner").mkdir(parents=True)
        if journal is not None:
            (self.here / JOURNAL).write_bytes(journal)
            with suppress(Exception):  # there is none where nothing was learned
                self.there.fs.get(f"{self.there.path}/repeats", str(self.here / "repeats"), recursive=True)
        ours.write_bytes(known if journal is not None and known is not None else secrets.token_bytes(16))
        self.send([RUN], keep=True)
        return self.here

    def _of(self, path: str) -> bytes | None:
        try:
            data: bytes = self.there.fs.cat_file(f"{self.there.path}/{path}")
        except FileNotFoundError:
            return None
        except Exception as error:
            raise OutputError(f"{self.there}: cannot be read: {_said(error)}") from None
        return data

    def _holds_anything(self) -> bool:
        try:
            return bool(self.there.fs.ls(self.there.path, detail=False))
        except FileNotFoundError:
            return False
        except Exception as error:
            raise OutputError(f"{self.there}: cannot be read: {_said(error)}") from None

    def send(self, paths: Sequence[str], *, keep: bool = False) -> None:
        """Sends files that are whole, and forgets them here. Raises OutputError."""
        self.there.send(self.here, paths)
        for path in paths if not keep else ():
            with suppress(OSError):
                os.unlink(self.here / path)

    def close(self) -> None:
        """Sends what a later run needs, once this one is done. Raises OutputError."""
        learned = [
            path.relative_to(self.here).as_posix() for path in (self.here / "repeats").rglob("*") if path.is_file()
        ]
        self.send([JOURNAL, *learned], keep=True)


def _time(facts: dict[str, Any]) -> int:
    """A number that changes when a file does."""
    names = ("mtime", "LastModified", "last_modified", "updated", "ETag", "etag", "blob_id", "created")
    return fingerprint(*(facts[name] for name in names if facts.get(name)))


def _said(error: object) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
