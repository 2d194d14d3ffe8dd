from __future__ import annotations

import pickle

import pytest

import cleaner as package
from cleaner import Cleaner, Document, InputError, clean

TEXT = "The ferry left.\n\nAdvertisement\n\nIt was late."


def test_clean_gives_text_spans_and_status() -> None:
    result = clean(TEXT)
    assert result.text == "The ferry left.\n\nIt was late."
    assert (result.status, result.source) == ("cleaned", TEXT)
    (span,) = result.removed
    assert (span.kind, span.rule) == ("ad", "en.ad.marker")
    assert TEXT[span.start : span.end].strip() == "Advertisement"


def test_exactly_one_of_text_and_html() -> None:
    with pytest.raises(InputError, match="one of the two"):
        clean()
    with pytest.raises(InputError, match="one of the two"):
        clean("a", html="b")
    with pytest.raises(InputError, match="a text has none"):
        clean("a", encoding="utf-8")


def test_many_is_lazy_and_in_order() -> None:
    def source():
        yield TEXT
        yield Document("The mill burned.", id="two")
        raise RuntimeError("nobody asked for a third")

    results = Cleaner(packs=["any", "en"]).many(source())
    assert next(results).status == "cleaned"
    second = next(results)
    assert (second.status, second.id) == ("unchanged", "two")


def test_kinds_and_rules_can_be_kept() -> None:
    assert Cleaner(keep=["ad"]).clean(TEXT).removed == ()
    text = "The ferry left.\n\nLeave a comment"
    assert clean(text).text == "The ferry left."
    assert Cleaner(keep=["en.social.comment"]).clean(text).text == text
    with pytest.raises(InputError, match="'adverts' is neither a kind nor a rule"):
        Cleaner(keep=["adverts"])


def test_a_cleaner_travels_to_another_process() -> None:
    cleaner = Cleaner(packs=["any", "en"])
    cleaner.clean(TEXT)
    assert pickle.loads(pickle.dumps(cleaner)).clean(TEXT) == cleaner.clean(TEXT)  # noqa: S301


def test_offsets_are_those_of_the_source_even_for_decomposed_text() -> None:
    text = "Cafe\u0301 was closed.\n\nAdvertisement\n\nPhoto: Jose\u0301 Alba\n"
    result = clean(text)
    assert result.text == "Cafe\u0301 was closed.\n"
    assert result.metadata.credits[0].name == "Jose\u0301 Alba"


def test_the_documentation_in_the_package_is_true() -> None:
    import doctest

    assert doctest.testmod(package).failed == 0


def test_a_title_below_a_byline_is_found_once_the_byline_has_left() -> None:
    title = "Ferry to the outer isles is late again"
    story = "The ferry to the outer isles left at noon. It was the third delay of the week.\n\n" * 20
    address = "https://gazette.example/2024/ferry-outer-isles-late"
    result = Cleaner(["any", "en"]).clean(f"By Ada Lund\n\n{title}\n\n{story}", url=address)
    assert result.text == story
    assert [span.kind for span in result.removed] == ["byline", "headline"]
