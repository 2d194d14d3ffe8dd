"""`cleaner restore`: the way back."""

from __future__ import annotations

from pathlib import Path

import click

from cleaner.cli.options import FAILED


@click.command()
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
