"""Counting proper: parts to a table of what repeats, in SQL, on disk where memory does not do.

Everything is counted exactly, and every choice among equals is by order of the values, so the result depends on
the set of documents alone.
"""

# ruff: noqa: S608 - what is put into the SQL are our own numbers, and paths with their quotes doubled

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner.errors import InputError
from cleaner.repeats.count import BLOCK, DOCUMENT, MASKED, VERSION
from cleaner.repeats.thresholds import Thresholds

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS_A_PASS = 16_000_000
"""Rows whose keys are counted at once: what fits into a gigabyte."""

MANY = 1_000
"""A block in more documents than this is not looked at for being one story told again."""

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
            return _counted(database, parts, thresholds)
        finally:
            database.close()


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


def _counted(database: duckdb.DuckDBPyConnection, parts: Sequence[Path], thresholds: Thresholds) -> Counted:
    run = database.execute
    files = "[" + ", ".join(f"'{_quoted(part)}'" for part in parts) + "]"
    run(f"CREATE VIEW given AS SELECT * FROM read_parquet({files}, filename = true)")
    run(f"""CREATE TABLE papers AS SELECT site, document, min(text) AS name, count(*) AS copies, min(filename) AS first
            FROM given WHERE form = {DOCUMENT} GROUP BY ALL""")
    run("CREATE TABLE sites AS SELECT site, min(name) AS name, count(*) AS number FROM papers GROUP BY ALL")
    _leave_out_copies(run)
    _count_keys(run, thresholds)
    _sign(run)
    _describe(run, thresholds)
    sites = run("SELECT name, number FROM sites ORDER BY name").fetchall()
    return Counted(database.sql(_RESULT, params=_values(thresholds, _RESULT)).to_arrow_table(), dict(sites))


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
WITH joined AS (
    SELECT s.name AS site, f.key, f.form = {MASKED} AS masked, f.documents, f.number AS "of",
        f.documents / f.number AS share, coalesce(v.stories, f.documents) AS stories,
        p.place, p.tail, e.text AS example, b.before, b.times,
        length(e.text) + 1.5 * length(
            regexp_replace(e.text, '[^\\p{{Han}}\\p{{Hiragana}}\\p{{Katakana}}\\p{{Hangul}}]', '', 'g')) AS size,
        share / CASE WHEN s.name = '' THEN $unsited ELSE 1.0 END AS weight
    FROM frequent f
    JOIN sites s USING (site)
    JOIN places p ON p.site = f.site AND p.key = f.key AND p.form = f.form
    JOIN befores b ON b.site = f.site AND b.key = f.key AND b.form = f.form
    JOIN examples e ON e.site = f.site AND e.key = CASE WHEN f.form = {MASKED} THEN b.before ELSE f.key END
    LEFT JOIN votes v ON v.site = f.site AND v.key = f.key AND v.form = f.form
    WHERE NOT (f.form = {MASKED} AND b.times = f.documents)
), graded AS (
    SELECT *, CASE
        WHEN documents <= {MANY} AND stories - 1 < $told * (documents - 1) THEN NULL
        WHEN documents < $documents THEN CASE WHEN size >= $long AND NOT masked THEN 'edge' ELSE 'second' END
        WHEN size >= CASE WHEN masked THEN 2 ELSE 1 END * $long AND weight >= $most THEN 'always'
        WHEN size >= $long AND weight >= $some AND tail >= 0.8 AND place >= 50 AND NOT masked THEN 'tail'
        WHEN size >= CASE WHEN masked THEN 2 ELSE 1 END * $long AND weight >= $often THEN 'edge'
        WHEN (size >= $short AND weight >= $rare OR weight >= $some) AND tail >= 0.5 AND place >= 75 AND NOT masked
            THEN 'edge'
        ELSE 'second' END AS grade
    FROM joined
)
SELECT site, key, masked, documents, "of", share, stories, grade, place, tail, example,
    CASE WHEN masked THEN NULL ELSE nullif(before, 0) END AS before,
    CASE WHEN masked THEN NULL ELSE times / documents END AS before_share
FROM graded WHERE grade IS NOT NULL
ORDER BY site, documents DESC, masked, key
"""
