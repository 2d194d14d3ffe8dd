"""Rules against a document: one pass finds the cues, then patterns look only at lines that hold one.

The cue pass and its cost follow the multi-pattern search of Aho and Corasick (1975) as built in
`ahocorasick_rs`; word rules that name a rare literal first are the way of gitleaks' keywords.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import ahocorasick_rs
import regex

from cleaner.data import Document, Span, Value
from cleaner.errors import PatternTimeout
from cleaner.rules.model import Pack, Rule
from cleaner.text import compose, content, fold, line_at, sentences, without_surrogates

DETECTOR = "rules"

PATTERN_SECONDS = 2.0
"""How long one pattern may look at one window before the document is given up."""

WINDOW = 4_000
"""Lines longer than this are looked at around each cue only, so that cost stays linear."""

BEFORE, AFTER = 1_000, 2_000
"""How far around a cue a pattern looks in such a line."""

EDGE_LINES = 8
"""How many lines at each end rules without cues are tried on."""

LIST_LINES = 15
"""The longest list that a heading may take with it."""

ITEM_LENGTH = 200
"""The longest line that still looks like a headline in such a list."""

PROSE_LENGTH = 220
"""A line this long that ends as a sentence does is prose, whatever stands above it."""

HEAD_REACH, TAIL_REACH = 3_000, 4_000
"""Rules for the head or the tail are not tried further than this from that end of the text."""

_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", '."', ".”", "!”", "?”", ".«", ".»", ".“", "؟", "۔")
_ITEM_SIGN = regex.compile(r"^(?:[-–—•·*▪►▶■>»→]\s|\d{1,2}[.)]\s)|(?:\.\.\.|…)$")


# The same places as %{start} of the shared pack.
_START = regex.compile(r"""(?<=[.!?…:»”"'’)\]|>]\s)(?=\S)""")


class Matcher:
    """A detector made of packs. It can be pickled; the automaton is built anew where it lands."""

    name = DETECTOR

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Takes packs as `load_packs` gives them."""
        self.rules: tuple[Rule, ...] = tuple(rule for pack in packs for rule in pack.rules)

    def __getstate__(self) -> dict[str, Any]:
        """The rules alone: the automaton cannot be pickled."""
        return {"rules": self.rules}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Takes what `__getstate__` gave."""
        self.rules = state["rules"]

    @cached_property
    def _cues(self) -> tuple[list[str], list[list[int]], list[bool]]:
        """Cues, the rules each one calls, and whether it must stand at a word's start."""
        calls: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for cue in rule.cues:
                literal = fold("\n" + cue[1:]) if cue.startswith("^") else fold(cue)
                calls.setdefault(literal, []).append(number)
        words = [cue[0].isalnum() and cue[0] < "\u2e80" for cue in calls]
        return list(calls), list(calls.values()), words

    @cached_property
    def _automaton(self) -> ahocorasick_rs.AhoCorasick:
        return ahocorasick_rs.AhoCorasick(self._cues[0], implementation=ahocorasick_rs.Implementation.DFA)

    @cached_property
    def _cueless(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if not rule.cues)

    def __call__(self, document: Document) -> Iterator[Span]:
        """Marks for a document, offsets into its text. Raises PatternTimeout for a runaway pattern."""
        composed = compose(document.text)
        if composed is None:
            return _Reading(document, self.rules).marks(self._hits(document.text), self._cueless)
        text, offsets = composed
        form = Document(text, document.url, document.site, document.id)
        marks = _Reading(form, self.rules).marks(self._hits(text), self._cueless)
        return (_mapped(mark, offsets) for mark in marks)

    def _hits(self, text: str) -> Iterator[tuple[int, int]]:
        """Offsets of the last letter of each cue that occurs, with the rule it calls."""
        _, calls, words = self._cues
        folded = fold("\n" + text)
        try:
            found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:
            folded = without_surrogates(folded)
            found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        for index, start, end in found:
            if words[index] and folded[start - 1].isalnum():
                continue
            for number in calls[index]:
                yield end - 2, number


def _mapped(mark: Span, offsets: Sequence[int]) -> Span:
    values = tuple((name, offsets[start], offsets[end]) for name, start, end in mark.values)
    return Span(
        offsets[mark.start], offsets[mark.end], mark.kind, mark.rule, mark.detector, mark.sure, mark.where,
        mark.keep, mark.follows, values,
    )  # fmt: skip


def host_of(document: Document) -> str:
    """The site that bound rules look at: the one given, else the URL's host without www."""
    if document.site:
        return document.site.removeprefix("www.")
    if document.url:
        return (urlsplit(document.url).hostname or "").removeprefix("www.")
    return ""


class _Reading:
    """One document being matched: remembers lines and sentences that several rules ask for."""

    def __init__(self, document: Document, rules: Sequence[Rule]) -> None:
        self.text = document.text
        self.starts = document.starts
        self.document = document
        self.rules = rules
        self.sentences: dict[int, list[tuple[int, int]]] = {}
        self.bounds: dict[int, tuple[int, int]] = {}
        self.last_words = ""
        self.last_starts = [0]

    def marks(self, hits: Iterable[tuple[int, int]], cueless: Iterable[Rule]) -> Iterator[Span]:
        """All marks, each stretch once for each rule."""
        tried: set[tuple[int, int]] = set()
        given: set[tuple[str, int, int]] = set()
        last_head, first_tail = HEAD_REACH, len(self.text) - TAIL_REACH
        for offset, number in hits:
            where = self.rules[number].where
            if (where == "head" and offset > last_head) or (where == "tail" and offset < first_tail):
                continue
            line = line_at(self.starts, offset)
            low, high = self.line(line)
            if high - low > WINDOW:
                low, high = self._window(low, high, offset)
            elif (number, line) in tried:
                continue
            tried.add((number, line))
            yield from self._fresh(self._try(self.rules[number], line, low, high), given)
        if cueless:
            yield from self._fresh(self._edges(cueless), given)

    @staticmethod
    def _fresh(marks: Iterable[Span], given: set[tuple[str, int, int]]) -> Iterator[Span]:
        for mark in marks:
            if (mark.rule, mark.start, mark.end) not in given:
                given.add((mark.rule, mark.start, mark.end))
                yield mark

    def line(self, line: int) -> tuple[int, int]:
        """Offsets of a line without the white space around it."""
        bounds = self.bounds.get(line)
        if bounds is None:
            bounds = self.bounds[line] = content(self.text, self.starts[line], self.starts[line + 1])
        return bounds

    def _window(self, low: int, high: int, offset: int) -> tuple[int, int]:
        return max(low, offset - BEFORE), min(high, offset + AFTER)

    def _edges(self, rules: Iterable[Rule]) -> Iterator[Span]:
        head = self._some_lines(range(len(self.starts) - 1))
        tail = self._some_lines(range(len(self.starts) - 2, -1, -1))
        for rule in rules:
            for line in head if rule.where == "head" else tail:
                low, high = self.line(line)
                if high - low <= rule.longest:
                    yield from self._try(rule, line, low, high)

    def _some_lines(self, lines: Iterable[int]) -> list[int]:
        found = []
        for line in lines:
            low, high = self.line(line)
            if low < high:
                found.append(line)
                if len(found) == EDGE_LINES:
                    break
        return found

    def _try(self, rule: Rule, line: int, low: int, high: int) -> Iterator[Span]:
        """Marks of one rule in one line, or in the part of a long line between `low` and `high`."""
        if rule.takes in ("line", "list", "tail") and high - low > rule.longest:
            return
        if rule.sites and not _bound(rule, host_of(self.document)):
            return
        words = self.text[low:high]
        whole_low, whole_high = self.line(line)
        try:
            for match in self._matches(rule, words):
                # In a window, a match that touches an edge may owe its anchor to the edge alone.
                if (match.start() == 0 and low > whole_low) or (match.end() == len(words) and high < whole_high):
                    continue
                if match.end() > match.start():
                    marks = list(_TAKES[rule.takes](self, rule, line, low, match))
                    if marks and not self._excepted(rule, marks[0], words):
                        yield from marks
        except TimeoutError:
            raise PatternTimeout(
                f"rule {rule.id}: its pattern ran for more than {PATTERN_SECONDS:g} s at offset {low}; "
                "rewrite it without nested repeats, or leave its pack out"
            ) from None

    def _matches(self, rule: Rule, words: str) -> Iterator[regex.Match[str]]:
        if rule.anchor == "":
            return iter(rule.compiled.finditer(words, timeout=PATTERN_SECONDS))
        if rule.anchor == "line":
            found = rule.compiled.match(words, timeout=PATTERN_SECONDS)
            return iter((found,)) if found else iter(())
        return self._from_starts(rule, words)

    def _from_starts(self, rule: Rule, words: str) -> Iterator[regex.Match[str]]:
        if words != self.last_words:
            self.last_words = words
            self.last_starts = [0, *(found.end() for found in _START.finditer(words))]
        end = 0
        for start in self.last_starts:
            if start >= end:
                found = rule.compiled.match(words, start, timeout=PATTERN_SECONDS)
                if found:
                    end = found.end()
                    yield found

    def _excepted(self, rule: Rule, mark: Span, words: str) -> bool:
        """Whether `unless` occurs: in the sentences or line taken, or around a match in its line."""
        if rule.compiled_unless is None:
            return False
        around = words if rule.takes == "match" else self.text[mark.start : mark.end]
        return rule.compiled_unless.search(around, timeout=PATTERN_SECONDS) is not None

    def _mark(self, rule: Rule, start: int, end: int, values: tuple[Value, ...] = ()) -> Span:
        kind = rule.kind or "repeated"
        return Span(start, end, kind, rule.id, DETECTOR, rule.sure, rule.where, rule.keep, values=values)

    def _item(self, rule: Rule, line: int) -> Span:
        return Span(*self.line(line), rule.kind or "repeated", rule.id, DETECTOR, False, rule.where, follows=True)

    def _match(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        start, end = match.span("cut") if "cut" in match.re.groupindex else match.span()
        if start < end:
            yield self._mark(rule, low + start, low + end, _values(rule, match, low))

    def _sentence(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        found = self.sentences.get(line)
        if found is None:
            found = self.sentences[line] = sentences(self.text, *self.line(line))
        start, end = low + match.start(), low + match.end()
        touched = [part for part in found if part[0] < end and start < part[1]]
        start, end = content(self.text, touched[0][0], touched[-1][1])
        if end - start > rule.longest:
            return
        yield self._mark(rule, start, end, _values(rule, match, low))

    def _line(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        start, end = self.line(line)
        yield self._mark(rule, start, end, _values(rule, match, low))

    def _list(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        yield from self._line(rule, line, low, match)
        items, goes_on = self._items(line)
        if items and goes_on and not _ITEM_SIGN.search(self._words(items[-1])):
            # The story goes on below, and this line may be the heading of its next section.
            items.pop()
        for item in items:
            yield self._item(rule, item)

    def _tail(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        below = [n for n in range(line + 1, len(self.starts) - 1) if self.line(n)[0] < self.line(n)[1]]
        if any(self._is_prose(n) for n in below):
            yield from self._list(rule, line, low, match)
            return
        yield from self._line(rule, line, low, match)
        for item in below:
            yield self._item(rule, item)

    def _items(self, heading: int) -> tuple[list[int], bool]:
        """Lines below a heading that look like headlines, and whether the story goes on after them."""
        items: list[int] = []
        for line in range(heading + 1, len(self.starts) - 1):
            start, end = self.line(line)
            if start == end:
                continue
            if len(items) == LIST_LINES or not self._is_item(line):
                return items, True
            items.append(line)
        return items, False

    def _words(self, line: int) -> str:
        start, end = self.line(line)
        return self.text[start:end]

    def _is_item(self, line: int) -> bool:
        words = self._words(line)
        if len(words) > ITEM_LENGTH:
            return False
        return bool(_ITEM_SIGN.search(words)) or not words.endswith((".", ":", ";", ",", ".”", '."', "。"))

    def _is_prose(self, line: int) -> bool:
        words = self._words(line)
        return len(words) >= PROSE_LENGTH and words.endswith(_SENTENCE_ENDS)


_TAKES: dict[str, Callable[[_Reading, Rule, int, int, regex.Match[str]], Iterator[Span]]] = {
    "match": _Reading._match,
    "sentence": _Reading._sentence,
    "line": _Reading._line,
    "list": _Reading._list,
    "tail": _Reading._tail,
}


def _values(rule: Rule, match: regex.Match[str], low: int) -> tuple[Value, ...]:
    spans = ((name, *match.span(name)) for name in rule.groups)
    return tuple((name, low + start, low + end) for name, start, end in spans if start < end)


def _bound(rule: Rule, host: str) -> bool:
    return any(host == site or host.endswith("." + site) for site in rule.sites)
