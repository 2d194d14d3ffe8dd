"""Cleaning one text after another: detectors speak, `settle` decides, `cut` cuts, metadata is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cleaner import __version__
from cleaner.allow import Allow, Entry
from cleaner.allow import through as accepted
from cleaner.crawl.detect import crawl
from cleaner.data import KINDS, Document, Metadata, Result, Source, Span, Status, Tool
from cleaner.echoes import echoes
from cleaner.errors import InputError
from cleaner.headline import headline
from cleaner.house import house
from cleaner.metadata import read
from cleaner.pages.body import body
from cleaner.pages.markup import markup
from cleaner.rules.load import Pack, load_packs
from cleaner.rules.match import Matcher
from cleaner.settle import Settled, Spared, cut, settle, spared

if TYPE_CHECKING:
    from cleaner.explain import Explanation, Saved

Detector = Callable[[Document], Iterable[Span]]

Find = Callable[[Document], Settled]

Through = Callable[[Find, Document], Settled]
"""Stands between a text and what is found in it: may show the detectors a view of the text, and let less leave."""

View = Callable[[Document], tuple[Document, Callable[[Span], Span | None]]]
"""What the detectors look at in place of a document, and the way back for spans; None for what must stay."""


class Cleaner:
    """Cleans texts with one choice of packs; build it once and use it for many.

    packs    names of packs that come with the package (`"en"`) or are installed, paths of your own (`.toml`),
             `"all"` for all that come with it; None is the same as `["all"]`
    repeats  the folder that `cleaner learn` wrote: what sites say again and again is known from it
    keep     kinds, or ids of rules, that stay in the text whatever speaks against them
    allow    single stretches that stay: the rule that took them, and their hash, as `cleaner.allow.entry_of` gives it

    Cleaners can be pickled; results do not depend on the process they were made in.
    """

    def __init__(
        self,
        packs: Sequence[str | Path | Pack] | None = None,
        repeats: str | Path | None = None,
        keep: Iterable[str] = (),
        allow: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Raises PackError for packs that cannot be used, InputError for the rest."""
        for name, given in (("packs", packs), ("keep", keep)):
            if isinstance(given, str):
                raise InputError(f"{name} is a list: write {name}=[{given!r}]")
        self._packs = loaded = load_packs(packs)
        matcher = Matcher(loaded)
        self._kept = frozenset(keep)
        self._allow = Allow(entries=dict.fromkeys((Entry(*entry) for entry in allow), ""))
        unknown = sorted(self._kept - set(KINDS))
        unknown = unknown and sorted(set(unknown) - {rule.id for rule in matcher.rules})
        if unknown:
            raise InputError(f"keep: {unknown[0]!r} is neither a kind nor a rule; `cleaner rules list` shows them")
        self._matcher = matcher
        self.detectors: tuple[Detector, ...] = (matcher, echoes, headline, house, crawl)
        hashes = {pack.name: pack.hash for pack in loaded}
        if repeats is not None:
            from cleaner.repeats.detect import Repeats  # few texts come with a dump that was learned

            learned = Repeats(Path(repeats))
            self.detectors += (learned,)
            hashes["repeats"] = learned.hash
        self.tool = Tool("cleaner", __version__, hashes)
        self._pack_languages = {pack.name: pack.lang for pack in loaded if pack.lang}

    def clean(
        self,
        text: str | None = None,
        *,
        html: str | bytes | None = None,
        url: str | None = None,
        site: str | None = None,
        encoding: str | None = None,
    ) -> Result:
        """Cleans one text, or the visible text of a page; offsets in the result count in that text.

        `url` and `site` are what rules that are bound to sites look at. `encoding` is what the caller knows of
        the bytes of `html`, as from an HTTP header; without it the page's own word or detection decides.

        Raises InputError unless exactly one of text and html is given, PageError for HTML that no text can be
        read from, PatternTimeout for a runaway rule.
        """
        if (text is None) == (html is None):
            raise InputError("clean() takes a text or html=, one of the two")
        if html is not None:
            return self.judge(self.page(html, url=url, site=site, encoding=encoding))
        if encoding is not None:
            raise InputError("encoding= is for html= in bytes; a text has none")
        return self.judge(Document(text or "", url, site))

    def page(
        self, html: str | bytes, *, url: str | None = None, site: str | None = None, encoding: str | None = None
    ) -> Document:
        """A page as a document, ready for `judge` and `many`. Raises PageError."""
        from cleaner.pages.document import document_of  # brings lxml and trafilatura, which texts can do without

        return document_of(html, url, site, encoding)

    def many(self, documents: Iterable[str | Document]) -> Iterator[Result]:
        """Results for texts or documents, lazily and in order."""
        for document in documents:
            yield self.judge(document if isinstance(document, Document) else Document(document))

    def judge(self, document: Document, origin: Source | None = None, through: Through | None = None) -> Result:
        """The result for one document; `origin` goes into its sidecar.

        `through` is asked instead of the detectors, with a function that asks them: for texts with a syntax of
        their own, and for stretches that a person has accepted.
        """
        if self._allow.entries:
            through = accepted(self._allow, set(), through)
        source = document.text
        spans: tuple[Span, ...] = ()
        text = source
        doubtful = False
        current = document
        while True:
            # What one cut lays bare may be boilerplate in its turn; text only shrinks, so this ends.
            settled = through(self._find, current) if through else self._find(current)
            doubtful = doubtful or settled.doubtful
            if settled.spans:
                spans = together(spans, settled.spans) if spans else settled.spans
                text = cut(source, spans)
            left = Document(text, document.url, document.site, document.id)
            if current.page is None and self._says_no_more(settled, left, current):
                break
            current = left
        status, reason = _verdict(document, text, spans, doubtful)
        return Result(
            text=text,
            source=source,
            removed=spans,
            metadata=self._metadata(document, spans),
            status=status,
            tool=self.tool,
            reason=reason,
            id=document.id,
            origin=origin or _origin(document),
        )

    def explain(self, result: Result, view: View | None = None) -> Explanation:
        """What left a text and why, with the reasons of the rules, and what was nearly removed and what saved it.

        `result` is one that this cleaner gave; `view` is what its detectors looked at if that was not the text.
        """
        bare = result.explain()
        removed = tuple(msgspec.structs.replace(one, why=self.why(one.rule)) for one in bare.removed)
        return msgspec.structs.replace(bare, removed=removed, saved=tuple(self._saved(result, view)))

    def why(self, rule: str) -> str | None:
        """What makes a rule's stretch a sign of boilerplate, for a person to read; None for what is no rule."""
        pack = next((pack for pack in self._packs if pack.name == rule.partition(".")[0]), None)
        return next((one.why for one in pack.rules if one.id == rule), None) if pack else None

    def _saved(self, result: Result, view: View | None) -> Iterator[Saved]:
        from cleaner.explain import Saved

        # Of the text that is left nothing leaves any more, so all that still speaks against it was spared.
        left = Document(result.text, result.origin.url, result.origin.site, result.id)
        doubted: set[tuple[int, int, str]] = set()
        if result.status == "doubtful" and result.removed:
            whole = msgspec.structs.replace(left, text=result.source)
            doubted = {(m.start, m.end, m.rule) for m, why, _ in self._spared(whole, view) if why == "doubtful"}
        for mark, because, by in self._spared(left, view):
            for piece in _moved_back(mark, result.removed):
                doubt = (piece.start, piece.end, piece.rule) in doubted
                yield Saved(
                    piece.start, piece.end, piece.kind, piece.rule, piece.detector,
                    result.source[piece.start : piece.end], "doubtful" if doubt else because, by, self.why(mark.rule),
                )  # fmt: skip

    def _spared(self, document: Document, view: View | None) -> Iterator[Spared]:
        """What speaks against a text and takes nothing out, in order, each rule once for a stretch."""
        seen, back = view(document) if view else (document, lambda span: span)
        marks = [mark for detector in self.detectors for mark in detector(seen)]
        said = [
            *spared(seen, (mark for mark in marks if not self._keeps(mark))),
            *(Spared(mark, "settings") for mark in marks if self._keeps(mark) and not mark.keep),
        ]
        once: set[tuple[int, int, str]] = set()
        for mark, because, by in sorted(said, key=lambda one: (one.mark.start, one.mark.end, one.mark.rule)):
            stays = back(mark)
            if stays is not None and (stays.start, stays.end, stays.rule) not in once:
                once.add((stays.start, stays.end, stays.rule))
                yield Spared(stays, because, by)

    def _keeps(self, mark: Span) -> bool:
        return mark.kind in self._kept or mark.rule in self._kept

    def _find(self, document: Document) -> Settled:
        return settle(document, self._marks(document))

    def _says_no_more(self, settled: Settled, left: Document, before: Document) -> bool:
        """Whether no detector finds more in a text now that the spans of a settled one have been cut from it."""
        if not settled.spans:
            return True
        return settled.final and self._matcher.says_no_more(left, before) and not _bares_title(settled.spans, left)

    def _metadata(self, document: Document, spans: Sequence[Span]) -> Metadata:
        said = read(document.text, spans, self._pack_languages)
        if document.page is None:
            return said
        from cleaner.pages.metadata import joined

        return joined(document.page, document.url, said)

    def _marks(self, document: Document) -> Iterator[Span]:
        for mark in self._said(document):
            if not self._keeps(mark):
                yield mark

    def _said(self, document: Document) -> Iterator[Span]:
        """What all detectors say; of a page, structure speaks of all of it, and words of what is near its story."""
        if document.page is None:
            for detector in self.detectors:
                yield from detector(document)
            return
        yield from body(document)
        yield from markup(document)
        low, high = document.page.near()
        near = msgspec.structs.replace(document, text=document.text[low:high])
        for detector in self.detectors:
            for mark in detector(near):
                yield _moved(mark, low)


