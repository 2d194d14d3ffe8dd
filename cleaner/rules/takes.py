"""What a rule takes where its pattern matches: the match, its sentences, its line, or the list or thread it opens."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import msgspec
import regex

from cleaner.data import Document, Span, Value
from cleaner.rules.ends import NOUNS_IN_CAPITALS, before_glued
from cleaner.rules.model import Rule
from cleaner.rules.speech import in_speech
from cleaner.rules.views import is_flat
from cleaner.text import content, line_at, sentences

DETECTOR = "rules"

PATTERN_SECONDS = 2.0
"""How long one pattern may look at one window before the document is given up."""

LIST_LINES = 15
"""The longest list that a heading may take with it."""

ITEM_LENGTH = 200
"""The longest line that still looks like a headline in such a list."""

PROSE_LENGTH = 80
"""A line this long that ends as a sentence does is prose."""

VOICES, SPEAKERS, COMMENT = 4, 3, 15
"""A thread of comments has so many lines that say who speaks, so many who do, and at most so many lines from one to the
next."""

_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", '."', ".”", "!”", "?”", ".«", ".»", ".“", "؟", "۔")
_ITEM_SIGN = regex.compile(r"^(?:[-–—•·*▪►▶■>»→]\s|\d{1,2}[.)]\s)|(?:\.\.\.|…)$")


class Lines:
    """The lines of a document and their sentences, each looked for once, and what rules take of them."""

    def __init__(self, document: Document) -> None:
        """Takes a document."""
        self.text = document.text
        self.starts = document.starts
        self.document = document
        self.bounds = document.bounds
        self.sentences: dict[int, list[tuple[int, int]]] = {}
        self.looked_for: set[str] = set()

    def _mark(self, rule: Rule, start: int, end: int, values: tuple[Value, ...] = ()) -> Span:
        kind = rule.kind or "repeated"
        sure = rule.sure and not in_speech(self.text, *self.bounds[line_at(self.starts, start)], start, end)
        return Span(start, end, kind, rule.id, DETECTOR, sure, rule.where, rule.keep, values=values, beside=rule.beside)

    def _item(self, rule: Rule, line: int) -> Span:
        return Span(*self.bounds[line], rule.kind or "repeated", rule.id, DETECTOR, False, rule.where, follows=True)

    def _match(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        start, end = match.span("cut") if "cut" in match.re.groupindex else match.span()
        if rule.kind == "related" and self._may_run_on(rule):
            end = before_glued(self.text, low + start, low + end, low + end) - low
        if start < end:
            yield self._mark(rule, low + start, low + end, values_of(rule, match, low))

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
        first = bisect_right(found, start, key=lambda part: part[1])
        touched = found[first : bisect_left(found, end, key=lambda part: part[0])]
        if not touched:
            return
        last = touched[-1][1]
        begin, stop = content(self.text, touched[0][0], last)
        if stop - begin > rule.longest:
            return
        if len(touched) < len(found) and self._may_run_on(rule):
            stop = content(self.text, begin, before_glued(self.text, start, end, last))[1]
        yield self._mark(rule, begin, stop, values_of(rule, match, low))

    def _line(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        start, end = self.bounds[line]
        yield self._mark(rule, start, end, values_of(rule, match, low))

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

    def _thread(self, rule: Rule, line: int, low: int, match: regex.Match[str]) -> Iterator[Span]:
        if rule.id in self.looked_for:
            return
        self.looked_for.add(rule.id)
        below = [n for n in range(line, len(self.starts) - 1) if self.bounds[n][0] < self.bounds[n][1]]
        voices = [rule.compiled.match(self._line_words(n), timeout=PATTERN_SECONDS) is not None for n in below]
        spoken = [at for at, (voice, after) in enumerate(pairwise(voices)) if voice and not after]
        far = [at for at, (one, other) in enumerate(pairwise(spoken), 1) if other - one > COMMENT]
        thread = [below[at] for at in spoken[far[-1] if far else 0 :]]
        speakers = set(map(self._line_words, thread))
        if len(thread) >= VOICES and len(speakers) >= SPEAKERS and self._has_prose(range(thread[0])):
            yield self._mark(rule, self.bounds[thread[0]][0], self.bounds[below[-1]][1])

    def _has_prose(self, lines: Iterable[int]) -> bool:
        """Whether one of some lines is prose."""
        return any(
            len(words) >= PROSE_LENGTH and words.endswith(_SENTENCE_ENDS) for words in map(self._line_words, lines)
        )

    def _prose_below(self, line: int) -> bool:
        return self._has_prose(range(line + 1, len(self.starts) - 1))

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


TAKES: dict[str, Callable[[Lines, Rule, int, int, regex.Match[str]], Iterator[Span]]] = {
    "match": Lines._match,
    "sentence": Lines._sentence,
    "line": Lines._line,
    "list": Lines._list,
    "thread": Lines._thread,
}


def values_of(rule: Rule, match: regex.Match[str], low: int) -> tuple[Value, ...]:
    """The named parts of a match, where they stand in the text; `low` is where what was looked at begins there."""
    spans = ((name, *match.span(name)) for name in rule.groups)
    return tuple((name, low + start, low + end) for name, start, end in spans if start < end)
