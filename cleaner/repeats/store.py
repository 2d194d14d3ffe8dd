"""What was learned, as a folder: a table for people, an index for machines, a manifest, and a review for a person.

blocks.parquet   every block that repeats: site, key, documents, of, share, example, place, grade, kind …
index.bin        the same for looking up, to be mapped into memory (`cleaner.repeats.index`)
manifest.json    versions, thresholds, and how many documents and blocks there were
review.toml      the blocks that save most, each with the verdict proposed; what a person changes there is obeyed
"""

from __future__ import annotations

import re
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


def save(
    rows: Sequence[Mapping[str, Any]], schema: pa.Schema, folder: Path, thresholds: Thresholds,
    sites: Mapping[str, int],
) -> dict[str, Any]:  # fmt: skip
    """Writes a folder and returns its manifest; verdicts of a review that lies there already are kept.

    `rows` are those of blocks.parquet, `sites` says how many documents each site has. Raises OutputError.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    earlier = {(block.site, block.key): block for block in review(folder) if block.changed}
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pylist(rows, schema=schema)
    pq.write_table(table, sink, compression="zstd", row_group_size=100_000)
    write_whole(folder / TABLE, sink.getvalue().to_pybytes())
    write_whole(folder / INDEX, index_bytes(rows))
    write_whole(folder / REVIEW, _review(rows, earlier, thresholds))
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


def _review(
    rows: Sequence[Mapping[str, Any]], earlier: Mapping[tuple[str, str], Block], thresholds: Thresholds
) -> bytes:
    """The blocks that leave, and those too short to leave that stand so often that a person should know of them."""
    shown = [row for row in rows if row["grade"] != "second" or row["share"] >= thresholds.often]
    shown.sort(key=lambda row: (-row["documents"], row["site"], row["key"]))
    blocks = [
        Block(
            f"{row['key']:016x}", row["site"], row["documents"], row["of"], row["example"], row["grade"], proposed,
            proposed,
        )
        for row in shown[:REVIEWED]
        for proposed in (KEEP if row["grade"] == "second" else row["kind"],)
    ]  # fmt: skip
    seen = {(block.site, block.key) for block in blocks}
    lines = [
        '# What sites say on page after page, most documents first. Change `verdict` to "keep" or to a kind;',
        "# it is obeyed from the next run on, and kept when the dump is learned again.",
        "# kinds: " + " ".join(KINDS),
    ]
    for block in blocks:
        decided = earlier.get((block.site, block.key))
        lines += ["", "[[block]]", *_shown(block, decided.verdict if decided else None)]
    for _, block in sorted(item for item in earlier.items() if item[0] not in seen):
        lines += ["", "[[block]]  # decided earlier; not seen among the first this time"]
        lines += _shown(block, block.verdict)
    return ("\n".join(lines) + "\n").encode()


def _shown(block: Block, verdict: str | None) -> list[str]:
    # What a person decided stays a decision when it is what would be proposed by now.
    proposed = block.proposed if verdict != block.proposed else ""
    return [
        f'key = "{block.key}"', f"site = {_toml(block.site)}", f"documents = {block.documents}", f"of = {block.of}",
        f"share = {block.documents / max(block.of, 1):.3f}", f'grade = "{block.grade}"',
        f"example = {_toml(block.example)}", f'proposed = "{proposed}"', f'verdict = "{verdict or block.proposed}"',
    ]  # fmt: skip


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
    lines = ["[pack]", 'name = "reviewed"', f"about = {_toml(f'What a person saw repeated on {site}.')}"]
    for block in review(folder):
        if block.site != site or not block.changed or block.verdict == KEEP or not block.example:
            continue
        words = " ".join(block.example.split())
        # Numbers are masked when blocks are counted, so any number will do in their place.
        between = _NUMBER.split(words)
        cue = max(between, key=len)[:24].strip()
        pattern = r"\d[\d.,'\u2019]*".join(_literally(part) for part in between)
        lines += [
            "", "[[rule]]", f'id = "reviewed.{block.verdict}.b{block.key}"', f'kind = "{block.verdict}"',
            f"cues = [{_toml(cue)}]", f"match = {_toml(pattern)}", 'takes = "match"', "sure = true",
            f"sites = [{_toml(site)}]", f'why = "Stood in {block.documents} of {block.of} documents."',
            f"drops = [{_toml(f'⟦{words}⟧')}]", 'stays = ["The ferry left at dawn."]',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


_NUMBER = re.compile(r"\d[\d.,'\u2019]*")


def _literally(words: str) -> str:
    import regex

    return regex.escape(words, special_only=True).replace(r"\ ", r"\s+").replace(" ", r"\s+")


def fingerprint(folder: Path) -> str:
    """A short hash of all that decides: the index, and the review."""
    whole = sha256(read_bytes(folder / INDEX))
    if (folder / REVIEW).is_file():
        whole.update(read_bytes(folder / REVIEW))
    return whole.hexdigest()[:16]
