"""`cleaner explain`: what would leave a text, shown."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cleaner.cli.options import packs_option, settings_for


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@packs_option
@click.option("--encoding", help="Encoding of a file without a byte order mark.")
@click.option("--html", is_flag=True, help="It is a page, whatever it is called.")
@click.option("--url", help="Where it came from.")
@click.option("--spared", is_flag=True, help="Also what was nearly removed, and what saved it.")
@click.option("--json", "as_json", is_flag=True, help="The same as data.")
def explain(
    file: Path, packs: tuple[str, ...], encoding: str | None, html: bool, url: str | None, spared: bool, as_json: bool
) -> int:
    """Show what would leave a text or a page, and why: struck out, with the rules at the margin."""
    from cleaner.api import Cleaner
    from cleaner.check import PAGE_ENDINGS
    from cleaner.data import Document
    from cleaner.files import decode, read_bytes

    data = sys.stdin.buffer.read() if str(file) == "-" else read_bytes(file)
    given = settings_for() if str(file) == "-" else settings_for(file)
    cleaner = Cleaner(packs=packs or given.packs, keep=given.keep, repeats=given.repeats)
    site = given.site_of(file)
    if html or file.suffix.lower() in PAGE_ENDINGS:
        result = cleaner.clean(html=data, url=url, site=site, encoding=encoding or given.encoding)
    else:
        text = decode(data, encoding or given.encoding).text
        result = cleaner.judge(Document(text, url, site, id=str(file)))
    shown = cleaner.explain(result) if spared else result.explain()
    if as_json:
        from msgspec import json

        click.echo(json.format(json.encode(shown.data()), indent=2).decode())
        return 0
    from rich.console import Console

    Console(highlight=False).print(shown)
    return 0
