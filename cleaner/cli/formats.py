"""Findings as a person, an editor or a code host reads them."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from cleaner import __version__
from cleaner.check import Checked, Finding
from cleaner.show import in_line, opening

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def text_line(one: Finding, style: Callable[..., str] | None = None) -> str:
    """`path:line:column: kind rule  "start…"`; `style` is click's, where there are colours."""
    place = f"{in_line(one.path)}:{one.line}:{one.column}:"
    kind, words = one.kind, f'"{opening(one.text)}"'
    if style:
        from cleaner.explain import COLOURS

        place, kind = style(place, bold=True), style(kind, fg=COLOURS.get(kind))
        words = style(words, dim=True)
    return f"{place} {kind} {in_line(one.rule)}  {words}"


def as_json(checked: Sequence[Checked]) -> str:
    """One JSON object: `checked` (a number), `findings`, `failures`."""
    found = [one for file in checked for one in file.findings]
    failures = [{"path": file.path, "reason": reason} for file in checked for reason in file.failures]
    whole = {"version": 1, "checked": len(checked), "findings": msgspec.to_builtins(found), "failures": failures}
    return json.dumps(_plain(whole), indent=2, ensure_ascii=False)


def as_github(checked: Sequence[Checked]) -> Iterator[str]:
    """Workflow commands that GitHub shows beside the lines of a change."""
    for file in checked:
        for one in file.findings:
            place = {
                "file": _forward(one.path), "line": one.line, "endLine": one.end_line,
                "col": one.column, "endColumn": one.end_column, "title": f"{one.kind} ({one.rule})",
            }  # fmt: skip
            if one.end_line != one.line:
                del place["col"], place["endColumn"]
            yield _command("warning", place, f'{one.kind}: "{opening(one.text)}"')
        for reason in file.failures:
            yield _command("error", {"file": _forward(file.path)}, in_line(reason))


def _command(name: str, fields: dict[str, object], message: str) -> str:
    said = ",".join(f"{field}={_escaped(str(value), ':', ',')}" for field, value in fields.items())
    return f"::{name} {said}::{_escaped(message)}"


def _escaped(text: str, *more: str) -> str:
    for letter in ("%", "\r", "\n", *more):
        text = text.replace(letter, f"%{ord(letter):02X}")
    return _printable(text)


def as_sarif(checked: Sequence[Checked], why: Callable[[str], str | None]) -> str:
    """SARIF 2.1.0, the OASIS format for findings; `why` gives a rule's reason."""
    rules = sorted({one.rule for file in checked for one in file.findings})
    number = {rule: at for at, rule in enumerate(rules)}
    failures = [
        {"level": "error", "message": {"text": reason}, "locations": [{"physicalLocation": _artifact(file.path)}]}
        for file in checked
        for reason in file.failures
    ]
    run = {
        "tool": {
            "driver": {
                "name": "cleaner",
                "version": __version__,
                "rules": [{"id": rule, "shortDescription": {"text": why(rule) or rule}} for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not failures, "toolExecutionNotifications": failures}],
        "results": [_result(one, number[one.rule]) for file in checked for one in file.findings],
    }
    return json.dumps(
        _plain({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}), indent=2, ensure_ascii=False
    )


def _result(one: Finding, number: int) -> dict[str, Any]:
    region = {
        "startLine": one.line, "startColumn": one.column, "endLine": one.end_line, "endColumn": one.end_column,
        "snippet": {"text": one.text},
    }  # fmt: skip
    return {
        "ruleId": one.rule,
        "ruleIndex": number,
        "level": "warning",
        "message": {"text": f'{one.kind}: "{opening(one.text)}"'},
        "locations": [{"physicalLocation": {**_artifact(one.path), "region": region}}],
        "partialFingerprints": {"cleaner/v1": one.hash},
    }


def _artifact(path: str) -> dict[str, Any]:
    raw = os.fsencode(path).replace(os.sep.encode(), b"/")
    if os.path.isabs(path):
        return {"artifactLocation": {"uri": "file://" + quote(raw)}}
    return {"artifactLocation": {"uri": quote(raw), "uriBaseId": "%SRCROOT%"}}


def diff(file: Checked) -> str:
    """A unified diff of what leaving changes, as `git apply` takes it."""
    if file.before is None or file.after is None or file.before == file.after:
        return ""
    before, after = (text.split("\n") for text in (file.before, file.after))
    name = in_line(_forward(file.path))
    lines = difflib.unified_diff(_ended(before), _ended(after), f"a/{name}", f"b/{name}")
    return _printable(
        "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    )


def _ended(lines: list[str]) -> list[str]:
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _forward(path: str) -> str:
    return path.replace(os.sep, "/")


def _printable(text: str) -> str:
    """Lone surrogates, among them bytes of file names that are no UTF-8, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Iterable):
        return [_plain(inner) for inner in value]
    return value
