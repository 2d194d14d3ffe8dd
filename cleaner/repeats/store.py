"""What was learned, as a folder: a table for people, an index for machines, a manifest, and a review for a person.

blocks.parquet   every block that repeats: site, key, documents, of, share, example, place, grade, kind …
index.bin        the same for looking up, to be mapped into memory (`cleaner.repeats.index`)
manifest.json    versions, thresholds, and how many documents and blocks there were
review.toml      the blocks that save most, each with the verdict proposed; what a person changes there is obeyed
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cleaner.data import KINDS
from cleaner.errors import InputError
from cleaner.files import read_bytes, write_whole
from cleaner.repeats.index import index_bytes
from cleaner.repeats.thresholds import Thresholds

if TYPE_CHECKING:
    import pyarrow as pa

TABLE, INDEX, MANIFEST, REVIEW = "blocks.parquet", "index.bin", "manifest.json", "review.toml"

VERSION = 1

KEEP = "keep"

REVIEWED = 500
"""How many blocks a person is shown, those first that would leave from most documents."""


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
    write_whole(folder / INDEX, index_bytes(rows))
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
