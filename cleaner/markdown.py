"""Markdown, read so that it cannot be damaged: detectors see the words, and what leaves takes its marks with it.

The blocks are those that markdown-it-py finds (CommonMark, and tables). Front matter, code, HTML, tables, pictures
that stand alone, rules and link definitions never leave. A heading leaves only together with all that stands below
it; a link, a code span or an emphasised stretch leaves whole or stays whole. After each cut the text is parsed
again, and what would change the blocks that stay is not cut.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cleaner.data import Document, Span
from cleaner.paint import rewidened
from cleaner.settle import Settled, cut
from cleaner.text import content

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

ENDINGS = (".md", ".markdown", ".mdown", ".mkd")

STAND_IN = "\ufffc"
"""What detectors see in place of a picture or of a block that stays."""

_LINE = re.compile(r"\r\n|\r|\n")
_FRONT = re.compile(
    r"\A(?:---[ \t]*(?:\r\n|\r|\n)(?P<yaml>(?:.*?[\r\n])??)(?:---|\.\.\.)|\+\+\+[ \t]*[\r\n].*?[\r\n]\+\+\+)"
    r"[ \t]*(?:\r\n|\r|\n|\Z)",
    re.DOTALL,
)
_YAML = re.compile(r"\s*(?:#.*|[^\s:#][^:]*:(?:\s.*)?|- .*|[\]\}],?|\s+.*)?")
_UNCLOSED = re.compile(r"\A---[ \t]*(?:\r\n|\r|\n)(?:[\w-]+:(?: [^\r\n]*)?(?:\r\n|\r|\n|\Z))+")
_MARKER = re.compile(r"[ \t]*#{1,6}[ \t]+|[ \t]*>[ \t]?")
_INLINE = re.compile(
    r"(?P<code>(`+)(?!`).+?(?<!`)\2(?!`))"
    r"|(?P<tag></?[A-Za-z][^<>\n]*>|<!--.*?-->)"
    r"|(?P<link>!?\[(?P<words>(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*)\]"
    r"(?:\((?:[^()\\]|\\.|\([^()]*\))*\)|\[[^\]]*\])?)",
    re.DOTALL,
)
_EMPHASIS = re.compile(
    r"(?<![\\*\w])(\*{1,3})(?=[^\s*])(.+?)(?<=[^\s*\\])\1(?!\*)|(?<![\\\w])(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_\\])\3(?!\w)"
)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>]*?(/?)>")
_VOID = frozenset({"br", "img", "hr", "wbr", "input"})


_FORM = frozenset({"fence", "code_block", "html_block", "tr_open", "th_open", "td_open", "hr"})
"""What a parser says of blocks that never leave."""


class _Whole(NamedTuple):
    """Something that leaves whole or not at all: its bounds, its words', and whether words inside may leave alone."""

    start: int
    end: int
    low: int
    high: int
    loose: bool = False


class _Block(NamedTuple):
    """A block that must come through a cut as it is, and what it says."""

    start: int
    end: int
    says: tuple[str, ...]


class _Heading(NamedTuple):
    start: int
    end: int
    level: int


