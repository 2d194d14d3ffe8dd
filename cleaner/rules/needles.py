"""What a pattern cannot do without: words of which one stands in all that it matches, read from the pattern itself.

Signs and exceptions are long lists of words, and to look for each list costs more than for all words of all lists in
one pass. A list of whose words none occurs need not be looked for. What is said here is only where nothing can be
found: a pattern that is not understood is always looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import product
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from cleaner.rules.cache import cached
from cleaner.rules.model import Rule

MOST = 300
"""So many words a pattern may begin with, or a part of it; of more nothing is said."""

EDGE = "\0"
"""Stands for a word's edge in what a pattern may match."""

_TOKEN = re.compile(
    r"\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<\w+>|\(\?(?:<?[=!]|[:>]|-?[a-z]+:)|\(\?|[()|]"
    r"|(?:[?*+]|\{\d*,?\d*\})[?+]?|[A-Za-z ]{2,}(?![?*+{])|.",
    re.DOTALL,
)
_QUANTIFIER = re.compile(r"(?:[?*+]|\{(\d*),?\d*\})[?+]?")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_CLASS = re.compile(r"\[((?:\\\W|[^\\\]\[^-]){1,4})\]")
_CASED = frozenset(
    letter
    for letter in map(chr, [*range(0x61, 0x7B), *range(0xDF, 0x180), *range(0x430, 0x530)])
    if letter.lower() == letter and letter not in "ıŉſ"
)
_APART = bytes(at if chr(at).isascii() and (chr(at).isalnum() or at == 0x5F) else 0x20 for at in range(256))
"""Parts words in bytes."""

_ODD = re.compile("[ſ\u1c80-\u1c8f]")
"""Letters that a pattern may match in place of others, and that lowering leaves as they are."""


class Part(NamedTuple):
    """Of a part of a pattern, all that it may match, or at least what stands in that; None for what is not known."""

    exact: frozenset[str] | None
    needs: frozenset[str] | None


class _UnknownError(Exception):
    """The pattern has a syntax that is not understood here."""


_NOTHING = Part(frozenset({""}), None)
_ANYTHING = Part(None, None)
_NO_WIDTH = {
    **dict.fromkeys(("^", "$", r"\A", r"\B", r"\Z"), _NOTHING),
    r"\b": Part(frozenset({EDGE}), None),
}


def needles(pattern: str) -> frozenset[str] | None:
    """Small-lettered words of which one stands in all that a pattern matches, ignoring case; None if there are none.

    An EDGE before or behind a word says that a word's edge is there.
    """
    try:
        tokens = _TOKEN.findall(pattern)
        tokens.reverse()
        part = _either(tokens)
    except _UnknownError:
        return None
    if tokens:
        return None
    return part.needs


def _either(tokens: list[str]) -> Part:
    """Alternatives, up to the bracket that closes them."""
    parts = [_row(tokens)]
    while tokens and tokens[-1] == "|":
        tokens.pop()
        parts.append(_row(tokens))
    if len(parts) == 1:
        return parts[0]
    exacts = [part.exact for part in parts if part.exact is not None]
    needs = [part.needs for part in parts if part.needs is not None]
    exact = frozenset[str]().union(*exacts) if len(exacts) == len(parts) else None
    return Part(
        exact if exact is not None and len(exact) <= MOST else None,
        frozenset[str]().union(*needs) if len(needs) == len(parts) else None,
    )


