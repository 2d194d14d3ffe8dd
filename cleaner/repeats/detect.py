"""The detector: blocks of a text that its site says again and again, as far as was learned.

How often a block stood decides what its mark claims, and a person's verdict goes before that. The marks know nothing
of what rules say; `settle` puts the two together. Every mark depends on nothing but the words of its line, so that
cutting elsewhere changes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec

from cleaner.data import Document, Kind, Span
from cleaner.repeats.blocks import SHORTEST, SHORTEST_FORM, Block, blocks, forms, site_key, site_of
from cleaner.repeats.count import LONGEST_EXAMPLE
from cleaner.repeats.near import nearest
from cleaner.repeats.store import INDEX, KEEP, Entry, Index, Slot, fingerprint, review, slot_key
from cleaner.repeats.thresholds import GRADES
from cleaner.text import plain

DETECTOR = "repeats"
LINE, SENTENCE, ALIKE, REVIEWED = "repeats.line", "repeats.sentence", "repeats.alike", "repeats.reviewed"

FRAGMENT = 40
"""The longest unknown stretch, in code points, that leaves with the blocks of one line that it stands between."""

SURELY = GRADES.index("tail")

_LAST_WORD = re.compile(r"(?<!\w)([^\W\d_]{1,3})\.[\"'”’»›)\]“]*$")


class _Known(NamedTuple):
    """A block, or blocks of one line that belong together, and what is known of them."""

    start: int
    end: int
    entry: Entry
    rule: str
    verdict: str = ""

    @property
    def strength(self) -> tuple[int, int, bool]:
        """What decides which of several speaks for all."""
        return GRADES.index(self.entry.grade), self.entry.documents, self.rule != ALIKE


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
        self._decided = {site for site, _ in self._verdicts}

    def __reduce__(self) -> tuple[type[Repeats], tuple[Path]]:
        """The folder is enough."""
        return Repeats, (self.folder,)

    def __call__(self, document: Document) -> Iterator[Span]:
        """Marks for a document, line by line."""
        site = site_of(document)
        if site not in self._decided and self.index.get(slot_key(site_key(site), 0, Slot.SITE)) is None:
            return
        looked = _Looked(self.index, self._verdicts, site, document.text)
        for _, line in groupby(blocks(document), key=lambda block: block.line):
            for known in looked.marks(list(line)):
                yield _mark(known)


def _mark(known: _Known) -> Span:
    start, end, entry, rule, verdict = known
    kind: Kind = entry.kind  # type: ignore[assignment]
    span = Span(start, end, kind, rule, DETECTOR, seen=(entry.documents, entry.of))
    if verdict:
        return msgspec.structs.replace(span, keep=verdict == KEEP)
    if entry.grade == "always":
        return span
    if entry.grade == "tail":
        return msgspec.structs.replace(span, where="tail")
    return msgspec.structs.replace(span, sure=False, alone=entry.grade == "second")


class _Looked:
    """Blocks of one document, looked up."""

    def __init__(self, index: Index, verdicts: dict[tuple[str, int], str], site: str, text: str) -> None:
        self.index = index
        self.verdicts = verdicts
        self.name = site
        self.site = site_key(site)
        self.text = text

    def marks(self, line: Sequence[Block]) -> Iterator[_Known]:
        """What is known of a line: of all of it, or of stretches of its sentences."""
        several = line[0].whole and len(line) > 1
        whole = self.known(line[0]) if line[0].whole else None
        if whole and (whole.verdict or not several):
            yield whole
            return
        parts = line[1:] if several else line
        found = [self.known(part) for part in parts]
        self.alike(parts, found)
        stretches = list(self.stretches(parts, found))
        if whole and not any(known.verdict for known in stretches):
            same = [known for known in stretches if known[:2] == whole[:2]]
            yield max([whole, *same], key=lambda known: known.strength)
            return
        yield from stretches

    def known(self, block: Block) -> _Known | None:
        """What is known of a block by its key."""
        if not block.key:
            return None
        entry = self.index.get(slot_key(self.site, block.key, Slot.BLOCK))
        verdict = self.verdicts.get((self.name, block.key), "") if self.verdicts else ""
        if verdict:
            documents, of = entry[:2] if entry else (0, 0)
            kind = "repeated" if verdict == KEEP else verdict
            return _Known(block.start, block.end, Entry(documents, of, "always", kind), REVIEWED, verdict)
        return _Known(block.start, block.end, entry, LINE if block.whole else SENTENCE) if entry else None

    def alike(self, parts: Sequence[Block], found: list[_Known | None]) -> None:
        """Fills in near copies: what differs from known blocks by a name, by a clause, or breaks off."""
        for at, form in self.unknown(parts, found, SHORTEST):
            entry = nearest(form, lambda key: self.index.get(slot_key(self.site, key, Slot.RUN)))
            found[at] = _Known(parts[at].start, parts[at].end, entry, ALIKE) if entry else None
        masked = [at for at, _ in self.unknown(parts, found, SHORTEST_FORM)]
        for at, key in zip(masked, forms([self.words(parts[at]) for at in masked]), strict=True):
            entry = self.index.get(slot_key(self.site, key, Slot.MASKED)) if key else None
            found[at] = _Known(parts[at].start, parts[at].end, entry, ALIKE) if entry else None

    def unknown(self, parts: Sequence[Block], found: Sequence[_Known | None], shortest: int) -> list[tuple[int, str]]:
        """Blocks of which nothing is known yet, by their place, with their plain forms."""
        places = [
            at
            for at, (part, known) in enumerate(zip(parts, found, strict=True))
            if known is None and part.key and shortest <= part.end - part.start <= LONGEST_EXAMPLE
        ]
        return list(zip(places, plain([self.words(parts[at]) for at in places]), strict=True)) if places else []

    def words(self, block: Block) -> str:
        return self.text[block.start : block.end]

    def stretches(self, parts: Sequence[Block], found: Sequence[_Known | None]) -> Iterator[_Known]:
        """Known neighbours in one line made one, ending where sentences do; decided blocks stay apart."""
        run: list[_Known] = []
        for known in found:
            if known is None:
                continue
            if run and (known.verdict or self.apart(run[-1], known)):
                yield from self.whole_sentences(parts, run)
                run = []
            if known.verdict:
                yield known
            else:
                run.append(known)
        yield from self.whole_sentences(parts, run)

    def apart(self, left: _Known, right: _Known) -> bool:
        gap = right.start - left.end - 2
        return gap > (FRAGMENT if min(left.strength[0], right.strength[0]) >= SURELY else 0)

    def whole_sentences(self, parts: Sequence[Block], run: Sequence[_Known]) -> Iterator[_Known]:
        """A stretch without the ends at which a line was cut behind an abbreviation."""
        low, high = 0, len(run)
        while low < high and run[low].start > parts[0].start and self.cut_short(run[low].start):
            low += 1
        while low < high and run[high - 1].end < parts[-1].end and self.cut_short(run[high - 1].end):
            high -= 1
        if low < high:
            best = max(run[low:high], key=lambda known: known.strength)
            yield best._replace(start=run[low].start, end=run[high - 1].end)

    def cut_short(self, offset: int) -> bool:
        """Whether a line was cut behind a short word with a capital: "Mr.", "Gov.", the last of "U.S.", "J."."""
        last = _LAST_WORD.search(self.text[max(0, offset - 12) : offset].rstrip())
        return last is not None and last[1].istitle()
