"""How long `cleaner check` takes: one small file beside Python's own start, a thousand files beside `cleaner clean`.

    python bench/check.py            a story of our own, and a thousand pages made of the fixtures
    python bench/check.py FOLDER     texts of your own in place of the thousand

Everything is run as a person would run it, in processes of their own, in turns, in one run; the median of each and
the ratio of neighbours are what counts, since machines drift. The first turn, in which Python compiles, is dropped.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLEANER = [sys.executable, "-c", "from cleaner.cli import main; main()"]
STORY = "The ferry left the old pier at dawn with nine people on board.\n\nAdvertisement\n\nBy noon it was dry again.\n"
TURNS = 9


def seconds(command: list[str]) -> tuple[float, float]:
    """Wall and processor time of a command and of what it starts, whatever it says."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=ROOT, env={**ENVIRONMENT}, capture_output=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def beside(name: str, ours: list[str], peer_name: str, peer: list[str], turns: int) -> None:
    """Prints the medians of two commands run in turns, and of their ratios; wall time tells only when all is quiet."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(turns + 1)][1:]
    for clock, kind in enumerate(("wall", "processor")):
        one, other = (statistics.median(time[clock] for time in times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a[clock] / b[clock] for a, b in pairs)
        print(f"{name}, {kind}: {1000 * one:.0f} ms; {peer_name}: {1000 * other:.0f} ms; ratio {ratio:.2f}")


def main() -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as scratch:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = f"{scratch}/compiled"
        small = Path(scratch, "small.txt")
        small.write_text(STORY, encoding="utf-8")
        beside(
            "check, one file", [*CLEANER, "check", str(small)], "python -c pass", [sys.executable, "-c", "pass"], TURNS
        )
        marked = small.with_suffix(".md")
        marked.write_text(f"# Ferry\n\n{STORY}", encoding="utf-8")
        beside(
            "check, Markdown", [*CLEANER, "check", str(marked)], "python -c pass", [sys.executable, "-c", "pass"], TURNS
        )
        many = Path(sys.argv[1]) if sys.argv[1:] else made(Path(scratch, "many"))
        clean = [*CLEANER, "clean", str(many), "-o", f"{scratch}/out", "--no-learn", "--fresh"]
        beside("check, many files", [*CLEANER, "check", str(many)], "clean", clean, 3)


def made(folder: Path) -> Path:
    """A thousand texts of the fixtures, each made its own."""
    folder.mkdir()
    stories = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "fixtures").glob("*/source.txt"))]
    for number in range(1_000):
        text = stories[number % len(stories)] * 2 + f"\nBoat number {number} came home.\n"
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")
    return folder


ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

if __name__ == "__main__":
    main()
