"""Packs against documents: the rules that a text calls for are made ready once and read each text with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from cleaner.data import Document, Span
from cleaner.rules.cues import Cues
from cleaner.rules.edges import Edge, edges_of
from cleaner.rules.languages import Languages
from cleaner.rules.load import Pack
from cleaner.rules.model import Rule
from cleaner.rules.needles import Checks
from cleaner.rules.reading import Memo, Reading
from cleaner.rules.takes import PATTERN_SECONDS
from cleaner.rules.views import BULLET, is_flat, mapped, read
from cleaner.text import compose

AT_ONCE, OFTEN = 4, 100
"""The first choices of packs that texts call for are made ready at once, others when they are asked for so often."""


class Matcher:
    """A detector made of packs. It can be pickled; automata are built anew where it lands."""

    def __init__(self, packs: Iterable[Pack], reading: type[Reading] | None = None) -> None:
        """Takes packs as `load_packs` gives them; `reading` is what reads a document in place of `Reading`."""
        self.packs = tuple(packs)
        self._reading = reading or Reading
        self.languages = Languages(self.packs)
        self._readers: dict[frozenset[str], _Reader] = {}
        self._asked: Counter[frozenset[str]] = Counter()
        self._edges: dict[str, tuple[Edge, ...]] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of all packs, in order."""
        return tuple(rule for pack in self.packs for rule in pack.rules)

    def __getstate__(self) -> dict[str, Any]:
        """The packs alone: automata cannot be pickled."""
        return {"packs": self.packs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Takes what `__getstate__` gave."""
        self.__init__(state["packs"])  # type: ignore[misc]

    def __call__(self, document: Document) -> Iterable[Span]:
        """Marks for a document, offsets into its text. Raises PatternTimeout for a runaway pattern."""
        reader = self.reader(document.text)
        composed = compose(document.text)
        if composed is None:
            return read(reader.marks, document)
        text, offsets = composed
        form = Document(text, document.url, document.site, document.id)
        return [mapped(mark, offsets) for mark in read(reader.marks, form)]

    def says_no_more(self, left: Document, before: Document) -> bool:
        """Whether a text that lines were cut from is read as it was before: no language is new to it, nor any view, nor
        is it what a rule for whole documents may know."""
        known = self.languages.of(before.text)
        if not self.languages.of(left.text) <= known or (is_flat(left) and not is_flat(before)):
            return False
        return not self.reader(before.text).may_know(left)

    def reader(self, text: str) -> _Reader:
        """The packs that a text calls for, made ready to read with."""
        names = self.languages.of(text)
        reader = self._readers.get(names)
        if reader is None:
            # What few and odd texts call for is looked for among all packs, which takes longer for each of them, but
            # is made ready only once.
            self._asked[names] += 1
            if len(self._readers) >= AT_ONCE and self._asked[names] < OFTEN:
                return _Reader(self._packs_of(names), self._edges_of(names), self._reading, self._all)
            reader = self._readers[names] = _Reader(self._packs_of(names), self._edges_of(names), self._reading)
        return reader

    def _packs_of(self, names: frozenset[str]) -> list[Pack]:
        return [pack for pack in self.packs if pack.name in names]

    def _edges_of(self, names: frozenset[str]) -> list[Edge]:
        packs = self._packs_of(names)
        for pack in packs:
            if pack.name not in self._edges:
                self._edges[pack.name] = edges_of(pack)
        return [edge for pack in packs for edge in self._edges[pack.name]]

    @cached_property
    def _all(self) -> _Reader:
        return _Reader(self.packs, (), self._reading)


class _Reader:
    """Some packs made ready to read with: by themselves, or as a part of what was made ready for more of them."""

    def __init__(
        self, packs: Sequence[Pack], edges: Sequence[Edge], reading: type[Reading], more: _Reader | None = None
    ) -> None:
        self._packs, self._edges, self._reading = packs, edges, reading
        self.rules: tuple[Rule, ...] = more.rules if more else tuple(rule for pack in packs for rule in pack.rules)
        self.cues: Cues = more.cues if more else Cues(self.rules)
        self.checks: Checks = more.checks if more else Checks(self.rules)
        self._names = frozenset(pack.name for pack in packs) if more else None
        self.memo: Memo = {}

    @cached_property
    def _wholes(self) -> list[Rule]:
        return [rule for pack in self._packs for rule in pack.rules if rule.takes == "document"]

    def may_know(self, document: Document) -> bool:
        """Whether a rule for whole documents may take a text, in whatever way it is looked at."""
        text = document.text.strip()
        rules = [rule for rule in self._wholes if len(text) <= rule.longest]
        if not rules or is_flat(document) or compose(text) is not None:
            return bool(rules)
        bare = BULLET.sub("", text)
        try:
            return any(rule.compiled.match(words, timeout=PATTERN_SECONDS) for rule in rules for words in {text, bare})
        except TimeoutError:
            return True  # to try the one says so

    def marks(self, document: Document) -> list[Span]:
        hits = self.cues.find(document.text)
        if self._names is not None:
            hits = [hit for hit in hits if self.rules[hit[2]].pack in self._names]
        return self._reading(document, self.rules, self.checks).marks(hits, self._edges, self.memo)
