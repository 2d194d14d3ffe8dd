"""A page's facts and what its removed stretches say, as one: the page's own data goes first."""

from __future__ import annotations

from cleaner.data import Metadata
from cleaner.metadata import credit_of
from cleaner.pages.facts import facts_of
from cleaner.pages.model import Page


def joined(page: Page, url: str | None, said: Metadata) -> Metadata:
    """The metadata of a page: each field from its data if they say anything, else from the stretches."""
    story = "\n".join(page.words(line) for line, kept in zip(page.lines, page.body, strict=False) if kept)
    facts = facts_of(page.tree, url, page.text, page.items, story)
    origins = dict(facts.sources)
    owners = [credit for words in facts.credits if (credit := credit_of(words))]
    sources = {field: found for field, found in said.sources.items() if field not in origins}
    return Metadata(
        title=facts.title or said.title,
        authors=list(facts.authors) or said.authors or ([facts.outlet] if facts.outlet else []),
        date=facts.date or said.date,
        credits=owners or said.credits,
        tags=list(facts.tags) or said.tags,
        sources=sources,
        modified=facts.modified,
        captions=list(facts.captions),
        site_name=facts.site_name,
        language=facts.language,
        canonical=facts.canonical,
        licence=facts.licence,
        origins=origins,
    )
