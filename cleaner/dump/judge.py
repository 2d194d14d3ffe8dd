"""One record to one result and its sidecar: what every form has in common."""

from __future__ import annotations

import json
from typing import NamedTuple

import msgspec

from cleaner.api import Cleaner
from cleaner.data import SIDECAR_VERSION, Document, Metadata, Result, Sidecar, Source, Stretch, Tool
from cleaner.dump.rows import Row
from cleaner.errors import CleanerError, OutputError


class Place(msgspec.Struct, frozen=True):
    """A stretch that left, without its words."""

    start: int
    end: int
    kind: str
    rule: str


class Slim(msgspec.Struct, omit_defaults=True):
    """A sidecar for those who want to know, not to restore: no words, no hashes, no versions."""

    version: int
    status: str
    id: str | None = None
    reason: str | None = None
    metadata: Metadata = Metadata()
    removed: list[Place] = []


COLUMN = "cleaner"
"""The column of sidecars, where rows hold them."""

Beside = Sidecar | Slim
"""What stands beside a text: a sidecar, full or slim."""


class Outcome(NamedTuple):
    """What became of a record: its text, None if it stays as it was, and what stands beside it, None if unwanted."""

    text: str | None
    beside: Beside | None


class Failed(Exception):  # noqa: N818 - it is what became of a record
    """A record that cannot be cleaned; the words say why."""


def judge(cleaner: Cleaner, row: Row, name: str | None, origin: Source) -> Result:
    """The result for one record. Raises Failed, whatever goes wrong: a record is never worth a run."""
    try:
        if row.text is not None:
            return cleaner.judge(Document(row.text, row.url, row.site, name), origin)
        given = {} if row.encoding is None else {"encoding": row.encoding}
        result = cleaner.clean(html=row.html, url=row.url, site=row.site, **given)
        origin = msgspec.structs.replace(origin, encoding=result.origin.encoding or origin.encoding)
        return msgspec.structs.replace(result, id=name, origin=origin)
    except OutputError:
        raise
    except CleanerError as error:
        raise Failed(str(error)) from None
    except MemoryError:
        raise Failed("it takes more memory than a worker may hold") from None
    except Exception as error:
        raise Failed(f"{type(error).__name__}: {error}") from error


def facts(result: Result, mode: str) -> Beside | None:
    """What stands beside a result: `mode` is full, slim or none."""
    if mode == "none":
        return None
    if mode == "slim":
        removed = [Place(s.start, s.end, s.kind, s.rule) for s in result.removed]
        return Slim(SIDECAR_VERSION, result.status, result.id, result.reason, _plain(result.metadata), removed)
    return result.facts()


def _plain(metadata: Metadata) -> Metadata:
    nothing: dict[str, list[Stretch]] = {}
    return msgspec.structs.replace(metadata, sources=nothing) if metadata.sources else metadata


def failed_facts(name: str | None, reason: str, origin: Source, tool: Tool) -> Sidecar:
    """The sidecar of something that was passed through untouched."""
    return Sidecar(
        version=SIDECAR_VERSION, id=name, status="failed", reason=reason, tool=tool, source=origin,
        metadata=Metadata(), removed=[],
    )  # fmt: skip


def failed(name: str | None, reason: str, origin: Source, tool: Tool, mode: str) -> Beside | None:
    """The same, in the mode that is asked for."""
    if mode == "none":
        return None
    if mode == "slim":
        return Slim(SIDECAR_VERSION, "failed", name, reason)
    return failed_facts(name, reason, origin, tool)


def as_json(beside: Beside | None, *, pretty: bool = False) -> bytes:
    """A sidecar as JSON, without a line end unless it is `pretty`."""
    try:
        data = msgspec.json.encode(beside)
    except UnicodeEncodeError:  # lone surrogates, which UTF-8 cannot carry
        data = json.dumps(msgspec.to_builtins(beside)).encode()
    return msgspec.json.format(data, indent=2) + b"\n" if pretty else data
