"""Markdown is never damaged: what a CommonMark parser sees of a file's form is there after a fix, whatever leaves."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cleaner import Cleaner, Document, Result, markdown, restore

CLEANER = Cleaner(packs=["any", "en"])

STORY = "The ferry left the old pier at dawn with nine people and a piano on board, and nobody had expected it."


def fixed(text: str) -> Result:
    return CLEANER.judge(Document(text), through=markdown.through)


def form(text: str) -> tuple[list[str], Counter[str]]:
    """What must stay: code, HTML and tables in their order; and addresses of links, which may only become fewer."""
    body = text[markdown._front(text) :]
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    stays = [token.content for token in tokens if token.type in ("fence", "code_block", "html_block")]
    rows = [token.type for token in tokens if token.type in ("tr_open", "td_open", "th_open", "hr")]
    links = Counter(
        str(child.attrs.get("href") or child.attrs.get("src"))
        for token in tokens
        for child in token.children or ()
        if child.type in ("link_open", "image")
    )
    return stays + rows, links


PIECES = (
    STORY, STORY, STORY, "# The ferry", "## Advertisement", "## Related stories", "Related stories\n---",
    "Advertisement", "**Advertisement**", "_Advertisement_", "> Advertisement", "- Advertisement",
    "Share this:", "[Share on Facebook](https://f.example/a_b) | [Share on X](https://x.example \"t\")",
    "[Sign up for our newsletter](https://n.example).", f"{STORY} [Sign up for our newsletter.][n]", "[n]: https://n.example",
    "- [A storm over the bay](https://x.example/1)\n- [The mayor resigns](https://x.example/2)",
    "1. [A storm over the bay](https://x.example/1)\n   ```\n   Advertisement\n   ```",
    "```\nAdvertisement\n```", "~~~ text\nShare this:\n~~~", "    Advertisement", "```\nAdvertisement",
    "<div>\nAdvertisement\n</div>", "<!-- Advertisement -->", "| Advertisement | a |\n|---|---|\n| Share this: | b |",
    "![Advertisement](a.png)", "[![Advertisement](a.png)](https://x.example)", "***", "---", "===",
    "`Advertisement`", "<b>Advertisement</b>", "<b>Share this:", "Photo by Ann Lee", "*Photo: Ann Lee/Harbour Press*",
    "© 2024 The Harbour Post. All rights reserved.", "\\*Advertisement\\*", "**Share this: " + STORY + "**",
    "Follow us on [Facebook](https://f.example) and [X](https://x.example).", "By **Ann Lee**", "&amp;", "[", "](", "`",
    "---\ntitle: Advertisement\n---", "+++\ntitle = 'Advertisement'\n+++", "\u2028", "\x00",
)  # fmt: skip


@st.composite
def pages(draw: st.DrawFn) -> str:
    gap = st.sampled_from(["\n\n", "\n\n", "\n\n", "\n", " ", "\r\n\r\n", "\n> ", "\n\n\n"])
    return "".join(draw(st.sampled_from(PIECES)) + draw(gap) for _ in range(draw(st.integers(0, 9))))


@settings(max_examples=400, deadline=None)
@given(pages())
def test_form_comes_through(text: str) -> None:
    result = fixed(text)
    before, links = form(text)
    after, left = form(result.text)
    assert after == before
    assert not left - links
    gone = "".join(text[span.start : span.end] for span in result.removed)
    assert all(address in gone or "][n]" in gone for address in links - left)
    assert result.text[: markdown._front(result.text)].split() == text[: markdown._front(text)].split()


@settings(max_examples=200, deadline=None)
@given(pages())
def test_a_second_fix_changes_nothing_and_the_source_comes_back(text: str) -> None:
    result = fixed(text)
    assert restore(result.text, result.sidecar()) == text
    assert fixed(result.text).text == result.text


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("#>-*_`[]()!<>|=+~\\ \n\r\tAb1:.&\ufffc\u2028"), max_size=60))
def test_any_signs_at_all(signs: str) -> None:
    text = f"{STORY}\n\nAdvertisement\n{signs}\nShare this:\n\n{STORY}\n"
    result = fixed(text)
    assert form(result.text)[0] == form(text)[0]
    assert restore(result.text, result.sidecar()) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{STORY}\n\n**Advertisement**\n\n{STORY}\n", f"{STORY}\n\n{STORY}\n"),
        (f"{STORY}\n\n> Advertisement\n\n{STORY}\n", f"{STORY}\n\n{STORY}\n"),
        (f"{STORY}\n\n- Advertisement\n\n{STORY}\n", f"{STORY}\n\n{STORY}\n"),
        (f"{STORY}\n\n## Advertisement\n\n{STORY}\n", None),
        (f"{STORY}\n\nAdvertisement\n-------------\n\n{STORY}\n", None),
        (f"---\ntitle: x\n---\n{STORY}\n\nAdvertisement\n", f"---\ntitle: x\n---\n{STORY}\n"),
        (f"---\ntitle: x\n---\n\nAdvertisement\n\n{STORY}\n", f"---\ntitle: x\n---\n\n{STORY}\n"),
        ("---\ntitle: Advertisement\n---\n", None),
        ("---\ntitle: Advertisement\n", None),
        (f"{STORY}\n\n[Advertisement](https://x.example)\n\n{STORY}\n", f"{STORY}\n\n{STORY}\n"),
        (f"{STORY}\n\n[Advertisement]: https://x.example\n\n{STORY}\n", None),
        (f"{STORY}\n\n`Advertisement`\n\n{STORY}\n", None),
        (f"{STORY}\n\n![Advertisement](a.png)\n\n{STORY}\n", None),
        (f"{STORY}\nAdvertisement\n\n---\n\n{STORY}\n", None),
        (
            f"# Ferry\n\n{STORY}\n\n## Related stories\n\n- [A storm](https://x.example/1)\n- [A flood](https://x.example/2)\n",
            f"# Ferry\n\n{STORY}\n",
        ),
    ],
)  # fmt: skip
def test_what_leaves_and_what_stays(text: str, left: str | None) -> None:
    assert fixed(text).text == (text if left is None else left)


def test_a_setext_heading_is_not_made_by_what_leaves() -> None:
    text = f"{STORY}\nAdvertisement\n\n---\n\n{STORY}\n"
    assert "<h2>" not in MarkdownIt().render(fixed(text).text)


def test_offsets_are_those_of_the_file() -> None:
    text = f"---\nt: x\n---\n\n{STORY}\n\n**[Advertisement](https://x.example)**\n\n{STORY}\n"
    (span,) = fixed(text).removed
    assert text[span.start : span.end].strip() == "**[Advertisement](https://x.example)**"
