"""Counting, the part that reads: what each document of a part of a dump says, as rows of a table.

A part is a plain fact about its documents, one row for each block of each, so parts can be made anywhere, in any
order and of any size, and joined without changing the result. `cleaner.repeats.join` does the counting proper.

Columns: `form` (0 a document, 1 a block, 2 a block with its names masked), `site`, `document` and `key` (64-bit
XXH3), `before` (key of the block before it; of a masked block, the key it has unmasked), `place` (where it starts,
in hundredths of the text), `left` (code points after it, at most 65,535) and `text` (of a document its site, of a
block its words, at most 1,000 code points of them).
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cleaner.data import Document
from cleaner.errors import OutputError
from cleaner.repeats.blocks import (
    SHORTEST_FORM,
    Block,
    blocks,
    document_key,
    forms,
    site_key,
    site_of,
)
from cleaner.text import without_surrogates

if TYPE_CHECKING:
    import pyarrow as pa

DOCUMENT, BLOCK, MASKED = 0, 1, 2

VERSION = "1"
"""Of what parts hold; parts of different versions cannot be joined."""

LONGEST_EXAMPLE = 1_000
MOST_LEFT = 65_535

BATCH = 5_000
"""How many documents are in memory at once while a part is written."""


def tally(documents: Iterable[Document]) -> pa.Table:
    """The rows of some documents, in memory. Exact copies of a document of the same site count once."""
    rows = _Rows()
    for document in documents:
        rows.add(document)
    return rows.table()


def write_part(documents: Iterable[Document], path: Path) -> int:
    """Writes the rows of any number of documents to a Parquet file, and says how many documents there were.

    The file appears when it is whole. Memory grows by some 100 bytes a document, for the copies to be known.
    Raises OutputError with the system's reason.
    """
    import pyarrow.parquet as pq

    seen: set[tuple[int, int]] = set()
    source = iter(documents)
    number = 0
    unfinished = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(unfinished, _schema(), compression="zstd", compression_level=1) as writer:
            while batch := list(islice(source, BATCH)):
                rows = _Rows(seen)
                for document in batch:
                    rows.add(document)
                writer.write_table(rows.table())
                number += len(batch)
        os.replace(unfinished, path)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written: {error.strerror or error}; free space or choose another -o"
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    return number


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("form", pa.uint8()), ("site", pa.uint64()), ("document", pa.uint64()), ("key", pa.uint64()),
            ("before", pa.uint64()), ("place", pa.uint8()), ("left", pa.uint16()), ("text", pa.string()),
        ],
        metadata={"cleaner": f"counts {VERSION}"},
    )  # fmt: skip


class _Rows:
    """Rows as they come, column by column."""

    def __init__(self, seen: set[tuple[int, int]] | None = None) -> None:
        self.seen = set() if seen is None else seen
        self.form, self.place, self.left = array("B"), array("B"), array("H")
        self.site, self.document, self.key, self.before = array("Q"), array("Q"), array("Q"), array("Q")
        self.text: list[str] = []
        self.sites: dict[str, int] = {}

    def add(self, document: Document) -> None:
        """Adds what a document says, unless the same document was there before."""
        name = site_of(document)
        site = self.sites.get(name)
        if site is None:
            site = self.sites[name] = site_key(name)
        itself = document_key(document.text)
        if (site, itself) in self.seen:
            return
        self.seen.add((site, itself))
        before = len(self.form)
        self._row(DOCUMENT, 0, 0, 0, 0, without_surrogates(name))
        self._blocks(document)
        rows = len(self.form) - before
        self.site.extend([site] * rows)
        self.document.extend([itself] * rows)

    def _blocks(self, document: Document) -> None:
        text = without_surrogates(document.text)
        size = len(text)
        counted: set[int] = set()
        formed: list[tuple[Block, str]] = []
        for block, before, several in _in_order(blocks(document)):
            start, end, key = block.start, block.end, block.key
            if not key or key in counted:
                continue
            counted.add(key)
            words = text[start:end]
            self._row(BLOCK, key, before, 100 * start // size, min(size - end, MOST_LEFT), words[:LONGEST_EXAMPLE])
            if not several and SHORTEST_FORM <= end - start <= LONGEST_EXAMPLE:
                formed.append((block, words))
        for (block, _), key in zip(formed, forms([words for _, words in formed]), strict=True):
            if key and key not in counted:
                counted.add(key)
                left = min(size - block.end, MOST_LEFT)
                self._row(MASKED, key, block.key, 100 * block.start // size, left, "")

    def _row(self, form: int, key: int, before: int, place: int, left: int, text: str) -> None:
        self.form.append(form)
        self.key.append(key)
        self.before.append(before)
        self.place.append(place)
        self.left.append(left)
        self.text.append(text)

    def table(self) -> pa.Table:
        """All rows so far."""
        import pyarrow as pa

        columns = [self.form, self.site, self.document, self.key, self.before, self.place, self.left]
        schema = _schema()
        arrays = [
            pa.Array.from_buffers(field.type, len(column), [None, pa.py_buffer(column)])
            for field, column in zip(schema, columns, strict=False)
        ]
        return pa.Table.from_arrays([*arrays, pa.array(self.text, pa.string())], schema=schema)


class _Counted(NamedTuple):
    block: Block
    before: int
    several: bool


def _in_order(found: Sequence[Block]) -> Iterator[_Counted]:
    """Blocks with the key of the line or sentence before them, and whether they are lines of several sentences."""
    before = 0
    for at, block in enumerate(found):
        several = block.whole and at + 1 < len(found) and found[at + 1].line == block.line
        yield _Counted(block, before, several)
        if not several:
            before = block.key
