"""Pages that hold no article come out empty; stories that look like them stay whole."""

from __future__ import annotations

import pytest

from cleaner import clean

WALLS = [
    "One moment\n\nPlease wait while we make sure that you are not a robot.\nRequest ID: 8812",
    "Access denied\n\nYou may not see this page from where you are.\nReference #11.2f",
    "Page not found\n\nWhat was here has gone.\nTo the front page",
    "Seite nicht gefunden\n\nHier war einmal etwas.\nZur Startseite",
    "404\n\nNo hay nada aquí.\nVolver al inicio",
    "Страница не найдена\n\nЗдесь ничего нет.\nНа главную",
    "ページが見つかりません\n\nここには何もありません。\nトップへ",
    "We care about your privacy\n\nWe and our partners store cookies on your device to show what you may like.\n"
    "You can change your mind at any time.\nAccept all\nReject all",
    "Wir achten Ihre Privatsphäre\n\nWir und unsere Partner speichern Cookies auf Ihrem Gerät.\nAlle ablehnen",
]

STORIES = [
    "Page not found\n\n" + "The clerk of the harbour court has looked for the page since spring. " * 4,
    "We keep no cookies in the house, she said. Our partners in crime, her grandchildren, had found them all on Monday "
    "and left a note.\n\nAccept\n\nThat was the note, in full, and she has framed it beside the old pier.",
    "Just a moment\n\nThat is what the ferryman says to all who call him. Then he finishes his tea.",
    "Access denied\n\nFor forty years the island kept its gates shut. On Friday they opened, and nobody came, since "
    "the news had not reached the mainland, where the last who remembered the place had given up waiting for it.",
]


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_comes_out_empty_with_a_reason(wall: str) -> None:
    result = clean(wall)
    assert (result.text, result.status) == ("", "empty")
    assert result.reason == "nothing but boilerplate: notice"


@pytest.mark.parametrize("story", STORIES)
def test_a_story_under_such_a_title_stays(story: str) -> None:
    # The title itself is what error pages say, so it may go.
    assert clean(story).text.endswith(story.partition("\n\n")[2])
