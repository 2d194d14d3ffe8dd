"""Every rule's proof, and everything a pack can get wrong."""

from __future__ import annotations

import re
import sys
import time
import tomllib
from pathlib import Path

import pytest
import regex

from cleaner import Cleaner, PackError, PatternTimeout
from cleaner.data import KINDS, Document
from cleaner.prove import marked, prove_rule
from cleaner.rules.load import Pack, builtin_names, expand, gathered, load_packs, parse_pack
from cleaner.rules.match import Matcher
from cleaner.rules.model import Rule
from cleaner.rules.page import page
from cleaner.rules.reading import _START, BLANK

PACKS = load_packs()
RULES = [(rule, pack) for pack in PACKS for rule in pack.rules]


@pytest.mark.parametrize(("rule", "pack"), RULES, ids=[rule.id for rule, _ in RULES])
def test_every_example_of_every_rule(rule: Rule, pack: Pack) -> None:
    failures = list(prove_rule(rule, pack))
    assert not failures, "\n".join(f"{f.field}: {f.example!r}: {f.wrong}" for f in failures)


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner()


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_what_stays_stays_whatever_other_rules_say(cleaner: Cleaner, pack: Pack) -> None:
    lost = [
        (rule.id, example, [span.rule for span in removed])
        for rule in pack.rules
        for example in rule.stays
        if (removed := cleaner.clean(example).removed)
    ]
    assert lost == []


LAST_LOST = {
    "any": 1,
    "da": 1,
    "de": 3,
    "en": 4,
    "id": 1,
    "it": 1,
    "ko": 1,
    "no": 2,
    "ru": 1,
    "sv": 2,
    "uk": 1,
}
"""How many of a pack's look-alikes leave when they end a story: none, and here fewer one day."""


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_what_stays_stays_as_a_storys_last_line(cleaner: Cleaner, pack: Pack) -> None:
    """Alone it might stay because too little would be left."""
    story = _story(pack.name)
    lost = [
        (rule.id, example, [span.rule for span in removed])
        for rule in pack.rules
        for example in rule.stays
        if (removed := [s for s in cleaner.clean(f"{story}\n\n{example}").removed if s.end > len(story)])
    ]
    assert len(lost) <= LAST_LOST.get(pack.name, 0), lost


@pytest.mark.parametrize("pack", [p for p in PACKS if p.name != "any"], ids=lambda pack: pack.name)
def test_what_a_sure_rule_drops_leaves_in_the_whole_tool_too(cleaner: Cleaner, pack: Pack) -> None:
    story = _story(pack.name)
    kept = []
    for rule in pack.rules:
        for example in rule.drops if rule.sure and not rule.keep else ():
            head = rule.where == "head"
            beside = f"{example}\n\n{story}" if head else f"{story}\n\n{example}"
            text, wanted = marked(example if rule.takes == "document" else beside)
            removed = cleaner.clean(text, site=rule.sites[0] if rule.sites else None).removed
            gone = {at for span in removed for at in range(span.start, span.end)}
            if not wanted <= gone:
                kept.append((rule.id, example))
    assert kept == []


def _story(name: str) -> str:
    """Paragraphs of story in a pack's language, from its set of lines."""
    path = Path(__file__).parent / "lines" / f"{name}.toml"
    if not path.exists():
        return "The ferry left the old pier at dawn with nine people on board, and a piano. " * 3
    return "\n\n".join(tomllib.loads(path.read_text(encoding="utf-8"))["story"]["paragraphs"])


def test_english_shows_every_kind() -> None:
    kinds = {rule.kind for rule, pack in RULES if pack.name in ("any", "en") and rule.kind}
    assert set(KINDS) - kinds <= {"repeated", "headline"}


GOOD = """
[pack]
name = "mine"
[[rule]]
id = "mine.promo.club"
kind = "promo"
cues = ["^join the club"]
match = '^join the club.*$'
takes = "line"
sure = true
why = "Our club."
drops = ["⟦Join the club today⟧"]
stays = ["They will join the club."]
"""


def parse(text: str) -> Pack:
    return parse_pack(text.encode(), "mine.toml", {"start": "^"})


