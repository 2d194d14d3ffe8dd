"""The pictures of the README, made from the fixtures: `python bench/pictures.py` (needs chromium for the report)."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from pathlib import Path

from rich.console import Console

from cleaner import Cleaner
from cleaner.dump import Options, clean_dump
from cleaner.dump.back import documents
from cleaner.report.page import render
from cleaner.report.summary import summarise

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
SITES = ("harbour", "valley", "coast")


PAGE = """\
Home > Coast > Harbours

By Ada Cole
Published: March 3, 2019

The last lamp on the harbour wall went out on Tuesday, and for the first time in ninety years nobody climbed up to \
light it again. Sign up for our newsletter and never miss a story. The town council will decide in May.

Advertisement

“We did it for the boats,” said Hanna Lund, whose father had the job before her. A museum has asked for the lamp.

Every story on this site is free to read, but not free to report. Please consider making a one-time

Read more: The ferry that never came

Correction: An earlier version of this article gave the wrong year. Subscribe now.
"""


def explanation() -> None:
    """explain.svg: a page with what leaves struck out, and with what was spared."""
    cleaner = Cleaner()
    console = Console(record=True, width=110, force_terminal=True, color_system="truecolor", file=io.StringIO())
    console.print(cleaner.explain(cleaner.clean(PAGE)))
    console.save_svg(str(HERE / "explain.svg"), title="cleaner explain --spared page.txt")


def report() -> None:
    """report.png: the report on a small dump made of the fixtures."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as scratch:
        source, out = Path(scratch) / "in", Path(scratch) / "out"
        source.mkdir()
        rows = []
        for number in range(60):
            for folder in sorted(FIXTURES.iterdir()):
                text = folder / "source.txt"
                if text.exists():
                    url = f"https://{SITES[number % 3]}.example/{folder.name}-{number}"
                    rows.append(json.dumps({"url": url, "text": text.read_text(encoding="utf-8")}))
        (source / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
        clean_dump([source], out, Options())
        page = Path(scratch) / "report.html"
        page.write_text(render(summarise(documents(out)), "A dump of three sites"), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
            )
            shown = browser.new_page(viewport={"width": 1200, "height": 780})
            shown.goto(page.as_uri())
            shown.wait_for_selector("#list li")
            shown.select_option("#f-kind", "appeal")
            shown.evaluate("document.getElementById('documents').scrollIntoView({behavior: 'instant'})")
            shown.screenshot(path=str(HERE / "report.png"))
            browser.close()


if __name__ == "__main__":
    explanation()
    report()
