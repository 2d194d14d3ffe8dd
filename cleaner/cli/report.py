"""`cleaner report`: one page that shows what a run removed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import Place

if TYPE_CHECKING:
    from cleaner.report.page import Block
    from cleaner.report.summary import Summary

PAGE = "report.html"


@click.command()
@click.argument("out", type=Place(path_type=Path), metavar="OUT")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The page; OUT/report.html by default.")
@click.option("--sample", type=click.IntRange(0), default=None, help="How many documents are drawn from all.")
@click.option("--serve", is_flag=True, help="Show it on a port of this machine, where a review is saved in place.")
def report(out: Path | str, output: Path | None, sample: int | None, serve: bool) -> int:
    """Show what a run removed, in one page that opens from disk. OUT may be an address (s3://…, gs://…, hf://…)."""
    if isinstance(out, Path):
        return _report(out, out, output or out / PAGE, sample, serve=serve)
    from tempfile import TemporaryDirectory

    from cleaner.dump.remote import bring
    from cleaner.report.review import FILE

    if serve:
        raise click.UsageError(
            "a review is saved in place in a folder of this machine alone; leave --serve out, save the review from the "
            "page, and give it to cleaner clean --review"
        )
    with TemporaryDirectory() as folder:
        here = Path(folder) / PurePosixPath(out).name
        there = bring(out, here, ["repeats/review.toml", FILE])
        _report(out, here, output or here / PAGE, sample, serve=False)
        if output is None:
            there.send(here, [PAGE])
    return 0


def _report(out: Path | str, here: Path, page: Path, sample: int | None, *, serve: bool) -> int:
    """Reads the documents of OUT and writes the page; `here` are what was learned and decided."""
    from cleaner.dump.back import documents
    from cleaner.files import write_whole
    from cleaner.report.page import render
    from cleaner.report.summary import SAMPLE, summarise

    blocks = _blocks(here)
    summary = summarise(documents(out), SAMPLE if sample is None else sample)
    if serve:
        return _serve(summary, blocks, here)
    write_whole(page, render(summary, here.resolve().name, blocks, _verdicts(here)).encode())
    click.echo(f"{_told(out, here, page)}: {summary.all.documents} documents, {len(summary.shown)} of them shown")
    return 0


def _told(out: Path | str, here: Path, page: Path) -> str:
    """Where a page lies for the person who asked for it."""
    return f"{out}/{page.name}" if isinstance(out, str) and page.parent == here else str(page)


def _blocks(out: Path) -> list[Block]:
    from cleaner.repeats.store import review
    from cleaner.report.page import Block

    return [
        Block(one.name, one.site, one.documents, one.documents / max(1, one.of), one.example, one.proposed)
        for one in review(out / "repeats")
    ]


def _verdicts(out: Path) -> dict[str, str]:
    """What was decided so far: in review.toml, and in a report."""
    from cleaner.report.review import decided, load

    return {**decided(out / "repeats"), **load(out)}


def _serve(summary: Summary, blocks: list[Block], out: Path) -> int:
    from cleaner.report.page import render
    from cleaner.report.review import save
    from cleaner.report.serve import Server

    with Server(lambda verdicts: save(out, verdicts)) as server:
        server.page = lambda: render(summary, out.resolve().name, blocks, _verdicts(out), server.token).encode()
        click.echo(f"{server.url}\nOpen it in a browser of this machine; Ctrl-C ends it.")
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0
