"""Which lines of a page are its story: the extractor's choice, judged by the page's own structure.

What it took outside the box that holds the story is dropped; what it left out inside that box is taken back
unless the markup calls it something else; where it took far less than the page has prose, the prose is added.
Shares and lengths were chosen on pages of several hundred sites, half of them kept aside.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from cleaner.pages.model import Box, Line, Page, Sign

TAKEN = 0.5
"""A line belongs to the extractor's choice when at least this share of it was found there."""

PROSE, LINKED = 80, 0.3
"""Prose is a line of at least this length, in code points, with at most this share of it inside links."""

HOLDS = 0.85
"""The story's box is the innermost that holds at least this share of the prose that was taken."""

SMALL = 0.3
"""A box with at most this share of the story may be what its name says; a larger one is the story itself."""

SMALL_BOX = 0.6
"""The same for boxes of facts, which are long where they quote a speech or a law."""

SHORT = 0.35
"""An extractor that took less than this share of the page's prose took too little."""

ALIKE = 0.05
"""Lines outside the story's box that look like at least this share of it, by element and class, belong to it."""

MENTIONED = 0.5
"""Lines with a higher share of links than this are not taken back."""

S = Sign

BAD = (
    S.AD | S.COMMENTS | S.SOCIAL | S.RELATED | S.BIO | S.CAPTION | S.NAV | S.FORM | S.PROMO | S.NOTICE | S.APPEAL
    | S.FOOTER | S.ASIDE | S.WIDGET | S.TEASER
)  # fmt: skip
"""Signs of boxes whose prose is not counted as the page's."""

LEFT = BAD & ~S.TEASER | S.BYLINE | S.CREDIT | S.DATE | S.HEADER | S.FIGURE | S.ARTICLE
"""Signs of boxes in the story's out of which nothing is taken back."""

OUT = S.SOCIAL | S.BIO | S.BYLINE | S.CAPTION | S.CREDIT | S.COMMENTS | S.PROMO | S.BOX | S.FOOTER
"""Signs of boxes that leave the story though the extractor took them."""

TEXTUAL = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "td", "th"})
"""Elements whose text is taken back even where it is short."""

ENDS = re.compile(r"[.!?…。！？؟۔][\"'”’»›)\]“」』）]*$")


def judge(page: Page) -> View:
    """Sets `page.body`: for each line whether it belongs to the story. Gives back what that was decided by."""
    view = choose(page)
    page.body = _decide(view)
    return view


def choose(page: Page) -> View:
    """The extractor's choice, with the page's prose added where that is far more, or what looks like it."""
    view = View(page, [share >= TAKEN for share in page.shares])
    prose = _prose(page)
    total = sum(page.lines[at].size for at in prose)
    short = sum(page.lines[at].size for at in prose if view.taken[at]) < SHORT * total
    page.scant = short or not total
    if short:
        wanted = set(prose)
        return View(page, [taken or at in wanted for at, taken in enumerate(view.taken)])
    wider = _alike(view)
    return view if wider == view.taken else View(page, wider)


