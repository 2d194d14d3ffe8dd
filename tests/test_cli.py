from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

AD = "The ferry left.\n\nAdvertisement\n\nIt was late.\n"
CLEAN = "The ferry left.\n\nIt was late.\n"


def run(*args: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from cleaner.cli import main; main()", *map(str, args)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)  # noqa: S603


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a b.txt").write_text(AD)
    return tmp_path


def test_clean_and_restore_a_folder(folder: Path) -> None:
    done = run("clean", folder / "in", "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    assert b"documents\t1" in done.stdout
    assert (folder / "out/a b.txt").read_text() == CLEAN
    assert run("restore", folder / "out", "--check").returncode == 0
    assert run("restore", folder / "out", "-o", folder / "back").returncode == 0
    assert (folder / "back/a b.txt").read_text() == AD


def test_standard_input_goes_to_standard_output() -> None:
    done = run("clean", "-", stdin=AD.encode("utf-16"))
    assert done.stdout.decode("utf-16") == CLEAN


def test_a_failure_ends_with_two_and_a_reason(folder: Path) -> None:
    (folder / "in/bad.txt").write_bytes(bytes(range(256)))
    done = run("clean", folder / "in", "-o", folder / "out", "--quiet")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"failed: bad.txt: ")
    assert (folder / "out/a b.txt").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["clean", "nowhere", "-o", "out"], "there is no such file or folder"),
        (["clean", "."], "say where to write"),
        (["clean", ".", "-o", "out"], "choose another -o"),
        (["clean", "-", "-p", "enn"], "did you mean 'en'"),
        (["clean", "-", "--keep", "adverts"], "neither a kind nor a rule"),
        (["rules", "show", "en.ad.markr"], "did you mean 'en.ad.marker'"),
        (["rules", "test", "nowhere.toml"], "cannot be read"),
        (["restore", "nowhere", "--check"], "is not a folder"),
        (["restore", "."], "say where to write"),
        (["explain", "nowhere.txt"], "cannot be read"),
        (["claen"], "No such command"),
    ],
)
def test_a_users_mistake_is_one_message_and_no_traceback(args: list[str], message: str) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_restoring_a_changed_text_fails_aloud(folder: Path) -> None:
    run("clean", folder / "in", "-o", folder / "out")
    (folder / "out/a b.txt").write_text("Changed.")
    done = run("restore", folder / "out", "--check")
    assert done.returncode == 2
    assert b"not the one" in done.stderr


def test_what_rules_cost_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A story.\n\nAdvertisement\n\nIt went on, with an advertisement in it.\n")
    (tmp_path / "b.jsonl").write_text('{"text": "Nothing here."}\n{"id": 1}\n')
    done = run("rules", "cost", "-p", "any", "-p", "en", tmp_path / "a.txt", tmp_path / "b.jsonl")
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "3 texts" in shown
    (line,) = [line for line in shown.splitlines() if " en.ad.marker: " in line]
    calls, tries, finds = (float(number) for number in line.split()[1:4])
    assert calls >= tries >= finds > 0
    assert "'^advertisement$'" in line or "'advertisement'" in line or "'^advertisement'" in line


def test_rules_are_listed_shown_and_proved() -> None:
    listed = run("rules", "list", "--lang", "en", "--kind", "ad").stdout.decode().splitlines()
    assert listed
    assert all(line.startswith("en.ad.") for line in listed)
    assert "⟦Advertisement⟧" in run("rules", "show", "en.ad.marker").stdout.decode()
    assert run("rules", "test", "any").returncode == 0


def test_a_pack_whose_proof_fails_ends_with_two(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        '[pack]\nname="p"\n[[rule]]\nid="p.ad.x"\nkind="ad"\ncues=["abc"]\nmatch="abc"\nwhy="x"\n'
        'drops=["⟦abd⟧"]\nstays=["x"]\n'
    )
    done = run("rules", "test", tmp_path / "p.toml")
    assert done.returncode == 2
    assert "p.ad.x: drops" in done.stdout.decode()


def test_explain_marks_what_leaves_and_says_why(folder: Path) -> None:
    shown = run("explain", folder / "in/a b.txt").stdout.decode()
    assert "⟦Advertisement⟧" in shown
    assert "It was late." in shown
