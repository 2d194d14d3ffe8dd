"""A review from the click in the page to the next run: served, saved in place, obeyed; and handed over as a file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from cleaner.cli import cli
from cleaner.errors import OutputError
from cleaner.repeats.store import review as blocks_of
from cleaner.report.review import save
from tests.test_repeats import FURNITURE, STORIES
from tests.test_report_page import browser, page, pytestmark

__all__ = ["browser", "page", "pytestmark"]  # what the tests here ask for by name
FOLLOW = "Join our Telegram channel for updates."


def cleaned(folder: Path, *more: str) -> dict[str, str]:
    """Cleans the dump in a folder, again if it was cleaned already, and gives the texts by their ids."""
    done = CliRunner().invoke(
        cli, ["clean", str(folder / "in"), "-o", str(folder / "out"), "-w", "1", "-q", *more], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in (folder / "out/rows.jsonl").read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row["text"] for row in rows}


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A dump of one site that says the same on each page, and of which two pages say more."""
    (tmp_path / "in").mkdir()
    said = {1: ["Advertisement"], 2: ["Advertisement"], 3: [FOLLOW]}
    rows = [
        {
            "id": str(n),
            "url": f"https://a.example/{n}",
            "note": "-" * 4_000,  # a dump of a few bytes is not worth learning from
            "text": "\n\n".join([FURNITURE, STORIES[n], *said.get(n, ()), STORIES[n].replace("nobody", "everybody")]),
        }
        for n in range(30)
    ]
    (tmp_path / "in/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


@pytest.fixture
def served(dump: Path) -> Iterator[str]:
    """The address of the report that `cleaner report --serve` shows."""
    first = cleaned(dump)
    assert not any(word in text for text in first.values() for word in (FURNITURE, "Advertisement", FOLLOW))
    # A shell's background jobs, as these tests may be, ignore Ctrl-C and hand that down.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-u", "-c", f"{heard}; from cleaner.cli import main; main()"]
    with subprocess.Popen(  # noqa: S603
        [*command, "report", str(dump / "out"), "--serve"], stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        try:
            yield serving.stdout.readline().strip()
            serving.send_signal(signal.SIGINT)
            assert serving.wait(20) == 0
        finally:
            serving.kill()  # or a server that does not end would hold the tests up for good


def test_what_is_decided_in_the_page_is_obeyed_by_the_next_run(page: Page, dump: Path, served: str) -> None:
    page.goto(served)
    page.select_option("select[aria-label='Verdict on en.social.follow']", "keep")
    page.locator("#block-table tr", has_text=FURNITURE).locator("select").select_option("keep")
    page.select_option("#f-rule", "en.ad.marker")
    expect(page.locator("#list li")).to_have_count(2)
    page.locator("#list button").first.click()
    page.locator("#before .label", has_text="ad").click()
    page.click("#save")
    page.wait_for_selector("text=Saved 3 verdicts")
    page.reload()
    expect(page.locator("#verdict-table tbody tr")).to_have_count(3)

    kept = cleaned(dump)
    assert all(text.startswith(FURNITURE) for text in kept.values())
    assert FOLLOW in kept["3"]
    assert "Advertisement" in kept["1"], "the same words by the same rule are the same hit"
    assert "Advertisement" in kept["2"]


def test_what_is_withdrawn_leaves_again(page: Page, dump: Path) -> None:
    first = cleaned(dump)
    file = dump / "review.json"
    (block,) = [one for one in blocks_of(dump / "out/repeats") if FURNITURE.startswith(one.example[:40])]
    name = f"block {block.name}"
    file.write_text(json.dumps({"rule en.social.follow": "keep", name: "keep"}), encoding="utf-8")
    kept = cleaned(dump, "--review", str(file))
    assert FOLLOW in kept["3"]
    assert kept["5"].startswith(FURNITURE)
    assert cleaned(dump, "--review", str(file)) == kept
    CliRunner().invoke(cli, ["report", str(dump / "out")], catch_exceptions=False)
    page.goto((dump / "out/report.html").as_uri())
    for row in (name.split()[-1], "en.social.follow"):
        page.locator(f"#verdict-table tr[data-key$='{row}']").get_by_role("button", name="Withdraw").click()
    with page.expect_download() as download:
        page.click("#save")
    expect(page.locator("#verdicts")).to_be_hidden()
    download.value.save_as(file)
    assert cleaned(dump, "--review", str(file)) == first


def test_what_was_decided_on_one_run_holds_for_another_folder(dump: Path) -> None:
    cleaned(dump)
    (block,) = [one for one in blocks_of(dump / "out/repeats") if FURNITURE.startswith(one.example[:40])]
    file = dump / "review.json"
    file.write_text(json.dumps({f"block {block.name}": "keep"}), encoding="utf-8")
    (dump / "out").rename(dump / "before")
    assert cleaned(dump, "--review", str(file))["5"].startswith(FURNITURE)


def test_other_settings_are_refused_as_before(dump: Path) -> None:
    cleaned(dump)
    save(dump / "out", {"rule en.social.follow": "keep"})
    with pytest.raises(OutputError, match="sidecar"):
        cleaned(dump, "--sidecar", "none")
