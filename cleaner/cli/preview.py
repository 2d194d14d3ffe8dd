"""`cleaner clean --dry-run`: what would go, from a sample, with examples; nothing is written."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleaner.errors import InputError
from cleaner.text import host_of

if TYPE_CHECKING:
    from cleaner.dump.back import Cleaned
    from cleaner.dump.options import Options

SAMPLE_BYTES = 20_000_000
"""Files are taken until so many bytes are together; of a larger file of rows its first part."""

EXAMPLES = 3


def preview(inputs: Sequence[Path | str], options: Options) -> None:
    """Cleans a sample in a folder of its own and prints what left, by kind, rule and site."""
    from cleaner.dump.back import documents
    from cleaner.dump.passes import clean_dump
    from cleaner.dump.plan import Found, Naming, check_inputs, walk
    from cleaner.dump.remote import Remote, places

    with tempfile.TemporaryDirectory(prefix="cleaner-") as scratch:
        source, out = Path(scratch) / "sample", Path(scratch) / "out"
        given = places(inputs)
        check_inputs(given, out)
        left = SAMPLE_BYTES
        for found in walk(given, out, Naming(follow=options.follow)):
            if not isinstance(found, Found):
                continue
            if isinstance(given[0], Remote):
                problem = given[0].fetch(found.path, source / found.name)
                if problem is not None:
                    raise InputError(problem)
                left -= found.size
            else:
                left -= _copied(Path(found.path), source / found.name, left)
            if left <= 0:
                break
        if not source.is_dir():
            click.echo("there is nothing to clean")
            return
        done = clean_dump([source], out, options)
        share = 100 * done.counts.removed / max(1, done.counts.letters)
        click.echo(f"a sample of {done.counts.documents} documents; {share:.1f} % of the letters would go")
        _print(documents(out))


def _copied(path: Path, to: Path, most: int) -> int:
    """Copies a file, or whole lines of its first part; says how many bytes."""
    to.parent.mkdir(parents=True, exist_ok=True)
    size = path.stat().st_size
    if size <= most or path.suffix not in (".jsonl", ".ndjson", ".csv", ".tsv"):
        shutil.copyfile(path, to)
        return size
    with path.open("rb") as file:
        data = file.read(most)
    to.write_bytes(data[: data.rfind(b"\n") + 1])
    return most


def _print(found: Iterable[Cleaned]) -> None:
    sites: Counter[str] = Counter()
    examples: dict[tuple[str, str], list[str]] = defaultdict(list)
    numbers: Counter[tuple[str, str]] = Counter()
    for document in found:
        for stretch in document.sidecar.removed:
            key = (stretch.kind, stretch.rule)
            numbers[key] += 1
            source = document.sidecar.source
            sites[source.site or host_of(source.url) or "(no site)"] += 1
            words = " ".join(stretch.text.split())[:90]
            if words and len(examples[key]) < EXAMPLES and words not in examples[key]:
                examples[key].append(words)
    for (kind, rule), number in numbers.most_common():
        click.echo(f"{kind}\t{rule}\t{number}")
        for words in examples[kind, rule]:
            click.echo(f"\t“{words}”")
    click.echo("stretches by site:")
    for site, number in islice(sites.most_common(), 10):
        click.echo(f"\t{site}\t{number}")
