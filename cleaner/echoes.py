"""Repetition inside one document: a sentence or paragraph that the text says again.

A story hardly says the same long sentence twice, what surrounds it does. Only the later copies are marked,
never surely, so that a refrain or a pulled quote stays unless something else speaks against it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from cleaner.data import Document, Span
from cleaner.text import content, sentences

DETECTOR = "echoes"

SHORTEST = 40
"""The shortest stretch, in code points, whose repetition says anything."""

LONG_LINE = 600
"""Lines at least this long are looked into for sentences that come again."""


def echoes(document: Document) -> Iterator[Span]:
    """Marks the second and later copies of lines, and of sentences inside long lines."""
    text = document.text
    lines = [line.rstrip() for line in document.lines if len(line) >= SHORTEST]
    if len(set(lines)) < len(lines):
        yield from _again(text, (content(text, *bounds) for bounds in pairwise(document.starts)), "echo.line")
    # Splitting well is costly and most texts repeat nothing, so a crude split looks first.
    crude = [
        part
        for line in lines
        if len(line) >= LONG_LINE
        for part in line.rstrip(".").split(". ")
        if len(part) >= SHORTEST
    ]
    if len(set(crude)) < len(crude):
        parts = (
            content(text, *part)
            for start, end in pairwise(document.starts)
            if end - start >= LONG_LINE
            for part in sentences(text, start, end)
        )
        yield from _again(text, parts, "echo.sentence")


def _again(text: str, parts: Iterable[tuple[int, int]], rule: str) -> Iterator[Span]:
    seen: set[str] = set()
    for start, end in parts:
        if end - start < SHORTEST:
            continue
        words = text[start:end]
        if words in seen:
            yield Span(start, end, "repeated", rule, DETECTOR, sure=False, alone=True)
        seen.add(words)
