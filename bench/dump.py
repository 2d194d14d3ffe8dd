"""`cleaner clean` end to end: speed beside datatrove, small files, workers, start-up, memory, kills, hostile inputs.

    python bench/dump.py                     all of it, on a dump of 100 MB
    python bench/dump.py speed memory        parts: speed small workers start memory html kill hostile profile
    python bench/dump.py memory --size 2000  megabytes of text in the largest dump
    python bench/dump.py speed --peer PYTHON where PYTHON has datatrove; without it that side is left out

The dump is made here, of invented words between English ones, a part of it furniture that rules know. Machines are
shared and drift, so processor seconds (user and system, all processes, start-up included) are what is compared, in
turns; wall clock is told beside them. A second of "one core" is a processor second: what parent and workers take
together. Memory is the proportional set size of all processes, looked at twenty times a second.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cleaner.dump.streams import pack

ROOT = Path(__file__).resolve().parent.parent
PLAIN = {"learn": False}

RUN = """
import json, os, sys, time
from pathlib import Path
from cleaner.dump import Options, clean_dump
done = clean_dump([Path(sys.argv[1])], Path(sys.argv[2]), Options(**json.loads(sys.argv[4])), workers=int(sys.argv[3]))
t = os.times()
counts = done.counts
print(json.dumps({"parent": t.user + t.system, "workers": t.children_user + t.children_system,
    "documents": counts.documents, "failed": counts.failed, "removed": counts.removed / max(1, counts.letters)}))
"""

PEER = """
import json, os, sys
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters import C4QualityFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
LocalPipelineExecutor(
    pipeline=[JsonlReader(sys.argv[1], compression="zstd"), C4QualityFilter(min_num_sentences=-1),
              JsonlWriter(sys.argv[2], compression="zstd")],
    tasks=1, workers=1, logging_dir=sys.argv[2] + "/logs").run()
t = os.times()
print(json.dumps({"all": t.user + t.system + t.children_user + t.children_system}))
"""

SMALL_WORDS = [
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "is",
    "was",
    "that",
    "for",
    "on",
    "with",
    "as",
    "by",
    "at",
    "from",
    "they",
    "had",
    "were",
    "this",
    "which",
    "or",
    "an",
    "be",
    "are",
    "it",
    "has",
    "not",
    "but",
    "his",
    "her",
    "their",
    "been",
    "who",
    "there",
    "when",
    "more",
    "about",
    "would",
    "after",
    "than",
    "its",
    "also",
]
FURNITURE = [
    "Advertisement", "Share this:", "Sign up for our newsletter and get the best stories every morning.",
    "By Ada Lund, Staff Writer", "Related: What the council decided last night", "Photo: Nils Brandt",
    "Please support our journalism. Donate today.", "Tags: ferries, piers, weather", "Read more",
    "Follow us on Facebook",
    "© 2024 The Harbour Gazette. All rights reserved.", "Skip to main content",
]  # fmt: skip


def words(chance: random.Random) -> list[str]:
    """Invented words, a few thousand."""
    parts = ["ba", "len", "tor", "mi", "sha", "ver", "ond", "ki", "pra", "est", "ul", "gan", "fel", "ro", "nim", "das"]
    return ["".join(chance.choices(parts, k=chance.randrange(1, 4))) for _ in range(4_000)]


def story(chance: random.Random, invented: list[str]) -> str:
    """An article of some four thousand letters, with a few lines around it that are none of it."""
    blocks = []
    for _ in range(chance.randrange(4, 16)):
        sentences = []
        for _ in range(chance.randrange(2, 6)):
            said = [
                chance.choice(SMALL_WORDS if chance.random() < 0.45 else invented)
                for _ in range(chance.randrange(7, 24))
            ]
            sentences.append(" ".join(said).capitalize() + ".")
        blocks.append(" ".join(sentences))
    for _ in range(chance.choice([0, 0, 0, 1, 2, 4])):
        blocks.insert(
            chance.choice([0, 0, len(blocks), len(blocks), chance.randrange(len(blocks))]), chance.choice(FURNITURE)
        )
    return "\n\n".join(blocks) + "\n"


def stories(megabytes: float, seed: int = 1) -> Iterator[str]:
    """So many megabytes of articles; a thousand are made, then put together anew, since making them takes time."""
    chance = random.Random(seed)  # noqa: S311 - words, not secrets
    invented = words(chance)
    paragraphs = [story(chance, invented).rstrip("\n").split("\n\n") for _ in range(1_000)]
    left = megabytes * 1e6
    while left > 0:
        head, tail = chance.choice(paragraphs), chance.choice(paragraphs)
        text = "\n\n".join([*head[: len(head) // 2 + 1], *tail[len(tail) // 2 :]]) + "\n"
        left -= len(text)
        yield text


def write_rows(path: Path, megabytes: float) -> None:
    """A file of JSON lines, packed as its name says."""
    packing = {".gz": "gz", ".zst": "zst"}.get(path.suffix, "")
    with path.open("wb") as file:
        held = b""
        for number, text in enumerate(stories(megabytes)):
            held += (
                json.dumps({"id": number, "url": f"https://gazette.example/{number}", "text": text}).encode() + b"\n"
            )
            if len(held) > 4_000_000:
                file.write(pack(held, packing))
                held = b""
        file.write(pack(held, packing))


def repeat_rows(dump: Path, path: Path, megabytes: float) -> float:
    """A dump of one's own (JSON lines, gzipped, field `text`), again and again; says how many megabytes of text."""
    with gzip.open(dump, "rb") as file:
        rows = file.read()
    size = sum(len(json.loads(row)["text"]) for row in rows.splitlines()) / 1e6
    times = max(1, round(megabytes / size))
    path.write_bytes(pack(rows, "zst") * times)
    return size * times


