"""Stopped anywhere, killed anywhere, fed with anything: nothing is lost, nothing stands twice."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cleaner import OutputError
from cleaner.dump import Limits, Options, clean_dump
from cleaner.dump.back import documents
from tests.hostile import hostile, lost
from tests.test_laws import _tree

AD = "The ferry left.\n\nAdvertisement\n\nIt was late.\n"
CLEAN = "The ferry left.\n\nIt was late.\n"
OPTIONS = Options(packs=("any", "en"))
COMMAND = [
    sys.executable,
    "-c",
    "from cleaner.cli import main; main()",
    "clean",
    "-q",
    "-w",
    "2",
    "-p",
    "any",
    "-p",
    "en",
]


def make_dump(folder: Path) -> None:
    """Small files, and files of rows that are large enough to be cut into pieces."""
    (folder / "texts").mkdir(parents=True)
    for n in range(150):
        (folder / f"texts/{n}.txt").write_text(f"{AD}{n}\n")
    story = "The ferry left the old pier at dawn with nine people and a piano on board. " * 12
    rows = [json.dumps({"id": n, "text": f"{story}{n}\n\nAdvertisement\n\nThe end."}) for n in range(9_000)]
    (folder / "rows.jsonl").write_text("\n".join(rows))
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode(), 1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    make_dump(root / "in")
    clean_dump([root / "in"], root / "out", Options(packs=("any", "en"), learn=True), workers=2)
    return root


def test_a_run_killed_at_twenty_moments_ends_as_one_that_was_not(whole: Path, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    command = [*COMMAND, str(whole / "in"), "-o", str(tmp_path / "out")]
    killed = 0
    for _ in range(20):
        running = subprocess.Popen(command, start_new_session=True)  # noqa: S603
        time.sleep(chance.uniform(0.3, 0.9))
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            killed += 1
        running.wait()
    assert killed, "not one run was stopped; the dump is too small for this machine"
    assert subprocess.run(command, check=False).returncode == 0  # noqa: S603
    assert _tree(tmp_path / "out") == _tree(whole / "out")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found in /proc")
def test_a_worker_killed_by_chance_costs_nothing(whole: Path, tmp_path: Path) -> None:
    running = subprocess.Popen([*COMMAND, str(whole / "in"), "-o", str(tmp_path / "out")])  # noqa: S603
    parts = tmp_path / "out/.cleaner/parts"
    while running.poll() is None and not parts.is_dir():
        time.sleep(0.005)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    assert children, "the run was over before a worker could be killed"
    os.kill(int(children[0]), signal.SIGKILL)
    assert running.wait() == 0
    assert _tree(tmp_path / "out") == _tree(whole / "out")


def test_a_finished_run_does_nothing_and_new_files_are_all_it_does(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(AD)
    assert clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS).new == 1
    before = (tmp_path / "out/a.txt").stat().st_mtime_ns
    assert clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS).new == 0
    (tmp_path / "in/b.txt").write_text(AD)
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert (done.new, done.counts.documents) == (1, 2)
    assert (tmp_path / "out/a.txt").stat().st_mtime_ns == before


def test_other_settings_stop_unless_told_to_start_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(AD)
    clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    other = Options(packs=("any", "en"), keep=("ad",))
    with pytest.raises(OutputError, match=r"was begun with other settings: keep .*--fresh"):
        clean_dump([tmp_path / "in"], tmp_path / "out", other)
    clean_dump([tmp_path / "in"], tmp_path / "out", other, fresh=True)
    assert (tmp_path / "out/a.txt").read_text() == AD


def test_a_folder_that_holds_other_things_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(AD)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="no run wrote"):
        clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert (tmp_path / "out/thesis.txt").read_text() == "mine"


def test_a_worker_that_dies_costs_one_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner.api import Cleaner

    judge = Cleaner.judge

    def deadly(self: Cleaner, document: object, origin: object = None) -> object:
        if "deadly" in document.text:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(self, document, origin)  # type: ignore[arg-type]

    monkeypatch.setattr(Cleaner, "judge", deadly)
    (tmp_path / "in").mkdir()
    rows = [json.dumps({"id": n, "text": "deadly" if n == 7 else f"{AD}{n}"}) for n in range(40)]
    (tmp_path / "in/x.jsonl").write_text("\n".join(rows))
    for n in range(10):
        (tmp_path / f"in/{n}.txt").write_text("deadly" if n == 3 else f"{AD}{n}")
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS, workers=2)
    assert [name for name, _ in done.failures] == ["3.txt", "x.jsonl:8"]
    assert all("died" in reason for _, reason in done.failures)
    assert done.counts.documents == 50
    assert (tmp_path / "out/3.txt").read_text() == "deadly"
    assert (tmp_path / "out/x.jsonl").read_text().splitlines()[7] == rows[7]


def test_a_record_that_hangs_costs_one_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner.api import Cleaner

    judge = Cleaner.judge

    def slow(self: Cleaner, document: object, origin: object = None) -> object:
        if "slow" in document.text:  # type: ignore[attr-defined]
            time.sleep(60)
        return judge(self, document, origin)  # type: ignore[arg-type]

    monkeypatch.setattr(Cleaner, "judge", slow)
    (tmp_path / "in").mkdir()
    for n in range(5):
        (tmp_path / f"in/{n}.txt").write_text("slow" if n == 3 else f"{AD}{n}")
    options = Options(packs=("any", "en"), limits=Limits(seconds=1.0))
    begin = time.monotonic()
    done = clean_dump([tmp_path / "in"], tmp_path / "out", options)
    assert [name for name, _ in done.failures] == ["3.txt"]
    assert "longer than a record may" in done.failures[0][1]
    assert time.monotonic() - begin < 45, "it was killed, not waited for"


@pytest.mark.parametrize("asked", ["same", "jsonl.zst", "parquet"])
def test_hostile_inputs_stop_nothing_and_lose_nothing(tmp_path: Path, asked: str) -> None:
    chance = random.Random(11)  # noqa: S311 - hostile, not secret
    (tmp_path / "in").mkdir()
    for number in range(400):
        name, data = hostile(chance, number)
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in/good.txt").write_text(AD)
    options = Options(packs=("any", "en"), format=asked)
    done = clean_dump([tmp_path / "in"], tmp_path / "out", options, workers=2)
    assert all(reason for _, reason in done.failures)
    assert not lost(tmp_path / "in", tmp_path / "out", done.left)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}
    texts = {document.name: document.text for document in documents(tmp_path / "out")}
    assert texts["good.txt"] == CLEAN
    assert clean_dump([tmp_path / "in"], tmp_path / "out", options, workers=2).new == 0
