"""Strings built to make patterns run away: no rule may take long over any of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cleaner import PatternTimeout
from cleaner.data import Document
from cleaner.prove import marked
from cleaner.rules.load import Pack, load_packs, parse_pack
from cleaner.rules.match import Matcher
from cleaner.rules.model import Rule
from cleaner.rules.reading import WINDOW


def attacks(rule: Rule) -> Iterator[str]:
    """A rule's own examples and cue over and over, and long runs of what patterns repeat."""
    cue = rule.cues[0].strip("^$") if rule.cues else "x"
    for example in (*rule.drops[:2], *rule.stays[:1]):
        yield (marked(example)[0].split("\n")[0] + " ") * 400
    for run in (f"{cue} ", "A", "Aa ", "a, ", "Aa Bb/", "1 ", "(", " "):
        yield (cue + " " + run * 2_000)[: 2 * WINDOW]
        yield (cue + " " + run * 2_000)[:WINDOW].strip()


@pytest.mark.parametrize("pack", load_packs(), ids=lambda pack: pack.name)
def test_no_pattern_runs_away(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.rules.reading.PATTERN_SECONDS", 1.0)
    assert [rule.id for rule in pack.rules if runs_away(rule, pack)] == []


def runs_away(rule: Rule, pack: Pack) -> bool:
    alone = Matcher([pack.only(rule)])
    try:
        for text in attacks(rule):
            list(alone(Document(text)))
    except PatternTimeout:
        return True
    return False


def test_the_attack_finds_a_pattern_that_runs_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.rules.reading.PATTERN_SECONDS", 0.2)
    table = (
        '[pack]\nname = "slow"\n[[rule]]\nid = "slow.ad.x"\nkind = "ad"\ncues = ["x"]\ntakes = "match"\n'
        "match = '(?:A|AA|A?A)*[bc]'\nwhy = 'x'\ndrops = ['⟦xb⟧']\nstays = ['y']\n"
    )
    pack = parse_pack(table.encode(), "slow.toml", {})
    assert runs_away(pack.rules[0], pack)
