"""What a person decided: verdicts on rules, stretches and repeated blocks, kept in OUT/review.json.

The file maps `rule ID`, `stretch RULE HASH` and `block SITE KEY` to `keep` or, for blocks, to a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from cleaner.data import KINDS
from cleaner.errors import InputError
from cleaner.files import digest, read_bytes, write_whole
from cleaner.repeats.store import KEEP
from cleaner.repeats.store import review as blocks

FILE = "review.json"
SUBJECTS = {"rule": 2, "stretch": 3, "block": 3}
"""What a verdict may be on, and of how many words its key is."""


def load(out: Path) -> dict[str, str]:
    """The verdicts in OUT/review.json, or in the file given; none if there is no such file. Raises InputError."""
    file = out if out.is_file() else out / FILE
    if not file.is_file():
        return {}
    try:
        return checked(msgspec.json.decode(read_bytes(file), type=dict[str, str]))
    except msgspec.DecodeError as error:
        raise InputError(f"{file}: is no review ({error}); save it anew from the report") from None


def save(out: Path, verdicts: Mapping[str, str]) -> str:
    """Writes OUT/review.json and says what was written. Raises InputError, OutputError."""
    data = msgspec.json.format(msgspec.json.encode(checked(verdicts)), indent=2)
    write_whole(out / FILE, data + b"\n")
    return f"Saved {len(verdicts)} verdicts in {FILE}; the next run of cleaner clean obeys them."


def decided(folder: Path) -> dict[str, str]:
    """The verdicts on blocks that stand in a folder of what was learned, keyed as in a review. Raises InputError."""
    return {f"block {one.name}": one.verdict for one in blocks(folder) if one.changed}


def name_of(verdicts: Mapping[str, str]) -> str | None:
    """A name for verdicts, the same for the same ones; None if there are none."""
    return digest(msgspec.json.encode(dict(sorted(verdicts.items())))) if verdicts else None


def checked(verdicts: Mapping[str, str]) -> dict[str, str]:
    """The verdicts, sorted, each looked at. Raises InputError for one that means nothing."""
    for key, value in verdicts.items():
        subject, *rest = key.split(" ")
        allowed = (KEEP, *KINDS) if subject == "block" else (KEEP,)
        if len(rest) + 1 != SUBJECTS.get(subject) or value not in allowed:
            raise InputError(f"review: {key!r} = {value!r} is no verdict; save it anew from the report")
    return dict(sorted(verdicts.items()))


def of(verdicts: Mapping[str, str], subject: str) -> dict[tuple[str, ...], str]:
    """The verdicts on one subject, by what stands behind its name in the key."""
    return {tuple(key.split(" ")[1:]): value for key, value in verdicts.items() if key.split(" ")[0] == subject}
