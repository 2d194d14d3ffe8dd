"""Files as they lie in a repository: what would leave them, where it stands, and taking it out in place.

Text and Markdown are judged as a whole, JSON lines row by row, HTML by the text of its page, which is only reported
on: a page is never rewritten. Many files are shared out among processes; what is said does not depend on how many.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import msgspec

from cleaner import allow as accepted
from cleaner import rows
from cleaner.allow import Allow, Entry, entry_of
from cleaner.api import Cleaner
from cleaner.data import Result
from cleaner.dump.forms import row_sidecars
from cleaner.errors import CleanerError, InputError
from cleaner.files import decode, encode, read_bytes, rewrite
from cleaner.places import placing
from cleaner.reading import ENDINGS, Asked, Part, parts
from cleaner.settings import Settings, find
from cleaner.text import content

LITTLE = 2_000_000
"""Files of fewer bytes in all are checked here: starting other processes would take longer."""


class Choice(msgspec.Struct, frozen=True):
    """What the command line asks for; what it leaves open, the settings beside the files say."""

    packs: tuple[str, ...] | None = None
    keep: tuple[str, ...] = ()
    encoding: str | None = None
    text_field: str | None = None
    sidecar: str | None = None
    fix: bool = False
    diff: bool = False


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, order=True):
    """A stretch that would leave a file.

    Lines and columns count from 1, columns in code points, ends behind the last one. In JSON lines `line` is the
    row, and of HTML in it the columns are the whole row's; in HTML files they say where the words stand, and are 1 if
    they were not found there. `start` and `end` are offsets in the text (of the file, the row, or the page), with the
    white space that leaves.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    kind: str
    rule: str
    text: str
    hash: str
    witnesses: tuple[str, ...] = ()
    id: str | None = None


class Checked(msgspec.Struct, omit_defaults=True):
    """What was found in one file; `before` and `after` are its text if a diff was asked for."""

    path: str
    findings: list[Finding] = []
    failures: list[str] = []
    fixed: bool = False
    allow: str | None = None
    used: list[Entry] = []
    before: str | None = None
    after: str | None = None


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Files to check, sorted, each once: those named, whatever they are called, and of folders all that are called
    as texts, Markdown, pages and JSON lines are, hidden ones apart.

    Raises InputError for a path that is not there.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            for file in _walk(path):
                found.setdefault(os.path.abspath(file), file)
        elif path.exists():
            found.setdefault(os.path.abspath(path), path)
        else:
            raise InputError(f"{path}: there is no such file or folder")
    return sorted(found.values(), key=lambda path: path.as_posix())


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # What `--fix` put beside rows is no corpus.
        beside = {row_sidecars(name) for name in names if name.lower().endswith(rows.ENDINGS)}
        for name in sorted(names):
            if name.lower().endswith(ENDINGS) and not name.startswith(".") and name not in beside:
                path = Path(root, name)
                if path.is_file() and not path.is_symlink():
                    yield path


