"""What a block may do, from how often, how long and where it stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cleaner.repeats.thresholds import Thresholds

MANY = 1_000
"""A block in more documents than this is not looked at for being one story told again."""

TOGETHER = 0.8
"""The share of the documents of each in which two blocks must stand side by side to be parts of one."""

Row = Mapping[str, Any]


def graded(rows: Sequence[Row], thresholds: Thresholds) -> list[str | None]:
    """A grade for each row of `cleaner.repeats.join.count`; None for what one story says, told again and again.

    Short lines that always come in the same row, as buttons do, are as good as one long line, but only together.
    """
    together = lengths(rows)
    grades = []
    for row, size in zip(rows, together, strict=True):
        grade = alone = _grade(row, row["size"], thresholds)
        if alone == "second" and size > row["size"]:
            joint = _grade(row, size, thresholds)
            grade = joint if joint == "second" else "row" if joint == "always" else "edge"
        grades.append(grade)
    return grades


def _grade(row: Row, size: float, at_least: Thresholds) -> str | None:
    documents, masked, share = row["documents"], row["masked"], row["share"]
    if documents <= MANY and row["stories"] - 1 < at_least.told * (documents - 1):
        return None
    weight = share if row["site"] else share / at_least.unsited
    long = size >= at_least.long * (2 if masked else 1)
    if documents < at_least.documents:
        return "edge" if long and not masked else "second"
    if long and weight >= at_least.most:
        return "always"
    return (None if masked else _placed(row, size, weight, at_least)) or (
        "edge" if long and weight >= at_least.often else "second"
    )


def _placed(row: Row, size: float, weight: float, at_least: Thresholds) -> str | None:
    """What a block may do for its place, if that is where furniture stands."""
    if size >= at_least.long and weight >= at_least.some and row["tail"] >= 0.8 and row["place"] >= 50:
        return "tail"
    if size >= 2 * at_least.long and weight >= at_least.often and row["place"] <= at_least.head:
        return "head"
    often = weight >= at_least.some or (size >= at_least.short and weight >= at_least.rare)
    return "edge" if often and row["tail"] >= 0.5 and row["place"] >= 75 else None


def lengths(rows: Sequence[Row]) -> list[float]:
    """The length of each row's block, with all that it always stands in one row with.

    Numbers are masked, so lines with numbers may differ each time: the lines of a table are no row of buttons.
    """
    number = {
        (row["site"], row["key"]): at
        for at, row in enumerate(rows)
        if not row["masked"] and not any(letter.isdigit() for letter in row["example"])
    }
    after: dict[int, int] = {}
    for (site, _), at in sorted(number.items(), key=lambda item: (-rows[item[1]]["documents"], rows[item[1]]["size"])):
        above = number.get((site, rows[at]["before"]))
        times = (rows[at]["before_share"] or 0) * rows[at]["documents"]
        if above is not None and times >= TOGETHER * max(rows[at]["documents"], rows[above]["documents"]):
            after.setdefault(above, at)
    sizes = [row["size"] for row in rows]
    for first in after.keys() - set(after.values()):
        chain = [first]
        while (following := after.get(chain[-1])) is not None:
            chain.append(following)
        for at in chain:
            sizes[at] = sum(rows[one]["size"] for one in chain)
    return sizes
