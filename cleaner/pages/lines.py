"""A tree as linear text: block elements as lines, inline ones glued as a browser shows them.

White space is folded as CSS folds it (CSS Text 3, section 4.1), except in `pre`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from cleaner.errors import PageError
from cleaner.pages.model import Box, Inline, Line, Page, Sign
from cleaner.pages.signs import OF_TAG, of_attributes

LONGEST = 10_000_000
"""The longest text of a page, in code points."""

UNSEEN = frozenset({
    "script", "style", "template", "svg", "head", "noscript", "iframe", "object", "embed", "canvas", "audio", "video",
    "select", "datalist", "textarea", "map", "input", "img", "source", "track", "applet", "frame", "frameset",
    "noframes", "link", "meta", "param", "rp", "rt", "rtc", "progress", "meter", "title", "base",
})  # fmt: skip
"""Elements of which a reader sees no text."""

BLOCK = frozenset({
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "label",
})  # fmt: skip
"""Elements that begin and end a line."""

CLOSE = frozenset({"li", "tr", "dt", "dd", "td", "th", "option"})
"""Elements that follow each other without an empty line between them."""

SPEAKING = frozenset({"a", "time", "cite", "small"})
"""Inline elements that are remembered whatever their class says."""

CELL = 80
"""Cells of a table that are no longer than this, in code points, stand in one line."""

PARAGRAPH, BREAK, TAB = "\n\n", "\n", "\t"


class _Writer:
    """Collects the text of a walk, line by line."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.at = 0
        self.lines: list[Line] = []
        self.boxes: list[Box] = []
        self.words: list[str] = []
        self.size = 0
        self.blank = False
        self.linked = 0
        self.inlines: list[Inline] = []
        self.gap = PARAGRAPH

    def say(self, text: str, *, linked: bool) -> None:
        """Adds inline text, its white space folded."""
        parts = text.split()
        if not parts:
            self.blank = True
            return
        chunk = " ".join(parts)
        if self.size and (self.blank or text[0].isspace()):
            chunk = " " + chunk
        self.words.append(chunk)
        self.size += len(chunk)
        if linked:
            self.linked += len(chunk)
        self.blank = text[-1].isspace()

    def keep(self, text: str, *, linked: bool) -> None:
        """Adds text with its white space as it is; a line of nothing else is none."""
        if text and (self.size or not text.isspace()):
            self.words.append(text)
            self.size += len(text)
            self.linked += len(text) if linked else 0

    def flush(self, box: Box) -> None:
        """Ends the line, if there is one."""
        if not self.size:
            self.blank = False
            if self.inlines:
                self.inlines = []
            return
        text = "".join(self.words).rstrip()
        self.size = len(text)
        if self.lines:
            gap = self._gap(box)
            self.out.append(gap)
            self.at += len(gap)
        self.out.append(text)
        own = box.own
        for inline in self.inlines:
            if inline.end < 0:
                inline.end = self.size
            if inline.start < inline.end and text[inline.start] == " ":
                inline.start += 1
            if inline.signs and inline.end - inline.start >= 0.7 * self.size:
                own |= inline.signs
            inline.start += self.at
            inline.end += self.at
        self.lines.append(Line(self.at, self.at + self.size, box, own, self.linked, self.inlines))
        self.at += self.size
        self.words = []
        self.inlines = []
        self.size = self.linked = 0
        self.blank = False
        self.gap = ""

    def _gap(self, box: Box) -> str:
        last = self.lines[-1]
        if self.gap == BREAK and last.box is box:
            return BREAK
        if box.tag in CLOSE and last.box.tag in CLOSE and box is not last.box:
            cells = box.tag in ("td", "th") and box.parent is last.box.parent
            if cells and max(self.size, last.size) <= CELL:
                return TAB
            return BREAK
        return PARAGRAPH


def read_page(tree: HtmlElement, *, hidden: bool = False) -> Page:
    """The linear text of a tree, with its lines; with `hidden`, also of what the page does not show at first.

    Raises PageError for a page with too much text.
    """
    body = tree.find("body")
    writer = _Writer()
    depth = _walk(tree if body is None else body, writer, hidden=hidden)
    if writer.at > LONGEST:
        raise PageError(f"the page has {writer.at:,} characters of text, {LONGEST:,} are read; leave it out")
    return Page(tree, "".join(writer.out), writer.lines, writer.boxes, depth)


