"""The page that lists all rules, for people who look before they trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cleaner.data import KINDS
from cleaner.rules.load import Pack

HEADING = """# The rules that come with cleaner

Made from the packs by `cleaner rules list --markdown`; a test holds it to them. `cleaner rules show ID` prints a
rule with its pattern and its proof.
"""


def page(packs: Iterable[Pack]) -> str:
    """Markdown: how many rules each pack has of each kind, and what each rule is for."""
    packs = list(packs)
    kinds = [kind for kind in KINDS if any(rule.kind == kind for pack in packs for rule in pack.rules)]
    lines = [HEADING, "| pack | " + " | ".join(kinds) + " | keep | all |", "|---" * (len(kinds) + 3) + "|"]
    for pack in packs:
        number: Counter[str] = Counter(rule.kind or "keep" for rule in pack.rules)
        cells = [str(number[kind] or "") for kind in (*kinds, "keep")]
        lines.append(f"| {pack.name} | " + " | ".join(cells) + f" | {len(pack.rules)} |")
    for pack in packs:
        lines += ["", f"## {pack.name}", "", pack.about, ""]
        lines += [f"- `{rule.id}` ({'sure' if rule.sure else 'unsure'}): {rule.why}" for rule in pack.rules]
    return "\n".join(lines) + "\n"
