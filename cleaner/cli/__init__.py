"""The command line: what a person types, what is printed, and which exit code it ends with.

Exit codes: 0 done, 1 `check` found something, 2 something failed or was not understood. Each command lives in a
module of its own, imported when it is called, so that the quick ones start at once.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from cleaner import __version__
from cleaner.cli.options import FAILED
from cleaner.errors import CleanerError

COMMANDS = {
    "clean": "Clean folders, files, or standard input (-).",
    "check": "Say what would leave files; with --fix, take it out in place.",
    "explain": "Show what would leave a text, and why.",
    "learn": "Count what a dump says again and again.",
    "report": "Show what a run removed, in one page that opens from disk.",
    "restore": "Give back the source files of what `cleaner clean` wrote.",
    "rules": "Look at rules, and prove packs of your own.",
}
"""Commands and what the overview says of them; each is found under its name in the module of its name."""


def main() -> None:
    """Runs the command line; a user's mistake ends in one line on standard error, never in a traceback."""
    try:
        code = cli(standalone_mode=False)
    except CleanerError as error:
        click.echo(f"cleaner: {error}", err=True)
        code = FAILED
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("cleaner: stopped", err=True)
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = FAILED
    sys.exit(code or 0)


class _Lazily(click.Group):
    """A group that imports a command's module only when the command is called or its help asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"cleaner.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazily, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Give back the article, and nothing but the article."""