def test_a_pack_of_ones_own_works(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    result = Cleaner(packs=["any", path]).clean("The mill burned.\n\nJoin the club today\n")
    assert result.text == "The mill burned.\n"
    assert result.removed[0].rule == "mine.promo.club"
    assert result.tool.packs["mine"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ('kind = "promo"', 'kind = "prom"'),
            r"mine\.toml: rule mine\.promo\.club: kind 'prom' .*did you mean 'promo'",
        ),
        (("cues =", "cue ="), r"unknown field 'cue' \(did you mean 'cues'\?\)"),
        (('takes = "line"', 'takes = "lines"'), "did you mean 'line'"),
        (('id = "mine.promo.club"', 'id = "promo.club"'), r"starts with mine\.promo\."),
        (("[[rule]]", "[[rules]]"), r"unknown table \[rules\] \(did you mean 'rule'\?\)"),
        (('cues = ["^join the club"]', "cues = []"), "at least one cue"),
        (("takes =", "opens = 'Join'\ntakes ="), "opens is for a rule without cues"),
        (("⟦Join the club today⟧", "Join the club today"), "does not mark what leaves"),
        (("⟦Join the club today⟧", "⟧Join the club today⟦"), "in pairs"),
        (('stays = ["They will join the club."]', "stays = []"), "has its proof"),
        (("'^join the club.*$'", "'^join %{strat}.*$'"), "did you mean 'start'"),
        (("'^join the club.*$'", r"'^join \p{Lu}.*$'"), "also finds small ones"),
        (("'^join the club.*$'", "'^join (?P<autor>.*)$'"), "did you mean 'author'"),
        (("sure = true", 'sure = "yes"'), "Expected `bool`"),
        (('why = "Our club."', ""), "why"),
        (("[pack]", "[pack"), "not a TOML file"),
    ],
)
def test_a_bad_pack_is_refused_with_file_rule_and_hint(change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(PackError, match=complaint):
        parse(GOOD.replace(*change))


def test_capital_letters_may_be_asked_for_where_case_counts() -> None:
    parse(GOOD.replace("'^join the club.*$'", r"'^join (?-i:\p{Lu}.*)?the club.*$'"))
    parse(GOOD.replace("sure = true", "sure = true\ncase = true").replace("'^join the club.*$'", r"'^\p{Lu}.*$'"))


def test_a_pack_that_is_not_there_is_named() -> None:
    with pytest.raises(PackError, match="did you mean 'en'"):
        Cleaner(packs=["enn"])
    with pytest.raises(PackError, match=r"no/such\.toml: cannot be read"):
        Cleaner(packs=["no/such.toml"])


def test_a_name_or_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"mine\.promo\.club stands there twice"):
        parse(GOOD + GOOD[GOOD.index("[[rule]]") :])
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(PackError, match="a pack called 'mine' stands in"):
        Cleaner(packs=[tmp_path / "a.toml", tmp_path / "b.toml"])


def test_a_broken_pattern_is_found_by_the_proof() -> None:
    pack = parse(GOOD.replace("'^join the club.*$'", "'^join (the club$'"))
    assert "not a pattern" in next(iter(prove_rule(pack.rules[0], pack))).wrong


def test_a_wrong_example_is_found_by_the_proof() -> None:
    pack = parse(GOOD.replace("They will join the club.", "Join the club they did."))
    assert [f.field for f in prove_rule(pack.rules[0], pack)] == ["stays"]
    pack = parse(GOOD.replace("⟦Join the club today⟧", "⟦Join the⟧ club today"))
    assert [f.field for f in prove_rule(pack.rules[0], pack)] == ["drops"]


def test_a_todo_that_works_already_is_found_by_the_proof() -> None:
    pack = parse(GOOD + 'todo = ["⟦Join the club now⟧"]\n')
    assert [f.field for f in prove_rule(pack.rules[0], pack)] == ["todo"]
    pack = parse(GOOD + 'todo = ["⟦Be one of us⟧"]\n')
    assert not list(prove_rule(pack.rules[0], pack))


def test_a_runaway_pattern_is_stopped_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.rules.reading.PATTERN_SECONDS", 0.2)
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace("'^join the club.*$'", r"'^join the club(?:a|aa|a?a)*b\Z'"), encoding="utf-8")
    cleaner = Cleaner(packs=["any", path])
    begin = time.monotonic()
    with pytest.raises(PatternTimeout, match=r"mine\.promo\.club"):
        cleaner.clean("join the club" + "a" * 500)
    assert time.monotonic() - begin < 20, "it was stopped, not waited for"


SIGNS = """
signs = ['our (?:work|news)', 'read(?:er|ing)', 'money']
least = 2
"""


def test_a_rule_may_ask_for_some_of_its_signs(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        GOOD.replace("sure = true", f"sure = true{SIGNS}").replace(
            "Join the club today", "Join the club of our readers, money helps"
        ),
        encoding="utf-8",
    )
    cleaner = Cleaner(packs=["any", path])
    story = "The mill burned.\n\n"
    assert cleaner.clean(f"{story}Join the club: readers carry our work").text == "The mill burned."
    assert cleaner.clean(f"{story}Join the club: readers carry it").removed == ()


