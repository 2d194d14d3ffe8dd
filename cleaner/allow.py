"""Accepted findings: `.cleaner-allow`, lines of rule, hash of the stretch, and reason.

A finding is known by its rule and its words, not by its place, so that edits elsewhere do not stir the file. The
nearest file upwards holds, as with settings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from cleaner.data import Document
from cleaner.errors import InputError
from cleaner.files import write_whole
from cleaner.paint import rewidened
from cleaner.settle import Settled
from cleaner.text import fold

FILE = ".cleaner-allow"
DIGITS = 16
"""Hexadecimal digits of a stretch's SHA-256 that are kept: 64 bits, so that no two stretches of a corpus meet."""

HEADER = """\
# Findings of `cleaner check` that are accepted: rule, hash of the stretch, reason.
# `cleaner check --update-allow --reason "..."` adds what it finds, and drops what is found no more.
"""


class Entry(NamedTuple):
    """What is accepted: a rule's finding of these words."""

    rule: str
    hash: str


class Allow(msgspec.Struct, frozen=True):
    """The accepted findings that hold for a folder, with their reasons; `file` is None if there are none."""

    file: Path | None = None
    entries: Mapping[Entry, str] = {}

    def has(self, entry: Entry) -> bool:
        """Whether a finding is accepted."""
        return entry in self.entries


def entry_of(rule: str, stretch: str) -> Entry:
    """What a finding is known by: blanks, line ends and case do not count."""
    words = " ".join(fold(unicodedata.normalize("NFC", stretch)).split())
    return Entry(rule, sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS])


@lru_cache(maxsize=4096)
def find(folder: Path) -> Allow:
    """What is accepted for files of a folder, which is absolute. Raises InputError for a file that is none."""
    for place in (folder, *folder.parents):
        file = place / FILE
        if file.is_file():
            return Allow(file, read(file))
    return Allow()


def read(file: Path) -> dict[Entry, str]:
    """Entries and reasons of one file. Raises InputError with the line that is none."""
    entries = {}
    for number, line in _lines(file):
        rule, _, rest = line.partition(" ")
        hash_, _, reason = rest.strip().partition(" ")
        if len(hash_) != DIGITS or hash_.strip("0123456789abcdef"):
            raise InputError(
                f"{file}:{number}: not `rule hash reason`, where the hash has {DIGITS} hexadecimal digits; "
                "correct the line or delete it"
            )
        entries[Entry(rule, hash_)] = reason.strip()
    return entries


def _lines(file: Path) -> Iterable[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: is not UTF-8: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip().replace("\t", " ")


def update(file: Path, add: Mapping[Entry, str], drop: Iterable[Entry]) -> None:
    """Writes entries behind those that are there, and takes others out; comments and order stay."""
    gone = set(drop)
    kept = [HEADER.rstrip("\n")]
    known: set[Entry] = set()
    if file.is_file():
        known = set(read(file))
        kept = [line for line in file.read_text(encoding="utf-8-sig").splitlines() if not _names(line, gone)]
    new = [
        f"{rule} {hash_} {reason}".rstrip()
        for (rule, hash_), reason in sorted(add.items())
        if (rule, hash_) not in known
    ]
    write_whole(file, "".join(f"{line}\n" for line in (*kept, *new)).encode())


def _names(line: str, entries: set[Entry]) -> bool:
    words = line.split()
    return len(words) >= 2 and not words[0].startswith("#") and Entry(words[0], words[1]) in entries


def through(allow: Allow, used: set[Entry], inner: Callable[..., Settled] | None = None) -> Callable[..., Settled]:
    """For `Cleaner.judge`: lets stay what is accepted, and notes in `used` what was met. `inner` is asked first."""

    def judge(find: Callable[[Document], Settled], document: Document) -> Settled:
        settled = inner(find, document) if inner else find(document)
        stays = []
        leaves = []
        for span in settled.spans:
            entry = entry_of(span.rule, document.text[span.start : span.end])
            if allow.has(entry):
                used.add(entry)
                stays.append(span)
            else:
                leaves.append(span)
        return Settled(rewidened(document, leaves), settled.doubtful, False) if stays else settled

    return judge
