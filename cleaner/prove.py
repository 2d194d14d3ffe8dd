"""Proof of rules: every example of every rule, replayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from cleaner.data import Document, Span
from cleaner.echoes import echoes
from cleaner.rules.load import Pack, compile_complaint
from cleaner.rules.match import Matcher
from cleaner.rules.model import Rule
from cleaner.settle import settle


class Failure(NamedTuple):
    """An example that does not come out as its rule says."""

    rule: str
    field: str
    example: str
    wrong: str


def marked(example: str) -> tuple[str, set[int]]:
    """An example without its ⟦⟧, and the offsets of the letters between them (white space not counted)."""
    inside = list(accumulate((1 if c == "⟦" else -1 if c == "⟧" else 0) for c in example))
    kept = [(c, depth) for c, depth in zip(example, inside, strict=True) if c not in "⟦⟧"]
    text = "".join(c for c, _ in kept)
    return text, {at for at, (c, depth) in enumerate(kept) if depth and not c.isspace()}


def prove(packs: Iterable[Pack]) -> Iterator[Failure]:
    """Failures of all examples in the packs, each rule tried alone."""
    for pack in packs:
        for rule in pack.rules:
            yield from prove_rule(rule, pack)


def prove_rule(rule: Rule, pack: Pack) -> Iterator[Failure]:
    """Failures of one rule's examples."""
    complaint = compile_complaint(rule)
    if complaint:
        yield Failure(rule.id, "match", rule.pattern, complaint)
        return
    alone = Matcher([pack.only(rule)])
    for field, examples in (("drops", rule.drops), ("todo", rule.todo)):
        for example in examples:
            text, wanted = marked(example)
            wrong = _difference(text, wanted, _letters(text, alone(_document(rule, text))))
            if field == "drops" and wrong:
                yield Failure(rule.id, field, example, wrong)
            if field == "todo" and not wrong:
                yield Failure(rule.id, field, example, "comes out right today: move it to drops")
    for example in rule.stays:
        document = _document(rule, example)
        spans = settle(document, [*alone(document), *echoes(document)]).spans
        if spans:
            yield Failure(rule.id, "stays", example, _difference(example, set(), _letters(example, spans)))


def _document(rule: Rule, text: str) -> Document:
    return Document(text, site=rule.sites[0] if rule.sites else None)


def _letters(text: str, spans: Iterable[Span]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end) if not text[at].isspace()}


def _difference(text: str, wanted: set[int], taken: set[int]) -> str:
    said = [
        f"{word} {_stretches(text, offsets)}"
        for word, offsets in (("does not take", wanted - taken), ("takes too much:", taken - wanted))
        if offsets
    ]
    return "; ".join(said)


def _stretches(text: str, offsets: set[int]) -> str:
    letters = (text[at] if at in offsets else " " if text[at].isspace() else "…" for at in range(len(text)))
    joined = "".join(letters)
    while "……" in joined:
        joined = joined.replace("……", "…")
    return repr(" ".join(joined.split())[:200])
