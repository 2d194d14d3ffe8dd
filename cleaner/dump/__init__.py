"""A dump in, the same dump out, cleaned: planning, shards, workers, resuming, counting.

    from cleaner.dump import Options, clean_dump
    report = clean_dump([Path("scraped")], Path("out"), Options(), workers=4)

## What lies in OUT

    a/b.txt            the cleaned text of `a/b.txt` or `a/b.html`, in the encoding and compression it came in
    a/b.json           its sidecar (`cleaner.data.Sidecar`), compressed as the text is
    x.jsonl            the rows of `x.jsonl`, the text in them replaced, all else untouched
    x.meta.jsonl       one sidecar a row, in the order of the rows (so for `.ndjson`, `.json`, `.csv`, `.tsv`)
    y.parquet          rows with the text replaced and the sidecar as a struct column `cleaner` (`cleaner_2` if there
                       was one); text in a dictionary comes out as plain strings
    z.warc.jsonl       the pages of `z.warc` or `z.wet` as rows (id, url, date, text), with `z.warc.meta.jsonl`
    pages/…            the members of the archive `pages.zip` or `pages.tar.gz`, as if it were a folder
    failed.jsonl       one row for each record that was passed through as it was (empty if none was)
    report.json        what was done, in numbers
    repeats/           what was learned, if learning was on (`cleaner.repeats`)
    .cleaner/          the run's own state: lock, journal of finished shards, parts of files not yet whole

With `--format jsonl` (`jsonl.gz`, `jsonl.zst`) or `parquet` every file of rows is written so, `x.csv` as `x.jsonl`
with `x.meta.jsonl`, or as `x.parquet` with the column `cleaner` (theirs of that name becomes `cleaner_source`). Texts
and pages become rows (id, site, text) of `documents.jsonl` or `documents.parquet`, those of an archive in its folder;
one that failed is copied as a file too. In Parquet, what is not text, a number or true or false is JSON as text; so is
a column of several types. A row that could not be read stands in a column `raw`.

Where two inputs would take one name, the longer one is used: `a.html.txt`, `a.txt.json`, `pages.zip/…`.
`cleaner.dump.back.documents(OUT)` reads all of it back, whatever the form: name, text, sidecar.

A row of failed.jsonl: `file` (name inside the dump), `row` (1 for the first; null for a file that failed whole),
`id` (if the record has one), `reason`. Sorted by file and row.

report.json is the same for any number of workers and however often a run was stopped, so it holds no times:

    version        1
    tool           name, version and packs, as in a sidecar
    settings       what the run was asked for: version, packs, keep, allow, learn, encoding, fields, sidecar
    documents      how many records there were, failed ones among them
    letters        code points before; removed: code points that left
    status         {status: documents}
    kinds, rules   {name: {"stretches": n, "letters": n}}, rules by rule id
    sites          {site: {"documents": n, "letters": n, "removed": n, "failed": n}}; the sites that come first, up to
                   50,000, the rest as "(others)"; the site is the host of the URL if none is named;
                   documents without either are not in it
    tables         for each file of rows: name, form, target, sidecars (null if inside), rows, failed, fields,
                   written (the form), column (that holds the sidecars if they are inside)
    left_alone     {"files": n, "first": [{"name", "reason"} …]}: files that are no part of a dump; at most 100 named
    failed         how many records failed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaner.dump.options import Limits, Options
    from cleaner.dump.passes import clean_dump

__all__ = ["Limits", "Options", "clean_dump"]

_HOME = {"clean_dump": "passes", "Limits": "options", "Options": "options"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'cleaner.dump' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"cleaner.dump.{_HOME[name]}"), name)
