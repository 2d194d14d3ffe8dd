"""Rules against a document: patterns look only at lines that hold a cue, and say what they would take."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import msgspec
import regex

from cleaner.data import Document, Span, Value, Where
from cleaner.errors import PatternTimeout
from cleaner.rules.cues import Cues, Hit
from cleaner.rules.ends import NOUNS_IN_CAPITALS, before_glued, tells
from cleaner.rules.languages import Languages
from cleaner.rules.load import Pack
from cleaner.rules.model import Rule
from cleaner.rules.needles import Checks
from cleaner.rules.runs import best_run
from cleaner.rules.views import is_flat, mapped, read
from cleaner.text import compose, content, host_of, line_at, sentences

DETECTOR = "rules"

PATTERN_SECONDS = 2.0
"""How long one pattern may look at one window before the document is given up."""

WINDOW = 1_600
"""Lines longer than this are looked at around each cue only, so that cost stays linear."""

PARAGRAPH = 400
"""In lines longer than this, rules that take sentences look only at the cue's sentence and its neighbours."""

BEFORE, AFTER = 400, 700
"""How far around a cue a pattern looks in such a line."""

WINDOW_MARKS = 32
"""How many marks back a window may find a mark again that the window before it found."""

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


RUN_REACH = 8
"""How many sentences to both sides of a cue's may be of a run."""

OPENING = 100
"""Letters at a text's start that tell whether it begins as it did."""

_LINE_TAKING = frozenset({"line", "list", "tail"})

_OF_ITS_OWN = frozenset({"run", "document"})
"""What is taken where the pattern begins somewhere else than at the start of the part that is looked at."""

_BEFORE_CUE = frozenset("([{|¦/–—- \u00a0\n\t•»>*")
BEFORE_CUE = 3
"""How many such signs before a cue a pattern may begin with."""

# The same places as %{start} of the shared pack, in `re`, which skips from sign to sign; blanks are those of `regex`.
_BLANK = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_START = re.compile(rf"""[.!?…:»”"'’)\]|>؟؛۔][{_BLANK}](?=[^{_BLANK}])""")


Memo = dict[tuple[str, tuple[int, ...]], tuple[Span, ...]]
"""Marks of lines seen before, offsets from the line's start: what a dump repeats is judged once."""

MEMO_LENGTH, MEMO_SIZE = 300, 20_000
"""The longest line that is remembered, and how many are."""

REMEMBERED_TEXT = 2 * MEMO_LENGTH
"""In shorter texts, and in flattened ones, what a line is depends on the rest of the text: see `ends`."""


class Matcher:
    """A detector made of packs. It can be pickled; automata are built anew where it lands."""

    def __init__(self, packs: Iterable[Pack], reading: type[Reading] | None = None) -> None:
        """Takes packs as `load_packs` gives them; `reading` is what reads a document in place of `Reading`."""
        self.packs = tuple(packs)
        self._reading = reading or Reading
        self.languages = Languages(self.packs)
        self._readers: dict[frozenset[str], _Reader] = {}
        self._edges: dict[str, tuple[Edge, ...]] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of all packs, in order."""
        return tuple(rule for pack in self.packs for rule in pack.rules)

    def __getstate__(self) -> dict[str, Any]:
        """The packs alone: automata cannot be pickled."""
        return {"packs": self.packs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Takes what `__getstate__` gave."""
        self.__init__(state["packs"])  # type: ignore[misc]

    def __call__(self, document: Document) -> Iterable[Span]:
        """Marks for a document, offsets into its text. Raises PatternTimeout for a runaway pattern."""
        reader = self.reader(document.text)
        composed = compose(document.text)
        if composed is None:
            return read(reader.marks, document)
        text, offsets = composed
        form = Document(text, document.url, document.site, document.id)
        return [mapped(mark, offsets) for mark in read(reader.marks, form)]

    def says_no_more(self, left: Document, before: Document) -> bool:
        """Whether a text that lines were cut from is read as it was before: no language is new to it, nor any view, nor
        is it as a whole what only now a rule for whole documents knows."""
        known = self.languages.of(before.text)
        if not self.languages.of(left.text) <= known or (is_flat(left) and not is_flat(before)):
            return False
        limits = self.reader(before.text).limits
        if any(len(left.text) <= limit < len(before.text) for limit in limits):
            return False
        return len(left.text) > max(limits, default=0) or left.text[:OPENING] == before.text[:OPENING]

    def reader(self, text: str) -> _Reader:
        """The packs that a text calls for, made ready to read with."""
        names = self.languages.of(text)
        reader = self._readers.get(names)
        if reader is None:
            packs = [pack for pack in self.packs if pack.name in names]
            for pack in packs:
                if pack.name not in self._edges:
                    self._edges[pack.name] = _edges_of(pack)
            edges = [edge for pack in packs for edge in self._edges[pack.name]]
            reader = self._readers[names] = _Reader(packs, edges, self._reading)
        return reader


