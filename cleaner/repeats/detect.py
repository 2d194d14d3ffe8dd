"""The detector: blocks of a text that its site says again and again, as far as was learned.

How often a block stood decides what its mark claims, and a person's verdict goes before that. The marks know nothing
of what rules say; `settle` puts the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cleaner.data import Document, Kind, Span, Where
from cleaner.repeats.blocks import SHORTEST, SHORTEST_FORM, Block, blocks, forms, site_key, site_of
from cleaner.repeats.count import LONGEST_EXAMPLE
from cleaner.repeats.store import INDEX, KEEP, Entry, Index, fingerprint, review, slot_key

DETECTOR = "repeats"
LINE, SENTENCE, ALIKE, REVIEWED = "repeats.line", "repeats.sentence", "repeats.alike", "repeats.reviewed"


class Repeats:
    """What a folder of `cleaner learn` knows. It can be pickled; workers map the same file."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError for a folder that is none."""
        self.folder = folder
        self.index = Index(folder / INDEX)
        self.hash = fingerprint(folder)
        self._verdicts: dict[tuple[str, int], str] = {
            (block.site, int(block.key, 16)): block.verdict for block in review(folder) if block.changed
        }

    def __reduce__(self) -> tuple[type[Repeats], tuple[Path]]:
        """The folder is enough."""
        return Repeats, (self.folder,)

    def __call__(self, document: Document) -> Iterator[Span]:
        """Marks for a document: the widest block that is known, then what lies in it no more."""
        site = site_of(document)
        key_of_site = site_key(site)
        text = document.text
        done = 0
        unknown: list[Block] = []
        for block in blocks(document):
            if block.start < done or (not block.whole and block.end - block.start < SHORTEST):
                continue
            verdict = self._verdicts.get((site, block.key)) if self._verdicts else None
            if verdict is not None:
                yield _decided(block, verdict)
                done = block.end
                continue
            entry = self.index.get(slot_key(key_of_site, block.key, False))
            if entry is None:
                unknown.append(block)
                continue
            yield _mark(block, entry, LINE if block.whole else SENTENCE)
            if entry.grade != "second":
                done = block.end
        yield from self._alike(text, key_of_site, unknown)

    def _alike(self, text: str, site: int, unknown: Sequence[Block]) -> Iterator[Span]:
        """Blocks that differ from what repeats by a name."""
        fit = [block for block in unknown if SHORTEST_FORM <= block.end - block.start <= LONGEST_EXAMPLE]
        for block, key in zip(fit, forms([text[b.start : b.end] for b in fit]), strict=True):
            entry = self.index.get(slot_key(site, key, True)) if key else None
            if entry is not None:
                yield _mark(block, entry, ALIKE)


def _mark(block: Block, entry: Entry, rule: str) -> Span:
    kind: Kind = entry.kind  # type: ignore[assignment]
    where: Where = "tail" if entry.grade == "tail" else "any"
    sure = entry.grade in ("always", "tail")
    return Span(
        block.start, block.end, kind, rule, DETECTOR, sure, where,
        alone=entry.grade == "second", seen=(entry.documents, entry.of),
    )  # fmt: skip


def _decided(block: Block, verdict: str) -> Span:
    if verdict == KEEP:
        return Span(block.start, block.end, "repeated", REVIEWED, DETECTOR, keep=True)
    return Span(block.start, block.end, verdict, REVIEWED, DETECTOR)  # type: ignore[arg-type]
