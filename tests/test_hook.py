"""The hooks in real repositories, run by the real pre-commit: refused, fixed, committed.

The hooks are installed once, as anybody would install them, from a repository made of this checkout; all cases, and
all processes of a parallel run, share that environment, which pre-commit itself guards with a lock.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cleaner import restore

ROOT = Path(__file__).parent.parent
STORY = "The ferry left the old pier at dawn with nine people and a piano on board."
AD = f"{STORY}\n\nAdvertisement\n\nIt was late.\n"
CLEAN = f"{STORY}\n\nIt was late.\n"
LEFT_OUT = (
    ".git", ".venv", "tests", "fixtures", "seeds", "bench", ".*cache", "__pycache__", "out", "build", "dist",
    "*.egg-info",
)  # fmt: skip


class Repository:
    """A folder in git, and commands run in it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT", "PYTHONPATH"))}
        people = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A"), ("EMAIL", "a@b.c"), ("DATE", "2024-01-01T00:00:00Z"))
        }
        self.environment = {**kept, **people, "GIT_CONFIG_GLOBAL": os.devnull, "PRE_COMMIT_HOME": str(home)}
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.environment['PATH']}"
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str, ends: int | None = 0) -> str:
        done = subprocess.run(  # noqa: S603
            [str(shutil.which("git")), "-c", "core.quotepath=off", *args],
            cwd=self.folder, capture_output=True, text=True, check=False, env=self.environment,
        )  # fmt: skip
        assert ends is None or done.returncode == ends, done.stdout + done.stderr
        return done.stdout + done.stderr

    def hook(self, *args: str, ends: int) -> str:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pre_commit", *args],
            cwd=self.folder, capture_output=True, text=True, check=False, env=self.environment,
        )  # fmt: skip
        assert done.returncode == ends, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, *, refused: bool = False) -> str:
        """Stages everything and commits it, or is refused."""
        self.git("add", "-A")
        return self.git("commit", "-qm", "x", ends=1 if refused else 0)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run share, with `cleaner` in it, a repository of this checkout."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "hooks"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "cleaner").exists():
            shutil.copytree(ROOT, folder / "making", ignore=shutil.ignore_patterns(*LEFT_OUT))
            made = Repository(folder / "making", folder / "home")
            made.git("add", "-A", "-f")
            made.git("commit", "-qm", "cleaner")
            made.git("tag", "v0")
            (folder / "making").rename(folder / "cleaner")
    return folder


def corpus(shared: Path, folder: Path, hook: str, *args: str) -> Repository:
    """A repository in which one of the hooks is installed, with its configuration committed."""
    repository = Repository(folder / "corpus", shared / "home")
    entry = {"id": hook, "args": list(args)} if args else {"id": hook}
    config = {"repos": [{"repo": str(shared / "cleaner"), "rev": "v0", "hooks": [entry]}]}
    repository.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    assert "pre-commit installed" in repository.hook("install", ends=0)
    repository.commit()
    return repository


NAMES = ["a.txt", "a b.txt", "søle – ø'\"$(x).txt", "deep/er/船.txt", "-rf.txt", "A.TXT", "ä.md", "rows.jsonl"]


@pytest.mark.parametrize("name", NAMES)
def test_boilerplate_is_refused_fixed_and_then_committed(shared: Path, tmp_path: Path, name: str) -> None:
    repository = corpus(shared, tmp_path, "cleaner-fix", "--sidecar", "none")
    rows = name.endswith("jsonl")
    escaped = (AD.replace("\n", "\\n"), CLEAN.replace("\n", "\\n"))
    dirty, clean = (f'{{"text":"{text}"}}\n' for text in escaped) if rows else (AD, CLEAN)
    file = repository.write(name, dirty)
    said = repository.commit(refused=True)
    assert "en.ad.marker" in said
    assert "files were modified by this hook" in said
    assert file.read_text(encoding="utf-8") == clean
    repository.commit()
    assert repository.git("show", f"HEAD:{name}") == clean
    assert "Passed" in repository.hook("run", "--all-files", ends=0)
    assert repository.git("status", "--porcelain") == ""