class _Page:
    """One Markdown text taken apart, with the words that detectors look at and the way back from them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.front = _front(text)
        self.starts = [self.front, *(found.end() for found in _LINE.finditer(text, self.front)), len(text)]
        self.wholes: list[_Whole] = []
        self.headings: list[_Heading] = []
        self.blocks: list[_Block] = []
        self.hidden: list[tuple[int, int, str]] = []
        self.links: Counter[str] = Counter()
        self.form: list[tuple[str, str]] = []
        self._prose: set[int] = set()
        tokens = _parser().parse(text[self.front :])
        self._read(tokens)
        self._keep_the_rest(tokens)
        self.blocks.sort()
        self.hidden.sort()
        self.words, self.offsets = self._seen()

    def _lines(self, token: Token) -> tuple[int, int]:
        first, last = token.map or (0, 0)
        end = self.starts[min(last, len(self.starts) - 1)]
        return self.starts[first], content(self.text, self.starts[first], end)[1]

    def _read(self, tokens: Sequence[Token]) -> None:
        table = 0
        heading: Token | None = None
        for token in tokens:
            if token.type in _FORM:
                self.form.append((token.type, token.content))
            if token.type in ("table_open", "table_close"):
                table += token.nesting
            if token.type == "heading_open":
                heading = token
            if token.type != "inline" or table or not token.map:
                continue
            for child in token.children or ():
                if child.type == "link_open":
                    self.links[str(child.attrs.get("href"))] += 1
            self._prose.update(range(*token.map))
            if heading:
                self._heading(heading, token)
                heading = None
            self._inline(*self._lines(token))

    def _heading(self, token: Token, inline: Token) -> None:
        start, end = self._lines(token)
        low, high = self._lines(inline)
        marker = _MARKER.match(self.text, low, high)
        while marker:
            low = marker.end()
            marker = _MARKER.match(self.text, low, high)
        closing = re.search(r"[ \t]+#+[ \t]*$", self.text[low:high])
        if closing and token.markup.startswith("#"):
            high = low + closing.start()
        low, high = content(self.text, low, high)
        self.hidden += [(start, low, ""), (high, end, "")]
        self.wholes.append(_Whole(start, end, low, high))
        self.headings.append(_Heading(start, end, int(token.tag[1:])))
        self.blocks.append(_Block(start, end, ("heading", token.tag, inline.content)))
        self._prose.update(range(*(token.map or (0, 0))))

    def _inline(self, start: int, end: int) -> None:
        taken: list[tuple[int, int]] = []
        for found in _INLINE.finditer(self.text, start, end):
            low, high = found.span()
            if found["link"] is None:
                self.wholes.append(_Whole(low, high, low, high))
                taken.append((low, high))
            elif found[0].startswith(("!", "[!")):
                self._picture(low, high)
                taken.append((low, high))
            elif found.end("words") < high - 1:
                inner = found.span("words")
                self.wholes.append(_Whole(low, high, *inner))
                self.hidden += [(low, inner[0], ""), (inner[1], high, "")]
                taken += [(low, inner[0]), (inner[1], high)]
        for found in _EMPHASIS.finditer(self.text, start, end):
            low, high = found.span()
            inner = found.span(2) if found[1] else found.span(4)
            marks = [(low, inner[0]), (inner[1], high)]
            if not any(left < mark[1] and mark[0] < right for left, right in taken for mark in marks):
                self.wholes.append(_Whole(low, high, *inner, loose=True))
                self.hidden += [(*mark, "") for mark in marks]

    def _picture(self, start: int, end: int) -> None:
        line = bisect_right(self.starts, start) - 1
        around = (
            self.text[self.starts[line] : start] + self.text[end : self.starts[min(line + 1, len(self.starts) - 1)]]
        )
        if around.strip():
            self.wholes.append(_Whole(start, end, start, end))
        else:
            self.blocks.append(_Block(start, end, ("picture",)))
        self.hidden.append((start, end, STAND_IN))

    def _keep_the_rest(self, tokens: Sequence[Token]) -> None:
        """Lines of words are prose; all others, be they code, HTML, tables or definitions, stay as they are."""
        first: int | None = None
        for line, (start, end) in enumerate([*pairwise(self.starts), (len(self.text), len(self.text))]):
            stays = line not in self._prose and start < end and bool(self.text[start:end].strip())
            if stays and first is None:
                first = start
            if not stays and first is not None:
                low, high = content(self.text, first, start)
                self.blocks.append(_Block(low, high, tuple(self.text[low:high].split())))
                self.hidden.append((low, high, STAND_IN))
                first = None

    def _seen(self) -> tuple[str, list[int]]:
        pieces: list[str] = []
        offsets: list[int] = []
        at = self.front
        for start, end, stand_in in self.hidden:
            if end <= at:
                continue
            start = max(start, at)
            pieces += (self.text[at:start], stand_in)
            offsets += range(at, start)
            offsets += [start] * len(stand_in)
            at = end
        pieces.append(self.text[at:])
        offsets += range(at, len(self.text))
        return "".join(pieces), offsets

    def back(self, span: Span) -> Span | None:
        """A span of the words as one of the text, with the marks that belong to it; None if it must stay."""
        start, end = self.offsets[span.start], self.offsets[span.end - 1] + 1
        bounds = self._with_marks(start, end)
        if bounds is None:
            return None
        start, end = bounds
        values = tuple((name, self.offsets[low], self.offsets[high - 1] + 1) for name, low, high in span.values)
        return msgspec.structs.replace(span, start=start, end=end, values=values)

    def _with_marks(self, start: int, end: int) -> tuple[int, int] | None:
        grown = True
        while grown:
            grown = False
            for whole in self.wholes:
                if whole.end <= start or end <= whole.start or (start <= whole.start and whole.end <= end):
                    continue
                if start <= whole.low and whole.high <= end:
                    start, end = min(start, whole.start), max(end, whole.end)
                    grown = True
                elif not (whole.loose and whole.low <= start and end <= whole.high):
                    return None
        kept = any(block.start < end and start < block.end for block in self.blocks if block.says[0] != "heading")
        return None if kept or not _balanced(self.text[start:end]) else (start, end)

    def leaving(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Spans of the words as spans of the text, without those that would damage it."""
        words = (content(self.words, span.start, span.end) for span in spans)
        moved = (
            self.back(msgspec.structs.replace(s, start=low, end=high))
            for s, (low, high) in zip(spans, words, strict=True)
            if low < high
        )
        found = sorted(filter(None, moved), key=lambda span: span.start)
        apart = [span for at, span in enumerate(found) if at == 0 or found[at - 1].end <= span.start]
        document = Document(self.text)
        chosen = self._whole_sections(apart)
        leaving = rewidened(document, chosen)
        if self._holds(leaving):
            return leaving
        safe: list[Span] = []
        for span in chosen:
            if self._holds(rewidened(document, [*safe, span])):
                safe.append(span)
        return rewidened(document, safe)

    def _whole_sections(self, spans: list[Span]) -> list[Span]:
        """Without headings below which something stays."""
        for at in range(len(self.headings) - 1, -1, -1):
            heading = self.headings[at]
            over = [span for span in spans if span.start < heading.end and heading.start < span.end]
            if not over:
                continue
            below = (other.start for other in self.headings[at + 1 :] if other.level <= heading.level)
            left = _left(self.text, heading.start, next(below, len(self.text)), spans)
            if left.strip():
                spans = [span for span in spans if span not in over]
        return spans

    def _holds(self, spans: Sequence[Span]) -> bool:
        """Whether the text without the spans has the blocks and links that it should."""
        if not spans:
            return True
        after = _page(cut(self.text, spans))
        stays = [block.says for block in self.blocks if not _covered(block, spans)]
        taken = sum(self.text[span.start : span.end].count(mark) for span in spans for mark in ("[", "<"))
        lost = self.links - after.links
        return (
            [block.says for block in after.blocks] == stays
            and after.form == self.form
            and after.text[: after.front].split() == self.text[: self.front].split()
            and not after.links - self.links
            and sum(lost.values()) <= taken
        )


