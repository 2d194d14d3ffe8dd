"""A folder or file in, the same tree out: planning what goes where, cleaning it in workers, counting.

Texts become a text and a sidecar (`a.txt`, `a.json`), JSON lines become JSON lines and a row-aligned file
of sidecars (`a.jsonl`, `a.meta.jsonl`). What fails is passed through as it was, with the reason.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cleaner.api import Cleaner
from cleaner.data import SIDECAR_VERSION, Document, Metadata, Result, Sidecar, Source, Tool
from cleaner.errors import CleanerError, InputError, OutputError
from cleaner.files import decode, digest, encode, read_bytes, write_whole
from cleaner.sidecar import dump as dump_sidecar

TEXT, LINES = "txt", "jsonl"
LINE_FILES = (".jsonl", ".ndjson")
BATCH = 64
"""How many files, or lines of a file, are one piece of work."""


class Item(NamedTuple):
    """One file to clean: where it is, where it goes, and what it is called inside the dump."""

    source: Path
    target: Path
    name: str
    form: str

    @property
    def sidecar(self) -> Path:
        """Where the sidecar, or the file of sidecars, goes."""
        return sidecar_path(self.target)


def sidecar_path(target: Path) -> Path:
    """`a.txt` to `a.json`, `a.jsonl` to `a.meta.jsonl`, any other name with `.json` behind it."""
    if target.suffix == ".txt":
        return target.with_suffix(".json")
    if target.suffix in LINE_FILES:
        return target.with_suffix(".meta.jsonl")
    return target.with_name(target.name + ".json")


@dataclass
class Counts:
    """What happened, in numbers that add up over workers."""

    documents: int = 0
    letters: int = 0
    removed: int = 0
    status: Counter[str] = dataclasses.field(default_factory=Counter)
    kinds: Counter[str] = dataclasses.field(default_factory=Counter)
    rules: Counter[str] = dataclasses.field(default_factory=Counter)
    failures: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    skipped: int = 0

    def add(self, result: Result) -> None:
        """Counts one cleaned document."""
        self.documents += 1
        self.status[result.status] += 1
        self.letters += len(result.source)
        for span in result.removed:
            self.removed += span.end - span.start
            self.kinds[span.kind] += 1
            self.rules[span.rule] += 1

    def fail(self, name: str, reason: str) -> None:
        """Counts one document that was passed through."""
        self.documents += 1
        self.status["failed"] += 1
        self.failures.append((name, reason))

    def merge(self, other: Counts) -> None:
        """Adds what another worker counted."""
        self.documents += other.documents
        self.letters += other.letters
        self.removed += other.removed
        self.skipped += other.skipped
        self.status.update(other.status)
        self.kinds.update(other.kinds)
        self.rules.update(other.rules)
        self.failures.extend(other.failures)


@dataclass(frozen=True)
class Options:
    """How texts are read: packs, kinds to keep, encoding, and the names of fields in JSON lines."""

    packs: tuple[str, ...] | None = None
    keep: tuple[str, ...] = ()
    encoding: str | None = None
    text_field: str = "text"

    def cleaner(self) -> Cleaner:
        """The cleaner these options ask for."""
        return Cleaner(packs=self.packs, keep=self.keep)


def plan(inputs: Sequence[Path], out: Path) -> tuple[list[Item], int]:
    """Files to clean, sorted by name, and how many other files the folders hold.

    Raises InputError for an input that is not there and for two that would become one file, OutputError if
    OUT lies inside an input or would overwrite one.
    """
    items: list[Item] = []
    skipped = 0
    for given in inputs:
        if given.is_dir():
            _refuse_inside(out, given)
            found, others = _walk(given, out)
            items += found
            skipped += others
        elif given.is_symlink() or given.exists():
            items.append(Item(given, out / given.name, given.name, _form(given)))
        else:
            raise InputError(f"{given}: there is no such file or folder")
    _refuse_collisions(items)
    return sorted(items, key=lambda item: item.name), skipped


def _form(path: Path) -> str:
    return LINES if path.suffix in LINE_FILES else TEXT


def _walk(folder: Path, out: Path) -> tuple[list[Item], int]:
    items = []
    skipped = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            relative = path.relative_to(folder)
            if path.suffix in (".txt", *LINE_FILES):
                items.append(Item(path, out / relative, relative.as_posix(), _form(path)))
            else:
                skipped += 1
    return items, skipped


def _refuse_inside(out: Path, folder: Path) -> None:
    resolved = out.resolve()
    inside = folder.resolve()
    if resolved == inside or inside in resolved.parents:
        raise OutputError(f"{out} lies inside the input {folder}, so results would be cleaned again; choose another -o")


def _refuse_collisions(items: Iterable[Item]) -> None:
    takers: dict[Path, Item] = {}
    for item in items:
        for path in (item.target, item.sidecar):
            if path in takers:
                raise InputError(
                    f"{takers[path].source} and {item.source} would both be written to {path}; clean them apart"
                )
            takers[path] = item
    for item in takers.values():
        if item.target.resolve() == item.source.resolve() or item.sidecar.resolve() == item.source.resolve():
            raise OutputError(f"{item.source} would be overwritten by its own result; choose another -o")


class _Worker:
    """What a process needs for its work: built once in each, since the automaton cannot be sent."""

    options = Options()
    cleaner: Cleaner

    @classmethod
    def start(cls, options: Options) -> None:
        """Makes the process ready; runs once in each worker."""
        cls.options = options
        cls.cleaner = options.cleaner()


def clean_dump(
    inputs: Sequence[Path],
    out: Path,
    options: Options | None = None,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Counts:
    """Cleans files and folders into OUT and says what happened.

    `progress` is called with documents done and files in all. The bytes written do not depend on `workers`.
    """
    options = options or Options()
    options.cleaner()
    items, skipped = plan(inputs, out)
    counts = Counts(skipped=skipped)
    texts = [item for item in items if item.form == TEXT]
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]

    def done(more: Counts) -> None:
        counts.merge(more)
        if progress:
            progress(counts.documents, len(items))

    with _Pool(options, workers) as pool:
        for more in pool.map(_clean_files, batches):
            done(more)
        for item in items:
            if item.form == LINES:
                for more in _clean_lines_file(item, pool):
                    done(more)
    counts.failures.sort()
    return counts


class _Pool:
    """Work in order, in this process or in several; never more pieces under way than workers can hold."""

    def __init__(self, options: Options, workers: int) -> None:
        self.workers = workers
        self.options = options
        self.executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Pool:
        if self.workers > 1:
            self.executor = ProcessPoolExecutor(self.workers, initializer=_Worker.start, initargs=(self.options,))
        else:
            _Worker.start(self.options)
        return self

    def __exit__(self, *_: object) -> None:
        if self.executor:
            self.executor.shutdown(cancel_futures=True)

    def map(self, work: Callable[[Any], Any], pieces: Iterable[Any]) -> Iterator[Any]:
        if self.executor is None:
            yield from map(work, pieces)
            return
        try:
            yield from self._in_order(self.executor, work, pieces)
        except BrokenProcessPool:
            raise CleanerError(
                "a worker died (out of memory, or killed); nothing half-written is left; run again with fewer --workers"
            ) from None

    def _in_order(
        self, executor: ProcessPoolExecutor, work: Callable[[Any], Any], pieces: Iterable[Any]
    ) -> Iterator[Any]:
        source = iter(pieces)
        waiting = deque(executor.submit(work, piece) for piece in islice(source, 4 * self.workers))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(executor.submit(work, piece) for piece in islice(source, 1))


def _clean_files(items: Sequence[Item]) -> Counts:
    counts = Counts()
    for item in items:
        _clean_file(item, counts)
    return counts


def _clean_file(item: Item, counts: Counts) -> None:
    cleaner = _Worker.cleaner
    try:
        data = read_bytes(item.source)
    except InputError as error:
        counts.fail(item.name, str(error))
        return
    origin = Source(path=item.name, form=TEXT, sha256=digest(data))
    try:
        text, encoding, bom = decode(data, _Worker.options.encoding)
        origin = msgspec.structs.replace(origin, encoding=encoding, bom=bom)
        result = cleaner.judge(Document(text, id=item.name), origin)
        written = encode(result.text, encoding, bom=bom)
    except CleanerError as error:
        counts.fail(item.name, str(error))
        write_whole(item.sidecar, dump_sidecar(failed_sidecar(item.name, str(error), origin, cleaner.tool)))
        write_whole(item.target, data)
        return
    # The sidecar goes first: a cleaned text without one could not be restored.
    write_whole(item.sidecar, dump_sidecar(result.sidecar()))
    write_whole(item.target, written)
    counts.add(result)


def failed_sidecar(name: str | None, reason: str, origin: Source, tool: Tool) -> dict[str, Any]:
    """The sidecar of something that was passed through untouched."""
    plain: dict[str, Any] = msgspec.to_builtins(
        Sidecar(
            version=SIDECAR_VERSION, id=name, status="failed", reason=reason, tool=tool, source=origin,
            metadata=Metadata(), removed=[],
        )
    )  # fmt: skip
    return plain


class _Rows(NamedTuple):
    name: str
    first: int
    lines: list[bytes]


class _Cleaned(NamedTuple):
    lines: bytes
    sidecars: bytes
    counts: Counts


def _clean_lines_file(item: Item, pool: _Pool) -> Iterator[Counts]:
    """Cleans one file of JSON lines; both its outputs appear when they are whole."""
    parts = [path.with_name(f".{path.name}.part") for path in (item.target, item.sidecar)]
    try:
        item.target.parent.mkdir(parents=True, exist_ok=True)
        with item.source.open("rb") as source, parts[0].open("wb") as texts, parts[1].open("wb") as sidecars:
            for cleaned in pool.map(_clean_rows, _batches(item.name, source)):
                texts.write(cleaned.lines)
                sidecars.write(cleaned.sidecars)
                yield cleaned.counts
        for part, path in zip(parts, (item.target, item.sidecar), strict=True):
            os.replace(part, path)
    except OSError as error:
        counts = Counts()
        counts.fail(item.name, f"{item.source}: {error.strerror or error}")
        yield counts
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _batches(name: str, source: Iterable[bytes]) -> Iterator[_Rows]:
    first = 1
    lines = iter(source)
    while batch := list(islice(lines, BATCH)):
        yield _Rows(name, first, batch)
        first += len(batch)


def _clean_rows(rows: _Rows) -> _Cleaned:
    counts = Counts()
    cleaned = [_clean_row(line, f"{rows.name}:{number}", counts) for number, line in enumerate(rows.lines, rows.first)]
    return _Cleaned(b"".join(line for line, _ in cleaned), b"".join(sidecar for _, sidecar in cleaned), counts)


def _clean_row(line: bytes, place: str, counts: Counts) -> tuple[bytes, bytes]:
    """A row and its sidecar. A row that cannot be cleaned comes back as it was."""
    cleaner, field = _Worker.cleaner, _Worker.options.text_field
    origin = Source(path=place, form=LINES, field=field)
    name: str | None = place
    try:
        row, text = read_row(line, field)
        name = str(row["id"]) if row.get("id") is not None else place
        origin = msgspec.structs.replace(origin, url=_word(row, "url"), site=_word(row, "site"))
        result = cleaner.judge(Document(text, origin.url, origin.site, name), origin)
    except CleanerError as error:
        counts.fail(place, str(error))
        return line, dump_sidecar(failed_sidecar(name, str(error), origin, cleaner.tool), pretty=False) + b"\n"
    counts.add(result)
    if result.text != text:
        row[field] = result.text
        line = row_bytes(row, line)
    return line, dump_sidecar(result.sidecar(), pretty=False) + b"\n"


def read_row(line: bytes, field: str) -> tuple[dict[str, Any], str]:
    """A row of JSON lines, and the text in it. Raises InputError for a row that is none or has no text."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the line is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise InputError("the line is JSON, but no object with fields")
    text = row.get(field)
    if not isinstance(text, str):
        raise InputError(f"the row has no text in the field {field!r}; name it with --text-field")
    return row, text


def _word(row: dict[str, Any], field: str) -> str | None:
    value = row.get(field)
    return value if isinstance(value, str) else None


def row_bytes(row: dict[str, Any], like: bytes) -> bytes:
    """A row as JSON, with a line end if the line it came from had one."""
    end = b"\n" if like.endswith(b"\n") else b""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + end
    except UnicodeEncodeError:
        return json.dumps(row).encode() + end