class _Reader:
    """Some packs made ready to read with."""

    def __init__(self, packs: Sequence[Pack], edges: Sequence[Edge], reading: type[Reading]) -> None:
        self._reading = reading
        self.rules = tuple(rule for pack in packs for rule in pack.rules)
        self.cues = Cues(self.rules)
        self.limits = {rule.longest for rule in self.rules if rule.takes == "document"}
        self.checks = Checks(self.rules)
        self.memo: Memo = {}
        self._edges = edges

    def marks(self, document: Document) -> list[Span]:
        hits = self.cues.find(document.text)
        return self._reading(document, self.rules, self.checks).marks(hits, self._edges, self.memo)


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
        return regex.compile("|".join(f"(?{'-' * rule.case}i:{rule.pattern})" for rule in self.rules), regex.V0)


def _edges_of(pack: Pack) -> tuple[Edge, ...]:
    """A pack's rules without cues by the end that they are for, and by what can be looked at for all of them first."""
    kinds: dict[tuple[Where, bool, bool], list[Rule]] = {}
    for rule in pack.rules:
        if not rule.cues:
            kinds.setdefault((rule.where, rule.anchor == "line", rule.opens == ""), []).append(rule)
    return tuple(Edge(where, rules, at_start=at_start) for (where, at_start, _), rules in kinds.items())


def _shifted(mark: Span, by: int) -> Span:
    values = tuple([(name, start + by, end + by) for name, start, end in mark.values]) if mark.values else ()
    return msgspec.structs.replace(mark, start=mark.start + by, end=mark.end + by, values=values)


def _site_of(document: Document) -> str:
    """The site that bound rules look at: the one given, else the URL's host without www."""
    return (document.site or host_of(document.url)).removeprefix("www.")


