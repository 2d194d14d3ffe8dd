"""One row of JSON lines, of which only the text changes: all other bytes stay as they were written."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

import msgspec

from cleaner.errors import InputError

ENDINGS = (".jsonl", ".ndjson")

_SPACE = re.compile(r"[ \t\r\n]*")
_LETTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)
_DECODER = json.JSONDecoder()


class Row:
    """A JSON object on a line, and where the literal of its text stands."""

    def __init__(self, line: bytes, field: str) -> None:
        """Raises InputError for a line that is no JSON object, or no UTF-8."""
        self.text: str | None = None
        self._values: dict[str, Any] = {}
        self._field = field
        self._at: tuple[int, int] | None = None
        self._mark = BOM_UTF8 if line.startswith(BOM_UTF8) else b""
        try:
            self._line = line[len(self._mark) :].decode()
            for name, value, start, end in _members(self._line):
                self._values[name] = value
                if name == field:
                    self.text = value if isinstance(value, str) else None
                    self._at = start, end
        except UnicodeDecodeError as error:
            raise InputError(f"the line is not UTF-8: {error}") from None
        except (ValueError, IndexError, RecursionError) as error:
            raise InputError(f"the line is not JSON: {error}") from None

    @property
    def id(self) -> str | None:
        """The row's own id, if it has one."""
        value = self._values.get("id")
        return None if value is None else str(value)

    def word(self, field: str) -> str | None:
        """The string in a field; None if there is none."""
        value = self._values.get(field)
        return value if isinstance(value, str) else None

    def columns(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the text stands in the line as it is written, counted from 1."""
        first, last = self._at or (0, 0)
        columns = []
        for letter, found in enumerate(_LETTER.finditer(self._line, first + 1, last)):
            if letter in (start, end):
                columns.append(found.start() + 1)
            if letter >= end:
                break
        return columns[0], columns[-1]

    def with_text(self, text: str, *, escaped: bool | None = None) -> bytes:
        """The line with another text, put in as the last field if there was none.

        Letters beyond ASCII are `escaped`, or as they were in the old text if it is None.
        """
        start, end = self._at or (self._end, self._end)
        name = "" if self._at else f"{', ' if self._values else ''}{json.dumps(self._field)}: "
        escaped = self._line[start:end].isascii() if escaped is None else escaped
        before, after = (self._line[:start] + name).encode(), self._line[end:].encode()
        return b"".join((self._mark, before, json_string(text, ascii_only=escaped), after))

    @property
    def _end(self) -> int:
        """Where the last field ends."""
        return len(self._line[: self._line.rindex("}")].rstrip(" \t\r\n"))


def json_string(text: str, *, ascii_only: bool) -> bytes:
    """A text as a JSON string, with or without letters beyond ASCII; lone surrogates are always escapes."""
    if ascii_only and not text.isascii():
        return json.dumps(text).encode()
    try:
        return msgspec.json.encode(text)
    except UnicodeEncodeError:
        written = json.dumps(text, ensure_ascii=False)
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in written).encode()


def _members(line: str) -> Iterator[tuple[str, Any, int, int]]:
    """Names and values of the object on a line, with the bounds of each value."""
    at = _skip(line, 0)
    if line[at : at + 1] != "{":
        raise InputError("the line is no JSON object with fields")
    at = _skip(line, at + 1)
    while line[at] != "}":
        if line[at] != '"':
            raise ValueError(f"a field's name is missing at column {at + 1}")
        name, at = scanstring(line, at + 1, True)
        at = _skip(line, at)
        if line[at] != ":":
            raise ValueError(f"a colon is missing at column {at + 1}")
        start = _skip(line, at + 1)
        value, end = _DECODER.raw_decode(line, start)
        yield name, value, start, end
        at = _skip(line, end)
        if line[at] == "," and line[_skip(line, at + 1)] == '"':
            at = _skip(line, at + 1)
        elif line[at] != "}":
            raise ValueError(f"a comma or the end of the object is missing at column {at + 1}")
    if _skip(line, at + 1) != len(line):
        raise ValueError(f"something follows the object at column {at + 2}")


def _skip(line: str, at: int) -> int:
    found = _SPACE.match(line, at)
    return found.end() if found else at
