"""What still stands in the story's box and is not the story, told by structure, and the summary above it that is.

Each function looks at one thing and changes `page.body`; what it takes out gets its kind in `page.kinds`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from cleaner.data import Kind
from cleaner.pages.judge import BAD, ENDS, LINKED, View, masses
from cleaner.pages.model import Box, Line, Sign

TITLE_WORDS = 0.8
"""A heading is the title when at least this share of its words are the title's."""

LONGEST_TITLE = 300
"""The longest heading that is held against the title, in code points."""

SHORTEST_TITLE = 12
"""The shortest line that is a title without being a heading; the same words may name a section."""

SUMMARY_WORDS, SHORTEST_SUMMARY, SUMMARY_REACH = 0.7, 50, 15
"""A line above the story is its summary when so much of it stands in the page's description, or when it follows the
title within so many lines."""

LIST_LINKED, LIST_PARTLY, ITEM_LINKED = 0.8, 0.5, 0.4
"""A list leads elsewhere when more than this share of it is links; or this share, in items that each have so much,
and in which no sentence ends."""

CAPTION, CAPTION_LINES = 150, 3
"""A line of at most this length in a box that holds an image and at most so many lines is its caption."""

ECHO = 40
"""The shortest line whose second copy says nothing new."""

REFERENCE = 200
"""The longest paragraph that is nothing but a link and no sentence."""

NO_SUMMARY = BAD & ~(Sign.ASIDE | Sign.FOOTER | Sign.TEASER) | Sign.CREDIT | Sign.FIGURE | Sign.BYLINE
"""Signs of lines below the title that are no summary."""

_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\s+[|–—·•»:-]\s+")
"""What parts a title from the name of its site."""

_AGAIN = frozenset({"td", "th", "pre", "dd", "dt", "li"})
"""Elements that say the same again for good reason: tables, listings, plans and recipes."""


def prune(view: View) -> None:
    """Looks once more at the lines of a page that was judged."""
    _next_stories(view)
    _title(view)
    _summary(view)
    _lists(view)
    _captions(view)
    _references(view)
    _echoes(view)


def _kept(view: View) -> Iterator[tuple[int, Line]]:
    body = view.page.body
    return ((at, line) for at, line in enumerate(view.page.lines) if body[at])


def _drop(view: View, at: int, kind: Kind) -> None:
    view.page.body[at] = False
    view.page.kinds[at] = kind


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _next_stories(view: View) -> None:
    """Whole stories that a page goes on with: articles beside the one whose heading says the page's title.

    Each has a heading of the first level of its own, which says something else.
    """
    page = view.page
    titles = [(_words(title), _packed(title)) for title in page.titles]
    whose = [_article(line.box) for line in page.lines]
    named: dict[int, bool] = {}
    for line, article in zip(page.lines, whose, strict=True):
        if article is not None and line.box.level == 1:
            said = any(_says(page.words(line), *title) for title in titles)
            named[article] = named.get(article, False) or said
    if not any(named.values()) or all(named.values()):
        return
    for at, _ in list(_kept(view)):
        article = whose[at]
        if article is not None and not named.get(article, True):
            _drop(view, at, "related")


def _article(box: Box | None) -> int | None:
    """The number of the outermost `article` around a box."""
    found = None
    while box is not None:
        if box.tag == "article":
            found = box.number
        box = box.parent
    return found


def _title(view: View) -> None:
    """Lines at the top that say the page's title again: headings that nearly do, others that do to the letter."""
    page = view.page
    titles = [(_words(title), _packed(title)) for title in page.titles]
    exact = {_packed(part) for title in page.titles for part in (title, *_NAME.split(title)[:1])}
    for at, line in enumerate(page.lines[: view.first + 2]):
        if line.size > LONGEST_TITLE:
            continue
        text = page.words(line)
        heading = line.box.level in (1, 2) or line.own & Sign.TITLE
        if (heading and any(_says(text, *title) for title in titles)) or (
            at < view.first and line.size >= SHORTEST_TITLE and _packed(text) in exact
        ):
            _drop(view, at, "headline")


