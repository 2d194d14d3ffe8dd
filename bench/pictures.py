"""The pictures of the README, of texts of our own: `python bench/pictures.py` (needs chromium for the report)."""

from __future__ import annotations

import io
import random
import shutil
import tempfile
import tomllib
from pathlib import Path

from rich.console import Console

from cleaner import Cleaner
from cleaner.dump import Options, clean_dump
from cleaner.dump.back import documents
from cleaner.report.page import render
from cleaner.report.summary import summarise

HERE = Path(__file__).resolve().parent
SITES = ("harbour", "valley", "coast")
WORDS = ("bridge", "mill", "ferry", "market", "school", "orchard")


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


def written(folder: Path) -> None:
    """A small dump of three sites: stories of `tests/lines` with lines that leave, and the page of the explanation."""
    chance = random.Random(3)  # noqa: S311 - for the same dump each time
    lines = tomllib.loads((HERE.parent / "tests/lines/en.toml").read_text(encoding="utf-8"))
    leaving = [line for kind in lines.values() for line in kind.get("drops", [])]
    told = lines["story"]["paragraphs"]
    for number, name in enumerate(f"{word}-{n}" for n in (1, 2, 3, 4, 5) for word in WORDS):
        few = chance.sample(leaving, 4)
        parts = [*few[:2], *chance.sample(told, min(4, len(told))), *few[2:]]
        path = folder / SITES[number % 3] / f"{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(parts), encoding="utf-8")
    (folder / SITES[0] / "the-last-lamp.txt").write_text(PAGE, encoding="utf-8")


def report() -> None:
    """report.png: the documents of a report on a small dump."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as scratch:
        source, out = Path(scratch) / "in", Path(scratch) / "out"
        source.mkdir()
        written(source)
        clean_dump([source], out, Options())
        page = Path(scratch) / "report.html"
        page.write_text(render(summarise(documents(out)), "A dump of three sites"), encoding="utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
            )
            shown = browser.new_page(viewport={"width": 1280, "height": 860})
            shown.goto(page.as_uri())
            shown.wait_for_selector("#list li")
            shown.locator("#list button", has_text="the-last-lamp").click()
            shown.hover("#before del >> nth=2")
            shown.evaluate("document.getElementById('documents').scrollIntoView({behavior: 'instant'})")
            shown.screenshot(path=str(HERE / "report.png"))
            browser.close()


if __name__ == "__main__":
    explanation()
    report()