def test_signs_are_asked_for_in_a_number_that_can_be_met() -> None:
    with pytest.raises(PackError, match="least = 4 of 3 signs"):
        parse(GOOD.replace("sure = true", f"sure = true{SIGNS}").replace("least = 2", "least = 4"))


def test_a_rule_without_cues_is_tried_only_on_lines_that_open_as_it_says() -> None:
    def pack(opens: str) -> Pack:
        near = f"cues = []\nwhere = 'tail'\nopens = '{opens}'"
        return parse(GOOD.replace('cues = ["^join the club"]', near))

    assert list(prove_rule(pack("Join|Meet").rules[0], pack("Join|Meet"))) == []
    assert [f.field for f in prove_rule(pack("Meet").rules[0], pack("Meet"))] == ["drops"]


def test_what_a_line_is_in_one_text_says_nothing_of_it_in_a_shorter_one() -> None:
    caption = (
        "The crew of the ferry mends the torn net on the old stone pier of the outer isles while the gulls wait for "
        "what is left of the catch, early on a cold and windless morning in the second week of March, before the first "
        "boats come in (Photo: Nils Berg)"
    )
    story = "The ferry left at noon, and nobody on the pier knew when it would be back.\n\n"
    packs = load_packs(["any", "en"])
    fresh, used = Matcher(packs), Matcher(packs)
    assert "any.caption.labelled" in {mark.rule for mark in used(Document(f"{story * 9}{caption}\n\n{story}"))}
    assert set(used(Document(caption))) == set(fresh(Document(caption)))


def test_site_bound_rules_hold_for_their_site_only(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace("sure = true", 'sure = true\nsites = ["example.org"]'), encoding="utf-8")
    cleaner = Cleaner(packs=["any", path])
    text = "The mill burned.\n\nJoin the club today"
    assert cleaner.clean(text).removed == ()
    assert cleaner.clean(text, url="https://www.example.org/a/b").text == "The mill burned."
    assert cleaner.clean(text, site="news.example.org").text == "The mill burned."
    assert cleaner.clean(text, url="https://badexample.org/").removed == ()
    assert cleaner.clean(text, url="https://[no-address/").removed == ()


def test_sentences_start_where_the_shared_pack_says() -> None:
    shared = PACKS[0].define["start"]
    signs = regex.fullmatch(r"\^\|\(\?<=(\[(?:\\.|[^\]\\])+\])\\s\)", shared)
    assert signs is not None
    assert _START.pattern == rf"{signs[1]}[{BLANK}](?=[^{BLANK}])"
    letters = "".join(map(chr, range(sys.maxunicode + 1)))
    assert re.findall(f"[{BLANK}]", letters) == regex.findall(r"\s", letters)
    text = "So. “Well?” he said: (no)  yes!\u3000And\x1cso. \n.  x\u2003» y"
    slowly = regex.compile(rf"(?:{shared})(?=\S)")
    assert [0, *(found.end() for found in _START.finditer(text))] == [found.end() for found in slowly.finditer(text)]


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        (r"^a|^b(?:x|y)", r"^(?:a|b(?:x|y))"),
        (r"%{start}a|^b|(?:%{start})c", r"%{start}(?:a|^b|c)"),
        (r"%{start}a|\bd|%{start}b|%{start}c", r"%{start}a|\bd|%{start}(?:b|c)"),
        (r"^[|(]a|\|b", r"^[|(]a|\|b"),
        (r"^?a|^b", r"^?a|^b"),
        (r"a|b", r"a|b"),
    ],
)
def test_alternatives_with_one_beginning_are_gathered(pattern: str, form: str) -> None:
    assert gathered(pattern) == form


@pytest.mark.parametrize("name", ["en", "de"])
def test_a_gathered_pattern_finds_what_it_found_as_written(name: str) -> None:
    (pack,) = load_packs([name])
    known = {**pack.shared, **pack.define}
    compared = 0
    for entry in (*tomllib.loads(pack.data.decode())["rule"], *tomllib.loads(pack.data.decode()).get("keep", [])):
        if (form := gathered(entry["match"])) == entry["match"]:
            continue
        before, after = (
            regex.compile(expand(pattern, known, name), regex.IGNORECASE) for pattern in (entry["match"], form)
        )
        for example in (*entry["drops"], *entry["stays"]):
            for line in marked(example)[0].split("\n"):
                assert [found.span() for found in after.finditer(line)] == [
                    found.span() for found in before.finditer(line)
                ]
                compared += 1
    assert compared


