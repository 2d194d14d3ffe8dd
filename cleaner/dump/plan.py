"""Which files a dump has, in an order that never changes, and where the results of each go.

Folders are walked one after another and nothing but the folder at hand is kept, so a dump may have any number of files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from cleaner.dump.forms import DOCUMENTS, HEAD, Form, Target, by_name, documents_target, name_targets, sniff
from cleaner.dump.streams import head
from cleaner.errors import InputError, OutputError


class Found(NamedTuple):
    """One file to clean: its name inside the dump, where it lies, what it is, where its results go."""

    name: str
    path: str
    size: int
    time: int
    form: Form
    target: Target
    given: bool = False

    @property
    def facts(self) -> tuple[object, ...]:
        """What makes it the same file when a run goes on."""
        return self.name, self.size, self.time, *self.form, *self.target


class Left(NamedTuple):
    """A file that is no part of the dump, and why."""

    name: str
    reason: str


class Lost(NamedTuple):
    """A file that belongs to the dump but cannot even be looked at, and why."""

    name: str
    reason: str


class Naming(NamedTuple):
    """How results are called."""

    sidecars: bool = True
    follow: bool = False
    asked: Form | None = None

    def targets(self, forms: dict[str, Form], folders: Iterable[str], *, top: bool) -> dict[str, Target]:
        """Where the results of the files of a folder go; `top` is the folder that was given."""
        taken = set(folders)
        if top and self.asked is not None:
            taken |= {path for path in documents_target(self.asked, sidecars=self.sidecars) if path}
        return name_targets(forms, taken, sidecars=self.sidecars, asked=self.asked)


class Elsewhere(Protocol):
    """An input that is no path; see `cleaner.dump.remote`."""

    name: str

    def check(self) -> None:
        """Raises InputError if there is nothing."""

    def walk(self, naming: Naming) -> Iterator[Found | Left | Lost]:
        """The files of this input."""


def check_inputs(inputs: Sequence[Path | Elsewhere], out: Path) -> None:
    """Raises InputError for an input that is not there, OutputError if OUT and an input lie in each other's way."""
    resolved = out.resolve()
    for given in inputs:
        if not isinstance(given, Path):
            given.check()
        elif given.is_dir():
            inside = given.resolve()
            if resolved == inside or inside in resolved.parents:
                raise OutputError(
                    f"{out} lies inside the input {given}, so results would be cleaned again; choose another -o"
                )
        elif not (given.is_symlink() or given.exists()):
            raise InputError(f"{given}: there is no such file or folder")
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file, not a folder; choose another -o")


def walk(inputs: Sequence[Path | Elsewhere], out: Path, naming: Naming) -> Iterator[Found | Left | Lost]:
    """The files of all inputs. Raises InputError for two that would become one file."""
    paths = [given for given in inputs if isinstance(given, Path)]
    for given in inputs:
        if not isinstance(given, Path):
            yield from given.walk(naming)
    folders = list(dict.fromkeys(given for given in paths if given.is_dir()))
    single = sorted({given for given in paths if not given.is_dir()}, key=lambda path: (path.name, str(path)))
    if single:
        yield from _Single(single, naming).walk(folders, out)
    for number, folder in enumerate(folders):
        yield from _Folder(folder, naming, folders[:number], {path.name for path in single}).walk("", ())


class _Single:
    """Files that were named one by one."""

    def __init__(self, paths: Sequence[Path], naming: Naming) -> None:
        self.paths, self.naming = paths, naming

    def walk(self, folders: Sequence[Path], out: Path) -> Iterator[Found]:
        named: dict[str, Path] = {}
        for path in self.paths:
            if path.name in named:
                raise InputError(
                    f"{named[path.name]} and {path} would both be written to {path.name}; clean them apart"
                )
            named[path.name] = path
        forms: dict[str, Form] = {}
        for name, path in named.items():
            form = _form(name, str(path), path.is_file)
            # A file that was named is meant, whatever it is called.
            forms[name] = form if isinstance(form, Form) and form.kind else by_name(name)._replace(kind="txt")
        taken = {name for folder in folders for name in os.listdir(folder)}
        targets = self.naming.targets(forms, taken, top=True)
        for name, path in named.items():
            for result in targets[name]:
                if result and (out / result).resolve() == path.resolve():
                    raise OutputError(f"{path} would be overwritten by its own result; choose another -o")
            yield _found(name, str(path), forms[name], targets[name], given=True)


