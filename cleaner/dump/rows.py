"""One record of a file of rows: what is in it, and the same bytes again with another text.

Other columns keep their bytes: only the value of the text is exchanged, so that numbers, key order, spaces and
escapes elsewhere stay as they were.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import msgspec

from cleaner.dump.fields import Fields
from cleaner.errors import InputError
from cleaner.rows import Row as Line
from cleaner.rows import json_string


class Row(NamedTuple):
    """What a record holds for us: a text, or a page."""

    text: str | None
    html: str | bytes | None = None
    url: str | None = None
    id: str | None = None
    site: str | None = None
    encoding: str | None = None
    date: str | None = None


class Codec(Protocol):
    """Reads a record from its bytes, and writes it with another text."""

    fields: Fields

    def read(self, raw: bytes) -> Row:
        """What the record holds. Raises InputError."""

    def write(self, raw: bytes, text: str, *, escaped: bool | None = None) -> bytes:
        """The record's bytes with the text exchanged; `escaped` as in `Source`, told by the record if it is None."""

    def columns_of(self, raw: bytes) -> dict[str, Any]:
        """All columns of the record, by name. Raises InputError."""

    def escapes(self, raw: bytes, text: str) -> bool:
        """Whether letters beyond ASCII stand in it as escapes."""

    def untouched(self, raw: bytes) -> bytes:
        """The record's bytes as they stand in the output if it was not cleaned."""


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _name(value: Any) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else str(value)


_VALUE = rb'"\s*:\s*)(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|null)'
_AROUND = b" \t\r\n,[]\xef\xbb\xbf"


class JsonRows:
    """Records that are JSON objects, with what stands between them in an array as part of their bytes."""

    def __init__(self, fields: Fields, encoding: str | None = None) -> None:
        """`encoding` is that of the file, UTF-8 if it is None."""
        self.fields = fields
        self._encoding = (
            None if encoding is None or encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        )
        columns = list(dict.fromkeys(fields.told().values()))
        self._attributes = [f"c{number}" for number in range(len(columns))]
        shape = msgspec.defstruct(
            "Columns",
            [(name, Any, None) for name in self._attributes],
            rename=dict(zip(self._attributes, columns, strict=True)),
        )
        self._decode = msgspec.json.Decoder(shape).decode
        place = {column: name for name, column in zip(self._attributes, columns, strict=True)}
        self._of = {role: place[column] for role, column in fields.told().items()}
        key = json.dumps(fields.into)[1:-1].encode()
        self._key = b'"' + key + b'"'
        self._spot = re.compile(b'("' + re.escape(key) + _VALUE, re.S)

    def read(self, raw: bytes) -> Row:
        """The record's text or page. Raises InputError if it is no JSON object or has neither."""
        get = self._columns(raw)
        text, html = get("text"), get("html")
        if not isinstance(text, str):
            if text is not None:
                raise InputError(f"the field {self.fields.text!r} holds no text; name another with --field text=…")
            if not isinstance(html, str):
                raise InputError(f"the row has no text in the field {self.fields.into!r}; name it with --field text=…")
        elif not text and isinstance(html, str) and html:
            text = None
        return Row(
            text, None if text is not None else html, _word(get("url")), _name(get("id")), _word(get("site")),
            _word(get("encoding")), _word(get("date")),
        )  # fmt: skip

    def _columns(self, raw: bytes) -> Any:
        raw = self._utf8(raw)
        try:
            found = self._decode(raw.strip(_AROUND))
            return lambda role: getattr(found, self._of[role]) if role in self._of else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            row = _loads(raw)
            told = self.fields.told()
            return lambda role: row.get(told[role]) if role in told else None

    def _utf8(self, raw: bytes) -> bytes:
        if self._encoding is None:
            return raw
        try:
            return raw.decode(self._encoding).encode()
        except UnicodeError as error:
            raise InputError(f"the row is not {self._encoding}: {error}") from None
        except LookupError:
            raise InputError(f"no encoding is called {self._encoding!r}; try utf-8, latin-1 or cp1251") from None

    def columns_of(self, raw: bytes) -> dict[str, Any]:
        """All fields of the object."""
        return _loads(self._utf8(raw))

    def escapes(self, raw: bytes, text: str) -> bool:
        """Whether the text has letters beyond ASCII and the record has none."""
        return raw.isascii() and not text.isascii()

    def write(self, raw: bytes, text: str, *, escaped: bool | None = None) -> bytes:
        """The record with the text's value exchanged in place, or put in at the end if there was none."""
        raw = self._utf8(raw)
        escaped = self._encoding is not None or (raw.isascii() if escaped is None else escaped)
        written = self._spliced(raw, text, escaped=escaped)
        if written is None:
            body = raw.strip(_AROUND)
            before, _, after = raw.partition(body)
            written = b"".join((before, Line(body, self.fields.into).with_text(text, escaped=escaped), after))
        return written if self._encoding is None else written.decode().encode(self._encoding)

    def _spliced(self, raw: bytes, text: str, *, escaped: bool) -> bytes | None:
        """The quick way, where there is no doubt: the key stands there once, and no object may have begun before it."""
        if raw.count(self._key) != 1:
            return None
        spot = self._spot.search(raw)
        if spot is None or raw.count(b"{", 0, spot.start()) != 1:
            return None
        return b"".join((raw[: spot.end(1)], json_string(text, ascii_only=escaped), raw[spot.end() :]))

    def untouched(self, raw: bytes) -> bytes:
        """The record as it was."""
        return raw


