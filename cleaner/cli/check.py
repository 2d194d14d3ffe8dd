"""`cleaner check`: what would leave files that lie in a repository; with --fix, taking it out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import FAILED, FOUND, cores, packs_option, workers_option

if TYPE_CHECKING:
    from cleaner.check import Checked, Choice


class _Files(click.Command):
    """Takes for a file what is called like one, even if the name begins with a dash: git hands over any name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {name for param in self.params for name in param.opts}
        end = args.index("--") if "--" in args else len(args)
        named = [
            os.path.join(os.curdir, arg) if arg.startswith("-") and arg not in known and os.path.lexists(arg) else arg
            for arg in args[:end]
        ]
        return super().parse_args(ctx, [*named, *args[end:]])


@click.command(cls=_Files)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@packs_option
@click.option("--keep", "-k", multiple=True, metavar="KIND|RULE", help="A kind, or a rule, that stays in the text.")
@click.option("--encoding", help="Encoding of files without a byte order mark.")
@click.option("--text-field", help="Field of JSON lines that holds the text; `text` by default.")
@click.option(
    "--format", "form", default="text", type=click.Choice(["text", "json", "github", "sarif"]), help="How to say it."
)
@click.option("--diff", is_flag=True, help="Show as a unified diff what --fix would change; alone it changes nothing.")
@click.option("--fix", is_flag=True, help="Take out what is found, in place. HTML is only reported on.")
@click.option("--sidecar", metavar="beside|none|DIR", help="Where --fix puts what left; `beside` by default.")
@click.option("--update-allow", is_flag=True, help="Accept what is found: write it to .cleaner-allow.")
@click.option("--reason", metavar="TEXT", help="Why --update-allow accepts it.")
@workers_option
def check(
    files: tuple[Path, ...], packs: tuple[str, ...], keep: tuple[str, ...], encoding: str | None,
    text_field: str | None, form: str, diff: bool, fix: bool, sidecar: str | None, update_allow: bool,
    reason: str | None, workers: int | None,
) -> int:  # fmt: skip
    """Say what would leave files, or all texts in folders; with --fix, take it out in place.

    Exit codes: 0 nothing found, 1 something found (and with --fix taken out), 2 something failed. Text, Markdown and
    JSON lines can be fixed; HTML is reported on and never rewritten.
    """
    from cleaner.check import Choice, files_in
    from cleaner.check import check as run

    _refuse(fix, diff, update_allow, reason, sidecar, form)
    choice = Choice(packs or None, keep, encoding, text_field, sidecar, fix, diff)
    paths = files_in(files)
    checked = []
    say = _Saying(form, diff, choice)
    for one in run(paths, choice, workers or cores()):
        checked.append(one)
        if not update_allow:
            say.at_once(one)
    if update_allow:
        return _accept(files, checked, reason)
    say.at_last(checked)
    if not packs and not keep:
        _say_stale(files, checked)
    if any(one.failures for one in checked):
        return FAILED
    return FOUND if any(one.findings for one in checked) else 0


def _refuse(fix: bool, diff: bool, update_allow: bool, reason: str | None, sidecar: str | None, form: str) -> None:
    if update_allow and (fix or diff):
        raise click.UsageError("--update-allow accepts what is found; --fix and --diff do the contrary")
    if reason is not None and not update_allow:
        raise click.UsageError("--reason says why --update-allow accepts; there is nothing to accept without it")
    if reason is not None and not reason.isprintable():
        raise click.UsageError("--reason is one line")
    if sidecar is not None and not fix:
        raise click.UsageError("--sidecar says where --fix puts what left; nothing leaves without it")
    if diff and form != "text":
        raise click.UsageError("--diff is a format of its own; leave out --format")


class _Saying:
    """Prints what was found: lines at once, whole documents at last. Failures go to standard error."""

    def __init__(self, form: str, diff: bool, choice: Choice) -> None:
        self.form = "diff" if diff else form
        self.choice = choice
        self.style = click.style if form == "text" and _coloured() else None

    def at_once(self, one: Checked) -> None:
        import cleaner.cli.formats as formats
        from cleaner.show import in_line

        for reason in one.failures:
            click.echo(f"failed: {in_line(one.path)}: {in_line(reason)}", err=True)
        if self.form == "text":
            for finding in one.findings:
                click.echo(formats.text_line(finding, self.style), color=self.style is not None)
        elif self.form == "diff":
            sys.stdout.buffer.write(formats.diff(one).encode())

    def at_last(self, checked: Sequence[Checked]) -> None:
        import cleaner.cli.formats as formats

        if self.form == "json":
            click.echo(formats.as_json(checked))
        elif self.form == "github":
            for line in formats.as_github(checked):
                click.echo(line)
        elif self.form == "sarif":
            from cleaner.check import cleaner_for
            from cleaner.cli.options import settings_for

            click.echo(formats.as_sarif(checked, cleaner_for(self.choice, settings_for()).why))
        elif checked:
            _say_sum(checked)


def _coloured() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def _say_sum(checked: Sequence[Checked]) -> None:
    """One line on standard error, if anything was found."""
    found = sum(len(one.findings) for one in checked)
    files = sum(bool(one.findings) for one in checked)
    if not found:
        return
    fixed = sum(one.fixed for one in checked)
    done = f"; {_number(fixed, 'file')} cleaned" if fixed else ""
    click.echo(
        f"{_number(found, 'stretch', 'stretches')} in {files} of {_number(len(checked), 'file')}{done}", err=True
    )


def _number(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _say_stale(files: Sequence[Path], checked: Sequence[Checked]) -> None:
    from cleaner.check import stale
    from cleaner.show import in_line

    for file, entries in stale(files, checked).items():
        for entry in entries:
            click.echo(f"stale: {in_line(file)}: {entry.rule} {entry.hash} is found no more", err=True)


def _accept(files: Sequence[Path], checked: Sequence[Checked], reason: str | None) -> int:
    """Writes what was found to the nearest `.cleaner-allow`, or to a new one beside the settings or at git's root."""
    from cleaner import allow
    from cleaner.check import stale
    from cleaner.show import in_line, opening

    found: dict[Path, dict[allow.Entry, str]] = {}
    for one in checked:
        for finding in one.findings:
            file = Path(one.allow) if one.allow else _new_allow(Path(one.path))
            entries = found.setdefault(file, {})
            entries.setdefault(
                allow.Entry(finding.rule, finding.hash), reason or f'no reason given: "{opening(finding.text)}"'
            )
    gone = stale(files, checked)
    for file in sorted({*found, *map(Path, gone)}):
        add, drop = found.get(file, {}), gone.get(str(file), [])
        allow.update(file, add, drop)
        dropped = f", {len(drop)} dropped" if drop else ""
        click.echo(f"{in_line(str(file))}: {len(add)} accepted{dropped}", err=True)
    for one in checked:
        for why in one.failures:
            click.echo(f"failed: {in_line(one.path)}: {in_line(why)}", err=True)
    return FAILED if any(one.failures for one in checked) else 0


def _new_allow(path: Path) -> Path:
    from cleaner.allow import FILE
    from cleaner.cli.options import settings_for

    given = settings_for(path)
    if given.file:
        return Path(given.file).parent / FILE
    for folder in path.resolve().parents:
        if (folder / ".git").exists():
            return folder / FILE
    return Path.cwd() / FILE
