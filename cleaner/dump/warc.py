"""Crawls, WARC and WET, through fastwarc: read by the parent, cleaned by workers in batches, written as rows.

`large` and `run` are the file under way and the run, as `cleaner.dump.tasks` has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from cleaner.dump.bench import Bench, Done, put_sheet
from cleaner.dump.fields import Fields
from cleaner.dump.forms import Form, written_as
from cleaner.dump.pool import Marker, Task
from cleaner.dump.records import MANY, MANY_BYTES, Records
from cleaner.dump.rows import Row
from cleaner.dump.sheets import Sheet
from cleaner.dump.streams import Stream, StreamError, unpack


class Page(msgspec.Struct, frozen=True):
    """One record of a WARC or WET file."""

    id: str | None
    url: str | None
    date: str | None
    text: str | None
    html: bytes | None
    encoding: str | None


class Pages(Task, kw_only=True):
    """Some records of a WARC or WET file, one after another; `broken` says why the file ends with them."""

    name: str
    packing: str
    number: int
    row: int
    pages: list[Page]
    parts: str
    broken: str | None = None
    weight: int = 0

    def clean(self, bench: Bench, marker: Marker) -> Done:
        """The outcome, in a worker."""
        return _clean_pages(bench, self, marker)


def pages(large: Any, run: Any) -> Iterator[Task]:
    """The tasks of a file: its records in batches."""
    found = large.found
    large.fields = Fields(text="text", url="url", id="id", date="date")
    batch: list[Page] = []
    broken: str | None = None
    size = number = 0
    row = 1
    try:
        for page in _records(found.path, found.form, run.options.limits.ratio):
            batch.append(page)
            size += len(page.html or b"") + len(page.text or "")
            if len(batch) >= MANY or size >= MANY_BYTES:
                yield from _batch(large, run, number, row, batch, size)
                number, row = number + 1, row + len(batch)
                batch, size = [], 0
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # fastwarc's own errors share no class, and its panics are no Exception
        broken = f"the file is damaged after {row + len(batch) - 1} records: {error}; nothing after them can be read"
    if batch or broken:
        yield from _batch(large, run, number, row, batch, size, broken)
        number += 1
    large.total = number


def _batch(
    large: Any, run: Any, number: int, row: int, pages: list[Page], size: int, broken: str | None = None
) -> Iterator[Task]:
    if number in large.done:
        run.passed(0)
        return
    yield Pages(
        name=large.found.name, packing=large.found.form.packing, number=number, row=row, pages=pages, parts=large.parts,
        broken=broken, weight=size,
    )  # fmt: skip


def _records(path: str, form: Form, ratio: int) -> Iterator[Page]:
    """The pages of a crawl; unpacked here, since fastwarc takes a stream that ends early for one that ends."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.conversion | WarcRecordType.resource
    with open(path, "rb") as file:
        # What is raised inside fastwarc ends the process; so the stream is told to end, and asked afterwards.
        stream: Any = Stream(unpack(file, form.packing, ratio), quiet=True)
        for record in ArchiveIterator(stream, record_types=wanted):
            page = _page(record, WarcRecordType)
            if page is not None:
                yield page
        if stream.problem is not None:
            raise stream.problem
        if stream.last and not stream.last.endswith((b"\r\n\r\n", b"\n\n")):
            raise StreamError("the last record ends early")


def _page(record: Any, kinds: Any) -> Page | None:
    headers = record.headers
    known = (headers.get("WARC-Record-ID"), headers.get("WARC-Target-URI"), headers.get("WARC-Date"))
    if record.record_type == kinds.conversion:
        return Page(*known, record.reader.read().decode("utf-8", "replace"), None, None)
    said = headers.get("Content-Type") or ""
    charset = None
    if record.record_type == kinds.response:
        if record.http_headers is None:
            return None
        said = record.http_headers.get("Content-Type") or ""
        charset = record.http_charset
    if "html" not in said.lower():
        return None
    return Page(*known, None, record.reader.read(), charset)


def _clean_pages(bench: Bench, task: Pages, marker: Marker) -> Done:
    rows = Records(bench, task, "warc", "text", marker)
    made = []
    for page in task.pages:
        text = rows(Row(page.text, page.html, page.url, page.id, None, page.encoding)).text
        row = {"id": page.id, "url": page.url, "date": page.date, "text": page.text if text is None else text}
        if text is None and page.html is not None:
            row["html"] = page.html.decode(page.encoding or "utf-8", "replace")
        made.append({name: value for name, value in row.items() if value is not None})
    if task.broken is not None:
        rows.counts.fail(task.name, None, None, task.broken)
    if task.only is None:
        sheet = Sheet(written_as(Form("warc", task.packing), bench.asked))
        put_sheet(bench, task.parts, task.number, rows.written(made, sheet))
    return Done(rows.counts)