@lru_cache(maxsize=4)
def _page(text: str) -> _Page:
    return _Page(text)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def through(find: Callable[[Document], Settled], document: Document) -> Settled:
    """What leaves a Markdown document: found in its words, and cut so that nothing is damaged. For `Cleaner.judge`."""
    page = _page(document.text)
    found = find(msgspec.structs.replace(document, text=page.words))
    return Settled(page.leaving(found.spans), found.doubtful, False)


def view(document: Document) -> tuple[Document, Callable[[Span], Span | None]]:
    """The words of a Markdown document and the way back. For `Cleaner.explain`."""
    page = _page(document.text)
    return msgspec.structs.replace(document, text=page.words), page.back


def _front(text: str) -> int:
    """Where front matter (YAML between `---`, TOML between `+++`) ends; 0 without any.

    YAML whose end is missing ends before the first blank line: a parser might see an article in it, a person does not.
    """
    found = _FRONT.match(text)
    if found and (found["yaml"] is None or all(_YAML.fullmatch(line) for line in found["yaml"].splitlines())):
        return found.end()
    unclosed = _UNCLOSED.match(text)
    return unclosed.end() if unclosed else 0


def _balanced(words: str) -> bool:
    """Whether each HTML tag in a stretch is closed in it."""
    if "<" not in words:
        return True
    open_: Counter[str] = Counter()
    for closing, name, void in _TAG.findall(words):
        if not void and name.lower() not in _VOID:
            open_[name.lower()] += -1 if closing else 1
    return not any(open_.values())


def _left(text: str, start: int, end: int, spans: Iterable[Span]) -> str:
    """What stays of a stretch."""
    pieces = []
    for span in spans:
        if span.end > start and span.start < end:
            pieces.append(text[start : max(start, span.start)])
            start = min(end, span.end)
    return "".join((*pieces, text[start:end]))


def _covered(block: _Block, spans: Iterable[Span]) -> bool:
    at = block.start
    for span in spans:
        if span.start <= at < span.end:
            at = span.end
    return at >= block.end
