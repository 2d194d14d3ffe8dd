"""Texts that call for a rare choice of packs are read as they would be with just these."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cleaner.data import Document
from cleaner.rules import match
from cleaner.rules.load import load_packs
from cleaner.rules.match import Matcher

LINES = Path(__file__).parent / "lines"
LANGUAGES = sorted(path.stem for path in LINES.glob("*.toml") if path.stem != "floors")


def page(lang: str) -> str:
    """A text with some lines of each kind in a language, and too few words of a story to say what language it is."""
    kinds = tomllib.loads((LINES / f"{lang}.toml").read_text(encoding="utf-8"))
    drops = [line for sets in kinds.values() for line in sets.get("drops", ())[::9]]
    return "\n\n".join([kinds["story"]["paragraphs"][0], *drops])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_choice_of_packs_reads_the_same_alone_and_among_all(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document(page(lang))
    packs = load_packs()
    alone = Matcher(packs)
    marks = list(alone(document))
    assert marks
    assert alone.reader(document.text).cues is not alone._all.cues
    monkeypatch.setattr(match, "AT_ONCE", 0)
    among = Matcher(packs)
    assert among.reader(document.text).cues is among._all.cues
    assert list(among(document)) == marks


def test_what_is_asked_for_often_gets_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "AT_ONCE", 0)
    monkeypatch.setattr(match, "OFTEN", 3)
    matcher = Matcher(load_packs(["any", "en", "de"]))
    readers = [matcher.reader("The ferry and the pier were there.") for _ in range(4)]
    assert readers[1].cues is matcher._all.cues
    assert readers[2].cues is not matcher._all.cues
    assert readers[3] is readers[2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_remembered_of_a_line_holds_wherever_it_stands(lang: str) -> None:
    matcher = Matcher(load_packs(["any", lang]))
    paragraphs = tomllib.loads((LINES / f"{lang}.toml").read_text(encoding="utf-8"))["story"]["paragraphs"]
    story = "\n\n".join(paragraphs * 3)  # in short texts nothing is remembered
    examples = [example.replace("⟦", "").replace("⟧", "") for rule in matcher.rules for example in rule.drops]
    lines = dict.fromkeys(line for example in examples for line in example.splitlines() if line)
    texts = [text for line in lines for text in (f"{story}\n\n{line}\n\n{story}", f"{story}\n\n{story}\n\n{line}\n")]
    for text in texts:
        document = Document(text)
        remembered = list(matcher(document))
        matcher.reader(text).memo.clear()
        assert list(matcher(document)) == remembered
