"""The report: what it counts, what it draws, and that nothing scraped can act in it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from cleaner.cli import cli
from cleaner.dump import clean_dump
from cleaner.dump.back import documents as cleaned
from cleaner.errors import InputError
from cleaner.report.page import inert, render
from cleaner.report.summary import summarise

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
                "text": f"{STORY} {n}\n\nAdvertisement\n\nEnd {n}.",
            }
        )
        for n in range(documents)
    ]
    (source / "rows.jsonl").write_text("\n".join([*rows, "{broken"]), encoding="utf-8")
    (source / "one.txt").write_text(f"{STORY}\n\n© 2021 Harbour Gazette. All rights reserved.\n", encoding="utf-8")
    clean_dump([source], folder / "out")
    return folder / "out"


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
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


def test_the_page_gives_each_source_back(tmp_path: Path) -> None:
    page = data_of(render(summarise(cleaned(dump_of(tmp_path))), "out"))
    documents = page["documents"]
    assert isinstance(documents, list)
    sources = {d["n"]: "".join(p if isinstance(p, str) else p[2] for p in d["p"]) for d in documents}
    assert sources["rows.jsonl:3"] == f"{STORY} 2\n\nAdvertisement\n\nEnd 2."
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
