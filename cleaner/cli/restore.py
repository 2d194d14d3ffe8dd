"""`cleaner restore`: the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import FAILED, Place, settings_for

if TYPE_CHECKING:
    from cleaner.dump.back import Restored


@click.command()
@click.argument("folders", nargs=-1, required=True, type=Place(path_type=Path), metavar="OUT|FILE…")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Folder for the restored files.")
@click.option("--sidecar", metavar="beside|DIR", help="Of files cleaned in place: where `cleaner check` put sidecars.")
@click.option("--check", is_flag=True, help="Only verify that everything can be restored.")
def restore(folders: tuple[Path | str, ...], output: Path | None, sidecar: str | None, check: bool) -> int:
    """Give back the source files of what `cleaner clean` wrote, or of files that `cleaner check --fix` cleaned.

    OUT may be an address (s3://…, gs://…, hf://…).
    Pages, HTML or from WARC files, come back as the text that was read from them.
    """
    from cleaner.dump.back import restored
    from cleaner.errors import CleanerError
    from cleaner.files import write_blocks

    if (output is None) == (not check):
        raise click.UsageError("say where to write (-o DIR), or only verify (--check)")
    good = bad = 0
    for folder in folders:
        alone = isinstance(folder, Path) and folder.is_file()
        for file in _in_place(Path(folder), sidecar) if alone else restored(folder):
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


def _in_place(path: Path, sidecar: str | None) -> Iterator[Restored]:
    from cleaner.beside import inside, source_of
    from cleaner.dump.back import Restored
    from cleaner.errors import CleanerError

    name = inside(path, Path.cwd()).as_posix()
    try:
        yield Restored(name, iter([source_of(path, sidecar, settings_for(path))]))
    except CleanerError as error:
        yield Restored(name, None, str(error))