class Reading:
    """One document being matched: remembers lines and sentences that several rules ask for."""

    def __init__(self, document: Document, rules: Sequence[Rule], checks: Checks) -> None:
        """Takes a document, the rules that hits speak of by number, and what tells which of their signs can occur."""
        self.text = document.text
        self.starts = document.starts
        self.document = document
        self.rules = rules
        self.sentences: dict[int, list[tuple[int, int]]] = {}
        self.bounds = document.bounds
        self.documents: set[str] = set()
        self.cue = 0
        self.last_bounds = (-1, -1)
        self.last_words = ""
        self.last_starts: list[int] | None = None
        self.checks = checks
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
                    marks = list(_TAKES[rule.takes](self, rule, line, low, match))
                    if (
                        marks
                        and not self._excepted(rule, marks[0], words, line)
                        and not (rule.kind == "caption" and tells(self.text, marks[0].start, marks[0].end))
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
        if not rule.signs or rule.takes == "document":
            return False
        possible = self._possible(*self.bounds[line])
        return sum(bit & possible != 0 for bit in self.checks.signs(rule)) < rule.least

    def _document(self, rule: Rule, line: int) -> list[Span]:
        """The whole text, if it is short enough and the pattern matches from its first word on; looked at once."""
        if rule.id in self.documents:
            return []
        self.documents.add(rule.id)
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

    def _mark(self, rule: Rule, start: int, end: int, values: tuple[Value, ...] = ()) -> Span:
        kind = rule.kind or "repeated"
        return Span(
            start, end, kind, rule.id, DETECTOR, rule.sure, rule.where, rule.keep, values=values, beside=rule.beside
        )

    def _item(self, rule: Rule, line: int) -> Span:
        return Span(*self.bounds[line], rule.kind or "repeated", rule.id, DETECTOR, False, rule.where, follows=True)

    def _match(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        start, end = match.span("cut") if "cut" in match.re.groupindex else match.span()
        if rule.kind == "related" and self._may_run_on(rule):
            end = before_glued(self.text, low + start, low + end, low + end) - low
        if start < end:
            yield self._mark(rule, low + start, low + end, _values(rule, match, low))

    def _may_run_on(self, rule: Rule) -> bool:
        """Whether the story may go on in what a rule takes, with a capital and without a full stop before it."""
        return rule.lang not in NOUNS_IN_CAPITALS and is_flat(self.document)

    def _sentences(self, line: int) -> list[tuple[int, int]]:
        found = self.sentences.get(line)
        if found is None:
            found = self.sentences[line] = sentences(self.text, *self.bounds[line])
        return found

    def _around(self, line: int, offset: int, reach: int) -> tuple[int, int]:
        """The sentence that holds an offset, with some of those before it and as many of those after."""
        found = self._sentences(line)
        at = max(0, bisect_right(found, offset, key=lambda part: part[0]) - 1)
        return content(self.text, found[max(0, at - reach)][0], found[min(at + reach, len(found) - 1)][1])

    def _sentence(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        found = self._sentences(line)
        # The blank before a sentence belongs to the one before it, which is not touched by it.
        start, end = content(self.text, low + match.start(), low + match.end())
        touched = [part for part in found if part[0] < end and start < part[1]]
        if not touched:
            return
        last = touched[-1][1]
        begin, stop = content(self.text, touched[0][0], last)
        if stop - begin > rule.longest:
            return
        if len(touched) < len(found) and self._may_run_on(rule):
            stop = content(self.text, begin, before_glued(self.text, start, end, last))[1]
        yield self._mark(rule, begin, stop, _values(rule, match, low))

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

    def _line(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        start, end = self.bounds[line]
        yield self._mark(rule, start, end, _values(rule, match, low))

    def _list(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        items, goes_on = self._items(line)
        for mark in self._line(rule, line, low, match):
            # Over prose, words that may head a section, or name who says what follows, are not sure.
            yield msgspec.structs.replace(mark, sure=False) if rule.beside and goes_on and not items else mark
        if items and goes_on and not _ITEM_SIGN.search(self._line_words(items[-1])):
            # The story goes on below, and this line may be the heading of its next section.
            items.pop()
        for item in items:
            yield self._item(rule, item)

    def _tail(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        below = [n for n in range(line + 1, len(self.starts) - 1) if self.bounds[n][0] < self.bounds[n][1]]
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
            start, end = self.bounds[line]
            if start == end:
                continue
            if len(items) == LIST_LINES or not self._is_item(line):
                return items, True
            items.append(line)
        return items, False

    def _line_words(self, line: int) -> str:
        start, end = self.bounds[line]
        return self.text[start:end]

    def _is_item(self, line: int) -> bool:
        words = self._line_words(line)
        if len(words) > ITEM_LENGTH:
            return False
        return bool(_ITEM_SIGN.search(words)) or not words.endswith((".", ":", ";", ",", ".”", '."', "。"))

    def _is_prose(self, line: int) -> bool:
        words = self._line_words(line)
        return len(words) >= PROSE_LENGTH and words.endswith(_SENTENCE_ENDS)


_TAKES: dict[str, Callable[[Reading, Rule, int, int, regex.Match[str]], Iterator[Span]]] = {
    "match": Reading._match,
    "sentence": Reading._sentence,
    "line": Reading._line,
    "list": Reading._list,
    "tail": Reading._tail,
}


def _runaway(rule: Rule, low: int) -> PatternTimeout:
    return PatternTimeout(
        f"rule {rule.id}: its pattern ran for more than {PATTERN_SECONDS:g} s at offset {low}; "
        "rewrite it without nested repeats, or leave its pack out"
    )


def _values(rule: Rule, match: regex.Match[str], low: int) -> tuple[Value, ...]:
    spans = ((name, *match.span(name)) for name in rule.groups)
    return tuple((name, low + start, low + end) for name, start, end in spans if start < end)


def _bound(rule: Rule, host: str) -> bool:
    return any(host == site or host.endswith("." + site) for site in rule.sites)