def _says(text: str, title: frozenset[str], packed: str) -> bool:
    words = _words(text)
    shared = len(words & title)
    if len(words) > 1 and shared >= TITLE_WORDS * len(words) and (shared >= 0.5 * len(title) or shared >= 5):
        return True
    flat = _packed(text)
    return len(flat) >= 6 and flat in packed and 2 * len(flat) >= len(packed)


def _packed(text: str) -> str:
    return "".join(text.lower().split())


def _summary(view: View) -> None:
    """The summary between title and story, which extractors leave out.

    The page's own description says it again, or it is what follows the title first as a sentence or by its name.
    """
    page = view.page
    summaries = [_words(summary) for summary in page.summaries]
    begun = next((at for at, _ in _kept(view) if view.prose[at]), view.first)
    heads = [at for at, line in enumerate(page.lines[:begun]) if line.box.level == 1]
    title = max((at for at, kind in page.kinds.items() if kind == "headline"), default=max(heads, default=begun))
    followed = False
    for at, line in enumerate(page.lines[:begun]):
        if page.body[at] or at in page.kinds or line.size < SHORTEST_SUMMARY or view.linked[at] > LINKED:
            continue
        signs = view.signs(at)
        words = _words(page.words(line))
        said = not line.own & Sign.CAPTION and any(
            len(words & summary) >= SUMMARY_WORDS * len(words) for summary in summaries
        )
        after = title < at < title + SUMMARY_REACH and not signs & NO_SUMMARY
        ends = ENDS.search(page.text, line.end - 5, line.end) is not None
        if said or (after and (signs & Sign.LEAD or (ends and (view.taken[at] or not followed)))):
            page.body[at] = True
            followed = followed or after


def _lists(view: View) -> None:
    """Lists whose items are links: teasers in the story's box."""
    page = view.page
    items: defaultdict[int, list[int]] = defaultdict(list)
    for at, line in _kept(view):
        box = _list_around(line.box, view.root)
        if box is not None:
            items[box.number].append(at)
    for lines in items.values():
        linked = sum(page.lines[at].linked for at in lines) / sum(page.lines[at].size for at in lines)
        elsewhere = linked > LIST_LINKED or (
            linked >= LIST_PARTLY
            and all(view.linked[at] >= ITEM_LINKED for at in lines)
            and not any(page.text[page.lines[at].end - 1] in ".。" for at in lines)
        )
        if len(lines) > 1 and elsewhere:
            for at in lines:
                _drop(view, at, "related")


def _list_around(box: Box | None, root: Box | None) -> Box | None:
    while box is not None and box is not root:
        if box.tag in ("ul", "ol"):
            return box
        box = box.parent
    return None


def _captions(view: View) -> None:
    """Short lines without a sentence's end in a small box with an image."""
    page = view.page
    size = masses(page, {at: line.size for at, line in enumerate(page.lines)})
    count = masses(page, {at: 1 for at, line in enumerate(page.lines)})
    images = [box.images for box in page.boxes]
    for box in reversed(page.boxes):
        if box.parent is not None:
            images[box.parent.number] += images[box.number]
    for at, line in _kept(view):
        if line.size > CAPTION or line.box.level or ENDS.search(page.text, line.end - 5, line.end):
            continue
        around: Box | None = line.box
        while around is not None and around is not view.root and count[around.number] <= CAPTION_LINES:
            if images[around.number] and size[around.number] <= CAPTION + 80:
                _drop(view, at, "caption")
                break
            around = around.parent


def _references(view: View) -> None:
    """Paragraphs that are a link and no sentence."""
    page = view.page
    for at, line in _kept(view):
        alone = line.box.tag == "p" and line.size < REFERENCE and view.linked[at] >= LIST_LINKED
        if alone and not ENDS.search(page.text, line.end - 5, line.end):
            _drop(view, at, "related")


def _echoes(view: View) -> None:
    """Second copies of long lines, as pages have for narrow screens."""
    seen: set[str] = set()
    for at, line in _kept(view):
        if line.size >= ECHO and line.box.tag not in _AGAIN:
            text = view.page.words(line)
            if text in seen:
                _drop(view, at, "repeated")
            seen.add(text)
