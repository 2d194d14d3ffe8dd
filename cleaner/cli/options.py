"""Exit codes, and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


workers_option = click.option(
    "--workers", "-w", type=click.IntRange(1), default=None, help="Processes; all cores by default."
)


class Place(click.Path):
    """A path, or an address such as s3://bucket/folder, which stays as it was typed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Paths become Path."""
        return value if isinstance(value, str) and "://" in value else super().convert(value, param, ctx)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def columns(given: Sequence[str]) -> dict[str, str]:
    """What `--field ROLE=COLUMN` names. Raises UsageError for what is not of that form."""
    pairs = [entry.partition("=") for entry in given]
    for role, sign, column in pairs:
        if not (sign and column):
            raise click.UsageError(f"--field takes ROLE=COLUMN, as in text=maintext, not {role + sign + column!r}")
    return {role: column for role, _, column in pairs}


def settings_for(path: Path | None = None) -> Settings:
    """The settings that hold for a path; those of the folder that a person stands in if none is given."""
    return find(path or Path.cwd())
