"""What is known without rules: repetition inside a text, the title in the address, the language a text speaks."""

from __future__ import annotations

import pytest

from cleaner import Document, clean
from cleaner.echoes import echoes
from cleaner.headline import headline
from cleaner.rules.languages import Languages
from cleaner.rules.load import load_packs

TITLE = "Herring boats stay in port as storm nears Norrvik"
STORY = "The boats of Norrvik did not sail on Monday.\n\nThe storm is due at noon, the harbour master said."
PROSE = (
    "The boats of Norrvik did not sail on Monday. The storm is due at noon, the harbour master said. Nobody knows how "
    "long it will last, and the smokehouse at the quay has little left to sell."
)
URL = "https://www.example.org/2021/05/herring-boats-stay-in-port-as-storm-nears-norrvik-1234.html"


def test_the_title_leaves_when_the_address_says_it() -> None:
    result = clean(f"{TITLE}\n\n{STORY}", url=URL)
    assert result.text == STORY
    assert result.metadata.title == TITLE
    assert result.removed[0].kind == "headline"


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (TITLE, None),
        (TITLE, "https://www.example.org/"),
        (TITLE, "https://www.example.org/news/1234"),
        (TITLE + ".", URL),
        ("What the wind means for the fish and for those who eat it", URL),
        (TITLE, "https://[broken"),
    ],
)
def test_a_line_that_the_address_does_not_say_stays(line: str, url: str | None) -> None:
    text = f"{line}\n\n{STORY}"
    assert not any(mark.sure for mark in headline(Document(text, url)))
    assert clean(text, url=url).text == text


@pytest.mark.parametrize(
    ("line", "slug"),
    [
        ("Storm keeps the boats of Norrvik in port", "herring-fleet-norrvik-storm-1a2b3c"),
        ("How to Mend a Net", "net-mending-for-beginners-how-to-mend-it"),
        ("Boote bleiben im Hafen: Norrvik fürchtet den Sturm", "norrvik-sturm-100.html"),
        (
            "Harbour ‘may be shut’ by Friday as second storm nears Norrvik",
            "storm-harbour-norrvik-fleet-herring-price-up",
        ),
        (
            "Brücken und Häfen von Norrvik bleiben bis zum Freitag gesperrt – „so einen Sturm gab es hier noch nie“",
            "bruecken-haefen-norrvik-bis-freitag-gesperrt-sturm-4711",
        ),
    ],
)
def test_of_a_title_the_address_may_say_a_part(line: str, slug: str) -> None:
    result = clean(f"{line}\n\n{PROSE}", url=f"https://www.example.org/2021/{slug}")
    assert result.text == PROSE
    assert result.metadata.title == line


@pytest.mark.parametrize(
    "line",
    [
        "The storm kept all the boats of Norrvik in port.",
        "The storm kept the boats of Norrvik in port:",
        "- Storm keeps the boats of Norrvik in port",
        "The storm kept the boats of Norrvik in port the whole of Monday, and it may keep them in until Friday",
    ],
)
def test_a_first_line_that_is_no_title_stays(line: str) -> None:
    text = f"{line}\n\n{PROSE}"
    assert clean(text, url="https://www.example.org/2021/norrvik-storm-boats-1a2b3c").text == text


def test_a_short_line_may_stand_over_the_title() -> None:
    line = "Harbour master and mayor speak of the worst storm that Norrvik has seen"
    url = "https://www.example.org/2021/worst-storm-harbour-master-mayor-norrvik"
    marks = headline(Document(f"COAST AND SEA\n\n{line}\n\n{PROSE}", url))
    assert [mark.start for mark in marks if mark.sure] == [15]
    lead = "The boats did not sail, the ferry did not sail, and nobody was seen on the quay"
    assert not any(mark.sure for mark in headline(Document(f"{lead}\n\n{line}\n\n{PROSE}", url)))