def write_pages(path: Path, number: int) -> None:
    """A file of JSON lines that hold pages."""
    with path.open("w", encoding="utf-8") as file:
        for at, text in enumerate(stories(1e9)):
            if at == number:
                return
            body = "".join(f"<p>{block}</p>" for block in text.split("\n\n"))
            html = (
                f"<html><head><title>{at}</title></head><body><nav><a href='/'>Home</a></nav><article>{body}</article>"
            )
            file.write(json.dumps({"url": f"https://gazette.example/{at}", "html": f"{html}</body></html>"}) + "\n")


class Runs:
    """Runs of the program in a folder of their own."""

    def __init__(self, scratch: Path, peer: str | None, dump: Path | None) -> None:
        """`peer` is a Python with datatrove, `dump` somebody's own."""
        self.scratch, self.peer, self.dump = scratch, peer, dump
        self.number = 0

    def out(self) -> Path:
        """An OUT that nobody has used."""
        self.number += 1
        return self.scratch / f"out{self.number}"

    def clean(
        self, source: Path, *, workers: int = 1, look: Callable[[int], None] | None = None, **options: Any
    ) -> dict[str, Any]:
        """One run: processor seconds of parent and workers, wall clock, documents."""
        out = self.out()
        command = [sys.executable, "-c", RUN, str(source), str(out), str(workers), json.dumps({**PLAIN, **options})]
        begun = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) as running:
            while look is not None and running.poll() is None:
                look(running.pid)
                time.sleep(0.05)
            said, _ = running.communicate()
        if running.returncode:
            raise SystemExit(f"the run failed: {command}")
        found: dict[str, Any] = {**json.loads(said), "wall": time.monotonic() - begun}
        shutil.rmtree(out)
        return {**found, "all": found["parent"] + found["workers"]}

    def filter_c4(self, source: Path) -> float | None:
        """Processor seconds of datatrove reading, C4-filtering and writing a file; None without a peer."""
        if self.peer is None:
            return None
        out = self.out()
        command = [self.peer, "-c", PEER, str(source.parent), str(out)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        shutil.rmtree(out)
        return float(json.loads(done.stdout.split("\n")[-2])["all"])


def speed(runs: Runs, megabytes: float) -> None:
    """JSONL.zst to JSONL.zst with sidecars, beside the peer."""
    source = runs.scratch / "speed" / "x.jsonl.zst"
    source.parent.mkdir()
    if runs.dump is None:
        write_rows(source, megabytes)
    else:
        megabytes = repeat_rows(runs.dump, source, megabytes)
    ours, theirs = [], []
    for _ in range(3):
        ours.append(runs.clean(source)["all"])
        seconds = runs.filter_c4(source)
        if seconds is not None:
            theirs.append(seconds)
    best = statistics.median(ours)
    print(f"speed: {megabytes / best:.1f} MB of text a processor second, JSONL.zst with sidecars ({megabytes:.0f} MB)")
    if not theirs:
        print("       no peer: give --peer PYTHON, one that has datatrove")
        return
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    rate = megabytes / statistics.median(theirs)
    print(f"       datatrove, C4 filter: {rate:.1f} MB a second; we are {ratio:.2f} times as fast")


def small(runs: Runs, _: float) -> None:
    """A folder of small texts."""
    folder = runs.scratch / "small"
    for number, text in enumerate(stories(1e9)):
        if number == 10_000:
            break
        path = folder / f"{number // 500}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[:2_000], encoding="utf-8")
    found = [runs.clean(folder) for _ in range(3)]
    rate = statistics.median(10_000 / one["all"] for one in found)
    print(f"small: {rate:,.0f} files of 2 kB a processor second, with their sidecars")


def workers(runs: Runs, megabytes: float) -> None:
    """Two workers beside one."""
    source = runs.scratch / "workers.jsonl.zst"
    write_rows(source, megabytes)
    pairs = [(runs.clean(source), runs.clean(source, workers=2)) for _ in range(3)]
    wall = statistics.median(one["wall"] / two["wall"] for one, two in pairs)
    bound = statistics.median(
        max(one["workers"], one["all"] / 2) / max(two["all"] / 2, two["parent"]) for one, two in pairs
    )
    share = statistics.median(two["parent"] / two["all"] for _, two in pairs)
    cores = len(os.sched_getaffinity(0))
    print(
        f"workers: two are {wall:.2f} times as fast as one by the clock (load {os.getloadavg()[0]:.1f}, {cores} cores);"
    )
    print(f"         {bound:.2f} times if two cores were ours (of the work {share:.0%} is the parent's)")


def start(runs: Runs, _: float) -> None:
    """One text, end to end, and the program's version."""
    folder = runs.scratch / "start"
    folder.mkdir()
    (folder / "a.txt").write_text("The ferry left.\n", encoding="utf-8")
    for said, command in (
        ("cleaner --version", ["--version"]),
        ("cleaner clean, one text", ["clean", str(folder), "-q", "-o"]),
    ):
        seconds = []
        for _ in range(7):
            whole = [sys.executable, "-m", "cleaner", *command, *([str(runs.out())] if command[-1] == "-o" else [])]
            before = os.times()
            subprocess.run(whole, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
            after = os.times()
            seconds.append(sum(after[2:4]) - sum(before[2:4]))
        print(f"start: {said}: {statistics.median(seconds):.2f} processor seconds, {min(seconds):.2f} at best")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            found += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
    return found


def proportional(pid: int) -> float:
    """Megabytes that a process holds, what it shares counted in part."""
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().split("\n"):
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def peak(runs: Runs, source: Path, **options: Any) -> tuple[float, list[float]]:
    """The most that all processes of a run held together, and what they held in the course of it."""
    seen: list[float] = []
    runs.clean(source, workers=2, look=lambda pid: seen.append(sum(map(proportional, family(pid)))), **options)
    return max(seen), seen


def memory(runs: Runs, megabytes: float) -> None:
    """Peak memory of a small and a large dump, for files of rows and for many files."""
    sizes = [100.0, max(megabytes, 500.0)]
    for ending in (".jsonl.zst", ".jsonl"):
        peaks = []
        for size in sizes:
            source = runs.scratch / f"memory-{size:.0f}{ending}"
            write_rows(source, size)
            peaks.append(peak(runs, source)[0])
            source.unlink()
        told = ", ".join(f"{size:,.0f} MB: {most:.0f} MB" for size, most in zip(sizes, peaks, strict=True))
        print(f"memory: {ending[1:]}: {told}; {peaks[1] / peaks[0] - 1:+.1%}")


def html(runs: Runs, _: float) -> None:
    """Memory in the course of a long dump of pages."""
    source = runs.scratch / "pages.jsonl"
    write_pages(source, 20_000)
    _, seen = peak(runs, source)
    third = len(seen) // 3
    early, late = max(seen[third // 2 : third + third // 2]), max(seen[-third:])
    grown = late / early - 1
    print(f"html: 20,000 pages: {early:.0f} MB at most early, {late:.0f} MB in the last third; {grown:+.1%}")


def tree(folder: Path) -> dict[str, bytes]:
    """All files below, by name, but for the state of runs."""
    names = ((path, path.relative_to(folder).as_posix()) for path in sorted(folder.rglob("*")) if path.is_file())
    return {name: path.read_bytes() for path, name in names if not name.startswith(".cleaner/")}


def compared(one: Path, other: Path) -> str:
    """Whether two results are the same; names of files if they are not."""
    a, b = tree(one), tree(other)
    odd = sorted(name for name in {*a, *b} if a.get(name) != b.get(name))
    return f"DIFFERENT: {odd[:5]}" if odd else "byte for byte the same"


def kill(runs: Runs, megabytes: float) -> None:
    """Killed at twenty moments, then compared with an undisturbed run; the same with workers killed."""
    source, chance = runs.scratch / "kill", random.Random(7)  # noqa: S311 - moments
    source.mkdir()
    write_rows(source / "x.jsonl.zst", megabytes)
    write_rows(source / "y.jsonl", megabytes / 4)
    for number, text in enumerate(stories(2)):
        (source / f"{number}.txt").write_text(text, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    whole, out, other = runs.out(), runs.out(), runs.out()
    command = [sys.executable, "-m", "cleaner", "clean", str(source), "-q", "-w", "2", "-o"]
    begun = time.monotonic()
    subprocess.run([*command, str(whole)], check=True, env=env)
    span = time.monotonic() - begun
    killed = 0
    for _ in range(20):
        running = subprocess.Popen([*command, str(out)], env=env, start_new_session=True)
        time.sleep(chance.uniform(0.02, 0.25) * span)
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            killed += 1
        running.wait()
    subprocess.run([*command, str(out)], check=True, env=env)
    said = compared(out, whole)
    print(f"kill: {killed} of 20 times killed; {said} ({megabytes * 1.25:.0f} MB)")
    running = subprocess.Popen([*command, str(other)], env=env)
    lost = 0
    while running.poll() is None:
        time.sleep(chance.uniform(0.1, 0.6) * span if not lost else 0.1)
        # One is chance; a shard whose worker dies time and again is the fault of a record, as the pool has to think.
        for pid in family(running.pid)[1:2] if not lost else ():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                lost += 1
    print(f"kill: {lost} workers killed: exit code {running.returncode}, {compared(other, whole)}")


def hostile(runs: Runs, _: float) -> None:
    """Ten thousand inputs that are wrong in one way or another."""
    sys.path.insert(0, str(ROOT))
    from cleaner.dump import Options, clean_dump
    from tests.hostile import hostile as made
    from tests.hostile import lost

    folder, out = runs.scratch / "hostile" / "in", runs.scratch / "hostile" / "out"
    folder.mkdir(parents=True)
    chance = random.Random(11)  # noqa: S311 - hostile, not secret
    names = []
    for number in range(10_000):
        name, data = made(chance, number)
        (folder / name).write_bytes(data)
        names.append(name)
    done = clean_dump([folder], out, Options(), workers=2)
    reasons = [reason for _, reason in done.failures] + [reason for _, reason in done.left]
    beside = sorted(path.name for path in folder.parent.iterdir())
    print(
        f"hostile: {done.counts.documents:,} records, {done.counts.failed:,} failed, {len(done.left):,} files left "
        f"alone, {reasons.count('')} without a reason, {len(lost(folder, out, done.left))} lost, written to {beside}"
    )


def profile(runs: Runs, megabytes: float) -> None:
    """Where the time of a worker goes."""
    import cProfile
    import pstats

    from cleaner.dump import Options
    from cleaner.dump.bench import Bench
    from cleaner.dump.fields import guess
    from cleaner.dump.forms import Form
    from cleaner.dump.large import Rows, sample_rows
    from cleaner.dump.pool import Marker, context
    from cleaner.dump.split import pieces
    from cleaner.dump.streams import unpack

    source = runs.scratch / "profile.jsonl.zst"
    write_rows(source, min(megabytes, 20))
    options, form = Options(), Form("jsonl", "zst")
    seen, header = sample_rows(str(source), form, options)
    fields = guess(seen, {})
    assert fields is not None
    (runs.scratch / "profile/.cleaner/tmp").mkdir(parents=True)
    bench = Bench(options, runs.scratch / "profile", options.cleaner())
    marker = Marker(context())
    watch = cProfile.Profile()
    with source.open("rb") as file:
        for piece in pieces("jsonl", unpack(file, "zst", 250), 1 << 28):
            task = Rows(
                name="x",
                path="",
                form=form,
                fields=fields,
                header=header,
                piece=piece,
                span=None,
                parts="p",
                sidecars=True,
            )
            if piece.number:
                watch.enable()
            bench(task, marker)
            watch.disable()
    pstats.Stats(watch).sort_stats("cumulative").print_stats(45)


PARTS: dict[str, Callable[[Runs, float], None]] = {
    "speed": speed, "small": small, "workers": workers, "start": start, "memory": memory, "html": html, "kill": kill,
    "hostile": hostile, "profile": profile,
}  # fmt: skip


def main() -> None:
    """Runs the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--peer", help="a Python that has datatrove")
    parser.add_argument("--dump", type=Path, help="gzipped JSON lines of your own for the part `speed`")
    parser.add_argument("--size", type=float, default=100.0, help="megabytes of text")
    parser.add_argument("--scratch", help="a folder with room for a few times as much")
    chosen = parser.parse_args()
    for name in chosen.parts or [name for name in PARTS if name != "profile"]:
        with tempfile.TemporaryDirectory(dir=chosen.scratch) as scratch:
            PARTS[name](Runs(Path(scratch), chosen.peer, chosen.dump), chosen.size)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