def with_text(page: Page, pieces: Sequence[str]) -> Page:
    """A page with text behind it that its tree does not show, such as an article that only its data holds."""
    box = Box("data", None, Sign.STORY, None, len(page.boxes))
    text = page.text
    lines = list(page.lines)
    for piece in pieces:
        for part in piece.splitlines():
            words = " ".join(part.split())
            if words:
                text += PARAGRAPH + words if text else words
                lines.append(Line(len(text) - len(words), len(text), box, box.own, 0))
    return replace(page, text=text, lines=lines, boxes=[*page.boxes, box])


def _walk(root: HtmlElement, writer: _Writer, *, hidden: bool) -> int:
    """Depth first, without recursion: pages may be nested deeper than Python's stack."""
    box = Box("body", None, of_attributes(root.tag, root.items()), root, 0)
    writer.boxes.append(box)
    stack: list[tuple[HtmlElement, object, Box, Inline | None, bool]] = []
    children = iter(root)
    element: HtmlElement = root
    inline: Inline | None = None
    linked = pre = False
    deepest = 0
    if root.text:
        writer.say(root.text, linked=False)
    while True:
        child = next(children, None)
        if child is None:
            # The element is done: its line ends if it is a block, and its tail belongs to what holds it.
            if not stack:
                writer.flush(box)
                return deepest
            closing, closing_box, closing_inline = element, box, inline
            element, children, box, inline, linked = stack.pop()
            if closing_box is not box:
                writer.flush(closing_box)
                if closing_box.tag == "pre":
                    pre = False
            elif closing_inline is not None and closing_inline is not inline and closing_inline.end < 0:
                closing_inline.end = writer.size
            if closing.tail:
                _say(writer, closing.tail, box, linked, pre)
            continue
        tag = child.tag
        if tag.__class__ is not str or tag in UNSEEN:
            if tag == "img":
                box.images += 1
            if child.tail:
                _say(writer, child.tail, box, linked, pre)
            continue
        if tag == "br":
            writer.flush(box)
            writer.gap = BREAK
            if child.tail:
                _say(writer, child.tail, box, linked, pre)
            continue
        if tag == "math":
            _say(writer, _formula(child), box, linked, pre)
            if child.tail:
                _say(writer, child.tail, box, linked, pre)
            continue
        attributes = child.items()
        signs = of_attributes(tag, attributes) if attributes else OF_TAG.get(tag, 0)
        if signs & Sign.HIDDEN and not hidden:
            if child.tail:
                _say(writer, child.tail, box, linked, pre)
            continue
        stack.append((element, children, box, inline, linked))
        if len(stack) > deepest:
            deepest = len(stack)
        if tag in BLOCK:
            writer.flush(box)
            box = Box(tag, box, signs, child, len(writer.boxes))
            writer.boxes.append(box)
            inline = None
            pre = pre or tag == "pre"
        elif signs or tag in SPEAKING:
            inline = Inline(writer.size, -1, tag, signs, child)
            writer.inlines.append(inline)
        if tag == "a":
            linked = True
        element, children = child, iter(child)
        if child.text:
            _say(writer, child.text, box, linked, pre)


def _say(writer: _Writer, text: str, box: Box, linked: bool, pre: bool) -> None:
    if not pre:
        writer.say(text, linked=linked)
        return
    for number, line in enumerate(text.expandtabs(4).split("\n")):
        if number:
            writer.flush(box)
            writer.gap = BREAK
        writer.keep(line, linked=linked)


def _formula(element: HtmlElement) -> str:
    """A formula as its LaTeX source where the page gives it, as trafilatura does."""
    found = element.xpath('.//*[local-name()="annotation"][@encoding="application/x-tex"]')
    latex = " ".join(((found[0].text if found else element.get("alttext")) or "").split())
    if not latex:
        return " ".join("".join(element.itertext()).split())
    return f"\\[{latex}\\]" if element.get("display") == "block" else f"\\({latex}\\)"
