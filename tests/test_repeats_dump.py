"""Learning and cleaning whole dumps: the same bytes however they are cut and read, and nothing left to find."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from cleaner.dump import Options, clean_dump
from cleaner.dump.learning import learn
from cleaner.repeats.join import is_part
from cleaner.repeats.store import decide, review
from tests.test_cli import run
from tests.test_repeats_texts import APPEALS, ASK, SITE, site

LEARNED = ("blocks.parquet", "index.bin", "review.toml", "manifest.json")
TEXTS = [
    document.text for form in ("twice in one text", "cut off", "with a clause") for document in site(APPEALS[form])
]
ROWS = [{"id": f"n{n}", "site": SITE, "text": text} for n, text in enumerate(TEXTS)]


@pytest.fixture(autouse=True)
def small_dumps_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.dump.passes.WORTH", 0)


def write(folder: Path, rows: Sequence[dict[str, str]], files: int = 1) -> Path:
    folder.mkdir()
    for n in range(files):
        lines = [json.dumps(row) + "\n" for row in rows[n::files]]
        (folder / f"{n}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def lines(out: Path, end: str = ".jsonl") -> dict[str, str]:
    """Rows by their id, or with `.meta.jsonl` their sidecars."""
    files = [file for file in out.glob("*.jsonl") if file.name.partition(".")[2] == end[1:] and file.stem != "failed"]
    found = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {json.loads(line)["id"]: line for line in found}


def sidecars(out: Path) -> dict[str, dict[str, Any]]:
    """Sidecars by the id of their row, without the place that it came from."""
    found = {name: json.loads(line) for name, line in lines(out, ".meta.jsonl").items()}
    for sidecar in found.values():
        sidecar["source"].pop("path")
    return found


@pytest.mark.parametrize("packs", [(), ("any", "en")])
def test_order_workers_and_splitting_change_no_byte(tmp_path: Path, packs: tuple[str, ...]) -> None:
    shuffled = list(ROWS)
    random.Random(4).shuffle(shuffled)  # noqa: S311
    options = Options(packs=packs, learn=True)
    clean_dump([write(tmp_path / "in1", ROWS)], tmp_path / "out1", options, workers=1)
    clean_dump([write(tmp_path / "in2", shuffled, 4)], tmp_path / "out2", options, workers=3)
    for name in LEARNED:
        assert (tmp_path / "out1/repeats" / name).read_bytes() == (tmp_path / "out2/repeats" / name).read_bytes(), name
    one, two = lines(tmp_path / "out1"), lines(tmp_path / "out2")
    assert len(one) == len(ROWS)
    assert one == two
    assert sidecars(tmp_path / "out1") == sidecars(tmp_path / "out2")
    assert not any("loaf of bread" in json.loads(line)["text"] for line in one.values())


def test_a_cleaned_dump_is_clean(tmp_path: Path) -> None:
    clean_dump([write(tmp_path / "in", ROWS)], tmp_path / "out", Options(packs=("any", "en"), learn=True))
    repeats = tmp_path / "out/repeats"
    once = {name: json.loads(line)["text"] for name, line in lines(tmp_path / "out").items()}
    again = write(tmp_path / "again", [{"id": name, "site": SITE, "text": text} for name, text in once.items()])
    clean_dump([again], tmp_path / "out2", Options(packs=("any", "en"), repeats=str(repeats)))
    assert {name: json.loads(line)["text"] for name, line in lines(tmp_path / "out2").items()} == once
    assert all(sidecar["removed"] == [] for sidecar in sidecars(tmp_path / "out2").values())
    assert all(once[row["id"]] != row["text"] for row in ROWS if "loaf of bread" in row["text"])


def test_a_row_says_in_how_many_documents_of_how_many_it_stood(tmp_path: Path) -> None:
    rows = [{"id": f"n{n}", "site": SITE, "text": d.text} for n, d in enumerate(site(APPEALS["the same each time"]))]
    clean_dump([write(tmp_path / "in", rows)], tmp_path / "out", Options(packs=(), learn=True))
    for sidecar in sidecars(tmp_path / "out").values():
        assert [(r["documents"], r["of"], r["text"].strip()) for r in sidecar["removed"]] == [(40, 40, ASK)]


def test_learning_can_be_switched_off(tmp_path: Path) -> None:
    write(tmp_path / "in", ROWS)
    done = run("clean", tmp_path / "in", "-o", tmp_path / "out", "--no-learn", "-p", "de")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "out/repeats").exists()
    assert {row["id"]: row["text"] for row in ROWS} == {
        name: json.loads(line)["text"] for name, line in lines(tmp_path / "out").items()
    }


def test_parts_are_learned_apart_and_joined(tmp_path: Path) -> None:
    rows = [*ROWS, *ROWS[:30]]
    whole = write(tmp_path / "whole", rows)
    for n in range(3):
        part = write(tmp_path / f"in{n}", rows[n::3], 2)
        done = run("learn", part, "-o", tmp_path / f"{n}.parquet", "-w", "1")
        assert done.returncode == 0, done.stderr
        assert is_part(tmp_path / f"{n}.parquet")
    both = tmp_path / "both.parquet"
    for args in (
        (whole, "-o", tmp_path / "a", "-w", "1"),
        (tmp_path / "0.parquet", tmp_path / "1.parquet", "-o", both),
        (both, tmp_path / "in2", "-o", tmp_path / "b", "-w", "1"),
    ):
        done = run("learn", *args)
        assert done.returncode == 0, done.stderr
    for name in LEARNED:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_reviewed_block_is_exported(tmp_path: Path) -> None:
    write(tmp_path / "in", ROWS)
    assert run("learn", tmp_path / "in", "-o", tmp_path / "repeats", "-w", "1").returncode == 0
    (block, *_) = [one for one in review(tmp_path / "repeats") if one.proposed != "keep"]
    decide(tmp_path / "repeats", {block.name: "promo"})
    done = run("learn", "-o", tmp_path / "repeats", "--export", SITE)
    assert done.returncode == 0, done.stderr
    (tmp_path / "mine.toml").write_bytes(done.stdout)
    done = run("rules", "test", tmp_path / "mine.toml")
    assert done.returncode == 0, done.stderr


def named_by(way: str, folder: Path) -> Options:
    """The same texts, their site named in another way."""
    folder.mkdir()
    rows: list[dict[str, str]] = [{"id": row["id"], "text": row["text"]} for row in ROWS]
    if way == "folder":
        (folder / SITE).mkdir()
        for row in rows:
            (folder / SITE / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
        return Options(packs=())
    column, value = ("url", f"https://www.{SITE}:80/a?b=c") if way == "url" else ("paper", SITE)
    lines = [json.dumps({**row, column: value}) + "\n" for row in rows]
    (folder / "x.jsonl").write_text("".join(lines), encoding="utf-8")
    return Options(packs=(), fields={} if way == "url" else {"site": "paper"})


@pytest.mark.parametrize("way", ["url", "field", "folder"])
def test_the_site_is_the_host_a_field_or_the_folder(tmp_path: Path, way: str) -> None:
    learn([write(tmp_path / "in", ROWS)], tmp_path / "a", Options(packs=()), scratch=tmp_path / "s")
    learn([tmp_path / "named"], tmp_path / "b", named_by(way, tmp_path / "named"), scratch=tmp_path / "s")
    for name in LEARNED:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_the_table_says_what_stood_where(tmp_path: Path) -> None:
    rows = [{"id": f"n{n}", "site": SITE, "text": d.text} for n, d in enumerate(site(APPEALS["the same each time"]))]
    learn([write(tmp_path / "in", rows)], tmp_path / "a", Options(packs=()), scratch=tmp_path / "s")
    found = parquet.read_table(tmp_path / "a/blocks.parquet").to_pylist()
    (line,) = [row for row in found if row["example"] == ASK]
    assert (line["site"], line["documents"], line["of"], line["share"], line["tail"]) == (SITE, 40, 40, 1.0, 1.0)
    assert line["place"] > 50
    parts = {row["key"]: row["example"] for row in found}
    (last,) = [row for row in found if row["example"].startswith("Put in what")]
    assert parts[last["before"]].startswith("That is possible")
    assert json.loads((tmp_path / "a/manifest.json").read_bytes())["thresholds"]["documents"] == 5


def test_check_uses_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn([write(tmp_path / "in", ROWS)], tmp_path / "repeats", Options(packs=()), scratch=tmp_path / "s")
    corpus = write(tmp_path / "corpus", ROWS[:1])
    monkeypatch.chdir(corpus)
    assert run("check", "-p", "de", "0.jsonl").returncode == 0
    (corpus / ".cleaner.toml").write_text(f'packs = ["de"]\nrepeats = "{tmp_path / "repeats"}"\n', encoding="utf-8")
    done = run("check", "0.jsonl")
    assert done.returncode == 1, done.stderr
    assert b"repeats." in done.stdout
