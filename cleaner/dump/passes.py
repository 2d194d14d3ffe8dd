"""A dump in two passes: what it says again and again is learned, then it is cleaned with that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from cleaner.dump.engine import Summary, run
from cleaner.dump.learning import WORTH, learn
from cleaner.dump.options import Options
from cleaner.dump.plan import check_inputs
from cleaner.dump.remote import Mirror, is_address, places
from cleaner.dump.tasks import Progress
from cleaner.repeats.store import decide


def clean_dump(
    inputs: Sequence[Path | str],
    out: Path | str,
    options: Options | None = None,
    *,
    workers: int = 1,
    fresh: bool = False,
    progress: Callable[[Progress], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Summary:
    """Cleans files and folders into OUT, or goes on where an earlier run with the same options stopped.

    `progress` is called after each shard, `say` with lines for a person: which columns were taken for what, what was
    learned. The bytes in OUT do not depend on `workers`, nor on how often the run was stopped. With `options.learn` a
    dump is learned once, into OUT/repeats, and again only if `fresh` is given. An input or OUT may be an address
    (`s3://…`); see `cleaner.dump.remote`.

    Raises InputError and PackError before anything is written, OutputError where OUT cannot be written to or was begun
    with other options and `fresh` is not given.
    """
    options = options or Options()
    found = places(inputs)
    mirror = Mirror(str(out)) if is_address(out) else None
    here = mirror.here if mirror is not None else Path(out)

    def prepare(given: Options, size: int) -> Options:
        folder = here / "repeats"
        if fresh or not (folder / "manifest.json").is_file():
            if size < WORTH:
                return msgspec.structs.replace(given, learn=False)
            scratch = here / ".cleaner" / "learning"
            made = learn(inputs, folder, given, scratch=scratch, workers=workers, progress=progress)
            if say is not None:
                say(f"learned from {made['documents']:,} documents: {made['blocks']:,} blocks repeat; see {folder}")
        if given.verdicts:
            decide(folder, given.verdicts)
        return msgspec.structs.replace(given, repeats=str(folder))

    learns = options.learn and options.repeats is None
    if mirror is not None:
        check_inputs(found, here)
        mirror.refuse(found)
        mirror.open(fresh=fresh)
    done = run(
        found, here, options, workers=workers, fresh=fresh, progress=progress, say=say,
        prepare=prepare if learns else None, mirror=mirror,
    )  # fmt: skip
    if mirror is not None:
        mirror.close()
    return done
