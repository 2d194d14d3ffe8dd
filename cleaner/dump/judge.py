"""One record to one result and its sidecar: what every form has in common."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cleaner.api import Cleaner
from cleaner.data import SIDECAR_VERSION, Document, Metadata, Result, Sidecar, Source, Stretch, Tool
from cleaner.dump.rows import Row
from cleaner.errors import CleanerError, OutputError


class Slim(msgspec.Struct, omit_defaults=True):
    """A sidecar for those who want to know, not to restore: no words, no hashes, no versions."""

    version: int
    status: str
    id: str | None = None
    reason: str | None = None
    metadata: Metadata = Metadata()
    removed: list[dict[str, Any]] = []


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


def sidecar(result: Result, mode: str, *, pretty: bool = False) -> bytes:
    """A result's sidecar as JSON, without a line end unless it is `pretty`."""
    if mode == "slim":
        removed = [{"start": s.start, "end": s.end, "kind": s.kind, "rule": s.rule} for s in result.removed]
        return _json(
            Slim(SIDECAR_VERSION, result.status, result.id, result.reason, _plain(result.metadata), removed),
            pretty=pretty,
        )
    return _json(result.facts(), pretty=pretty)


def _plain(metadata: Metadata) -> Metadata:
    nothing: dict[str, list[Stretch]] = {}
    return msgspec.structs.replace(metadata, sources=nothing) if metadata.sources else metadata


def failed_facts(name: str | None, reason: str, origin: Source, tool: Tool) -> Sidecar:
    """The sidecar of something that was passed through untouched."""
    return Sidecar(
        version=SIDECAR_VERSION, id=name, status="failed", reason=reason, tool=tool, source=origin,
        metadata=Metadata(), removed=[],
    )  # fmt: skip


def failed_sidecar(
    name: str | None, reason: str, origin: Source, tool: Tool, mode: str, *, pretty: bool = False
) -> bytes:
    """The same as JSON."""
    if mode == "slim":
        return _json(Slim(SIDECAR_VERSION, "failed", name, reason), pretty=pretty)
    return _json(failed_facts(name, reason, origin, tool), pretty=pretty)


def _json(facts: Any, *, pretty: bool) -> bytes:
    try:
        data = msgspec.json.encode(facts)
    except UnicodeEncodeError:  # lone surrogates, which UTF-8 cannot carry
        data = json.dumps(msgspec.to_builtins(facts)).encode()
    return msgspec.json.format(data, indent=2) + b"\n" if pretty else data
