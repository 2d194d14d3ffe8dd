"""Counts over a whole dump, and a fair sample of its documents, in one pass and bounded memory.

The sample is drawn by the hash of a document's name, so it is the same for the same dump: the documents with
the smallest hashes, as in bottom-k sampling (Cohen and Kaplan, 2007), over all and again for each rule, each
kind of trouble, so that everything that happened is shown at least once.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat, zip_longest

import xxhash

from cleaner.data import Sidecar
from cleaner.dump.back import Cleaned
from cleaner.report.excerpt import weight
from cleaner.rules.languages import Languages
from cleaner.rules.load import load_packs
from cleaner.text import host_of

SAMPLE = 600
"""How many documents are drawn from all."""

FOR_EACH_RULE = 2
"""How many are drawn for each rule that took something."""

TROUBLED = 200
"""How many doubtful ones are drawn, and how many failed ones."""

BUDGET = 8_000_000
"""How many bytes of the page the sample may take; what was drawn for a rule goes first, and always."""

LONGEST = 40_000
"""A document longer than this is shown in part."""

LEAST = 1_000
"""So much of a document is shown, however many rules there are to show."""

OTHER = "(none)"
_MONTH = re.compile(r"\s*((?:19|20)\d\d)(?:[-/.](0[1-9]|1[0-2])(?!\d)|(0[1-9]|1[0-2])[0-3]\d(?:\d{6})?(?!\d))")
SEVERAL = "several"
FEW = 2
"""So many common words tell the language of a text that is short and whose page does not say."""


@dataclass
class Group:
    """What happened in one part of the dump: a site, a language, a month."""

    documents: int = 0
    letters: int = 0
    removed: int = 0
    failed: int = 0

    @property
    def share(self) -> float:
        """The share of letters that left."""
        return self.removed / self.letters if self.letters else 0.0


@dataclass
class Hits:
    """What one rule, or one kind, took: stretches, letters, and from how many documents; `kind` may be `several`."""

    kind: str
    stretches: int = 0
    letters: int = 0
    documents: int = 0


@dataclass
class Summary:
    """A dump in numbers; every field counts all documents, not only those that are shown."""

    all: Group = field(default_factory=Group)
    status: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Hits] = field(default_factory=dict)
    rules: dict[str, Hits] = field(default_factory=dict)
    sites: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    languages: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    months: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    failures: list[tuple[str, str]] = field(default_factory=list)
    shown: list[Cleaned] = field(default_factory=list)
    longest: int = LONGEST


class _Smallest:
    """The `size` documents with the smallest ranks."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.heap: list[tuple[int, str, Cleaned]] = []

    def offer(self, rank: int, document: Cleaned) -> None:
        entry = (-rank, document.name, document)
        if len(self.heap) < self.size:
            heapq.heappush(self.heap, entry)
        elif entry[:2] > self.heap[0][:2]:
            heapq.heapreplace(self.heap, entry)

    def __iter__(self) -> Iterator[Cleaned]:
        return (document for _, _, document in sorted(self.heap, key=lambda entry: (-entry[0], entry[1])))


def summarise(documents: Iterable[Cleaned], sample: int = SAMPLE) -> Summary:
    """Counts all documents and draws the ones to show."""
    summary = Summary()
    languages = Languages(load_packs())
    drawn = _Smallest(sample)
    troubled = {"doubtful": _Smallest(TROUBLED), "failed": _Smallest(TROUBLED)}
    by_rule: dict[str, _Smallest] = defaultdict(lambda: _Smallest(FOR_EACH_RULE))
    for document in documents:
        _count(summary, document, language_of(document, languages))
        rank = xxhash.xxh3_64_intdigest(document.name.encode("utf-8", "surrogatepass"))
        drawn.offer(rank, document)
        if document.sidecar.status in troubled:
            troubled[document.sidecar.status].offer(rank, document)
        for rule in {stretch.rule for stretch in document.sidecar.removed}:
            by_rule[rule].offer(rank, document)
    summary.failures.sort()
    groups = ([*by_rule[rule]] for rule in sorted(by_rule))
    first_of_each, more_of_each = _dealt(groups)
    summary.longest = _room(first_of_each)
    others = in_turns(troubled["doubtful"], troubled["failed"], drawn, more_of_each)
    summary.shown = sorted(_within_budget(first_of_each, others, summary.longest), key=_urgency)
    return summary


