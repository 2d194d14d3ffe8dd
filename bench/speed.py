"""Cleaning, sidecars built, beside datatrove's C4 line filter on the same documents, in turns, in one run.

    python bench/speed.py                    on pages made from our own fixtures
    python bench/speed.py DUMP.jsonl.gz ...  on dumps of your own (field `text`)

datatrove is installed into a throw-away environment (`--peer PYTHON` names one that has it). Both sides are
timed in processor seconds of their own process, documents in memory, after one warm-up over all of them; the
median of the ratios of neighbouring turns is what counts, since machines drift.
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
size = sum(len(text.encode("utf-8", "replace")) for text in texts)
{setup}
run()
start = time.process_time()
run()
print(size / 1e6 / (time.process_time() - start))
"""

OURS = """
from cleaner import Cleaner
cleaner = Cleaner({packs})
def run():
    for result in cleaner.many(texts):
        result.sidecar()
"""

PEER = """
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter
judge = C4QualityFilter(min_num_sentences=-1)
def run():
    for number, text in enumerate(texts):
        judge.filter(Document(text=text, id=str(number)))
"""


def made() -> Iterator[str]:
    """Pages from the fixtures, each a few times over, so that they are as long as news is."""
    for number in range(300):
        for source in sorted((ROOT / "fixtures").glob("*/source.txt")):
            story = (source.parent / "expected.txt").read_text(encoding="utf-8").strip()
            yield f"{story}\n\n" * (1 + number % 4) + source.read_text(encoding="utf-8")


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
    """Prints each side's speed and the ratio, with English alone and with all packs."""
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
        for name, packs in (("any and en", '["any", "en"]'), ("all packs", "None")):
            turns = [
                (
                    megabytes_a_second(sys.executable, OURS.format(packs=packs), data),
                    megabytes_a_second(peer, PEER, data),
                )
                for _ in range(chosen.turns)
            ]
            ours, theirs = (statistics.median(side) for side in zip(*turns, strict=True))
            ratio = statistics.median(a / b for a, b in turns)
            print(f"{name}: cleaner {ours:.1f} MB/s, C4 lines {theirs:.1f} MB/s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
