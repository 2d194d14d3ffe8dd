"""Files that are wrong in one way or another, as many as one likes; the tests take some, the bench ten thousand."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from cleaner.dump.back import documents
from cleaner.dump.streams import pack

AD = "The ferry left.\n\nAdvertisement\n\nIt was late.\n"
ENDINGS = [".txt", ".jsonl", ".json", ".csv", ".tsv", ".parquet", ".warc", ".wet", ".zip", ".tar", ".html", ""]
Made = tuple[str, bytes]


def rows(chance: random.Random, number: int) -> bytes:
    """A few good rows."""
    return b"".join(
        json.dumps({"id": f"{number}-{n}", "text": AD}).encode() + b"\n" for n in range(chance.randrange(1, 4))
    )


def _noise(chance: random.Random, _: int) -> bytes:
    return chance.randbytes(chance.randrange(300))


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(1, len(data))]


def _damaged(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _mixed(chance: random.Random, number: int) -> bytes:
    texts = ("Straße, Ærø, naïve.\n\nAdvertisement\n", "Привет, мир.\n\nAdvertisement\n", AD)
    encodings = ("utf-8", "cp1252", "utf-16", "koi8-r", "utf-32", "shift_jis", "utf-7")
    return b"".join(chance.choice(texts).encode(chance.choice(encodings), "replace") for _ in range(3))


def _html(chance: random.Random, number: int) -> bytes:
    kind = chance.randrange(5)
    if kind == 0:
        return b"<div>" * chance.choice([10, 500, 20_000]) + b"deep"
    if kind == 1:
        return b"<html><body><p>" + b"<p>".join([b"A ferry left."] * 200) + b"\0\0</bo"
    if kind == 2:
        return b"<html><head><meta charset='no-such'></head><body>" + bytes(range(256)) + b"</body></html>"
    if kind == 3:
        return b"<!doctype html><html></html>"
    return b"<html><body>" + b"<table><tr><td>" * 300 + AD.encode() + b"&#xD800;&#0;&bogus;"


def _zip(chance: random.Random, number: int) -> bytes:
    sink = io.BytesIO()
    evil = ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:/evil.txt", "a/./b.txt", "..", "e\0.txt"]
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (chance.choice(evil), "good.txt", "good.txt", "Good.TXT", "x.jsonl"):
            archive.writestr(name, rows(chance, number) if name == "x.jsonl" else f"{AD}{name!r}")
    return sink.getvalue()


def _tar(chance: random.Random, number: int) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, kind in (
            ("../../evil.txt", tarfile.REGTYPE), ("link.txt", tarfile.SYMTYPE), ("hard.txt", tarfile.LNKTYPE),
            ("pipe.txt", tarfile.FIFOTYPE), ("good.txt", tarfile.REGTYPE), ("good.txt", tarfile.REGTYPE),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            data = AD.encode() if kind == tarfile.REGTYPE else b""
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def _bomb(chance: random.Random, number: int) -> bytes:
    inner = b"a" * chance.choice([1_000, 1_000_000, 70_000_000 if number % 500 == 0 else 2_000_000])
    return gzip.compress(inner, 1) if chance.random() < 0.5 else pack(inner, "zst")


def _huge(chance: random.Random, number: int) -> bytes:
    return json.dumps({"text": "x " * chance.choice([1_000, 500_000])}).encode() + b"\n" + rows(chance, number)


def _nul(chance: random.Random, number: int) -> bytes:
    return b"\0" * chance.randrange(1, 100) + rows(chance, number)


def _magic(chance: random.Random, number: int) -> bytes:
    heads = (
        b"PAR1",
        b"WARC/1.0\r\n",
        b"PK\x03\x04",
        b"\x1f\x8b\x08\x00",
        b"\x28\xb5\x2f\xfd",
        b"%PDF-1.4",
        b"[{",
        b"\xef\xbb\xbf",
    )
    return chance.choice(heads) + chance.randbytes(chance.randrange(80)) + chance.choice([b"", b"PAR1", b"}]"])


def _json(chance: random.Random, number: int) -> bytes:
    odd = (
        b'{"text": "\\ud800"}\n', b'{"text": 1}\n', b'{"text": null}\n', b'{"text": "a", "text": "b"}\n',
        b"[1, 2]\n", b"{}\n",
        b'{"text": "\xff"}\n', b'{"text": "cut off\n', b"\n\n", b'{"n": 1e999, "text": "a"}\n', b"NaN\n",
        b'{"text": ["a"]}\n',
        b"[" * 3_000 + b"\n", b'{"a":' * 3_000 + b"\n", b'"' + rows(chance, number), b"\r\n\r", rows(chance, number),
    )  # fmt: skip
    return b"".join(chance.choice(odd) for _ in range(chance.randrange(1, 6)))


def _table(chance: random.Random, number: int) -> bytes:
    odd = (
        b"id,text\n",
        b'1,"never closed\n',
        b"1,2,3,4\n",
        b'"a""b",c\n',
        b"\xff,\xfe\n",
        b"1," + b"x" * 5_000 + b"\n",
        b",\n",
        b"\n",
    )
    return b"id,text\n" * chance.randrange(2) + b"".join(chance.choice(odd) for _ in range(chance.randrange(6)))


KINDS: tuple[Callable[[random.Random, int], bytes], ...] = (
    _noise, _mixed, _html, _zip, _tar, _bomb, _huge, _nul, _magic, _json, _json, _table, rows,
    lambda chance, number: _cut(chance, gzip.compress(rows(chance, number))),
    lambda chance, number: _cut(chance, pack(rows(chance, number), "zst")),
    lambda chance, number: _cut(chance, _zip(chance, number)),
    lambda chance, number: _cut(chance, gzip.compress(_tar(chance, number))),
    lambda chance, number: _damaged(chance, gzip.compress(rows(chance, number))),
    lambda chance, number: _damaged(chance, pack(rows(chance, number), "zst")),
    lambda chance, number: _damaged(chance, _zip(chance, number)),
    lambda chance, number: rows(chance, number).replace(b'"', b"", 1),
    lambda chance, number: rows(chance, number).decode().encode("utf-16"),
    lambda chance, number: gzip.compress(gzip.compress(rows(chance, number))),
)  # fmt: skip


def hostile(chance: random.Random, number: int) -> Made:
    """A file that is wrong in one way or another, under a name that may be as wrong."""
    name = "a" + chance.choice(ENDINGS) + chance.choice(["", "", ".gz", ".zst"])
    return f"{number}-{name}", chance.choice(KINDS)(chance, number)


def lost(source: Path, out: Path, left: list[tuple[str, str]]) -> list[str]:
    """Names of files that are neither cleaned nor failed by what OUT says, nor left alone."""
    report = json.loads((out / "report.json").read_bytes())
    known = {table["name"] for table in report["tables"]} | {name for name, _ in left}
    known |= {failure["file"] for failure in map(json.loads, (out / "failed.jsonl").read_bytes().splitlines())}
    known |= {document.name for document in documents(out)}
    known |= {name.partition("/")[0] for name in known}
    known |= {name.rpartition(":")[0] for name in known}
    files = [path for path in source.iterdir() if path.name not in known]
    return [path.name for path in files if path.stat().st_size or not (out / path.name).exists()]