def test_a_broken_first_sentence_is_no_title() -> None:
    text = f"The storm kept the boats of Norrvik\nin port on Monday.\n\n{STORY}"
    assert clean(text, url="https://www.example.org/2021/norrvik-storm-boats-1a2b3c").text == text


@pytest.mark.parametrize("end", [".”", ".×", '."', ".)"])
def test_a_sentence_that_something_closes_is_no_title(end: str) -> None:
    text = f"The mayor called it “the worst storm that the boats of Norrvik have seen{end}\n\n{PROSE}"
    assert clean(text, url="https://www.example.org/2021/norrvik-storm-boats-1a2b3c").text == text


def test_what_a_title_bares_is_looked_at_at_once() -> None:
    deck = "Harbour master says no boats of Norrvik will sail before the herring are gone"
    text = f"{TITLE}\n\n{deck}\n\n{PROSE}\n\n{PROSE.replace('Monday', 'Friday') * 20}"
    once = clean(text, url=URL).text
    assert clean(once, url=URL).text == once


def test_a_title_over_a_byline_leaves_with_it() -> None:
    title = "Herring boats stay in port"
    result = clean(f"{title}\n\nBy Ada Cole\n\n{STORY}")
    assert result.text == STORY
    assert result.metadata.title == title
    assert clean(f"{title}\n\n{STORY}").text == f"{title}\n\n{STORY}"


def test_a_title_far_down_is_none() -> None:
    assert list(headline(Document(f"{STORY}\n\n{STORY}\n\n{STORY}\n\n{TITLE}", URL))) == []


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Größte Brücke über den Fluß öffnet im März", "groesste-bruecke-ueber-den-fluss-oeffnet-im-maerz"),
        ("El río creció más de lo previsto en Peñafría", "el-rio-crecio-mas-de-lo-previsto-en-penafria"),
        ("Most na Łysej zamknięto przed świętami", "most-na-lysej-zamknieto-przed-swietami"),
    ],
)
def test_addresses_spell_letters_their_own_way(title: str, slug: str) -> None:
    (mark,) = headline(Document(f"{title}\n\n{STORY}", f"https://example.org/{slug}"))
    assert (mark.start, mark.end) == (0, len(title))


def test_later_copies_of_lines_and_sentences_are_marked_never_the_first() -> None:
    line = "Nobody in the village had expected the bridge to hold."
    text = f"{line}\n\nShort.\n\nShort.\n\n{line}"
    (mark,) = echoes(Document(text))
    assert (mark.start, mark.sure) == (text.rindex(line), False)
    long = f"{line} It held. " + "And then it rained for forty days and forty nights. " + "x" * 600 + f". {line}"
    assert [m.start for m in echoes(Document(long))] == [long.rindex(line)]


def test_a_refrain_stays() -> None:
    refrain = "And the lamp on the wall was lit again, for the boats, for the boats."
    text = "\n\n".join([refrain, "One verse.", refrain, "Another verse.", refrain])
    assert clean(text).text == text


PACKS = load_packs()


@pytest.mark.parametrize(
    ("text", "spoken", "silent"),
    [
        ("The boats did not sail on Monday because the storm was due at noon.", {"en"}, {"de", "fr", "uk"}),
        ("Die Boote sind nicht ausgelaufen, weil der Sturm am Mittag da war, und das ist auch gut.", {"de"}, {"fr"}),
        ("船は出港しなかった。嵐が来るからだと港長は話した。", {"ja"}, {"ko", "de"}),
        ("Човни не вийшли в море, бо шторм був уже близько, і це добре для всіх.", {"uk"}, {"ja", "de"}),
    ],
)
def test_packs_are_called_by_the_language_of_a_text(text: str, spoken: set[str], silent: set[str]) -> None:
    called = Languages(PACKS).of(text * 3)
    assert spoken | {"any", "en"} <= called
    assert not silent & called


def test_a_text_without_words_calls_for_all_packs() -> None:
    assert Languages(PACKS).of("12:30 – 44 %") == {pack.name for pack in PACKS}