def site_of(sidecar: Sidecar) -> str:
    """What a document is counted under: its site, its URL's host, or the folder it came from."""
    source = sidecar.source
    if source.site:
        return source.site
    if source.url:
        return host_of(source.url) or OTHER
    return source.path.rpartition("/")[0] or OTHER if source.path else OTHER


def language_of(document: Cleaned, languages: Languages) -> str:
    """What a document is counted under: the language of its commonest words, or the one that its page names."""
    text = document.text or "".join(stretch.text for stretch in document.sidecar.removed)
    named = (document.sidecar.metadata.language or "").partition("-")[0].lower()
    return languages.likeliest(text) or named or languages.likeliest(text, FEW) or OTHER


def month_of(sidecar: Sidecar) -> str:
    """The month in which a document was published, as `2024-05`: read from it, else from its row; else nothing."""
    for date in (sidecar.metadata.date, sidecar.source.date):
        if date and (found := _MONTH.match(date)):
            return f"{found[1]}-{found[2] or found[3]}"
    return ""


def _count(summary: Summary, document: Cleaned, language: str) -> None:
    sidecar = document.sidecar
    letters = sidecar.before.length if sidecar.before else 0
    removed = sum(stretch.end - stretch.start for stretch in sidecar.removed)
    month = month_of(sidecar)
    summary.status[sidecar.status] += 1
    if sidecar.status == "failed":
        summary.failures.append((document.name, sidecar.reason or ""))
    groups = [summary.all, summary.sites[site_of(sidecar)], summary.languages[language]]
    for group in [*groups, summary.months[month]] if month else groups:
        group.documents += 1
        group.letters += letters
        group.removed += removed
        group.failed += sidecar.status == "failed"
    for table, names in ((summary.kinds, "kind"), (summary.rules, "rule")):
        for name in {getattr(stretch, names) for stretch in sidecar.removed}:
            taken = [stretch for stretch in sidecar.removed if getattr(stretch, names) == name]
            hits = table.setdefault(name, Hits(taken[0].kind))
            if any(stretch.kind != hits.kind for stretch in taken):
                hits.kind = SEVERAL
            hits.documents += 1
            hits.stretches += len(taken)
            hits.letters += sum(stretch.end - stretch.start for stretch in taken)


def _dealt(groups: Iterable[list[Cleaned]]) -> tuple[list[Cleaned], list[Cleaned]]:
    first: list[Cleaned] = []
    more: list[Cleaned] = []
    for group in groups:
        first += group[:1]
        more += group[1:]
    return first, more


def in_turns(*groups: Iterable[Cleaned]) -> Iterator[Cleaned]:
    """One of each group, then the next of each, so that no group takes all the room."""
    for row in zip_longest(*groups):
        yield from (document for document in row if document is not None)


def _room(firsts: Sequence[Cleaned]) -> int:
    """How many letters of each are shown, so that those drawn for rules leave the others a quarter of the budget."""
    letters = LONGEST
    while letters > LEAST and sum(weight(document, letters) for document in firsts) > 3 * BUDGET // 4:
        letters = 3 * letters // 4
    return max(LEAST, letters)


def _within_budget(firsts: Iterable[Cleaned], others: Iterable[Cleaned], letters: int) -> Iterator[Cleaned]:
    """All of the first, and of the others as many as there is room for, each once."""
    seen: set[str] = set()
    spent = 0
    for number, document in chain(zip(repeat(0), firsts), zip(repeat(1), others)):
        if document.name in seen:
            continue
        spent += weight(document, letters)
        if number and spent > BUDGET:
            return
        seen.add(document.name)
        yield document


def _urgency(document: Cleaned) -> tuple[int, float, str]:
    sidecar = document.sidecar
    order = ("doubtful", "failed", "empty")
    place = order.index(sidecar.status) if sidecar.status in order else len(order)
    length = sidecar.before.length if sidecar.before else 0
    share = sum(stretch.end - stretch.start for stretch in sidecar.removed) / length if length else 0.0
    return place, -share, document.name