def check(paths: Sequence[Path], choice: Choice, workers: int = 1) -> Iterator[Checked]:
    """Checks files, in order; with `choice.fix` it takes out what it finds."""
    if workers < 2 or len(paths) < 2 or _size(paths) < LITTLE:
        for path in paths:
            yield check_file(path, choice)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from functools import partial

    piece = max(1, min(64, len(paths) // (4 * workers)))
    try:
        with ProcessPoolExecutor(workers) as pool:
            yield from pool.map(partial(check_file, choice=choice), paths, chunksize=piece)
    except BrokenProcessPool:
        raise CleanerError(
            "a worker died (out of memory, or killed); no file is half-written; run again with --workers 1"
        ) from None


def _size(paths: Iterable[Path]) -> int:
    size = 0
    for path in paths:
        with suppress(OSError):
            size += path.stat().st_size
    return size


def check_file(path: Path, choice: Choice) -> Checked:
    """Checks one file. What cannot be read, cleaned or written is said in `failures`, and the file is left alone."""
    checked = Checked(str(path))
    try:
        folder = _folder_of(path)
        work = _Work(path, choice, _settings(folder), accepted.find(folder), checked)
        checked.allow = str(work.allow.file) if work.allow.file else None
        work.run()
        checked.used = sorted(work.used)
    except CleanerError as error:
        checked.failures.append(str(error).removeprefix(f"{path}: "))
    return checked


def _folder_of(path: Path) -> Path:
    try:
        return path.parent.resolve()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


@lru_cache(maxsize=4096)
def _settings(folder: Path) -> Settings:
    return find(folder)


@lru_cache(maxsize=16)
def _cleaner(packs: tuple[str, ...] | None, keep: tuple[str, ...], repeats: str | None) -> Cleaner:
    return Cleaner(packs=packs, keep=keep, repeats=repeats)


def asked_of(path: Path, choice: Choice, given: Settings) -> Asked:
    """How a file is to be read."""
    return Asked(
        encoding=choice.encoding or given.encoding,
        text=choice.text_field or given.fields.get("text", "text"),
        fields=given.fields,
        site=given.site_of(path),
    )


def cleaner_for(choice: Choice, given: Settings) -> Cleaner:
    """The cleaner that the command line and the settings ask for; one for all files that ask for the same."""
    return _cleaner(choice.packs or given.packs, choice.keep or given.keep, given.repeats)


class _Work:
    """One file under way."""

    def __init__(self, path: Path, choice: Choice, given: Settings, allow: Allow, checked: Checked) -> None:
        self.path = path
        self.choice = choice
        self.given = given
        self.allow = allow
        self.checked = checked
        self.used: set[Entry] = set()
        self.cleaner = cleaner_for(choice, given)

    def run(self) -> None:
        """Judges the documents of the file, and writes it anew if that was asked for."""
        data = read_bytes(self.path)
        results: list[Result | str] = []
        pieces: list[bytes] = []
        for part in parts(self.path, data, asked_of(self.path, self.choice, self.given)):
            result = self._judged(part)
            results.append(result)
            if isinstance(result, str) or not result.removed:
                pieces.append(part.line if part.number else data)
                continue
            self._note(part, result, data)
            if part.row and part.rewritten:
                pieces.append(part.row.with_text(result.text))
            elif part.rewritten:
                pieces.append(encode(result.text, part.origin.encoding or "utf-8", bom=part.origin.bom))
            else:
                pieces.append(part.line if part.number else data)
        new = b"".join(pieces)
        if new != data:
            self._changed(data, new, results)

    def _judged(self, part: Part) -> Result | str:
        """The result for a part, or why there is none."""
        if part.document is None:
            if part.failure:
                self.checked.failures.append(f"line {part.number}: {part.failure}")
            return part.failure or "the line is empty"
        try:
            return self.cleaner.judge(part.document, part.origin, part.through(self.allow, self.used))
        except CleanerError as error:
            if part.number is None:
                raise
            self.checked.failures.append(f"line {part.number}: {error}")
            return str(error)

    def _note(self, part: Part, result: Result, data: bytes) -> None:
        """Notes the findings of one part, in the order in which they stand in the file."""
        place = placing(part, result, data)
        found = []
        for span in result.removed:
            stretch = result.source[span.start : span.end]
            found.append(
                Finding(
                    str(self.path),
                    *place(*content(result.source, span.start, span.end)),
                    span.start,
                    span.end,
                    span.kind,
                    span.rule,
                    stretch.strip(),
                    entry_of(span.rule, stretch).hash,
                    span.witnesses,
                    result.id,
                )
            )
        self.checked.findings += sorted(found, key=lambda one: (one.line, one.column))

    def _changed(self, data: bytes, new: bytes, results: Sequence[Result | str]) -> None:
        if self.choice.diff:
            encoding = decode(data, self.choice.encoding or self.given.encoding).encoding
            self.checked.before, self.checked.after = (part.decode(encoding, "replace") for part in (data, new))
        if self.choice.fix:
            from cleaner.beside import write_sidecars

            write_sidecars(self.path, results, self.choice.sidecar, self.given, self.cleaner.tool)
            rewrite(self.path, data, new)
            self.checked.fixed = True


def stale(paths: Sequence[Path], checked: Sequence[Checked]) -> Mapping[str, list[Entry]]:
    """Accepted findings that were found no more, by file: only where all that lies below the file was checked."""
    whole = [Path(os.path.realpath(path)) for path in paths if path.is_dir()]
    used: dict[str, set[Entry]] = {}
    failed: set[str] = set()
    for one in checked:
        if one.allow is not None:
            used.setdefault(one.allow, set()).update(one.used)
            if one.failures:
                failed.add(one.allow)
    left: dict[str, list[Entry]] = {}
    for file, met in sorted(used.items()):
        folder = Path(file).parent
        if file not in failed and any(folder == given or given in folder.parents for given in whole):
            left[file] = sorted(set(accepted.find(folder).entries) - met)
    return {file: entries for file, entries in left.items() if entries}
