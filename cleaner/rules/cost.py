"""What rules cost on texts: for those who write packs, to see which cues call too often and which patterns are slow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import NamedTuple

from cleaner.data import Document, Span
from cleaner.rules.edges import Edge
from cleaner.rules.load import Pack
from cleaner.rules.match import Matcher
from cleaner.rules.model import Rule
from cleaner.rules.reading import Reading


class Cost(NamedTuple):
    """What one rule cost: `cues` are those that called it, with how often each did.

    `calls` is how often a cue stood in a text, `tries` how often the pattern was then tried (a call comes to nothing
    out of the rule's reach, or where the same line was seen before), `marks` how often it found something, `seconds`
    how long all tries took. Rules without cues are tried without being called, at first all together: the time is
    shared out among them.
    """

    rule: str
    calls: int
    tries: int
    marks: int
    seconds: float
    cues: tuple[tuple[str, int], ...]


class Costs(NamedTuple):
    """What the rules cost, the dearest first; how long all of matching took; and how many texts there were."""

    rules: list[Cost]
    seconds: float
    texts: int


class _Meter:
    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()
        self.marks: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def reading(self) -> type[Reading]:
        """Reads as always, and writes down what was tried."""
        meter = self

        class Metered(Reading):
            def _try(self, rule: Rule, line: int, low: int, high: int) -> list[Span]:
                start = perf_counter()
                marks = super()._try(rule, line, low, high)
                meter.seconds[rule.id] += perf_counter() - start  # type: ignore[assignment]
                meter.tries[rule.id] += 1
                meter.marks[rule.id] += len(marks)
                return marks

            def _may_match(self, edge: Edge, words: str) -> bool:
                start = perf_counter()
                seen = super()._may_match(edge, words)
                share = (perf_counter() - start) / len(edge.rules)
                for rule in edge.rules:
                    meter.seconds[rule.id] += share  # type: ignore[assignment]
                    meter.tries[rule.id] += not seen
                return seen

        return Metered


def costs(packs: Sequence[Pack], texts: Iterable[str]) -> Costs:
    """What the rules of packs cost on texts, each read as `clean` first reads it."""
    documents = [Document(text) for text in texts]
    matcher = Matcher(packs)
    called: Counter[tuple[str, str]] = Counter()
    for document in documents:  # which also compiles what is needed, so that no rule pays for that below
        list(matcher(document))
        names = matcher.languages.of(document.text)
        for cue, rule in matcher.reader(document.text).cues.calls(document.text):
            if rule.pack in names:
                called[rule.id, cue] += 1
    meter = _Meter()
    metered = Matcher(packs, meter.reading())
    start = perf_counter()
    for document in documents:
        list(metered(document))
    seconds = perf_counter() - start
    cues: dict[str, list[tuple[str, int]]] = {}
    for (name, cue), times in called.most_common():
        cues.setdefault(name, []).append((cue, times))
    rules = [
        Cost(
            rule,
            sum(times for _, times in own),
            meter.tries[rule],
            meter.marks[rule],
            meter.seconds[rule],
            tuple(own),
        )
        for rule in cues.keys() | meter.tries.keys()
        for own in [cues.get(rule, ())]
    ]
    return Costs(sorted(rules, key=lambda cost: (-cost.seconds, -cost.calls, cost.rule)), seconds, len(documents))
