"""A row of JSON lines changes in its text and nowhere else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.dump.fields import Fields
from cleaner.dump.rows import JsonRows
from cleaner.errors import InputError
from cleaner.rows import Row
from tests.strategies import ANY_LETTER

WORDS = st.text(ANY_LETTER, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(WORDS, VALUES, max_size=4), WORDS, WORDS, st.sampled_from([None, 1]), st.booleans())
def test_every_other_field_stays(
    fields: dict[str, object], old: str, new: str, indent: int | None, plain: bool
) -> None:
    fields = {**fields, "text": old}
    separators = (" ,\t", " : ") if indent else (",", ":")
    written = json.dumps(fields, ensure_ascii=plain, separators=separators)
    line = written.encode("utf-8", "surrogatepass") + b"\r\n"
    try:
        line.decode()
    except UnicodeDecodeError:
        with pytest.raises(InputError, match="not UTF-8"):
            Row(line, "text")
        return
    row = Row(line, "text")
    assert row.text == old
    changed = row.with_text(new)
    assert changed.endswith(b"\r\n")
    assert json.loads(changed) == {**fields, "text": new}
    assert Row(changed, "text").text == new


def test_the_bytes_around_the_text_stay() -> None:
    line = '\ufeff{ "n": 1.50, "a": "\\u00e9\\/", "text" : "Rain.\\n\\nSun.", "n": [1,  2] }\r\n'.encode()
    assert Row(line, "text").with_text("Fog — \ud800") == line.replace(b'"Rain.\\n\\nSun."', b'"Fog \\u2014 \\ud800"')


def test_escapes_are_kept_or_not_as_they_were() -> None:
    assert Row('{"text":"spät"}'.encode(), "text").with_text("früh \ud800") == '{"text":"früh \\ud800"}'.encode()
    assert Row(b'{"text":"sp\\u00e4t"}', "text").with_text("früh") == b'{"text":"fr\\u00fch"}'


def test_of_two_fields_of_one_name_the_last_counts_as_it_does_for_every_reader() -> None:
    row = Row(b'{"text":"one","text":"two"}', "text")
    assert row.text == "two"
    assert row.with_text("three") == b'{"text":"one","text":"three"}'
    assert Row(b'{"text":"one","text":null}', "text").text is None


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"null", b'"text"', b"{", b'{"text"', b'{"text":', b'{"text":"a"', b'{"text":"a",}', b'{text:"a"}',
        b'{"text":"a"} {"text":"b"}', b'{"text":"a" "b":1}', b"\xff\xfe{\x00", b'{"text":"a\nb"}', b"[" * 100_000,
        b'{"a":' * 100_000, b'{"text":"\\ud800\\u"}', b'{"text":"a"}\x00',
    ],
)  # fmt: skip
def test_what_is_no_row_is_said_and_not_guessed(line: bytes) -> None:
    with pytest.raises(InputError):
        Row(line, "text")


DUMPED = JsonRows(Fields(text="text", html="html"))


def test_a_page_leaves_what_stands_deeper_alone_and_gets_its_text_at_the_end() -> None:
    for before, after in (
        (b'{"html": "<p>", "meta": {"text": "theirs"}}', b'{"html": "<p>", "meta": {"text": "theirs"}, "text": "new"}'),
        (b'{"n": 1.50,  "kind": "text", "html": ""}', b'{"n": 1.50,  "kind": "text", "html": "", "text": "new"}'),
        (b'[{"html": "{\\"text\\": 1}" } ,\n', b'[{"html": "{\\"text\\": 1}", "text": "new" } ,\n'),
        (b'{"m": {"text": 1}, "text" : null}\r\n', b'{"m": {"text": 1}, "text" : "new"}\r\n'),
        (b'{"text": "old", "m": {"text": 1}}', b'{"text": "new", "m": {"text": 1}}'),
        (b"{}", b'{"text": "new"}'),
    ):
        assert DUMPED.write(before, "new") == after
        assert json.loads(after.strip(b"[,\r\n "))["text"] == "new"


@settings(deadline=None)
@given(st.dictionaries(WORDS | st.just("meta"), VALUES, max_size=4), WORDS | st.none(), WORDS, st.booleans())
def test_a_dump_exchanges_a_text_as_a_reader_of_rows_does(
    fields: dict[str, object], old: str | None, new: str, plain: bool
) -> None:
    fields = {**fields, "deep": {"text": 1}, "text": old}
    line = json.dumps(fields, ensure_ascii=plain).encode("utf-8", "backslashreplace")
    try:
        held = json.loads(line)
    except ValueError:
        return
    written = DUMPED.write(line, new)
    assert json.loads(written) == {**held, "text": new}
    assert written == Row(line, "text").with_text(new, escaped=line.isascii())


def test_a_lone_surrogate_makes_no_escapes_of_other_letters() -> None:
    raw = '{"text": "früh \\ud800, spät"}'.encode()
    text = DUMPED.read(raw).text
    assert text is not None
    assert DUMPED.write(DUMPED.write(raw, "spät"), text) == raw
