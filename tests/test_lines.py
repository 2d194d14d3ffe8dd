"""Fresh lines of each kind in each language, put into a page: recall may only rise, false alarms only fall.

`lines/XX.toml` holds some story, and for each kind lines that leave (`drops`) and look-alikes (`stays`);
`lines/floors.toml` holds how many of the drops leave today. Raise a floor when a pack gets better.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from cleaner import Cleaner

LINES = Path(__file__).parent / "lines"
LANGUAGES = sorted(path.stem for path in LINES.glob("*.toml") if path.stem != "floors")
FLOORS: dict[str, dict[str, int]] = tomllib.loads((LINES / "floors.toml").read_text(encoding="utf-8"))
AT_THE_TOP = ("headline", "byline", "date")


@lru_cache(maxsize=1)
def cleaner() -> Cleaner:
    return Cleaner()


@lru_cache(maxsize=1)
def read(language: str) -> dict[str, Any]:
    return tomllib.loads((LINES / f"{language}.toml").read_text(encoding="utf-8"))


def pages(line: str, story: list[str], kind: str) -> str:
    return "\n\n".join([line, *story] if kind in AT_THE_TOP else [*story, line])


def leaves_whole(line: str, story: list[str], kind: str) -> bool:
    """Whether the line leaves, all of it, and nothing of the story does."""
    return cleaner().clean(pages(line, story, kind)).text.strip() == "\n\n".join(story)


def lost(line: str, story: list[str]) -> list[str]:
    """Rules that take something from a page in which a look-alike stands first, second or last."""
    places = ([line, *story], [story[0], line, *story[1:]], [*story, line])
    return [span.rule for page in places for span in cleaner().clean("\n\n".join(page)).removed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_recall_does_not_fall(language: str) -> None:
    lines = dict(read(language))
    story = lines.pop("story")["paragraphs"]
    missed = {
        kind: [line for line in sets["drops"] if not leaves_whole(line, story, kind)] for kind, sets in lines.items()
    }
    recall = {kind: len(sets["drops"]) - len(missed[kind]) for kind, sets in lines.items()}
    fallen = {kind: missed[kind] for kind, number in recall.items() if number < FLOORS.get(language, {}).get(kind, 0)}
    assert fallen == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_look_alikes_stay(language: str) -> None:
    lines = dict(read(language))
    story = lines.pop("story")["paragraphs"]
    alarms = {line: rules for sets in lines.values() for line in sets["stays"] if (rules := lost(line, story))}
    assert len(alarms) <= FLOORS.get(language, {}).get("false_alarms", 0), alarms


def test_every_language_has_its_floors() -> None:
    assert set(FLOORS) == set(LANGUAGES)
