"""What the report shows of a document: all of it, or of a long one its start and what stands before each rule's hit."""

from __future__ import annotations

from collections.abc import Iterator

from cleaner.data import Removed
from cleaner.dump.back import Cleaned

AROUND = 300
"""How many letters are shown before a stretch that stands where a document is shown no more."""

Part = str | tuple[Removed, str] | None

_ESCAPED = {**dict.fromkeys('"\\\n\r\t', 1), **dict.fromkeys("<>&", 5)}


def excerpt(document: Cleaned, letters: int, around: int = AROUND) -> Iterator[Part]:
    """The source in order: kept words, removed stretches with what is shown of them, None for what is not shown.

    Of what stands past so many `letters` only the first stretch of each rule is shown, and some words before it.
    """
    room, at, taken, gap = letters, 0, 0, False
    met: set[str] = set()
    for stretch in document.sidecar.removed:
        kept = document.text[taken : taken + stretch.start - at]
        taken, at = taken + len(kept), stretch.end
        if shown := kept[:room]:
            yield shown
        room = max(0, room - len(kept))
        if not room and stretch.rule in met:
            gap = True
            continue
        met.add(stretch.rule)
        rest = kept[len(shown) :]
        near = rest[-around:]
        if gap or len(near) < len(rest):
            yield None
        if near:
            yield near
        words = stretch.text[: max(room, around)]
        yield stretch, words if len(words) == len(stretch.text) else f"{words}…"
        room, gap = max(0, room - len(words)), False
    if shown := document.text[taken : taken + room]:
        yield shown
    if gap or taken + len(shown) < len(document.text):
        yield None


def weight(document: Cleaned, letters: int) -> int:
    """About how many bytes a document takes in the page: UTF-8, with what JSON and the page write as escapes."""
    parts = list(excerpt(document, letters))
    words = "".join(part if isinstance(part, str) else part[1] for part in parts if part)
    escaped = sum(number * words.count(letter) for letter, number in _ESCAPED.items())
    return len(words.encode("utf-8", "surrogatepass")) + escaped + 80 * len(parts) + 200
