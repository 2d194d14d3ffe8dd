"""Story that looks like what surrounds it. A lost sentence is worse than a leftover line."""

from __future__ import annotations

import pytest

from cleaner import clean

STORY = (
    "The council of Norrvik voted on Monday to keep the old pier, which had been closed since the storm.",
    "Work will start in May and cost four million crowns, half of what a new one would.",
)

LINES = [
    # opening with By and From
    "By Friday night they had won.",
    "By Tom's own account, the boat was never his.",
    "From Oslo the train takes nine hours.",
    # about newsletters, donations, cookies, agencies
    "The newsletter has 40,000 readers, and each of them pays.",
    "Donations to the hospital doubled after the storm.",
    "Cookies are small files that sites leave on a computer; Europe wants users to be asked first.",
    "The Getty Museum in Los Angeles returned the bronze in 2007.",
    "Reuters was founded in Aachen, with pigeons.",
    "Privacy policy became the party's main concern.",
    "Advertising revenue at the paper fell by half.",
    "Subscribers left in droves when the price went up.",
    # quoted appeals
    "“Please consider making a donation today,” the sign at the gate said.",
    "“Subscribe now!” he shouted at the empty square.",
    "“Follow us,” they sang, “and you will be free.”",
    "He told the crowd to become a member before the shares ran out.",
    # editors' notes and corrections
    "Editor's note: The names of two witnesses were changed in this story at their request.",
    "Correction: An earlier version of this article gave the wrong year for the storm.",
    "This story has been updated to include a statement of the council.",
    # datelines
    "NORRVIK, Sweden (AP) — The pier will stay.",
    "LONDON, July 7 (Reuters) - Oil fell on Friday.",
    "BERLIN (dpa) - Der Steg bleibt.",
    # lists, recipes, interviews, poems, times
    "- 200 g butter",
    "1. Turn off the water.",
    "Q: Where were you when the pier went?",
    "Ada Cole: I was in the boat.",
    "14:35 The gates are closed.",
    # obituaries
    "In lieu of flowers, donations may be made to the lifeboat fund.",
    "Memorial contributions may be sent to the library of Norrvik.",
    # subheads and short lines
    "Share and share alike",
    "More from less",
    "Related but not the same",
    "What the tags mean",
    "Comments on a ruin",
    "Photo finish",
    # captions that are none
    "The photograph shows her with Getty Images' first client, a man named Poole.",
    "He works as a photographer for AP and lives on the pier.",
    # asking police and help lines
    "Anyone with information is asked to contact detectives on 555 0100.",
    "If you need help, call the helpline at any hour.",
    # contributed
    "Heavy rain contributed to this report's delay, the minister joked.",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("place", ["first", "inside", "last"])
def test_story_stays(line: str, place: str) -> None:
    lines = {"first": (line, *STORY), "inside": (STORY[0], line, STORY[1]), "last": (*STORY, line)}[place]
    text = "\n\n".join(lines)
    removed = [(span.rule, text[span.start : span.end]) for span in clean(text).removed]
    assert removed == []


def test_a_break_between_two_parts_of_a_story_stays() -> None:
    text = "\n\n* * *\n\n".join(STORY)
    assert clean(text).removed == ()


@pytest.mark.xfail(reason="a heading that reads as a teaser; telling them apart needs what stands below", strict=True)
def test_known_failure_a_subheading_with_a_colon() -> None:
    text = "\n\n".join((STORY[0], "See also: the moon", STORY[1]))
    assert clean(text).removed == ()


@pytest.mark.parametrize("signed", ["AFP", "Reuters", "(AFP)", "(dpa)", "/AP/", "– EFE", "(ANSA)", "(PTI)", "[PAP]"])
@pytest.mark.parametrize(
    "last",
    [
        "The team won the match on Thursday evening.",
        "Die Mannschaft gewann das Spiel am Donnerstag.",
        "La squadra ha vinto la partita giovedì.",
        "El equipo ganó el partido el jueves.",
    ],
)
def test_the_last_line_of_a_story_that_an_agency_signs_is_no_caption(last: str, signed: str) -> None:
    text = "\n\n".join([*STORY, f"{last} {signed}"])
    assert last in clean(text).text
    assert last in clean(f"{text}\n\nShare this article").text
