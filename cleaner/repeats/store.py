"""What was learned, as a folder: a table for people, an index for machines, a manifest, and a review for a person.

blocks.parquet   every block that repeats: site, key, documents, of, share, example, place, grade, kind …
index.bin        the same for looking up: an open-addressed table of 24-byte slots, to be mapped into memory
manifest.json    versions, thresholds, and how many documents and blocks there were
review.toml      the blocks that save most, each with the verdict proposed; what a person changes there is obeyed
"""

from __future__ import annotations

import mmap
import struct
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cleaner.data import KINDS
from cleaner.errors import InputError
from cleaner.files import read_bytes, write_whole
from cleaner.repeats.blocks import site_key
from cleaner.repeats.count import LONGEST_EXAMPLE
from cleaner.repeats.near import runs
from cleaner.repeats.thresholds import GRADES, Thresholds
from cleaner.text import plain

if TYPE_CHECKING:
    import pyarrow as pa

TABLE, INDEX, MANIFEST, REVIEW = "blocks.parquet", "index.bin", "manifest.json", "review.toml"

VERSION = 1

KEEP = "keep"

REVIEWED = 500
"""How many blocks a person is shown, those first that would leave from most documents."""

SLOT = struct.Struct("<QIIBB6x")
HEAD = struct.Struct("<8sQ")
MAGIC = b"cleaner1"


class Entry(NamedTuple):
    """What is known of a block: in how many documents of how many it stood, what it may do, and its kind."""

    documents: int
    of: int
    grade: str
    kind: str


class Block(msgspec.Struct, frozen=True):
    """A repeated block as `review.toml` shows it. A person changes `verdict`: keep, or a kind."""

    key: str
    site: str
    documents: int
    of: int
    example: str
    grade: str
    proposed: str
    verdict: str

    @property
    def name(self) -> str:
        """Its site and key as one string, by which a report and a review know it."""
        return f"{_site_word(self.site)} {self.key}"

    @property
    def changed(self) -> bool:
        """Whether a person has decided otherwise."""
        return self.verdict != self.proposed


def save(table: pa.Table, folder: Path, thresholds: Thresholds, sites: Mapping[str, int]) -> dict[str, Any]:
    """Writes a folder and returns its manifest; verdicts of a review that lies there already are kept.

    `sites` says how many documents each site has. Raises OutputError.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    earlier = _verdicts(folder)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=100_000)
    rows = table.to_pylist()
    write_whole(folder / TABLE, sink.getvalue().to_pybytes())
    write_whole(folder / INDEX, _index(rows, sites))
    write_whole(folder / REVIEW, _review(rows, earlier))
    manifest = {
        "version": VERSION,
        "documents": sum(sites.values()),
        "sites": len(sites),
        "blocks": len(rows),
        "thresholds": msgspec.structs.asdict(thresholds),
    }
    write_whole(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return manifest


class Slot(IntEnum):
    """What a slot speaks of: a site at all, a block, a block with its names masked, a run of four words of blocks."""

    SITE = 0
    BLOCK = 0x9E3779B97F4A7C15
    MASKED = 0xC2B2AE3D27D4EB4F
    RUN = 0x165667B19E3779F9


def slot_key(site: int, key: int, what: int) -> int:
    """The 64-bit key of a slot; keys of sites, blocks and runs are hashes, so mixing them takes no more."""
    return site ^ key ^ what or 1


def _index(rows: Sequence[Mapping[str, Any]], sites: Iterable[str]) -> bytes:
    held = _slots(rows, sites)
    size = 8
    while size < 2 * len(held) + 1:
        size *= 2
    slots = bytearray(SLOT.size * size)
    for key, entry in sorted(held.items()):
        at = key & (size - 1)
        while slots[SLOT.size * at : SLOT.size * at + 8] != bytes(8):
            at = (at + 1) & (size - 1)
        SLOT.pack_into(
            slots, SLOT.size * at, key, *entry[:2], GRADES.index(entry.grade), KINDS.index(entry.kind)
        )  # fmt: skip
    return HEAD.pack(MAGIC, size) + bytes(slots)


def _slots(rows: Sequence[Mapping[str, Any]], sites: Iterable[str]) -> dict[int, Entry]:
    """What each slot holds. A run of words of several blocks belongs to the strongest of them."""
    keys = {site: site_key(site) for site in sites}
    held: dict[int, Entry] = {}
    of_runs: dict[int, Entry] = {}
    for row in rows:
        site = keys[row["site"]]
        entry = Entry(row["documents"], row["of"], row["grade"], row["kind"])
        held[slot_key(site, 0, Slot.SITE)] = Entry(0, row["of"], GRADES[0], KINDS[-1])
        held[slot_key(site, row["key"], Slot.MASKED if row["masked"] else Slot.BLOCK)] = entry
        if row["masked"] or row["grade"] == "second" or len(row["example"]) >= LONGEST_EXAMPLE:
            continue
        for run in runs(plain([row["example"]])[0]):
            key = slot_key(site, run, Slot.RUN)
            of_runs[key] = max(of_runs.get(key, entry), entry, key=_strength)
    return {**of_runs, **held}


def _strength(entry: Entry) -> tuple[int, Entry]:
    return GRADES.index(entry.grade), entry


class Index:
    """The table, mapped into memory, so that workers share it."""

    def __init__(self, path: Path) -> None:
        """Raises InputError for a file that is none."""
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            magic, self._size = HEAD.unpack_from(self._map)
        except (OSError, ValueError, struct.error) as error:
            raise InputError(f"{path}: cannot be read ({error}); learn it anew with `cleaner learn`") from None
        if magic != MAGIC or len(self._map) != HEAD.size + SLOT.size * self._size:
            raise InputError(f"{path}: is no index of this version; learn it anew with `cleaner learn`")

    def get(self, key: int) -> Entry | None:
        """What is known under a slot's key."""
        at = key & (self._size - 1)
        while True:
            held, documents, of, grade, kind = SLOT.unpack_from(self._map, HEAD.size + SLOT.size * at)
            if held == key:
                return Entry(documents, of, GRADES[grade], KINDS[kind])
            if not held:
                return None
            at = (at + 1) & (self._size - 1)


