"""What is made of packs is kept between runs, and nothing depends on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import xxhash

TEXT = "The ferry sailed at noon and the town was glad.\n\nSign up for our newsletter.\n\nPhoto: Ada Lund"

COUNTING = f"""
import regex
import cleaner.rules.cache as cache
from cleaner import clean
number = 0
def compile(*given, before=regex.compile):
    global number
    number += 1
    return before(*given)
cache.regex.compile = compile
result = clean({TEXT!r})
print(number, repr([(span.rule, span.start, span.end) for span in result.removed]))
"""


def run(home: Path, code: str = COUNTING) -> tuple[int, str]:
    env = {**os.environ, "XDG_CACHE_HOME": str(home), "LOCALAPPDATA": str(home), "HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stderr == ""
    number, _, said = done.stdout.strip().partition(" ")
    return int(number), said


def kept(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file())


def test_what_one_run_compiles_the_next_one_finds(tmp_path: Path) -> None:
    first, said = run(tmp_path)
    assert first > 0
    assert "promo" in said
    assert run(tmp_path) == (0, said)


@pytest.mark.parametrize("wrong", [b"", b"\x00" * 100, None, xxhash.xxh3_128(b"no").digest() + b"no"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, wrong: bytes | None) -> None:
    _, said = run(tmp_path)
    for path in kept(tmp_path):
        path.write_bytes(path.read_bytes()[:-1] if wrong is None else wrong)
    number, again = run(tmp_path)
    assert number > 0
    assert again == said
    assert run(tmp_path) == (0, said)


def test_where_nothing_can_be_kept_texts_are_cleaned_all_the_same(tmp_path: Path) -> None:
    _, said = run(tmp_path)
    file = tmp_path / "file"
    file.write_text("no folder")
    assert run(file)[1] == said


def test_workers_keep_what_they_made(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.mkdir()
    (dump / "a.txt").write_text(TEXT)
    home = tmp_path / "home"
    code = f"""
from pathlib import Path
from cleaner.dump import Options, clean_dump
clean_dump([Path({str(dump)!r})], Path({str(tmp_path / "out")!r}), Options(learn=False), workers=2)
print(0)
"""
    run(home, code)
    assert kept(home)
    assert run(home)[0] == 0


def test_of_a_pack_as_it_once_was_nothing_is_left_after_a_while(tmp_path: Path) -> None:
    run(tmp_path)
    folder = next(path for path in kept(tmp_path) if path.name.startswith("en-")).parent
    old, young = folder / "en-0000", folder / "en-1111"
    for path in (old, young):
        path.write_bytes(b"")
    os.utime(old, (0, 0))
    next(path for path in kept(tmp_path) if path.name.startswith("en-") and path.stat().st_size > 0).unlink()
    run(tmp_path)
    assert not old.exists()
    assert young.exists()
