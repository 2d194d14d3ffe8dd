"""Imports run one way, and the quick paths stay quick."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cleaner"

ORDER = [
    "errors", "settings", "show", "explain", "pages.model", "data", "text", "rules.cache",
    "rules.model", "rules.load", "rules.cues", "rules.languages", "rules.ends", "rules.speech", "rules.views",
    "rules.runs", "rules.needles", "rules.takes", "rules.edges",
    "rules.reading", "rules.match", "rules.cost", "rules.page", "echoes", "headline", "house",
    "crawl.lines", "crawl.features", "crawl.model", "crawl.detect",
    "paint", "weigh", "settle", "people", "metadata",
    "pages.signs", "pages.parse", "pages.lines", "pages.align", "pages.linked", "pages.head",
    "pages.extract", "pages.judge", "pages.prune", "pages.body", "pages.markup", "pages.document",
    "pages.index", "pages.dates", "pages.titles", "pages.bylines", "pages.tags", "pages.credits", "pages.facts",
    "pages.metadata",
    "sidecar", "files", "allow", "repeats", "repeats.blocks", "repeats.thresholds", "repeats.count", "repeats.grade",
    "repeats.join", "repeats.near", "repeats.index", "repeats.store", "repeats.detect", "repeats.learn", "api", "prove",
    "rows", "dump.forms", "dump.streams", "dump.put", "dump.options", "dump.fields", "dump.rows", "dump.split",
    "dump.counts", "dump.bounds", "dump.journal", "dump.judge", "arrow", "dump.sheets", "dump.pool", "dump.plan",
    "dump.remote", "dump.report", "dump.bench", "dump.large", "dump.small",
    "dump.records", "dump.parquet", "dump.warc", "dump.archives",
    "dump.tasks", "dump.engine", "dump.learning", "dump.passes", "dump",
    "dump.store", "dump.back",
    "markdown", "reading", "places", "beside", "check",
    "report.excerpt", "report.summary", "report.page", "report.review", "report.serve",
    "cli.options", "cli.formats", "cli.preview", "cli.clean", "cli.check", "cli.restore", "cli.explain", "cli.rules",
    "cli.report", "cli.learn",
    "cli", "__main__",
]  # fmt: skip
"""The house from the ground up: a module may import what stands before it, never what stands after."""

MODULES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
    if path.read_text(encoding="utf-8").count("\n") > 1 and path != PACKAGE / "__init__.py"
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cleaner"):
            names.add((node.module or "").removeprefix("cleaner").removeprefix("."))
        if isinstance(node, ast.Import):
            names |= {a.name.removeprefix("cleaner.") for a in node.names if a.name.startswith("cleaner")}
    return names - {""}


def test_every_module_has_its_place() -> None:
    assert set(MODULES) == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_imports_run_downwards_only(name: str) -> None:
    below = set(ORDER[: ORDER.index(name)])
    assert imported(MODULES[name]) <= below


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


def test_importing_the_package_loads_none_of_it() -> None:
    assert not {name for name in loaded_by("import cleaner") if name.startswith("cleaner.")}
    assert "regex" not in loaded_by("import cleaner")


def test_cleaning_a_text_loads_nothing_heavy() -> None:
    code = "from cleaner import clean; assert clean('Rain.\\n\\nAdvertisement\\n\\nSun.').removed"
    heavy = {
        "trafilatura",
        "lxml",
        "rich",
        "duckdb",
        "pyarrow",
        "dateparser",
        "charset_normalizer",
        "click",
        "numpy",
    }
    assert not heavy & loaded_by(code)


def test_all_public_names_are_there() -> None:
    import cleaner

    assert {name for name in cleaner.__all__ if getattr(cleaner, name, None) is None} == set()
    assert set(cleaner.__all__) <= set(dir(cleaner))
    with pytest.raises(AttributeError, match="has no attribute 'celan'"):
        _ = cleaner.celan