# ---------------------------------------------------------------- review


def _review(rows: Sequence[Mapping[str, Any]], earlier: Mapping[tuple[str, str], str]) -> bytes:
    shown = [row for row in rows if row["grade"] != "second" and not row["masked"]]
    shown.sort(key=lambda row: (-row["documents"], row["site"], row["key"]))
    lines = [
        '# What sites say on page after page, most documents first. Change `verdict` to "keep" or to a kind;',
        "# it is obeyed from the next run on, and kept when the dump is learned again.",
        "# kinds: " + " ".join(KINDS),
    ]
    for row in shown[:REVIEWED]:
        key = f"{row['key']:016x}"
        verdict = earlier.pop((row["site"], key), row["kind"]) if isinstance(earlier, dict) else row["kind"]
        lines += [
            "", "[[block]]", f'key = "{key}"', f"site = {_toml(row['site'])}", f"documents = {row['documents']}",
            f"of = {row['of']}", f"share = {row['share']:.3f}", f'grade = "{row["grade"]}"',
            f"example = {_toml(row['example'] or '')}", f'proposed = "{row["kind"]}"', f'verdict = "{verdict}"',
        ]  # fmt: skip
    for (site, key), verdict in sorted(earlier.items()):
        lines += [
            "", "[[block]]  # decided earlier; not seen among the first this time", f'key = "{key}"',
            f"site = {_toml(site)}", 'proposed = ""', f'verdict = "{verdict}"',
        ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _toml(words: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped as well."""
    import json

    return json.dumps(words).replace("\x7f", "\\u007f")


def review(folder: Path) -> list[Block]:
    """The blocks of a review. Raises InputError for a file that cannot be understood."""
    file = folder / REVIEW
    if not file.is_file():
        return []
    try:
        table = tomllib.loads(read_bytes(file).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: not a TOML file in UTF-8: {error}") from None
    blocks = []
    for entry in table.get("block", []):
        verdict, key = str(entry.get("verdict", "")), str(entry.get("key", ""))
        if verdict not in (KEEP, *KINDS):
            raise InputError(
                f"{file}: block {key}: verdict {verdict!r} is neither keep nor a kind ({', '.join(KINDS)})"
            )
        blocks.append(
            Block(
                key, str(entry.get("site", "")), int(entry.get("documents", 0)), int(entry.get("of", 0)),
                str(entry.get("example", "")), str(entry.get("grade", "")), str(entry.get("proposed", "")), verdict,
            )
        )  # fmt: skip
    return blocks


def _verdicts(folder: Path) -> dict[tuple[str, str], str]:
    return {(block.site, block.key): block.verdict for block in review(folder) if block.changed}


def decide(folder: Path, verdicts: Mapping[str, str]) -> int:
    """Writes verdicts, by the names of blocks, into a review, and says how many were found. Raises InputError."""
    file = folder / REVIEW
    if not file.is_file():
        return 0
    lines = read_bytes(file).decode("utf-8").split("\n")
    key = site = ""
    found = 0
    for at, line in enumerate(lines):
        name, _, value = line.partition(" = ")
        if name == "key":
            key = value.strip('"')
        elif name == "site":
            site = str(tomllib.loads(line)["site"])
        elif name == "verdict" and (verdict := verdicts.get(f"{_site_word(site)} {key}")):
            lines[at] = f'verdict = "{verdict}"'
            found += 1
    write_whole(file, "\n".join(lines).encode())
    return found


def _site_word(site: str) -> str:
    """A site as one word: blanks in its name are %20, and no name is %."""
    return site.replace("%", "%25").replace(" ", "%20") or "%"


def as_pack(folder: Path, site: str) -> str:
    """The reviewed blocks of a site, those a person decided on, as a rule pack that is bound to it."""
    import regex

    lines = ["[pack]", 'name = "reviewed"', f'about = "What a person saw repeated on {site}."']
    for block in review(folder):
        if block.site != site or not block.changed or block.verdict == KEEP or not block.example:
            continue
        words = " ".join(block.example.split())
        pattern = regex.escape(words, special_only=True).replace(r"\ ", r"\s+").replace(" ", r"\s+")
        lines += [
            "", "[[rule]]", f'id = "reviewed.{block.verdict}.b{block.key}"', f'kind = "{block.verdict}"',
            f"cues = [{_toml(words[:24].strip())}]", f"match = {_toml(pattern)}", 'takes = "match"', "sure = true",
            f"sites = [{_toml(site)}]", f'why = "Stood in {block.documents} of {block.of} documents."',
            f"drops = [{_toml(f'⟦{words}⟧')}]", 'stays = ["The ferry left at dawn."]',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def fingerprint(folder: Path) -> str:
    """A short hash of all that decides: the index, and the review."""
    whole = sha256(read_bytes(folder / INDEX))
    if (folder / REVIEW).is_file():
        whole.update(read_bytes(folder / REVIEW))
    return whole.hexdigest()[:16]
