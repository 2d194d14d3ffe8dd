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


def explanation() -> None:
    """explain.svg: a fixture with what leaves struck out."""
    cleaner = Cleaner()
    text = (FIXTURES / "pictures-and-teasers" / "source.txt").read_text(encoding="utf-8")
    console = Console(
        record=True,
        width=120,
        force_terminal=True,
        color_system="truecolor",
        file=io.StringIO(),
    )
    console.print(cleaner.clean(text).explain())
    console.save_svg(str(HERE / "explain.svg"), title="cleaner explain page.txt")


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
