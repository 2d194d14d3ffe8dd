"""Finding the cues of many rules in one pass, whatever their number.

The multi-pattern search of Aho and Corasick (1975) as built in `ahocorasick_rs`; naming a rare literal before
a pattern is tried is the way of gitleaks' keywords.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ahocorasick_rs import AhoCorasick, Implementation

from cleaner.rules.cache import cached
from cleaner.rules.model import Rule
from cleaner.text import SPACELESS, fold, without_surrogates

Hit = tuple[int, int, int]
"""Offsets of a cue's first and last letter, and the number of the rule it calls."""


def _literals(rule: Rule) -> list[str]:
    """What is looked for in a folded text: a rule's cues."""
    return cached(rule.pack, ("literals", *rule.cues), lambda: list(map(_literal, rule.cues)))


def _literal(cue: str) -> str:
    literal = fold(("\n" + cue[1:]) if cue.startswith("^") else cue)
    return literal[:-1] + "\n" if cue.endswith("$") else literal


class Cues:
    """The cues of some rules, ready to be looked for. Numbers of rules are their places in the sequence."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Builds the automaton: milliseconds for thousands of cues."""
        calls: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            for literal in _literals(rule):
                calls.setdefault(literal, []).append(number)
        self._rules = rules
        self._calls = list(calls.values())
        self._words = [cue[0].isalnum() and cue[0] < SPACELESS for cue in calls]
        # The other automaton, a DFA, has thirty times the memory, for each set of languages that texts call for; it is
        # quicker alone, and slower in turns with other work, which drives it out of the processor's cache.
        self._automaton = AhoCorasick(list(calls), implementation=Implementation.ContiguousNFA)

    def find(self, text: str) -> list[Hit]:
        """Cues that occur in a text, in the order of their ends. A cue that is a word stands at a word's start."""
        folded = fold(f"\n{text}\n")
        try:
            found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:
            folded = without_surrogates(folded)
            found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return [
            (start - 1, end - 2, number)
            for index, start, end in found
            if not (self._words[index] and folded[start - 1] < SPACELESS and folded[start - 1].isalnum())
            for number in self._calls[index]
        ]

    def calls(self, text: str) -> Iterator[tuple[str, Rule]]:
        """Cues that occur in a text, as packs write them but folded, each with a rule that it calls."""
        folded = fold(f"\n{text}\n")
        for start, end, number in self.find(text):
            cue = folded[start + 1 : end + 2]
            cue = "^" + cue[1:] if cue.startswith("\n") else cue
            yield cue[:-1] + "$" if cue.endswith("\n") else cue, self._rules[number]
