"""Learning as one call: parts joined into a folder, the kinds of blocks read by the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cleaner.data import Document
from cleaner.repeats.grade import graded
from cleaner.repeats.join import count
from cleaner.repeats.store import save
from cleaner.repeats.thresholds import Thresholds
from cleaner.rules.load import Pack
from cleaner.rules.match import Matcher

HANDED_ON = frozenset({"appeal", "promo", "notice", "social", "related", "bio", "nav", "ad"})
"""Kinds of furniture that stands together; the rest says something of its own words only."""

BESIDE = 0.5
"""The share of its documents in which a block must stand beside another to be of its kind."""


def join(
    parts: Sequence[Path], folder: Path, packs: Sequence[Pack] = (), thresholds: Thresholds | None = None, *,
    memory: str = "1GB", threads: int | None = None, scratch: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Counts all parts together, writes the folder and returns its manifest.

    The bytes of the folder depend on the documents alone, not on how they were split. Raises InputError, OutputError.
    """
    import pyarrow as pa

    thresholds = thresholds or Thresholds()
    counted = count(sorted(parts), thresholds, memory=memory, threads=threads, scratch=scratch)
    rows = counted.blocks.to_pylist()
    for row, grade in zip(rows, graded(rows, thresholds), strict=True):
        row["grade"] = grade
    rows = [row for row in rows if row["grade"] is not None]
    kind_of = kind_reader(packs)
    # What only seconds a rule is called what the rule calls it.
    kinds = [kind_of(row["example"]) if row["grade"] != "second" else None for row in rows]
    for row, kind in zip(rows, handed_on(rows, kinds), strict=True):
        row["kind"] = kind or "repeated"
    fields = [*counted.blocks.schema, pa.field("grade", pa.string()), pa.field("kind", pa.string())]
    return save(rows, pa.schema(fields), folder, thresholds, counted.sites)


def handed_on(rows: Sequence[Mapping[str, Any]], kinds: Sequence[str | None]) -> list[str | None]:
    """Kinds; a block without one has that of what it mostly stands behind, or of what mostly stands behind it."""
    kinds = list(kinds)
    place = {(row["site"], row["key"]): at for at, row in enumerate(rows) if not row["masked"]}
    beside: list[tuple[int, int]] = []
    for at, row in enumerate(rows):
        above = place.get((row["site"], row["before"]))
        if above is not None and row["before_share"] >= BESIDE:
            beside.append((at, above))
            if row["before_share"] * row["documents"] >= BESIDE * rows[above]["documents"]:
                beside.append((above, at))
    while True:
        fresh = {to: kinds[of] for to, of in reversed(beside) if kinds[to] is None and kinds[of] in HANDED_ON}
        if not fresh:
            return kinds
        for at, kind in fresh.items():
            kinds[at] = kind


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
