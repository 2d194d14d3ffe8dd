"""A page's facts and what its removed stretches say, as one: the page's own data goes first."""

from __future__ import annotations

from cleaner.data import Metadata
from cleaner.metadata import credit_of
from cleaner.pages.bylines import shown as shown_by
from cleaner.pages.dates import called, shown
from cleaner.pages.facts import facts_of
from cleaner.pages.model import Page
from cleaner.people import people_of


def joined(page: Page, url: str | None, said: Metadata) -> Metadata:
    """The metadata of a page: each field from its data if they say anything, else from the stretches."""
    story = "\n".join(page.words(line) for line, kept in zip(page.lines, page.body, strict=False) if kept)
    facts = facts_of(page.tree, url, page.text, page.items, story)
    origins = dict(facts.sources)
    outlets = list(filter(None, (facts.site_name, facts.outlet)))
    authors = list(facts.authors) or said.authors
    if not authors and (authors := shown_by(page, lambda values: people_of(values, outlets).names)):
        origins["authors"] = "search"
    owners = [credit for words in facts.credits if (credit := credit_of(words))]
    date = facts.date or _date(page, facts.language, said.date)
    if date != (facts.date or said.date):
        origins["date"] = "search"
    sources = {field: found for field, found in said.sources.items() if field not in origins}
    return Metadata(
        title=facts.title or said.title,
        authors=authors or ([facts.outlet] if facts.outlet else []),
        date=date,
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


def _date(page: Page, language: str | None, said: str | None) -> str | None:
    """The date that stands nearest to the story; the one that was read from a stretch if it says the same day.

    Order of day and month are those of the page's language, which the rules of a stretch do not always know.
    """
    seen = shown(page, language)
    if said and (not seen or said[:10] == seen[:10]):
        return said
    return seen or called(page.tree)
