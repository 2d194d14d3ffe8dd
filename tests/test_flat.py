"""Texts that have lost their line breaks, and lists: what wraps the story leaves, and the story stays whole."""

from __future__ import annotations

import pytest

from cleaner import clean, restore
from tests.test_lines import AT_THE_TOP, LANGUAGES, cleaner, read

SPACELESS = ("ja", "zh")
RECALL = 0.6
"""The share of a language's lines that leave, at least, though they are glued to the story: no name or title that is
glued to a story's start can be told from it."""

ALARMS = 3
"""How many look-alikes may leave at most, of some three or four hundred."""

HURT = {
    "ar": 8,
    "cs": 2,
    "da": 1,
    "es": 1,
    "id": 2,
    "ja": 5,
    "ko": 12,
    "no": 1,
    "pl": 5,
    "ru": 2,
    "tr": 14,
    "uk": 2,
    "zh": 3,
}
"""How many lines take words of the story with them, glued to its end or into it: none, and here fewer one day."""

STORY = (
    "The town council of Norrvik voted on Tuesday night to repair the old timber bridge over the Maren. Work is due "
    "to begin in spring and to end before the first frost. Drivers face a detour of four miles until then. The cost "
    "is put at 2.4 million crowns, of which the county will cover almost half."
)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_leave_a_flattened_story_too(language: str) -> None:
    lines = dict(read(language))
    joint = "" if language in SPACELESS else " "
    paragraphs = lines.pop("story")["paragraphs"]
    story = joint.join(paragraphs)
    left = total = 0
    alarms = []
    for kind, sets in lines.items():
        for line in sets["drops"]:
            if "\n" not in line:
                text = line + joint + story if kind in AT_THE_TOP else story + joint + line
                total += 1
                left += words(cleaner().clean(text).text) == words(story)
        for line in sets["stays"]:
            places = (story + joint + line, line + joint + story, joint.join([paragraphs[0], line, *paragraphs[1:]]))
            if any(cleaner().clean(text).removed for text in places):
                alarms.append(line)
    assert left >= RECALL * total
    assert len(alarms) <= ALARMS, alarms


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_takes_a_sentence_of_the_story_with_it(language: str) -> None:
    lines = dict(read(language))
    joint = "" if language in SPACELESS else " "
    first, *rest = lines.pop("story")["paragraphs"]
    hurt = []
    for sets in lines.values():
        for line in (line for line in sets["drops"] if "\n" not in line):
            for before, after in (([first, *rest], []), ([first], rest)):
                start = len(joint.join(before))
                end = start + len(joint + line + joint)
                removed = cleaner().clean(joint.join([*before, line, *after])).removed
                hurt += [line for span in removed if span.start < start - 1 or span.end > end + 1][:1]
    assert len(hurt) <= HURT.get(language, 0), hurt


def test_a_flattened_story_that_ends_in_a_credit_is_no_caption() -> None:
    assert words(clean(f"{STORY} Getty Images").text) == STORY


@pytest.mark.parametrize(
    "glued",
    [
        "READ MORE: Who pays for the ferry?",
        "Story continues below advertisement",
        "ADVERTISEMENT",
        "Share this article",
        "View this post on Instagram",
        "Continue reading the main story",
        "(Photo: Ada Cole/Valley News)",
        "Please support our journalism with a small donation today.",
        "Sign up for our free morning newsletter.",
        "Follow us on Instagram and Facebook.",
        "All rights reserved.",
    ],
)
def test_what_is_plain_leaves_the_middle_of_a_flattened_story(glued: str) -> None:
    head, end, tail = STORY.partition("first frost. ")
    text = f"{head}{end}{glued} {tail}"
    result = clean(text)
    assert words(result.text) == STORY
    assert restore(result.text, result.sidecar()) == text


@pytest.mark.parametrize(
    "glued",
    [
        "Photo: Ada Cole",
        "Ada Cole",
        "By Ada Cole",
        "More from Sport",
        "Related",
        "Home",
        "Source: The council",
        "In pictures",
        "Follow Ada Cole",
    ],
)
def test_what_runs_on_takes_no_sentence_with_it(glued: str) -> None:
    head, end, tail = STORY.partition("first frost. ")
    text = f"{head}{end}{glued} {tail}"
    left = words(clean(text).text)
    assert head.strip() in left
    assert tail in left


def test_a_call_without_a_full_stop_goes_up_to_the_story_beside_one_that_has_one() -> None:
    head, end, tail = STORY.partition("first frost. ")
    calls = "Sign up for our free morning newsletter. Please support our work with a small donation"
    assert words(clean(f"{head}{end}{calls} {tail}").text) == STORY


def test_a_match_that_begins_with_a_blank_takes_no_sentence_before_it() -> None:
    """A pattern may begin at the blank after a full stop."""
    head, call, tail = "두 개 조가 현장에 출동했다.", " 카카오톡 채널을 추가해 주세요!", " 다친 사람은 없다."
    story = "나루 여객선이 월요일에 떠났다. 사람들은 오래 기다렸다고 한다."
    assert clean(f"{story}\n\n{head}{call}{tail}\n\n{story}").text == f"{story}\n\n{head}{tail}\n\n{story}"


def test_a_sentence_between_two_calls_in_the_middle_of_a_story_stays() -> None:
    calls = ("Subscribe to our newsletter!", "Sign up for our free morning newsletter today.")
    story = ("The old theatre closed its doors in May.", "Work starts in autumn.", "It will cost two million crowns.")
    text = f"{STORY}\n\n{story[0]} {calls[0]} {story[1]} {calls[1]} {story[2]}\n\n{STORY}"
    assert clean(text).text == f"{STORY}\n\n{' '.join(story)}\n\n{STORY}"


def test_a_call_takes_no_title_and_name_that_open_the_next_sentence() -> None:
    call, story = "Seuraa meitä Facebookissa", "Kapteeni Aada Kvist ei lähde merelle ennen kuin aamu valkenee."
    text = f"Lautta ei kulje tänään, sillä meri on jäässä. {call} {story} Matkustajat odottavat sisällä, ja kahvia on."
    assert call not in clean(text).text
    assert story in clean(text).text


def test_a_short_paragraph_is_no_line_of_a_page() -> None:
    text = "Home. Close. Play. Those were the three words that the boy could read, and he read them to all who came."
    assert clean(text).text == text


@pytest.mark.parametrize("sign", ["-", "•", "*"])
def test_a_button_leaves_a_list_with_the_sign_before_it(sign: str) -> None:
    text = f"{STORY}\n\n{sign} Share on Facebook\n{sign} Subscribe to our newsletter"
    result = clean(text)
    assert result.text == STORY
    assert restore(result.text, result.sidecar()) == text


def test_a_list_of_the_story_stays() -> None:
    text = f"What each boat needs:\n\n- A rope\n- Video: none of it works at sea\n- Image: 24 megapixels\n\n{STORY}"
    assert clean(text).text == text
