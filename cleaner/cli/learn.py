"""`cleaner learn`: what a dump says again and again, counted once and used often."""

from __future__ import annotations

from pathlib import Path

import click

from cleaner.cli.options import Place, columns, cores, packs_option, settings_for, workers_option


@click.command()
@click.argument("inputs", nargs=-1, type=Place(path_type=Path), metavar="IN…")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder of what was learned; COUNTS.parquet for the counts of a part, to be joined later.",
)
@packs_option
@click.option("--encoding", help="Encoding of files without a byte order mark.")
@click.option(
    "--field", "-f", "fields", multiple=True, metavar="ROLE=COLUMN", help="What a column is: text, url, site …"
)
@workers_option
@click.option(
    "--export", metavar="SITE", help="Print the blocks of a site that were reviewed, as a rule pack; learn nothing."
)
def learn(
    inputs: tuple[Path | str, ...], output: Path, packs: tuple[str, ...], encoding: str | None, fields: tuple[str, ...],
    workers: int | None, export: str | None,
) -> int:  # fmt: skip
    """Count what a dump says again and again, site by site.

    The folder holds a table anybody can open, and review.toml: change a verdict there, and it is obeyed from then on.
    Parts of a dump can be counted apart, each into a file COUNTS.parquet, and joined by naming these files as IN.
    """
    from cleaner.dump.learning import PART
    from cleaner.dump.learning import learn as learn_dump
    from cleaner.dump.options import Options
    from cleaner.repeats.store import as_pack

    if export is not None:
        click.echo(as_pack(output, export), nl=False)
        return 0
    if not inputs:
        raise click.UsageError("say what to learn from: cleaner learn IN -o REPEATS")
    given = settings_for()
    options = Options(
        packs=packs or given.packs, encoding=encoding or given.encoding, fields={**given.fields, **columns(fields)}
    )
    part = output.suffix == PART
    scratch = output.with_suffix(".learning") if part else output / ".learning"
    found = learn_dump(inputs, output, options, scratch=scratch, workers=workers or cores())
    if part:
        click.echo(
            f"{output}: counts of {found['documents']:,} documents; join them: cleaner learn {output} … -o REPEATS"
        )
        return 0
    click.echo(f"{output}: {found['blocks']:,} blocks repeat in {found['documents']:,} documents; look at review.toml")
    return 0
