"""What a page leaves behind when it has become text: its lines, and what the markup said of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement


AROUND = 12
"""How many lines above and below a story may be its own: its title, date, names, tags."""


class Sign:
    """What an element calls itself: by its tag, its role, its class and id words, `itemprop` and `rel`.

    Bits of plain integers: `enum.IntFlag` made reading a page a quarter slower.
    """

    NAV = 1 << 0
    RELATED = 1 << 1
    PROMO = 1 << 2
    APPEAL = 1 << 3
    SOCIAL = 1 << 4
    BYLINE = 1 << 5
    BIO = 1 << 6
    DATE = 1 << 7
    CAPTION = 1 << 8
    CREDIT = 1 << 9
    TAGS = 1 << 10
    AD = 1 << 11
    NOTICE = 1 << 12
    COMMENTS = 1 << 13
    STORY = 1 << 14
    TITLE = 1 << 15
    ASIDE = 1 << 16
    FOOTER = 1 << 17
    HEADER = 1 << 18
    FIGURE = 1 << 19
    MAIN = 1 << 20
    ARTICLE = 1 << 21
    FORM = 1 << 22
    HIDDEN = 1 << 23
    LEAD = 1 << 24
    TEASER = 1 << 25
    QUOTE = 1 << 26
    WIDGET = 1 << 27
    BOX = 1 << 28


class Box:
    """A block element: `own` are its own signs, `above` those of all elements around it.

    `level` is the level of a heading (0 for none), `depth` how many lists it stands in, `images` how many images
    stand in it and in no box below it, `name` its class.
    """

    __slots__ = ("above", "depth", "element", "images", "level", "name", "number", "own", "parent", "tag")

    def __init__(self, tag: str, parent: Box | None, own: int, element: HtmlElement | None, number: int) -> None:
        """A box below `parent`, the `number`th of its page."""
        self.tag = tag
        self.parent = parent
        self.own = own
        self.above: int = parent.above | parent.own if parent else 0
        self.depth: int = (parent.depth if parent else 0) + (tag in ("ul", "ol", "dl", "menu"))
        self.level = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456" else 0
        self.element = element
        self.number = number
        self.images = 0
        self.name = (element.get("class") or "") if element is not None else ""

    @property
    def signs(self) -> int:
        """Own signs and those of all around it."""
        return self.own | self.above


@dataclass(slots=True)
class Inline:
    """An inline element worth remembering: a link, a time, or one whose class says something."""

    start: int
    end: int
    tag: str
    signs: int
    element: HtmlElement


@dataclass(slots=True)
class Line:
    """One block of visible text: offsets in the page's text, and what is known of it.

    `signs` are those of its box, of all around it, and of inline elements that hold most of it; `linked` is the
    number of code points inside links.
    """

    start: int
    end: int
    box: Box
    own: int
    linked: int
    inlines: list[Inline] = field(default_factory=list)

    @property
    def signs(self) -> int:
        """What it and everything around it calls itself."""
        return self.own | self.box.above

    @property
    def size(self) -> int:
        """Length in code points."""
        return self.end - self.start


@dataclass(slots=True)
class Page:
    """A parsed page: its tree, the linear text, and the lines that lie in it in order.

    Lines do not touch: between them stands white space that belongs to none. `shares` says how much of each line
    an extractor took, `body` which lines are the story, `kinds` what some of the others are. `titles` and
    `summaries` are what the page's head says of it, `items` what its linked data does.
    `scant` is set where the extractor took little of the page's prose, or the page has none.
    """

    tree: HtmlElement
    text: str
    lines: list[Line]
    boxes: list[Box]
    depth: int = 0
    encoding: str | None = None
    bom: bool = False
    shares: list[float] = field(default_factory=list)
    body: list[bool] = field(default_factory=list)
    kinds: dict[int, Any] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    doubt: str | None = None
    scant: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)

    def words(self, line: Line) -> str:
        """The text of a line."""
        return self.text[line.start : line.end]

    def top(self) -> tuple[int, int] | None:
        """The last heading of the first level above the story, and the story's first line; None without a story."""
        if True not in self.body:
            return None
        first = self.body.index(True)
        return max((at for at in range(first) if self.lines[at].box.level == 1), default=first), first

    def near(self) -> tuple[int, int]:
        """Where the story stands, with the lines around it that may speak of it: offsets; all of it without one."""
        kept = [at for at, yes in enumerate(self.body) if yes]
        if not kept:
            return 0, len(self.text)
        first, last = max(0, kept[0] - AROUND), min(len(self.lines), kept[-1] + 1 + AROUND)
        return self.lines[first].start, self.lines[last - 1].end
