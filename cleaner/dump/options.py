"""What a run is asked for, and the limits that no record may pass."""

from __future__ import annotations

import msgspec

from cleaner.api import Cleaner

ROLES = ("text", "html", "url", "id", "site", "date", "title", "encoding")
"""What a column can be to us. `encoding` is that of a page's bytes; `date` and `title` travel to rows we make."""


class Limits(msgspec.Struct, frozen=True):
    """What one record may cost. A record that costs more is passed through and marked failed.

    seconds  of work for one record, and one more for each 100,000 bytes of it; then the worker is killed
    size     bytes of one record: a file, a row, a page
    ratio    how many times larger than its packed form a file may become (deflate ends at 1,032)
    memory   bytes of data a worker may hold; None for none but the machine's
    """

    seconds: float = 60.0
    size: int = 256_000_000
    ratio: int = 250
    memory: int | None = None


class Options(msgspec.Struct, frozen=True):
    """How a dump is read, cleaned and written.

    packs, keep, allow, repeats  as in `cleaner.Cleaner`
    encoding   of files without a byte order mark
    fields     what columns are called: {"text": "maintext"}; those left out are guessed by name
    format     "same" as it came, or "jsonl", "jsonl.gz", "jsonl.zst", "parquet"
    sidecar    "full" restores and explains; "slim" has status, metadata and places only; "none" writes none
    learn      count what repeats before cleaning, unless `repeats` names what was learned
    follow     follow links that lead out of the input
    verdicts   what a person decided on repeated blocks, by their names (`cleaner.repeats.store.Block.name`)
    review     a name for all that a person decided; a run that finds OUT cleaned with another one cleans it anew
    """

    packs: tuple[str, ...] | None = None
    keep: tuple[str, ...] = ()
    allow: tuple[tuple[str, str], ...] = ()
    repeats: str | None = None
    encoding: str | None = None
    fields: dict[str, str] = {}
    format: str = "same"
    sidecar: str = "full"
    learn: bool = False
    follow: bool = False
    verdicts: dict[str, str] = {}
    review: str | None = None
    limits: Limits = Limits()

    def cleaner(self) -> Cleaner:
        """The cleaner these options ask for. Raises PackError and InputError."""
        return Cleaner(packs=self.packs, repeats=self.repeats, keep=self.keep, allow=self.allow)
