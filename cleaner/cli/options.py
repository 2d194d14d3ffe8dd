"""Exit codes, and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from cleaner.settings import Settings, find

FOUND, FAILED = 1, 2

packs_option = click.option(
    "--packs",
    "-p",
    multiple=True,
    metavar="NAME|PATH",
    help="Rule packs to use; all that come with cleaner by default, or `all`.",
)


def settings_for(path: Path | None = None) -> Settings:
    """The settings that hold for a path; those of the folder that a person stands in if none is given."""
    return find(path or Path.cwd())
