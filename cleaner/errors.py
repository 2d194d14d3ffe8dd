"""What can go wrong, as one tree. Every message says what, where, and what to do next.

CleanerError
├── PackError          a rule pack that cannot be used: file, rule id, reason
├── PatternTimeout     a rule's pattern that ran longer than it may on one text
├── InputError         something handed in that cannot be cleaned (the command line says exit 2)
│   ├── DecodeError    bytes that are text in no encoding we could find
│   └── PageError      HTML that no tree could be made of: too large, too deep, nothing there
├── OutputError        a place that cannot be written to, or must not be
└── RestoreError       a text and a sidecar that do not belong together
"""

from __future__ import annotations

__all__ = [
    "CleanerError",
    "DecodeError",
    "InputError",
    "OutputError",
    "PackError",
    "PageError",
    "PatternTimeout",
    "RestoreError",
]


class CleanerError(Exception):
    """The root of all errors that this package raises on purpose."""


class PackError(CleanerError):
    """A rule pack is not well formed."""


class PatternTimeout(CleanerError):  # noqa: N818 - a timeout is what users look for
    """A pattern took too long on a text, so the text was not judged."""


class InputError(CleanerError):
    """What was handed in cannot be read."""


class DecodeError(InputError):
    """No encoding turned these bytes into text and back again."""


class PageError(InputError):
    """No tree, or no text, could be made of this HTML."""


class OutputError(CleanerError):
    """What was asked for cannot be written there."""


class RestoreError(CleanerError):
    """The text is not the one that the sidecar speaks of."""
