"""Scraped text made safe to look at: on a terminal and in a page, what it holds must not act."""

from __future__ import annotations

import re

# Controls but for tab and line feed, marks that turn the direction of writing, and lone surrogates.
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_KNOWN = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}


def visible(text: str) -> str:
    """The text with what a terminal would obey, or could not show, written as escapes (`\\x1b`)."""
    return _ACTS.sub(_escaped, text)


def in_line(text: str) -> str:
    """The same in one line, for names: tabs and line ends are escapes too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def opening(text: str, longest: int = 60) -> str:
    """How a stretch begins, in one line of at most `longest` code points, cut off with `…`."""
    words = _SPACE.sub(" ", text[: 8 * longest]).strip()
    if len(words) > longest or len(text) > 8 * longest:
        words = words[: longest - 1].rstrip() + "…"
    return visible(words)


def _escaped(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _KNOWN:
        return _KNOWN[letter]
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
