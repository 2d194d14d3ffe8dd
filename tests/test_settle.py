"""Weighing and cutting, on small texts with marks made by hand."""

from __future__ import annotations

from typing import Any

from cleaner.data import Document, Span
from cleaner.settle import cut, settle
from cleaner.weigh import TAIL


def mark(text: str, words: str, kind: Any = "promo", **more: Any) -> Span:
    start = text.index(words)
    return Span(start, start + len(words), kind, more.pop("rule", f"x.{kind}.{len(words)}"), **more)


def left(text: str, *marks: Span) -> str:
    return cut(text, settle(Document(text), marks).spans)


STORY = "The ferry left at dawn. " * 40 + "\n\n"


def test_a_sure_mark_stands_and_takes_its_line_end_with_it() -> None:
    text = "One.\n\nADVERT\n\nTwo."
    assert left(text, mark(text, "ADVERT")) == "One.\n\nTwo."


def test_an_unsure_mark_needs_a_neighbour_the_edge_or_another_detector() -> None:
    text = STORY + "BUY THIS NOW\n\nLIKE US\n\n" + STORY
    unsure = mark(text, "BUY THIS NOW", sure=False)
    assert left(text, unsure) == text
    assert "BUY" not in left(text, unsure, mark(text, "LIKE US"))
    assert "BUY" not in left(text, unsure, mark(text, "BUY THIS", detector="repeats", sure=False))
    end = STORY + "BUY THIS NOW"
    assert left(end, mark(end, "BUY THIS NOW", sure=False)).strip() == STORY.strip()


def test_the_start_of_a_text_is_a_witness_only_for_what_stands_at_the_top() -> None:
    text = "By Ada Cole\n\n" + STORY
    assert left(text, mark(text, "By Ada Cole", "byline", sure=False)) == STORY
    assert left(text, mark(text, "By Ada Cole", "appeal", sure=False)) == text


def test_a_witness_that_speaks_of_little_is_none() -> None:
    text = STORY + "BUY THIS VERY GOOD THING NOW\n\n" + STORY
    marks = (
        mark(text, "BUY THIS VERY GOOD THING NOW", sure=False),
        mark(text, "NOW", detector="repeats", sure=False),
    )
    assert "BUY THIS VERY" in left(text, *marks)


def test_belief_runs_along_a_chain_of_neighbours() -> None:
    text = STORY + "\n\n".join(["ONE AD", "TWO AD", "THREE AD", "FOUR AD"]) + "\n\n" + STORY
    chain = [mark(text, words, sure=False) for words in ("ONE AD", "TWO AD", "THREE AD")]
    assert left(text, *chain) == text
    assert left(text, *chain, mark(text, "FOUR AD")) == STORY + STORY


def test_a_keep_rule_vetoes_whatever_it_touches() -> None:
    text = "Story.\n\nDonate today in his memory"
    veto = mark(text, "in his memory", keep=True)
    assert left(text, mark(text, "Donate today in his memory"), veto) == text


def test_a_mark_for_the_tail_does_not_hold_far_from_it() -> None:
    text = "SIGN UP\n\n" + STORY * 3 + "End."
    assert left(text, mark(text, "SIGN UP", where="tail")) == text
    assert left(text, mark(text, "SIGN UP", where="head")) == STORY * 3 + "End."


def test_the_zone_is_measured_on_what_is_kept() -> None:
    appeal = "GIVE US MONEY PLEASE. " * 80
    text = STORY + "A BIO\n\n" + appeal
    marks = (mark(text, "A BIO", "bio", where="tail"), mark(text, appeal.strip(), "appeal"))
    assert left(text, *marks).strip() == STORY.strip()


def test_a_sentence_in_a_line_leaves_with_one_blank() -> None:
    text = "One. BUY NOW. Two."
    assert left(text, mark(text, "BUY NOW.")) == "One. Two."
    assert left(text, mark(text, "One.")) == "BUY NOW. Two."
    assert left(text, mark(text, "Two.")) == "One. BUY NOW."


def test_words_are_never_glued_together() -> None:
    text = "One.ADVERT Two."
    assert left(text, mark(text, "ADVERT")) == "One. Two."


def test_the_last_line_end_of_a_file_stays() -> None:
    text = "One.\n\nTags: x\n"
    assert left(text, mark(text, "Tags: x")) == "One.\n"