def _row(tokens: list[str]) -> Part:
    """What stands in a row, up to a bar or the bracket that closes it."""
    run = frozenset({""})
    known = True
    best: frozenset[str] | None = None
    while tokens and tokens[-1] not in ("|", ")"):
        part = _repeated(_one(tokens), tokens)
        if part.exact is not None and len(run) * len(part.exact) <= MOST:
            run = frozenset(before + more for before, more in product(run, part.exact))
            continue
        known = False
        best = _better(_better(best, run), part.needs)
        run = part.exact or frozenset({""})
    return Part(run if known else None, _better(best, run))


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Which of two sets says more: the one whose shortest word is longer."""
    if other is None or not all(word.strip(EDGE) for word in other):
        return one
    return other if one is None or _worth(other) > _worth(one) else one


def _worth(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words)), -len(words)


def _repeated(part: Part, tokens: list[str]) -> Part:
    """A part with the sign behind it that says how often it may come."""
    found = _QUANTIFIER.fullmatch(tokens[-1]) if tokens else None
    if found is None:
        return part
    sign = tokens.pop()
    if sign[0] == "?":
        return Part(part.exact and part.exact | {""}, None)
    least = 1 if sign[0] == "+" else 0 if sign[0] == "*" else int(found[1] or 0)
    return Part(None, part.needs) if least else _ANYTHING


def _one(tokens: list[str]) -> Part:
    """Letters, a class or a group."""
    sign = tokens.pop()
    if sign.startswith("("):
        return _group(sign, tokens)
    if sign in _NO_WIDTH:
        return _NO_WIDTH[sign]
    if len(sign) > 1 and sign[0] not in "\\[":
        return Part(frozenset({sign.lower()}), frozenset({sign.lower()}))
    letters = {_letter(letter) for letter in _letters(sign)}
    known = frozenset(letter for letter in letters if letter is not None)
    return Part(known, known) if known and len(known) == len(letters) else _ANYTHING


def _letters(sign: str) -> Sequence[str]:
    """The letters that a sign stands for, if they are few; none if it stands for many."""
    if sign.startswith("["):
        if "[:" in sign:
            raise _UnknownError
        few = _CLASS.fullmatch(sign)
        return re.findall(r"\\?(.)", few[1], re.DOTALL) if few else ()
    if sign.startswith("\\"):
        if sign[1] in "uUxNLQEGKXRmM0123456789":
            raise _UnknownError
        return "\n" if sign[1] == "n" else "" if sign[1].isalnum() else sign[1]
    return sign if sign != "." else ""


def _group(opening: str, tokens: list[str]) -> Part:
    if opening == "(?":
        raise _UnknownError
    part = _either(tokens)
    if not tokens or tokens.pop() != ")":
        raise _UnknownError
    return _NOTHING if opening in _LOOKS else part


def _letter(letter: str) -> str | None:
    """A letter as it stands in lowered text; None if others are the same to a pattern that lowering leaves alone."""
    small = letter.lower()
    if small in _CASED or small == letter == letter.upper() == letter.casefold():
        return small
    return None


class _Ready(NamedTuple):
    """The bits of what can always occur; those that whole words call; those that words found elsewhere call, with
    whether they must start or end where a word does; and what finds these."""

    always: int
    words: dict[bytes, int]
    found: list[tuple[tuple[bool, bool, int], ...]]
    automaton: AhoCorasick


class Checks:
    """The signs and exceptions of some rules, with what tells of a line which of them can occur."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Takes rules, of which those with signs count; reads their patterns when they are first asked for."""
        self._rules = tuple(rule for rule in rules if rule.signs)
        self._signs: dict[str, tuple[int, ...]] = {}
        self._exceptions: dict[str, tuple[int, ...]] = {}
        self._bits: dict[str, int] = {}
        self._number = 0
        self._always = 1
        self._words: dict[bytes, int] = {}
        self._calls: dict[str, dict[tuple[bool, bool], int]] = {}

    @cached_property
    def _ready(self) -> _Ready:
        for rule in self._rules:
            self._signs[rule.id] = tuple(self._bit(rule.pack, sign) for sign in rule.signs)
            self._exceptions[rule.id] = tuple(self._bit(rule.pack, exception) for exception in rule.exceptions)
        found = [tuple((*edges, bits) for edges, bits in calls.items()) for calls in self._calls.values()]
        automaton = AhoCorasick(list(self._calls), implementation=Implementation.ContiguousNFA)
        return _Ready(self._always, self._words, found, automaton)

    def signs(self, rule: Rule) -> Sequence[int]:
        """For each of a rule's signs the bit that says whether it can occur."""
        return self._signs[rule.id]

    def exceptions(self, rule: Rule) -> Sequence[int]:
        """The same for the alternatives of its `unless`."""
        return self._exceptions[rule.id]

    def possible(self, text: str) -> int:
        """The bits of all that can occur in a text, or in a part of it that ends where words do."""
        low = text.lower()
        if not low.isascii() and _ODD.search(low):
            return -1
        ready = self._ready
        try:
            hits = ready.automaton.find_matches_as_indexes(low, overlapping=True)
        except UnicodeEncodeError:
            return -1
        bits = ready.always
        for word in ready.words.keys() & low.encode().translate(_APART).split():
            bits |= ready.words[word]
        done: set[int] = set()
        for index, start, end in hits:
            if index in done:
                continue
            for at_start, at_end, more in ready.found[index]:
                if at_start and start and _in_word(low[start - 1]):
                    continue
                if at_end and end < len(low) and _in_word(low[end]):
                    continue
                bits |= more
                if not (at_start or at_end):
                    done.add(index)
        return bits

    def _bit(self, pack: str, pattern: str) -> int:
        """The bit of a pattern; many rules have the same."""
        bit = self._bits.get(pattern)
        if bit is None:
            self._number += 1
            bit = self._bits[pattern] = 1 << self._number
            words = cached(pack, ("needles", pattern), lambda: needles(pattern))
            if words is None:
                self._always |= bit
            for word in words or ():
                edges, bare = _edges(word), word.replace(EDGE, "")
                if all(edges) and bare.isascii() and bare.isalnum():
                    self._words[bare.encode()] = self._words.get(bare.encode(), 0) | bit
                    continue
                calls = self._calls.setdefault(bare, {})
                calls[edges] = calls.get(edges, 0) | bit
        return bit


def _edges(word: str) -> tuple[bool, bool]:
    """Whether a word starts where one starts, and ends where one ends."""
    bare = word.replace(EDGE, "")
    return word[0] == EDGE and bare[0].isalnum(), word[-1] == EDGE and bare[-1].isalnum()


def _in_word(letter: str) -> bool:
    """Whether a letter surely belongs to a word; of others it depends on who asks."""
    return letter.isascii() and (letter.isalnum() or letter == "_")
