"""Words that a pattern cannot do without: never said where the pattern matches without them."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.rules.load import load_packs
from cleaner.rules.model import Rule
from cleaner.rules.needles import EDGE, Checks, needles

RULES = [rule for pack in load_packs() for rule in pack.rules if rule.signs]
CHECKS = Checks(RULES)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\b(?:our|us)\b", {f"{EDGE}our{EDGE}", f"{EDGE}us{EDGE}"}),
        (r"\breports?\b", {f"{EDGE}report{EDGE}", f"{EDGE}reports{EDGE}"}),
        (r"donat\w+|gift", {"donat", "gift"}),
        (r"speciali[sz]es in", {"specialises in", "specializes in"}),
        (r"(?:the )?[A-Z]\w+ Times\b", {f" times{EDGE}"}),
        (r"a(?=b)c", {"ac"}),
        (r"(?:ab)+c{2}", {"ab"}),
        (r"(?P<author>x|y)\.", {"x.", "y."}),
        (r"\d+ ?%", {"%", " %"}),
    ],
)
def test_words_of_a_pattern(pattern: str, words: set[str]) -> None:
    assert needles(pattern) == words


@pytest.mark.parametrize("pattern", [r"\d+", r"a?", r"x|\w", r"(?P=same)a", r"ω", r"[[:alpha:]]a", "(a", "a)"])
def test_what_is_not_known_is_not_said(pattern: str) -> None:
    assert needles(pattern) is None


def lists(rule: Rule) -> list[tuple[str, regex.Pattern[str]]]:
    return [
        *zip(rule.signs, rule.compiled_signs, strict=True),
        *zip(rule.exceptions, rule.compiled_unless, strict=True),
    ]


def bits(checks: Checks, rule: Rule) -> list[int]:
    return [*checks.signs(rule), *checks.exceptions(rule)]


@pytest.mark.parametrize("change", [str, str.upper, str.title, lambda text: text.replace("s", "ſ")])
def test_what_occurs_is_possible(change) -> None:  # type: ignore[no-untyped-def]
    for rule in RULES:
        for text in map(change, (*rule.drops, *rule.stays)):
            possible = CHECKS.possible(text)
            for bit, (sign, pattern) in zip(bits(CHECKS, rule), lists(rule), strict=True):
                assert bit & possible or not pattern.search(text), (rule.id, sign, text)


WORDS = sorted({word.replace(EDGE, "") for rule in RULES for sign, _ in lists(rule) for word in needles(sign) or ()})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, " ", " ", "-", "x", "_", "é", "İ", "K", "\ud800", "?", "20"]), max_size=12))
def test_any_words_in_any_order(words: list[str]) -> None:
    text = "".join(words)
    for change in (text, text.upper()):
        possible = CHECKS.possible(change)
        for rule in RULES[::5]:
            for bit, (sign, pattern) in zip(bits(CHECKS, rule), lists(rule), strict=True):
                assert bit & possible or not pattern.search(change), (rule.id, sign, change)


def test_a_text_without_words_can_hold_nothing() -> None:
    rule = next(rule for rule in RULES if rule.id == "en.bio.career")
    checks = Checks([rule])
    possible = checks.possible("The pier was shut")
    assert sum(bit & possible != 0 for bit in checks.signs(rule)) == 0
