"""Files as they lie in a repository: what would leave them, where it stands, and taking it out in place.

Text and Markdown are judged as a whole, JSON lines row by row, HTML by the text of its page, which is only reported
on: a page is never rewritten. Many files are shared out among processes; what is said does not depend on how many.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import msgspec

from cleaner import allow as accepted
from cleaner import markdown, rows
from cleaner.allow import Allow, Entry, entry_of
from cleaner.api import Cleaner, Through
from cleaner.data import Document, Result, Source
from cleaner.errors import CleanerError, InputError
from cleaner.files import decode, digest, encode, read_bytes, rewrite
from cleaner.rows import Row
from cleaner.settings import Settings, find
from cleaner.text import content

PAGE_ENDINGS = (".html", ".htm", ".xhtml")
TEXT_ENDINGS = (".txt", ".text")
ENDINGS = (*TEXT_ENDINGS, *markdown.ENDINGS, *PAGE_ENDINGS, *rows.ENDINGS)
"""What is looked at in folders; a file that is named is looked at whatever it is called."""

FEW = 48
"""Up to this many files are checked here: starting other processes would take longer."""

_BREAK = re.compile(r"\r\n|\r|\n")


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
    row and columns count in its text; in HTML they say where the words stand in the file, if they were found there.
    `start` and `end` are offsets in the text (of the file, the row, or the page), with the white space that leaves.
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
    """Files to check, sorted, each once: those named, and of folders what has an ending of text, hidden ones apart.

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
        for name in sorted(names):
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                path = Path(root, name)
                if path.is_file() and not path.is_symlink():
                    yield path


def check(paths: Sequence[Path], choice: Choice, workers: int = 1) -> Iterator[Checked]:
    """Checks files, in order; with `choice.fix` it takes out what it finds."""
    if workers < 2 or len(paths) <= FEW:
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
        self.site = given.site_of(path)
        self.encoding = choice.encoding or given.encoding
        self.cleaner = cleaner_for(choice, given)

    def run(self) -> None:
        """Reads the file as what its name says it is."""
        data = read_bytes(self.path)
        name = self.path.name.lower()
        if name.endswith(PAGE_ENDINGS):
            self._page(data)
        elif name.endswith(rows.ENDINGS):
            self._lines(data)
        else:
            self._text(data, name.endswith(markdown.ENDINGS))

    def _through(self, marked: bool = False) -> Through | None:
        inner = markdown.through if marked else None
        return accepted.through(self.allow, self.used, inner) if self.allow.entries else inner

    def _text(self, data: bytes, marked: bool) -> None:
        text, encoding, bom = decode(data, self.encoding)
        form = "md" if marked else "txt"
        origin = Source(str(self.path), form, encoding=encoding, bom=bom, sha256=digest(data), site=self.site)
        document = Document(text, site=self.site, id=self.path.name)
        result = self.cleaner.judge(document, origin, self._through(marked))
        places = Places(text)
        self.checked.findings += [
            self._finding(result, at, *places.of(result, at)) for at in range(len(result.removed))
        ]
        if result.removed:
            self._changed(data, encode(result.text, encoding, bom=bom), [result], text, result.text)

    def _lines(self, data: bytes) -> None:
        field = self.choice.text_field or self.given.fields.get("text", "text")
        lines: list[bytes] = []
        results: list[Result | str] = []
        for number, line in enumerate(BytesIO(data), 1):
            row, result = self._row(line, number, field)
            lines.append(row)
            results.append(result)
        changed = b"".join(lines)
        if changed != data:
            texts = [part.decode("utf-8", "replace") for part in (data, changed)] if self.choice.diff else ["", ""]
            self._changed(data, changed, results, *texts)

    def _row(self, line: bytes, number: int, field: str) -> tuple[bytes, Result | str]:
        """A row as it would be, and its result, or why there is none. A row of HTML alone is reported on."""
        if not line.strip():
            return line, "the line is empty"
        try:
            row = Row(line, field)
            page = None if row.text is not None else row.word("html")
            if row.text is None and page is None:
                raise InputError(f"the row has no text in the field {field!r}; name it with --text-field")
            site, url = (
                row.word(self.given.fields.get("site", "site")) or self.site,
                row.word(self.given.fields.get("url", "url")),
            )
            origin = Source(f"{self.path}:{number}", "jsonl", field, url=url, site=site)
            if page is not None:
                result = self.cleaner.clean(html=page, url=url, site=site)
            else:
                result = self.cleaner.judge(Document(row.text or "", url, site, row.id), origin, self._through())
        except CleanerError as error:
            self.checked.failures.append(f"line {number}: {error}")
            return line, str(error)
        for at, span in enumerate(result.removed):
            if page is not None and self._accepted(span.rule, result.source[span.start : span.end]):
                continue
            start, end = content(result.source, span.start, span.end)
            self.checked.findings.append(self._finding(result, at, number, start + 1, number, end + 1))
        return (row.with_text(result.text) if result.removed and page is None else line), result

    def _page(self, data: bytes) -> None:
        result = self.cleaner.clean(html=data, site=self.site, encoding=self.encoding)
        places = Places(decode(data, self.encoding).text)
        for at, span in enumerate(result.removed):
            stretch = result.source[span.start : span.end]
            if self._accepted(span.rule, stretch):
                continue
            self.checked.findings.append(self._finding(result, at, *places.found(stretch)))

    def _accepted(self, rule: str, stretch: str) -> bool:
        entry = entry_of(rule, stretch)
        if self.allow.has(entry):
            self.used.add(entry)
            return True
        return False

    def _finding(self, result: Result, at: int, line: int, column: int, end_line: int, end_column: int) -> Finding:
        span = result.removed[at]
        stretch = result.source[span.start : span.end]
        return Finding(
            str(self.path), line, column, end_line, end_column, span.start, span.end, span.kind, span.rule,
            stretch.strip(), entry_of(span.rule, stretch).hash, span.witnesses, result.id,
        )  # fmt: skip

    def _changed(self, data: bytes, new: bytes, results: Sequence[Result | str], before: str, after: str) -> None:
        if self.choice.diff:
            self.checked.before, self.checked.after = before, after
        if self.choice.fix:
            from cleaner.beside import write_sidecars

            write_sidecars(self.path, results, self.choice.sidecar, self.given, self.cleaner.tool)
            rewrite(self.path, data, new)
            self.checked.fixed = True


class Places:
    """Lines and columns of a text, as editors count them."""

    def __init__(self, text: str) -> None:
        """Finds where lines start."""
        self.text = text
        self.starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def of(self, result: Result, number: int) -> tuple[int, int, int, int]:
        """Where the words of a removed stretch begin and end."""
        span = result.removed[number]
        start, end = content(self.text, span.start, span.end)
        return (*self.at(start), *self.at(end))

    def found(self, stretch: str) -> tuple[int, int, int, int]:
        """Where words of a page stand in its file: looked for by their first few; line 1 if they are not found."""
        words = stretch.split()[:6]
        for number in range(len(words), 0, -1):
            pattern = r"(?:\s|<[^<>]*>)+".join(map(re.escape, words[:number]))
            found = re.search(pattern, self.text)
            if found:
                return (*self.at(found.start()), *self.at(found.end()))
        return 1, 1, 1, 1


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
