"""The hook, in a real repository: refused, fixed, committed; installed once as anybody would install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AD = "The ferry left.\n\nAdvertisement\n\nIt was late.\n"
CLEAN = "The ferry left.\n\nIt was late.\n"
HERE = f"{sys.executable} -c 'from cleaner.cli import main; main()'"

Git = Callable[..., subprocess.CompletedProcess[str]]


def git_in(folder: Path) -> Git:
    names = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "A"), ("EMAIL", "a@b.c"))
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    environment = {**clean, **names, "PYTHONPATH": str(ROOT), "GIT_CONFIG_GLOBAL": os.devnull}

    def git(*args: str) -> subprocess.CompletedProcess[str]:
        command = [str(shutil.which("git")), *args]
        return subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, text=True, check=False, env=environment
        )

    return git


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, Git]:
    """A repository whose hooks run what is checked out here."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    git = git_in(folder)
    git("init", "-q", "-b", "main")
    (folder / ".pre-commit-config.yaml").write_text(
        "repos:\n- repo: local\n  hooks:\n"
        f"  - {{id: cleaner-fix, name: fix, language: system, types: [text], files: '[.]txt$', require_serial: true,\n"
        f'     entry: "{HERE} check --fix --sidecar none"}}\n'
    )
    installed = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert installed.returncode == 0, installed.stderr
    git("add", ".")
    assert git("commit", "-qm", "begin").returncode == 0
    return folder, git


@pytest.mark.parametrize("name", ["a.txt", "a b.txt", "søle – ø.txt"])
def test_boilerplate_is_refused_fixed_and_then_committed(repository: tuple[Path, Git], name: str) -> None:
    folder, git = repository
    (folder / name).write_text(AD)
    git("add", ".")
    assert git("commit", "-qm", "dirty").returncode != 0
    assert (folder / name).read_text() == CLEAN
    git("add", ".")
    assert git("commit", "-qm", "clean").returncode == 0
    assert git("status", "--porcelain").stdout == ""


def test_what_is_not_staged_is_left_alone(repository: tuple[Path, Git]) -> None:
    folder, git = repository
    (folder / "a.txt").write_text(CLEAN)
    git("add", ".")
    (folder / "a.txt").write_text(f"{CLEAN}\nShare this:\n")
    assert git("commit", "-qm", "half").returncode == 0
    assert (folder / "a.txt").read_text() == f"{CLEAN}\nShare this:\n"


def test_a_thousand_files_at_once(repository: tuple[Path, Git]) -> None:
    folder, git = repository
    for n in range(1_000):
        (folder / f"{n}.txt").write_text(AD if n == 500 else CLEAN)
    git("add", ".")
    assert git("commit", "-qm", "dirty").returncode != 0
    assert (folder / "500.txt").read_text() == CLEAN
    git("add", ".")
    assert git("commit", "-qm", "clean").returncode == 0


def test_the_hooks_install_as_anybody_would_install_them(tmp_path: Path) -> None:
    source = tmp_path / "cleaner"
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "tests", "fixtures", "*cache*", "out", "build")
    )
    git = git_in(source)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    assert git("commit", "-qm", "all").returncode == 0
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(AD)
    git = git_in(corpus)
    git("init", "-q", "-b", "main")
    git("add", ".")
    tried = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pre_commit", "try-repo", str(source), "cleaner-check", "--all-files"],
        cwd=corpus, capture_output=True, text=True, check=False,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "PYTHONPATH": ""},
    )  # fmt: skip
    assert tried.returncode == 1, tried.stdout + tried.stderr
    assert 'a.txt:3:1: ad en.ad.marker  "Advertisement"' in tried.stdout
    assert (corpus / "a.txt").read_text() == AD