def _bares_title(spans: Sequence[Span], left: Document) -> bool:
    """Whether something left from above a line that may be the title now that it comes first."""
    return spans[0].start == 0 and any(headline(left))


def _origin(document: Document) -> Source:
    page = document.page
    if page is None:
        return Source(url=document.url, site=document.site)
    return Source(form="html", encoding=page.encoding, bom=page.bom, url=document.url, site=document.site)


def _verdict(document: Document, text: str, spans: Sequence[Span], doubtful: bool) -> tuple[Status, str | None]:
    if doubtful:
        return "doubtful", "more was marked than is likely, so only what is sure has left"
    if document.page is not None and not document.text:
        return "empty", "the page shows no text; was it meant to be filled in by a script?"
    if document.page is not None and document.page.doubt is not None:
        return "doubtful", document.page.doubt
    if not spans:
        return "unchanged", None
    if not text.strip():
        kinds = sorted({span.kind for span in spans})
        return "empty", f"nothing but boilerplate: {', '.join(kinds)}"
    return "cleaned", None


def _moved(mark: Span, by: int) -> Span:
    """A mark so many code points further on."""
    values = tuple((name, start + by, end + by) for name, start, end in mark.values)
    return msgspec.structs.replace(mark, start=mark.start + by, end=mark.end + by, values=values)


