"""Learning what repeats at scale: time, memory, look-ups, workers, and learning beside cleaning.

    python bench/repeats.py                          dumps of 1 and 10 million blocks
    python bench/repeats.py 1e6 1e7 1e8              and of 100 million (takes some 25 GB of --scratch)

A dump is made of a million blocks of documents, invented but counted as any others, and of copies of what was
counted in which every story has other keys while what its site says on every page stays; each ten copies are of
sites of their own. So documents, sites and what repeats grow as the dump does. Joining runs in a process of its own
whose peak of memory counts, with all pages that it maps.
"""

# ruff: noqa: S311, S608 - nothing here is secret, and what is put into the SQL are our own numbers and paths

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BASE = 1_000_000
"""Blocks that are written as text and counted."""

SITES, BLOCKS_EACH = 1_000, 24

FURNITURE = 8
"""Blocks that a site says on its pages again and again."""


def documents(blocks: int, sites: int = SITES, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Sites and texts: stories of words that mean nothing, and below them what their site always says."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(20_000)]
    always = [[sentence(chance, words) for _ in range(FURNITURE)] for _ in range(sites)]
    for number in range(blocks // BLOCKS_EACH):
        site = number % sites
        # Two sentences make a line, and a line of several sentences is a block as well.
        lines = [f"{sentence(chance, words)} {sentence(chance, words)}" for _ in range((BLOCKS_EACH - 4) // 3)]
        lines += chance.sample(always[site], 4)
        yield f"site{site}.example", "\n\n".join(lines)


def sentence(chance: random.Random, words: list[str]) -> str:
    """Some words and a stop."""
    return " ".join(chance.choices(words, k=chance.randint(8, 18))).capitalize() + "."


def base(folder: Path) -> Path:
    """The part that all others are copies of."""
    from cleaner import Document
    from cleaner.repeats.count import write_part

    part = folder / "base.parquet"
    write_part((Document(text, site=site) for site, text in documents(BASE)), part)
    return part


def grown(part: Path, folder: Path, blocks: int) -> list[Path]:
    """Parts of that many blocks in all."""
    import duckdb

    run = duckdb.connect().execute
    run("SET memory_limit = '2GB'")
    run(f"CREATE TABLE base AS SELECT *, count(*) OVER (PARTITION BY site, key, form) > 9 AS often FROM '{part}'")
    size = run("SELECT count(*) FROM base WHERE form = 1").fetchone()
    folder.mkdir()
    parts = []
    for turn in range(max(1, round(blocks / size[0]))):
        path = folder / f"{turn}.parquet"
        other = f"hash({turn}::UBIGINT)"
        group = f"hash({turn // 10 + 1000}::UBIGINT)"
        told = f"CASE WHEN often OR form = 0 THEN key ELSE xor(key, {other}) END"
        before = f"CASE WHEN before = 0 THEN 0::UBIGINT ELSE xor(before, {other}) END"
        name = f"CASE WHEN form = 0 THEN text || '-{turn // 10}' ELSE text END"
        run(f"""COPY (SELECT form, xor(site, {group}) AS site, xor(document, {other}) AS document, {told} AS key,
                      {before} AS before, place, "left", {name} AS text FROM base)
                TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)""")  # fmt: skip
        parts.append(_signed(path))
    return parts


def _signed(path: Path) -> Path:
    """A part as `write_part` leaves it, with the version of what it holds."""
    import pyarrow.parquet as pq

    from cleaner.repeats.count import _schema

    table = pq.read_table(path)
    pq.write_table(table.cast(_schema()), path, compression="zstd", compression_level=1)
    return path


def joined(folder: Path, scratch: Path) -> None:
    """What a process of its own does: joins all parts of a folder and says what it took."""
    from cleaner.repeats.learn import join
    from cleaner.rules.load import load_packs

    start = time.perf_counter(), time.process_time()
    manifest = join(sorted(folder.glob("*.parquet")), folder / "repeats", load_packs(["any", "en"]), scratch=scratch)
    took = time.perf_counter() - start[0], time.process_time() - start[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps([*took, peak, manifest["blocks"], manifest["documents"], manifest["sites"]]))


def look_ups(repeats: Path, number: int = 1_000_000) -> float:
    """Microseconds for one look-up of a key, half of them known."""
    import pyarrow.parquet as pq

    from cleaner.repeats.blocks import site_key
    from cleaner.repeats.index import Index

    index = Index(repeats / "index.bin")
    table = pq.read_table(repeats / "blocks.parquet", columns=["site", "key"])
    chance = random.Random(3)
    site = table["site"][0].as_py()
    known = [key for name, key in zip(table["site"].to_pylist(), table["key"].to_pylist(), strict=True) if name == site]
    keys = [chance.choice(known) if n % 2 else chance.getrandbits(64) for n in range(number)]
    among = index.site(site_key(site))
    assert among is not None
    start = time.process_time()
    for key in keys:
        index.find(key, among.blocks)
    return (time.process_time() - start) / number * 1e6


def shared(repeats: Path, workers: int = 4) -> tuple[float, float]:
    """Megabytes of an index that workers have mapped in all, and those of them that are a worker's own."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        found = pool.map(_touched, [repeats] * workers, chunksize=1)
    return sum(all_ for all_, _ in found) / 1e3, sum(own for _, own in found) / 1e3


def _touched(repeats: Path) -> tuple[int, int]:
    """Kilobytes of the index in this process after all of it was read, and those that no other can share."""
    from cleaner.repeats.index import Index

    index = Index(repeats / "index.bin")
    sum(index.entry(number).documents + index._keys[number] for number in range(len(index._keys)))
    time.sleep(1)  # for all workers to have one
    mapped = own = 0
    inside = False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if "-" in name.split(" ")[0] and " " in name:
            inside = line.endswith("index.bin")
        elif inside and name == "Rss":
            mapped += int(value.split()[0])
        elif inside and name == "Anonymous":
            own += int(value.split()[0])
    return mapped, own


def beside_cleaning(scratch: Path, repeats: Path | None, turns: int = 3) -> tuple[float, float]:
    """Megabytes that are learned and that are cleaned in a second of the processor, best of some turns each."""
    from cleaner import Cleaner, Document
    from cleaner.repeats.count import write_part

    found = [Document(text, site=f"{site}-0") for site, text in documents(60_000)]
    size = sum(len(document.text.encode()) for document in found) / 1e6
    cleaner = Cleaner(["any", "en"], repeats=repeats)
    learned, cleaned = [], []
    for _ in range(turns):
        start = time.process_time()
        write_part(found, scratch / "again.parquet")
        learned.append(time.process_time() - start)
        start = time.process_time()
        for document in found:
            cleaner.judge(Document(document.text, site=document.site)).sidecar()
        cleaned.append(time.process_time() - start)
    return size / min(learned), size / min(cleaned)


def near_copies(repeats: Path) -> tuple[float, float]:
    """Microseconds a document takes to be looked up, and those of them that looking for near copies takes."""
    from cleaner import Document
    from cleaner.repeats import detect

    found = [Document(text, site=f"{site}-0") for site, text in documents(60_000)]
    repeats_of = detect.Repeats(repeats)
    nearest = detect.nearest
    both = []
    for look in (nearest, lambda form, known: []):
        detect.nearest = look
        times = []
        for _ in range(3):
            start = time.process_time()
            for document in found:
                list(repeats_of(document))
            times.append(time.process_time() - start)
        both.append(min(times) / len(found) * 1e6)
    detect.nearest = nearest
    return both[0], both[0] - both[1]


def main() -> None:
    """Makes each dump, joins it, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blocks", nargs="*", type=float, default=[1e6, 1e7])
    parser.add_argument("--scratch", type=Path, help="where there is room")
    parser.add_argument("--join", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.join:
        joined(chosen.join, chosen.scratch)
        return
    with tempfile.TemporaryDirectory(dir=chosen.scratch) as name:
        scratch = Path(name)
        start = time.process_time()
        part = base(scratch)
        print(f"counting {BASE:,} blocks: {time.process_time() - start:.1f} s of processor, making them included")
        repeats = None
        for blocks in map(int, chosen.blocks):
            folder = scratch / str(blocks)
            parts = grown(part, folder, blocks)
            size = sum(path.stat().st_size for path in parts) / 1e9
            command = [sys.executable, __file__, "--join", str(folder), "--scratch", str(scratch)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            wall, processor, peak, found, papers, sites = json.loads(done.stdout.splitlines()[-1])
            repeats = folder / "repeats"
            print(
                f"{blocks:,} blocks, {papers:,} documents of {sites:,} sites in {len(parts)} parts ({size:.2f} GB): "
                f"joined in {wall:.1f} s, {processor:.1f} s of processor, {processor / blocks * 1e6:.2f} µs a block; "
                f"peak {peak:.2f} GB; {found:,} blocks repeat; a look-up takes {look_ups(repeats):.2f} µs",
                flush=True,
            )
            for path in parts:
                path.unlink()
        if repeats is None:
            return
        mapped, own = shared(repeats)
        size = os.path.getsize(repeats / "index.bin") / 1e6
        print(f"4 workers map {mapped:.1f} MB of an index of {size:.1f} MB, {own:.1f} MB of it their own")
        learned, cleaned = beside_cleaning(scratch, repeats)
        whole, near = near_copies(repeats)
        print(f"a document of {BLOCKS_EACH} blocks is looked up in {whole:.0f} µs, {near:.0f} of them for near copies")
        print(f"learning {learned:.1f} MB/s, cleaning {cleaned:.1f} MB/s, ratio {learned / cleaned:.2f}")


if __name__ == "__main__":
    main()