def test_check_refuses_and_changes_nothing_until_a_person_has_accepted(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-check")
    file = repository.write("a.txt", AD)
    assert 'a.txt:3:1: ad en.ad.marker  "Advertisement"' in repository.commit(refused=True)
    assert file.read_text() == AD
    hash_ = "aacfba7d190db765"
    repository.write(".cleaner-allow", f"en.ad.marker {hash_} a story about the word\n")
    repository.commit()
    file.write_text(f"It rained.\n\n{AD}")
    repository.commit()
    file.write_text(f"{AD}\nShare this:\n")
    said = repository.commit(refused=True)
    assert "Share this" in said
    assert "Advertisement" not in said


def test_sidecars_lie_beside_and_are_committed_with_the_next_try(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-fix")
    repository.write("a.txt", AD)
    repository.commit(refused=True)
    repository.commit()
    assert restore(repository.git("show", "HEAD:a.txt"), repository.git("show", "HEAD:a.json")) == AD


def test_only_what_is_staged_is_judged(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-fix", "--sidecar", "none")
    file = repository.write("a.txt", CLEAN)
    repository.git("add", ".")
    file.write_text(f"{CLEAN}\nShare this:\n")
    repository.git("commit", "-qm", "half")
    assert repository.git("show", "HEAD:a.txt") == CLEAN
    assert file.read_text() == f"{CLEAN}\nShare this:\n"


def test_what_is_staged_is_fixed_and_what_is_not_comes_back(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-fix", "--sidecar", "none")
    lines = "".join(f"The boat number {n} came home in the evening, said the harbour master.\n\n" for n in range(20))
    file = repository.write("a.txt", f"Advertisement\n\n{lines}")
    repository.git("add", ".")
    file.write_text(f"Advertisement\n\n{lines}The last line is not staged.\n")
    assert "en.ad.marker" in repository.git("commit", "-qm", "half", ends=1)
    assert file.read_text() == f"{lines}The last line is not staged.\n"
    assert repository.git("show", ":a.txt").startswith("Advertisement")
    repository.git("add", ".")
    repository.git("commit", "-qm", "whole")


def test_where_the_fix_meets_what_is_not_staged_nothing_is_lost(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-fix", "--sidecar", "none")
    file = repository.write("a.txt", AD)
    repository.git("add", ".")
    file.write_text(AD.replace("Advertisement", "Advertisement, they said, was a long word"))
    repository.git("commit", "-qm", "half", ends=1)
    assert file.read_text() == AD.replace("Advertisement", "Advertisement, they said, was a long word")
    assert repository.git("show", ":a.txt") == AD


def test_files_that_go_or_that_are_none_of_ours_are_no_matter(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-check")
    repository.write("a.txt", CLEAN)
    repository.write("a.py", f'"""\n{AD}"""\n')
    (repository.folder / "b.png").write_bytes(bytes(range(256)))
    repository.commit()
    (repository.folder / "a.txt").unlink()
    repository.commit()


def test_a_page_is_refused_and_not_rewritten(shared: Path, tmp_path: Path) -> None:
    page = f"<html><body><article>{f'<p>{STORY}</p>' * 6}<p>Advertisement</p></article></body></html>"
    repository = corpus(shared, tmp_path, "cleaner-check")
    file = repository.write("a.html", page)
    assert "a.html:1:" in repository.commit(refused=True)
    assert file.read_text() == page


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-check")
    repository.write("a.jsonl", '{"text":"Dry."}\n{"text":\n')
    assert "failed: a.jsonl: line 2: the line is not JSON" in repository.commit(refused=True)


def test_a_thousand_files_at_once(shared: Path, tmp_path: Path) -> None:
    repository = corpus(shared, tmp_path, "cleaner-fix", "--sidecar", "none")
    for n in range(1_000):
        repository.write(f"{n:04} ø.txt", AD if n % 250 == 7 else CLEAN)
    said = repository.commit(refused=True)
    assert said.count("en.ad.marker") == 4
    repository.commit()
    assert {path.read_text() for path in repository.folder.glob("*.txt")} == {CLEAN}


def test_the_manifest_is_one_that_pre_commit_takes() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert set(hooks) == {"cleaner-check", "cleaner-fix"}
