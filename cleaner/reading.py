"""Files as documents, by what their names say they are: text, Markdown, a page, or rows of JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import msgspec

from cleaner import allow, markdown, rows
from cleaner.allow import Allow, Entry
from cleaner.api import Through, View
from cleaner.data import Document, Source
from cleaner.errors import CleanerError, InputError
from cleaner.files import decode, digest
from cleaner.rows import Row

PAGE_ENDINGS = (".html", ".htm", ".xhtml")
TEXT_ENDINGS = (".txt", ".text")
ENDINGS = (*TEXT_ENDINGS, *markdown.ENDINGS, *PAGE_ENDINGS, *rows.ENDINGS)
"""What is looked at in folders; a file that is named is looked at whatever it is called."""


class Asked(msgspec.Struct, frozen=True):
    """How a file is read: its encoding, if it is known; the names of a row's fields; site and URL where it has none."""

    encoding: str | None = None
    text: str = "text"
    fields: dict[str, str] = {}
    site: str | None = None
    url: str | None = None
    html: bool = False


class Part(NamedTuple):
    """A document of a file: all of it, or one row, with its number from 1 and its bytes; or why there is none."""

    document: Document | None
    origin: Source
    number: int | None = None
    line: bytes = b""
    row: Row | None = None
    failure: str | None = None

    @property
    def rewritten(self) -> bool:
        """Whether the file can be written anew without what leaves; of a page only the text is known."""
        return self.document is not None and self.document.page is None

    def through(self, accepted: Allow, used: set[Entry]) -> Through | None:
        """What stands between text and detectors: Markdown, and accepted findings, which are noted in `used`."""
        inner = markdown.through if self.origin.form == "md" else None
        return allow.through(accepted, used, inner) if accepted.entries else inner

    @property
    def view(self) -> View | None:
        """What the detectors look at, if it is not the text."""
        return markdown.view if self.origin.form == "md" else None


def parts(path: Path, data: bytes, asked: Asked) -> Iterator[Part]:
    """The documents of a file. Raises CleanerError if there can be none; a row that fails says so in its part."""
    name = path.name.lower()
    if asked.html or name.endswith(PAGE_ENDINGS):
        yield _page(path, data, asked)
    elif name.endswith(rows.ENDINGS):
        for number, line in enumerate(BytesIO(data), 1):
            yield _row(path, number, line, asked)
    else:
        text, encoding, bom = decode(data, asked.encoding)
        form = "md" if name.endswith(markdown.ENDINGS) else "txt"
        origin = Source(
            str(path), form, encoding=encoding, bom=bom, sha256=digest(data), url=asked.url, site=asked.site
        )
        yield Part(Document(text, asked.url, asked.site, path.name), origin)


def _page(path: Path, data: bytes, asked: Asked) -> Part:
    from cleaner.pages.document import document_of  # brings lxml and trafilatura, which texts can do without

    document = document_of(data, asked.url, asked.site, asked.encoding)
    page = document.page
    origin = Source(
        str(path),
        "html",
        encoding=page.encoding if page else None,
        bom=page is not None and page.bom,
        url=asked.url,
        site=asked.site,
    )
    return Part(msgspec.structs.replace(document, id=path.name), origin)


def _row(path: Path, number: int, line: bytes, asked: Asked) -> Part:
    """One row. A row that has HTML and no text is a page."""
    origin = Source(f"{path}:{number}", "jsonl", asked.text)
    if not line.strip():
        return Part(None, origin, number, line)
    try:
        row = Row(line, asked.text)
        name = asked.fields.get
        url, site = row.word(name("url", "url")) or asked.url, row.word(name("site", "site")) or asked.site
        origin = msgspec.structs.replace(origin, url=url, site=site)
        html = row.word(name("html", "html"))
        if row.text is not None:
            document = Document(row.text, url, site, row.id)
        elif html is not None:
            from cleaner.pages.document import document_of

            document = msgspec.structs.replace(document_of(html, url, site), id=row.id)
        else:
            raise InputError(f"the row has no text in the field {asked.text!r}; name it with --text-field")
    except CleanerError as error:
        return Part(None, origin, number, line, failure=str(error))
    return Part(document, origin, number, line, row)
