"""The explanation: what left and why, what was nearly removed and what saved it, as data and to look at."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from lxml.html import fromstring
from rich.console import Console

from cleaner import Cleaner, Document, Result, clean, markdown
from cleaner.allow import entry_of
from cleaner.data import KINDS
from cleaner.explain import COLOURS, Leaving
from tests.strategies import pages

TEXT = "The ferry left.\n\nAdvertisement\n\nIt was <b>late</b>.\n"
CLEANER = Cleaner(packs=["any", "en"])


def test_a_result_explains_itself_as_data() -> None:
    explained = clean(TEXT).explain()
    (left,) = explained.removed
    assert (left.kind, left.rule, TEXT[left.start : left.end].strip()) == ("ad", "en.ad.marker", "Advertisement")
    data = json.loads(json.dumps(explained.data()))
    assert data["status"] == "cleaned"
    assert data["removed"][0]["rule"] == "en.ad.marker"


def test_reasons_of_rules_are_told() -> None:
    explained = CLEANER.explain(CLEANER.clean(TEXT))
    assert explained.removed[0].why == CLEANER.why("en.ad.marker")
    assert "advertising" in (explained.removed[0].why or "")


PACK = """
[pack]
name = "p"

[[rule]]
id = "p.ad.sure"
kind = "ad"
cues = ["adv"]
match = "^adv$"
sure = true
why = "Sure."
drops = ["⟦adv⟧"]
stays = ["x"]

[[rule]]
id = "p.promo.doubted"
kind = "promo"
cues = ["join"]
match = "^join.*$"
why = "Not sure."
drops = ["⟦join⟧"]
stays = ["x"]

[[rule]]
id = "p.social.tail"
kind = "social"
cues = ["share"]
match = "^share.*$"
where = "tail"
sure = true
why = "At the tail."
drops = ["⟦share⟧"]
stays = ["x"]

