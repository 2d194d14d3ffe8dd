from __future__ import annotations

import sys
import unicodedata
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.text import (
    _COMPOSED,
    _END,
    _LOWERED_APART,
    _SHORT,
    SHORT_REACH,
    _lower,
    _shortened,
    address,
    compose,
    content,
    fold,
    key,
    sentences,
)
from tests.strategies import ANY_LETTER


def test_folding_keeps_the_length_for_every_code_point_there_is() -> None:
    wrong = [code for code in range(sys.maxunicode + 1) if len(fold(chr(code))) != 1]
    assert wrong == []


@settings(deadline=None)
@given(st.text(ANY_LETTER))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_lowering_mostly_ascii_text_is_lowering_for_every_code_point_there_is() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1)]
    wrong = [letter for letter in letters if _lower(f"Some WORDS {letter}") != f"some words {letter}".lower()]
    assert wrong == []
    # One letter after another is replaced, so none may turn into one that would change again.
    assert [letter for letter in letters if letter.lower().lower() != letter.lower()] == []
    assert [letter for letter in letters if len(letter.lower()) != 1 and letter not in _LOWERED_APART] == []


@settings(deadline=None)
@given(st.lists(st.text(ANY_LETTER, max_size=3)))
def test_lowering_mostly_ascii_text_is_lowering(odd: list[str]) -> None:
    text = " Some Words, Some WORDS, more of Them ".join(odd)
    assert _lower(text) == text.lower()


def test_what_is_quickly_known_to_be_composed_is() -> None:
    parts = [unicodedata.decomposition(chr(code)).split() for code in range(sys.maxunicode + 1)]
    second = {chr(int(part[1], 16)) for part in parts if len(part) == 2 and part[0][0] != "<"}
    for letter in map(chr, range(sys.maxunicode + 1)):
        if _COMPOSED.fullmatch(letter):
            assert unicodedata.normalize("NFC", letter) == letter
            assert unicodedata.combining(letter) == 0
            assert letter not in second
    assert compose("Cafe\u0301") is not None
    assert compose("\u1112\u1161") is not None


def test_folding_brings_line_feed_and_word_together() -> None:
    assert "\nread more" in fold("Story.\n   Read More")
    assert "\nread more" in fold("Story.\r\n\tRead more")
    assert "\nread more" in fold("Story.\rRead more")
    assert "don't" in fold("DON’T")


@settings(deadline=None)
@given(st.text(ANY_LETTER))
def test_composing_maps_every_offset(text: str) -> None:
    composed = compose(text)
    if composed is not None:
        form, offsets = composed
        assert len(offsets) == len(form) + 1
        assert offsets == sorted(offsets)
        assert offsets[-1] == len(text)


def test_composing_finds_the_letter_and_its_mark() -> None:
    text = unicodedata.normalize("NFD", "Läs också: så här")
    composed = compose(text)
    assert composed is not None
    form, offsets = composed
    assert form == "Läs också: så här"
    assert text[offsets[form.index("så här")] :] == unicodedata.normalize("NFD", "så här")


@settings(deadline=None)
@given(st.text(ANY_LETTER))
def test_sentences_tile_what_they_are_made_of(text: str) -> None:
    parts = sentences(text, 0, len(text))
    assert "".join(text[start:end] for start, end in parts) == text


def split(text: str) -> list[str]:
    return [text[slice(*content(text, *part))] for part in sentences(text, 0, len(text))]


def test_sentences_end_where_readers_end_them() -> None:
    assert split("It rained. “Go home,” she said. They did!") == [
        "It rained.",
        "“Go home,” she said.",
        "They did!",
    ]
    assert split("Mr. Hale met Sen. Cole in Washington, D.C. on Jan. 5. It rained.") == [
        "Mr. Hale met Sen. Cole in Washington, D.C. on Jan. 5.",
        "It rained.",
    ]
    assert split("J. K. Lund won 3.5 million.") == ["J. K. Lund won 3.5 million."]
    assert split("雨が降った。帰ろう。") == ["雨が降った。", "帰ろう。"]
    assert split("Wait... what?! Yes...") == ["Wait... what?!", "Yes..."]
    assert split("雨が降った。note始めました。") == ["雨が降った。", "note始めました。"]
    assert split("Follow us on X. It rained.") == ["Follow us on X.", "It rained."]
    assert split("Síguenos en Facebook y X. Llovió.") == ["Síguenos en Facebook y X.", "Llovió."]
    assert split("A letter from Xu and X. Liu came.") == ["A letter from Xu and X. Liu came."]
    assert split("Doctor X. Liu came.") == ["Doctor X. Liu came."]


def test_a_key_masks_numbers_case_and_blanks() -> None:
    assert key("Join 12,408 readers  today") == key("join 12,977 Readers today\n")
    assert key("Join 12,408 readers today") != key("Join 12,408 readers tomorrow")
    assert key("é") == key("e\u0301")


@given(
    st.text("abz09.-/?#:@[]%&=;A é\t\n_~", max_size=14), st.sampled_from(["http://", "https://", "HTTP://", "//", ""])
)
def test_addresses_are_read_as_the_library_reads_them(rest: str, scheme: str) -> None:
    try:
        parts = urlsplit(scheme + rest)
        said = (parts.hostname or "", parts.path)
    except ValueError:
        said = ("", "")
    assert address(scheme + rest) == said


@given(st.lists(st.sampled_from(["Mr", "U.S", "p", "г", "approx", "no", "“", "(", "。", ". ", ".", " ", "\n", "X"])))
def test_sentences_end_as_one_slow_look_says(parts: list[str]) -> None:
    text = "".join(parts)
    for match in _END.finditer(text):
        if text[match.start()] == ".":
            near = _SHORT.search(text, max(0, match.start() - SHORT_REACH), match.start())
            assert _shortened(text, match.start()) == (near is not None)
