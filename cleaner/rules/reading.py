"""One document beside rules: patterns look only at lines that hold a cue, and say what they would take."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import regex

from cleaner.data import Document, Span
from cleaner.errors import PatternTimeout
from cleaner.rules.cues import Hit
from cleaner.rules.edges import Edge
from cleaner.rules.ends import before_glued, tells
from cleaner.rules.model import Rule
from cleaner.rules.needles import Checks
from cleaner.rules.runs import best_run
from cleaner.rules.takes import PATTERN_SECONDS, TAKES, Lines
from cleaner.rules.views import is_flat
from cleaner.text import content, host_of, line_at

WINDOW = 1_600
"""Lines longer than this are looked at around each cue only, so that cost stays linear."""

PARAGRAPH = 400
"""In lines longer than this, rules that take sentences look only at the cue's sentence and its neighbours."""

BEFORE, AFTER = 400, 700
"""How far around a cue a pattern looks in such a line."""

WINDOW_MARKS = 32
"""How many marks back a window may find a mark again that the window before it found."""

HEAD_REACH, TAIL_REACH = 3_000, 4_000
"""Rules for the head or the tail are not tried further than this from that end of the text."""

RUN_REACH = 8
"""How many sentences to both sides of a cue's may be of a run."""

_LINE_TAKING = frozenset({"line", "list", "thread"})

_OF_ITS_OWN = frozenset({"run", "document"})
"""What is taken where the pattern begins somewhere else than at the start of the part that is looked at."""

_BEFORE_CUE = frozenset("([{|¦/–—- \u00a0\n\t•»>*")
BEFORE_CUE = 3
"""How many such signs before a cue a pattern may begin with."""

# The same places as %{start} of the shared pack, in `re`, which skips from sign to sign; blanks are those of `regex`.
BLANK = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_START = re.compile(rf"""[.!?…:»”"'’)\]|>؟؛۔][{BLANK}](?=[^{BLANK}])""")

Memo = dict[tuple[str, tuple[int, ...]], tuple[Span, ...]]
"""Marks of lines seen before, offsets from the line's start: what a dump repeats is judged once."""

MEMO_LENGTH, MEMO_SIZE = 300, 20_000
"""The longest line that is remembered, and how many are."""

REMEMBERED_TEXT = 2 * MEMO_LENGTH
"""In shorter texts, and in flattened ones, what a line is depends on the rest of the text: see `ends`."""


