"""The words the rest is written in: a text, blocks that tile it, spans that leave it, and the result.

All offsets are Unicode code points, half-open, and count from the start of the source text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from cleaner.pages.model import Page

if TYPE_CHECKING:
    from cleaner.explain import Explanation

Kind = Literal[
    "headline", "date", "byline", "bio", "credit", "caption", "tags", "related", "appeal", "promo",
    "social", "notice", "ad", "nav", "repeated",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)

Where = Literal["head", "tail", "any"]
Status = Literal["cleaned", "unchanged", "doubtful", "empty", "failed"]
"""`empty` is a document that held nothing but boilerplate; `doubtful` one of which only what is sure has left."""

SIDECAR_VERSION = 1


class Block(msgspec.Struct, frozen=True):
    """One line of a text with its line end; the blocks of a document tile it."""

    start: int
    end: int
    text: str


class Document(msgspec.Struct, frozen=True, dict=True):
    """A text to be judged, and what is known of where it came from.

    `site` is what repetition is counted by and what site-bound rules look at; without it the host of
    `url` serves. `page` is what the text was read from, if it was HTML.
    """

    text: str
    url: str | None = None
    site: str | None = None
    id: str | None = None
    page: Page | None = None

    @cached_property
    def lines(self) -> list[str]:
        """The text cut into lines, each with its line end."""
        return self.text.splitlines(keepends=True)

    @cached_property
    def starts(self) -> list[int]:
        """Offsets at which lines start, with the text's length as the last entry."""
        return list(accumulate(map(len, self.lines), initial=0))

    @cached_property
    def bounds(self) -> list[tuple[int, int]]:
        """Offsets of each line without the white space around it; of a line without words its end, twice."""
        found = []
        for at, line in zip(self.starts, self.lines, strict=False):
            words = line.rstrip()
            end = at + len(words)
            found.append((end - len(words.lstrip()), end) if words else (at + len(line),) * 2)
        return found

    @property
    def blocks(self) -> Iterator[Block]:
        """The lines of the text, in order, none left out."""
        for (start, end), words in zip(pairwise(self.starts), self.lines, strict=True):
            yield Block(start, end, words)


Value = tuple[str, int, int]
"""A named part of a span that metadata is read from: name, start, end."""


class Span(msgspec.Struct, frozen=True, gc=False):
    """A stretch of a document that a detector speaks of, or that has left.

    Detectors yield spans as marks (`sure`, `where`, `keep` say how much they claim, `follows` that they only
    stand in a list below a heading, `alone` that neither a neighbour nor the text's edge is a witness for them,
    `beside` that a neighbour is one and the edge is none, `vouches` that they are witnesses and never leave,
    `seen` in how many documents of how many they stood); `settle` turns them into the sorted, disjoint spans of a
    result, whose `witnesses` name what else spoke for them.
    """

    start: int
    end: int
    kind: Kind
    rule: str
    detector: str = "rules"
    sure: bool = True
    where: Where = "any"
    keep: bool = False
    follows: bool = False
    values: tuple[Value, ...] = ()
    witnesses: tuple[str, ...] = ()
    alone: bool = False
    beside: bool = False
    vouches: bool = False
    seen: tuple[int, int] = (0, 0)


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """Where a value of the metadata was read: offsets in the source."""

    start: int
    end: int


class Credit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who an image, a film or a translation is owed to.

    `name` is the credit as it stood; `person` and `agency` are its parts where they can be told apart.
    """

    name: str
    person: str | None = None
    agency: str | None = None
    role: str | None = None


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a page's data and the removed stretches say about the article. Empty beats wrong.

    `date` and `modified` are ISO 8601, `language` is a tag such as `en-GB`, `canonical` and `licence` are addresses
    as the page gives them. `sources` gives, for each field read from the text, the stretches it was read from;
    `origins`, for each read from a page's data, where: `json-ld`, `meta`, `rel`, `markup`, `url` or `search`.
    """

    title: str | None = None
    authors: list[str] = msgspec.field(default_factory=list)
    date: str | None = None
    credits: list[Credit] = msgspec.field(default_factory=list)
    tags: list[str] = msgspec.field(default_factory=list)
    sources: dict[str, list[Stretch]] = msgspec.field(default_factory=dict)
    modified: str | None = None
    captions: list[str] = msgspec.field(default_factory=list)
    site_name: str | None = None
    language: str | None = None
    canonical: str | None = None
    licence: str | None = None
    origins: dict[str, str] = msgspec.field(default_factory=dict)


