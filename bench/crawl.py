"""Fits the weights of `cleaner/crawl/model.json` on pages of one's own, and says how well they tell a story's lines.

    python bench/crawl.py PAGES...           pages as JSON lines (.gz): url, body, and text (or html, with html-text)
    python bench/crawl.py PAGES... --write   writes the model

Needs scikit-learn. A page's lines are the story's if its body holds their words. The figure told is the mean F1 of
words over pages, each judged by weights that were fitted on the pages of other sites.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from hashlib import md5
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from sklearn.linear_model import LogisticRegression

from cleaner.crawl.detect import is_page
from cleaner.crawl.features import features
from cleaner.crawl.lines import Line, lines_of
from cleaner.crawl.model import around, bounded
from cleaner.data import Document

MODEL = Path(__file__).resolve().parent.parent / "cleaner/crawl/model.json"
FOLDS = 5
THINNED = ((24, 0.5), (12, 0.2))
"""Each page is looked at a second and a third time with so many lines of its story, and such a share of the others."""
BINS = 8
"""Between so many edges and one more lie the numbers of a column."""
AROUND, UNIT = ("odds", "chances"), 5.0
"""Columns of which each unit weighs too, told in such units."""

_WORD = re.compile(r"\w+")
Columns = dict[str, Any]


def words(text: str) -> list[str]:
    """Words as the figure counts them."""
    return _WORD.findall(text.lower())


class Page:
    """A page's lines with what is said of them, and which are the story's."""

    def __init__(self, row: dict[str, Any]) -> None:
        """Takes a row of the data."""
        self.url = row.get("url")
        self.lines: list[Line] = list(lines_of(Document(row.get("text") or _text_of(row["html"]), self.url)))
        self.body = words(row["body"])
        self.words = [words(line.words) for line in self.lines]
        self.columns: Columns = {}
        if self.lines and self.body and is_page(self.lines):
            self.columns = {name: np.array(column) for name, column in features(self.lines, self.url).items()}
            self.story = np.array(self._story())
            self.weight = np.array([len(own) / max(20, len(self.body)) + 0.0005 for own in self.words])
            self.fold = (
                int(md5((urlsplit(self.url or "").hostname or "").encode(), usedforsecurity=False).hexdigest(), 16)
                % FOLDS
            )

    def _story(self) -> list[bool]:
        body, pairs = f" {' '.join(self.body)} ", set(pairwise(self.body))
        shares = []
        for own in self.words:
            inside = f" {' '.join(own)} " in body if own else False
            many = len(own) >= 6
            shares.append(
                1.0 if inside else sum(map(pairs.__contains__, pairwise(own))) / (len(own) - 1) if many else 0.0
            )
        return [
            share >= 0.6 and (len(self.words[at]) >= 5 or self._in_company(at, shares))
            for at, share in enumerate(shares)
        ]

    def _in_company(self, at: int, shares: list[float]) -> bool:
        """Whether a longer line of the story is near: a few words alone may stand in a menu too."""
        near = [n for n in range(max(0, at - 4), min(len(shares), at + 5)) if n != at and len(self.words[n]) >= 8]
        return any(shares[n] >= 0.6 for n in near)

    def thinned(self, longest: int, most: float) -> Page | None:
        """The same page with less around a part of its story: those who keep pages seldom keep small ones."""
        chance = random.Random(self.url)  # noqa: S311 - the same for each run, not a secret
        inside = [at for at, own in enumerate(self.story) if own]
        if not inside:
            return None
        begin = chance.choice(inside)
        end, share = begin + chance.randrange(4, longest), chance.uniform(0.05, most)
        kept = [
            line.words
            for at, line in enumerate(self.lines)
            if (begin <= at < end if inside[0] <= at <= inside[-1] else chance.random() < share)
        ]
        page = Page({"url": self.url, "text": "\n\n".join(kept), "body": " ".join(self.body)})
        return page if page.columns else None

    def score(self, odds: Any) -> float:
        """F1 of the words of lines whose odds are high enough."""
        bound = bounded(self.lines, odds.tolist())
        kept = Counter(word for own, one in zip(self.words, bound, strict=True) if one > 0 for word in own)
        both = (kept & Counter(self.body)).total()
        return 2 * both / (kept.total() + len(self.body))


def _around(odds: Any) -> Columns:
    return {name: np.array(column) for name, column in around(odds.tolist()).items()}


def _text_of(html: str) -> str:
    import html_text

    return str(html_text.extract_text(html))


def edges_of(values: Any) -> list[float]:
    """Edges between which there are as many numbers each; what is mostly 0 has them among the rest."""
    known = np.unique(values)
    if len(known) <= BINS:
        return [round(float(one), 4) for one in known[1:]]
    sparse = (values == 0).mean() > 0.5
    among = values[values != 0] if sparse else values
    found = np.unique(np.round(np.quantile(among, np.linspace(0, 1, BINS + 1)[(0 if sparse else 1) : -1]), 4))
    return [float(one) for one in found if one > values.min()]


class Fit:
    """One look, fitted on some pages."""

    def __init__(self, pages: list[Page], columns: list[Columns]) -> None:
        """Takes pages with the columns to look at."""
        found = {name: edges_of(np.concatenate([one[name] for one in columns])) for name in columns[0]}
        self.edges = {name: edges for name, edges in found.items() if edges}
        self.sloping = [name for name in self.edges if name.startswith(AROUND)]
        told = np.concatenate([self._told(one) for one in columns])
        story, weight = (np.concatenate([getattr(page, name) for page in pages]) for name in ("story", "weight"))
        self.made = LogisticRegression(C=0.3, max_iter=150)
        self.made.fit(told, story, sample_weight=weight / weight.mean())

    def _told(self, columns: Columns) -> Any:
        above = [columns[name][:, None] >= np.array(edges)[None] for name, edges in self.edges.items()]
        sloping = [columns[name][:, None] / UNIT for name in self.sloping]
        return np.hstack([*above, *sloping]).astype(np.float32)

    def odds(self, columns: Columns) -> Any:
        """The odds of a page's lines."""
        return self.made.decision_function(self._told(columns))

    def stage(self) -> dict[str, Any]:
        """What the model keeps of it."""
        rest = [round(float(one), 3) for one in self.made.coef_[0]]
        weights = {}
        for name, edges in self.edges.items():
            weights[name], rest = rest[: len(edges)], rest[len(edges) :]
        slopes = {name: round(one / UNIT, 3) for name, one in zip(self.sloping, rest, strict=True)}
        constant = round(float(self.made.intercept_[0]), 3)
        return {"constant": constant, "edges": self.edges, "weights": weights, "slopes": slopes}