class View:
    """A choice of lines and what follows from it: the story's box, its ends, and what boxes in it are called."""

    def __init__(self, page: Page, taken: list[bool]) -> None:
        """`taken` says of each line of the page whether it was chosen."""
        self.page = page
        self.lines = lines = page.lines
        self.taken = taken
        self.linked = [line.linked / line.size for line in lines]
        self.prose = [line.size >= PROSE and share < LINKED for line, share in zip(lines, self.linked, strict=True)]
        core = [at for at, yes in enumerate(taken) if yes and self.prose[at]]
        self.core = core or [at for at, yes in enumerate(taken) if yes]
        self.size = sum(lines[at].size for at in self.core) or 1
        self.core_mass = masses(page, {at: lines[at].size for at in self.core})
        self.taken_mass = masses(page, {at: lines[at].size for at, yes in enumerate(taken) if yes})
        self.root = self._root()
        self.inside, self.called = self._boxes()
        self.first = self.core[0] if self.core else 0
        self.last = self.core[-1] if self.core else len(lines)

    def _root(self) -> Box | None:
        """The innermost box that holds most of the story."""
        root = None
        for box in self.page.boxes:
            if self.core_mass[box.number] >= HOLDS * self.size and (root is None or box.parent is root):
                root = box
        if root is not None and root.tag in ("p", "li", "ul", "ol") and root.parent is not None:
            root = root.parent
        return root

    def _boxes(self) -> tuple[list[bool], list[int]]:
        """For each box, whether it lies in the story's, and the signs of it and of small ones around it."""
        boxes = self.page.boxes
        inside = [False] * len(boxes)
        called = [0] * len(boxes)
        whole = self.taken_mass[0] if boxes else 0
        for box in boxes:
            above = box.parent.number if box.parent is not None else -1
            inside[box.number] = box is self.root or (above >= 0 and inside[above])
            if box is self.root:
                continue
            around = called[above] if above >= 0 else 0
            share = self.taken_mass[box.number] / whole if whole else 0.0
            small = share < (SMALL_BOX if box.own & Sign.BOX else SMALL)
            called[box.number] = around | (box.own if small else 0)
        return inside, called

    def signs(self, at: int) -> int:
        """What a line is called by itself and by small boxes around it."""
        line = self.lines[at]
        return self.called[line.box.number] | (line.own & ~line.box.own)


def masses(page: Page, sizes: dict[int, int]) -> list[int]:
    """For each box, how much of some lines stands in it."""
    held = [0] * len(page.boxes)
    for at, size in sizes.items():
        held[page.lines[at].box.number] += size
    for box in reversed(page.boxes):
        if box.parent is not None:
            held[box.parent.number] += held[box.number]
    return held


def _prose(page: Page) -> list[int]:
    """The page's prose: full sentences, without links, in no box that is called something else.

    A box that holds much of all prose is no teaser, whatever it is called.
    """
    found = [
        at
        for at, line in enumerate(page.lines)
        if line.size >= PROSE and line.linked < LINKED * line.size and ENDS.search(page.text, line.end - 5, line.end)
    ]
    held = masses(page, {at: page.lines[at].size for at in found})
    total = sum(page.lines[at].size for at in found)
    bad = [False] * len(page.boxes)
    for box in page.boxes:
        above = box.parent is not None and bad[box.parent.number]
        bad[box.number] = above or bool(box.own & BAD and held[box.number] < 0.4 * total)
    return [at for at in found if not bad[page.lines[at].box.number]]


def _look(box: Box) -> tuple[str, str, str]:
    return box.tag, box.name, box.parent.name if box.parent is not None else ""


def _alike(view: View) -> list[bool]:
    """The choice with prose outside its box that looks as the prose in it does."""
    looks: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for at in view.core:
        looks[_look(view.lines[at].box)] += view.lines[at].size
    sizes = masses(view.page, {at: line.size for at, line in enumerate(view.lines)})

    def belongs(at: int, line: Line) -> bool:
        look = _look(line.box)
        if view.inside[line.box.number] or not view.prose[at] or not (look[1] or look[2]):
            return False
        return looks[look] >= ALIKE * view.size and not _within_bad(line.box, sizes, view.size)

    return [taken or belongs(at, line) for at, (taken, line) in enumerate(zip(view.taken, view.lines, strict=True))]


def _within_bad(box: Box | None, sizes: Sequence[int], size: int) -> bool:
    while box is not None:
        if box.own & BAD and sizes[box.number] < size:
            return True
        box = box.parent
    return False


def _decide(view: View) -> list[bool]:
    return [_is_story(view, at, line) for at, line in enumerate(view.lines)]


def _is_story(view: View, at: int, line: Line) -> bool:
    if not view.inside[line.box.number]:
        return False
    signs = view.signs(at)
    if signs & OUT:
        return False
    if view.taken[at]:
        return True
    if signs & Sign.QUOTE:
        signs &= ~Sign.FIGURE
    if signs & Sign.STORY:
        signs &= ~Sign.ASIDE
    if signs & LEFT:
        return False
    if line.box.level == 1:
        return False  # a title, of this story or another
    if view.prose[at]:
        return True
    return view.first < at < view.last and view.linked[at] < MENTIONED and line.box.tag in TEXTUAL
