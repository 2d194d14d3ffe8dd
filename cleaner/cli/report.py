"""`cleaner report`: one page that shows what a run removed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cleaner.report.page import Block
    from cleaner.report.summary import Summary


@click.command()
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The page; OUT/report.html by default.")
@click.option("--sample", type=click.IntRange(0), default=None, help="How many documents are drawn from all.")
@click.option("--serve", is_flag=True, help="Show it on a port of this machine, where a review is saved in place.")
def report(out: Path, output: Path | None, sample: int | None, serve: bool) -> int:
    """Show what a run removed, in one page that opens from disk."""
    from cleaner.dump.back import documents
    from cleaner.files import write_whole
    from cleaner.report.page import render
    from cleaner.report.summary import SAMPLE, summarise

    blocks = _blocks(out)
    summary = summarise(documents(out), SAMPLE if sample is None else sample)
    if serve:
        return _serve(summary, blocks, out)
    page = output or out / "report.html"
    write_whole(page, render(summary, out.resolve().name, blocks, _verdicts(out)).encode())
    click.echo(f"{page}: {summary.all.documents} documents, {len(summary.shown)} of them shown")
    return 0


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
