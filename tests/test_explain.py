"""The explanation: what left and why, what was nearly removed and what saved it, as data and to look at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cleaner import Cleaner, clean

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


def test_what_was_nearly_removed_and_what_saved_it() -> None:
    text = (
        "The story.\n\n"
        + "x" * 700
        + ".\n\nIn lieu of flowers, donations may be made to the hospice.\n\n"
        + "y" * 700
        + "."
    )
    saved = CLEANER.explain(CLEANER.clean(text)).saved
    assert all(text[one.start : one.end] == one.text for one in saved)
    kept = Cleaner(packs=["any", "en"], keep=["ad"])
    stays = {(one.rule, one.because) for one in kept.explain(kept.clean(TEXT)).saved}
    assert ("en.ad.marker", "settings") in stays


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
