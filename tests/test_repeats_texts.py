"""What repetition takes from texts and what it must leave: appeals in all shapes, stories in all forms."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner, Document, restore
from cleaner.repeats.count import write_part
from cleaner.repeats.learn import join
from cleaner.rules.load import load_packs

SITE = "harbour.example"
VOCABULARY = (
    "ferry mill bridge pier lamp clock well road bell hall weir barn quay lock tram oven loft yard kiln shed orchard "
    "council market baker pilot warden keeper miller nurse tailor weaver cooper painter captain teacher farmer mason "
    "opened closed moved burned mended painted sold borrowed counted carried lifted measured promised refused crossed "
    "slowly quietly twice early late often seldom again almost never gladly before after behind beneath between "
    "winter summer autumn spring morning evening market-day flood frost harvest"
)
WORDS = VOCABULARY.split()


def sentence(chance: random.Random, words: int = 14) -> str:
    said = [chance.choice(WORDS) for _ in range(words)]
    return f"The {' '.join(said)}."


def said(seed: int) -> str:
    return sentence(random.Random(seed))  # noqa: S311


def story(n: int, paragraphs: int = 4) -> list[str]:
    chance = random.Random(n)  # noqa: S311
    return [" ".join(sentence(chance) for _ in range(3)) for _ in range(paragraphs)]


def site(form: Callable[[int], Sequence[str]], number: int = 40) -> list[Document]:
    return [Document("\n\n".join(form(n)), site=SITE) for n in range(number)]


def learned(folder: Path, documents: Sequence[Document], packs: Sequence[str] = ()) -> Cleaner:
    write_part(documents, folder / "part.parquet")
    join([folder / "part.parquet"], folder / "repeats", load_packs(packs))
    return Cleaner(packs, repeats=folder / "repeats")


ASK = (
    "We keep every page of this paper open to all who care to read it. "
    "That is possible because neighbours like you put something into the hat each month. "
    "Put in what a loaf of bread costs, and the lamps in our little office stay lit."
)
PEOPLE = "Ada Ben Carla Dmitri Edda Farid Greta Hugo Ines Jonas Kira Leo Mona Nils Olga Pia Quirin Rosa Sven Tilda"
NAMES = PEOPLE.split()


def by_name(n: int) -> str:
    return (
        f"This page was kept warm for you by {NAMES[n % 20]} {NAMES[n * 7 % 20]}son and by all of the other friends of "
        "the paper who put something into the hat last month."
    )


def with_a_clause(n: int) -> str:
    clause = f", as {NAMES[n % 20]} from the {WORDS[n % 60]} told us last {WORDS[-1 - n % 9]}," if n % 3 == 0 else ""
    return (
        f"We keep every page of this paper open{clause} to all who care to read it, and we would be glad of your help."
    )


def cut_off(n: int) -> str:
    return ASK[: len(ASK) - (31 + 7 * (n % 8) if n % 4 == 0 else 0)]


def other_order(n: int) -> str:
    parts = [part.strip().rstrip(".") + "." for part in ASK.split(". ")]
    return " ".join(parts[(i + n) % 3] for i in range(3))


APPEALS: dict[str, Callable[[int], Sequence[str]]] = {
    "the same each time": lambda n: [*story(n), ASK],
    "in the middle": lambda n: [*story(n, 2), ASK, *story(n + 500, 3)],
    "with a sum": lambda n: [
        *story(n),
        f"So far {12_000 + 37 * n} of you have given {n + 3}.50 to keep this paper alive.",
    ],
    "by a name": lambda n: [*story(n), by_name(n)],
    "with a clause": lambda n: [*story(n), with_a_clause(n)],
    "cut off": lambda n: [*story(n), cut_off(n)],
    "twice in one text": lambda n: [*story(n, 2), ASK, *story(n + 500, 2), ASK],
    "twice in one line": lambda n: [*story(n), f"{ASK} Thank you. {ASK}"],
    "in another order": lambda n: [*story(n), other_order(n)],
}


@pytest.mark.parametrize("form", APPEALS)
def test_an_appeal_leaves_in_every_shape_and_the_story_stays(tmp_path: Path, form: str) -> None:
    documents = site(APPEALS[form])
    cleaner = learned(tmp_path, documents)
    for n, document in enumerate(documents):
        result = cleaner.judge(document)
        asked = [part for part in APPEALS[form](n) if not part.startswith("The ")]
        kept = [part for part in APPEALS[form](n) if part not in asked]
        assert result.text == "\n\n".join(kept), n
        assert restore(result.text, result.sidecar()) == document.text
        assert cleaner.judge(Document(result.text, site=SITE)).text == result.text


@pytest.mark.parametrize("stuck", [" ", "", "\n"])
@pytest.mark.parametrize("packs", [(), ("any", "en")])
def test_an_appeal_stuck_to_the_last_paragraph_is_cut_where_it_begins(
    tmp_path: Path, stuck: str, packs: Sequence[str]
) -> None:
    cleaner = learned(tmp_path, site(APPEALS["the same each time"]), packs)
    last = "The baker closed early."
    result = cleaner.clean("\n\n".join([*story(900), f"{last}{stuck}{ASK}"]), site=SITE)
    assert result.text == "\n\n".join([*story(900), last])


def every(sixth: int, form: Callable[[int], Sequence[str]]) -> Callable[[int], Sequence[str]]:
    return lambda n: form(n) if n % sixth == 0 else story(n)


INTRO = "This is one of several letters from the islands, in which our reporter goes from door to door."
PAST = "The harbour was closed to large ships in the year of the great flood, and has been so since."
SILENT = "The company did not immediately respond to a request for comment."
REFRAIN = "Row, brothers, row, the tide is low"

HARMLESS: dict[str, Callable[[int], Sequence[str]]] = {
    "short quotes": lambda n: [*story(n, 2), "“We do not know,” he said.", *story(n + 500, 2)],
    "refrains": every(4, lambda n: [*story(n, 1), REFRAIN, *story(n + 500, 1)] * 2),
    "sections": lambda n: [*story(n, 1), "What happened next", *story(n + 500, 2), "Background", *story(n + 900, 1)],
    "datelines": lambda n: [f"HOLM, Norland, May {n % 28 + 1} (NWA) — {story(n)[0]}", *story(n + 500, 3)],
    "titles before names": lambda n: [
        f"HOLM – The Norland State Governor, Mr. {NAMES[n % 20]} Berg, {story(n)[0]}",
        *story(n, 3),
    ],
    "times of a live blog": lambda n: [line for h in range(8) for line in (f"{h + 9}:{n + 10}", said(n * 9 + h))],
    "speakers": lambda n: [
        line for k in range(3) for line in ("Interviewer:", said(n * 5 + k), "Berg:", *story(n * 7 + k, 1))
    ],
    "recipes": lambda n: [
        story(n, 1)[0], "Ingredients", f"{n + 1} eggs", "1 pinch of salt", "Method", *story(n + 500, 2)
    ],
    "a table": lambda n: [
        *story(n, 2), "Team | Won | Lost", f"Holm | {n % 7} | {n % 5}", f"Vik | {n % 4} | {n % 6}", *story(n + 500, 1)
    ],
    "an intro of a series": every(6, lambda n: [INTRO, *story(n)]),
    "a paragraph of background": every(6, lambda n: [*story(n, 2), PAST, *story(n + 500, 2)]),
    "all about one thing": lambda n: [
        f"The old harbour of Holm {said(n)[4:]} The harbour, however, stayed open.",
        *story(n + 500, 3),
    ],
    "no comment": every(8, lambda n: [*story(n, 3), f"{story(n + 500, 1)[0]} {SILENT}"]),
}  # fmt: skip


@pytest.mark.parametrize("packs", [(), ("any", "en")])
@pytest.mark.parametrize("form", HARMLESS)
def test_what_stories_of_a_site_have_in_common_stays(tmp_path: Path, form: str, packs: Sequence[str]) -> None:
    documents = site(HARMLESS[form])
    before = Cleaner(packs)
    cleaner = learned(tmp_path, documents, packs)
    for document in documents:
        lost = [document.text[s.start : s.end] for s in cleaner.judge(document).removed]
        assert lost == [document.text[s.start : s.end] for s in before.judge(document).removed]


def versions(n: int) -> list[str]:
    """One story, told again with a line changed here and there."""
    told = [*story(77, 6)]
    told[n % 6] = said(n + 1_000)
    return [*told, said(n + 2_000)]


@pytest.mark.parametrize("number", [2, 5, 9])
def test_a_story_told_again_stays_whole(tmp_path: Path, number: int) -> None:
    told = [Document("\n\n".join(versions(n)), site=SITE) for n in range(number)]
    for others in (6, 30):
        cleaner = learned(tmp_path / str(others), [*site(APPEALS["the same each time"], others), *told])
        for document in told:
            assert cleaner.judge(document).removed == ()


BUTTONS = ["Fendle on Zibbo", "Murg it", "Wend by post", "Ring a friend", "Grint"]


def test_buttons_leave_in_their_row_only(tmp_path: Path) -> None:
    cleaner = learned(tmp_path, site(lambda n: [*story(n, 1), *BUTTONS, *story(n + 500, 3)]))
    assert cleaner.judge(Document("\n".join([*story(3, 1), *BUTTONS, *story(4)]), site=SITE)).text == "\n".join(
        [*story(3, 1), *story(4)]
    )
    alone = "\n\n".join([*story(3, 1), "Grint", *story(4), "Murg it", *story(5)])
    assert cleaner.clean(alone, site=SITE).text == alone


def test_what_opens_many_texts_leaves_where_texts_open(tmp_path: Path) -> None:
    opening = "Before you read on, the harbour bell wants you to know that its ringers have a letter for each evening."
    cleaner = learned(tmp_path, site(lambda n: [opening, *story(n)] if n % 4 == 0 else story(n)))
    assert cleaner.clean("\n\n".join([opening, *story(8)]), site=SITE).text == "\n\n".join(story(8))
    quoted = "\n\n".join([*story(8), opening, *story(9)])
    assert cleaner.clean(quoted, site=SITE).text == quoted


def test_a_label_leaves_with_what_it_stands_over(tmp_path: Path) -> None:
    offers = [f"Sign up for our free {what} newsletter!" for what in ("weekly", "garden", "sports", "book", "island")]
    form = every(13, lambda n: [*story(n), "Evening wire:", offers[n % 5]])
    cleaner = learned(tmp_path, site(form, 80), ("any", "en"))
    assert cleaner.judge(site(form)[13]).text == "\n\n".join(story(13))
    for parts in (
        [*story(80), "Evening wire:", *story(81)],
        [*story(80), "Evening wire:", offers[0], *story(81)],
        [*story(80), "Morning wire:", offers[0]],
    ):
        assert "wire:" in cleaner.clean("\n\n".join(parts), site=SITE).text


def test_what_is_sure_as_a_form_is_not_hidden_by_what_only_seconds(tmp_path: Path) -> None:
    cleaner = learned(tmp_path, site(lambda n: [*story(n), by_name(n % 8)]))
    for n in range(8):
        assert by_name(n) not in cleaner.clean("\n\n".join([*story(n), by_name(n)]), site=SITE).text


def test_copies_vote_once(tmp_path: Path) -> None:
    document = Document("\n\n".join([*story(1), ASK]), site=SITE)
    cleaner = learned(tmp_path, [document] * 20 + site(story, 10))
    assert cleaner.judge(document).removed == ()


def test_a_disclaimer_of_one_series_leaves_at_the_end_only(tmp_path: Path) -> None:
    disclaimer = "What our guests write is theirs alone and need not be what this paper thinks of the matter."
    documents = site(lambda n: [*story(n), disclaimer] if n % 6 == 0 else story(n))
    cleaner = learned(tmp_path, documents)
    assert disclaimer not in cleaner.judge(documents[0]).text
    quoted = "\n\n".join([*story(300), disclaimer, *story(301)])
    assert cleaner.clean(quoted, site=SITE).text == quoted


def test_few_documents_are_enough_if_most_of_them_say_it(tmp_path: Path) -> None:
    documents = site(APPEALS["the same each time"], 4)
    cleaner = learned(tmp_path, documents)
    assert all("hat" not in cleaner.judge(document).text for document in documents)
    two = learned(tmp_path / "two", documents[:2])
    assert all(two.judge(document).removed == () for document in documents)


def test_without_sites_it_takes_twice_the_share(tmp_path: Path) -> None:
    def form(n: int) -> Sequence[str]:
        return [*story(n, 2), ASK, *story(n + 500, 6)] if n % 5 < 3 else story(n)

    here = site(form)
    nowhere = [Document(document.text) for document in here]
    assert learned(tmp_path / "here", here).judge(here[0]).removed
    assert learned(tmp_path / "nowhere", nowhere).judge(nowhere[0]).removed == ()


def test_the_kind_is_the_rules_or_the_neighbours(tmp_path: Path) -> None:
    documents = site(
        lambda n: [
            *story(n),
            "Sign up for our free weekly newsletter!",
            "It comes with the milk on each Friday before dawn.",
        ]
    )
    cleaner = learned(tmp_path, documents, ("any", "en"))
    assert {span.kind for span in cleaner.judge(documents[0]).removed} == {"promo"}
    assert {span.kind for span in learned(tmp_path / "bare", documents).judge(documents[0]).removed} == {"repeated"}


PIECES = [ASK, *ASK.split(". "), *story(3), *story(4), "Thank you.", "Mr.", "Advertisement", by_name(2)]
PIECES += ["Ingredients", "Evening wire:", *BUTTONS]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Cleaner:
    def form(n: int) -> Sequence[str]:
        said = [*APPEALS["twice in one line"](n), *BUTTONS, by_name(n), "Advertisement", cut_off(n + 1)]
        return ["Ingredients", *said, *(["Evening wire:", "Sign up for our newsletter!"] if n % 6 == 0 else [])]

    return learned(tmp_path_factory.mktemp("known"), site(form), ("any", "en"))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["\n\n", "\n", " ", "", " \u2028"])), max_size=9))
def test_the_laws_hold_with_repetition(known: Cleaner, parts: list[tuple[str, str]]) -> None:
    text = "".join(a + b for a, b in parts)
    result = known.clean(text, site=SITE)
    assert restore(result.text, result.sidecar()) == text
    again = known.clean(result.text, site=SITE)
    assert again.text == result.text
    assert again.removed == ()
    for span in result.removed:
        assert span.sure or span.witnesses or span.rule.startswith("settle."), span


def test_nothing_that_leaves_brings_a_row_together(tmp_path: Path) -> None:
    cleaner = learned(tmp_path, site(lambda n: [*story(n, 1), *BUTTONS, *story(n + 500, 3)]), ("any", "en"))
    parts = [*story(3, 2), *BUTTONS[:2], "Advertisement", *BUTTONS[2:4], *story(4, 3)]
    result = cleaner.clean("\n\n".join(parts), site=SITE)
    assert cleaner.clean(result.text, site=SITE).text == result.text
    assert result.text == "\n\n".join([*story(3, 2), *story(4, 3)])