class Reading(Lines):
    """One document being matched: remembers lines and sentences that several rules ask for."""

    def __init__(self, document: Document, rules: Sequence[Rule], checks: Checks) -> None:
        """Takes a document, the rules that hits speak of by number, and what tells which of their signs can occur."""
        super().__init__(document)
        self.rules = rules
        self.checks = checks
        self.cue = 0
        self.last_bounds = (-1, -1)
        self.last_words = ""
        self.last_starts: list[int] | None = None
        self.possible: dict[tuple[int, int], int] = {}

    def marks(self, hits: Iterable[Hit], edges: Iterable[Edge], memo: Memo) -> list[Span]:
        """All marks, each stretch once for each rule. `memo` holds what was found in lines that came before."""
        found: list[Span] = []
        if len(self.text) < REMEMBERED_TEXT or is_flat(self.document):
            memo = {}
        for line, calls in self._by_line(hits):
            low, high = self.bounds[line]
            if high - low > MEMO_LENGTH:
                found += self._line_marks(line, calls)
                continue
            local = [call for call in calls if self.rules[call[2]].local]
            if len(local) < len(calls):
                found += self._line_marks(line, [call for call in calls if not self.rules[call[2]].local])
            if local:
                found += self._remembered(line, local, memo)
        found += self._edges(edges)
        return found

    def _remembered(self, line: int, calls: Sequence[Hit], memo: Memo) -> list[Span]:
        """Marks of rules that look at nothing but the line, which may have come before."""
        low, high = self.bounds[line]
        key = (self._words(low, high), tuple([number for _, _, number in calls]))
        known = memo.get(key)
        if known is not None:
            return [_shifted(mark, low) for mark in known]
        marks = self._line_marks(line, calls)
        if len(memo) >= MEMO_SIZE:
            memo.clear()
        memo[key] = tuple(_shifted(mark, -low) for mark in marks)
        return marks

    def _by_line(self, hits: Iterable[Hit]) -> Iterator[tuple[int, list[Hit]]]:
        """Hits in reach of their rules' places, gathered by line."""
        last_head, first_tail = HEAD_REACH, len(self.text) - TAIL_REACH
        line, line_end = -1, 0
        gathered: list[Hit] = []
        for hit in hits:
            _, offset, number = hit
            where = self.rules[number].where
            if (where == "head" and offset > last_head) or (where == "tail" and offset < first_tail):
                continue
            if offset >= line_end:
                if gathered:
                    yield line, gathered
                    gathered = []
                line = line_at(self.starts, offset)
                line_end = self.starts[line + 1]
            gathered.append(hit)
        if gathered:
            yield line, gathered

    def _line_marks(self, line: int, calls: Iterable[Hit]) -> list[Span]:
        found: list[Span] = []
        tried: set[int] = set()
        seen_to: dict[int, int] = {}
        low, high = self.bounds[line]
        for start, offset, number in calls:
            rule = self.rules[number]
            if rule.from_end and high - offset > rule.from_end:
                continue
            self.cue = start
            if rule.takes == "run" or (
                rule.takes == "sentence" and rule.anchor != "cue" and PARAGRAPH < high - low <= WINDOW
            ):
                near, seen_to[number] = self._near(rule, line, offset, seen_to.get(number, low))
                found += (mark for mark in near if mark not in found[-WINDOW_MARKS:])
            elif high - low > WINDOW:
                if offset < seen_to.get(number, 0):
                    continue
                window = self._try(rule, line, max(low, offset - BEFORE), min(high, offset + AFTER))
                found += (mark for mark in window if mark not in found[-WINDOW_MARKS:])
                if rule.anchor != "cue":
                    seen_to[number] = offset + AFTER // 2
            elif rule.anchor == "cue":
                found += self._try(rule, line, low, high)
            elif number not in tried:
                tried.add(number)
                found += self._try(rule, line, low, high)
        return found

    def _near(self, rule: Rule, line: int, offset: int, seen: int) -> tuple[list[Span], int]:
        """Marks of a rule in the sentences around a cue, and the end of what need not be looked at again."""
        if self._bare(rule, line):
            return [], self.bounds[line][1]
        if rule.takes != "run":
            low, high = self._around(line, offset, 1)
            return (self._try(rule, line, low, high) if seen < high else []), max(seen, high)
        if offset < seen:
            return [], seen
        low, high = self._around(line, offset, RUN_REACH)
        found = self._try(rule, line, max(low, seen), high)
        return found, found[-1].end if found else high

    def _edges(self, edges: Iterable[Edge]) -> Iterator[Span]:
        """Marks of rules without cues, tried on the lines in reach of the ends that are short enough."""
        text, bounds = self.text, self.bounds
        for edge in edges:
            longest, opens = edge.longest, edge.opens.match
            for line in self._reach(edge.where):
                low, high = bounds[line]
                if not 0 < high - low <= longest or not opens(text, low, high):
                    continue
                if edge.at_start and not self._may_match(edge, text[low:high]):
                    continue
                for rule in edge.rules:
                    if high - low <= rule.longest:
                        yield from self._try(rule, line, low, high)

    def _may_match(self, edge: Edge, words: str) -> bool:
        """A first look at a whole line for all rules of an edge."""
        try:
            return edge.look.match(words, timeout=PATTERN_SECONDS) is not None
        except TimeoutError:
            return True  # to try the one says so

    def _reach(self, where: str) -> range:
        """Lines in which rules for one end of the text are tried."""
        lines = len(self.starts) - 1
        if where == "head":
            return range(min(lines, bisect_right(self.starts, HEAD_REACH)))
        return range(bisect_left(self.starts, len(self.text) - TAIL_REACH), lines)

    def _try(self, rule: Rule, line: int, low: int, high: int) -> list[Span]:
        """Marks of one rule in one line, or in the part of a long line between `low` and `high`."""
        if not self._may_take(rule, line, low) or self._bare(rule, line):
            return []
        found: list[Span] = []
        try:
            if rule.takes == "document":
                return self._document(rule, line)
            if rule.takes == "run":
                return self._run(rule, line, low, high)
            whole_low, whole_high = self.bounds[line]
            words = self._words(low, high)
            for match in self._matches(rule, words, low):
                # In a window, a match that touches an edge may owe its anchor to the edge alone.
                if (match.start() == 0 and low > whole_low) or (match.end() == len(words) and high < whole_high):
                    continue
                if match.end() > match.start():
                    marks = list(TAKES[rule.takes](self, rule, line, low, match))
                    if (
                        marks
                        and not self._excepted(rule, marks[0], words, line)
                        and not (rule.kind == "caption" and tells(self.text, marks[0].start, marks[0].end))
                        and not (rule.amid and not self._prose_below(line))
                    ):
                        found += marks
        except TimeoutError:
            raise _runaway(rule, low) from None
        return found

    def _may_take(self, rule: Rule, line: int, low: int) -> bool:
        """Whether a rule takes anything at all of a line so long, in this place, on this site."""
        begin, end = self.bounds[line]
        if rule.takes in _LINE_TAKING and end - begin > rule.longest:
            return False
        if rule.anchor == "line" and low > begin and rule.takes not in _OF_ITS_OWN:
            return False
        return not rule.sites or _bound(rule, _site_of(self.document))

    def _bare(self, rule: Rule, line: int) -> bool:
        """Whether a line cannot hold as many signs as a rule asks for."""
        if not rule.signs or rule.takes in ("document", "thread"):
            return False
        possible = self._possible(*self.bounds[line])
        return sum(bit & possible != 0 for bit in self.checks.signs(rule)) < rule.least

    def _document(self, rule: Rule, line: int) -> list[Span]:
        """The whole text, if it is short enough and the pattern matches from its first word on; looked at once."""
        if rule.id in self.looked_for:
            return []
        self.looked_for.add(rule.id)
        start, end = content(self.text, 0, len(self.text))
        if end - start > rule.longest:
            return []
        words = self.text[start:end]
        if rule.compiled.match(words, timeout=PATTERN_SECONDS) is None:
            return []
        mark = self._mark(rule, start, end)
        return [] if self._excepted(rule, mark, words, line) else [mark]

    def _words(self, low: int, high: int) -> str:
        if self.last_bounds != (low, high):
            self.last_bounds, self.last_words = (low, high), self.text[low:high]
            self.last_starts = None
        return self.last_words

    def _matches(self, rule: Rule, words: str, low: int) -> Iterable[regex.Match[str]]:
        if rule.anchor == "":
            return rule.compiled.finditer(words, timeout=PATTERN_SECONDS)
        if rule.anchor == "cue":
            return self._from_cue(rule, words, max(0, self.cue - low))
        if rule.anchor == "line":
            found = rule.compiled.match(words, timeout=PATTERN_SECONDS)
            return (found,) if found else ()
        return self._from_starts(rule, words)

    @staticmethod
    def _from_cue(rule: Rule, words: str, at: int) -> tuple[regex.Match[str], ...]:
        """The match that begins at a cue, or at a bracket, bar or dash and a blank before it."""
        first = at
        while first > 0 and at - first < BEFORE_CUE and words[first - 1] in _BEFORE_CUE:
            first -= 1
        for start in range(first, at + 1):
            found = rule.compiled.match(words, start, timeout=PATTERN_SECONDS)
            if found:
                return (found,)
        return ()

    def _from_starts(self, rule: Rule, words: str) -> list[regex.Match[str]]:
        """Matches that begin where a sentence does."""
        if self.last_starts is None:
            self.last_starts = [0, *(found.end() for found in _START.finditer(words))]
        matches: list[regex.Match[str]] = []
        for start in self.last_starts:
            if not matches or start >= matches[-1].end():
                found = rule.compiled.match(words, start, timeout=PATTERN_SECONDS)
                if found:
                    matches.append(found)
        return matches

    def _excepted(self, rule: Rule, mark: Span, words: str, line: int) -> bool:
        """Whether `unless` occurs, or too few signs do: in the sentences or line taken, or in a match's line."""
        if rule.unless is None and not rule.signs:
            return False
        around = words if rule.takes == "match" else self.text[mark.start : mark.end]
        if not rule.signs:
            return any(exception.search(around, timeout=PATTERN_SECONDS) for exception in rule.compiled_unless)
        low, high = self.bounds[line]
        inside = low <= mark.start and mark.end <= high and (rule.takes != "match" or len(words) == high - low)
        possible = self._possible(low, high) if inside else self.checks.possible(around)
        if self._lacks_signs(rule, possible, around, 0, len(around)):
            return True
        return self._holds_exception(rule, possible, around, 0, len(around))

    def _holds_exception(self, rule: Rule, possible: int, words: str, start: int, end: int) -> bool:
        """Whether something occurs between two offsets that must not, of what can occur in the words at all."""
        return any(
            bit & possible and exception.search(words, start, end, timeout=PATTERN_SECONDS)
            for bit, exception in zip(self.checks.exceptions(rule), rule.compiled_unless, strict=True)
        )

    def _lacks_signs(self, rule: Rule, possible: int, words: str, start: int, end: int) -> bool:
        """Whether fewer signs than a rule asks for occur between two offsets."""
        bits = self.checks.signs(rule)
        may_miss = sum(bit & possible != 0 for bit in bits) - rule.least
        if may_miss < 0:
            return True
        for bit, sign in zip(bits, rule.compiled_signs, strict=True):
            if bit & possible and sign.search(words, start, end, timeout=PATTERN_SECONDS) is None:
                may_miss -= 1
                if may_miss < 0:
                    return True
        return False

    def _run(self, rule: Rule, line: int, low: int, high: int) -> list[Span]:
        """The sentences between two offsets that hold most signs."""
        whole_low, whole_high = self.bounds[line]
        words = self._words(whole_low, whole_high)
        if self._lacks_signs(rule, self._possible(low, high), words, low - whole_low, high - whole_low):
            return []
        parts = [part for part in self._sentences(line) if low <= part[0] < high]
        signs = [
            self._signs(rule, self._possible(start, end), words, start - whole_low, end - whole_low)
            for start, end in parts
        ]
        begin, stop = best_run(signs)
        if len(set().union(*(held or () for held in signs[begin:stop]))) < rule.least:
            return []
        # A paragraph that says nothing else goes to its ends.
        begin = 0 if low == whole_low and all(signs[:begin]) else begin
        stop = len(signs) if high == whole_high and all(signs[stop:]) else stop
        start, end = content(self.text, parts[begin][0], parts[stop - 1][1])
        if end < whole_high and self._may_run_on(rule):
            last = max(start, parts[stop - 1][0])
            own = before_glued(self.text, last, last, end)
            if not self._signs(rule, self._possible(own, end), words, own - whole_low, end - whole_low):
                end = own
        if end - start > rule.longest or not rule.compiled.match(self.text[start:end], timeout=PATTERN_SECONDS):
            return []
        mark = self._mark(rule, start, end)
        return [] if self._excepted(rule, mark, words, line) else [mark]

    def _signs(self, rule: Rule, possible: int, words: str, start: int, end: int) -> set[int] | None:
        """Numbers of the signs that occur in a sentence; None if something does that must not."""
        if self._holds_exception(rule, possible, words, start, end):
            return None
        return {
            number
            for number, (bit, sign) in enumerate(zip(self.checks.signs(rule), rule.compiled_signs, strict=True))
            if bit & possible and sign.search(words, start, end, timeout=PATTERN_SECONDS)
        }

    def _possible(self, low: int, high: int) -> int:
        """Which signs and exceptions can occur in a part of a line that begins and ends where words do."""
        found = self.possible.get((low, high))
        if found is None:
            found = self.possible[low, high] = self.checks.possible(self.text[low:high])
        return found


def _shifted(mark: Span, by: int) -> Span:
    values = tuple([(name, start + by, end + by) for name, start, end in mark.values]) if mark.values else ()
    return msgspec.structs.replace(mark, start=mark.start + by, end=mark.end + by, values=values)


def _site_of(document: Document) -> str:
    """The site that bound rules look at: the one given, else the URL's host without www."""
    return (document.site or host_of(document.url)).removeprefix("www.")


def _runaway(rule: Rule, low: int) -> PatternTimeout:
    return PatternTimeout(
        f"rule {rule.id}: its pattern ran for more than {PATTERN_SECONDS:g} s at offset {low}; "
        "rewrite it without nested repeats, or leave its pack out"
    )


def _bound(rule: Rule, host: str) -> bool:
    return any(host == site or host.endswith("." + site) for site in rule.sites)
