"""Folders and files in and out, and everything that can be wrong with them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cleaner import CleanerError, InputError, OutputError, PackError
from cleaner.dump import Options, clean_dump
from cleaner.dump.back import restored as restored_files
from cleaner.dump.engine import Summary
from cleaner.files import write_blocks
from cleaner.sidecar import load

ENGLISH = Options(packs=("any", "en"))
STORY = "The ferry left the old pier at dawn with nine people on board.\n\nIt was late.\n"
AD = "The ferry left.\n\nAdvertisement\n\nIt was late.\n"


def run(root: Path, **files: bytes) -> Summary:
    for name, data in files.items():
        path = root / "in" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return clean_dump([root / "in"], root / "out", ENGLISH)


def problems(out: Path, back: Path | None) -> list[str | None]:
    """What is wrong with each file that is restored."""
    said: list[str | None] = []
    for file in restored_files(out):
        problem = file.problem
        if file.blocks is not None:
            try:
                data = b"".join(file.blocks)
                if back is not None:
                    write_blocks(back / file.name, [data])
            except CleanerError as error:
                problem = str(error)
        said.append(problem)
    return said


def restored(root: Path) -> None:
    assert not any(problems(root / "out", root / "back"))
    for path in (root / "in").rglob("*"):
        if path.is_file() and path.suffix == ".txt":
            assert (root / "back" / path.relative_to(root / "in")).read_bytes() == path.read_bytes()


def test_a_tree_becomes_the_same_tree(tmp_path: Path) -> None:
    counts = run(tmp_path, a_dot_txt=AD.encode(), b__c_dot_txt=STORY.encode(), b__d_dot_bin=b"x")
    assert (tmp_path / "out/a.txt").read_text() == "The ferry left.\n\nIt was late.\n"
    sidecar = load((tmp_path / "out/a.json").read_bytes())
    assert sidecar["id"] == "a.txt"
    assert sidecar["status"] == "cleaned"
    assert [r["kind"] for r in sidecar["removed"]] == ["ad"]
    assert load((tmp_path / "out/b/c.json").read_bytes())["status"] == "unchanged"
    assert (counts.counts.documents, counts.counts.skipped, counts.counts.kinds["ad"][0]) == (2, 1, 1)
    restored(tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf" + AD.encode(),
        AD.replace("\n", "\r\n").encode(),
        AD.replace("\n", "\r").encode(),
        b"  \n\n" + AD.encode() + b"  \n\t\n",
        "Le cafe\u0301 ferma.\n\nAdvertisement\n\nC\u2019e\u0301tait tard.\n".encode(),
        AD.encode("utf-16"),
        b"Nul \0 in it.\n\nAdvertisement\n",
        b"Advertisement\n\nShare this:\n",
        ("Straße. " * 40 + "\n\nAdvertisement\n").encode("cp1252"),
    ],
    ids=["empty", "bom", "crlf", "cr", "blanks", "nfd", "utf16", "nul", "only-boilerplate", "cp1252"],
)
def test_bytes_come_back_as_they_were(tmp_path: Path, data: bytes) -> None:
    counts = run(tmp_path, a_dot_txt=data)
    assert not counts.failures
    restored(tmp_path)
    if b"Adv" in data.replace(b"\0", b""):
        assert b"Advertisement" not in (tmp_path / "out/a.txt").read_bytes().replace(b"\0", b"")


def test_nothing_but_boilerplate_comes_out_empty_and_says_so(tmp_path: Path) -> None:
    run(tmp_path, a_dot_txt=b"Advertisement\n\nSkip to main content\n")
    assert (tmp_path / "out/a.txt").read_bytes().strip() == b""
    assert load((tmp_path / "out/a.json").read_bytes())["reason"].startswith("nothing but boilerplate")


def test_bytes_that_are_no_text_are_copied_and_marked(tmp_path: Path) -> None:
    junk = bytes(range(256)) * 10
    counts = run(tmp_path, a_dot_txt=junk, b_dot_txt=AD.encode())
    assert (tmp_path / "out/a.txt").read_bytes() == junk
    sidecar = load((tmp_path / "out/a.json").read_bytes())
    assert sidecar["status"] == "failed"
    assert "encoding" in sidecar["reason"]
    assert [name for name, _ in counts.failures] == ["a.txt"]
    assert counts.counts.status["cleaned"] == 1
    restored(tmp_path)


def test_a_dangling_link_and_an_unreadable_file_fail_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in/folder.txt").mkdir()
    locked = tmp_path / "in/locked.txt"
    locked.write_text("x")
    locked.chmod(0)
    counts = run(tmp_path, a_dot_txt=AD.encode())
    names = [name for name, _ in counts.failures]
    assert names == (["link.txt"] if os.geteuid() == 0 else ["link.txt", "locked.txt"])
    assert all("cannot be read" in reason for _, reason in counts.failures)
    assert (tmp_path / "out/a.txt").exists()


def test_a_runaway_pattern_fails_the_document_and_names_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cleaner.rules.reading.PATTERN_SECONDS", 0.2)
    pack = tmp_path / "slow.toml"
    pack.write_text(
        '[pack]\nname = "slow"\n[[rule]]\nid = "slow.ad.x"\nkind = "ad"\ncues = ["aaaa"]\n'
        "match = '^(?:a|aa|a?a)*[bc]\\Z'\nwhy = 'x'\ndrops = ['⟦aaaab⟧']\nstays = ['x']\n"
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("a" * 400 + "\n")
    counts = clean_dump([tmp_path / "in"], tmp_path / "out", Options(packs=(str(pack),)))
    assert "slow.ad.x" in counts.failures[0][1]
    assert (tmp_path / "out/a.txt").read_text() == "a" * 400 + "\n"


def test_two_inputs_for_one_output_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("x")
    with pytest.raises(InputError, match="would both be written"):
        clean_dump([tmp_path / "one", tmp_path / "two"], tmp_path / "out", ENGLISH)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("out", ["in", "in/out", "in/../in/x"])
def test_output_inside_input_is_refused(tmp_path: Path, out: str) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(OutputError, match="choose another -o"):
        clean_dump([tmp_path / "in"], tmp_path / out, ENGLISH)


def test_a_file_is_not_overwritten_by_its_result(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    with pytest.raises(OutputError, match="overwritten"):
        clean_dump([tmp_path / "a.txt"], tmp_path, ENGLISH)
    assert (tmp_path / "a.txt").read_text() == AD


def test_what_is_not_there_and_packs_that_are_wrong_are_said_before_anything_is_written(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="no such file"):
        clean_dump([tmp_path / "none"], tmp_path / "out", ENGLISH)
    (tmp_path / "in").mkdir()
    with pytest.raises(PackError):
        clean_dump([tmp_path / "in"], tmp_path / "out", Options(packs=("xx",)))
    assert not (tmp_path / "out").exists()


ROWS = [
    json.dumps({"id": 7, "url": "https://example.org/a", "text": AD, "views": 3}),
    json.dumps({"id": 8, "text": STORY}),
    '{"id": 9, "text": "cut off',
    json.dumps({"id": 10, "text": "Lone \ud800 one.\n\nAdvertisement\n\nEnd."}),
    json.dumps({"id": 11, "body": "no text"}),
    json.dumps([1, 2]),
    "",
]


@pytest.mark.parametrize("workers", [1, 2])
def test_json_lines_stay_aligned_row_by_row(tmp_path: Path, workers: int) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.jsonl").write_text("\n".join(ROWS) + "\n")
    counts = clean_dump([tmp_path / "in"], tmp_path / "out", ENGLISH, workers=workers)
    rows = (tmp_path / "out/x.jsonl").read_text().splitlines()
    sidecars = [load(line) for line in (tmp_path / "out/x.meta.jsonl").read_text().splitlines()]
    assert len(rows) == len(sidecars) == len(ROWS)
    first = json.loads(rows[0])
    assert first == {
        "id": 7,
        "url": "https://example.org/a",
        "text": "The ferry left.\n\nIt was late.\n",
        "views": 3,
    }
    assert [s["status"] for s in sidecars] == ["cleaned", "unchanged", "failed", "cleaned", *["failed"] * 3]
    assert rows[2] == ROWS[2]
    assert json.loads(rows[3])["text"] == "Lone \ud800 one.\n\nEnd."
    assert [name for name, _ in counts.failures] == ["x.jsonl:3", "x.jsonl:5", "x.jsonl:6", "x.jsonl:7"]
    assert not list((tmp_path / "out/.cleaner").glob("*/*")), "no half-written file is left"
    assert problems(tmp_path / "out", tmp_path / "back") == [None]
    back = (tmp_path / "back/x.jsonl").read_text().split("\n")
    assert json.loads(back[0]) == json.loads(ROWS[0])
    assert back[1:3] == ROWS[1:3]


def test_newline_delimited_json_is_json_lines(tmp_path: Path) -> None:
    run(tmp_path, x_dot_ndjson=ROWS[0].encode() + b"\n")
    assert json.loads((tmp_path / "out/x.ndjson").read_text())["text"] == "The ferry left.\n\nIt was late.\n"
    assert load((tmp_path / "out/x.meta.jsonl").read_bytes())["status"] == "cleaned"
    assert problems(tmp_path / "out", tmp_path / "back") == [None]


def test_a_row_that_was_changed_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    run(tmp_path, x_dot_jsonl=ROWS[0].encode() + b"\n")
    for broken in (b"cut off\n", b"[1]\n", b'{"id": 7}\n', b'{"text": "other"}\n'):
        (tmp_path / "out/x.jsonl").write_bytes(broken)
        assert problems(tmp_path / "out", None) != [None]


def test_a_carriage_return_inside_a_row_ends_no_row(tmp_path: Path) -> None:
    run(tmp_path, x_dot_jsonl=ROWS[1].replace(", ", ",\r ").encode() + b"\r\n")
    assert problems(tmp_path / "out", None) == [None]


def test_a_changed_text_is_not_restored_wrongly(tmp_path: Path) -> None:
    run(tmp_path, a_dot_txt=AD.encode())
    (tmp_path / "out/a.txt").write_text("Something else.\n")
    (problem,) = problems(tmp_path / "out", tmp_path / "back")
    assert problem is not None
    assert "not the one" in problem
    assert not (tmp_path / "back/a.txt").exists()


def test_one_line_of_fifty_megabytes(tmp_path: Path) -> None:
    piece = "The ferry left the pier at dawn and nobody saw it go. " * 20 + "Advertisement "
    text = piece * (50_000_000 // len(piece))
    counts = run(tmp_path, a_dot_txt=text.encode())
    assert counts.counts.kinds["ad"][0] > 40_000
    assert "Advertisement" not in (tmp_path / "out/a.txt").read_text()


def test_two_hundred_thousand_short_lines(tmp_path: Path) -> None:
    text = "Facebook\nShare this:\nAdvertisement\nA ferry\n" * 50_000
    counts = run(tmp_path, a_dot_txt=text.encode())
    assert counts.counts.documents == 1
    assert "Advertisement" not in (tmp_path / "out/a.txt").read_text()