def together(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """Spans of the source, from those cut first and those found in what was left, whose offsets are moved back."""
    joined = list(first)
    for span in second:
        joined.extend(_moved_back(span, first))
    return tuple(sorted(joined, key=lambda s: s.start))


def _moved_back(span: Span, cuts: Sequence[Span]) -> Iterator[Span]:
    """A span of the cut text as spans of the source: in pieces, where a cut lies inside it."""

    def back(offset: int, *, at_end: bool) -> int:
        for gap in cuts:
            if gap.start > offset or (at_end and gap.start == offset):
                break
            offset += gap.end - gap.start
        return offset

    start, end = back(span.start, at_end=False), back(span.end, at_end=True)
    values = tuple((name, back(low, at_end=False), back(high, at_end=True)) for name, low, high in span.values)
    for gap in cuts:
        if start <= gap.start < end:
            if start < gap.start:
                yield msgspec.structs.replace(span, start=start, end=gap.start, values=values)
                values = ()
            start = gap.end
    yield msgspec.structs.replace(span, start=start, end=end, values=values)


@lru_cache(maxsize=1)
def _default() -> Cleaner:
    return Cleaner()


def clean(
    text: str | None = None,
    *,
    html: str | bytes | None = None,
    url: str | None = None,
    site: str | None = None,
    encoding: str | None = None,
) -> Result:
    """Cleans one text or page with all packs. See `Cleaner.clean`."""
    return _default().clean(text, html=html, url=url, site=site, encoding=encoding)
