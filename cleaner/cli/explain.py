"""`cleaner explain`: what would leave a text, shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import FAILED, packs_option, settings_for
from cleaner.show import in_line

if TYPE_CHECKING:
    from cleaner.explain import Explanation


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE|-")
@packs_option
@click.option("--encoding", help="Encoding of a file without a byte order mark.")
@click.option("--text-field", help="Field of JSON lines that holds the text; `text` by default.")
@click.option("--row", type=click.IntRange(1), help="Only this row of JSON lines.")
@click.option("--html", is_flag=True, help="It is a page, whatever it is called.")
@click.option("--url", help="Where it came from.")
@click.option("--spared", is_flag=True, help="Also what was nearly removed, and what saved it.")
@click.option("--json", "as_json", is_flag=True, help="The same as data; of JSON lines a line for each row.")
def explain(
    file: Path, packs: tuple[str, ...], encoding: str | None, text_field: str | None, row: int | None, html: bool,
    url: str | None, spared: bool, as_json: bool,
) -> int:  # fmt: skip
    """Show what would leave a text or a page, and why: struck out, with the rules at the margin.

    Text, Markdown, HTML and JSON lines are read as `cleaner check` reads them; what is accepted stays.
    """
    import msgspec

    from cleaner import allow
    from cleaner.check import Choice, asked_of, cleaner_for
    from cleaner.files import read_bytes
    from cleaner.reading import parts

    if str(file) == "-":
        data, given, accepted = sys.stdin.buffer.read(), settings_for(), allow.Allow()
    else:
        data, given, accepted = read_bytes(file), settings_for(file), allow.find(file.absolute().parent)
    choice = Choice(packs or None, encoding=encoding, text_field=text_field)
    cleaner = cleaner_for(choice, given)
    asked = msgspec.structs.replace(asked_of(file, choice, given), url=url, html=html)
    code = shown = 0
    for part in parts(file, data, asked):
        if row not in (None, part.number) or not (part.document or part.failure):
            continue
        shown += 1
        if part.document is None:
            click.echo(f"failed: {in_line(part.origin.path or '')}: {in_line(part.failure or '')}", err=True)
            code = FAILED
            continue
        result = cleaner.judge(part.document, part.origin, part.through(accepted, set()))
        explanation = cleaner.explain(result, part.view)
        if not spared:
            explanation = msgspec.structs.replace(explanation, saved=())
        _show(explanation, part.origin.path if part.number else None, as_json)
    if row is not None and not shown:
        raise click.UsageError(f"{in_line(str(file))} has no row {row}")
    return code


def _show(explanation: Explanation, row: str | None, as_json: bool) -> None:
    if as_json:
        from cleaner.sidecar import dump

        click.echo(dump(explanation.data(), pretty=row is None).rstrip(b"\n"))
        return
    from rich.console import Console

    console = Console(highlight=False)
    if row is not None:
        console.print(f"── {in_line(row)} ", style="bold", markup=False)
    console.print(explanation)
