"""`cleaner check` against what files can be: accepted findings, sidecars twice over, odd bytes, names, places."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner, Document, InputError, allow, restore
from cleaner.allow import Allow, Entry, entry_of
from cleaner.check import Checked, Choice, check, check_file, files_in, stale
from cleaner.cli import formats
from cleaner.settings import Settings
from tests.strategies import pages

STORY = "The ferry left the old pier at dawn with nine people and a piano on board."
AD = f"{STORY}\n\nAdvertisement\n\nIt was late.\n"
CLEAN = f"{STORY}\n\nIt was late.\n"
FIX = Choice(fix=True, sidecar="none")
BESIDE = Choice(fix=True)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Settings and accepted findings are read once for a folder; tests write them as they go."""
    from cleaner import check as module

    allow.find.cache_clear()
    module._settings.cache_clear()


def run(folder: Path, *args: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from cleaner.cli import main; main()", "check", *map(str, args)]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, env={**os.environ, **environment})  # noqa: S603


# Accepted findings


CLEANER = Cleaner(packs=["any", "en"])


@settings(max_examples=150, deadline=None)
@given(pages(), st.data())
def test_what_is_accepted_stays_and_the_rest_leaves_for_good(text: str, data: st.DataObject) -> None:
    found = CLEANER.judge(Document(text)).removed
    entries = [entry_of(span.rule, text[span.start : span.end]) for span in found]
    chosen = data.draw(st.sets(st.sampled_from(entries))) if entries else set()
    accepted = Allow(Path("x"), dict.fromkeys(chosen, ""))
    met: set[Entry] = set()
    result = CLEANER.judge(Document(text), through=allow.through(accepted, met))
    assert met <= chosen
    assert not {entry_of(s.rule, text[s.start : s.end]) for s in result.removed} & chosen
    assert restore(result.text, result.sidecar()) == text
    again = CLEANER.judge(Document(result.text), through=allow.through(accepted, set()))
    assert again.text == result.text


def test_an_accepted_line_does_not_run_into_the_next() -> None:
    text = f"{STORY}\n\nAdvertisement\n\nShare this:\n\n{STORY} Nobody had expected it.\n"
    for words in ("Advertisement", "Share this:"):
        (span,) = (s for s in CLEANER.clean(text).removed if text[s.start : s.end].strip() == words)
        accepted = Allow(Path("x"), {entry_of(span.rule, words): ""})
        left = CLEANER.judge(Document(text), through=allow.through(accepted, set())).text
        assert left == f"{STORY}\n\n{words}\n\n{STORY} Nobody had expected it.\n"


def test_a_finding_is_known_by_its_words_and_not_by_its_blanks_case_or_marks() -> None:
    one = entry_of("r", "Share this, café\n")
    assert one == entry_of("r", "  share\tTHIS,\r\n" + unicodedata.normalize("NFD", "café"))
    assert one != entry_of("r", "Share that, café")
    assert one != entry_of("s", "Share this, café")
    entry_of("r", "\ud800")


def test_a_line_of_the_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / allow.FILE).write_text("# fine\n\nen.ad.marker nothex reason\n")
    (tmp_path / "a.txt").write_text(AD)
    checked = check_file(tmp_path / "a.txt", FIX)
    assert f"{allow.FILE}:3: not `rule hash reason`" in checked.failures[0]
    assert (tmp_path / "a.txt").read_text() == AD


def test_updating_keeps_comments_order_and_reasons(tmp_path: Path) -> None:
    file = tmp_path / allow.FILE
    ad, share = entry_of("en.ad.marker", "Advertisement"), entry_of("x", "y")
    file.write_text(f"# ours\r\n{share.rule} {share.hash} gone\n\n{ad.rule}   {ad.hash}\ta reason\n", newline="")
    new = Entry("a.b.c", "0" * 16)
    allow.update(file, {new: "new", ad: "another"}, [share])
    assert file.read_text() == f"# ours\n\n{ad.rule}   {ad.hash}\ta reason\na.b.c {'0' * 16} new\n"
    assert allow.read(file) == {ad: "a reason", new: "new"}


