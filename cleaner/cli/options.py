"""Exit codes, and options that several commands share."""

from __future__ import annotations

import click

FAILED = 2

packs_option = click.option(
    "--packs",
    "-p",
    multiple=True,
    metavar="NAME|PATH",
    help="Rule packs to use; all that come with cleaner by default.",
)
