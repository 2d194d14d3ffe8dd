"""Rules without cues: what is looked at first, for all of them at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import regex

from cleaner.data import Where
from cleaner.rules.cache import compiled
from cleaner.rules.load import Pack
from cleaner.rules.model import Rule


class Edge:
    """Rules without cues for one end of a text, of which all begin where a line does, or none."""

    def __init__(self, where: Where, rules: Sequence[Rule], *, at_start: bool) -> None:
        """Takes the rules in their order; `at_start` says that all of them begin where a line does."""
        self.where = where
        self.rules = tuple(rules)
        self.at_start = at_start
        self.longest = max(rule.longest for rule in rules)

    @cached_property
    def opens(self) -> re.Pattern[str]:
        """How a line begins that one of the rules may match."""
        return re.compile("|".join(f"(?:{rule.opens})" for rule in self.rules))

    @cached_property
    def look(self) -> regex.Pattern[str]:
        """All patterns in one: most lines are none that a rule knows, and one call costs little more for all."""
        pattern = "|".join(f"(?{'-' * rule.case}i:{rule.pattern})" for rule in self.rules)
        return compiled(self.rules[0].pack, pattern, regex.V0)


def edges_of(pack: Pack) -> tuple[Edge, ...]:
    """A pack's rules without cues by the end that they are for, and by what can be looked at for all of them first."""
    kinds: dict[tuple[Where, bool, bool], list[Rule]] = {}
    for rule in pack.rules:
        if not rule.cues:
            kinds.setdefault((rule.where, rule.anchor == "line", rule.opens == ""), []).append(rule)
    return tuple(Edge(where, rules, at_start=at_start) for (where, at_start, _), rules in kinds.items())