def test_stale_is_said_only_where_all_was_checked(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(CLEAN)
    (tmp_path / "b.txt").write_text(CLEAN)
    gone = entry_of("en.ad.marker", "Advertisement")
    (tmp_path / allow.FILE).write_text(f"{gone.rule} {gone.hash} x\n")

    def said(*paths: Path) -> list[list[Entry]]:
        return list(stale(paths, list(check(files_in(paths), Choice()))).values())

    assert said(tmp_path) == [[gone]]
    assert said(tmp_path / "in") == []
    assert said(tmp_path / "in/a.txt", tmp_path / "b.txt") == []
    (tmp_path / "in/a.txt").write_text(AD)
    assert said(tmp_path) == []
    (tmp_path / "in/a.txt").write_bytes(bytes(range(256)))
    assert said(tmp_path) == []


def test_the_file_is_made_beside_the_settings_or_at_the_root_of_git(tmp_path: Path) -> None:
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/deep").mkdir()
    (tmp_path / "repo/deep/a.txt").write_text(AD)
    assert run(tmp_path, "--update-allow", "repo/deep").returncode == 0
    assert (tmp_path / "repo" / allow.FILE).is_file()
    assert run(tmp_path, "repo/deep").returncode == 0
    (tmp_path / "repo/deep/.cleaner.toml").write_text("")
    (tmp_path / "repo" / allow.FILE).unlink()
    run(tmp_path, "--update-allow", "repo/deep")
    assert (tmp_path / "repo/deep" / allow.FILE).is_file()


@pytest.mark.parametrize(
    "args",
    [
        ["--update-allow", "--fix"], ["--reason", "x"], ["--update-allow", "--reason", "a\nb"], ["--sidecar", "none"],
        ["--diff", "--format", "json"], ["--packs", "enn"], ["--keep", "adverts"], ["--encoding", "klingon"],
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_message(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "a.txt").write_text(AD)
    done = run(tmp_path, *args, "a.txt")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr
    assert (tmp_path / "a.txt").read_text() == AD
    assert not (tmp_path / allow.FILE).exists()


# Sidecars


def test_a_second_fix_of_an_untouched_file_takes_in_the_first_sidecar(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    source = f"By Ann Lee\n\n{STORY}\n\nAdvertisement\n\nIt was late.\n\nShare this:\n"
    file.write_text(source)
    check_file(file, Choice(fix=True, keep=("byline", "social")))
    first = file.read_text()
    assert "Advertisement" not in first
    assert "By Ann Lee" in first
    check_file(file, BESIDE)
    sidecar = json.loads((tmp_path / "a.json").read_bytes())
    assert restore(file.read_text(), sidecar) == source
    assert sidecar["metadata"]["authors"] == ["Ann Lee"]
    (place,) = sidecar["metadata"]["sources"]["authors"]
    assert source[place["start"] : place["end"]] == "Ann Lee"
    assert not (tmp_path / "a.json.1").exists()


def test_a_fix_after_an_edit_moves_the_old_sidecar_aside(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(AD)
    check_file(file, BESIDE)
    once = file.read_text()
    file.write_text(f"{once}\nShare this:\n")
    check_file(file, BESIDE)
    assert restore(once, (tmp_path / "a.json.1").read_bytes()) == AD
    assert restore(file.read_text(), (tmp_path / "a.json").read_bytes()) == f"{once}\nShare this:\n"


def test_a_file_that_is_no_sidecar_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    (tmp_path / "a.json").write_text('{"mine": true}')
    checked = check_file(tmp_path / "a.txt", BESIDE)
    assert "is no sidecar" in checked.failures[0]
    assert (tmp_path / "a.txt").read_text() == AD
    assert (tmp_path / "a.json").read_text() == '{"mine": true}'


def test_sidecars_of_rows_stand_row_by_row(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    rows = [b'{"id":7,"text":"' + json.dumps(AD)[1:-1].encode() + b'"}\r\n', b"\r\n", b"{broken\n", b'{"text":"Dry."}']
    file.write_bytes(b"".join(rows))
    checked = check_file(file, BESIDE)
    assert [(f.line, f.id) for f in checked.findings] == [(1, "7")]
    assert [f.partition(":")[0] for f in checked.failures] == ["line 3"]
    left = file.read_bytes().splitlines(keepends=True)
    assert left[1:] == rows[1:]
    assert json.loads(left[0]) == {"id": 7, "text": CLEAN}
    assert left[0].endswith(b"}\r\n")
    sidecars = [json.loads(line) for line in (tmp_path / "a.meta.jsonl").read_bytes().splitlines()]
    assert [one["status"] for one in sidecars] == ["cleaned", "failed", "failed", "unchanged"]
    assert restore(CLEAN, sidecars[0]) == AD


@pytest.mark.parametrize("name", ["a.txt", "b.md", "c.jsonl"])
def test_what_was_fixed_in_place_is_restored_by_the_command(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    source = AD if name != "c.jsonl" else json.dumps({"text": AD, "n": 1}) + "\n"
    (folder / name).write_text(source)
    check_file(folder / name, BESIDE)
    assert (folder / name).read_text() != source
    command = [sys.executable, "-c", "from cleaner.cli import main; main()", "restore", f"corpus/{name}", "-o", "back"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    back = (tmp_path / "back/corpus" / name).read_text()
    assert back == source if name != "c.jsonl" else json.loads(back) == json.loads(source)


def test_the_settings_say_where_sidecars_go(tmp_path: Path) -> None:
    (tmp_path / ".cleaner.toml").write_text('sidecar = "left/over"\n')
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.md").write_text(AD)
    check_file(tmp_path / "in/a.md", BESIDE)
    assert restore((tmp_path / "in/a.md").read_text(), (tmp_path / "left/over/in/a.md.json").read_bytes()) == AD


# Bytes and places


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "shift_jis"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_encoding_and_line_ends_stay(tmp_path: Path, encoding: str, end: str, last: bool) -> None:
    word = {"cp1251": "поздно", "shift_jis": "船は夜明けに港を出た"}.get(encoding, "spät – 船")
    text, left = (whole.replace("late", word)[: None if last else -1].replace("\n", end) for whole in (AD, CLEAN))
    file = tmp_path / "a.txt"
    file.write_bytes(text.encode(encoding))
    given = encoding if encoding in ("cp1251", "shift_jis") else None
    checked = check_file(file, Choice(fix=True, sidecar="none", encoding=given))
    assert file.read_bytes() == left.encode(encoding)
    assert [(f.line, f.column, f.end_line, f.end_column) for f in checked.findings] == [(3, 1, 3, 14)]
    before = file.stat()
    assert not check_file(file, Choice(fix=True, sidecar="none", encoding=given)).findings
    assert file.stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b" \r\n\t"])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
def test_a_file_of_nothing_is_clean(tmp_path: Path, data: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(data)
    checked = check_file(tmp_path / name, BESIDE)
    assert not checked.findings
    assert (tmp_path / name).read_bytes() == data
    assert os.listdir(tmp_path) == [name]


def test_a_link_goes_on_pointing_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(AD)
    (tmp_path / "link.txt").symlink_to("real.txt")
    check_file(tmp_path / "link.txt", FIX)
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == CLEAN


def test_a_file_that_changes_meanwhile_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner import check as module

    file = tmp_path / "a.txt"
    file.write_text(AD)
    read = module.read_bytes
    monkeypatch.setattr(module, "read_bytes", lambda path: (read(path), file.write_text(f"{AD}More.\n"))[0])
    assert "changed by another" in check_file(file, FIX).failures[0]
    assert file.read_text() == f"{AD}More.\n"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_folders_give_what_is_text_and_nothing_hidden(tmp_path: Path) -> None:
    for name in ("a.TXT", "b.md", "c.py", ".d.txt", ".git/e.txt", "f/g.jsonl", "f/h.htm", "f/i.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(CLEAN)
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [path.relative_to(tmp_path).as_posix() for path in files_in([tmp_path, tmp_path / "f"])]
    assert found == ["a.TXT", "b.md", "f/g.jsonl", "f/h.htm"]
    assert files_in([tmp_path / "c.py", tmp_path / "f/../c.py"]) == [tmp_path / "c.py"]
    with pytest.raises(InputError, match="no such file"):
        files_in([tmp_path / "nowhere"])


# Settings


@pytest.mark.parametrize(
    ("site", "path", "found"),
    [
        (None, "a/b.txt", None), ("example.org", "a/b.txt", "example.org"),
        ("*", "a/b.txt", "a"), ("*", "b.txt", None), ("data/*", "other/x/b.txt", None), ("data/*", "data/b.txt", None),
        ("data/*", "data/x.example/2024/b.txt", "x.example"), ("*", "søle x/b.txt", "søle x"),
        ("*/news", "x/news/b.txt", "x"), ("*/news", "x/sport/b.txt", None), ("*", "../b.txt", None),
    ],
)  # fmt: skip
def test_the_site_is_read_from_the_folder(tmp_path: Path, site: str | None, path: str, found: str | None) -> None:
    given = Settings(site=site, file=str(tmp_path / "here" / ".cleaner.toml"))
    assert given.site_of(tmp_path / "here" / os.path.normpath(path)) == found


def test_rules_of_a_site_hold_in_its_folder_alone(tmp_path: Path) -> None:
    (tmp_path / ".cleaner.toml").write_text('packs = ["own.toml"]\nsite = "*"\n')
    (tmp_path / "own.toml").write_text(
        '[pack]\nname="own"\n[[rule]]\nid="own.promo.lamp"\nkind="promo"\nsites=["harbour.example"]\nsure=true\n'
        'cues=["lamp club"]\nmatch="^the lamp club.*$"\nwhy="x"\ndrops=["⟦The lamp club meets⟧"]\nstays=["A lamp."]\n'
    )
    for folder in ("harbour.example", "valley.example"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"{STORY}\n\nThe lamp club meets\n")
    found = [one.path for one in check(files_in([tmp_path]), Choice()) if one.findings]
    assert found == [str(tmp_path / "harbour.example/a.txt")]


def sentence_of(number: int) -> str:
    """A sentence that shares few words with the others."""
    things = ["boats", "lamps", "ropes", "gulls", "barrels", "letters"]
    return " ".join(f"{thing}{chr(97 + number % 26)}{chr(97 + number // 26)}" for thing in things).capitalize() + "."


def test_a_committed_folder_of_repeats_is_used(tmp_path: Path) -> None:
    from cleaner.dump.learning import learn
    from cleaner.dump.options import Options

    block = "Readers of the Lantern keep its lamps lit through the long winter nights, year after year."
    rows = [
        {
            "site": "lantern.example",
            "text": f"{sentence_of(number)}\n\n{block}\n\n{sentence_of(number + 100)}",
        }
        for number in range(48)
    ]
    (tmp_path / "dump.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    learn([tmp_path / "dump.jsonl"], tmp_path / "repo/repeats", Options(), scratch=tmp_path / "scratch", workers=1)
    (tmp_path / "repo/.cleaner.toml").write_text('repeats = "repeats"\nsite = "*"\n')
    (tmp_path / "repo/lantern.example").mkdir()
    file = tmp_path / "repo/lantern.example/new.txt"
    file.write_text(f"{STORY}\n\nIt was late.\n\n{block}\n")
    (finding,) = check_file(file, FIX).findings
    assert finding.text == block
    assert block not in file.read_text()


# What is said


HOSTILE = "\x1b]0;own\x07\x1b[31m\u202eAdvertisement\n::error::x\r\n<script>alert(1)</script>%0A"


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_hostile_names_and_words_act_nowhere(tmp_path: Path, form: str) -> None:
    for name in (b"a\n::error::b.txt", b"\x1b[31mred.txt", b"\xff\xfe.txt", "søle %0A,:.txt".encode(), b"-rf.txt"):
        path = os.path.join(os.fsencode(tmp_path), name)
        with open(path, "wb") as file:
            file.write(
                f"{STORY}\n\nShare this: {HOSTILE}\n\nSign up for our newsletter. \x1b[0m\n\nAdvertisement\n".encode()
            )
    done = run(tmp_path, "--format", form, ".", PYTHONIOENCODING="utf-8")
    assert done.returncode == 1
    said = done.stdout.decode("utf-8")
    assert b"Traceback" not in done.stderr
    if form in ("text", "github"):
        assert "\x1b" not in said
        assert "\x07" not in said
        assert "\u202e" not in said
        start = "::warning " if form == "github" else "./" if said.startswith("./") else ""
        assert all(line.startswith(start) for line in said.splitlines())
        assert not any(line.startswith("::error") for line in said.splitlines())
    else:
        json.loads(said)
    if form == "sarif":
        uris = {
            r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for r in json.loads(said)["runs"][0]["results"]
        }
        assert "%FF%FE.txt" in uris
        assert "a%0A%3A%3Aerror%3A%3Ab.txt" in uris


def test_a_name_that_looks_like_an_option_is_a_name(tmp_path: Path) -> None:
    names = ["-rf.txt", "--sidecar=x.txt", "--fix.txt", "-kad.txt"]
    for name in names:
        (tmp_path / name).write_text(AD)
    done = run(tmp_path, "--fix", "--sidecar", "none", *names)
    assert done.returncode == 1, done.stderr
    assert sorted(os.listdir(tmp_path)) == sorted(names)
    assert {(tmp_path / name).read_text() for name in names} == {CLEAN}
    assert run(tmp_path, "--", *names).returncode == 0


# The parts of the SARIF 2.1.0 schema that code hosts insist on, in our words.
SARIF = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name", "rules"]}}},
                    "invocations": {"items": {"required": ["executionSuccessful"]}},
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "locations", "partialFingerprints"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"minimum": 0},
                            },
                        }
                    },
                },
            },
        },
    },
}


