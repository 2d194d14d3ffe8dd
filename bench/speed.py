"""Cleaning, sidecars built, beside datatrove's C4 line filter on the same documents, in turns, in one run.

    python bench/speed.py                    on pages made from our own fixtures
    python bench/speed.py DUMP.jsonl.gz ...  on dumps of your own (field `text`)

datatrove is installed into a throw-away environment (`--peer PYTHON` names one that has it). All sides are
timed in processor seconds of their own process, documents in memory. Every other document is for warming up and
the rest is timed, so that no line is timed that was seen before, but for what sites repeat. The median of the
ratios of neighbouring turns is what counts, since machines drift. What all packs cost beside English alone says
something where the documents are English: others give their own packs work to do.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TIMED = """
import json, sys, time
texts = [json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8")]
timed, warming = texts[::2], texts[1::2]
size = sum(len(text.encode("utf-8", "replace")) for text in timed)
{setup}
run(warming)
start = time.process_time()
run(timed)
print(size / 1e6 / (time.process_time() - start))
"""

OURS = """
from cleaner import Cleaner
cleaner = Cleaner({packs})
def run(texts):
    for result in cleaner.many(texts):
        result.sidecar()
"""

PEER = """
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter
judge = C4QualityFilter(min_num_sentences=-1)
def run(texts):
    for number, text in enumerate(texts):
        judge.filter(Document(text=text, id=str(number)))
"""


def made() -> Iterator[str]:
    """Pages from the fixtures, all English, each with stories before it, so that they are as long as news is.

    A number at the end of its lines makes each story another; the rest of a page recurs, as it does on a site.
    """
    sources = sorted((ROOT / "fixtures").glob("*/source.txt"))
    for number in range(300 * len(sources)):
        source = sources[number * 7 // 3 % len(sources)]
        story = (source.parent / "expected.txt").read_text(encoding="utf-8").strip()
        lines = [f"{line} {number}, {copy}." for copy in range(1 + number % 4) for line in story.splitlines() if line]
        yield "\n\n".join([*lines, source.read_text(encoding="utf-8")])


def read(paths: list[str]) -> Iterator[str]:
    """Texts of JSON lines, plain or gzipped."""
    for path in paths:
        with gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]


def peer_python(folder: Path) -> str:
    """A throw-away environment with datatrove in it."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", "datatrove", "nltk"], check=True)
    return python


def megabytes_a_second(python: str, setup: str, data: Path) -> float:
    """Runs one side once."""
    command = [python, "-c", TIMED.format(setup=setup), str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Prints each side's speed, and how long one takes beside another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", nargs="*")
    parser.add_argument("--peer", help="a Python that has datatrove")
    parser.add_argument("--turns", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "texts.jsonl"
        with data.open("w", encoding="utf-8") as file:
            for text in read(chosen.dumps) if chosen.dumps else made():
                file.write(json.dumps({"text": text}) + "\n")
        peer = chosen.peer or peer_python(Path(scratch) / "peer")
        sides = {
            "any and en": (sys.executable, OURS.format(packs='["any", "en"]')),
            "all packs": (sys.executable, OURS.format(packs="None")),
            "C4 lines": (peer, PEER),
        }
        turns = [{name: megabytes_a_second(*side, data) for name, side in sides.items()} for _ in range(chosen.turns)]
        for name in sides:
            print(f"{name}: {statistics.median(turn[name] for turn in turns):.1f} MB/s")
        for name, beside in (("any and en", "C4 lines"), ("all packs", "C4 lines"), ("all packs", "any and en")):
            ratio = statistics.median(turn[beside] / turn[name] for turn in turns)
            print(f"{name} takes {ratio:.2f} times as long as {beside}")


if __name__ == "__main__":
    main()
