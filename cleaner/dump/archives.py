"""Archives, zip and tar: members are unpacked by the parent and cleaned as if they lay in a folder called like them.

`large` and `run` are the file under way and the run, as `cleaner.dump.tasks` has them.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any

from cleaner.dump.forms import DOCUMENTS, ROWS, Form, Target, by_name, documents_target
from cleaner.dump.journal import fingerprint
from cleaner.dump.plan import is_safe
from cleaner.dump.pool import Task
from cleaner.dump.records import MANY, MANY_BYTES
from cleaner.dump.small import File, Files
from cleaner.dump.streams import BOMB_FLOOR, Stream, StreamError, unpack
from cleaner.errors import InputError

BROKEN = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, struct.error, zlib.error, zipfile.BadZipFile,
    tarfile.TarError, InputError,
)  # fmt: skip
"""What readers of archives raise for bytes that are none."""


class Members(Files, kw_only=True):
    """Some members of an archive."""

    name: str


def members(large: Any, run: Any) -> Iterator[Task]:
    """The tasks of an archive: its members in batches, each as if it lay in a folder called like the archive."""
    found, limits = large.found, run.options.limits
    into = documents_of(large, run)
    number = 0
    batch: list[File] = []
    size = 0
    try:
        names = [name for name, _, read in _listed(found.path, found.form, limits.ratio) if read is not None]
        targets = _targets([_plainly(name) for name in names if is_safe(name)], found.target.path, run)
        for at, (name, length, read) in enumerate(_listed(found.path, found.form, limits.ratio)):
            if read is None or (is_safe(name) and by_name(name.rpartition("/")[2]).kind not in (*DOCUMENTS, *ROWS)):
                run.left.add(f"{found.name}/{name}", "neither text nor page nor rows")
                continue
            file = _member(at, name, length, read, targets, found.name, limits)
            batch.append(file)
            size += len(file.data or b"")
            if len(batch) >= MANY or size >= MANY_BYTES:
                if number not in large.done:
                    yield Members(name=found.name, number=number, files=batch, parts=large.parts, documents=into)
                number, batch, size = number + 1, [], 0
    except BROKEN as error:
        batch.append(
            File(
                found.name, found.path, found.form, Target(found.name, None), problem=f"the archive is damaged: {error}"
            )
        )
    if batch and number not in large.done:
        yield Members(name=found.name, number=number, files=batch, parts=large.parts, documents=into, weight=found.size)
    large.total = number + bool(batch)


def documents_of(large: Any, run: Any) -> Target:
    """Where the texts and pages of an archive go, if they are to be written as rows."""
    if run.asked is None:
        return Target("", None)
    folder = large.found.target.path
    path, beside = documents_target(run.asked, sidecars=run.sidecars)
    return Target(f"{folder}/{path}", beside and f"{folder}/{beside}")


def _targets(names: list[str], folder: str, run: Any) -> dict[str, Target]:
    by_folder: dict[str, dict[str, Form]] = {}
    for name in names:
        above, _, last = name.rpartition("/")
        by_folder.setdefault(above, {})[last] = by_name(last)
    targets: dict[str, Target] = {}
    for above, forms in by_folder.items():
        folders = {
            other[len(above) + bool(above) :].split("/", 1)[0]
            for other in by_folder
            if other != above and other.startswith(above)
        }
        known = {name: form for name, form in forms.items() if form.kind in DOCUMENTS or form.kind in ROWS}
        for last, target in run.naming.targets(known, folders, top=not above).items():
            inside = f"{folder}/{above}/" if above else f"{folder}/"
            targets[f"{above}/{last}" if above else last] = Target(
                inside + target.path, target.sidecars and inside + target.sidecars
            )
    return targets


def _plainly(name: str) -> str:
    """A name without the `.` and `//` that make two of one."""
    return str(PurePosixPath(name))


def _member(
    at: int, name: str, length: int, read: Callable[[], bytes], targets: dict[str, Target], archive: str, limits: Any
) -> File:
    """Member number `at` of an archive; takes its target away, so that no other is written there."""
    form = by_name(name.rpartition("/")[2])
    place = f"{archive}/{name}"
    data, problem = b"", None
    target = targets.pop(_plainly(name), None) if is_safe(name) else None
    renamed = target is None
    if target is None:
        target = Target(f"{archive}.unsafe/{fingerprint(at, name):016x}", None)
        safe = is_safe(name)
        problem = "another member has its name" if safe else f"its name would lead out of OUT: {name!r}"
    if length > limits.size:
        problem = f"more than {limits.size} bytes are inside; that is too much for one record (--size)"
    else:
        try:
            data = read()
        except BROKEN as error:
            problem = f"it cannot be unpacked: {error}"
    return File(place, "", form, target, data=data, problem=problem, renamed=renamed)


def _listed(path: str, form: Form, ratio: int) -> Iterator[tuple[str, int, Any]]:
    """Names, lengths, and a way to read each member of an archive, None for links and devices; in its own order."""
    if form.kind == "zip":
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, lambda info=info: _unzipped(archive, info, ratio)
        return
    with (
        open(path, "rb") as file,
        _tar(file, form, ratio) as archive,
    ):
        for member in archive:
            if not member.isdir():
                read = (lambda member=member: _untarred(archive, member)) if member.isreg() else None
                yield member.name, member.size, read


def _tar(file: IO[bytes], form: Form, ratio: int) -> tarfile.TarFile:
    stream: Any = Stream(unpack(file, form.packing, ratio))
    return tarfile.open(fileobj=stream, mode="r|")


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, ratio: int) -> bytes:
    if info.file_size > BOMB_FLOOR and info.file_size > ratio * max(1, info.compress_size):
        raise StreamError(f"a bomb: {info.compress_size} bytes become {info.file_size}")
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) > info.file_size:
        raise StreamError("more bytes are inside than its header says")
    return data


def _untarred(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""