class _Folder:
    """A folder and all below it."""

    def __init__(self, root: Path, naming: Naming, earlier: Sequence[Path], single: set[str]) -> None:
        self.root, self.naming, self.earlier, self.single = root, naming, earlier, single
        self.real = os.path.realpath(root)

    def walk(self, relative: str, above: tuple[str, ...]) -> Iterator[Found | Left | Lost]:
        """What lies in one folder, then in those below it; `above` are the true paths of those it lies in."""
        here = f"{self.root}/{relative}"
        above = (*above, os.path.realpath(here))
        try:
            forms, folders, others = self.listing(self.root, relative, above)
        except OSError as error:
            yield Lost(relative.rstrip("/") or self.root.name, f"{here}: cannot be read: {error.strerror or error}")
            return
        targets = self.naming.targets(forms, folders, top=not relative)
        self._refuse_twice(relative, targets)
        yield from others
        for name, form in forms.items():
            made = targets[name]
            target = Target(relative + made.path, made.sidecars and relative + made.sidecars)
            yield _found(relative + name, here + name, form, target)
        for name in folders:
            yield from self.walk(f"{relative}{name}/", above)

    def listing(
        self, root: Path, relative: str, above: tuple[str, ...]
    ) -> tuple[dict[str, Form], list[str], list[Left | Lost]]:
        """Files of the dump, folders and the rest, each by name."""
        forms: dict[str, Form] = {}
        folders: list[str] = []
        others: list[Left | Lost] = []
        for entry in sorted(os.scandir(f"{root}/{relative}"), key=lambda entry: entry.name):
            name = f"{relative}{entry.name}"
            problem: Left | Lost | None = None
            if entry.name.startswith("."):
                problem = Left(name, "hidden")
            elif entry.is_symlink():
                problem = self._link(name, entry.path, above)
            if problem is None and entry.is_dir():
                folders.append(entry.name)
                continue
            form = _form(entry.name, entry.path, entry.is_file) if problem is None else Form(None)
            if isinstance(form, str):
                problem = Lost(name, form) if by_name(entry.name).kind else Left(name, form)
            elif problem is None and form.kind is None:
                problem = Left(name, "neither text nor page nor rows")
            if problem is not None:
                others.append(problem)
            elif isinstance(form, Form):
                forms[entry.name] = form
        return forms, folders, others

    def _link(self, name: str, path: str, above: Sequence[str]) -> Left | Lost | None:
        real = os.path.realpath(path)
        if not os.path.exists(real):
            return Lost(name, f"{path}: cannot be read: the link leads nowhere")
        if os.path.isdir(real) and real in above:
            return Left(name, "a link to a folder that it lies in")
        if not self.naming.follow and os.path.commonpath([real, self.real]) != self.real:
            return Left(name, "a link that leads out of the input (--follow takes it along)")
        return None

    def _refuse_twice(self, relative: str, targets: dict[str, Target]) -> None:
        mine = {path for target in targets.values() for path in target if path}
        theirs = set() if relative else set(self.single)
        for other in self.earlier:
            try:
                forms, folders, _ = self.listing(other, relative, ())
            except OSError:
                continue
            made = self.naming.targets(forms, folders, top=not relative)
            theirs |= {path for target in made.values() for path in target if path}
        for clash in sorted(mine & theirs):
            raise InputError(
                f"{self.root}/{relative} and another input hold files that would both be written to {relative}{clash}; "
                "clean them apart"
            )


def _form(name: str, path: str, is_file: Callable[[], bool]) -> Form | str:
    """What a file is, or why that cannot be told."""
    named = by_name(name)
    try:
        if not is_file():
            return "no file but a device, a pipe or the like"
        if named.kind in DOCUMENTS:
            return named  # workers look into texts and pages; it would be done twice here
        return sniff(name, *head(path, HEAD))
    except OSError as error:
        return f"{path}: cannot be read: {error.strerror or error}"


def _found(name: str, path: str, form: Form, target: Target, *, given: bool = False) -> Found:
    try:
        status = os.stat(path)
    except OSError:
        return Found(name, path, 0, 0, form, target, given)  # the worker will say what is wrong
    return Found(name, path, status.st_size, status.st_mtime_ns, form, target, given)


def is_safe(name: str) -> bool:
    """Whether a member's name stays inside the folder it is unpacked to."""
    path = PurePosixPath(name)
    parts = path.parts
    return (
        bool(parts)
        and not path.is_absolute()
        and ".." not in parts
        and "\\" not in name
        and ":" not in parts[0]
        and "\0" not in name
    )
