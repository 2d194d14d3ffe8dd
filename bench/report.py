"""What the report of a large dump weighs, and how long a browser takes to open it (needs chromium).

    python bench/report.py            20,000 documents in all languages of the packs, made of `tests/lines`
    python bench/report.py 5000       another number
    python bench/report.py --heavy    long ones, so that the sample reaches its bound
    python bench/report.py --into DIR where dump and report are kept, to look at

Printed beside the limits that are held to (2 s, 15 MB): the bytes of the page; the median of the time from asking for
the file to its load event, at which the charts are drawn, and the first document is shown; and of a filter by words,
which looks through every text. Making the page is measured in processor time beside the cleaning of the same dump.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLEANER = [sys.executable, "-c", "from cleaner.cli import main; main()"]
OPENED = 7
"""How often the page is opened."""


def dump(documents: int, *, heavy: bool) -> Iterator[str]:
    """Rows of JSON: stories of each language with lines between them that leave, on forty sites over six years."""
    chance = random.Random(7)  # noqa: S311 - for the same dump each time
    tables = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "tests/lines").glob("*.toml")
    }
    tables = {name: table for name, table in sorted(tables.items()) if "story" in table}
    for number in range(documents):
        name = chance.choice(list(tables))
        table = tables[name]
        told = table["story"]["paragraphs"]
        leaving = [line for kind in table.values() for line in kind.get("drops", [])]
        parts = [shuffled(chance.choice(told), chance) for _ in range(chance.randint(60, 200) if heavy else 6)]
        parts[:0] = chance.sample(leaving, 2)
        parts += chance.sample(leaving, 4)
        yield json.dumps({
            "url": f"https://{name}{number % 2}.example/{number}", "text": "\n\n".join(parts),
            "date": f"{2019 + number % 6}-{1 + number % 12:02}-03",
        })  # fmt: skip


def shuffled(paragraph: str, chance: random.Random) -> str:
    """The same words, or signs where words have no spaces, in another order, so that no story repeats another."""
    spaced = paragraph.count(" ") > len(paragraph) / 40
    words = paragraph.split() if spaced else list(paragraph)
    chance.shuffle(words)
    return (" " if spaced else "").join(words)


def processor_time(*arguments: str) -> float:
    """Seconds of processor time that a command of ours takes, all processes together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*CLEANER, *arguments], cwd=ROOT, env=os.environ, capture_output=True, check=False)
    if done.returncode not in (0, 2):
        sys.exit(done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def open_in_browser(page: Path) -> tuple[float, float]:
    """Medians in milliseconds: until the page is loaded, and until a filter by words has looked through all of it."""
    from playwright.sync_api import sync_playwright

    opened, filtered = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        for _ in range(OPENED):
            shown = browser.new_page(viewport={"width": 1200, "height": 900})
            shown.goto(page.as_uri(), wait_until="load")
            shown.wait_for_selector("#list li")
            opened.append(shown.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            start = time.perf_counter()
            shown.fill("#f-text", "no text says this")
            shown.wait_for_selector("text=Nothing fits the filter")
            filtered.append(1000 * (time.perf_counter() - start))
            shown.close()
        browser.close()
    return statistics.median(opened), statistics.median(filtered)


def main() -> None:
    """Makes the dump, cleans it, and measures its report."""
    heavy = "--heavy" in sys.argv
    documents = next((int(word) for word in sys.argv[1:] if word.isdigit()), 20_000)
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(sys.argv[sys.argv.index("--into") + 1]) if "--into" in sys.argv else Path(temporary)
        source, out, page = scratch / "in", scratch / "out", scratch / "report.html"
        source.mkdir(parents=True)
        with (source / "rows.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(row + "\n" for row in dump(documents, heavy=heavy))
        print(f"{documents:,} documents, {(source / 'rows.jsonl').stat().st_size / 1e6:.1f} MB")
        cleaning = processor_time("clean", str(source), "-o", str(out))
        making = processor_time("report", str(out), "-o", str(page))
        print(
            f"report made in {making:.1f} s of processor time; cleaned in {cleaning:.1f} s; "
            f"ratio {making / cleaning:.2f}"
        )
        print(f"weighs {page.stat().st_size / 1e6:.1f} MB (limit 15)")
        opened, filtered = open_in_browser(page)
        print(f"opens in {opened:.0f} ms (limit 2000); filtered by words in {filtered:.0f} ms")


if __name__ == "__main__":
    main()
