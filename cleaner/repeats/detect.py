"""The detector: blocks of a text that its site says again and again, as far as was learned.

How often a block stood decides what its mark claims, and a person's verdict goes before that. The marks know nothing
of what rules say; `settle` puts the two together. Every mark depends on nothing but the words of its line, so that
cutting elsewhere changes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from cleaner.data import KINDS, Document, Kind, Span
from cleaner.repeats.blocks import SHORTEST, SHORTEST_FORM, STOPS, Block, blocks, forms, site_key, site_of, weight
from cleaner.repeats.count import LONGEST_EXAMPLE
from cleaner.repeats.index import Entry, Index, Site
from cleaner.repeats.near import nearest, runs
from cleaner.repeats.store import INDEX, KEEP, fingerprint, review
from cleaner.repeats.thresholds import GRADES, Thresholds
from cleaner.text import plain
from cleaner.weigh import REPETITION

LINE, SENTENCE, ALIKE, REVIEWED = "repeats.line", "repeats.sentence", "repeats.alike", "repeats.reviewed"

FRAGMENT = 40
"""The longest unknown stretch, in code points, that leaves with the blocks of one line that it stands between."""

PHRASE = 120
"""One sentence inside a paragraph that is shorter, in code points, may be a phrase that stories have in common: "The
company did not respond to a request for comment." """

NOWHERE = Site((0, 0), (0, 0), (0, 0))

SURELY = GRADES.index("head")

ROW = Thresholds().long
"""What lines of a row must have together, in code points, to leave."""

_LAST_WORD = re.compile(r"(?<!\w)([^\W\d_]{1,3})\.[\"'”’»›)\]“]*$")


VERDICTS = (KEEP, *KINDS)


class Verdicts(NamedTuple):
    """What a person decided on a site's blocks: by their keys, and for near copies by their runs of words."""

    keys: dict[int, str]
    runs: dict[int, int]


UNDECIDED = Verdicts({}, {})


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
        self._verdicts: dict[str, Verdicts] = {}
        for block in review(folder):
            if block.changed:
                verdicts = self._verdicts.setdefault(block.site, Verdicts({}, {}))
                verdicts.keys[int(block.key, 16)] = block.verdict
                verdicts.runs.update(dict.fromkeys(runs(plain([block.example])[0]), VERDICTS.index(block.verdict)))

    def __reduce__(self) -> tuple[type[Repeats], tuple[Path]]:
        """The folder is enough."""
        return Repeats, (self.folder,)

    def __call__(self, document: Document) -> Iterator[Span]:
        """Marks for a document, line by line."""
        name = site_of(document)
        site = self.index.site(site_key(name))
        verdicts = self._verdicts.get(name, UNDECIDED)
        if site is None and not verdicts.keys:
            return
        found = blocks(document)
        known = _Looker(self.index, site or NOWHERE, verdicts, document.text).known(found)
        if not known:
            return
        first = 0
        for at, block in enumerate(found):
            if at + 1 == len(found) or found[at + 1].line != block.line:
                if any(number in known for number in range(first, at + 1)):
                    yield from map(_mark, _line(document.text, found[first : at + 1], known, first))
                first = at + 1


def _mark(known: _Known) -> Span:
    start, end, entry, rule, verdict = known
    kind: Kind = entry.kind  # type: ignore[assignment]
    span = Span(start, end, kind, rule, REPETITION, seen=(entry.documents, entry.of))
    if verdict:
        return msgspec.structs.replace(span, keep=verdict == KEEP)
    if entry.grade == "always":
        return span
    if entry.grade in ("head", "tail"):
        return msgspec.structs.replace(span, where=entry.grade)
    return msgspec.structs.replace(span, sure=False, alone=entry.grade == "second")