class Tool(msgspec.Struct, frozen=True):
    """What did the cleaning: name, version, and each rule pack with a hash of its content."""

    name: str
    version: str
    packs: dict[str, str]


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a text came from, as far as it is known, and what its bytes were.

    `date` is what a column of dates said, as it stood there. `escaped` is said of a value in JSON that had all letters
    beyond ASCII written as escapes.
    """

    path: str | None = None
    form: str | None = None
    field: str | None = None
    encoding: str | None = None
    bom: bool = False
    sha256: str | None = None
    url: str | None = None
    site: str | None = None
    escaped: bool = False
    date: str | None = None


class TextDigest(msgspec.Struct, frozen=True):
    """Length in code points and SHA-256 of a text's UTF-8 bytes (lone surrogates passed through)."""

    length: int
    sha256: str


class Removed(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A stretch that left, with its words, so that nothing is lost.

    `documents` of `of` of its site held it, if repetition spoke for it.
    """

    start: int
    end: int
    kind: Kind
    rule: str
    text: str
    witnesses: list[str] = []
    documents: int = 0
    of: int = 0


class Sidecar(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What stands beside a cleaned text: enough to explain, to verify and to restore it.

    `before` and `after` are missing only where there was no text to speak of: bytes that could not be decoded.
    """

    version: int
    id: str | None = None
    status: Status
    reason: str | None = None
    tool: Tool
    source: Source
    before: TextDigest | None = None
    after: TextDigest | None = None
    metadata: Metadata
    removed: list[Removed]


def digest(text: str) -> TextDigest:
    """Length and hash of a text; lone surrogates count as themselves."""
    return TextDigest(len(text), sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


class Result(msgspec.Struct, frozen=True):
    """What cleaning a document gave: the text, what left it, and what that said.

    `source` is the text that all offsets refer to; `removed` is sorted and disjoint.
    """

    text: str
    source: str
    removed: tuple[Span, ...]
    metadata: Metadata
    status: Status
    tool: Tool
    reason: str | None = None
    id: str | None = None
    origin: Source = Source()

    def facts(self) -> Sidecar:
        """The result as a sidecar, with what left and the proof that text and source belong together."""
        source = self.source
        before = digest(source)
        return Sidecar(
            version=SIDECAR_VERSION,
            id=self.id,
            status=self.status,
            reason=self.reason,
            tool=self.tool,
            source=self.origin,
            before=before,
            after=digest(self.text) if self.removed else before,
            metadata=self.metadata,
            removed=[
                Removed(s.start, s.end, s.kind, s.rule, source[s.start : s.end], list(s.witnesses), *s.seen)
                for s in self.removed
            ],
        )

    def explain(self) -> Explanation:
        """What left and why, to look at or as data; `Cleaner.explain` knows also what was nearly removed."""
        from cleaner.explain import Explanation, Leaving

        source = self.source
        removed = (
            Leaving(s.start, s.end, s.kind, s.rule, s.detector, source[s.start : s.end], s.witnesses)
            for s in self.removed
        )
        return Explanation(source, self.status, tuple(removed), reason=self.reason, id=self.id)

    def __rich__(self) -> Explanation:
        """Rich shows a result as its explanation."""
        return self.explain()

    def _repr_html_(self) -> str:
        return self.explain()._repr_html_()

    def sidecar(self) -> dict[str, Any]:
        """The result as plain data, ready for JSON; `restore` takes it back. See `cleaner.data.Sidecar`."""
        built: dict[str, Any] = msgspec.to_builtins(self.facts())
        return built
