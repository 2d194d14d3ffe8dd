"""`cleaner rules`: looking at rules, proving packs of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
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


@rules.command("cost")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@packs_option
@click.option("--top", default=30, type=click.IntRange(1), help="How many rules are shown.")
def rules_cost(files: tuple[Path, ...], packs: tuple[str, ...], top: int) -> int:
    """Show which rules cost most on texts, or on JSON lines with a `text`, plain or gzipped.

    For each rule: microseconds a text, how often its cues called it, how often its pattern was then tried, how often
    it found something (all three in a thousand texts), and the cues that called most.
    """
    from cleaner.rules.cost import costs
    from cleaner.rules.load import load_packs

    found = costs(load_packs(packs or settings_for().packs), [text for file in files for text in _texts(file)])
    many = max(1, found.texts)
    click.echo("µs/text   calls   tries   finds  rule, and its cues")
    for cost in found.rules[:top]:
        numbers = (1000 * number / many for number in (cost.calls, cost.tries, cost.marks))
        cues = ", ".join(f"{cue!r} {1000 * times / many:.0f}" for cue, times in cost.cues[:4])
        figures = "".join(f"{number:8.1f}" for number in numbers)
        click.echo(f"{1e6 * cost.seconds / many:7.2f}{figures}  {cost.rule}: {cues}")
    tried = sum(cost.seconds for cost in found.rules)
    click.echo(
        f"{found.texts} texts; {1e6 * found.seconds / many:.0f} µs each for all matching, "
        f"{1e6 * tried / many:.0f} of it for patterns"
    )
    return 0


def _texts(file: Path) -> Iterator[str]:
    import gzip

    from cleaner.files import decode, read_bytes
    from cleaner.rows import Row

    data = read_bytes(file)
    if file.suffix == ".gz":
        data = gzip.decompress(data)
    if ".jsonl" not in file.suffixes and ".ndjson" not in file.suffixes:
        yield decode(data).text
        return
    for line in data.splitlines():
        if line.strip():
            yield Row(line, "text").text or ""


def _rules(packs: Iterable[str]) -> list[Rule]:
    from cleaner.rules.load import load_packs

    return [rule for pack in load_packs(list(packs) or settings_for().packs) for rule in pack.rules]
