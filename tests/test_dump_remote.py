"""Dumps that lie elsewhere: through fsspec's memory and local file systems, the same bytes as from disk to disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner

from cleaner import CleanerError, InputError, OutputError
from cleaner.cli import cli
from cleaner.dump import Options, clean_dump
from cleaner.dump.back import documents, restored
from cleaner.dump.learning import learn
from cleaner.dump.remote import Remote
from tests.test_dump_faults import make_dump
from tests.test_dump_forms import AD, FORMS, OPTIONS, PAGES
from tests.test_laws import _tree


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


@pytest.fixture(params=["memory", "file"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory://bucket" if request.param == "memory" else f"file://{tmp_path}/there"


def upload(url: str, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        with fsspec.open(f"{url}/{name}", "wb", auto_mkdir=True) as file:
            file.write(data)


def download(url: str) -> dict[str, bytes]:
    """What lies there, but for the state of the run."""
    fs, root = fsspec.core.url_to_fs(url)
    names = {name: name.removeprefix(root).lstrip("/") for name in fs.find(root)}
    return {short: fs.cat_file(name) for name, short in names.items() if not short.startswith(".cleaner/")}


def local(tmp_path: Path, files: dict[str, bytes], options: Options = OPTIONS) -> dict[str, bytes]:
    for name, data in files.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    clean_dump([tmp_path / "in"], tmp_path / "out", options)
    return _tree(tmp_path / "out")


EVERYTHING = {
    **{f"deep/er/{name}": make() for name, make in {**FORMS, **PAGES}.items()},
    "a.txt": AD.encode(), "broken.jsonl": b'{"text": "Rain."}\nno json\n', "picture.png": b"\x89PNG",
    "odd.txt": b"\xff\0\xfe",
}  # fmt: skip


@pytest.mark.parametrize("workers", [1, 3])
def test_every_form_there_and_back(tmp_path: Path, base: str, workers: int) -> None:
    upload(f"{base}/in", EVERYTHING)
    done = clean_dump([f"{base}/in"], f"{base}/out", OPTIONS, workers=workers)
    expected = local(tmp_path, EVERYTHING)
    assert download(f"{base}/out") == expected
    assert [reason for _, reason in done.left] == ["neither text nor page nor rows"]
    assert clean_dump([f"{base}/in"], f"{base}/out", OPTIONS).new == 0
    clean_dump([f"{base}/in"], tmp_path / "here", OPTIONS)
    assert _tree(tmp_path / "here") == expected
    clean_dump([tmp_path / "in"], f"{base}/again", OPTIONS)
    assert download(f"{base}/again") == expected


def test_a_file_by_its_address_and_another_form(tmp_path: Path, base: str) -> None:
    upload(f"{base}/in", {"x.csv": FORMS["x.csv"](), "y.txt": AD.encode()})
    clean_dump([f"{base}/in/x.csv"], f"{base}/out", Options(packs=("any", "en"), format="parquet"))
    assert set(download(f"{base}/out")) == {"documents.parquet", "x.parquet", "failed.jsonl", "report.json"}


def test_only_what_is_new_and_from_any_machine(
    tmp_path: Path, base: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(f"{base}/in", {"a.txt": AD.encode()})
    assert clean_dump([f"{base}/in"], f"{base}/out", OPTIONS).new == 1
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache / "other"))
    upload(f"{base}/in", {"b.txt": AD.encode()})
    done = clean_dump([f"{base}/in"], f"{base}/out", OPTIONS)
    assert (done.new, done.counts.documents) == (1, 2)
    with pytest.raises(OutputError, match="other settings"):
        clean_dump([f"{base}/in"], f"{base}/out", Options(packs=("any",)))
    clean_dump([f"{base}/in"], f"{base}/out", Options(packs=("any",)), fresh=True)
    assert len(list((cache / "other").rglob("*.txt"))) == 0, "what was sent is not kept here"


def test_a_run_that_is_stopped_goes_on(tmp_path: Path, base: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaner.dump.remote import Mirror

    make_dump(tmp_path / "in")
    clean_dump([tmp_path / "in"], tmp_path / "out", OPTIONS)
    files = {path.relative_to(tmp_path / "in").as_posix(): path.read_bytes() for path in (tmp_path / "in").rglob("*.*")}
    upload(f"{base}/in", files)
    send, calls = Mirror.send, 0

    def breaking(self: Mirror, paths: list[str], *, keep: bool = False) -> None:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise OutputError("the line went dead")
        send(self, paths, keep=keep)

    monkeypatch.setattr(Mirror, "send", breaking)
    failed = 0
    while True:
        try:
            clean_dump([f"{base}/in"], f"{base}/out", OPTIONS)
            break
        except OutputError as error:
            assert "went dead" in str(error)  # noqa: PT017
            failed += 1
    assert failed > 2
    assert download(f"{base}/out") == _tree(tmp_path / "out")
    assert not list(cache.rglob("fetched/*"))


def test_what_was_begun_elsewhere_is_not_mixed_with(base: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(f"{base}/in", {"a.txt": AD.encode()})
    upload(f"{base}/out", {"thesis.txt": b"mine"})
    with pytest.raises(OutputError, match="no run wrote"):
        clean_dump([f"{base}/in"], f"{base}/out", OPTIONS)
    upload(f"{base}/out", {".cleaner/run": b"another"})
    with pytest.raises(OutputError, match="another machine"):
        clean_dump([f"{base}/in"], f"{base}/out", OPTIONS)
    assert download(f"{base}/out") == {"thesis.txt": b"mine"}


def test_places_that_cannot_be(tmp_path: Path, base: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        clean_dump([f"{base}/nothing"], tmp_path / "out", OPTIONS)
    with pytest.raises(InputError, match=r"cleaner\[remote\]"):
        clean_dump(["nosuchthing://x"], tmp_path / "out", OPTIONS)
    upload(f"{base}/in", {"a.txt": AD.encode()})
    with pytest.raises(OutputError, match="lies inside the input"):
        clean_dump([f"{base}/in"], f"{base}/in/out", OPTIONS)
    with pytest.raises(InputError, match="by itself"):
        clean_dump([f"{base}/in", tmp_path], tmp_path / "out", OPTIONS)


def test_names_do_not_lead_out(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/bucket/in/good.txt", AD.encode())
    memory.store["/bucket/in/a\\..\\b.txt"] = memory.store["/bucket/in/good.txt"]
    done = clean_dump(["memory://bucket/in"], tmp_path / "out", OPTIONS)
    assert [name for name, _ in done.failures] == ["a\\..\\b.txt"]
    assert (tmp_path / "out/good.txt").exists()


def test_a_file_that_vanishes_is_a_failed_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    upload("memory://bucket/in", {"a.txt": AD.encode(), "b.txt": AD.encode(), "x.parquet": FORMS["x.parquet"]()})
    real = MemoryFileSystem.cat_file

    def gone(self: MemoryFileSystem, path: str, *given: object, **named: object) -> object:
        if path.endswith("b.txt"):
            raise FileNotFoundError(path)
        return real(self, path, *given, **named)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", gone)
    done = clean_dump(["memory://bucket/in"], tmp_path / "out", OPTIONS)
    assert [name for name, _ in done.failures] == ["b.txt"]
    assert (tmp_path / "out/a.txt").exists()


def test_learning_from_elsewhere(tmp_path: Path) -> None:
    make_dump(tmp_path / "in")
    files = {path.relative_to(tmp_path / "in").as_posix(): path.read_bytes() for path in (tmp_path / "in").rglob("*.*")}
    upload("memory://bucket/in", files)
    one = learn([tmp_path / "in"], tmp_path / "one", OPTIONS, scratch=tmp_path / "s1")
    two = learn(["memory://bucket/in"], tmp_path / "two", OPTIONS, scratch=tmp_path / "s2")
    assert one == two
    options = Options(packs=("any", "en"), learn=True)
    clean_dump([tmp_path / "in"], tmp_path / "out", options)
    clean_dump(["memory://bucket/in"], "memory://bucket/out", options)
    assert download("memory://bucket/out") == _tree(tmp_path / "out")


def test_paths_load_no_fsspec(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(AD)
    (tmp_path / "in/x.jsonl").write_bytes(FORMS["x.jsonl"]())
    script = (
        "import sys; from pathlib import Path; from cleaner.dump import clean_dump, Options\n"
        f"clean_dump([Path({str(tmp_path / 'in')!r})], Path({str(tmp_path / 'out')!r}), Options(packs=('any', 'en')))\n"
        "assert 'fsspec' not in sys.modules and 'pyarrow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603


def back_of(out: Path | str) -> dict[str, bytes | str]:
    """Every source file that comes back, or what is wrong with it."""
    found: dict[str, bytes | str] = {}
    for file in restored(out):
        try:
            found[file.name] = b"".join(file.blocks) if file.blocks is not None else file.problem or ""
        except CleanerError as error:
            found[file.name] = str(error)
    return found


@pytest.mark.parametrize("format_", ["same", "jsonl.zst", "parquet"])
def test_what_lies_elsewhere_is_read_and_restored_as_if_it_lay_here(tmp_path: Path, base: str, format_: str) -> None:
    options = Options(packs=("any", "en"), format=format_)
    local(tmp_path, EVERYTHING, options)
    clean_dump([tmp_path / "in"], f"{base}/out", options)
    assert [*documents(f"{base}/out")] == [*documents(tmp_path / "out")]
    there = back_of(f"{base}/out")
    assert there == back_of(tmp_path / "out")
    if format_ == "same":
        assert there["a.txt"] == AD.encode()
        assert there["deep/er/x.jsonl"] == FORMS["x.jsonl"]()


def test_many_small_files_are_fetched_many_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number // 100}/{number}.txt": AD.encode() for number in range(300)}
    upload("memory://bucket/in", files)
    clean_dump(["memory://bucket/in"], "memory://bucket/out", OPTIONS)
    calls: list[int] = []
    real = Remote.read

    def counted(self: Remote, paths: Sequence[str]) -> dict[str, bytes | str]:
        calls.append(len(paths))
        return real(self, paths)

    monkeypatch.setattr(Remote, "read", counted)
    assert back_of("memory://bucket/out") == files
    assert len(calls) < 30
    assert sum(calls) < 800, "no file is fetched again and again"


def test_restore_and_report_take_addresses(tmp_path: Path, base: str) -> None:
    def said(*words: str) -> int:
        return CliRunner().invoke(cli, words, standalone_mode=False).return_value or 0

    files = {"a.txt": AD.encode(), "b/x.jsonl": FORMS["x.jsonl"]()}
    upload(f"{base}/in", files)
    assert said("clean", f"{base}/in", "-o", f"{base}/out", "-q", "-p", "any", "-p", "en") == 0
    assert said("restore", f"{base}/out", "--check") == 0
    assert said("restore", f"{base}/out", "-o", str(tmp_path / "back")) == 0
    assert _tree(tmp_path / "back") == files
    assert said("report", f"{base}/out") == 0
    page = download(f"{base}/out")["report.html"]
    assert b"Advertisement" in page
    assert said("report", f"{base}/out", "-o", str(tmp_path / "page.html")) == 0
    assert len((tmp_path / "page.html").read_bytes()) == len(page)
    assert said("restore", f"{base}/out", "--check") == 0, "the report is no document"
    refused = CliRunner().invoke(cli, ["report", f"{base}/out", "--serve"])
    assert "leave --serve out" in refused.output
    upload(f"{base}/out", {"a.txt": b"Something else."})
    assert said("restore", f"{base}/out", "--check") == 2


def test_a_place_that_no_run_finished_is_not_restored(base: str) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        [*restored(f"{base}/nothing")]
    upload(f"{base}/in", {"a.txt": AD.encode()})
    with pytest.raises(InputError, match=r"has no report\.json"):
        [*restored(f"{base}/in")]


def test_what_is_restored_does_not_lead_out() -> None:
    upload("memory://bucket/in", {"a.txt": AD.encode()})
    clean_dump(["memory://bucket/in"], "memory://bucket/out", OPTIONS)
    memory = fsspec.filesystem("memory")
    for name in ("txt", "json"):
        memory.store[f"/bucket/out/x/../../../a.{name}"] = memory.store[f"/bucket/out/a.{name}"]
    memory.pseudo_dirs += ["/bucket/out/x", "/bucket/out/x/..", "/bucket/out/x/../..", "/bucket/out/x/../../.."]
    found = back_of("memory://bucket/out")
    assert found.pop("a.txt") == AD.encode()
    assert all("leads out" in str(problem) for problem in found.values())
    assert found
