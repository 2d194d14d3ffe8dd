"""A page's elements by their classes: gathered in one walk, for all who look for what calls itself something.

An XPath with a dozen `contains` reads the class of each element a dozen times, which took a third of the time of
reading a page's facts; most elements share their class with others, so each class is judged once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lxml.html import HtmlElement

Placed = tuple[int, HtmlElement]


class Index:
    """Elements by class, figures and their captions, and elements with an `itemprop`, each in the order of the page."""

    def __init__(self, tree: HtmlElement) -> None:
        """Walks a page."""
        self.classes: dict[str, list[Placed]] = {}
        self.figures: list[Placed] = []
        self.items: list[HtmlElement] = []
        for at, element in enumerate(tree.iter()):
            called = element.get("class")
            if called:
                self.classes.setdefault(called, []).append((at, element))
            if element.tag in ("figcaption", "figure"):
                self.figures.append((at, element))
            if element.get("itemprop"):
                self.items.append(element)

    def called(self, parts: Collection[str], tags: Collection[str], more: Iterable[Placed] = ()) -> list[HtmlElement]:
        """Elements of some kinds whose class has one of these parts of words, and some more, in the page's order."""
        found = [
            (at, element)
            for called, placed in self.classes.items()
            if any(map(called.lower().__contains__, parts))
            for at, element in placed
            if element.tag in tags
        ]
        return [element for _, element in sorted([*found, *more], key=lambda one: one[0])]


def stands_in(element: HtmlElement, *tags: str) -> bool:
    """Whether an element stands in one of these, but for those that an article holds itself."""
    within = False
    for around in element.iterancestors("article", *tags):
        if around.tag == "article":
            return False
        within = True
    return within
