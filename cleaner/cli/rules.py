"""`cleaner rules`: looking at rules, proving packs of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from cleaner.cli.options import FAILED, packs_option, settings_for

if TYPE_CHECKING:
    from cleaner.rules.model import Rule


@click.group()
def rules() -> None:
    """Look at rules, and prove packs of your own."""


@rules.command("list")
@packs_option
@click.option("--lang", help="Only rules of this language.")
@click.option("--kind", help="Only rules of this kind.")
@click.option("--markdown", is_flag=True, help="All rules of the packs as a page.")
def rules_list(packs: tuple[str, ...], lang: str | None, kind: str | None, markdown: bool) -> int:
    """List rules: id, sure or not, what they take, where, and why."""
    if markdown:
        from cleaner.rules.load import load_packs
        from cleaner.rules.page import page

        click.echo(page(load_packs(packs or settings_for().packs)), nl=False)
        return 0
    chosen = [
        rule
        for rule in _rules(packs)
        if lang in (None, rule.lang) and (kind is None or kind == ("keep" if rule.keep else rule.kind))
    ]
    for rule in chosen:
        click.echo(f"{rule.id}\t{'sure' if rule.sure else 'unsure'}\t{rule.takes}\t{rule.where}\t{rule.why}")
    return 0


@rules.command("show")
@click.argument("name", metavar="RULE")
@packs_option
def rules_show(name: str, packs: tuple[str, ...]) -> int:
    """Show one rule with its proof."""
    import difflib

    known = {rule.id: rule for rule in _rules(packs)}
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise click.UsageError(f"no rule is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    rule = known[name]
    for field in ("id", "kind", "why", "takes", "where", "sure", "cues", "pattern", "unless", "signs", "least"):
        click.echo(f"{field:8} {getattr(rule, field)}")
    for field in ("drops", "stays", "todo"):
        for example in getattr(rule, field):
            click.echo(f"{field:8} {example!r}")
    return 0


@rules.command("test")
@click.argument("packs", nargs=-1, metavar="PACK…")
def rules_test(packs: tuple[str, ...]) -> int:
    """Replay every example of every rule in packs, by name or path; all packs if none are named."""
    from cleaner.prove import prove
    from cleaner.rules.load import load_packs

    loaded = load_packs(packs or None)
    failures = list(prove(loaded))
    for failure in failures:
        click.echo(f"{failure.rule}: {failure.field}: {failure.example!r}\n    {failure.wrong}")
    click.echo(f"{sum(len(pack.rules) for pack in loaded)} rules, {len(failures)} examples failed")
    return FAILED if failures else 0


def _rules(packs: Iterable[str]) -> list[Rule]:
    from cleaner.rules.load import load_packs

    return [rule for pack in load_packs(list(packs) or settings_for().packs) for rule in pack.rules]
