"""Repetition over a dump: counted exactly, whatever the order and the split; never a word of a story alone."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner, Document, restore
from cleaner.data import Span
from cleaner.repeats.count import tally, write_part
from cleaner.repeats.detect import Repeats
from cleaner.repeats.learn import join
from cleaner.repeats.store import Block, as_pack, decide, review
from cleaner.rules.load import load_packs, parse_pack

SITE = "gazette.example"
STORIES = [
    f"The {thing} of {place} was {what} on a {day} night, and {name} said nobody had asked the town about it."
    for thing, place, what, day, name in zip(
        ["ferry", "mill", "bridge", "school", "pier", "lamp", "clock", "well", "road", "bell", "hall", "weir"] * 3,
        ["Holm", "Vik", "Nes", "Dal", "Eid", "Bø"] * 6,
        ["sold", "shut", "burned", "moved", "mended"] * 8,
        ["dark", "cold", "long", "clear"] * 9,
        ["Ada Cole", "Jim Ferris", "Nora Field", "Tom Brook", "Lena Hart", "Peter Moss", "Ann Harrow"] * 6,
        strict=False,
    )
]
FURNITURE = "Zebras hum quietly beneath the purple gazette awning every fortnight"


def documents(number: int = 30, tail: str = FURNITURE) -> list[Document]:
    return [
        Document(f"{STORIES[n]} It was day {n}.\n\nSo it went, {n * 7} times.\n\n{tail}", site=SITE)
        for n in range(number)
    ]


def learned(folder: Path, found: Iterable[Document], parts: int = 1, packs: Sequence[str] = ("any", "en")) -> Path:
    found = list(found)
    paths = []
    for part in range(parts):
        path = folder / f"part{part}.parquet"
        write_part(found[part::parts], path)
        paths.append(path)
    join(paths, folder / "repeats", load_packs(packs))
    return folder / "repeats"


def cleaner_of(folder: Path, packs: Sequence[str] = ()) -> Cleaner:
    return Cleaner(packs=packs, repeats=folder)


def test_what_a_site_says_on_every_page_leaves_without_any_rule(tmp_path: Path) -> None:
    found = documents()
    cleaner = cleaner_of(learned(tmp_path, found))
    for document in found:
        result = cleaner.judge(document)
        assert result.text == document.text.removesuffix(f"\n\n{FURNITURE}")
        assert result.sidecar()["removed"][0]["documents"] == 30
        assert result.sidecar()["removed"][0]["of"] == 30
        assert restore(result.text, result.sidecar()) == document.text
        assert cleaner.judge(Document(result.text, site=SITE)).removed == ()


def test_another_site_may_say_the_same(tmp_path: Path) -> None:
    cleaner = cleaner_of(learned(tmp_path, documents()))
    assert cleaner.clean(f"{STORIES[0]}\n\n{FURNITURE}", site="other.example").removed == ()


def test_numbers_dates_and_names_do_not_hide_it(tmp_path: Path) -> None:
    asked = (f"Join {12_000 + 37 * n} readers who get our zebra letter since {1990 + n}." for n in range(30))
    found = [Document(f"{STORIES[n]} It was day {n}.\n\n{line}", site=SITE) for n, line in enumerate(asked)]
    cleaner = cleaner_of(learned(tmp_path, found))
    assert "zebra letter" not in cleaner.judge(found[3]).text


def test_an_appeal_glued_to_the_story_is_cut_exactly(tmp_path: Path) -> None:
    cleaner = cleaner_of(learned(tmp_path, documents(tail=f"{FURNITURE}.")))
    result = cleaner.clean(f"{STORIES[0]} {FURNITURE}. {FURNITURE}.", site=SITE)
    assert result.text == STORIES[0]


def other(n: int) -> str:
    return STORIES[(n + 5) % 30]


HARMLESS = {
    "a short quote": lambda n: f"{STORIES[n]}\n\n“No,” she said.\n\n{other(n)}",
    "a section's name": lambda n: f"{STORIES[n]}\n\nBackground\n\n{other(n)}",
    "times of a live blog": lambda n: f"10:15\n\n{STORIES[n]}\n\n11:30\n\n{other(n)}",
    "speakers": lambda n: f"Q: What of {n}?\n\nA: {STORIES[n]}\n\nQ: And then?\n\nA: {other(n)}",
    "ingredients": lambda n: f"Ingredients\n\n{n} eggs\n\nMethod\n\n{STORIES[n]}",
    "a dateline": lambda n: f"HOLM, May {n + 1} – {STORIES[n]} {other(n)}",
    "a refrain": lambda n: f"{STORIES[n]}\n\nRow, brothers, row\n\n{other(n)}\n\nRow, brothers, row\n\n{other(n + 3)}",
}


@pytest.mark.parametrize("form", HARMLESS)
def test_what_stories_have_in_common_stays(tmp_path: Path, form: str) -> None:
    found = [Document(HARMLESS[form](n), site=SITE) for n in range(30)]
    cleaner = cleaner_of(learned(tmp_path, found))
    for document in found:
        lost = [document.text[s.start : s.end] for s in cleaner.judge(document).removed]
        assert lost == []


def test_a_story_published_many_times_is_no_furniture(tmp_path: Path) -> None:
    story = " ".join(STORIES[:6])
    line = "Updated for the {n}th time, with a new line about the {n} boats."
    twice = [Document(f"{story}\n\n{line.format(n=n)}", site=SITE) for n in range(4, 12)]
    exact = [Document(story, site=SITE)] * 9
    cleaner = cleaner_of(learned(tmp_path, [*documents(24), *twice, *exact]))
    for document in (*twice, exact[0]):
        assert story in cleaner.judge(document).text


def test_the_order_the_split_and_copies_change_no_byte(tmp_path: Path) -> None:
    found = documents()
    random.Random(5).shuffle(found)  # noqa: S311
    one = learned(tmp_path / "a", documents())
    split = learned(tmp_path / "b", found, parts=4)
    copied = learned(tmp_path / "c", [*found, *found], parts=3)
    for name, other in (("split", split), ("copied", copied)):
        for file in ("blocks.parquet", "index.bin", "review.toml"):
            assert (one / file).read_bytes() == (other / file).read_bytes(), (name, file)


def named(folder: Path, words: str) -> Block:
    (block,) = [one for one in review(folder) if one.example == words]
    return block


def test_a_person_has_the_last_word_and_keeps_it(tmp_path: Path) -> None:
    folder = learned(tmp_path, documents())
    assert decide(folder, {named(folder, FURNITURE).name: "keep"}) == 1
    document = documents()[0]
    assert cleaner_of(folder).judge(document).removed == ()
    learned(tmp_path, documents())
    assert cleaner_of(folder).judge(document).removed == (), "it survives the next learning"
    learned(tmp_path, documents(2))
    learned(tmp_path, documents())
    assert cleaner_of(folder).judge(document).removed == (), "and a learning that sees it no more"
    decide(folder, {named(folder, FURNITURE).name: "promo"})
    assert [span.kind for span in cleaner_of(folder).judge(document).removed] == ["promo"]
    pack = parse_pack(as_pack(folder, SITE).encode(), "reviewed.toml", {})
    assert Cleaner([pack]).judge(document).text == cleaner_of(folder).judge(document).text


def test_what_is_kept_is_kept_in_near_copies_too(tmp_path: Path) -> None:
    folder = learned(tmp_path, documents())
    changed = documents()[0].text.replace("every fortnight", "every fortnight, says Ada Cole")
    assert FURNITURE not in cleaner_of(folder).clean(changed, site=SITE).text
    decide(folder, {named(folder, FURNITURE).name: "keep"})
    assert cleaner_of(folder).clean(changed, site=SITE).removed == ()


def test_a_person_may_say_that_what_is_too_short_is_furniture(tmp_path: Path) -> None:
    found = [Document(f"{STORIES[n]}\n\nHirdetés\n\n{STORIES[(n + 5) % 30]} So {n}.", site=SITE) for n in range(30)]
    folder = learned(tmp_path, found)
    block = named(folder, "Hirdetés")
    assert (block.proposed, block.verdict) == ("keep", "keep")
    assert cleaner_of(folder).judge(found[0]).removed == ()
    decide(folder, {block.name: "ad"})
    assert [span.kind for span in cleaner_of(folder).judge(found[0]).removed] == ["ad"]
    learned(tmp_path, found)
    assert [span.kind for span in cleaner_of(folder).judge(found[0]).removed] == ["ad"]


def test_a_verdict_on_a_line_with_other_names_each_time(tmp_path: Path) -> None:
    people = ("Ada Cole", "Jim Ferris", "Nora Field", "Tom Brook", "Lena Hart", "Peter Moss", "Ann Harrow")
    line = "This page was kept warm for you by {} and all of the other friends that our little paper has in this town."
    found = [Document(f"{STORIES[n]} So {n}.\n\n{line.format(people[n % 7])}", site=SITE) for n in range(30)]
    folder = learned(tmp_path, found)
    assert cleaner_of(folder).judge(found[0]).removed
    decide(folder, {block.name: "keep" for block in review(folder)})
    assert all(cleaner_of(folder).judge(document).removed == () for document in found)


def test_an_exported_rule_takes_any_number(tmp_path: Path) -> None:
    asked = [f"Join the {12_000 + 37 * n:,} readers who get our zebra letter since {1990 + n}." for n in range(30)]
    found = [Document(f"{STORIES[n]} It was day {n}.\n\n{line}", site=SITE) for n, line in enumerate(asked)]
    folder = learned(tmp_path, found)
    decide(folder, {block.name: "social" for block in review(folder) if "zebra" in block.example})
    pack = parse_pack(as_pack(folder, SITE).encode(), "reviewed.toml", {})
    for document, line in zip(found, asked, strict=True):
        assert Cleaner([pack]).judge(document).text == document.text.removesuffix(f"\n\n{line}")
    assert Cleaner([pack]).clean(found[0].text, site="other.example").removed == ()


def test_a_rule_and_repetition_are_witnesses_for_each_other(tmp_path: Path) -> None:
    sentence = "You can give what you can afford."
    found = [Document(f"{STORIES[n]}\n\n{sentence}\n\n{STORIES[(n + 5) % 30]} So {n}.", site=SITE) for n in range(30)]
    result = cleaner_of(learned(tmp_path, found), ["any", "en"]).judge(found[0])
    assert sentence not in result.text


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory) -> Cleaner:
    glued = [
        Document(f"{STORIES[n]}Our goats read every letter twice, and then again. {FURNITURE}", site=SITE)
        for n in range(30)
    ]
    folder = learned(tmp_path_factory.mktemp("laws"), [*documents(), *glued])
    return cleaner_of(folder, packs=("any", "en"))


SAID = (*STORIES[:6], FURNITURE, "Our goats read every letter twice, and then again.", "Advertisement", "Day 3.", "x")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SAID), st.sampled_from(["\n\n", "\n", " ", ""])), max_size=10))
def test_the_laws_hold_with_what_was_learned(knowing: Cleaner, parts: list[tuple[str, str]]) -> None:
    text = "".join(words + gap for words, gap in parts)
    result = knowing.judge(Document(text, site=SITE))
    assert restore(result.text, result.sidecar()) == text
    assert all(left.end <= right.start for left, right in pairwise(result.removed))
    again = knowing.judge(Document(result.text, site=SITE))
    assert (again.text, again.removed) == (result.text, ())


def test_it_can_be_pickled_and_speaks_only_in_marks(tmp_path: Path) -> None:
    repeats = pickle.loads(pickle.dumps(Repeats(learned(tmp_path, documents()))))  # noqa: S301 - our own
    marks = list(repeats(documents()[0]))
    assert marks
    assert all(isinstance(mark, Span) for mark in marks)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("ab. \n", max_size=60), max_size=6))
def test_any_documents_can_be_counted(texts: list[str]) -> None:
    table = tally(Document(text, site=SITE) for text in texts)
    assert table.num_rows >= len(set(texts))
