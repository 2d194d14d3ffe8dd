"""The six laws of the house, each over texts that nobody thought of."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner, Document, restore
from cleaner.data import Span
from cleaner.dump import Options, clean_dump
from cleaner.settle import cut, settle
from cleaner.sidecar import dump, load
from tests.strategies import ADDRESSES, ANY_LETTER, crawled, flattened, marks, pages

TEXTS = st.one_of(pages(), crawled(), flattened(), st.text(ANY_LETTER, max_size=300))


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner()


@given(TEXTS)
def test_1_blocks_joined_give_the_text_back(text: str) -> None:
    blocks = list(Document(text).blocks)
    assert "".join(block.text for block in blocks) == text
    assert all(text[block.start : block.end] == block.text for block in blocks)
    assert all(left.end == right.start for left, right in pairwise(blocks))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_2_spans_are_sorted_disjoint_and_inside(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    given_marks = data.draw(marks(len(text)))
    spans = settle(Document(text), given_marks).spans
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert spans == settle(Document(text), reversed(given_marks)).spans, "the order of marks decides nothing"
    letters = {at for mark in given_marks if not mark.keep for at in range(mark.start, mark.end)}
    strangers = [s for s in spans if s.rule.startswith("settle.")]
    if not strangers:
        gone = {at for s in spans for at in range(s.start, s.end) if not text[at].isspace()}
        inside = {at for at in gone if at not in letters}
        assert not inside or any(s.witnesses for s in spans), "what leaves was marked, or stood between what was"


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, url=st.sampled_from(ADDRESSES))
def test_3_what_was_removed_can_be_put_back(cleaner: Cleaner, text: str, url: str | None) -> None:
    result = cleaner.clean(text, url=url)
    assert result.source == text
    assert restore(result.text, result.sidecar()) == text
    assert restore(result.text, load(dump(result.sidecar()))) == text
    assert cut(text, result.removed) == result.text


@settings(max_examples=400, deadline=None)
@given(text=TEXTS, url=st.sampled_from(ADDRESSES))
def test_4_cleaning_what_is_clean_changes_nothing(cleaner: Cleaner, text: str, url: str | None) -> None:
    once = cleaner.clean(text, url=url).text
    again = cleaner.clean(once, url=url)
    assert again.text == once
    assert again.removed == ()


@settings(max_examples=5, deadline=None)
@given(texts=st.lists(pages(), min_size=1, max_size=8), workers=st.integers(2, 3))
def test_5_the_number_of_workers_changes_no_byte(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], workers: int
) -> None:
    root = tmp_path_factory.mktemp("law5")
    for number, text in enumerate(texts):
        (root / "in").mkdir(exist_ok=True)
        (root / "in" / f"{number}.txt").write_bytes(text.encode("utf-8", "replace"))
    options = Options(packs=("any", "en"))
    for count in (1, workers):
        clean_dump([root / "in"], root / f"out{count}", options, workers=count)
    assert _tree(root / "out1") == _tree(root / f"out{workers}")


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not (name := path.relative_to(folder).as_posix()).startswith(".cleaner/")
    }


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_6_an_unsure_mark_stands_only_with_a_second_witness(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    given_marks = data.draw(marks(len(text)))
    for span in settle(Document(text), given_marks).spans:
        sure = [m for m in given_marks if m.sure and not m.keep and m.start < span.end and span.start < m.end]
        assert sure or span.witnesses or span.rule.startswith("settle."), span


@given(text=st.text("ab ", min_size=30, max_size=60))
def test_6_alone_in_the_middle_an_unsure_mark_does_not_stand(text: str) -> None:
    story = "x" * 700 + ".\n"
    mark = Span(len(story), len(story) + len(text), "promo", "x.promo.y", sure=False)
    document = Document(story + text + "\n" + story)
    assert settle(document, [mark]).spans == ()
