"""Appeals inside a paragraph: the sentences that ask leave, those of the story around them stay."""

from __future__ import annotations

import pytest

from cleaner import clean

BEFORE = (
    "The ferry to Norrvik was cancelled on Tuesday after its rudder broke in the swell off the outer skerries. "
    "Forty passengers spent the night in the school gym, where the cook made soup for everybody. "
)
AFTER = (
    "A tug from the mainland is expected to tow the ship to the yard on Friday, weather permitting. "
    "The council has hired a smaller boat for the mail, which will sail twice a day until the summer."
)

APPEALS = {
    "en": (
        "Our reporting is free to read because readers like you pay for it. We have no shareholders. "
        "Please give what you can, from $4 a month. Every donation keeps our newsroom going."
    ),
    "de": (
        "Unsere Arbeit kostet Geld. Unterstützen Sie unabhängigen Journalismus. "
        "Schon mit fünf Euro im Monat helfen Sie unserer Redaktion. Werden Sie jetzt Mitglied."
    ),
    "it": (
        "Il nostro lavoro ha un costo. La pubblicità porta ricavi sempre più scarsi. Per questo chiediamo a voi "
        "lettori di sostenerci con un contributo pari al prezzo di un caffè. Aiutaci a restare un giornale libero."
    ),
    "pl": (
        "Nasz portal utrzymuje się dzięki czytelnikom. Wesprzyj niezależne dziennikarstwo. "
        "Wystarczy 10 zł miesięcznie, aby nasza redakcja mogła dalej pracować. Zostań naszym patronem."
    ),
}

STORIES = {
    "en": (BEFORE, AFTER),
    "de": (
        "Die Fähre nach Norrvik fiel am Dienstag aus, nachdem in der Dünung vor den Schären das Ruder gebrochen war. "
        "Vierzig Fahrgäste verbrachten die Nacht in der Turnhalle, wo der Koch für alle eine Suppe kochte. ",
        "Ein Schlepper vom Festland soll das Schiff am Freitag in die Werft ziehen, wenn das Wetter es zulässt. "
        "Die Gemeinde hat für die Post ein kleineres Boot gemietet, das bis zum Sommer zweimal am Tag fährt.",
    ),
    "it": (
        "Il traghetto per Norrvik è stato cancellato martedì dopo la rottura del timone al largo degli scogli. "
        "Quaranta passeggeri hanno passato la notte nella palestra della scuola, dove il cuoco ha fatto la minestra. ",
        "Un rimorchiatore dovrebbe portare la nave in cantiere venerdì, se il tempo lo permetterà a tutti. "
        "Il comune ha noleggiato per la posta una barca più piccola, che partirà due volte al giorno fino all'estate.",
    ),
    "pl": (
        "Prom do Norrvik odwołano we wtorek, gdy na fali u zewnętrznych szkierów pękł mu ster i zgasły silniki. "
        "Czterdziestu pasażerów spędziło noc w sali gimnastycznej, gdzie kucharz ugotował dla wszystkich zupę. ",
        "Holownik z lądu ma w piątek zaciągnąć statek do stoczni, jeśli tylko pozwoli na to pogoda na morzu. "
        "Gmina wynajęła do przewozu poczty mniejszą łódź, która do lata będzie pływać dwa razy dziennie.",
    ),
}


@pytest.mark.parametrize("language", APPEALS)
def test_an_appeal_leaves_the_middle_of_a_line(language: str) -> None:
    before, after = STORIES[language]
    result = clean(f"{before}{APPEALS[language]} {after}")
    assert result.text == f"{before}{after}"
    assert {span.kind for span in result.removed} == {"appeal"}


@pytest.mark.parametrize("language", APPEALS)
def test_an_appeal_stuck_to_the_last_paragraph_leaves_it_whole(language: str) -> None:
    before, after = STORIES[language]
    assert clean(f"{before.strip()}\n\n{after} {APPEALS[language]}").text.rstrip() == f"{before.strip()}\n\n{after}"


@pytest.mark.parametrize("language", APPEALS)
def test_an_appeal_leaves_both_times(language: str) -> None:
    before, after = STORIES[language]
    asked = APPEALS[language]
    assert clean(f"{before}{asked} {after} {asked}").text.rstrip() == f"{before}{after}"


@pytest.mark.parametrize(
    "story",
    [
        "“Our reporting is free because readers like you pay for it. Please give what you can, from $4 a month,” said "
        "Hanna Lund, who edits the Norrvik Lamp. The paper has 412 members.",
        "The Norrvik Lamp lives on its readers, the editor said. She asks for $4 a month, so that the newsroom stays "
        "open. Most of them give what they can.",
        "When we opened the shop, nobody gave us a chance. We had $400 between us. You could smell the paint for a "
        "year. Then readers of the local paper began to come.",
    ],
)
def test_a_story_about_an_appeal_stays(story: str) -> None:
    assert clean(f"{BEFORE}{story} {AFTER}").removed == ()
    assert clean(f"{BEFORE.strip()}\n\n{story}\n\n{AFTER}").removed == ()
