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
    """Give back the source files of what `cleaner clean` wrote.

    Pages, HTML or from WARC files, come back as the text that was read from them.
    """
    from cleaner.dump.back import restored
    from cleaner.errors import CleanerError
    from cleaner.files import write_blocks

    if (output is None) == (not check):
        raise click.UsageError("say where to write (-o DIR), or only verify (--check)")
    good = bad = 0
    for folder in folders:
        for file in restored(folder):
            problem = file.problem
            if file.blocks is not None:
                try:
                    if output is None:
                        for _ in file.blocks:
                            pass
                    else:
                        write_blocks(output / file.name, file.blocks)
                except CleanerError as error:
                    problem = str(error)
            good += problem is None
            bad += problem is not None
            if problem is not None:
                click.echo(f"{file.name}: {problem}", err=True)
    click.echo(f"{good} {'verified' if check else 'restored'}, {bad} failed")
    return FAILED if bad else 0
