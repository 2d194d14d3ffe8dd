"""The report as one HTML file: no network, no word of a document as markup, a policy that forbids the rest."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from importlib import resources
from typing import Any, NamedTuple

from cleaner.allow import entry_of
from cleaner.data import KINDS
from cleaner.dump.back import Cleaned
from cleaner.report.excerpt import Part, excerpt
from cleaner.report.summary import Group, Summary, site_of
from cleaner.text import without_surrogates

MOST_SITES = 200
MOST_FAILURES = 1_000
MOST_BLOCKS = 500
BARS = 15

_LONE = re.compile("[\ud800-\udfff]")


class Block(NamedTuple):
    """A repeated block up for review: its key, its site, how often it stood, an example, the verdict proposed."""

    key: str
    site: str
    documents: int
    share: float
    example: str
    proposed: str


def render(
    summary: Summary,
    title: str,
    blocks: Sequence[Block] = (),
    verdicts: Mapping[str, str] | None = None,
    serve: str | None = None,
) -> str:
    """The page. `verdicts` are those of an earlier review; `serve` is the token of a server that takes new ones."""
    from jinja2 import Environment
    from markupsafe import Markup

    parts = {name: _asset(name) for name in ("page.css", "page.js", "chart.umd.min.js")}
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": "{:,}".format, "percent": "{:.1%}".format}
    sites = sorted(summary.sites.items(), key=_most)
    data = _data(summary, sites, blocks[:MOST_BLOCKS], verdicts or {}, serve)
    page = environment.from_string(
        _asset("page.html.j2")
    ).render(
        title=title,
        policy=policy(parts, serve=serve is not None),
        css=Markup(parts["page.css"]),  # noqa: S704 - our own file
        script=Markup(parts["page.js"]),  # noqa: S704 - our own file
        chart=Markup(parts["chart.umd.min.js"]),  # noqa: S704 - our own file
        data=Markup(inert(data)),  # noqa: S704 - escaped by inert
        all=summary.all,
        status=sorted(summary.status.items()),
        kinds=sorted(summary.kinds.items(), key=lambda item: -item[1].letters),
        sites=sites[:MOST_SITES],
        sites_total=len(sites),
        languages=sorted(summary.languages.items(), key=_most),
        months=sorted(summary.months.items()),
        failures=summary.failures[:MOST_FAILURES],
        failures_total=len(summary.failures),
        blocks=blocks,
        shown=len(summary.shown),
        longest=summary.longest,
        some_cut=any(
            (one.sidecar.before.length if one.sidecar.before else 0) > summary.longest for one in summary.shown
        ),
        bars=BARS,
        blocks_shown=min(len(blocks), MOST_BLOCKS),
        made=f"Made {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )
    return without_surrogates(page)


def inert(data: Any) -> str:
    """JSON that can stand inside a script element: nothing in it can end the element or open a comment."""
    words = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    words = _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", words)  # else the page could not be written in UTF-8
    return words.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def policy(parts: Mapping[str, str], *, serve: bool) -> str:
    """The page's content security policy: these scripts, this style, and nothing else."""

    def allowed(*names: str) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(sha256(parts[name].encode()).digest()).decode()}'" for name in names
        )

    rules = [
        "default-src 'none'",
        f"script-src {allowed('page.js', 'chart.umd.min.js')}",
        f"style-src {allowed('page.css')}",
        f"connect-src {chr(39) + 'self' + chr(39) if serve else chr(39) + 'none' + chr(39)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(rules)


def _asset(name: str) -> str:
    return resources.files("cleaner.report").joinpath("assets", name).read_text(encoding="utf-8").strip()


def _data(
    summary: Summary,
    sites: Sequence[tuple[str, Group]],
    blocks: Sequence[Block],
    verdicts: Mapping[str, str],
    serve: str | None,
) -> dict[str, Any]:
    rules = sorted(summary.rules.items(), key=lambda item: (-item[1].letters, item[0]))
    kinds = sorted(summary.kinds.items(), key=lambda item: -item[1].letters)
    numbers = {rule: number for number, (rule, _) in enumerate(rules)}
    languages = sorted(summary.languages.items(), key=_most)
    months = sorted(summary.months.items())
    return {
        "kinds": KINDS,
        "rules": [[rule, hits.kind, hits.stretches, hits.letters, hits.documents] for rule, hits in rules],
        "documents": [_document(document, numbers, summary.longest) for document in summary.shown],
        "blocks": [block._asdict() for block in blocks],
        "verdicts": dict(verdicts),
        "serve": serve,
        "charts": {
            "kinds": _series((kind, hits.letters) for kind, hits in kinds[:BARS]),
            "sites": _series((site, _percent(group)) for site, group in sites[:BARS]),
            "languages": _series((language, _percent(group)) for language, group in languages[:BARS]),
            "months": _series((month, _percent(group)) for month, group in months),
        },
    }


def _most(item: tuple[str, Group]) -> tuple[int, str]:
    return -item[1].documents, item[0]


def _series(points: Iterator[tuple[str, float]]) -> dict[str, list[Any]]:
    pairs = list(points)
    return {"labels": [label for label, _ in pairs], "values": [value for _, value in pairs]}


def _percent(group: Group) -> float:
    return round(100 * group.share, 2)


def _document(document: Cleaned, rules: Mapping[str, int], letters: int) -> dict[str, Any]:
    sidecar = document.sidecar
    metadata = sidecar.metadata
    length = sidecar.before.length if sidecar.before else 0
    removed = sum(stretch.end - stretch.start for stretch in sidecar.removed)
    return {
        "n": document.name,
        "s": sidecar.status,
        "r": sidecar.reason or "",
        "h": site_of(sidecar),
        "t": metadata.title or "",
        "a": metadata.authors,
        "d": metadata.date or "",
        "g": metadata.tags,
        "share": removed / length if length else 0.0,
        "p": [_piece(part, rules) for part in excerpt(document, letters)],
    }


def _piece(part: Part, rules: Mapping[str, int]) -> str | list[Any] | None:
    """Kept text as it is; a stretch as kind, rule, words, witnesses, how often seen, hash; None for a gap."""
    if part is None or isinstance(part, str):
        return part
    stretch, words = part
    seen = f"{stretch.documents:,} of {stretch.of:,}" if stretch.of else ""
    return [
        KINDS.index(stretch.kind),
        rules[stretch.rule],
        words,
        stretch.witnesses,
        seen,
        entry_of(stretch.rule, stretch.text).hash,
    ]
