"""The command line: what a person types, what is printed, and which exit code it ends with.

Exit codes: 0 done, 2 something failed or was not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.errors import CleanerError

if TYPE_CHECKING:
    from cleaner.data import Result
    from cleaner.dump import Counts, Options
    from cleaner.rules.model import Rule

FAILED = 2

_packs = click.option(
    "--packs",
    "-p",
    multiple=True,
    metavar="NAME|PATH",
    help="Rule packs to use; all that come with cleaner by default.",
)


def main() -> None:
    """Runs the command line; a user's mistake ends in one line on standard error, never in a traceback."""
    try:
        code = cli(standalone_mode=False)
    except CleanerError as error:
        click.echo(f"cleaner: {error}", err=True)
        code = FAILED
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("cleaner: stopped", err=True)
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = FAILED
    sys.exit(code or 0)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cleaner")
def cli() -> None:
    """Give back the article, and nothing but the article."""


@cli.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True), metavar="IN…")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder to write to; needed unless IN is -.")
@_packs
@click.option("--keep", "-k", multiple=True, metavar="KIND|RULE", help="A kind, or a rule, that stays in the text.")
@click.option("--encoding", help="Encoding of files without a byte order mark.")
@click.option("--text-field", default="text", show_default=True, help="Field of JSON lines that holds the text.")
@click.option("--workers", "-w", type=click.IntRange(1), default=None, help="Processes; all cores by default.")
@click.option("--quiet", "-q", is_flag=True, help="Print failures only.")
def clean(
    inputs: tuple[Path, ...], output: Path | None, packs: tuple[str, ...], keep: tuple[str, ...],
    encoding: str | None, text_field: str, workers: int | None, quiet: bool,
) -> int:  # fmt: skip
    """Clean folders, files, or standard input (-).

    A folder of .txt becomes the same tree with a .json sidecar beside each text; .jsonl becomes .jsonl with
    a .meta.jsonl of sidecars, row by row.
    """
    import os

    from cleaner.dump import Options, clean_dump

    options = Options(packs or None, keep, encoding, text_field)
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


@cli.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OUT…")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder for the restored files.")
@click.option("--check", is_flag=True, help="Only verify that everything can be restored.")
def restore(folders: tuple[Path, ...], output: Path | None, check: bool) -> int:
    """Give back the source files of what `cleaner clean` wrote."""
    from cleaner.undo import restore_folders

    if (output is None) == (not check):
        raise click.UsageError("say where to write (-o DIR), or only verify (--check)")
    good = bad = 0
    for name, problem in restore_folders(folders, output):
        if problem is None:
            good += 1
        else:
            bad += 1
            click.echo(f"{name}: {problem}", err=True)
    click.echo(f"{good} {'verified' if check else 'restored'}, {bad} failed")
    return FAILED if bad else 0


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@_packs
@click.option("--encoding", help="Encoding of a file without a byte order mark.")
def explain(file: Path, packs: tuple[str, ...], encoding: str | None) -> int:
    """Show what would leave a text, and why."""
    from cleaner.api import Cleaner
    from cleaner.data import Document
    from cleaner.files import decode, read_bytes

    data = sys.stdin.buffer.read() if str(file) == "-" else read_bytes(file)
    cleaner = Cleaner(packs=packs or None)
    result = cleaner.judge(Document(decode(data, encoding).text, id=str(file)))
    _print_explanation(result)
    return 0


@cli.group()
def rules() -> None:
    """Look at rules, and prove packs of your own."""


@rules.command("list")
@_packs
@click.option("--lang", help="Only rules of this language.")
@click.option("--kind", help="Only rules of this kind.")
@click.option("--markdown", is_flag=True, help="All rules of the packs as a page.")
def rules_list(packs: tuple[str, ...], lang: str | None, kind: str | None, markdown: bool) -> int:
    """List rules: id, sure or not, what they take, where, and why."""
    if markdown:
        from cleaner.rules.load import load_packs
        from cleaner.rules.page import page

        click.echo(page(load_packs(packs or None)), nl=False)
        return 0
    chosen = [
        rule
        for rule in _rules(packs)
        if lang in (None, rule.lang) and (kind is None or kind == ("keep" if rule.keep else rule.kind))
    ]
    for rule in chosen:
        click.echo(f"{rule.id}\t{'sure' if rule.sure else 'unsure'}\t{rule.takes}\t{rule.where}\t{rule.why}")
    return 0


@rules.command("show")
@click.argument("name", metavar="RULE")
@_packs
def rules_show(name: str, packs: tuple[str, ...]) -> int:
    """Show one rule with its proof."""
    import difflib

    known = {rule.id: rule for rule in _rules(packs)}
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise click.UsageError(f"no rule is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    rule = known[name]
    for field in ("id", "kind", "why", "takes", "where", "sure", "cues", "pattern", "unless"):
        click.echo(f"{field:8} {getattr(rule, field)}")
    for field in ("drops", "stays", "todo"):
        for example in getattr(rule, field):
            click.echo(f"{field:8} {example!r}")
    return 0


@rules.command("test")
@click.argument("packs", nargs=-1, metavar="PACK…")
def rules_test(packs: tuple[str, ...]) -> int:
    """Replay every example of every rule in packs, by name or path; all packs if none are named."""
    from cleaner.prove import prove
    from cleaner.rules.load import load_packs

    loaded = load_packs(packs or None)
    failures = list(prove(loaded))
    for failure in failures:
        click.echo(f"{failure.rule}: {failure.field}: {failure.example!r}\n    {failure.wrong}")
    click.echo(f"{sum(len(pack.rules) for pack in loaded)} rules, {len(failures)} examples failed")
    return FAILED if failures else 0


def _rules(packs: Iterable[str]) -> list[Rule]:
    from cleaner.rules.load import load_packs

    return [rule for pack in load_packs(list(packs) or None) for rule in pack.rules]


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


def _print_explanation(result: Result) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    at = 0
    for span in result.removed:
        console.print(Text(result.source[at : span.start]), end="")
        words = result.source[span.start : span.end]
        shown = words.strip()
        why = f" {span.kind} {span.rule}" + (f" + {', '.join(span.witnesses)}" if span.witnesses else "")
        console.print(Text.assemble(("⟦" + shown + "⟧", "strike red"), (why, "dim cyan")), end="")
        console.print(words[len(words.rstrip()) :], end="")
        at = span.end
    console.print(Text(result.source[at:]))
    reason = f": {result.reason}" if result.reason else ""
    console.print(Text(f"{result.status}{reason}; {len(result.removed)} stretches leave", style="bold"))
