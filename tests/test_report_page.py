"""The report in a real browser: what it shows, what the keys do, and that nothing scraped can act in it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cleaner.dump.back import documents as cleaned
from cleaner.report.page import Block, render
from cleaner.report.review import load, save
from cleaner.report.serve import Server
from cleaner.report.summary import summarise
from tests.test_report import HOSTILE, STORY, dump_of, hostile_dump, long_dump

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium; tests/check.sh installs it where it can"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
    page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: request.url.startswith("http:") or troubles.append(request.url)
            if not request.url.startswith(("file:", "blob:", "http://127.0.0.1")) else None)  # fmt: skip
    yield page
    page.close()
    assert troubles == []


def written(out: Path, blocks: Sequence[Block] = (), verdicts: Mapping[str, str] | None = None) -> str:
    """The address of a report."""
    file = out / "report.html"
    file.write_text(render(summarise(cleaned(out)), "a dump", blocks, verdicts), encoding="utf-8")
    return file.as_uri()


def opened(page: Page, out: Path) -> Page:
    page.goto(written(out))
    page.wait_for_selector("#list li")
    return page


def test_a_document_is_shown_before_and_after(page: Page, tmp_path: Path) -> None:
    opened(page, dump_of(tmp_path))
    page.fill("#f-text", "rows.jsonl:3")
    expect(page.locator("#list li")).to_have_count(1)
    assert page.text_content("#after") == f"{STORY} Boat 2.\n\nEnd 2."
    assert page.locator("#before del").all_text_contents() == ["adAdvertisement\n\n"]
    page.hover("#before del")
    assert "en.ad.marker" in (page.text_content("#inspector") or "")


def test_filters_and_keys(page: Page, tmp_path: Path) -> None:
    opened(page, dump_of(tmp_path))
    assert page.text_content("#count") == "14 of 14 shown"
    page.select_option("#f-status", "failed")
    assert page.text_content("#count") == "1 of 14 shown"
    page.select_option("#f-status", "")
    page.select_option("#f-kind", "ad")
    page.select_option("#f-site", "b.example.org")
    assert page.text_content("#count") == "6 of 14 shown"
    page.locator("#documents-title").click()
    first = page.text_content("#view-name")
    page.keyboard.press("j")
    assert page.text_content("#view-name") != first
    page.keyboard.press("k")
    assert page.text_content("#view-name") == first
    page.keyboard.press("/")
    page.keyboard.type("nowhere to be found")
    page.wait_for_selector("text=Nothing fits the filter")


def test_a_review_is_saved_as_a_file_that_can_be_read(page: Page, tmp_path: Path) -> None:
    opened(page, dump_of(tmp_path))
    page.select_option("#rule-table select >> nth=0", "keep")
    page.select_option("#f-kind", "ad")
    page.locator("#documents-title").click()
    page.keyboard.press("n")
    page.keyboard.press("x")
    assert "2 verdicts" in (page.text_content("#review-state") or "")
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(tmp_path / "review.json")
    verdicts = load(tmp_path / "review.json")
    assert sorted(key.split()[0] for key in verdicts) == ["rule", "stretch"]
    assert set(verdicts.values()) == {"keep"}


def test_what_was_decided_is_listed_and_can_be_withdrawn(page: Page, tmp_path: Path) -> None:
    out = dump_of(tmp_path)
    save(out, {"rule en.promo.gone": "keep", "stretch en.ad.marker 0123456789abcdef": "keep"})
    page.goto(written(out, verdicts=load(out)))
    rows = page.locator("#verdict-table tbody tr")
    assert rows.count() == 2
    assert page.is_disabled("#save")
    rows.filter(has_text="en.promo.gone").get_by_role("button", name="Withdraw").click()
    expect(rows.filter(has_text="en.promo.gone")).to_contain_text("withdrawn")
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(tmp_path / "review.json")
    assert load(tmp_path / "review.json") == {"stretch en.ad.marker 0123456789abcdef": "keep"}
    expect(rows).to_have_count(1)


def test_what_is_decided_now_is_listed_in_its_words(page: Page, tmp_path: Path) -> None:
    opened(page, dump_of(tmp_path))
    assert page.is_hidden("#verdicts")
    page.select_option("#f-kind", "ad")
    page.locator("#documents-title").click()
    page.keyboard.press("n")
    page.keyboard.press("x")
    row = page.locator("#verdict-table tbody tr")
    expect(row).to_contain_text("en.ad.marker: Advertisement")
    assert page.locator("#before del.kept").count() == 1
    row.get_by_role("button").click()
    assert page.locator("#before del.kept").count() == 0
    assert page.is_disabled("#save")


def test_long_tables_are_filled_as_far_as_they_are_looked_at(page: Page, tmp_path: Path) -> None:
    out = dump_of(tmp_path)
    blocks = [Block(f"a.example {n:016x}", "a.example", 9, 0.9, f"Block {n} of it", "repeated") for n in range(250)]
    page.goto(written(out, blocks))
    rows = page.locator("#block-table tbody tr")
    assert rows.count() == 100
    page.locator("#blocks").get_by_role("button", name="Show more").click()
    assert rows.count() == 200
    page.fill("#block-search", "block 249")
    assert rows.count() == 1
    page.select_option("#block-table select", "keep")
    page.fill("#block-search", "")
    assert rows.count() == 100
    page.fill("#block-search", "block 249")
    assert page.input_value("#block-table select") == "keep"
    expect(page.locator("#verdict-table tbody tr")).to_contain_text("Block 249 of it")


def test_what_is_not_shown_of_a_long_text_is_said_on_both_sides(page: Page, tmp_path: Path) -> None:
    opened(page, long_dump(tmp_path, 100_000, STORY))
    for pane in ("#before", "#after"):
        expect(page.locator(f"{pane} .gap").first).to_contain_text("not shown")
    expect(page.locator("#before del").first).to_have_attribute("title", re.compile("^(ad|notice): "))


def test_on_a_phone_a_document_that_is_chosen_comes_into_sight(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    opened(page, dump_of(tmp_path))
    page.locator("#list button").nth(1).click()
    expect(page.locator("#view-name")).to_be_in_viewport()
    expect(page.locator("#before del").first).to_be_in_viewport()
    assert page.evaluate("document.getElementById('rule-table').scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_its_window(page: Page, tmp_path: Path, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    block = Block(f"a.example {1:016x}", "a.example", 9, 0.9, "What it says on each page", "repeated")
    page.goto(written(dump_of(tmp_path), [block], {"rule en.promo.gone": "keep"}))
    page.locator("details").first.locator("summary").click()
    page.select_option("#f-kind", "ad")
    page.locator("#before .label").first.click()
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["impact"]) for v in found if v["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_scraped_acts(page: Page, tmp_path: Path) -> None:
    out = hostile_dump(tmp_path, "<img src=x onerror=alert(1)>")
    blocks = [Block(words, words, 9, 0.9, words, words) for words in HOSTILE]
    decided = {f"{subject} {words}": words for subject in ("block", "stretch en.x", "rule") for words in HOSTILE}
    file = out / "report.html"
    file.write_text(render(summarise(cleaned(out)), HOSTILE[0], blocks, decided), encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_selector("#list li")
    elements = "img, svg, b, iframe, object, base, math, animate, body a:not(.skip, nav a), body style, body script"
    allowed = page.locator("body script").count()
    for number in range(page.locator("#list li").count()):
        page.locator("#list li button").nth(number).click()
        for label in page.locator("#before .label").all():
            label.click()
    for words in HOSTILE:
        page.fill("#f-text", words)
        page.select_option("#f-site", index=1)
    page.locator("details summary").first.click()
    page.click("#theme")
    assert page.locator(elements).count() == allowed == 3
    assert page.locator("form").count() == 1
    assert page.locator("[onclick], [onerror], [onload], [onfocus], [style*=fixed]").count() == 0
    assert page.locator("#verdict-table tbody tr").count() >= len(HOSTILE)
    assert page.title() == f"{HOSTILE[0]} – cleaner report"
    assert page.evaluate("[Object.keys({}).length, ({}).polluted, location.protocol]") == [0, None, "file:"]


def test_the_policy_stops_what_gets_in_all_the_same(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser.new_page(), dump_of(tmp_path))
    refused = page.evaluate("""() => new Promise((done) => {
      const seen = [];
      document.addEventListener('securitypolicyviolation', (event) => {
        seen.push(event.effectiveDirective);
        if (seen.includes('img-src') && seen.includes('script-src-attr')) done(seen);
      });
      document.body.insertAdjacentHTML('beforeend', '<img src="x"><p onclick="window.acted = 1">x</p>');
      document.body.lastChild.click();
    })""")
    assert "script-src-attr" in refused
    assert page.evaluate("window.acted") is None
    page.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    out = dump_of(tmp_path)
    with Server(lambda verdicts: save(out, verdicts)) as server:
        page = render(summarise(cleaned(out)), "a dump", serve=server.token).encode()
        server.page = lambda: page
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server, out
        server.shutdown()


def test_a_review_is_saved_in_place(page: Page, server: tuple[Server, Path]) -> None:
    served, out = server
    page.goto(served.url)
    page.select_option("#rule-table select >> nth=0", "keep")
    page.click("#save")
    page.wait_for_selector("text=Saved 1 verdicts in review.json")
    assert list(load(out).values()) == ["keep"]


def test_strangers_are_turned_away(server: tuple[Server, Path]) -> None:
    served, out = server
    base = f"http://{served.host}/"
    good = {"X-Cleaner-Token": served.token}
    tries = [
        Request(base),
        Request(f"{base}wrong/"),
        Request(served.url, headers={"Host": "evil.example"}),
        Request(f"{served.url}review", data=b"{}"),
        Request(f"{served.url}review", data=b"{}", headers={"X-Cleaner-Token": "wrong"}),
        Request(f"{served.url}review", data=b"{}", headers={**good, "Host": "evil.example"}),
    ]
    for number, asked in enumerate(tries):
        with pytest.raises(HTTPError) as refused:
            urlopen(asked)
        assert refused.value.code == 403, number
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{served.url}review", data=b'{"rule x": "burn"}', headers=good))
    assert refused.value.code == 500
    assert not (out / "review.json").exists()
