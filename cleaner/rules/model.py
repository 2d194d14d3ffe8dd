"""What a rule is. Packs are TOML files of these; `cleaner rules show ID` prints one."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

import msgspec
import regex

from cleaner.data import Kind, Where
from cleaner.rules.cache import cached, compiled

Takes = Literal["match", "sentence", "run", "line", "list", "thread", "document"]

Anchor = Literal["line", "sentence", "cue", ""]
"""Where alone a pattern can begin: found by the loader, so that it need not be tried at every letter."""

_LOCAL: frozenset[Takes] = frozenset({"match", "sentence", "run", "line"})
"""What needs no look at lines beside the one that holds the cue."""

LONGEST_LINE = 1_200
"""A rule that takes lines leaves longer ones alone unless it says `longest`: they are flattened pages."""


_BRACKET = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", re.DOTALL)
"""What tells where groups and alternatives begin and end, and the escapes and classes in which it does not."""


def alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern that no group holds: the pattern itself, if there is but one."""
    depth = begin = 0
    found: list[str] = []
    for bracket in _BRACKET.finditer(pattern):
        sign = bracket[0]
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif sign == "|" and depth == 0:
            found.append(pattern[begin : bracket.start()])
            begin = bracket.end()
    return [*found, pattern[begin:]]


class Rule(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"pattern": "match"},
    dict=True,
):
    """One way in which pages wrap a story, with the examples that prove it.

    id         pack, kind and name: `en.appeal.donate`
    kind       what the stretch is; empty for keep-rules, which veto whatever overlaps them
    cues       literal word starts, one of which must occur; "^word" means at a line's start, "word$" at
               its end. A rule for the head or the tail may go without: it is then tried on short lines
               near that end
    pattern    `match` in the file: `regex` syntax, ignoring case unless `case`; `%{name}` inserts a
               definition. Tried on the line that holds the cue; ^ and $ are that line's ends. A pattern that
               opens with ^, %{start} or %{cue} is tried only there: at the line's start, where a sentence
               starts, or where the cue does (or a bracket or bar before it), which is quicker
    opens      how all that the pattern matches begins, for a rule without cues whose pattern begins with ^: in the
               syntax of `re`, which sees in a tenth of the time that most lines do not; without repeats of repeats,
               since nothing stops it
    unless     a pattern that must not occur in what is taken (for a match: in its line)
    signs      patterns of which at least `least` must occur in what is taken (for a match: in its line): what
               a form is made of, in any order, where no one wording is sure
    takes      the match (or its group `cut`), the sentences it touches, the run of sentences in its line that
               holds most signs (the pattern is then tried on the run), the line, the line and the list
               of headline-like lines below it, the thread of comments that it opens (the line and all that
               follows, if prose stands above and several lines match, each over words of its own), or the
               whole document: then the pattern is matched from its first word on, if it is no longer than
               `longest`
    where      head, tail or any: how far from an end of the remaining text the rule still holds
    sure       stands alone; otherwise a second witness is needed
    beside     when not sure: the text's edge is no witness, only a neighbour or another detector is; a sure
               heading is sure only over a list
    amid       only where prose stands below: the last line of a story may look the same
    sites      hosts or site names that the rule is bound to; none means all
    from_end   how far from its line's end, in code points, the cue may stand at most; 0 for anywhere
    longest    longest line, in code points, that a line-taking rule looks at, or longest document
    why        what makes this a sign, for the person who reads an explanation
    drops      texts in which ⟦ and ⟧ mark exactly what this rule takes
    stays      texts that must come through the whole tool untouched
    todo       texts marked like drops that the rule should take one day and must not take today

    Named groups of the pattern fill the metadata: title, author, date, credit, tags, role.
    """

    id: str
    kind: Kind | Literal[""] = ""
    cues: list[str] = []
    pattern: str
    opens: str = ""
    unless: str | None = None
    signs: list[str] = []
    least: int = 1
    takes: Takes = "line"
    where: Where = "any"
    sure: bool = False
    case: bool = False
    beside: bool = False
    amid: bool = False
    sites: list[str] = []
    from_end: int = 0
    longest: int = LONGEST_LINE
    why: str
    drops: list[str]
    stays: list[str]
    todo: list[str] = []
    lang: str = ""
    keep: bool = False
    anchor: Anchor = ""

    @cached_property
    def pack(self) -> str:
        """The name of the pack that the rule belongs to."""
        return self.id.partition(".")[0]

    @cached_property
    def compiled(self) -> regex.Pattern[str]:
        """The pattern, compiled when it is first needed."""
        return compiled(self.pack, self.pattern, self._flags)

    @cached_property
    def compiled_unless(self) -> tuple[regex.Pattern[str], ...]:
        """The exceptions, compiled when they are first needed: each alone is looked for quicker than all in one."""
        return tuple(compiled(self.pack, exception, self._flags) for exception in self.exceptions)

    @cached_property
    def exceptions(self) -> tuple[str, ...]:
        """The alternatives of `unless`."""
        unless = self.unless
        return () if unless is None else cached(self.pack, ("exceptions", unless), lambda: tuple(alternatives(unless)))

    @cached_property
    def compiled_signs(self) -> tuple[regex.Pattern[str], ...]:
        """The signs, compiled when they are first needed."""
        return tuple(compiled(self.pack, sign, self._flags) for sign in self.signs)

    @cached_property
    def local(self) -> bool:
        """Whether what the rule takes of a line depends on nothing but the line."""
        return self.takes in _LOCAL and not self.sites and not self.amid

    @property
    def _flags(self) -> int:
        return regex.V0 if self.case else regex.V0 | regex.IGNORECASE

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Named groups that fill metadata."""
        return tuple(name for name in self.compiled.groupindex if name != "cut")


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[pack]` table: the pack's name, the language whose dates its rules read, and its commonest words.

    With `common` words a pack is used only for texts that speak its language, without for all.
    """

    name: str
    lang: str = ""
    about: str = ""
    common: list[str] = []
