"""HTML to one tree: encoding, limits, and errors that a dump can carry on from."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from cleaner.errors import InputError, PageError
from cleaner.text import without_surrogates

LARGEST = 30_000_000
"""The largest page that is parsed, in bytes. Trafilatura's own limit is 20 million characters."""

DEPTH, DEPTH_HUGE = 255, 2_047
"""Where libxml2 stops reading, without and with its `huge_tree` option; what is nested deeper would be lost."""

META_REACH = 4_096
"""How many bytes from the start may hold the page's own word on its encoding; browsers read 1024."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{2,40})""", re.I)
_END = re.compile(rb"</html\s*>", re.IGNORECASE)
_BLOCK = re.compile(rb"<(?:p|div|article|section|main|table|ul)\b", re.IGNORECASE)
_CLOSES = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_DOCTYPE = re.compile(r"^\s*<!doctype[^>]{0,2000}>", re.I)
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CONTROLS = bytes([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F])
_NO_CHARACTERS = ("\ufffe", "\uffff")
"""What XML cannot hold, and lxml refuses wherever text is set."""

HEAD = 4_096
"""How many code points from the start may hold a declaration or a doctype."""

_BROWSERS_MEAN = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "latin-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
"""Encodings that browsers read as another, which holds them (WHATWG Encoding Standard, section 4.2)."""

_OPTIONS = {
    "encoding": "utf-8",
    "collect_ids": False,
    "default_doctype": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Parsed(NamedTuple):
    """A tree, the encoding its bytes were in (None for a str), and whether a byte order mark stood before them."""

    tree: HtmlElement
    encoding: str | None
    bom: bool


def parse(html: str | bytes, encoding: str | None = None, *, huge: bool = False) -> Parsed:
    """The tree of a page. `encoding` is what the caller knows from elsewhere, such as an HTTP header.

    Without `huge`, what is nested deeper than DEPTH is missing from the tree, and all that follows it.

    Raises PageError for pages that are too large, too deep or no HTML at all, InputError for an encoding that
    does not exist.
    """
    if len(html) > LARGEST:
        raise PageError(f"the page has {len(html):,} bytes, {LARGEST:,} are read; cut it up or leave it out")
    if isinstance(html, bytes):
        text, name, bom = decode(html, encoding)
    else:
        text, name, bom = html.removeprefix("\ufeff"), None, html.startswith("\ufeff")
    return Parsed(_tree(text, huge=huge), name, bom)


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str, bool]:
    """A page's text, encoding and mark: by mark, by what the caller says, by its own word, by detection.

    Bytes that the encoding does not know become U+FFFD where everything else agrees; a page is not lost for one.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name, True
    if encoding is not None:
        try:
            name = _meant(encoding)
        except LookupError:
            raise InputError(f"no encoding is called {encoding!r}; try utf-8, cp1252 or cp1251") from None
        return data.decode(name, "replace"), name, False
    for start, name in _STARTS:
        if data.startswith(start):
            return data.decode(name, "replace"), name, False
    escapes = b"\x1b$" in data  # ISO 2022, of which every byte is ASCII too
    with suppress(UnicodeDecodeError):
        if not escapes:
            return data.decode("utf-8"), "utf-8", False
    told = _META.search(data[:META_REACH]) or _XML.search(data[:META_REACH])
    if told is not None:
        with suppress(LookupError, UnicodeDecodeError):
            name = _meant(told[1].decode("ascii"))
            if name != "utf-8":
                return data.decode(name), name, False
    return _detected(data, told[1].decode("ascii") if told else None)


def words_of(element: HtmlElement | None) -> str:
    """The words of an element and of all in it, blanks joined; empty for none."""
    return "" if element is None else " ".join(element.text_content().split())


def named_by(element: HtmlElement, *attributes: str) -> str:
    """What an element calls itself in some attributes, words joined by capitals parted."""
    return _HUMPS.sub("-", " ".join(filter(None, map(element.get, attributes))))


def _meant(label: str) -> str:
    name = codecs.lookup(label).name
    if not codecs.lookup(name)._is_text_encoding:
        raise LookupError(label)
    return _BROWSERS_MEAN.get(name, name)


def _detected(data: bytes, told: str | None) -> tuple[str, str, bool]:
    if told is not None:
        with suppress(LookupError):
            name = _meant(told)
            text = data.decode(name, "replace")
            if text.count("\ufffd") <= len(text) // 1_000 + 1:
                return text, name, False
    from charset_normalizer import from_bytes  # only for the few pages that neither say it nor are UTF-8

    best = from_bytes(data[:1_000_000]).best()
    name = _meant(best.encoding) if best is not None else "utf-8"
    return data.decode(name, "replace"), name, False


def _tree(text: str, *, huge: bool) -> HtmlElement:
    # libxml2 believes an encoding that the page declares over the one it is told, and stumbles over some doctypes.
    head, rest = text[:HEAD], text[HEAD:]
    text = _DOCTYPE.sub("<!DOCTYPE html>", _DECLARATION.sub("", head, count=1), count=1) + rest
    for mute in _NO_CHARACTERS:
        text = text.replace(mute, "")
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        data = without_surrogates(text).encode("utf-8")
    data = data.translate(None, _CONTROLS)
    end = _END.search(data)
    if end is not None and _BLOCK.search(data, end.end()):
        # A template put a whole page into a page. Browsers read on behind its end, libxml2 does not.
        data = _CLOSES.sub(b"", data)
    if not data.strip():
        raise PageError("the page is empty; there is nothing to clean")
    return _parsed(data, huge=huge)


def _parser(*, huge: bool) -> HTMLParser:
    """A parser whose elements are all of one class: lxml's own choice of classes calls Python for each element."""
    parser = HTMLParser(huge_tree=huge, **_OPTIONS)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


def _parsed(data: bytes, *, huge: bool) -> HtmlElement:
    try:
        tree = document_fromstring(data, parser=_parser(huge=huge))
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise PageError(f"the page cannot be parsed: {error}; is it HTML?") from None
    if not isinstance(tree, HtmlElement):
        raise PageError("the page has no element; is it HTML?")
    return tree
