"""`cleaner clean`: a dump, files or standard input, and what is said of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import FAILED, packs_option, settings_for

if TYPE_CHECKING:
    from cleaner.dump import Counts, Options


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True), metavar="IN…")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder to write to; needed unless IN is -.")
@packs_option
@click.option("--keep", "-k", multiple=True, metavar="KIND|RULE", help="A kind, or a rule, that stays in the text.")
@click.option("--encoding", help="Encoding of files without a byte order mark.")
@click.option("--text-field", help="Field of JSON lines that holds the text; `text` by default.")
@click.option("--workers", "-w", type=click.IntRange(1), default=None, help="Processes; all cores by default.")
@click.option("--quiet", "-q", is_flag=True, help="Print failures only.")
def clean(
    inputs: tuple[Path, ...], output: Path | None, packs: tuple[str, ...], keep: tuple[str, ...],
    encoding: str | None, text_field: str | None, workers: int | None, quiet: bool,
) -> int:  # fmt: skip
    """Clean folders, files, or standard input (-).

    A folder of .txt becomes the same tree with a .json sidecar beside each text; .jsonl becomes .jsonl with
    a .meta.jsonl of sidecars, row by row.
    """
    import os

    from cleaner.dump import Options, clean_dump

    given = settings_for()
    field = text_field or given.fields.get("text", "text")
    options = Options(packs or given.packs, keep or given.keep, encoding or given.encoding, field)
    if [str(path) for path in inputs] == ["-"]:
        return _clean_stdin(options, output)
    if output is None:
        raise click.UsageError("say where to write: cleaner clean IN -o OUT")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with _Progress(quiet) as progress:
        counts = clean_dump(inputs, output, options, workers=workers or cores, progress=progress.update)
    _print_counts(counts, quiet)
    return FAILED if counts.failures else 0


def _clean_stdin(options: Options, output: Path | None) -> int:
    from cleaner.data import Document, Source
    from cleaner.files import decode, digest, encode, write_whole
    from cleaner.sidecar import dump

    data = sys.stdin.buffer.read()
    text, encoding, bom = decode(data, options.encoding)
    origin = Source(path="-", form="txt", encoding=encoding, bom=bom, sha256=digest(data))
    result = options.cleaner().judge(Document(text), origin)
    cleaned = encode(result.text, encoding, bom=bom)
    if output is None:
        sys.stdout.buffer.write(cleaned)
    else:
        write_whole(output / "stdin.json", dump(result.sidecar()))
        write_whole(output / "stdin.txt", cleaned)
    return 0


class _Progress:
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        if self.shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self.bar = Progress(
                TextColumn("cleaning"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self.task = self.bar.add_task("cleaning", total=None)
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            self.bar.stop()

    def update(self, done: int, total: int) -> None:
        """Shows how many documents are done, of how many files."""
        if self.shown:
            self.bar.update(self.task, completed=done, total=max(done, total))


def _print_counts(counts: Counts, quiet: bool) -> None:
    for name, reason in counts.failures:
        click.echo(f"failed: {name}: {reason}", err=True)
    if quiet:
        return
    share = 100 * counts.removed / counts.letters if counts.letters else 0.0
    rows = [
        ("documents", str(counts.documents)),
        *((status, str(number)) for status, number in sorted(counts.status.items())),
        ("removed", f"{counts.removed} of {counts.letters} letters ({share:.1f} %)"),
        *((f"  {kind}", str(number)) for kind, number in counts.kinds.most_common()),
        *((f"  {rule}", str(number)) for rule, number in counts.rules.most_common(10)),
    ]
    if counts.skipped:
        rows.append(("other files left alone", str(counts.skipped)))
    if not sys.stdout.isatty():
        for name, value in rows:
            click.echo(f"{name}\t{value}")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in rows:
        table.add_row(name, value)
    Console().print(table)
