from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cleaner import Cleaner, CleanerError, PackError
from cleaner.errors import InputError
from cleaner.rules.load import builtin_names, load_packs
from cleaner.settings import Settings, find
from tests.test_cli import run

PACK = """
[pack]
name = "mine"

[[rule]]
id = "mine.promo.gazebo"
kind = "promo"
cues = ["^gazebo club"]
match = '''^gazebo club\\b.*$'''
sure = true
why = "Ours."
drops = ["⟦Gazebo club: come in⟧"]
stays = ["The gazebo club met."]
"""
TEXT = "The ferry left.\n\nGazebo club: come in\n\nAdvertisement\n\nIt was late.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "mine.toml").write_text(PACK, encoding="utf-8")
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_the_nearest_file_wins_whole(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.cleaner]\nkeep = ["ad"]\nencoding = "latin-1"\n')
    (project / "deep/.cleaner.toml").write_text('keep = ["byline"]\n')
    (project / "deep/er/pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert find(project / "page.txt").keep == ("ad",)
    found = find(project / "deep/er/none.txt")
    assert (found.keep, found.encoding, found.file) == (("byline",), None, str(project / "deep/.cleaner.toml"))


def test_its_own_file_comes_before_pyproject(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.cleaner]\nkeep = ["ad"]\n')
    (project / ".cleaner.toml").write_text('keep = ["bio"]\n')
    assert find(project).keep == ("bio",)


def test_paths_are_taken_from_the_folder_of_the_file(project: Path) -> None:
    (project / ".cleaner.toml").write_text('packs = ["all", "mine.toml"]\nrepeats = "learnt"\n')
    found = find(project / "deep")
    assert found.packs == ("all", str(project / "mine.toml"))
    assert found.repeats == str(project / "learnt")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pack = []", "did you mean 'packs'"),
        ("file = 'x'", "unknown setting 'file'"),
        ("keep = 'ad'", "Expected `array`"),
        ("keep = [", "not a TOML file"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_its_name(project: Path, content: str, said: str) -> None:
    (project / ".cleaner.toml").write_text(content)
    with pytest.raises(InputError, match=said) as caught:
        find(project)
    assert str(project / ".cleaner.toml") in str(caught.value)


def test_a_tool_table_that_is_none_is_refused(project: Path) -> None:
    (project / "pyproject.toml").write_text("tool = 3\n")
    with pytest.raises(InputError, match=r"pyproject\.toml"):
        find(project)


def test_no_file_means_defaults(project: Path) -> None:
    assert find(project) == Settings()


def test_all_stands_for_what_comes_with_the_package(project: Path) -> None:
    names = [pack.name for pack in load_packs(["all", project / "mine.toml"])]
    assert names == [*builtin_names(), "mine"]


def test_an_installed_pack_is_found_through_its_entry_point(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = project / "gazebo-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gazebo\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[cleaner.packs]\nmine = gazebo:PACK\nbroken = gazebo:NO\nodd = gazebo:ODD\n"
    )
    (project / "gazebo.py").write_text(
        "from pathlib import Path\nPACK = Path(__file__).with_name('mine.toml')\nODD = 3\n"
    )
    monkeypatch.syspath_prepend(str(project))
    try:
        assert "Gazebo" not in Cleaner(packs=["any", "mine"]).clean(TEXT).text
        with pytest.raises(PackError, match="cannot be loaded"):
            load_packs(["broken"])
        with pytest.raises(PackError, match="is no path of a pack file"):
            load_packs(["odd"])
        with pytest.raises(PackError, match="did you mean 'mine'"):
            load_packs(["mien"])
    finally:
        sys.modules.pop("gazebo", None)


def test_commands_follow_settings_and_options_go_before(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".cleaner.toml").write_text('packs = ["any", "mine.toml"]\nkeep = ["ad"]\n')
    monkeypatch.chdir(project)
    assert run("clean", "page.txt", "-o", "out").returncode == 0
    assert (project / "out/page.txt").read_text() == "The ferry left.\n\nAdvertisement\n\nIt was late.\n"
    assert b"gazebo" in run("rules", "list").stdout
    assert b"gazebo" in run("explain", "page.txt").stdout
    assert run("clean", "page.txt", "-o", "out2", "--packs", "any", "-p", "en", "-k", "social").returncode == 0
    assert (project / "out2/page.txt").read_text() == "The ferry left.\n\nGazebo club: come in\n\nIt was late.\n"


def test_settings_that_name_nothing_end_with_two(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".cleaner.toml").write_text('keep = ["adverts"]\n')
    monkeypatch.chdir(project)
    done = run("clean", "page.txt", "-o", "out")
    assert done.returncode == 2
    assert b"neither a kind nor a rule" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_unknown_kind_to_keep_is_refused() -> None:
    with pytest.raises(CleanerError, match="neither a kind nor a rule"):
        Cleaner(keep=["adverts"])