class _Looker:
    """Looks up the blocks of one document."""

    def __init__(self, index: Index, site: Site, verdicts: Verdicts, text: str) -> None:
        self.index = index
        self.site = site
        self.verdicts = verdicts
        self.text = text

    def known(self, found: Sequence[Block]) -> dict[int, _Known]:
        """What is known of which blocks, by their number: by their keys, else as near copies."""
        known: dict[int, _Known] = {}
        for at, block in enumerate(found):
            number = self.index.find(block.key, self.site.blocks) if block.key else -1
            if number >= 0:
                known[at] = _Known(block.start, block.end, self.index.entry(number), LINE if block.whole else SENTENCE)
        if self.verdicts.keys:
            self.decide(found, known)
        self.alike(found, known)
        self.renamed(found, known)
        self.rows(known)
        return known

    def decide(self, found: Sequence[Block], known: dict[int, _Known]) -> None:
        """Puts what a person decided in place of what was learned; near copies go with what they are copies of."""
        verdicts = self.verdicts
        for at, block in enumerate(found):
            verdict = verdicts.keys.get(block.key)
            if verdict is None and at not in known and block.key and len(block.form) >= SHORTEST:
                near = nearest(block.form, lambda run: verdicts.runs.get(run, -1))
                verdict = VERDICTS[near[0]] if near else None
            if verdict is not None:
                known[at] = self.decided(block, verdict, known.get(at))

    def decided(self, block: Block, verdict: str, known: _Known | None) -> _Known:
        documents, of = known.entry[:2] if known else (0, 0)
        entry = Entry(documents, of, "always", "repeated" if verdict == KEEP else verdict)
        return _Known(block.start, block.end, entry, REVIEWED, verdict)

    def alike(self, found: Sequence[Block], known: dict[int, _Known]) -> None:
        """Adds blocks that differ from known ones by a name or a clause, or that break off."""
        low, high = self.site.runs
        if low == high:
            return
        for at, block in enumerate(found):
            if _sure(known.get(at)) or len(block.form) < SHORTEST or not block.key:
                continue
            for number in set(nearest(block.form, self.run)):
                self.strongest(known, at, self.near(block, number))

    def rows(self, known: dict[int, _Known]) -> None:
        """Says of short lines that always come in one row whether they do here.

        They leave if there are enough of them, but for those that stand apart: so few that, the others gone, they
        would not be enough. So nothing that leaves between them brings more of them together.
        """
        rows = [at for at in sorted(known) if known[at].entry.grade == "row"]
        long = {at: weight(self.text[known[at].start : known[at].end]) for at in rows}
        apart = {
            at
            for before, at, after in zip([None, *rows], rows, [*rows[1:], None], strict=False)
            if not (self.touch(known, before, at) or self.touch(known, at, after))
        }
        if sum(long[at] for at in apart) >= ROW:
            apart = set()
        enough = sum(long.values()) >= ROW
        for at in rows:
            grade = "always" if enough and at not in apart else "second"
            known[at] = known[at]._replace(entry=known[at].entry._replace(grade=grade))

    def touch(self, known: Mapping[int, _Known], left: int | None, right: int | None) -> bool:
        if left is None or right is None:
            return False
        return not self.text[known[left].end : known[right].start].strip()

    def run(self, key: int) -> int:
        return self.index.find(key, self.site.runs)

    def strongest(self, known: dict[int, _Known], at: int, other: _Known) -> None:
        known[at] = max(known.get(at, other), other, key=lambda one: one.strength)

    def near(self, block: Block, number: int) -> _Known:
        return _Known(block.start, block.end, self.index.entry(number), ALIKE)

    def renamed(self, found: Sequence[Block], known: dict[int, _Known]) -> None:
        """Adds blocks that differ in every document by a name."""
        low, high = self.site.masked
        if low == high:
            return
        open_ = [
            at
            for at, block in enumerate(found)
            if not _sure(known.get(at)) and block.form and SHORTEST_FORM <= block.end - block.start <= LONGEST_EXAMPLE
        ]
        for at, key in zip(open_, forms([self.text[found[n].start : found[n].end] for n in open_]), strict=True):
            number = self.index.find(key, self.site.masked) if key else -1
            if number >= 0:
                self.strongest(known, at, self.near(found[at], number))
                if key in self.verdicts.keys:
                    known[at] = self.decided(found[at], self.verdicts.keys[key], known[at])


def _sure(known: _Known | None) -> bool:
    """Whether no more needs to be known: a copy may say more than a block that only seconds."""
    return known is not None and (bool(known.verdict) or known.entry.grade != "second")


def _line(text: str, line: Sequence[Block], known: Mapping[int, _Known], first: int) -> Iterator[_Known]:
    """What is known of a line: of all of it, or of stretches of its sentences."""
    several = line[0].whole and len(line) > 1
    whole = known.get(first) if line[0].whole else None
    if whole and (whole.verdict or not several):
        yield whole
        return
    skipped = 1 if several else 0
    parts = [known[at] for at in range(first + skipped, first + len(line)) if at in known]
    stretches = list(_stretches(text, line[skipped:], parts))
    if whole and not any(stretch.verdict for stretch in stretches):
        same = [stretch for stretch in stretches if stretch[:2] == whole[:2]]
        yield max([whole, *same], key=lambda stretch: stretch.strength)
        return
    yield from stretches


def _stretches(text: str, line: Sequence[Block], parts: Sequence[_Known]) -> Iterator[_Known]:
    """Known neighbours in one line made one, ending where sentences do; decided blocks stay apart."""
    run: list[_Known] = []
    for part in parts:
        if run and (part.verdict or _apart(run[-1], part)):
            yield from _whole_sentences(text, line, run)
            run = []
        if part.verdict:
            yield part
        else:
            run.append(part)
    yield from _whole_sentences(text, line, run)


def _apart(left: _Known, right: _Known) -> bool:
    between = right.start - left.end - 2
    return between > (FRAGMENT if min(left.strength[0], right.strength[0]) >= SURELY else 0)


def _whole_sentences(text: str, line: Sequence[Block], run: Sequence[_Known]) -> Iterator[_Known]:
    """A stretch without the ends at which a line was cut behind an abbreviation."""
    low, high = 0, len(run)
    while low < high and run[low].start > line[0].start and _cut_short(text, run[low].start):
        low += 1
    while low < high and run[high - 1].end < line[-1].end and _cut_short(text, run[high - 1].end):
        high -= 1
    if low < high:
        best = max(run[low:high], key=lambda known: known.strength)
        start, end = run[low].start, run[high - 1].end
        glued = high - low == 1 and (start > line[0].start or end < line[-1].end)
        if glued and text[end - 1] in STOPS and weight(text[start:end]) < PHRASE and best.entry.grade != "always":
            best = best._replace(entry=best.entry._replace(grade="second"))
        yield best._replace(start=start, end=end)


def _cut_short(text: str, offset: int) -> bool:
    """Whether a line was cut behind a short word with a capital: "Mr.", "Gov.", the last of "U.S.", "J."."""
    last = _LAST_WORD.search(text[max(0, offset - 12) : offset].rstrip())
    return last is not None and last[1].istitle()
