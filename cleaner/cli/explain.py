"""`cleaner explain`: what would leave a text, shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import packs_option, settings_for

if TYPE_CHECKING:
    from cleaner.data import Result


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@packs_option
@click.option("--encoding", help="Encoding of a file without a byte order mark.")
def explain(file: Path, packs: tuple[str, ...], encoding: str | None) -> int:
    """Show what would leave a text, and why."""
    from cleaner.api import Cleaner
    from cleaner.data import Document
    from cleaner.files import decode, read_bytes

    data = sys.stdin.buffer.read() if str(file) == "-" else read_bytes(file)
    given = settings_for() if str(file) == "-" else settings_for(file)
    cleaner = Cleaner(packs=packs or given.packs, keep=given.keep)
    result = cleaner.judge(Document(decode(data, encoding or given.encoding).text, id=str(file)))
    _print_explanation(result)
    return 0


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
