"""Pages beside trafilatura on the same HTML, page by page in turns, in one run: body and time.

    python bench/pages.py                     time alone, on pages made from our own fixtures
    python bench/pages.py PAGES.jsonl.gz ...  on pages of your own: fields `html`, `url`, and `body` for quality

Words of the body are compared as multisets, as the WCXB benchmark does; the mean over pages is printed. Both sides
read metadata too (trafilatura as `extract(html, with_metadata=True)`) and are timed in processor seconds of this
process, after our side has seen all pages once, since it reads the rules of a language when it first meets it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import trafilatura

from cleaner import Cleaner
from cleaner.pages.extract import forget

ROOT = Path(__file__).resolve().parent.parent
WORD = re.compile(r"\w+")


def made() -> Iterator[dict[str, Any]]:
    """The fixtures that are pages, each with many paragraphs more, so that they are as long as pages are."""
    for number in range(60):
        for source in sorted((ROOT / "fixtures").glob("*/source.html")):
            html = source.read_text(encoding="utf-8")
            story = re.findall(r"<p>[^<]{80,}</p>", html)[:1] or ["<p>It rained.</p>"]
            more = "".join(part.replace("</p>", f" {number}.{at}</p>") for at, part in enumerate(story * 25))
            yield {"html": html.replace(story[0], more), "url": None}


def read(paths: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of JSON lines, plain or gzipped."""
    for path in paths:
        with gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def f1(text: str, gold: str) -> float:
    """Word F1 of a text against the right one."""
    ours, theirs = Counter(WORD.findall(text.lower())), Counter(WORD.findall(gold.lower()))
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else float(not ours and not theirs)


def timed(side: Callable[[dict[str, Any]], str], row: dict[str, Any]) -> tuple[str, float]:
    """What a side makes of a page, and how long it took."""
    start = time.process_time()
    text = side(row)
    return text, time.process_time() - start


def main() -> None:
    """Prints quality, time and the ratio of both sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--limit", type=int, help="only so many pages")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    cleaner = Cleaner()

    def ours(row: dict[str, Any]) -> str:
        result = cleaner.clean(html=row["html"], url=row.get("url"))
        result.sidecar()
        return result.text

    def theirs(row: dict[str, Any]) -> str:
        return trafilatura.extract(row["html"], with_metadata=True) or ""

    def bare(row: dict[str, Any]) -> str:
        return trafilatura.extract(row["html"], include_comments=False) or ""

    rows = list(read(chosen.pages) if chosen.pages else made())[: chosen.limit]
    for row in rows:
        ours(row)
    theirs(rows[0])
    forget()
    seconds = [0.0, 0.0]
    scores: list[tuple[float, float]] = []
    for number, row in enumerate(rows):
        # Whoever comes second finds trafilatura's caches warm, so the sides take turns.
        if number % 2:
            one, mine = timed(ours, row)
            _, yours = timed(theirs, row)
        else:
            _, yours = timed(theirs, row)
            one, mine = timed(ours, row)
        seconds[0] += mine
        seconds[1] += yours
        if row.get("body") is not None:
            scores.append((f1(one, row["body"]), f1(bare(row), row["body"])))
    each = [1_000 * part / len(rows) for part in seconds]
    print(f"{len(rows)} pages: cleaner {each[0]:.1f} ms, trafilatura {each[1]:.1f} ms, ratio {each[0] / each[1]:.2f}")
    if scores:
        print("word F1: cleaner {:.4f}, trafilatura {:.4f}".format(*map(statistics.mean, zip(*scores, strict=True))))


if __name__ == "__main__":
    main()
