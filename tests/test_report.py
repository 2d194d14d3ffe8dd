"""The report: what it counts, what it draws, and that nothing scraped can act in it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from cleaner import clean
from cleaner.cli import cli
from cleaner.data import Metadata, Removed, Sidecar, Source
from cleaner.dump import clean_dump
from cleaner.dump.back import Cleaned
from cleaner.dump.back import documents as cleaned
from cleaner.errors import InputError
from cleaner.report import summary as summary_module
from cleaner.report.excerpt import excerpt
from cleaner.report.page import inert, render
from cleaner.report.summary import LEAST, month_of, summarise

STORY = "The ferry left the old pier at dawn with nine people and a piano on board. Nobody had asked why."


def dump_of(folder: Path, documents: int = 12) -> Path:
    """A small cleaned dump: JSON lines of two sites, a text, and a row that fails."""
    source = folder / "in"
    source.mkdir()
    rows = [
        json.dumps(
            {
                "id": n,
                "url": f"https://{'ab'[n % 2]}.example.org/{n}",
                "text": f"{STORY} Boat {n}.\n\nAdvertisement\n\nEnd {n}.",
            }
        )
        for n in range(documents)
    ]
    (source / "rows.jsonl").write_text("\n".join([*rows, "{broken"]), encoding="utf-8")
    (source / "one.txt").write_text(f"{STORY}\n\n© 2021 Harbour Gazette. All rights reserved.\n", encoding="utf-8")
    clean_dump([source], folder / "out")
    return folder / "out"


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_every_document_is_counted(tmp_path: Path) -> None:
    summary = summarise(cleaned(dump_of(tmp_path)))
    assert summary.all.documents == 14
    assert summary.all.failed == 1
    assert summary.status == {"cleaned": 13, "failed": 1}
    assert summary.sites["a.example.org"].documents == 6
    assert summary.kinds["ad"].stretches == 12
    assert summary.rules["en.ad.marker"].documents == 12
    assert [name for name, _ in summary.failures] == ["rows.jsonl:13"]
    assert summary.all.removed == sum(hits.letters for hits in summary.kinds.values())


def test_the_sample_holds_every_rule_and_every_trouble_and_says_so(tmp_path: Path) -> None:
    summary = summarise(cleaned(dump_of(tmp_path)), sample=1)
    shown = {stretch.rule for document in summary.shown for stretch in document.sidecar.removed}
    assert shown == set(summary.rules)
    assert "failed" in {document.sidecar.status for document in summary.shown}
    assert len(summary.shown) < summary.all.documents
    page = render(summary, "out")
    assert f"{len(summary.shown)} of 14 documents" in page
    assert page.split("Made ")[0] == render(summary, "out").split("Made ")[0]


def long_dump(folder: Path, letters: int, line: str) -> Path:
    """A cleaned dump of long texts, each with another thing to take out behind a story of some letters."""
    source = folder / "in"
    source.mkdir()
    for name, said in {"ad": "Advertisement", "fine": "© 2021 Harbour Gazette. All rights reserved."}.items():
        told = "\n\n".join(f"{line} They sold {n} boats." for n in range(letters // (len(line) + 22)))
        (source / f"{name}.txt").write_text(f"{told}\n\n{said}\n\n{told}\n", encoding="utf-8")
    clean_dump([source], folder / "out")
    return folder / "out"


def shown_rules(page: dict[str, Any]) -> set[str]:
    return {page["rules"][p[1]][0] for d in page["documents"] for p in d["p"] if isinstance(p, list)}


@pytest.mark.parametrize("budget", [summary_module.BUDGET, 3_000])
def test_every_rule_is_shown_however_little_room_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr(summary_module, "BUDGET", budget)
    summary = summarise(cleaned(long_dump(tmp_path, 100_000, STORY)))
    page = data_of(render(summary, "out"))
    assert len(summary.rules) == 2
    assert shown_rules(page) == set(summary.rules)
    assert None in page["documents"][0]["p"], "what is not shown is said"
    assert len(json.dumps(page["documents"])) < 2 * max(budget, 2 * LEAST + 4_000)


def test_what_is_shown_of_a_long_text_is_its_start_and_what_stands_about_each_rule() -> None:
    stretch = Removed(60, 64, "ad", "en.ad.marker", "ADAD", [])
    again = Removed(80, 84, "ad", "en.ad.marker", "ADAD", [])
    facts = msgspec.convert(clean("x").sidecar(), Sidecar)
    document = Cleaned("x", "a" * 60 + "b" * 16 + "c" * 30, msgspec.structs.replace(facts, removed=[stretch, again]))
    assert list(excerpt(document, 200)) == ["a" * 60, (stretch, "ADAD"), "b" * 16, (again, "ADAD"), "c" * 30]
    assert list(excerpt(document, 50, around=5)) == ["a" * 50, None, "a" * 5, (stretch, "ADAD"), None]
    assert list(excerpt(document, 58, around=5)) == ["a" * 58, "a" * 2, (stretch, "ADAD"), None]


@pytest.mark.parametrize("words", ["船は夜明けに古い桟橋を離れた。", '<p>&amp;\n"quoted"'])
def test_the_budget_is_one_of_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr(summary_module, "BUDGET", 60_000)
    source = tmp_path / "in"
    source.mkdir()
    with (source / "rows.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": f"{n}\n\n" + words * 100}) + "\n" for n in range(100))
    clean_dump([source], tmp_path / "out")
    summary = summarise(cleaned(tmp_path / "out"))
    page = render(summary, "out")
    held = re.search(r'"documents":(\[.*\]),"blocks"', page)
    assert held
    assert len(held[1].encode()) < 1.3 * 60_000
    assert 3 < len(summary.shown) < 100


def test_languages_are_read_off_the_words_and_else_off_what_the_page_says(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    told = "Der Rat der Stadt hat am Abend beschlossen, dass die Brücke nicht vor dem Herbst für die Autos offen ist."
    (source / "de.txt").write_text(told, encoding="utf-8")
    (source / "en.txt").write_text(f"{STORY} It was the end of the day and they had to wait for it.", encoding="utf-8")
    (source / "few.txt").write_text("Kukaan ei ja Zzz", encoding="utf-8")
    (source / "none.txt").write_text("Zzz", encoding="utf-8")
    page = f"<html lang='fi-FI'><body><article>{'<p>Qwrt plkj mnbv.</p>' * 9}</article></body></html>"
    (source / "page.html").write_text(page, encoding="utf-8")
    clean_dump([source], tmp_path / "out")
    languages = summarise(cleaned(tmp_path / "out")).languages
    assert {name: group.documents for name, group in languages.items()} == {"de": 1, "en": 1, "fi": 2, "(none)": 1}


@pytest.mark.parametrize(
    ("read", "row", "month"),
    [
        ("2024-05-06", "2020-01-01", "2024-05"),
        (None, "2020-01-01T12:00:00Z", "2020-01"),
        (None, "2020/01/31", "2020-01"),
        (None, "20200131", "2020-01"),
        (None, "20200131120000", "2020-01"),
        ("2024", "2020-01", "2020-01"),
        (None, "1580428800", ""),
        (None, "2001112233", ""),
        (None, "2001112233123", ""),
        (None, "2020-13-01", ""),
        (None, "May 2020", ""),
    ],
)
def test_months_are_read_from_the_text_or_the_row(read: str | None, row: str, month: str) -> None:
    facts = msgspec.convert(clean("x").sidecar(), Sidecar)
    dated = msgspec.structs.replace(facts, metadata=Metadata(date=read), source=Source(date=row))
    assert month_of(dated) == month


def test_a_column_of_dates_dates_the_report(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.csv").write_text("id,text,published\n1,Rain.,2024-05-06\n2,Sun.,2024-06-07\n", encoding="utf-8")
    (source / "b.jsonl").write_text(json.dumps({"text": "Dry.", "date": "2024-05-01"}) + "\n", encoding="utf-8")
    parquet.write_table(pyarrow.table({"text": ["Wet."], "date": ["2024-06-01"]}), source / "c.parquet")
    clean_dump([source], tmp_path / "out")
    months = summarise(cleaned(tmp_path / "out")).months
    assert {name: group.documents for name, group in months.items()} == {"2024-05": 2, "2024-06": 2}


def test_a_rule_that_takes_several_kinds_says_so() -> None:
    facts = msgspec.convert(clean("x").sidecar(), Sidecar)
    removed = [Removed(0, 1, "ad", "repeats.line", "A"), Removed(1, 2, "nav", "repeats.line", "B")]
    summary = summarise([Cleaned("x", "", msgspec.structs.replace(facts, removed=removed))])
    assert summary.rules["repeats.line"].kind == "several"
    assert {name: hits.kind for name, hits in summary.kinds.items()} == {"ad": "ad", "nav": "nav"}


def test_the_page_gives_each_source_back(tmp_path: Path) -> None:
    page = data_of(render(summarise(cleaned(dump_of(tmp_path))), "out"))
    sources = {d["n"]: "".join(p if isinstance(p, str) else p[2] for p in d["p"]) for d in page["documents"]}
    assert sources["rows.jsonl:3"] == f"{STORY} Boat 2.\n\nAdvertisement\n\nEnd 2."
    assert sources["one.txt"].endswith("All rights reserved.\n")


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7*7 }}{% raw %}",
    "\u2028\u2029\ud800\u202e\x00",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "]]><svg/onload=alert(1)>",
    "</style><style>@import 'http://evil.example/x.css';*{display:none}</style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>",
    "<base href=//evil.example/><meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe><object data=data:text/html,x></object>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\x1b$B<script>alert(1)</script>\x1b(B",
    "\ufeff\ufffe\x7f\x85\u200b<\u0000script>",
    "${alert(1)} #{alert(1)} <%= 7*7 %> {{constructor.constructor('alert(1)')()}} {#x#}",
    "__proto__",
    "constructor",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e \\",
    "</ScRiPt ><ScRiPt>alert(1)//",
    "<a href='java\tscript:alert(1)' style='position:fixed;inset:0'>x</a>",
    "]]>--!></textarea></title></xmp></template><form action=http://evil.example><input autofocus onfocus=alert(1)>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_scraped_ends_the_script_that_holds_it(words: str) -> None:
    held = inert({"x": words})
    assert not re.search(r"[<>&]", held)
    assert json.loads(held) == {"x": words}


def hostile_dump(folder: Path, broken: str) -> Path:
    """A cleaned dump of hostile words wherever words can stand, and a row that is broken behind some more."""
    source = folder / "in"
    source.mkdir()
    with (source / "rows.jsonl").open("w", encoding="utf-8") as file:
        for words in HOSTILE:
            row = {"id": words, "site": words, "url": words, "text": f"{STORY}\n\nAdvertisement\n\n{words}"}
            file.write(json.dumps(row) + "\n")
        file.write(f'{{"{broken}": \n')
    clean_dump([source], folder / "out")
    return folder / "out"


def test_nothing_scraped_is_markup(tmp_path: Path) -> None:
    out = hostile_dump(tmp_path, "<b onclick=alert(1)>")
    page = render(summarise(cleaned(out)), HOSTILE[0])
    elements = _Elements()
    elements.feed(page)
    assert page.count("<script") == page.count("</script>") == 3
    assert elements.names.isdisjoint({"img", "svg", "b", "iframe"})
    assert not {name for name in elements.attributes if name.startswith("on") or name in ("src", "style")}
    assert "49" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL), "no words are a template"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_folder_that_is_no_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no report\.json"):
        list(cleaned(tmp_path))
    done = CliRunner().invoke(cli, ["report", str(tmp_path / "nowhere")])
    assert isinstance(done.exception, InputError)


def test_the_command_writes_one_page(tmp_path: Path) -> None:
    out = dump_of(tmp_path)
    done = CliRunner().invoke(cli, ["report", str(out), "-o", str(tmp_path / "r.html")], catch_exceptions=False)
    assert "14 documents" in done.output
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["'](?!#)""", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL))
