"""Counting proper: parts to a table of what repeats, in SQL, on disk where memory does not do.

Everything is counted exactly, and every choice among equals is by order of the values, so the result depends on
the set of documents alone.
"""

# ruff: noqa: S608 - what is put into the SQL are our own numbers, and paths with their quotes doubled

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner.errors import InputError, OutputError
from cleaner.repeats.count import BLOCK, DOCUMENT, MASKED, VERSION
from cleaner.repeats.grade import MANY
from cleaner.repeats.thresholds import Thresholds

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS_A_PASS = 16_000_000
"""Rows whose keys are counted at once: what fits into a gigabyte."""

EVERYWHERE, TOO_MANY = 0.3, 30
"""Blocks with at least this share, in at least so many documents, say nothing about which story a document tells."""

SEEDS = (
    0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
    0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63, 0x61C8864E7A143579,
)  # fmt: skip
"""Six orders of keys (XXH64's primes and their kin), whose first keys sign a document: MinHash, Broder 1997."""


class Counted(NamedTuple):
    """What repeats, sorted by site, then by documents; and how many different documents each site has."""

    blocks: pa.Table
    sites: dict[str, int]


def count(
    parts: Sequence[Path], thresholds: Thresholds, *, memory: str = "1GB", threads: int | None = None,
    scratch: Path | None = None,
) -> Counted:  # fmt: skip
    """What repeats in all parts together.

    `memory` and `threads` are DuckDB's; what does not fit lies in `scratch` meanwhile. Raises InputError for files
    that are no parts.
    """
    with _opened(parts, memory, threads, scratch) as database:
        return _counted(database, thresholds)


def merge(
    parts: Sequence[Path], path: Path, *, memory: str = "1GB", threads: int | None = None,
    scratch: Path | None = None,
) -> int:  # fmt: skip
    """Writes parts as one, and says how many documents it holds. Raises InputError and OutputError."""
    import duckdb

    unfinished = path.with_name(f".{path.name}.part")
    with _opened(parts, memory, threads, scratch) as database:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            database.execute(
                f"""COPY (SELECT * FROM rows) TO '{_quoted(unfinished)}' (FORMAT parquet, COMPRESSION zstd,
                    COMPRESSION_LEVEL 1, KV_METADATA {{cleaner: 'counts {VERSION}'}})"""
            )
            os.replace(unfinished, path)
        except (OSError, duckdb.IOException) as error:
            raise OutputError(f"{path}: cannot be written: {error}; free space or choose another -o") from None
        finally:
            unfinished.unlink(missing_ok=True)
        return int(database.sql("SELECT count(*) FROM papers").fetchall()[0][0])


@contextmanager
def _opened(
    parts: Sequence[Path], memory: str, threads: int | None, scratch: Path | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that sees the rows of all parts, each document once."""
    for part in parts:
        _refuse_strange(part)
    import duckdb

    with tempfile.TemporaryDirectory(prefix="cleaner-", dir=scratch) as folder:
        database = duckdb.connect(str(Path(folder) / "counts.duckdb"))
        try:
            database.execute(f"SET memory_limit = '{memory}'")
            database.execute(f"SET temp_directory = '{_quoted(folder)}'")
            database.execute("SET preserve_insertion_order = false")
            if threads:
                database.execute(f"SET threads = {threads}")
            _read(database.execute, parts)
            yield database
        finally:
            database.close()


def is_part(path: Path) -> bool:
    """Whether a file holds counts, of whatever version."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return path.suffix == ".parquet" and b"cleaner" in (pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def _refuse_strange(part: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = (pq.read_schema(part).metadata or {}).get(b"cleaner", b"").decode()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{part}: no counts of `cleaner learn`: {error}") from None
    if found != f"counts {VERSION}":
        raise InputError(f"{part}: these are {found or 'no counts'}, but counts {VERSION} are needed; learn it anew")


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")


def _read(run: Callable[..., Any], parts: Sequence[Path]) -> None:
    """The view `rows`, and the tables `papers` and `sites`."""
    files = "[" + ", ".join(f"'{_quoted(part)}'" for part in parts) + "]"
    run(f"CREATE VIEW given AS SELECT * FROM read_parquet({files}, filename = true)")
    run(f"""CREATE TABLE papers AS SELECT site, document, min(text) AS name, count(*) AS copies, min(filename) AS first
            FROM given WHERE form = {DOCUMENT} GROUP BY ALL""")
    run("CREATE TABLE sites AS SELECT site, min(name) AS name, count(*) AS number FROM papers GROUP BY ALL")
    _leave_out_copies(run)


def _counted(database: duckdb.DuckDBPyConnection, thresholds: Thresholds) -> Counted:
    run = database.execute
    _count_keys(run, thresholds)
    _sign(run)
    _describe(run, thresholds)
    sites = run("SELECT name, number FROM sites ORDER BY name").fetchall()
    return Counted(database.sql(_RESULT).to_arrow_table(), dict(sites))


def _leave_out_copies(run: Callable[..., Any]) -> None:
    """A view of the rows in which each document stands once, whichever parts hold it."""
    run("CREATE TABLE copied AS SELECT site, document, first FROM papers WHERE copies > 1")
    again = run("SELECT count(*) FROM copied").fetchone()[0]
    once = """WHERE NOT EXISTS (FROM copied c WHERE c.site = g.site AND c.document = g.document
              AND c.first <> g.filename)"""
    run(f"CREATE VIEW rows AS SELECT * EXCLUDE (filename) FROM given g {once if again else ''}")


