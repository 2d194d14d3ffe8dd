"""The publisher's own name, known from the address."""

from __future__ import annotations

import pytest

from cleaner import Cleaner, Document, clean
from cleaner.data import Span
from cleaner.house import house
from cleaner.settle import settle

STORY = "The ferry left at dawn, and nobody waved from the pier.\n\nIt came back late in the evening, half empty.\n\n"


def named(text: str, url: str | None) -> list[str]:
    return [text[mark.start : mark.end] for mark in house(Document(text, url))]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://www.harbourheating.example/blog/boilers", "Call Harbour Heating for a boiler that works."),
        ("https://harbourheating.co.uk/", "HarbourHeating's fitters are here to help."),
        ("https://blog.harbour-heating.com/a", "Harbour-Heating since 1931"),
        ("https://northpierpost.com/a", "More from the NORTH PIER POST"),
        ("https://www.quayonline.example/a", "Write to harbour@quayonline.example"),
        ("https://quayonline.example/a", "See www.quayonline.example for times"),
        ("https://www.harbourdentists.example/", "Harbour Dentist Anna Quay has her surgery here."),
        ("https://npp.example/a", "NPP has the tides every morning."),
    ],
)  # fmt: skip
def test_a_line_that_says_the_name_of_its_host_is_known(url: str, line: str) -> None:
    assert named(f"{STORY}{line}\n", url) == [line]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (None, "Call Harbour Heating for a boiler that works."),
        ("https://harbourheating.example/", "Harbour walls crack when the heating is off."),
        ("https://harbourheating.example/", "The harbour heating was off."),
        ("https://houstonetta.example/", "Houston has a new bridge."),
        ("https://post.example/", "Postal workers and the outpost said no."),
        ("https://ab.example/", "AB is a blood group."),
        ("https://[broken", "Call Harbour Heating."),
        ("not an address", "An address is a place."),
        ("https://localhost/", "Localhost is where it runs."),
    ],
)  # fmt: skip
def test_other_words_are_no_name(url: str | None, line: str) -> None:
    assert named(f"{STORY}{line}\n", url) == []


def test_in_a_long_line_only_the_sentence_that_says_it() -> None:
    told = "Harbour Heating has the parts."
    text = f"{'The pipes were old and nobody knew why they sang. ' * 8}{told} It was late."
    assert named(text, "https://harbourheating.example/") == [told]


def test_a_name_alone_takes_nothing_out() -> None:
    text = f"{STORY}The strike was first reported by the North Pier Post, which the minister called a pamphlet.\n"
    assert clean(text, url="https://northpierpost.example/strike").status == "unchanged"


def test_the_name_is_the_second_witness_of_an_offer() -> None:
    offer = "Call Harbour Heating today and our team will find the right boiler for you.\n"
    text = f"{STORY}{offer}{STORY}"
    ours, theirs = (clean(text, url=f"https://{host}.example/boilers") for host in ("harbourheating", "quayonline"))
    assert theirs.text == text
    assert ours.text == STORY + STORY
    assert [span.kind for span in ours.removed] == ["promo"]
    assert "house.name" in ours.removed[0].witnesses


def test_what_vouches_never_leaves() -> None:
    text = "One two three four. Five six."
    vouching = Span(0, 19, "promo", "house.name", "house", sure=False, alone=True, vouches=True)
    edge = Span(20, 29, "promo", "x.promo.a", sure=True)
    assert [span.rule for span in settle(Document(text), [vouching, edge]).spans] == ["x.promo.a"]


def test_what_vouches_speaks_for_what_it_stands_in() -> None:
    text = "One two three four. Five six seven eight nine ten. " + "It was late, and nobody waved. " * 3
    offer = Span(0, 50, "promo", "x.promo.a", sure=False, beside=True)
    name = Span(20, 29, "promo", "house.name", "house", sure=False, alone=True, vouches=True)
    assert [span.witnesses for span in settle(Document(text), [offer, name]).spans] == [("house.name",)]
    assert settle(Document(text), [offer]).spans == ()


def test_with_an_address_too_cleaning_what_is_clean_changes_nothing() -> None:
    cleaner, url = Cleaner(), "https://harbourheating.example/boilers"
    text = (
        f"{STORY}Ready for winter? Harbour Heating can help you. {STORY * 3}Contact us today at harbourheating.example!"
    )
    once = cleaner.clean(text, url=url).text
    assert cleaner.clean(once, url=url).text == once
