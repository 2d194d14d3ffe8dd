"""`cleaner clean`: a dump, files or standard input, and what is said of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import FAILED, Place, columns, cores, packs_option, settings_for, workers_option

if TYPE_CHECKING:
    from cleaner.dump.engine import Summary
    from cleaner.dump.options import Options
    from cleaner.dump.tasks import Progress


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=Place(path_type=Path, allow_dash=True), metavar="IN…")
@click.option("--output", "-o", type=Place(path_type=Path), help="Folder to write to; needed unless IN is -.")
@packs_option
@click.option("--keep", "-k", multiple=True, metavar="KIND|RULE", help="A kind, or a rule, that stays in the text.")
@click.option("--encoding", help="Encoding of files without a byte order mark.")
@click.option(
    "--field",
    "-f",
    "fields",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="What a column is: text, html, url, id, site, date, title or encoding. Guessed by name otherwise.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["same", "jsonl", "jsonl.gz", "jsonl.zst", "parquet"]),
    default="same",
    show_default=True,
    help="The form to write: as it came, or rows of this form; texts and pages then stand in one file.",
)
@click.option(
    "--sidecar",
    type=click.Choice(["full", "slim", "none"]),
    default="full",
    show_default=True,
    help="full restores and explains, slim has metadata and places, none writes none.",
)
@click.option("--text-only", is_flag=True, help="Also write OUT/texts.txt: all cleaned texts, one after another.")
@click.option("--repeats", type=click.Path(path_type=Path), help="What `cleaner learn` found; nothing is learned then.")
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    help="Verdicts saved from a report; OUT/review.json if there. Changed ones clean OUT anew.",
)
@click.option("--no-learn", is_flag=True, help="Do not count what the dump repeats before cleaning it.")
@workers_option
@click.option(
    "--seconds", type=click.FloatRange(0.1), default=60.0, show_default=True, help="What one record may take."
)
@click.option("--size", type=click.IntRange(1), default=256_000_000, show_default=True, help="Bytes of one record.")
@click.option("--ratio", type=click.IntRange(2), default=250, show_default=True, help="How much packed bytes may grow.")
@click.option("--follow", is_flag=True, help="Follow links that lead out of the input.")
@click.option("--fresh", is_flag=True, help="Start over, whatever an earlier run did.")
@click.option("--dry-run", is_flag=True, help="Clean a sample and print what would go; nothing is written.")
@click.option("--quiet", "-q", is_flag=True, help="Print failures only.")
def clean(
    inputs: tuple[Path | str, ...], output: Path | str | None, packs: tuple[str, ...], keep: tuple[str, ...],
    encoding: str | None, fields: tuple[str, ...], format_: str, sidecar: str, text_only: bool, workers: int | None,
    seconds: float, size: int, ratio: int, follow: bool, fresh: bool, dry_run: bool, quiet: bool,
    repeats: Path | None, no_learn: bool, review: Path | None,
) -> int:  # fmt: skip
    """Clean folders, files, addresses (s3://…, gs://…, hf://…), or standard input (-).

    What comes in goes out in the same form under the same name, with sidecars beside it. What the dump says again and
    again is learned first, into OUT/repeats. A run that was stopped goes on when the same command is given again.
    """
    from cleaner.dump import Limits, Options, clean_dump

    given = settings_for()
    options = Options(
        packs=packs or given.packs,
        keep=keep or given.keep,
        encoding=encoding or given.encoding,
        fields={**given.fields, **columns(fields)},
        repeats=str(repeats) if repeats else given.repeats,
        learn=not no_learn,
        format=format_,
        sidecar=sidecar,
        follow=follow,
        limits=Limits(seconds=seconds, size=size, ratio=ratio),
    )
    if [str(path) for path in inputs] == ["-"]:
        return _clean_stdin(options, output)
    if dry_run:
        from cleaner.cli.preview import preview

        preview(inputs, options)
        return 0
    if output is None:
        raise click.UsageError("say where to write: cleaner clean IN -o OUT")
    if isinstance(output, Path) or review is not None:
        options = _reviewed(options, Path(output), review)
    if text_only and sidecar != "full":
        raise click.UsageError(f"--text-only reads the texts back by their sidecars; leave --sidecar {sidecar} out")
    if text_only and not isinstance(output, Path):
        raise click.UsageError("--text-only takes a folder on this machine as OUT")
    with _Progress(quiet) as progress:
        done = clean_dump(
            inputs,
            output,
            options,
            workers=workers or cores(),
            fresh=fresh,
            progress=progress.update,
            say=progress.say,
        )
    if review is not None and isinstance(output, Path):
        _keep(review, output)
    if text_only and isinstance(output, Path):
        _write_texts(output)
    _print_summary(done, quiet)
    return FAILED if done.counts.failed else 0


def _reviewed(options: Options, out: Path, review: Path | None) -> Options:
    """The options with what a person decided in a report, or in the review of what was learned."""
    from msgspec.structs import replace

    from cleaner.errors import InputError
    from cleaner.repeats.store import decide
    from cleaner.report.review import decided, load, name_of, of

    if review is not None and not review.is_file():
        raise InputError(f"{review}: there is no such file; save it from the report")
    verdicts = load(review or out)
    blocks = {" ".join(key): value for key, value in of(verdicts, "block").items()}
    folder = Path(options.repeats) if options.repeats else out / "repeats"
    if blocks and options.repeats:
        decide(folder, blocks)
    return replace(
        options,
        verdicts=blocks,
        review=name_of({**decided(folder), **verdicts}),
        keep=(*options.keep, *(rule for (rule,) in of(verdicts, "rule"))),
        allow=tuple(sorted((rule, hash_) for rule, hash_ in of(verdicts, "stretch"))),
    )


def _keep(review: Path, out: Path) -> None:
    """Leaves in OUT the verdicts that were obeyed, so that its report shows them and its next review builds on them."""
    from cleaner.report.review import load, save

    save(out, load(review))


def _clean_stdin(options: Options, output: Path | str | None) -> int:
    from cleaner.data import Document, Source
    from cleaner.files import decode, digest, encode, write_whole
    from cleaner.sidecar import dump

    data = sys.stdin.buffer.read()
    text, encoding, bom = decode(data, options.encoding)
    origin = Source(path="-", form="txt", encoding=encoding, bom=bom, sha256=digest(data))
    result = options.cleaner().judge(Document(text), origin)
    cleaned = encode(result.text, encoding, bom=bom)
    if isinstance(output, str):
        raise click.UsageError("what comes from standard input is written to this machine, or to standard output")
    if output is None:
        sys.stdout.buffer.write(cleaned)
    else:
        write_whole(output / "stdin.json", dump(result.sidecar()))
        write_whole(output / "stdin.txt", cleaned)
    return 0


def _write_texts(out: Path) -> None:
    from cleaner.dump.back import documents
    from cleaner.files import write_blocks

    texts = (
        f"{document.text.strip()}\n\n".encode("utf-8", "replace")
        for document in documents(out)
        if document.text.strip()
    )
    write_blocks(out / "texts.txt", texts)


class _Progress:
    """A bar on a terminal, a line now and then elsewhere."""

    EVERY = 30.0

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.shown = not quiet and sys.stderr.isatty()
        self.next = 0.0

    def __enter__(self) -> _Progress:
        from time import monotonic

        self.clock = monotonic
        self.begun = monotonic()
        self.next = self.begun + self.EVERY
        if self.shown:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            self.bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
                TextColumn("{task.fields[said]}"), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self.task = self.bar.add_task("cleaning", total=None, said="")
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            self.bar.stop()

    def say(self, words: str) -> None:
        """Prints a line for the person who waits."""
        if not self.quiet:
            click.echo(words, err=True)

    def update(self, now: Progress) -> None:
        """Shows how far the run is."""
        if self.quiet:
            return
        share = 100 * now.removed / now.letters if now.letters else 0.0
        rate = now.documents / max(self.clock() - self.begun, 0.001)
        said = f"{now.documents:,} documents, {rate:,.0f} a second, {share:.1f} % removed, {now.failed} failed"
        if self.shown:
            self.bar.update(self.task, completed=now.bytes_done, total=max(now.bytes_all, now.bytes_done), said=said)
        elif self.clock() > self.next:
            self.next = self.clock() + self.EVERY
            click.echo(said, err=True)


def _print_summary(done: Summary, quiet: bool) -> None:
    counts = done.counts
    for name, reason in done.failures[:20]:
        click.echo(f"failed: {name}: {reason}", err=True)
    if counts.failed > 20:
        click.echo(f"failed: {counts.failed - 20} more; {done.out / 'failed.jsonl'} lists all", err=True)
    if quiet:
        return
    share = 100 * counts.removed / counts.letters if counts.letters else 0.0
    rows = [
        ("documents", str(counts.documents)),
        *((status, str(number)) for status, number in sorted(counts.status.items())),
        ("removed", f"{counts.removed} of {counts.letters} letters ({share:.1f} %)"),
        *((f"  {kind}", str(numbers[0])) for kind, numbers in _most(counts.kinds)),
        *((f"  {rule}", str(numbers[0])) for rule, numbers in _most(counts.rules)[:10]),
    ]
    if counts.skipped:
        rows.append(("other files left alone", str(counts.skipped)))
    if done.new != counts.documents:
        rows.append(("new in this run", str(done.new)))
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


def _most(table: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    return sorted(table.items(), key=lambda entry: (-entry[1][0], entry[0]))
