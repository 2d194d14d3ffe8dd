"""What a run holds does not grow with the dump."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaner.dump.bounds import OTHERS, LeftAlone, in_order, largest
from cleaner.dump.counts import Counts, Failure
from cleaner.dump.journal import Entry, Journal
from cleaner.dump.pool import Marker, Pool, Task
from cleaner.dump.tasks import Progress

STATUS = Path("/proc/self/status")
LARGE = 32 << 20


def anonymous() -> int:
    """The bytes of this process that are no file's."""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines["RssAnon"].split()[0]) << 10


class Bytes(Task, kw_only=True):
    data: bytes


class Looking:
    """A worker that gives the memory it has, once its task is forgotten."""

    def __call__(self, task: Bytes, marker: Marker) -> int:
        assert len(task.data) == LARGE
        task.data = b""
        return anonymous()

    def end(self) -> None:
        """There is nothing to keep."""


def held(start: Callable[[], Any], tasks: int) -> list[int]:
    def made() -> Iterator[Bytes]:
        for number in range(tasks):
            buffer = bytes([number]) * LARGE  # as a reader holds what it has read ahead
            yield Bytes(data=buffer)

    outcomes: list[int] = []
    with Pool(start, 2, tasks_each=2) as pool:
        pool.run(made(), lambda _, outcome: outcomes.append(outcome))
    return outcomes


@pytest.mark.skipif(not STATUS.is_file(), reason="memory is read in /proc")
def test_a_worker_holds_nothing_of_what_the_parent_had_under_way_when_it_began() -> None:
    held(Looking, 1)
    before = anonymous()
    grown = [bytes_ - before for bytes_ in held(Looking, 12)]
    assert max(grown) < LARGE // 2, [f"{one >> 20} MB" for one in grown]


def growth(step: Callable[[int], None], times: int) -> int:
    """The bytes that so many steps leave behind."""
    for number in range(100):
        step(number)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(100, 100 + times):
            step(number)
        gc.collect()  # which also empties what Python keeps for the next tuple
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_the_journal_holds_nothing_of_small_files_that_this_run_did(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", {})
    left = growth(lambda number: journal.write(Entry(Counts(), files=[*range(64 * number, 64 * number + 64)])), 1_000)
    journal.close()
    assert left < 2 * 64_000, f"{left / 64_000:.1f} bytes a file"


def test_a_run_holds_nothing_of_the_sites_and_records_that_it_met() -> None:
    def counted(number: int) -> Counts:
        counts = Counts(10, 1_000, 10, status={"cleaned": 10})
        counts.sites = {f"{number}-{site}.example": [1, 100, 1, 0] for site in range(10)}
        return counts

    now, whole = Progress(), Counts()

    def step(number: int) -> None:
        nonlocal now
        now = now.further(counted(number))
        whole.merge(counted(number))

    assert growth(step, 2_000) < 2_000
    assert (now.documents, whole.documents, whole.sites) == (21_000, 21_000, {})


def test_the_largest_sites_are_found_a_part_at_a_time() -> None:
    chance = random.Random(3)  # noqa: S311 - numbers, not secrets
    tables = [
        {f"{chance.randrange(900)}.example": [chance.randrange(3), 10, 1, 0] for _ in range(40)} for _ in range(200)
    ]
    asked: list[int] = []

    def given() -> Iterator[dict[str, list[int]]]:
        asked.append(1)
        return iter(tables)

    at_once = largest(given, most=30, at_once=10_000)
    assert len(asked) == 1
    assert len(at_once) == 31
    assert sum(numbers[1] for numbers in at_once.values()) == sum(10 * len(table) for table in tables)
    assert [*largest(given, most=30, at_once=100).items()] == [*at_once.items()]
    assert len(asked) >= 9, "a hundred of nine hundred sites at a time"
    assert OTHERS not in largest(given, most=1_000)


def test_failures_are_sorted_a_part_at_a_time(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - numbers, not secrets
    rows = [*range(1, 500), None]
    failures = [Failure(file, row, None, "torn") for file in ("a", "b") for row in rows]
    chance.shuffle(failures)
    ordered = sorted(failures, key=lambda failure: (failure.file, failure.row or 0))
    for at_once in (70, 10_000):
        found = in_order(iter(failures), tmp_path, at_once)
        assert next(found) == ordered[0]
        assert len([*tmp_path.iterdir()]) == len(failures) // at_once
        assert [*found] == ordered[1:]
    assert not [*tmp_path.iterdir()]


def test_of_files_left_alone_the_first_are_named() -> None:
    left = LeftAlone(most=3)
    for number in range(100):
        left.add(f"{number * 37 % 100:02}.png", "no text")
    assert left.files == 100
    assert [name for name, _ in left.named] == ["00.png", "01.png", "02.png"]
    assert growth(lambda number: left.add(f"{number:06}.png", "no text"), 5_000) < 5_000