@pytest.mark.parametrize(("text", "taken"), [("red green blue", True), ("red green grey", True), ("red grey", False)])
def test_signs_are_counted_up_to_the_number_asked_for(text: str, taken: bool) -> None:
    table = (
        '[pack]\nname = "x"\n[[rule]]\nid = "x.ad.x"\nkind = "ad"\ncues = ["red"]\ntakes = "line"\nsure = true\n'
        "match = '^red.*$'\nsigns = ['black', 'red', 'blue', 'green']\nleast = 2\n"
        "why = 'x'\ndrops = ['⟦red green⟧']\nstays = ['y']\n"
    )
    pack = parse_pack(table.encode(), "x.toml", {})
    assert bool(list(Matcher([pack])(Document(text)))) is taken


def test_the_page_of_rules_is_made_from_the_packs() -> None:
    shown = (Path(__file__).parent.parent / "cleaner" / "packs" / "README.md").read_text(encoding="utf-8")
    assert shown == page(PACKS), "make it anew: cleaner rules list --markdown > cleaner/packs/README.md"


def test_all_packs_that_come_along_are_found() -> None:
    names = builtin_names()
    assert names[0] == "any"
    assert "en" in names


THREAD = parse(
    '[pack]\nname = "x"\n[[rule]]\nid = "x.social.x"\nkind = "social"\ncues = ["says$"]\ntakes = "thread"\n'
    "sure = true\nmatch = '^[^,]{1,20} says$'\nwhy = 'x'\ndrops = ['⟦x⟧']\nstays = ['y']\n"
)
STORY = "The ferry to Holm sails again from Monday on, and the crossing costs more than it did.\n"


def after_a_thread(*voices: str, above: str = STORY, between: str = "It is too dear.\n") -> str:
    text = above + "".join(f"{voice} says\n{between}" for voice in voices)
    return Cleaner(packs=[THREAD]).clean(text).text


def test_a_thread_of_comments_is_taken_to_the_end() -> None:
    assert after_a_thread("Maren", "Tom", "Maren", "Inga") == STORY
    assert after_a_thread("Maren", "Tom", "Inga", "Tom", between="It is too dear.\n\nAnd too slow.\n") == STORY


def test_who_speaks_before_it_in_the_story_opens_no_thread() -> None:
    story = f"{STORY}The mayor says\n{STORY * 16}"
    assert after_a_thread("Maren", "Tom", "Maren", "Inga", above=story) == story


@pytest.mark.parametrize(
    ("voices", "more"),
    [
        (("Maren", "Tom", "Inga"), {}),  # too few
        (("Maren", "Tom", "Maren", "Tom"), {}),  # a conversation
        (("Maren", "Tom", "Maren", "Inga"), {"between": ""}),  # nothing is said
        (("Maren", "Tom", "Maren", "Inga"), {"above": "The ferry\n"}),  # over no story
    ],
)
def test_what_is_no_thread_stays(voices: tuple[str, ...], more: dict[str, str]) -> None:
    given = {"above": STORY, "between": "It is too dear.\n", **more}
    assert after_a_thread(*voices, **given) == given["above"] + "".join(
        f"{voice} says\n{given['between']}" for voice in voices
    )


@pytest.mark.parametrize(
    "paragraph",
    [
        "They left. “We had no money in May. Sign up for our newsletter! It was a long year.",
        "Ned Marsh: We had no money in May. Sign up for our newsletter! It was a long year.",
        "Sie gingen. „Wir hatten im Mai kein Geld. Sign up for our newsletter! Es war ein langes Jahr.",
        "NM: We had no money in May. Sign up for our newsletter! It was a long year.",
    ],
)
def test_what_somebody_says_in_the_midst_of_a_paragraph_stays(cleaner: Cleaner, paragraph: str) -> None:
    text = f"{STORY}\n{paragraph}\n\n{STORY}"
    assert cleaner.clean(text).text == text


@pytest.mark.parametrize(
    "paragraph",
    [
        "They left. “We had no money in May.” Sign up for our newsletter! It was a long year.",
        "They left. We had no money in May. Sign up for our newsletter! It was a long year.",
    ],
)
def test_what_the_house_says_there_leaves(cleaner: Cleaner, paragraph: str) -> None:
    text = f"{STORY}\n{paragraph}\n\n{STORY}"
    assert cleaner.clean(text).text == text.replace("Sign up for our newsletter! ", "")
