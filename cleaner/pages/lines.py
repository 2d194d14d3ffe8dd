"""A tree as linear text: block elements as lines, inline ones glued as a browser shows them.

White space is folded as CSS folds it (CSS Text 3, section 4.1), except in `pre`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from cleaner.errors import PageError
from cleaner.pages.model import Box, Inline, Line, Page, Sign
from cleaner.pages.signs import OF_TAG, of_attributes, of_words

LONGEST = 10_000_000
"""The longest text of a page, in code points."""

UNSEEN = frozenset({
    "script", "style", "template", "svg", "head", "noscript", "iframe", "object", "embed", "canvas", "audio", "video",
    "select", "datalist", "textarea", "map", "input", "img", "source", "track", "applet", "frame", "frameset",
    "noframes", "link", "meta", "param", "rp", "rt", "rtc", "progress", "meter", "title", "base",
})  # fmt: skip
"""Elements of which a reader sees no text."""

VEILED = frozenset({"template", "noscript"})
"""Elements that show only where scripts put them or where there are none."""

TRIGGERS = ("h2", "h3", "h4", "h5", "h6", "button", "summary")
"""What unfolds what stands behind it."""

FOLDED, SENTENCES, FOLDED_LINKED = 200, 2, 0.3
"""A hidden part of a story has at least so many code points and sentences, and at most this share of it in links."""

_SENTENCE = re.compile(r"[^\W\d_][.!?…。！？][\"'”’)»]?(?:\s|$)|[。！？]")

BLOCK = frozenset({
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "label", "legend", "li", "main", "menu", "nav", "noscript", "ol", "optgroup",
    "option", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "template", "tfoot", "th", "thead",
    "tr", "ul",
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
    reader = _Reader(tree if body is None else body, hidden=hidden)
    depth = reader.read()
    if reader.at > LONGEST:
        raise PageError(f"the page has {reader.at:,} characters of text, {LONGEST:,} are read; leave it out")
    return Page(tree, "".join(reader.out), reader.lines, reader.boxes, depth)


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


def is_folded(element: HtmlElement) -> bool:
    """Whether a hidden element is a part of the story that a reader unfolds: prose below a heading or a button."""
    if element.get("role") in ("dialog", "menu", "navigation", "tooltip"):
        return False
    if of_words((element.get("class") or "")[:300]) & Sign.HIDDEN:  # which is for ears, and says the same again
        return False
    before, around = element.getprevious(), element.getparent()
    if before is None or around is None or not isinstance(before.tag, str):
        return False
    headed = before.tag in TRIGGERS or next(before.iter(*TRIGGERS), None) is not None
    if not headed and "accordion" not in (around.get("class") or "").lower():
        return False
    text = " ".join(element.text_content().split())
    if len(text) < FOLDED or len(_SENTENCE.findall(text)) < SENTENCES:
        return False
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked < FOLDED_LINKED * len(text)


class _Reader(_Writer):
    """Walks a tree depth first, without recursion: pages may be nested deeper than Python's stack."""

    def __init__(self, root: HtmlElement, *, hidden: bool) -> None:
        super().__init__()
        self.hidden = hidden
        self.unseen = UNSEEN - VEILED if hidden else UNSEEN
        self.box = Box(root.tag, None, of_attributes(root.tag, root.items()), root, 0)
        self.boxes.append(self.box)
        self.root = root
        self.signs = 0
        self.inline: Inline | None = None
        self.in_link = self.in_pre = False

    def read(self) -> int:
        """Reads the tree, and gives back how deep it is."""
        deepest = 0
        stack: list[tuple[Iterator[HtmlElement], HtmlElement, Box, Inline | None, bool, bool]] = []
        element, children = self.root, iter(self.root)
        self.hear(element.text)
        while True:
            child = next(children, None)
            if child is not None:
                if self._passes(child):
                    self.hear(child.tail)
                    continue
                stack.append((children, element, self.box, self.inline, self.in_link, self.in_pre))
                deepest = max(deepest, len(stack))
                self._open(child)
                element, children = child, iter(child)
                self.hear(element.text)
            elif stack:
                tail = element.tail
                children, element, box, inline, in_link, in_pre = stack.pop()
                self._close(box, inline)
                self.in_link, self.in_pre = in_link, in_pre
                self.hear(tail)
            else:
                self.flush(self.box)
                return deepest

    def hear(self, text: str | None) -> None:
        """Takes the text of an element, or what follows one."""
        if not text:
            return
        if not self.in_pre:
            self.say(text, linked=self.in_link)
            return
        for number, line in enumerate(text.expandtabs(4).split("\n")):
            if number:
                self.flush(self.box)
                self.gap = BREAK
            self.keep(line, linked=self.in_link)

    def _passes(self, child: HtmlElement) -> bool:
        """Whether there is nothing to read inside an element; what it means by itself is done."""
        tag = child.tag
        if tag.__class__ is not str or tag in self.unseen:
            if tag == "img":
                self.box.images += 1
            return True
        if tag == "br":
            again = not self.size and self.gap == BREAK
            self.flush(self.box)
            self.gap = PARAGRAPH if again else BREAK
            return True
        if tag == "math":
            self.hear(_formula(child))
            return True
        attributes = child.items()
        self.signs = of_attributes(tag, attributes) if attributes else OF_TAG.get(tag, 0)
        if self.signs & Sign.HIDDEN and not self.hidden:
            if not is_folded(child):
                return True
            self.signs &= ~Sign.HIDDEN
        return False

    def _open(self, child: HtmlElement) -> None:
        """Begins an element, whose signs `_passes` has just read."""
        tag = child.tag
        if tag in BLOCK:
            self.flush(self.box)
            self.box = Box(tag, self.box, self.signs, child, len(self.boxes))
            self.boxes.append(self.box)
            self.inline = None
            self.in_pre = self.in_pre or tag == "pre"
        elif self.signs or tag in SPEAKING:
            self.inline = Inline(self.size, -1, tag, self.signs, child)
            self.inlines.append(self.inline)
        self.in_link = self.in_link or tag == "a"

    def _close(self, box: Box, inline: Inline | None) -> None:
        """Ends an element: its line, if it is a block. What held it is read on."""
        if self.box is not box:
            self.flush(self.box)
            self.box = box
        elif self.inline is not None and self.inline is not inline and self.inline.end < 0:
            self.inline.end = self.size
        self.inline = inline


def _formula(element: HtmlElement) -> str:
    """A formula as its LaTeX source where the page gives it, as trafilatura does."""
    found = element.xpath('.//*[local-name()="annotation"][@encoding="application/x-tex"]')
    latex = " ".join(((found[0].text if found else element.get("alttext")) or "").split())
    if not latex:
        return " ".join("".join(element.itertext()).split())
    return f"\\[{latex}\\]" if element.get("display") == "block" else f"\\({latex}\\)"