def _loads(raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(raw.strip(_AROUND).decode())
    except (ValueError, RecursionError) as error:
        raise InputError(f"the row is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise InputError("the row is JSON, but no object with fields")
    return row


def json_columns(records: Iterable[bytes]) -> list[str]:
    """The keys of the first records that can be read, in the order they come."""
    seen: dict[str, None] = {}
    for raw in records:
        try:
            seen.update(dict.fromkeys(_loads(raw)))
        except InputError:
            continue
    return list(seen)


class CsvRows:
    """Records of a table with a header; a quote opens a field only where the field starts."""

    def __init__(self, header: bytes, delimiter: str, fields: Fields, encoding: str | None = None) -> None:
        """Takes the bytes of the header line."""
        self.fields = fields
        self.encoding = encoding or "utf-8"
        self.delimiter = delimiter
        self._field = _field_pattern(delimiter)
        self.columns = csv_columns(header, delimiter, self.encoding)
        self._at = {role: self.columns.index(name) for role, name in fields.told().items() if name in self.columns}
        self._added = "text" not in self._at

    def header(self, raw: bytes) -> bytes:
        """The header's bytes, with a column more if the text has none."""
        return self._with(raw, self._quoted(self.fields.into, forced=False)) if self._added else raw

    def read(self, raw: bytes) -> Row:
        """The record's text or page. Raises InputError for a row that is not whole."""
        _, cells = self._cells(raw)
        if len(cells) != len(self.columns):
            raise InputError(f"the row has {len(cells)} fields, the header {len(self.columns)}")
        get = {role: _unquoted(cells[at][0]) for role, at in self._at.items()}
        text, html = get.get("text"), get.get("html")
        if not text and html:
            text = None
        elif text is None:
            raise InputError("the row has neither text nor page")
        return Row(
            text, None if text is not None else html, get.get("url") or None, get.get("id") or None,
            get.get("site") or None, get.get("encoding") or None, get.get("date") or None,
        )  # fmt: skip

    def columns_of(self, raw: bytes) -> dict[str, Any]:
        """All cells, as words."""
        _, cells = self._cells(raw)
        if len(cells) != len(self.columns):
            raise InputError(f"the row has {len(cells)} fields, the header {len(self.columns)}")
        return {name: _unquoted(cell) for name, (cell, _, _) in zip(self.columns, cells, strict=True)}

    def escapes(self, raw: bytes, text: str) -> bool:
        """Tables have no escapes."""
        return False

    def write(self, raw: bytes, text: str, *, escaped: bool | None = None) -> bytes:
        """The record with the text's cell exchanged."""
        line, cells = self._cells(raw)
        if self._added:
            return self._with(raw, self._quoted(text, forced=True))
        cell, start, end = cells[self._at["text"]]
        new = self._quoted(text, forced=cell.startswith('"'))
        return (line[:start] + new + line[end:]).encode(self.encoding)

    def untouched(self, raw: bytes) -> bytes:
        """The record as it was, with an empty cell more if the header has got one."""
        return self._with(raw, "") if self._added else raw

    def _with(self, raw: bytes, cell: str) -> bytes:
        body = raw.rstrip(b"\r\n")
        return body + (self.delimiter + cell).encode(self.encoding) + raw[len(body) :]

    def _cells(self, raw: bytes) -> tuple[str, list[tuple[str, int, int]]]:
        try:
            line = raw.decode(self.encoding)
        except UnicodeError as error:
            raise InputError(f"the row is not {self.encoding}: {error}; name its encoding with --encoding") from None
        body = line.rstrip("\r\n")
        return line, [(m[1], m.start(1), m.end(1)) for m in self._field.finditer(body)]

    def _quoted(self, text: str, *, forced: bool) -> str:
        if forced or any(mark in text for mark in (self.delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text


def _field_pattern(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    return re.compile(f'(?:^|(?<={d}))("(?:[^"]|"")*+"(?={d}|\\Z)|[^{d}]*+)(?={d}|\\Z)', re.S)


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def csv_columns(header: bytes, delimiter: str, encoding: str) -> list[str]:
    """The names in a header. Raises InputError for bytes that are no text."""
    try:
        line = header.decode(encoding).lstrip("\ufeff").rstrip("\r\n")
    except UnicodeError as error:
        raise InputError(f"the header is not {encoding}: {error}; name its encoding with --encoding") from None
    except LookupError:
        raise InputError(f"no encoding is called {encoding!r}; try utf-8, latin-1 or cp1251") from None
    return [_unquoted(m[1]).strip() for m in _field_pattern(delimiter).finditer(line)]


def csv_delimiter(header: bytes, kind: str) -> str:
    """The delimiter of a table: a tab if the name says so, else what the header has most of."""
    if kind == "tsv":
        return "\t"
    line = header.decode("latin-1")
    best = max(",;\t|", key=line.count)
    return best if line.count(best) else csv.excel.delimiter


def inside_quotes(line: bytes, delimiter: bytes, inside: bool) -> bool:
    """Whether a quoted cell is open after this line, given whether one was open before it."""
    if not inside and b'"' not in line:
        return False
    at = 0
    while True:
        if inside:
            close = _CLOSE.match(line, at)
            if close is None:
                return True
            at, inside = close.end(), False
        elif line[at : at + 1] == b'"':
            at, inside = at + 1, True
            continue
        at = line.find(delimiter, at) + 1
        if not at:
            return False


_CLOSE = re.compile(rb'(?:[^"]|"")*+"(?!")')

JSON_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(")?|[{}\[\]]', re.S)
"""A string (its group is missing if it does not end), or a bracket."""


@lru_cache(64)  # its patterns and decoders are made once for all pieces of a file, and for all small files alike
def codec(kind: str, fields: Fields, encoding: str | None, header: bytes = b"") -> Codec:
    """The codec of one form of rows."""
    if kind in ("csv", "tsv"):
        return CsvRows(header, csv_delimiter(header, kind), fields, encoding)
    return JsonRows(fields, encoding)


def columns(kind: str, sample: Sequence[bytes], encoding: str | None) -> list[str]:
    """The names of columns, from a file's first records (for tables, the header alone)."""
    if kind in ("csv", "tsv"):
        return csv_columns(sample[0], csv_delimiter(sample[0], kind), encoding or "utf-8") if sample else []
    return json_columns(sample)
