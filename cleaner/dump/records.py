"""Records cleaned one after another, whatever they were read from: what Parquet and crawls have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cleaner.data import Source
from cleaner.dump.bench import Bench
from cleaner.dump.counts import Counts
from cleaner.dump.judge import Beside, Failed, Outcome, facts, judge
from cleaner.dump.pool import Marker
from cleaner.dump.rows import Row
from cleaner.dump.sheets import Sheet

MANY, MANY_BYTES = 64, 4 << 20
"""Records of a crawl, and members of an archive, go to workers in batches of so many, or of so many bytes."""


def piece_number(task: Any) -> int | None:
    """Which piece of its file a task is."""
    number: int | None = task.piece.number if hasattr(task, "piece") else getattr(task, "number", None)
    return number


class Records:
    """Records cleaned one after another, whatever they were read from."""

    def __init__(self, bench: Bench, task: Any, form: str, into: str, marker: Marker) -> None:
        """`form` is what they were read from, `into` the column that their text is written to."""
        self.bench, self.task, self.form, self.into, self.marker = bench, task, form, into, marker
        self.counts = Counts()
        self.number = -1
        self.kept: list[Beside | None] = []

    def __call__(self, row: Row) -> Outcome:
        """What becomes of the next record; nothing if it is not asked for."""
        self.number += 1
        task, bench, number = self.task, self.bench, self.number
        if task.only is not None and number != task.only:
            return Outcome(None, None)
        self.marker.at(number, bench.time(len(row.text or row.html or "")))
        place = f"{task.name}:{task.row + number}"
        origin = Source(path=place, form=self.form, field=self.into, url=row.url, site=row.site, date=row.date)
        try:
            if number in task.skip:
                raise Failed(task.skip[number])
            if row.text is None and row.html is None:
                raise Failed(f"the row has no text in the column {self.into!r}")
            result = judge(bench.cleaner, row, row.id or place, origin)
        except Failed as error:
            self.counts.fail(task.name, task.row + number, row.id, str(error), row.site)
            outcome = Outcome(None, bench.failed(row.id or place, str(error), origin))
        else:
            self.counts.add(result)
            outcome = Outcome(result.text, facts(result, bench.options.sidecar))
        self.kept.append(outcome.beside)
        return outcome

    def written(self, rows: Iterable[dict[str, Any]], sheet: Sheet) -> Sheet:
        """Rows on a sheet, each with what stands beside it."""
        for row, beside in zip(rows, self.kept, strict=True):
            sheet.add(row, beside)
        return sheet
