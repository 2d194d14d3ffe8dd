"""Learning as one call: parts joined into a folder, the kinds of blocks read by the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cleaner.data import Document
from cleaner.repeats.join import count
from cleaner.repeats.store import save
from cleaner.repeats.thresholds import Thresholds
from cleaner.rules.load import Pack
from cleaner.rules.match import Matcher


def join(
    parts: Sequence[Path], folder: Path, packs: Sequence[Pack] = (), thresholds: Thresholds | None = None, *,
    memory: str = "1GB", threads: int | None = None, scratch: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Counts all parts together, writes the folder and returns its manifest.

    The bytes of the folder depend on the documents alone, not on how they were split. Raises InputError, OutputError.
    """
    thresholds = thresholds or Thresholds()
    table = count(parts, thresholds, memory=memory, threads=threads, scratch=scratch)
    return save(table, folder, thresholds, kind_reader(packs), documents_in(parts))


def documents_in(parts: Sequence[Path]) -> int:
    """How many documents the parts hold, copies within a part left out."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    total = 0
    for part in parts:
        forms = pq.read_table(part, columns=["form"]).column(0)
        total += int(pc.sum(pc.equal(forms, 0)).as_py() or 0)
    return total


def kind_reader(packs: Sequence[Pack]) -> Callable[[str], str | None]:
    """What the rules see in a block's words: the kind of what speaks of at least half of them."""
    matcher = Matcher(packs)

    def kind_of(words: str) -> str | None:
        taken: dict[str, int] = {}
        for mark in matcher(Document(words)):
            if not mark.keep:
                taken[mark.kind] = max(taken.get(mark.kind, 0), mark.end - mark.start)
        best = max(taken, key=lambda kind: (taken[kind], kind), default=None)
        return best if best is not None and 2 * taken[best] >= len(words) else None

    return kind_of
