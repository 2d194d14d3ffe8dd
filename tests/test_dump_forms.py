"""Every form in and out: the texts cleaned, all else untouched, and the source again from what was written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from cleaner import Cleaner, InputError
from cleaner.cli import cli
from cleaner.dump import Options, clean_dump
from cleaner.dump.back import documents
from cleaner.dump.streams import pack
from cleaner.errors import CleanerError
from tests.test_dump import problems
from tests.test_laws import _tree
from tests.test_repeats import FURNITURE
from tests.test_repeats import documents as furnished

FIXTURES = Path(__file__).parent.parent / "fixtures"

AD = "The ferry left, said “Åse”.\n\nAdvertisement\n\nIt was late.\n"
CLEAN = "The ferry left, said “Åse”.\n\nIt was late.\n"
OPTIONS = Options(packs=("any", "en"))
ROWS = [{"id": n, "n": 1.50, "maintext": f"{AD}{n}", "url": f"https://example.org/{n}"} for n in range(5)]


def jsonl(ascii_only: bool = False) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=ascii_only).encode().replace(b"1.5", b"1.50") + b"\n" for row in ROWS)


def table(delimiter: str) -> bytes:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, ["id", "n", "maintext", "url"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return sink.getvalue().encode()


def wet() -> bytes:
    pages = []
    for row in ROWS:
        body = str(row["maintext"]).encode()
        head = f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {row['url']}\r\nContent-Type: text/plain\r\n"
        pages.append(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n")
    return b"".join(pages)


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for n in range(3):
            archive.writestr(f"deep/{n}.txt", f"{AD}{n}")
    return sink.getvalue()


def tarred() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for n in range(3):
            info = tarfile.TarInfo(f"deep/{n}.txt")
            data = f"{AD}{n}".encode()
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


FORMS: dict[str, Callable[[], bytes]] = {
    "x.jsonl": jsonl,
    "ascii.jsonl": lambda: jsonl(ascii_only=True),
    "x.ndjson": jsonl,
    "x.jsonl.gz": lambda: gzip.compress(jsonl()),
    "x.jsonl.zst": lambda: pack(jsonl(), "zst"),
    "x.json": lambda: json.dumps(ROWS, indent=2).encode(),
    "one.json": lambda: json.dumps(ROWS[0], indent=2).encode(),
    "one.json.gz": lambda: gzip.compress(json.dumps(ROWS[1]).encode()),
    "x.csv": lambda: table(","),
    "x.tsv": lambda: table("\t"),
    "x.csv.gz": lambda: gzip.compress(table(",")),
    "x.wet": wet,
    "x.warc.wet.gz": lambda: gzip.compress(wet()),
    "a.txt.gz": lambda: gzip.compress(AD.encode()),
    "pages.zip": zipped,
    "pages.tar.gz": tarred,
    "x.parquet": lambda: parquet_of(ROWS),
}


def html() -> bytes:
    return (FIXTURES / "page-with-everything" / "source.html").read_bytes()


def warc() -> bytes:
    pages = []
    for n in range(3):
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html()
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{n}>\r\nWARC-Target-URI: https://example.org/1\r\n"
        head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        pages.append(head.encode() + http + b"\r\n\r\n")
    return b"".join(pages)


PAGES: dict[str, Callable[[], bytes]] = {
    "page.html": html,
    "old.html": lambda: html().decode().encode("cp1252", "xmlcharrefreplace"),
    "x.warc": warc,
    "x.warc.gz": lambda: gzip.compress(warc()),
}
"""Forms that hold pages: what comes back of them is the text that was read."""


def parquet_of(rows: list[dict[str, object]]) -> bytes:
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(rows), sink, row_group_size=2)
    data: bytes = sink.getvalue().to_pybytes()
    return data


@pytest.mark.parametrize("name", FORMS)
def test_texts_are_cleaned_and_come_back(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    source = FORMS[name]()
    (tmp_path / "in" / name).write_bytes(source)
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert done.counts.failed == 0, done.failures
    found = list(documents(tmp_path / "out"))
    assert len(found) == done.counts.documents > 0
    assert all(CLEAN.strip() in document.text and "Advertisement" not in document.text for document in found)
    assert not any(problems(tmp_path / "out", tmp_path / "back"))
    if name.endswith((".jsonl", ".ndjson", ".json", ".csv", ".tsv")):
        assert (tmp_path / "back" / name).read_bytes() == source
        assert b"Advertisement" not in (tmp_path / "out" / name).read_bytes()
    if name.endswith(".parquet"):
        assert parquet.read_table(tmp_path / "back" / name).to_pylist() == ROWS


@pytest.mark.parametrize("workers", [2, 3])
def test_no_byte_depends_on_the_number_of_workers(tmp_path: Path, workers: int) -> None:
    (tmp_path / "in").mkdir()
    for name, make in {**FORMS, **PAGES}.items():
        (tmp_path / "in" / name).write_bytes(make())
    for count in (1, workers):
        clean_dump([tmp_path / "in"], tmp_path / f"out{count}", OPTIONS, workers=count)
    assert _tree(tmp_path / "out1") == _tree(tmp_path / f"out{workers}")


def test_no_byte_depends_on_who_learned_a_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.dump.passes.WORTH", 0)
    (tmp_path / "in").mkdir()
    for name, make in {**FORMS, **PAGES}.items():
        (tmp_path / "in" / name).write_bytes(make())
    site = tmp_path / "in/gazette.example"
    site.mkdir()
    for n, document in enumerate(furnished()):
        (site / f"{n}.txt").write_text(document.text, encoding="utf-8")
    for count in (1, 3):
        out = tmp_path / f"out{count}"
        clean_dump([tmp_path / "in"], out, Options(packs=("any", "en"), learn=True), workers=count)
    assert _tree(tmp_path / "out1") == _tree(tmp_path / "out3")
    assert FURNITURE not in (tmp_path / "out1/gazette.example/7.txt").read_text(encoding="utf-8")
    assert not any(problems(tmp_path / "out1", None))


@pytest.mark.parametrize("name", ["page.html", "x.warc", "x.warc.gz"])
def test_pages_come_back_as_the_text_that_was_read_from_them(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(PAGES[name]())
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert (done.counts.failed, done.counts.documents) == (0, 1 if name == "page.html" else 3)
    assert not any(problems(tmp_path / "out", tmp_path / "back"))
    (shown,) = {document.sidecar.before.sha256 for document in documents(tmp_path / "out") if document.sidecar.before}
    read = Cleaner(packs=["any", "en"]).clean(html=html(), url="https://example.org/1")
    assert shown == read.facts().before.sha256  # type: ignore[union-attr]
    assert {document.text for document in documents(tmp_path / "out")} == {read.text}


def test_other_columns_keep_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.jsonl").write_bytes(b'{"b" :1.50, "text":"Rain.\\n\\nAdvertisement\\n\\nSun.","a":"\\u00e9"}\n')
    clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert (tmp_path / "out/x.jsonl").read_bytes() == b'{"b" :1.50, "text":"Rain.\\n\\nSun.","a":"\\u00e9"}\n'


def test_columns_are_guessed_and_said_and_may_be_given(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.jsonl").write_text(json.dumps({"a": AD, "content": "Rain."}) + "\n")
    said: list[str] = []
    clean_dump([tmp_path / "in"], tmp_path / "one", OPTIONS, say=said.append)
    assert said == ["x.jsonl: text = 'content'"]
    clean_dump([tmp_path / "in"], tmp_path / "two", Options(packs=("any", "en"), fields={"text": "a"}))
    assert "Advertisement" not in (tmp_path / "two/x.jsonl").read_text()


def test_slim_sidecars_and_none(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(AD, encoding="utf-8")
    clean_dump([tmp_path / "in"], tmp_path / "slim", Options(packs=("any", "en"), sidecar="slim"))
    slim = json.loads((tmp_path / "slim/a.json").read_bytes())
    assert slim["removed"][0]["kind"] == "ad"
    assert "text" not in slim["removed"][0]
    clean_dump([tmp_path / "in"], tmp_path / "none", Options(packs=("any", "en"), sidecar="none"))
    assert not (tmp_path / "none/a.json").exists()
    assert (tmp_path / "none/a.txt").read_text(encoding="utf-8") == CLEAN


@pytest.mark.parametrize("evil", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:/evil.txt"])
def test_no_member_of_an_archive_gets_out(tmp_path: Path, evil: str) -> None:
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in/x.zip", "w") as archive:
        archive.writestr(evil, "evil")
        archive.writestr("good.txt", AD)
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert (tmp_path / "out/x/good.txt").read_text(encoding="utf-8") == CLEAN
    assert done.counts.failed == 1
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_a_bomb_is_a_failed_record(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/bomb.txt.gz").write_bytes(gzip.compress(b"a" * 200_000_000, 9))
    (tmp_path / "in/good.txt").write_text(AD, encoding="utf-8")
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert [name for name, _ in done.failures] == ["bomb.txt.gz"]
    assert "a bomb" in done.failures[0][1]
    assert (tmp_path / "out/bomb.txt.gz").read_bytes() == (tmp_path / "in/bomb.txt.gz").read_bytes()


def test_a_file_that_ends_early_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    chance = random.Random(3)  # noqa: S311 - what does not shrink, not secrets
    rows = b"".join(json.dumps({"id": chance.random(), "text": AD}).encode() + b"\n" for _ in range(40_000))
    (tmp_path / "in/x.jsonl.gz").write_bytes(gzip.compress(rows, 1)[:-200])
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert done.counts.documents > 30_000
    assert any("ends early" in reason for _, reason in done.failures)


def test_parquet_holds_its_sidecars(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.parquet").write_bytes(parquet_of(ROWS))
    clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    found = parquet.read_table(tmp_path / "out/x.parquet")
    assert found.column_names == [*ROWS[0], "cleaner"]
    assert {row["status"] for row in found.column("cleaner").to_pylist()} == {"cleaned"}
    assert not (tmp_path / "out/x.meta.jsonl").exists()
    assert found.drop_columns(["cleaner", "maintext"]) == parquet.read_table(tmp_path / "in/x.parquet").drop_columns(
        ["maintext"]
    )


def told(out: Path) -> dict[str, tuple[str, str]]:
    return {document.name: (document.text, document.sidecar.status) for document in documents(out)}


FORMATS = ["jsonl", "jsonl.gz", "jsonl.zst", "parquet"]


@pytest.mark.parametrize("asked", FORMATS)
@pytest.mark.parametrize("workers", [1, 3])
def test_every_form_as_another(tmp_path: Path, asked: str, workers: int) -> None:
    (tmp_path / "in").mkdir()
    for name, make in {**FORMS, **PAGES}.items():
        (tmp_path / "in" / name).write_bytes(make())
    (tmp_path / "in/odd.txt").write_bytes(b"\xff\x00\xfe\x01")
    (tmp_path / "in/odd.jsonl").write_bytes(b'{"text": "Rain.", "n": 1}\nno json\n{"text": "Sun.", "n": "two"}\n')
    same = clean_dump([tmp_path / "in"], tmp_path / "same", OPTIONS)
    options = Options(packs=("any", "en"), format=asked)
    done = clean_dump([tmp_path / "in"], tmp_path / "out", options, workers=workers)
    assert (done.counts.documents, done.counts.status) == (same.counts.documents, same.counts.status)
    written = {path.name.partition(".")[2] for path in (tmp_path / "out").rglob("*.*") if path.is_file()}
    assert not {name for name in written if name.endswith(("csv", "tsv", "csv.gz", "wet", "warc"))}
    assert (tmp_path / "out/odd.txt").read_bytes() == b"\xff\x00\xfe\x01"
    before, after = told(tmp_path / "same"), told(tmp_path / "out")
    assert after == before
    assert not any(problems(tmp_path / "out", tmp_path / "back"))
    again = clean_dump([tmp_path / "in"], tmp_path / "out", options, workers=workers)
    assert again.new == 0
    assert told(tmp_path / "out") == after


@pytest.mark.parametrize("asked", FORMATS)
def test_new_texts_join_those_that_are_there(tmp_path: Path, asked: str) -> None:
    (tmp_path / "in").mkdir()
    options = Options(packs=("any", "en"), format=asked)
    for n in (1, 3, 2):
        (tmp_path / f"in/{n}.txt").write_text(f"{AD}{n}", encoding="utf-8")
        assert clean_dump([tmp_path / "in"], tmp_path / "out", options).new == 1
    found = [(document.name, document.text) for document in documents(tmp_path / "out")]
    assert found == [(f"{n}.txt", f"{CLEAN}{n}") for n in (1, 2, 3)]
    (tmp_path / "in/2.txt").unlink()
    clean_dump([tmp_path / "in"], tmp_path / "out", options)
    assert [document.name for document in documents(tmp_path / "out")] == ["1.txt", "3.txt"]


def test_a_table_becomes_parquet_with_the_types_its_values_have(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    rows = [
        {"text": AD, "n": 1, "x": 1.5, "ok": True, "mixed": 1, "deep": {"a": [1]}, "cleaner": "theirs"},
        {"text": CLEAN, "n": None, "x": 2, "ok": False, "mixed": "one", "late": "yes"},
    ]
    (tmp_path / "in/x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    clean_dump([tmp_path / "in"], tmp_path / "out", Options(packs=("any", "en"), format="parquet"))
    found = parquet.read_table(tmp_path / "out/x.parquet").drop_columns(["cleaner"]).to_pylist()
    assert found == [
        {"text": CLEAN, "n": 1, "x": 1.5, "ok": True, "mixed": "1", "deep": '{"a":[1]}', "cleaner_source": "theirs",
         "late": None},
        {"text": CLEAN, "n": None, "x": 2.0, "ok": False, "mixed": "one", "deep": None, "cleaner_source": None,
         "late": "yes"},
    ]  # fmt: skip


def test_parquet_of_a_file_without_rows_comes_back(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/e.csv").write_text("text\n")
    clean_dump([tmp_path / "in"], tmp_path / "out", Options(packs=("any", "en"), format="parquet"))
    done = CliRunner().invoke(cli, ["restore", str(tmp_path / "out"), "-o", str(tmp_path / "back")])
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "back").iterdir()] == ["e.parquet"]


@pytest.mark.parametrize("command", ["restore", "report"])
def test_slim_sidecars_are_said_to_be_slim(tmp_path: Path, command: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.jsonl").write_text(json.dumps({"text": AD}) + "\n")
    options = Options(packs=("any", "en"), format="parquet", sidecar="slim")
    clean_dump([tmp_path / "in"], tmp_path / "out", options)
    done = CliRunner().invoke(cli, [command, str(tmp_path / "out"), "-o", str(tmp_path / "back")])
    assert done.exception is None or isinstance(done.exception, SystemExit | CleanerError)
    assert "--sidecar slim" in done.output + str(done.exception)


def test_a_damaged_crawl_is_a_failure_and_gives_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.wet.gz").write_bytes(gzip.compress(wet())[:-40])
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert [name for name, _ in done.failures] == ["x.wet.gz"]
    assert "damaged after" in done.failures[0][1]
    assert clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS).counts.failed == 1


def test_two_members_of_one_name_are_both_kept(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in/x.zip", "w") as archive:
        for name, text in (("a/b.txt", "first"), ("a/./b.txt", "second"), ("a//b.txt", "third")):
            archive.writestr(name, text)
    done = clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    assert (done.counts.documents, done.counts.failed) == (3, 2)
    assert (tmp_path / "out/x/a/b.txt").read_text() == "first"
    assert {path.read_text() for path in (tmp_path / "out/x.zip.unsafe").iterdir()} == {"second", "third"}


@pytest.mark.parametrize("asked", ["same", "jsonl"])
def test_a_damaged_row_group_costs_its_rows_and_says_so(tmp_path: Path, asked: str) -> None:
    (tmp_path / "in").mkdir()
    data = bytearray(parquet_of(ROWS))
    with parquet.ParquetFile(pyarrow.BufferReader(bytes(data))) as file:
        places = [file.metadata.row_group(1).column(at) for at in range(4)]
        start = next(one.data_page_offset for one in places if one.path_in_schema == "maintext")
    data[start : start + 60] = b"\xff" * 60
    (tmp_path / "in/x.parquet").write_bytes(bytes(data))
    done = clean_dump([tmp_path / "in"], tmp_path / "out", Options(packs=("any", "en"), format=asked))
    assert [name for name, _ in done.failures] == ["x.parquet:3"]
    assert "row group 1 is damaged" in done.failures[0][1]
    assert [document.text for document in documents(tmp_path / "out")] == [f"{CLEAN}{n}" for n in (0, 1, 4)]


def test_an_input_that_vanishes_ends_the_run_with_words_and_it_goes_on(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    row = json.dumps({"text": AD * 50}).encode() + b"\n"
    source = tmp_path / "in/x.jsonl"
    source.write_bytes(row * 6_000)
    expected = clean_dump([tmp_path / "in"], tmp_path / "whole", OPTIONS).counts
    away = tmp_path / "away.jsonl"

    def vanish(_: object) -> None:
        if source.exists():
            source.rename(away)

    with pytest.raises(InputError, match="put it back"):
        clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS, progress=vanish)
    assert not (tmp_path / "out/x.jsonl").exists()
    away.rename(source)
    assert clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS).counts == expected
    assert _tree(tmp_path / "out") == _tree(tmp_path / "whole")


def test_a_row_group_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, log = parquet.ParquetFile.iter_batches, tmp_path / "log"

    def logged(self: parquet.ParquetFile, *given: object, **named: object) -> object:
        with log.open("a") as file:
            file.write(f"{named['row_groups']}\n")
        return real(self, *given, **named)

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", logged)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.parquet").write_bytes(parquet_of(ROWS))
    clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    groups = (len(ROWS) + 1) // 2
    assert sorted(log.read_text().splitlines()) == [f"[{number}]" for number in range(groups)]
