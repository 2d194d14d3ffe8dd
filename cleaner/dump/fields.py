"""Which column is what: by the names given, else guessed from the names that are usual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import msgspec

from cleaner.dump.options import ROLES
from cleaner.errors import InputError

USUAL = {
    "text": ("text", "content", "body", "maintext", "main_text", "article_text", "full_text", "fulltext", "plain_text",
             "plaintext", "article", "raw_content", "story", "clean_text"),
    "html": ("html", "raw_html", "page_html", "content_html", "page"),
    "url": ("url", "link", "source_url", "uri", "canonical_url", "permalink", "target_uri", "webpage_url"),
    "id": ("id", "_id", "doc_id", "docid", "uuid", "guid", "uid", "article_id"),
    "site": ("site", "domain", "source_domain", "host", "hostname", "website"),
    "date": ("date", "date_publish", "published", "published_at", "publish_date", "pub_date", "pubdate", "timestamp"),
    "title": ("title", "headline"),
    "encoding": ("html_encoding", "charset"),
}  # fmt: skip
"""What columns are called in the dumps and data sets we know of, the usual name first; case does not matter."""


class Fields(msgspec.Struct, frozen=True, omit_defaults=True):
    """The column of each role; None if there is none."""

    text: str | None = None
    html: str | None = None
    url: str | None = None
    id: str | None = None
    site: str | None = None
    date: str | None = None
    title: str | None = None
    encoding: str | None = None

    @property
    def into(self) -> str:
        """The column that cleaned text goes to."""
        return self.text or "text"

    def told(self) -> dict[str, str]:
        """Roles and columns, for people to read."""
        return {role: column for role in ROLES if (column := getattr(self, role))}


def check_fields(given: Mapping[str, str]) -> None:
    """Raises InputError for a role that does not exist."""
    for role in given:
        if role not in ROLES:
            close = get_close_matches(role, ROLES, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(ROLES)}"
            raise InputError(f"fields: {role!r} is nothing that a column can be; {hint}")


def guess(columns: Iterable[str], given: Mapping[str, str]) -> Fields | None:
    """The fields of a file with these columns; None if none of them holds texts or pages.

    A column that was given is taken as given, whether or not it was seen: rows differ.
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(column.lower(), column)
    found = dict(given)
    if "html" in given and "text" not in given:
        roles = [role for role in ROLES if role not in given and role != "text"]
        found["text"] = by_name.get("text", "text")
    elif "text" in given:
        roles = [role for role in ROLES if role not in given and role != "html"]
    else:
        roles = [role for role in ROLES if role not in given]
    for role in roles:
        for name in USUAL[role]:
            if name in by_name and by_name[name] not in found.values():
                found[role] = by_name[name]
                break
    if "text" not in found and "html" not in found:
        return None
    return Fields(**found)


def no_text(seen: Sequence[str]) -> str:
    """What to say of a file of rows in which no column is a text."""
    names = ", ".join(map(repr, seen[:12])) + (" …" if len(seen) > 12 else "")
    return f"no column holds a text or a page; there are {names}; name one with --field text=COLUMN"
