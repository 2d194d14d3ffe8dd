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

WINDOW = 1_600
"""Lines longer than this are looked at around each cue only, so that cost stays linear."""

BEFORE, AFTER = 400, 700
"""How far around a cue a pattern looks in such a line."""

WINDOW_MARKS = 32
"""How many marks back a window may find a mark again that the window before it found."""

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


_LINE_TAKING = frozenset({"line", "list", "tail"})

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

    def __call__(self, document: Document) -> Iterable[Span]:
        """Marks for a document, offsets into its text. Raises PatternTimeout for a runaway pattern."""
        composed = compose(document.text)
        if composed is None:
            return _Reading(document, self.rules).marks(self._hits(document.text), self._cueless)
        text, offsets = composed
        form = Document(text, document.url, document.site, document.id)
        marks = _Reading(form, self.rules).marks(self._hits(text), self._cueless)
        return [_mapped(mark, offsets) for mark in marks]

    def _hits(self, text: str) -> list[tuple[int, int]]:
        """Offsets of the last letter of each cue that occurs, with the rule it calls, in text order."""
        _, calls, words = self._cues
        folded = fold("\n" + text)
        try:
            found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:
            folded = without_surrogates(folded)
            found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return [
            (end - 2, number)
            for index, start, end in found
            if not (words[index] and folded[start - 1].isalnum())
            for number in calls[index]
        ]


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

    def marks(self, hits: Iterable[tuple[int, int]], cueless: Iterable[Rule]) -> list[Span]:
        """All marks, each stretch once for each rule."""
        found: list[Span] = []
        last_head, first_tail = HEAD_REACH, len(self.text) - TAIL_REACH
        line, line_end = -1, 0
        tried: set[int] = set()
        for offset, number in hits:
            rule = self.rules[number]
            if (rule.where == "head" and offset > last_head) or (rule.where == "tail" and offset < first_tail):
                continue
            if offset >= line_end:
                line = line_at(self.starts, offset)
                line_end = self.starts[line + 1]
                low, high = self.line(line)
                tried = set()
            if high - low > WINDOW:
                window = self._try(rule, line, max(low, offset - BEFORE), min(high, offset + AFTER))
                found += (mark for mark in window if mark not in found[-WINDOW_MARKS:])
            elif number not in tried:
                tried.add(number)
                found += self._try(rule, line, low, high)
        for rule in cueless:
            found += self._edges(rule)
        return found

    def line(self, line: int) -> tuple[int, int]:
        """Offsets of a line without the white space around it."""
        bounds = self.bounds.get(line)
        if bounds is None:
            bounds = self.bounds[line] = content(self.text, self.starts[line], self.starts[line + 1])
        return bounds

    def _edges(self, rule: Rule) -> Iterator[Span]:
        """Marks of a rule without cues, which is tried on the first or the last few lines."""
        lines = range(len(self.starts) - 1)
        for line in self._some_lines(lines if rule.where == "head" else reversed(lines)):
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

    def _try(self, rule: Rule, line: int, low: int, high: int) -> list[Span]:
        """Marks of one rule in one line, or in the part of a long line between `low` and `high`."""
        whole_low, whole_high = self.line(line)
        if rule.takes in _LINE_TAKING and whole_high - whole_low > rule.longest:
            return []
        if rule.sites and not _bound(rule, host_of(self.document)):
            return []
        words = self.text[low:high]
        found: list[Span] = []
        try:
            for match in self._matches(rule, words):
                # In a window, a match that touches an edge may owe its anchor to the edge alone.
                if (match.start() == 0 and low > whole_low) or (match.end() == len(words) and high < whole_high):
                    continue
                if match.end() > match.start():
                    marks = list(_TAKES[rule.takes](self, rule, line, low, match))
                    if marks and not self._excepted(rule, marks[0], words):
                        found += marks
        except TimeoutError:
            raise PatternTimeout(
                f"rule {rule.id}: its pattern ran for more than {PATTERN_SECONDS:g} s at offset {low}; "
                "rewrite it without nested repeats, or leave its pack out"
            ) from None
        return found

    def _matches(self, rule: Rule, words: str) -> Iterable[regex.Match[str]]:
        if rule.anchor == "":
            return rule.compiled.finditer(words, timeout=PATTERN_SECONDS)
        if rule.anchor == "line":
            found = rule.compiled.match(words, timeout=PATTERN_SECONDS)
            return (found,) if found else ()
        return self._from_starts(rule, words)

    def _from_starts(self, rule: Rule, words: str) -> list[regex.Match[str]]:
        """Matches that begin where a sentence does."""
        if words != self.last_words:
            self.last_words = words
            self.last_starts = [0, *(found.end() for found in _START.finditer(words))]
        matches: list[regex.Match[str]] = []
        for start in self.last_starts:
            if not matches or start >= matches[-1].end():
                found = rule.compiled.match(words, start, timeout=PATTERN_SECONDS)
                if found:
                    matches.append(found)
        return matches

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
