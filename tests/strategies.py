"""Texts as they come: any Unicode at all, and pages put together from what rules look for."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

from cleaner.data import KINDS, Span
from cleaner.rules.load import load_packs

ANY_LETTER = st.characters(codec=None, exclude_categories=())
"""Every code point there is, lone surrogates among them."""

STORY = (
    "The ferry left the old pier at dawn with nine people and a piano on board.",
    "Nobody in the village had expected the bridge to hold for another winter, the mayor said.",
    "“We keep the lamps lit for the boats,” the old woman told them. “It is all we have.”",
    "Im Hafen lagen drei Schiffe. Niemand wusste, woher sie gekommen waren.",
    "船は夜明けに港を出た。橋はまだ立っている。",
    "1. Flour\n2. Salt\n3. Water",
    "* * *",
    "14:35 The gates are closed.",
)


@lru_cache(maxsize=1)
def pieces() -> tuple[str, ...]:
    """What all rules of all packs drop and leave, and some story."""
    examples = [
        example.replace("⟦", "").replace("⟧", "")
        for pack in load_packs()
        for rule in pack.rules
        for example in (*rule.drops, *rule.stays, *rule.todo)
    ]
    return (*STORY * 20, *examples)


def pages() -> st.SearchStrategy[str]:
    """Pages of pieces: story, boilerplate and noise, joined by all sorts of white space, or by nothing."""
    piece = st.one_of(
        st.deferred(lambda: st.sampled_from(pieces())),
        st.deferred(lambda: st.sampled_from(pieces())),
        st.text(ANY_LETTER, max_size=12),
    )
    gap = st.sampled_from(["\n\n", "\n", " ", "", "\r\n", "\n \n", "\t", "\u2028", "\n\n\n", " | ", "\u00a0"])
    return st.lists(st.tuples(piece, gap), max_size=12).map(lambda parts: "".join(a + b for a, b in parts))


def flattened() -> st.SearchStrategy[str]:
    """Texts that lost their line breaks, and lists: pieces in one long line, and in lines behind signs."""
    piece = st.deferred(lambda: st.sampled_from(pieces()).map(lambda text: " ".join(text.split())))
    line = st.lists(piece, min_size=4, max_size=14).map(" ".join)
    items = st.lists(st.tuples(st.sampled_from(["- ", "• ", "* "]), piece).map("".join), max_size=5).map("\n".join)
    return st.tuples(line, items).map("\n\n".join)


ENTRIES = (
    "Home", "News", "Sport", "Weather", "Sign in", "My account", "Puzzles", "Town Hall", "Subscribe", "Search", "Shop",
    "Listen", "A storm over the bay", "The mayor resigns", "Share", "3 min", "Photo: Ann Lee", "By Ada Cole",
    "Vik loses its oldest bakery to a block of flats", "Advertisement", "© 2024 The Harbour Post", "ニュース",
    "Новости",
)  # fmt: skip


ADDRESSES = (
    None, "https://www.valleynews.example/2024/the-ferry-left-the-old-pier-at-dawn", "https://courier.example/story/17",
    "https://blog.harbourpost.example/im-hafen-lagen-drei-schiffe.html", "https://cole.example/", "not an address",
)  # fmt: skip
"""Where texts may come from: some say the title again, some name a house that the examples of rules name."""


def crawled() -> st.SearchStrategy[str]:
    """Whole pages as crawls keep them: menus of short lines above, below and within a story."""
    menu = st.lists(st.sampled_from(ENTRIES), min_size=4, max_size=24).map("\n".join)
    prose = st.lists(st.sampled_from(STORY), max_size=8).map("\n\n".join)
    return st.tuples(menu, prose, st.one_of(st.just(""), menu), prose, menu).map("\n\n".join)


SAID = ("follows", "alone", "beside", "vouches")
"""What else a mark may say of itself."""


def marks(length: int) -> st.SearchStrategy[list[Span]]:
    """Any marks at all on a text of this length, overlapping as they like."""
    place = st.integers(0, length)
    span = st.builds(
        lambda a, b, kind, rule, detector, sure, where, keep, *said: Span(
            min(a, b), max(a, b), kind, rule, detector, sure, where, keep, **dict(zip(SAID, said, strict=True))
        ),
        place,
        place,
        st.sampled_from(KINDS),
        st.sampled_from(["x.a.one", "x.b.two", "x.c.three"]),
        st.sampled_from(["rules", "echoes", "repeats"]),
        st.booleans(),
        st.sampled_from(["head", "tail", "any"]),
        st.sampled_from([False, False, False, True]),
        *[st.booleans()] * len(SAID),
    )
    return st.lists(span.filter(lambda s: s.start < s.end), max_size=14)
