"""Our own articles, each with what must come out. `pytest --rewrite` would hide mistakes, so there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleaner import Cleaner, Result, restore

ROOT = Path(__file__).parent.parent
FIXTURES = sorted(path for path in (ROOT / "fixtures").iterdir() if path.is_dir())
SEED = ROOT / "seeds" / "000_8856090e095b15c2.txt"


def told(result: Result) -> dict[str, Any]:
    """What a fixture's expected.json says of a result."""
    sidecar = result.sidecar()
    said = {
        "status": result.status,
        "metadata": {k: v for k, v in sidecar["metadata"].items() if k != "sources"},
    }
    if result.reason:
        said["reason"] = result.reason
    said["removed"] = [[s.kind, result.source[s.start : s.end].strip()] for s in result.removed]
    return said


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner()


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda folder: folder.name)
def test_fixture(cleaner: Cleaner, folder: Path) -> None:
    page = folder / "source.html"
    if page.exists():
        result = cleaner.clean(html=page.read_bytes())
    else:
        result = cleaner.clean((folder / "source.txt").read_bytes().decode("utf-8"))
    assert result.text == (folder / "expected.txt").read_bytes().decode("utf-8")
    assert told(result) == json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def test_the_seed_comes_out_right(cleaner: Cleaner) -> None:
    source = SEED.read_bytes().decode("utf-8")
    result = cleaner.clean(source)
    paragraphs = result.text.split("\n\n")
    assert len(paragraphs) == 6
    assert paragraphs[0].startswith("Ukraine and the Czech Republic signed")
    assert paragraphs[-1].endswith("received a new head.")
    assert result.status == "cleaned"
    assert result.metadata.date == "2023-07-07"
    assert [(c.name, c.person, c.agency) for c in result.metadata.credits] == [
        ("Oleksandr Kamyshin/Facebook", "Oleksandr Kamyshin", "Facebook")
    ]
    assert result.metadata.tags == ["Ukrainian defense industry"]
    removed = [(s.kind, source[s.start : s.end].strip()) for s in result.removed]
    assert [kind for kind, _ in removed] == ["date", "credit", "related", "appeal", "tags"]
    assert removed[0][1] == "date 2023-07-07"
    assert removed[1][1] == "Credit: Oleksandr Kamyshin/Facebook"
    assert removed[2][1] == "Related:"
    assert removed[3][1].startswith("You could close this page.")
    assert removed[3][1].endswith("Become a patron or see other ways to")
    assert removed[4][1] == "Tags: Ukrainian defense industry"
    assert restore(result.text, result.sidecar()) == source