def main() -> None:
    """Fits, tells, and writes if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write the model instead of telling how good it is")
    chosen = parser.parse_args()
    sets = {path: [page for page in map(Page, rows_of(path)) if page.columns] for path in chosen.pages}
    whole = [page for some in sets.values() for page in some]
    pages = [*whole, *filter(None, (page.thinned(*how) for how in THINNED for page in whole))]
    first = across(pages, [page.columns for page in pages])
    second = [{**page.columns, **_around(odds)} for page, odds in zip(pages, first, strict=True)]
    if not chosen.write:
        odds = dict(zip(map(id, pages), across(pages, second), strict=True))
        for path, some in sets.items():
            mean = np.mean([page.score(odds[id(page)]) for page in some])
            print(f"{path.name}: {len(some)} pages, F1 {mean:.4f}")
    if chosen.write:
        looks = [Fit(pages, [page.columns for page in pages]), Fit(pages, second)]
        made = {"first": looks[0].stage(), "second": looks[1].stage()}
        MODEL.write_text(json.dumps(made, indent=1) + "\n")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file that have a body."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return [row for row in map(json.loads, file) if row.get("body")]


def across(pages: list[Page], columns: list[Columns]) -> list[Any]:
    """The odds of each page's lines by what was fitted on the pages of other sites."""
    odds: list[Any] = [None] * len(pages)
    for fold in range(FOLDS):
        others = [at for at, page in enumerate(pages) if page.fold != fold]
        fit = Fit([pages[at] for at in others], [columns[at] for at in others])
        for at, page in enumerate(pages):
            if page.fold == fold:
                odds[at] = fit.odds(columns[at])
    return odds


if __name__ == "__main__":
    main()