[[keep]]
id = "p.keep.quoted"
cues = ["he said"]
match = "^.*he said.*$"
why = "A quotation."
drops = ["⟦he said⟧"]
stays = ["x"]
"""
LINE = "The ferry left the old pier at dawn, and the town was asleep.\n\n"
OTHER = "Nine people and a piano came on board while the rain fell on the harbour.\n\n"
MUCH = "".join(f"Boat number {n} came home in the evening with its lamps lit.\n\n" for n in range(30))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    (tmp_path / "p.toml").write_text(PACK, encoding="utf-8")
    return tmp_path / "p.toml"


def saved(cleaner: Cleaner, text: str) -> list[tuple[str, str, str | None]]:
    explained = cleaner.explain(cleaner.clean(text))
    assert all(text[one.start : one.end] == one.text for one in (*explained.removed, *explained.saved))
    return [(one.rule, one.because, one.by) for one in explained.saved]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{LINE}join us\n\n{OTHER}", ("p.promo.doubted", "alone", None)),
        (f"{LINE}join us, he said\n\n{OTHER}", ("p.promo.doubted", "keep", "p.keep.quoted")),
        (f"{LINE}share\n\n{MUCH}", ("p.social.tail", "place", "tail")),
        (f"adv\n\njoin {'now, ' * 60}\n\n{LINE}", ("p.promo.doubted", "doubtful", None)),
        (f"{LINE}adv\n\n{OTHER}join us\n\n{MUCH}", ("p.promo.doubted", "alone", None)),
    ],
)
def test_what_was_nearly_removed_and_what_saved_it(pack: Path, text: str, told: tuple[str, str, str | None]) -> None:
    assert saved(Cleaner(packs=[pack]), text) == [told]


def test_a_mark_that_found_its_witness_has_left(pack: Path) -> None:
    cleaner = Cleaner(packs=[pack])
    explained = cleaner.explain(cleaner.clean(f"{LINE}adv\n\njoin us\n\n{OTHER}"))
    assert [one.rule for one in explained.removed] == ["p.ad.sure", "p.promo.doubted"]
    assert explained.removed[0].why == "Sure."
    assert not explained.saved


def test_settings_and_acceptance_save(pack: Path) -> None:
    kept = Cleaner(packs=[pack], keep=["ad"])
    assert saved(kept, f"{LINE}adv\n\n{OTHER}") == [("p.ad.sure", "settings", None)]
    accepting = Cleaner(packs=[pack], allow=[entry_of("p.ad.sure", "adv")])
    assert saved(accepting, f"{LINE}adv\n\n{OTHER}") == [("p.ad.sure", "held", None)]
    text = f"{LINE}## adv\n\n{OTHER}"
    cleaner = Cleaner(packs=[pack])
    explained = cleaner.explain(cleaner.judge(Document(text), through=markdown.through), markdown.view)
    (one,) = explained.saved
    assert (one.because, one.text) == ("held", "## adv")
    assert one.reason


@settings(max_examples=60, deadline=None)
@given(pages())
def test_every_mark_has_left_or_is_told(text: str) -> None:
    result = CLEANER.clean(text)
    explained = CLEANER.explain(result)
    assert explained.removed == tuple(
        msgspec.structs.replace(one, why=CLEANER.why(one.rule)) for one in clean_as(result)
    )
    told = {(one.start, one.rule) for one in explained.saved}
    left = Document(result.text)
    for detector in CLEANER.detectors:
        for mark in detector(left):
            words = result.text[mark.start : mark.end]
            if mark.keep or not words.strip():
                continue
            start = mark.start + len(words) - len(words.lstrip())
            assert any(rule == mark.rule for _, rule in told), (start, mark)


def clean_as(result: Result) -> tuple[Leaving, ...]:
    return result.explain().removed


HOSTILE = (
    "\x1b]0;own\x07\x1b[2J", "\u202eevil", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "[bold red]markup[/]", "{{7*7}}", "&lt;b&gt;", "\ud800", "\x00\x9b31m", "\r\x0b\x0c\u2028\x85",
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("colour", [None, "truecolor"])
def test_on_a_terminal_the_text_does_nothing(words: str, colour: Literal["truecolor"] | None) -> None:
    text = f"{LINE}Advertisement {words}\n\nSign up for our newsletter. {words}\n\nAdvertisement\n\n{words}\n"
    console = Console(width=100, file=StringIO(), color_system=colour, force_terminal=colour is not None)
    console.print(CLEANER.explain(CLEANER.clean(text)))
    console.print(CLEANER.clean(text))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    bare = re.sub("\x1b\\[[0-9;]*m", "", shown)
    assert not set(bare) & {
        *map(chr, range(10)),
        *map(chr, range(11, 32)),
        *map(chr, range(127, 160)),
        "\u202e",
        "\u2028",
    }
    assert "[bold red]markup[/]" in bare or "bold red" not in words
    shown.encode()


@pytest.mark.parametrize("words", HOSTILE)
def test_in_a_notebook_the_text_does_nothing(words: str) -> None:
    text = f"{LINE}Advertisement\n\nSign up for our newsletter. {words}\n\n{words}\n"
    explained = CLEANER.explain(CLEANER.clean(text))
    rule = msgspec.structs.replace(explained.removed[0], rule=words, why=words, kind="ad", witnesses=(words,))
    page = msgspec.structs.replace(explained, removed=(rule, *explained.removed[1:]), reason=words)._repr_html_()
    page.encode()
    elements = {element.tag for element in fromstring(f"<div>{page}</div>").iter()}
    assert elements <= {"div", "table", "tbody", "tr", "td", "del", "span", "b", "br", "p", "i", "small"}
    assert all(
        name in ("style", "title") for element in fromstring(f"<div>{page}</div>").iter() for name in element.attrib
    )


def test_every_kind_has_its_colour() -> None:
    assert set(COLOURS) == set(KINDS)


def test_all_of_the_text_is_shown_once_and_in_order() -> None:
    text = f"{LINE}Advertisement\n\n{LINE}By Ann Lee\n\n{LINE}"
    console = Console(width=400, file=StringIO(), color_system=None)
    console.print(clean(text).explain())
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    left = [line[:240].replace("⟦", "").replace("⟧", "").strip() for line in shown.splitlines()]
    assert left[:-1] == [line.strip() for line in text.splitlines()]


def test_in_a_notebook_nothing_of_the_text_is_markup() -> None:
    page = clean(TEXT + "\n<script>alert(1)</script>\n")._repr_html_()
    assert "<script>" not in page
    assert "&lt;b&gt;late" in page
    assert "<del" in page


def test_the_command_shows_and_gives_data(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    command = [sys.executable, "-c", "from cleaner.cli import main; main()", "explain", "a.txt"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert "⟦Advertisement⟧" in shown
    assert "en.ad.marker" in shown
    data = subprocess.run([*command, "--json", "--spared"], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(data.stdout)["removed"][0]["kind"] == "ad"


def command(folder: Path, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-c", "from cleaner.cli import main; main()", "explain", *args]
    return subprocess.run(given, cwd=folder, input=stdin, capture_output=True, text=True, check=False)  # noqa: S603


def test_it_reads_files_as_check_does(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: Advertisement\n---\n\nThe ferry left.\n\n**Advertisement**\n\nIt was late.\n"
    )
    shown = command(tmp_path, "a.md").stdout
    assert "⟦**Advertisement**⟧" in shown
    assert "⟦Advertisement⟧" not in shown
    (tmp_path / "a.txt").write_text(TEXT)
    entry = entry_of("en.ad.marker", "Advertisement")
    (tmp_path / ".cleaner-allow").write_text(f"{entry.rule} {entry.hash} quoted\n")
    assert "⟦" not in command(tmp_path, "a.txt").stdout
    assert "accepted" in " ".join(command(tmp_path, "a.txt", "--spared").stdout.split())


def test_rows_are_shown_one_by_one_or_one_alone(tmp_path: Path) -> None:
    rows = [json.dumps({"id": n, "text": TEXT}) for n in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join([*rows[:2], "{", rows[2]]))
    done = command(tmp_path, "a.jsonl", "--json")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["0", "1", "2"]
    assert (done.returncode, done.stderr.count("a.jsonl:3")) == (2, 1)
    one = command(tmp_path, "a.jsonl", "--row", "2")
    assert one.returncode == 0
    assert "a.jsonl:2" in one.stdout
    assert one.stdout.count("⟦") == 1
    assert "has no row 9" in command(tmp_path, "a.jsonl", "--row", "9").stderr


def test_standard_input_is_text_or_a_page(tmp_path: Path) -> None:
    assert "⟦Advertisement⟧" in command(tmp_path, "-", stdin=TEXT).stdout
    story = "<p>The ferry left the old pier at dawn, and nobody knew.</p>" * 6
    page = f"<html><body><nav>Home</nav><article>{story}</article>"
    data = json.loads(command(tmp_path, "-", "--html", "--json", stdin=page).stdout)
    assert "<p>" not in data["source"]
    assert {one["kind"] for one in data["removed"]} == {"nav"}
