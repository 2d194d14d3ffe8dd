"""`cleaner check`: what it says, what it takes out in place, and what a person has accepted."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cleaner import restore

AD = "The ferry left.\n\nAdvertisement\n\nIt was late.\n"
CLEAN = "The ferry left.\n\nIt was late.\n"


def run(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from cleaner.cli import main; main()", "check", *map(str, args)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603


def test_it_says_where_what_and_why_and_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    done = run(tmp_path, "a.txt")
    assert done.stdout == 'a.txt:3:1: ad en.ad.marker  "Advertisement"\n'
    assert done.returncode == 1
    assert (tmp_path / "a.txt").read_text() == AD
    (tmp_path / "a.txt").write_text(CLEAN)
    assert run(tmp_path, "a.txt").returncode == 0


def test_a_file_that_fails_ends_with_two_and_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 4)
    done = run(tmp_path, "a.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "a.txt" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(tmp_path, "nowhere.txt").returncode == 2


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_other_formats_say_the_same(tmp_path: Path, form: str) -> None:
    (tmp_path / "a,b: %0A.txt").write_text(AD)
    done = run(tmp_path, ".", "--format", form)
    assert done.returncode == 1
    assert "en.ad.marker" in done.stdout
    if form != "github":
        json.loads(done.stdout)
    else:
        assert done.stdout.count("\n") == 1


def test_fix_keeps_mode_line_ends_and_encoding_and_can_be_undone(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    source = AD.replace("late", "spät").replace("\n", "\r\n").encode("utf-16")
    file.write_bytes(source)
    file.chmod(0o640)
    assert run(tmp_path, "--fix", "a.txt").returncode == 1
    assert file.read_bytes().decode("utf-16") == CLEAN.replace("late", "spät").replace("\n", "\r\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    text = file.read_bytes().decode("utf-16")
    assert restore(text, (tmp_path / "a.json").read_bytes()) == source.decode("utf-16")
    assert run(tmp_path, "--fix", "a.txt").returncode == 0


@pytest.mark.parametrize(("asked", "there"), [("none", None), ("side", "side/a.json")])
def test_sidecars_go_where_they_are_wanted(tmp_path: Path, asked: str, there: str | None) -> None:
    (tmp_path / "a.txt").write_text(AD)
    run(tmp_path, "--fix", "--sidecar", asked, "a.txt")
    assert (tmp_path / "a.txt").read_text() == CLEAN
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")]
    assert found == ([there] if there else [])


def test_rows_are_fixed_and_their_other_bytes_stay(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"n":1.50,"text":"Rain.\\n\\nAdvertisement\\n\\nSun."}\n{"text":"Dry."}\n')
    done = run(tmp_path, "--fix", "x.jsonl")
    assert done.stdout.startswith("x.jsonl:1:28: ad en.ad.marker")
    assert (tmp_path / "x.jsonl").read_text() == '{"n":1.50,"text":"Rain.\\n\\nSun."}\n{"text":"Dry."}\n'


MARKDOWN = """\
---
title: Advertisement
tags: [a]
---

# The ferry

The ferry left.

Share this:

```
Advertisement
```

| Advertisement | x |
|---|---|
| Sponsored | y |

It was late.
"""


def test_markdown_loses_its_boilerplate_and_nothing_of_its_form(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN)
    run(tmp_path, "--fix", "--sidecar", "none", "a.md")
    assert (tmp_path / "a.md").read_text() == MARKDOWN.replace("Share this:\n\n", "")


def test_pages_are_reported_on_and_never_rewritten(tmp_path: Path) -> None:
    story = "<p>The ferry left the old pier at dawn with nine people and a piano on board, and it was late.</p>"
    page = (
        f"<html><body><nav><a href='/'>Home</a></nav><article>{story * 4}<p>Advertisement</p></article></body></html>"
    )
    (tmp_path / "a.html").write_text(page)
    done = run(tmp_path, "--fix", "a.html")
    assert done.returncode == 1
    assert (tmp_path / "a.html").read_text() == page


STORY = "".join(
    f"<p>{words}</p>"
    for words in (
        "The ferry left the old pier at dawn with nine people and a piano on board, and it was late.",
        "Nobody in the village had expected the bridge to hold for another winter, the mayor said.",
        "By noon the tide had carried three of the boats as far as the lighthouse at the point.",
    )
)


def test_the_encoding_that_is_named_holds_for_pages_too(tmp_path: Path) -> None:
    page = f"<html><body><article>{STORY}<p>© 2024 Łódź Post. All rights reserved.</p></article></body></html>"
    (tmp_path / "a.html").write_bytes(page.encode("mac_latin2"))
    said = run(tmp_path, "--encoding", "mac_latin2", "--format", "json", "a.html").stdout
    assert [found["text"] for found in json.loads(said)["findings"]] == ["© 2024 Łódź Post. All rights reserved."]


def test_what_is_accepted_stays_in_rows_of_pages(tmp_path: Path) -> None:
    page = f"<html><body><article>{STORY}<p>Advertisement</p></article></body></html>"
    (tmp_path / "x.jsonl").write_text(json.dumps({"html": page}) + "\n")
    assert run(tmp_path, "x.jsonl").returncode == 1
    assert run(tmp_path, "--update-allow", "--reason", "so", "x.jsonl").returncode == 0
    assert run(tmp_path, "x.jsonl").returncode == 0


def test_what_is_accepted_is_not_said_again_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    assert run(tmp_path, "--update-allow", "--reason", "part of the story", ".").returncode == 0
    assert "part of the story" in (tmp_path / ".cleaner-allow").read_text()
    (tmp_path / "a.txt").write_text(f"Rain fell all night.\n\n{AD}")
    assert run(tmp_path, ".").returncode == 0
    (tmp_path / "a.txt").write_text(CLEAN)
    assert "stale: " in run(tmp_path, ".").stderr
    run(tmp_path, "--update-allow", ".")
    assert "en.ad.marker" not in (tmp_path / ".cleaner-allow").read_text()


def test_settings_are_found_from_the_file_upwards(tmp_path: Path) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/a.txt").write_text(AD)
    (tmp_path / "pyproject.toml").write_text('[tool.cleaner]\nkeep = ["ad"]\n')
    assert run(tmp_path, "deep/er/a.txt").returncode == 0
    (tmp_path / "deep/.cleaner.toml").write_text("")
    assert run(tmp_path, "deep/er/a.txt").returncode == 1


def test_a_thousand_files_and_odd_names(tmp_path: Path) -> None:
    for n in range(1_000):
        (tmp_path / f"{n:04} søle.txt").write_text(AD if n % 100 == 0 else CLEAN)
    done = run(tmp_path, ".")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 10
    assert done.stdout.splitlines() == sorted(done.stdout.splitlines())


HEAVY = {
    "rich", "trafilatura", "lxml", "duckdb", "pyarrow", "numpy", "dateparser", "importlib.metadata", "markdown_it",
    "jinja2", "multiprocessing", "concurrent.futures", "fastwarc", "charset_normalizer",
}  # fmt: skip


def test_checking_a_file_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    code = (
        "import sys; sys.argv = ['cleaner', 'check', 'a.txt']\n"
        "from cleaner.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert not HEAVY & set(done.stdout.split())


def test_a_hostile_name_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m.txt").write_text(AD)
    done = run(tmp_path, ".")
    assert "\x1b" not in done.stdout
    assert os.linesep.join(done.stdout.splitlines()).count("en.ad.marker") == 1
