"""Which packs a text calls for: those whose language it speaks, and those that belong to no language.

A pack may name its language's commonest words. This is no language identification, only a way to leave out
packs that can do nothing but harm: related languages are kept together, and a text without a common word gets all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from struct import Struct

from cleaner.rules.load import Pack
from cleaner.text import SPACELESS, beyond_ascii

SAMPLE = 700
"""How many code points are looked at, at the start and again in the middle."""

FEWEST = 6
"""With fewer different common words than this a text is too short to tell, and each language counts that has one."""

_SPACELESS = re.compile(f"[{SPACELESS}-\U0010ffff]")

LANE = 2
"""Counts of all languages are added up at once, each in so many bytes of one number."""

SHARE = 0.55
"""A language is spoken that has at least this share of the words that the one with most has."""


class Languages:
    """The common words of some packs."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Packs without common words are always called for, as is English: pages of all languages speak it."""
        self.always: set[str] = set()
        self._speakers: dict[str, list[str]] = {}
        self._tags = {pack.name: pack.lang for pack in packs if pack.lang}
        for pack in packs:
            if not pack.common or pack.lang == "en":
                self.always.add(pack.name)
            for word in pack.common:
                self._speakers.setdefault(word, []).append(pack.name)
        self._common = frozenset(self._speakers)
        self._names = sorted({name for names in self._speakers.values() for name in names})
        lane = {name: 1 << 8 * LANE * at for at, name in enumerate(self._names)}
        self._unpack = Struct(f"<{len(self._names)}H").unpack
        self._lanes = {word: sum(map(lane.__getitem__, names)) for word, names in self._speakers.items()}
        self._last: tuple[tuple[str, frozenset[str]], ...] = ()
        self._gated = any(pack.name not in self.always for pack in packs)
        self._all = frozenset(self.always | {name for names in self._speakers.values() for name in names})

    def of(self, text: str) -> frozenset[str]:
        """Names of the packs that a text calls for."""
        if not self._gated:
            return self._all
        # Judging asks for one text again and again: to find its packs, and to see whether a cut has changed them.
        for known, names in self._last:
            if text is known:
                return names
        names = self._spoken(text)
        self._last = ((text, names), *self._last[:1])
        return names

    def likeliest(self, text: str, fewest: int = FEWEST) -> str | None:
        """Tag of the language with most common words in a text; None if these are too few, or two have as many.

        For counting, not for judging: of related languages it may name the wrong one.
        """
        counts = self._counts(text)
        most = max(counts.values(), default=0)
        names = [name for name, count in counts.items() if count == most]
        return self._tags.get(names[0]) if most >= fewest and len(names) == 1 else None

    def _counts(self, text: str) -> dict[str, int]:
        # Few words of a text are common ones: to look each up is half the work of gathering all in a set first.
        said = self._common.intersection(_sample(text))
        lanes = sum(map(self._lanes.__getitem__, said)).to_bytes(LANE * len(self._names), "little")
        return {name: count for name, count in zip(self._names, self._unpack(lanes), strict=True) if count}

    def _spoken(self, text: str) -> frozenset[str]:
        counts = self._counts(text)
        if not counts:
            return self._all
        most = max(counts.values())
        enough = SHARE * most if most >= FEWEST else 1
        return frozenset(self.always.union(name for name, count in counts.items() if count >= enough))


def _sample(text: str) -> list[str]:
    """The words of the parts of a text that are looked at, and what each is that has no spaces around it."""
    if len(text) > 2 * SAMPLE:
        middle = len(text) // 2
        text = text[:SAMPLE] + " " + text[middle : middle + SAMPLE]
    folded = text.lower()
    return folded.split() if folded.isascii() else folded.split() + _SPACELESS.findall(beyond_ascii(folded))
