from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import DecodeError, InputError, OutputError
from cleaner.files import decode, encode, write_whole


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_what_decodes_encodes_to_the_same_bytes(data: bytes) -> None:
    try:
        text, encoding, bom = decode(data)
    except DecodeError:
        return
    assert encode(text, encoding, bom=bom) == data


@pytest.mark.parametrize(
    ("data", "encoding", "bom"),
    [
        ("Füße".encode(), "utf-8", False),
        (codecs.BOM_UTF8 + "Füße".encode(), "utf-8", True),
        (codecs.BOM_UTF16_LE + "Füße".encode("utf-16-le"), "utf-16-le", True),
        (codecs.BOM_UTF16_BE + "Füße".encode("utf-16-be"), "utf-16-be", True),
        (codecs.BOM_UTF32_LE + "Füße".encode("utf-32-le"), "utf-32-le", True),
        (b"", "utf-8", False),
        (b"a\0b", "utf-8", False),
    ],
)
def test_the_encoding_is_found_and_recorded(data: bytes, encoding: str, bom: bool) -> None:
    found = decode(data)
    assert (found.encoding, found.bom) == (encoding, bom)
    assert encode(*found[:2], bom=bom) == data


def test_the_encoding_given_is_used_unless_a_mark_says_otherwise() -> None:
    assert decode("Žluťoučký kůň".encode("cp1250"), "cp1250").text == "Žluťoučký kůň"
    assert decode(codecs.BOM_UTF8 + b"x", "cp1250").encoding == "utf-8"
    with pytest.raises(DecodeError, match="--encoding"):
        decode(b"\xff\xfe\xfa", "ascii")
    with pytest.raises(InputError, match="no encoding is called 'utf8ish'"):
        decode(b"x", "utf8ish")


def test_old_encodings_are_detected() -> None:
    text = "Правительство объявило, что мост через реку будет закрыт на ремонт до весны. " * 5
    assert decode(text.encode("cp1251")).text == text


@pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xd8", b"\xff\xfe\x00"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data)


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a.txt"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert [p.name for p in target.parent.iterdir()] == ["a.txt"]
    mask = os.umask(0)
    os.umask(mask)
    assert target.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "below.txt", b"x")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "folder.txt", b"x")
    assert not list(tmp_path.glob("*.part")), "nothing half-written is left"