def test_the_inner_stretch_keeps_its_name() -> None:
    text = "The pier at dawn. Photo: Ann Lee"
    spans = settle(Document(text), [mark(text, text, "caption"), mark(text, "Photo: Ann Lee", "credit")]).spans
    assert [(span.kind, text[span.start : span.end].strip()) for span in spans] == [
        ("caption", "The pier at dawn."),
        ("credit", "Photo: Ann Lee"),
    ]


def test_overlapping_marks_of_one_kind_become_one_stretch() -> None:
    text = "Give us money and time today."
    spans = settle(Document(text), [mark(text, "Give us money"), mark(text, "us money and time today.")]).spans
    assert [(span.start, span.end) for span in spans] == [(0, len(text))]


def test_a_fragment_between_two_appeals_goes_with_them() -> None:
    text = STORY + "Please give us money. support. Become a patron now."
    marks = (mark(text, "Please give us money.", "appeal"), mark(text, "Become a patron now.", "appeal"))
    assert left(text, *marks).strip() == STORY.strip()


def test_a_sentence_between_two_ads_stays() -> None:
    text = STORY + "ADVERT The boat sank. ADVERT It was old."
    first, second = text.index("ADVERT"), text.rindex("ADVERT")
    marks = [Span(at, at + 6, "ad", "x.ad.y") for at in (first, second)]
    assert left(text, *marks) == STORY + "The boat sank. It was old."


def test_a_heading_over_a_removed_list_goes_with_it() -> None:
    text = STORY + "Seen elsewhere:\n- Ferry strike ends\n- Mill reopens\n"
    marks = (mark(text, "- Ferry strike ends", "related"), mark(text, "- Mill reopens", "related"))
    assert left(text, *marks).strip() == STORY.strip()


def test_a_line_that_opens_speech_stays_when_an_ad_follows() -> None:
    text = STORY + "The statement said:\n\nADVERT\n\n“We are sorry.”"
    assert "The statement said:" in left(text, mark(text, "ADVERT", "ad"))


def test_too_much_is_not_believed() -> None:
    text = "\n\n".join(["Story here, and it is short."] + [f"LINE {n} OF SOMETHING LONG" for n in range(9)])
    unsure = [mark(text, f"LINE {n} OF SOMETHING LONG", sure=False) for n in range(8)]
    settled = settle(Document(text), [*unsure, mark(text, "LINE 8 OF SOMETHING LONG")])
    assert settled.doubtful
    assert cut(text, settled.spans) == text.removesuffix("\n\nLINE 8 OF SOMETHING LONG")


def test_marks_without_end_are_weighed_in_time_that_grows_with_them() -> None:
    lines = [f"LINE {n} of a list that never ends" for n in range(20_000)]
    text = "\n".join(lines)
    marks, at = [], 0
    for line in lines:
        marks.append(Span(at, at + len(line), "nav", "x.nav.y", sure=False))
        at += len(line) + 1
    story = Document("A story.\n" + text)
    moved = [Span(m.start + 9, m.end + 9, m.kind, m.rule, sure=False) for m in marks]
    assert settle(story, moved).doubtful


def test_marks_that_differ_in_one_claim_have_one_order() -> None:
    same = {"start": 0, "end": 5, "kind": "related", "rule": "x.a.one", "sure": False}
    marks = [Span(0, 5, "headline", "x.a.one"), Span(**same), Span(**same, beside=True), Span(**same, alone=True)]
    assert settle(Document("Ferry"), marks).spans == settle(Document("Ferry"), marks[::-1]).spans


def test_what_is_left_is_looked_at_again_only_if_an_end_may_come_near_enough_to_a_mark() -> None:
    def is_final(after: int) -> bool:
        text = f"{STORY}LIKE US\n\nADVERT\n\n" + "x" * (after - len("\n\n"))
        far = mark(text, "LIKE US", "bio", where="tail")
        assert far.end + len("\n\nADVERT") + after == len(text)
        settled = settle(Document(text), [far, mark(text, "ADVERT", "ad")])
        assert cut(text, settled.spans) == text.replace("ADVERT\n\n", "")
        return settled.final

    assert is_final(TAIL + 40)
    assert not is_final(TAIL), "of what stands behind it two line ends leave with the advert"
