"""The publisher's own name, known from the address: a line that says it may be about the house and not the story.

A newspaper names itself in its stories too, so a name alone takes nothing out. It is a second witness for what words
say: an offer in which the address's own name stands is the house's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cleaner.data import Document, Span
from cleaner.text import content, host_of, line_at, sentences

DETECTOR = "house"
RULE = "house.name"

SHORTEST = 3
"""A name with fewer letters stands in too many words."""

SHORTEST_PART, PART = 5, 0.8
"""The fewest letters, and the least share of the address's, that a name may have which says only its beginning."""

LONGEST = 300
"""The longest line, in code points, that is about the house as a whole; in longer ones the sentence is that says it."""

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "net", "ne", "or", "org", "nom"})
_LETTERS = re.compile(r"[a-z0-9]+")
_BETWEEN = " .'’&\u00a0-"
"""What may stand between the letters of a name."""

_DOT = re.compile(r"\.[^\WA-Z]")
"""What an address has and the end of a sentence has not, nor capitals that stand for words."""


def house(document: Document) -> Iterator[Span]:
    """Marks that vouch for what other detectors are not sure of, where a line says the name of the URL's host."""
    name = _name(host_of(document.url))
    if not name:
        return
    text, done = document.text, 0
    if not _may_say(text, name):
        return
    for found in _spelt(name).finditer(text):
        at = found.start()
        if at >= done and (text[at].isupper() or _in_address(text, *found.span())):
            start, done = _around(document, at)
            yield Span(start, done, "promo", RULE, DETECTOR, False, alone=True, vouches=True)


def _around(document: Document, at: int) -> tuple[int, int]:
    """The line that holds an offset, or its sentence where the line is long."""
    line = line_at(document.starts, at)
    low, high = content(document.text, document.starts[line], document.starts[line + 1])
    if high - low <= LONGEST:
        return low, high
    return next(content(document.text, *place) for place in sentences(document.text, low, high) if at < place[1])


def _in_address(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 1) : start], text[end : end + 2]
    return before in ("@", ".", "/") or (after[:1] == "." and after[1:].islower())


def _may_say(text: str, name: str) -> bool:
    """Whether a name stands there with a capital, or there is what could make it an address.

    `re` skips from one capital letter to the next: most texts are seen through in a tenth of the time.
    """
    return _capital(name).search(text) is not None or "@" in text or "/" in text or _DOT.search(text) is not None


@lru_cache(maxsize=1_000)
def _name(host: str) -> str:
    """Letters of the part of a host that was chosen by whoever owns it; empty if it says too little."""
    labels = host.lower().split(".")[:-1]
    while len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    name = "".join(_LETTERS.findall(labels[-1])) if labels else ""
    return name if len(name) >= SHORTEST else ""


@lru_cache(maxsize=1_000)
def _spelt(name: str) -> re.Pattern[str]:
    """A name in one word or several, or its beginning, if that says enough of it."""
    # What stands before the first letter is looked at only behind it: so `re` skips from one such letter to the next,
    # in a third of the time.
    return re.compile(_either_case(name[0]) + _rest(name))


@lru_cache(maxsize=1_000)
def _capital(name: str) -> re.Pattern[str]:
    """The same with a capital."""
    return re.compile(name[0].upper() + _rest(name))


def _rest(name: str) -> str:
    """What stands before the first letter of a name, and its other letters."""
    least = max(SHORTEST_PART, round(PART * len(name)))
    pattern = ""
    for at in range(len(name) - 1, 0, -1):
        letter = f"[{_BETWEEN}]{{0,3}}{_either_case(name[at])}"
        pattern = f"(?:{letter}{pattern})?" if at >= least else letter + pattern
    return rf"(?<!\w[\s\S]){pattern}(?!\w)"


def _either_case(letter: str) -> str:
    return f"[{letter}{letter.upper()}]"