def test_sarif_has_what_readers_of_it_need(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    (tmp_path / "b.txt").write_bytes(bytes(range(256)))
    log = json.loads(formats.as_sarif(list(check(files_in([tmp_path]), Choice())), CLEANER.why))
    jsonschema.validate(log, SARIF)
    (run_,) = log["runs"]
    (result,) = run_["results"]
    rule = run_["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "en.ad.marker"
    assert "advertising" in rule["shortDescription"]["text"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (3, 1, 14)
    assert run_["invocations"][0]["executionSuccessful"] is False
    assert "encoding" in run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_the_diff_is_one_that_git_applies(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # noqa: S607
    texts = {
        "a b.txt": AD, "søle.txt": f"{AD}Share this:",
        "crlf.txt": AD.replace("\n", "\r\n"), "end.txt": f"{STORY}\n\nAdvertisement",
        "rows.jsonl": json.dumps({"text": AD}) + "\n", "all.txt": "Advertisement\n",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text, newline="")
    patch = run(tmp_path, "--diff", ".")
    assert patch.returncode == 1
    assert all((tmp_path / name).read_bytes().decode() == text for name, text in texts.items())
    subprocess.run(["git", "apply", "-"], input=patch.stdout, cwd=tmp_path, check=True)  # noqa: S607
    patched = {name: (tmp_path / name).read_bytes() for name in texts}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, newline="")
    run(tmp_path, "--fix", "--sidecar", "none", ".")
    assert patched == {name: (tmp_path / name).read_bytes() for name in texts}


def test_colours_are_for_terminals(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(AD)
    assert b"\x1b[" not in run(tmp_path, ".", FORCE_COLOR="").stdout
    assert b"\x1b[" in run(tmp_path, ".", FORCE_COLOR="1", NO_COLOR="").stdout
    assert b"\x1b[" not in run(tmp_path, ".", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_any_number_of_processes_says_and_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner import check as module

    monkeypatch.setattr(module, "LITTLE", 0)

    def found(workers: int) -> list[Checked]:
        for n in range(40):
            (tmp_path / f"{n}.txt").write_text(AD if n % 3 else CLEAN)
        (tmp_path / "bad.txt").write_bytes(bytes(range(256)))
        return list(check(files_in([tmp_path]), BESIDE, workers))

    one = found(1)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for path in tmp_path.glob("*.json"):
        path.unlink()
    assert found(3) == one
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    assert sum(len(checked.findings) for checked in one) == 26


def test_sidecars_beside_rows_are_no_corpus(tmp_path: Path) -> None:
    row = json.dumps({"text": "The ferry left at dawn.\n\nAdvertisement\n\nIt was late."})
    (tmp_path / "a.jsonl").write_text(row + "\n", encoding="utf-8")
    assert run(tmp_path, tmp_path, "--fix").returncode == 1
    assert (tmp_path / "a.meta.jsonl").exists()
    again = run(tmp_path, tmp_path)
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("given", [{"packs": "en"}, {"keep": "byline"}])
def test_a_bare_word_is_no_list(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match="is a list"):
        Cleaner(**given)  # type: ignore[arg-type]