def _count_keys(run: Callable[..., Any], thresholds: Thresholds) -> None:
    """The table `frequent`: keys in enough documents. Counted range by range, so that memory has a bound."""
    run("CREATE TABLE frequent (site UBIGINT, key UBIGINT, form UTINYINT, documents BIGINT, number BIGINT)")
    passes = 1 + run("SELECT count(*) FROM given").fetchone()[0] // ROWS_A_PASS
    for turn in range(passes):
        counted = f"""INSERT INTO frequent SELECT c.*, s.number FROM (
                SELECT site, key, form, count(*) AS documents FROM rows
                WHERE form > 0 AND (key >> 32) % {passes} = {turn} GROUP BY ALL HAVING count(*) >= $few
            ) c JOIN sites s USING (site)
            WHERE c.documents >= $never * s.number
              AND (c.documents >= $documents OR c.documents >= $most * s.number)"""
        run(counted, _values(thresholds, counted))


def _sign(run: Callable[..., Any]) -> None:
    """The table `hits`, rows of frequent keys, and `signed`: by which story, whoever tells it how often, they stand.

    A story that its site printed again, a little changed, shares most of its sentences with itself, and so most
    likely the first of them in any order. `stories` is how many firsts there are, on the mean of all orders.
    """
    run("""CREATE TABLE hits AS SELECT r.site, r.key, r.form, r.document, r.before, r.place, r."left" AS after
           FROM rows r JOIN frequent f ON r.site = f.site AND r.key = f.key AND r.form = f.form""")
    firsts = ", ".join(f"min(xor(r.key, {seed})) AS s{n}" for n, seed in enumerate(SEEDS))
    run(f"""CREATE TABLE signed AS SELECT r.site, r.document, {firsts} FROM rows r
            WHERE r.form = {BLOCK}
              AND NOT EXISTS (FROM frequent f WHERE f.site = r.site AND f.key = r.key AND f.form = {BLOCK}
                              AND f.documents >= greatest({EVERYWHERE} * f.number, {TOO_MANY}))
            GROUP BY ALL""")
    stories = " + ".join(f"count(DISTINCT coalesce(s.s{n}, h.document))" for n in range(len(SEEDS)))
    run(f"""CREATE TABLE votes AS SELECT h.site, h.key, h.form, ({stories}) / {len(SEEDS)} AS stories
            FROM hits h JOIN frequent f ON h.site = f.site AND h.key = f.key AND h.form = f.form
            LEFT JOIN signed s ON s.site = h.site AND s.document = h.document
            WHERE f.documents <= {MANY} GROUP BY ALL""")


def _describe(run: Callable[..., Any], thresholds: Thresholds) -> None:
    """Where frequent blocks stand, what stands before them, and how they read."""
    run(f"""CREATE TABLE places AS SELECT site, key, form, quantile_disc(place, 0.5) AS place,
                count(*) FILTER (after <= {thresholds.tail}) / count(*) AS tail
            FROM hits GROUP BY ALL""")
    run("""CREATE TABLE befores AS
           FROM (SELECT site, key, form, before, count(*) AS times FROM hits GROUP BY ALL)
           QUALIFY row_number() OVER (PARTITION BY site, key, form ORDER BY times DESC, before) = 1""")
    run(f"""CREATE TABLE wanted AS SELECT DISTINCT site, key FROM (
                SELECT site, key FROM frequent WHERE form = {BLOCK}
                UNION ALL SELECT site, before FROM befores WHERE form = {MASKED})""")
    run(f"""CREATE TABLE examples AS SELECT r.site, r.key, min(r.text) AS text
            FROM rows r JOIN wanted w ON r.site = w.site AND r.key = w.key WHERE r.form = {BLOCK} GROUP BY ALL""")


def _values(thresholds: Thresholds, sql: str) -> dict[str, Any]:
    """The thresholds that a statement asks for."""
    return {name: getattr(thresholds, name) for name in set(re.findall(r"\$(\w+)", sql))}


_RESULT = f"""
SELECT s.name AS site, f.key, f.form = {MASKED} AS masked, f.documents, f.number AS "of",
    f.documents / f.number AS share, coalesce(v.stories, f.documents) AS stories, p.place, p.tail, e.text AS example,
    CASE WHEN f.form = {BLOCK} THEN nullif(b.before, 0) END AS before,
    CASE WHEN f.form = {BLOCK} THEN b.times / f.documents END AS before_share,
    length(e.text) + 1.5::DOUBLE * length(
        regexp_replace(e.text, '[^\\p{{Han}}\\p{{Hiragana}}\\p{{Katakana}}\\p{{Hangul}}]', '', 'g')) AS size
FROM frequent f
JOIN sites s USING (site)
JOIN places p ON p.site = f.site AND p.key = f.key AND p.form = f.form
JOIN befores b ON b.site = f.site AND b.key = f.key AND b.form = f.form
JOIN examples e ON e.site = f.site AND e.key = CASE WHEN f.form = {MASKED} THEN b.before ELSE f.key END
LEFT JOIN votes v ON v.site = f.site AND v.key = f.key AND v.form = f.form
WHERE NOT (f.form = {MASKED} AND b.times = f.documents)
ORDER BY s.name, f.documents DESC, masked, f.key
"""
