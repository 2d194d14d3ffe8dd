"""Other ways to look at a text before rules are matched: list items without their signs, sentences as lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import msgspec
import regex

from cleaner.data import Document, Span
from cleaner.rules.ends import NOUNS_IN_CAPITALS, before_glued
from cleaner.text import sentences

MarksOf = Callable[[Document], list[Span]]
"""How a text is read as it stands."""

FLAT, FLAT_FIRST = 600, 120
"""A text whose first line is at least as long as the second number, and the others as the first on average, has lost
its line breaks: its sentences are looked at as lines."""

_CLOSED = ("?", "!", "?»", "?”", "!”", ")", "]", "？", "！")
"""How a teaser ends that surely does not run on into the sentence behind it."""

_CALLS, _STOPS = frozenset({"appeal", "promo", "social", "notice"}), (".", "!", "?")
"""Kinds whose sentences may be sure in flattened text, and what ends such a sentence."""

_CAPITALS = tuple(f"{name}." for name in NOUNS_IN_CAPITALS)

BULLET = regex.compile(r"(?m)^[-•*](?= \p{L})")
"""What an extractor puts before the items of a list."""

_MAYBE_BULLET = re.compile(r"\n[-•*] ")
"""The same below the first line, looked for in a tenth of the time: most texts hold none."""

_BULLETED = frozenset({"related", "ad", "promo", "appeal", "social", "notice", "nav"})
"""Kinds that are found behind such a sign."""

_RUNS_ON = regex.compile(r"(?:\p{Ll}[\p{L}\p{M}’'-]*,?\s+){3}")
"""Small words in a row, as no picture's credit has them: it runs on into the story."""


def read(marks_of: MarksOf, document: Document) -> list[Span]:
    """Marks of a text, of its list items without their signs, and if it is flattened, of its sentences as lines."""
    marks = marks_of(document)
    text = document.text
    if (_MAYBE_BULLET.search(text) or text[1:2] == " ") and BULLET.search(text):
        marks += _in_bullets(marks_of, document, marks)
    if not is_flat(document):
        return marks
    view, offsets = _sentences_as_lines(document)
    seen = {(mark.start, mark.end, mark.rule) for mark in marks}
    for mark in marks_of(view):
        found = mapped(mark, offsets) if offsets else mark
        if (found.start, found.end, found.rule) in seen or found.follows:
            continue
        if found.kind == "credit" and _RUNS_ON.search(text, found.start, found.end):
            continue
        marks.append(found if found.keep else _up_to_story(found, text))
    return marks


def _up_to_story(mark: Span, text: str) -> Span:
    """A mark of a sentence, cut where the story runs on in it, and sure only where a full stop ends its own words."""
    unsure = msgspec.structs.replace(mark, sure=False)
    if mark.kind == "related":
        return mark if text.endswith(_CLOSED, mark.start, mark.end) else unsure
    if mark.kind not in _CALLS or not _cased(text[mark.start : mark.end]):
        return unsure
    end = before_glued(text, mark.start, mark.start, mark.end)
    if end == mark.end:
        return mark if text.endswith(_STOPS, mark.start, end) else unsure
    if mark.rule.startswith(_CAPITALS) or mark.end >= len(text.rstrip()):
        return unsure
    values = tuple(value for value in mark.values if value[2] <= end)
    return msgspec.structs.replace(unsure, end=end, values=values)


def _cased(words: str) -> bool:
    """Whether words are written with capitals and small letters, so that a capital tells where a sentence begins."""
    return 2 * sum(map(str.islower, words)) > len(words)


def _in_bullets(marks_of: MarksOf, document: Document, marks: Iterable[Span]) -> Iterator[Span]:
    """Marks of list items without the sign that opens them: a button or a teaser may stand in a list, too.

    Credits and the like are left to what looks at whole lines: a list of the story's may name a camera and a day.
    """
    items = {found.start() + 2 for found in BULLET.finditer(document.text)}
    bare = BULLET.sub(" ", document.text)
    seen = {(mark.start, mark.rule) for mark in marks}
    for mark in marks_of(msgspec.structs.replace(document, text=bare)):
        if mark.start in items and mark.kind in _BULLETED and (mark.start, mark.rule) not in seen and not mark.follows:
            yield mark


def is_flat(document: Document) -> bool:
    """Whether a text has lost its line breaks."""
    most = 1 + (len(document.text) - FLAT_FIRST) // FLAT
    lines = document.lines
    return most > 0 and len(lines) - sum(map(str.isspace, lines)) <= most


def _sentences_as_lines(document: Document) -> tuple[Document, list[int]]:
    """A text with a line end before each sentence, in place of the blank if there is one.

    The list gives each code point's offset in the source; it is empty where all offsets are the same.
    """
    text = document.text
    pieces: list[str] = []
    put_in: list[int] = []
    for line in pairwise(document.starts):
        for low, high in sentences(text, *line):
            if low > line[0] and text[low - 1].isspace():
                pieces[-1] = pieces[-1][:-1] + "\n"
            elif low > line[0]:
                pieces.append("\n")
                put_in.append(low)
            pieces.append(text[low:high])
    offsets: list[int] = []
    if put_in:
        for low, high in pairwise((0, *put_in, len(text))):
            offsets += range(low, high + 1)
    return msgspec.structs.replace(document, text="".join(pieces)), offsets


def mapped(mark: Span, offsets: Sequence[int]) -> Span:
    """A mark of a view where it stands in the text; `offsets` has the place of each code point."""
    values = tuple((name, offsets[start], offsets[end]) for name, start, end in mark.values)
    return msgspec.structs.replace(mark, start=offsets[mark.start], end=offsets[mark.end], values=values)
