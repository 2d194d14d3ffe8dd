"""Pages: from bytes to lines, the extractor's choice found again, and the judge over it."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import Cleaner, InputError, PageError, Result, clean, restore
from cleaner.pages.align import Compact, find, shares
from cleaner.pages.document import document_of, page_of
from cleaner.pages.lines import read_page
from cleaner.pages.model import Page, Sign
from cleaner.pages.parse import DEPTH, DEPTH_HUGE, decode, parse
from cleaner.pages.signs import of_attributes, of_words

STORY = (
    "The ferry left the old pier at dawn with nine people and a piano on board, and nobody on the quay waved.",
    "By noon the wind had turned, and the captain, a man of few words, told the cook to lash the stove down.",
    "The piano belonged to the schoolteacher of the outer island, who had saved eleven years for it, she said.",
    "It arrived dry. The whole village carried it up the hill that evening, and somebody fetched a lamp.",
    "Nobody could play it yet. The teacher gave her first lesson on the following morning, before the milking.",
)
MENU = '<nav><ul><li><a href="/">Home</a></li><li><a href="/sea">Sea</a></li><li><a href="/hay">Hay</a></li></ul></nav>'
FOOT = '<footer><p>© 2021 The Norrvik Lantern. All rights reserved.</p><p><a href="/c">Contact</a></p></footer>'


def page(body: str, head: str = "<title>The piano on the ferry</title>") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{MENU}{body}{FOOT}</body></html>"


def article(*parts: str) -> str:
    return page(f'<main><article><div class="entry-content">{"".join(parts)}</div></article></main>')


def paragraphs(*texts: str) -> list[str]:
    return [f"<p>{text}</p>" for text in texts]


def lines_of(html: str, *, hidden: bool = False) -> list[str]:
    read = read_page(parse(html).tree, hidden=hidden)
    return [read.words(line) for line in read.lines]


def kinds(result: Result) -> dict[str, str]:
    return {
        line.strip(): span.kind for span in result.removed for line in result.source[span.start : span.end].split("\n")
    }


# -- bytes and trees


@pytest.mark.parametrize(
    ("data", "encoding", "found"),
    [
        ("\ufeff<p>Über die Brücke".encode(), None, "utf-8"),
        ("\ufeff<p>Über die Brücke".encode("utf-16-le"), None, "utf-16-le"),
        ("<p>Über die Brücke".encode("utf-16-le"), None, "utf-16-le"),
        ("<p>Über die Brücke".encode(), None, "utf-8"),
        ('<meta charset="iso-8859-1"><p>Über die Brücke – „ja“'.encode("cp1252"), None, "cp1252"),
        ('<meta content="text/html; charset=windows-1251"><p>Через мост'.encode("cp1251"), None, "cp1251"),
        ('<?xml version="1.0" encoding="iso-8859-2"?><p>Přes most'.encode("iso-8859-2"), None, "iso8859-2"),
        ("<p>橋を渡って".encode("shift_jis"), "shift_jis", "shift_jis"),
        ('<meta charset="iso-2022-jp"><p>橋を渡って'.encode("iso-2022-jp"), None, "iso2022_jp"),
        ('<meta charset="utf-8"><p>Über die Brücke'.encode(), "utf-8", "utf-8"),
        ('<meta charset="no-such"><p>Über die Brücke'.encode(), None, "utf-8"),
    ],
)  # fmt: skip
def test_encodings(data: bytes, encoding: str | None, found: str) -> None:
    text, name, bom = decode(data, encoding)
    assert name == found
    assert bom == (data[:2] in (b"\xff\xfe", b"\xef\xbb"))
    assert any(word in text for word in ("Brücke", "Через мост", "Přes most", "橋を渡って"))


def test_one_bad_byte_does_not_lose_the_page() -> None:
    data = article(*paragraphs(*STORY)).replace("<title>", "<meta charset=utf-8><title>Brücke ").encode() + b"\xff"
    assert decode(data)[1] == "utf-8"
    result = clean(html=data)
    assert STORY[0] in result.text
    assert result.origin.encoding == "utf-8"


def test_the_encoding_is_recorded_and_a_wrong_name_is_said() -> None:
    data = article(*paragraphs(*STORY, "Für Änne war es die schönste Überfahrt.")).encode("cp1252")
    result = clean(html=data, encoding="latin-1", url="https://example.org/ferry")
    assert "schönste Überfahrt" in result.text
    sidecar = result.sidecar()["source"]
    assert (sidecar["encoding"], sidecar["form"], sidecar["url"]) == ("cp1252", "html", "https://example.org/ferry")
    with pytest.raises(InputError, match="no encoding is called 'moonish'"):
        clean(html=data, encoding="moonish")


@pytest.mark.parametrize("html", ["", "   \n", b"", b"\x00\x00", "\ufeff", "<!-- all of it"])
def test_nothing_is_no_page(html: str | bytes) -> None:
    with pytest.raises(PageError, match="empty"):
        clean(html=html)


@pytest.mark.parametrize(
    "html", ["<", "<svg>", "plain words", "<p", "]]>", "<html/>", "\x01\x02<b>x\ufffe", "<p>\ud800 half"]
)
def test_scraps_raise_nothing(html: str) -> None:
    result = clean(html=html)
    assert restore(result.text, result.sidecar()) == result.source


def test_what_stands_behind_the_end_of_a_page_is_read() -> None:
    whole = article(*paragraphs(*STORY))
    header = "<html><head><title>x</title></head><body><div>The Norrvik Lantern</div></body></html>"
    assert STORY[4] in clean(html=header + "\n<div>" + "".join(paragraphs(*STORY)) + "</div></body></html>").text
    assert clean(html=whole + "<!-- made in 3 ms -->").text == clean(html=whole).text


def test_a_page_without_text_is_empty() -> None:
    result = clean(html="<html><body><div id=root></div><script>let story = 1</script></body></html>")
    assert (result.text, result.status) == ("", "empty")
    assert "no text" in (result.reason or "")


def test_deep_pages_are_read_and_deeper_ones_refused() -> None:
    def deep(levels: int) -> str:
        return page("<div>" * levels + "".join(paragraphs(*STORY)) + "</div>" * levels)

    assert STORY[4] in clean(html=deep(DEPTH + 50)).text
    with pytest.raises(PageError, match="deep"):
        clean(html=deep(DEPTH_HUGE + 10))


def test_no_depth_kills_the_process() -> None:
    code = (
        "from cleaner import clean, PageError\n"
        "for tag in ('div', 'span', 'blockquote', 'table><tr><td', 'ul><li', 'b'):\n"
        "    for levels in (300, 2_000, 100_000):\n"
        "        try: clean(html=f'<{tag}>' * levels + '<p>The end of it all.')\n"
        "        except PageError: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr[-500:]


def test_large_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.pages.parse.LARGEST", 1_000)
    with pytest.raises(PageError, match=r"1,000 are read"):
        clean(html=article(*paragraphs(*STORY * 3)))


# -- lines


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>One <b>two</b>, <i>three</i>.</p>four", ["One two, three.", "four"]),
        ("<p>  One\n two </p><div>three<p>four</p>five</div>", ["One two", "three", "four", "five"]),
        ("<p>One<br>two<br/><br>three", ["One", "two", "three"]),
        ("<p>Un<b>believ</b>able", ["Unbelievable"]),
        ("<a href=x>One</a><a href=y>two</a> <span> three</span>", ["Onetwo three"]),
        ("<p>Seen<script>x()</script><style>y</style><!-- z --> only", ["Seen only"]),
        ("<p hidden>a</p><p style='display: none'>b</p><p aria-hidden=true>c</p><p>d", ["d"]),
        ("<ul><li>One<ul><li>two</ul><li>three</ul>", ["One", "two", "three"]),
        ("<pre>def f():\n    return 1\n\n</pre>", ["def f():", "    return 1"]),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", ["A", "B", "1", "2"]),
        ("<p>E is <math alttext='mc^2'><mi>m</mi></math>.", [r"E is \(mc^2\)."]),
        ("<p>One\u00a0two\u2003three\u2028four", ["One two three four"]),
        ("<select><option>Mon<option>Tue</select><p>x", ["x"]),
        ("<p>\u6a4b<ruby>\u5cf6<rt>shima</rt></ruby>", ["\u6a4b\u5cf6"]),
    ],
)
def test_lines_are_what_a_reader_sees(html: str, lines: list[str]) -> None:
    assert lines_of(html) == lines


def test_what_is_hidden_can_be_read_too() -> None:
    assert lines_of("<p>a</p><div hidden>b</div><template>c</template>", hidden=True) == ["a", "b", "c"]


def test_rows_stand_in_one_line_and_blocks_apart() -> None:
    text = page_of("<p>Plan</p><table><tr><td>Mon</td><td>Rest</td></tr><tr><td>Tue</td><td>Run</td></tr></table>").text
    assert text == "Plan\n\nMon\tRest\nTue\tRun"
    assert page_of("<ul><li>Flour</li><li>Salt</li></ul><p>Mix.").text == "Flour\nSalt\n\nMix."
    assert page_of("<p>A line<br>and one more<p>A stanza").text == "A line\nand one more\n\nA stanza"


def test_lines_know_what_they_are() -> None:
    read = page_of(
        '<aside class="related-posts"><ul><li><a href="/x">More of the same</a> now</li></ul></aside>'
        '<figure><img src="x.jpg"><figcaption>A pier <span class="credit">Ada Cole</span></figcaption></figure>'
        '<h2 class="entry-title">The piano</h2><p>By <a rel="author" href="/ada">Ada Cole</a></p>'
        '<time datetime="2021-03-04">4 March 2021</time>'
    )
    related, caption, title, byline, time = read.lines
    assert related.signs & Sign.RELATED
    assert related.signs & Sign.ASIDE
    assert related.box.depth == 1
    assert related.linked == len("More of the same")
    assert caption.own & Sign.CAPTION
    assert caption.signs & Sign.FIGURE
    assert [read.text[i.start : i.end] for i in caption.inlines] == ["Ada Cole"]
    assert title.box.level == 2
    assert title.own & Sign.TITLE
    assert [(read.text[i.start : i.end], bool(i.signs & Sign.BYLINE)) for i in byline.inlines] == [("Ada Cole", True)]
    assert time.own & Sign.DATE


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("newsletter-signup", Sign.PROMO), ("js-donateBox", Sign.APPEAL), ("post_author__bio", Sign.BIO),
        ("wp-caption-text", Sign.CAPTION), ("photoCredit", Sign.CREDIT), ("tag-list", Sign.TAGS),
        ("sharedaddy", Sign.SOCIAL), ("article-body", Sign.STORY), ("factbox", Sign.BOX), ("mainMenu", Sign.NAV),
    ],
)  # fmt: skip
def test_class_words_are_signs(words: str, sign: int) -> None:
    assert of_words(words) & sign


@pytest.mark.parametrize(
    "words", ["shadow", "header-image-wide", "download", "address", "advance", "navy-blue", "tagged-x"]
)
def test_words_that_only_look_alike_are_none(words: str) -> None:
    assert not of_words(words) & (Sign.AD | Sign.NAV | Sign.SOCIAL | Sign.PROMO | Sign.APPEAL)


def test_the_class_of_the_whole_page_says_nothing() -> None:
    assert not of_attributes("body", [("class", "single sidebar newsletter comments")])


# -- alignment

WORDS = st.lists(
    st.sampled_from(["pier", "lamp", "boat", "salt", "rope", "tide", "the", "a", "of", "7"]), min_size=1, max_size=12
)


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=12), st.data())
def test_what_was_taken_is_found(lines: list[str], data: st.DataObject) -> None:
    taken = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    compact = Compact(lines)
    found = find(compact, [line for line, yes in zip(lines, taken, strict=True) if yes])
    assert all(0 <= start < end <= len(compact.text) for start, end in found)
    assert all(left[1] < right[0] for left, right in pairwise(found))
    assert all(0 <= share <= 1 for share in shares(compact, found))
    whole = [line for line, yes in zip(lines, taken, strict=True) if yes and lines.count(line) == 1]
    whole = [
        line for line in whole if len("".join(line.split())) >= 30 and compact.text.count("".join(line.split())) == 1
    ]
    got = dict(zip(lines, shares(compact, found), strict=True))
    assert all(got[line] == 1 for line in whole)


def test_lines_that_occur_twice_are_found_where_they_belong() -> None:
    lines = ["Read on", STORY[0], "Salt", "Read on", STORY[1], "Salt", STORY[2], "Read on"]
    compact = Compact(lines)
    assert shares(compact, find(compact, [STORY[0], "Salt", STORY[1], "Salt", STORY[2]])) == [0, 1, 1, 0, 1, 1, 1, 0]
    assert shares(compact, find(compact, ["Read on", STORY[0], STORY[1]])) == [1, 1, 0, 0, 1, 0, 0, 0]


def test_a_piece_that_lost_a_link_is_found_in_parts() -> None:
    lines = [STORY[0] + " (see map) " + STORY[1], "Other"]
    compact = Compact(lines)
    assert shares(compact, find(compact, [f"{STORY[0]} {STORY[1]}"]))[0] > 0.9


# -- the judge


def test_the_story_comes_out_whole_and_nothing_else() -> None:
    result = clean(html=article(*paragraphs(*STORY)))
    assert result.text == "\n\n".join(STORY)
    assert result.status == "cleaned"
    assert {"nav", "notice"} & set(kinds(result).values())


@pytest.mark.parametrize(
    "middle",
    [
        "<h2>What the cook saw</h2>",
        "<ul><li>one stove</li><li>nine people</li><li>a piano, well wrapped</li></ul>",
        "<blockquote><p>“We keep the lamps lit for the boats,” she told them. “It is all we have.”</p></blockquote>",
        "<table><tr><th>Port</th><th>Hour</th></tr><tr><td>Norrvik</td><td>05:10</td></tr></table>",
        "<pre>course = 210\nspeed = 7</pre>",
        "<dl><dt>Piano</dt><dd>An upright, four hundred pounds.</dd></dl>",
        "<p>Short.</p>",
        "<hr><p>***</p>",
    ],
)
def test_what_stands_in_the_story_stays(middle: str) -> None:
    result = clean(html=article(*paragraphs(*STORY[:3]), middle, *paragraphs(*STORY[3:])))
    wanted = "".join("".join(lines_of(middle)).split())
    assert wanted in "".join(result.text.split())
    assert all(text in result.text for text in STORY)


@pytest.mark.parametrize(
    ("middle", "kind"),
    [
        ('<div class="newsletter-box"><p>Our letter from the quay, each Friday in your inbox.</p></div>', "promo"),
        ('<div class="author-bio"><p>Ada Cole has sailed since she was nine and lives aboard.</p></div>', "bio"),
        ('<figure><img src="a.jpg"><figcaption>The piano on deck, from above</figcaption></figure>', "caption"),
        ('<div class="share-buttons"><span>Tell a friend about this story of ours</span></div>', "social"),
        (
            '<ul><li><a href="/1">Lamps over the harbour again</a></li>'
            '<li><a href="/2">A quiet winter on the islands</a></li></ul>',
            "related",
        ),
        ('<div class="img"><img src="b.jpg"><p>The old pier, in March</p></div>', "caption"),
        ('<div class="faktaboks"><h3>The pier</h3><p>Built by hand in a year of frost.</p></div>', "related"),
        ('<p><a href="/9">Lamps over the harbour: how the village lit its own quay again</a></p>', "related"),
    ],
)  # fmt: skip
def test_what_the_page_put_into_the_story_leaves(middle: str, kind: str) -> None:
    result = clean(html=article(*paragraphs(*STORY[:3]), middle, *paragraphs(*STORY[3:])))
    assert result.text == "\n\n".join(STORY)
    gone = kinds(result)
    assert {gone[line] for line in lines_of(middle) if line in gone} == {kind}


CLASSES = ["teaser", "promo", "related", "share", "newsletter", "caption", "author-bio", "factbox", "footer"]


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("tag", ["div", "aside", "section"])
def test_a_class_does_not_cost_the_article(name: str, tag: str) -> None:
    result = clean(html=page(f'<{tag} class="{name}"><h1>The piano</h1>{"".join(paragraphs(*STORY))}</{tag}>'))
    assert all(text in result.text for text in STORY)


def test_the_title_leaves_and_the_summary_stays() -> None:
    summary = "How a schoolteacher, a cook and nine others brought music to the outer island."
    head = f'<title>The piano on the ferry – Lantern</title><meta name="description" content="{summary}">'
    top = f"<header><h1>The piano on the ferry</h1><p>{summary}</p></header>"
    body = f"<article>{top}<div>{''.join(paragraphs(*STORY))}</div></article>"
    result = clean(html=page(body, head))
    assert result.text == "\n\n".join((summary, *STORY))
    assert kinds(result)["The piano on the ferry"] == "headline"
    assert result.metadata.title == "The piano on the ferry"


def test_a_second_copy_for_narrow_screens_leaves() -> None:
    twice = f'<div class="mobile"><p>{STORY[2]}</p></div>'
    result = clean(html=article(*paragraphs(*STORY[:3]), twice, *paragraphs(*STORY[3:])))
    assert result.text.count(STORY[2]) == 1


def test_a_story_that_goes_on_in_a_second_box_is_taken_whole() -> None:
    more = "".join(f'<p class="copy-text">{text} Then it was told again in the inn.</p>' for text in STORY)
    first = "".join(f'<p class="copy-text">{text}</p>' for text in STORY)
    body = f'<div class="copy">{first}</div><div class="ad">Advertisement</div>'
    result = clean(html=page(f'<div>{body}<div class="copy">{more}</div></div>'))
    assert all(f"{text} Then it was told again" in result.text for text in STORY)


def test_a_story_that_the_page_goes_on_with_is_another() -> None:
    other = [sentence.replace("piano", "harmonium").replace("ferry", "mail boat") for sentence in reversed(STORY)]
    first = f"<article><h1>The piano on the ferry</h1>{''.join(paragraphs(*STORY))}</article>"
    second = f"<article><h1>A harmonium goes to sea</h1>{''.join(paragraphs(*other * 2))}</article>"
    text = clean(html=page(f"<main>{first}{second}</main>")).text
    assert STORY[0] in text
    assert "harmonium" not in text
    parts = second.replace("A harmonium goes to sea", "The piano on the ferry, part two")
    assert other[0] in clean(html=page(f"<main>{first}{parts}</main>")).text
    untold = first.replace("The piano on the ferry", "Part one")
    assert other[0] in clean(html=page(f"<main>{untold}{second}</main>")).text


def test_a_story_that_only_its_data_holds() -> None:
    data = '{"@type": "NewsArticle", "articleBody": "%s"}' % "\\n".join(STORY * 2)  # noqa: UP031
    html = page("<div id=app></div>", f'<title>x</title><script type="application/ld+json">{data}</script>')
    result = clean(html=html)
    assert all(text in result.text for text in STORY)
    assert restore(result.text, result.sidecar()) == result.source


@pytest.mark.parametrize(
    "fold", ["<h3>Week one</h3><div hidden>", '<div><button>+</button></div><div style="display:none">']
)
def test_parts_of_a_story_that_are_folded_up_are_read(fold: str) -> None:
    told = " ".join(STORY[1:4])
    assert told in lines_of(f"<main><p>{STORY[0]}</p><div>{fold}<p>{told}</p></div></div></main>")


@pytest.mark.parametrize(
    "hidden",
    [
        '<button>Menu</button><div hidden><ul><li><a href="/a">A long walk. To sea. And back.</a></li></ul></div>',
        '<h3>We</h3><div role="dialog" style="display:none"><p>{}</p></div>',
        '<h3>Sound</h3><div class="sr-only" aria-hidden="true"><p>{}</p></div>',
        "<p>Before</p><div hidden><p>{}</p></div>",
        "<h3>Short</h3><div hidden><p>One. Two. Three.</p></div>",
    ],
)
def test_what_else_is_hidden_is_not(hidden: str) -> None:
    told = " ".join(STORY[3:]) + " That is all there is to say of it, and it is said in full here."
    read = lines_of(f"<main>{hidden.format(told)}</main>")
    assert not any(told in line or "Two." in line or "walk" in line for line in read)


def test_a_story_that_is_hidden_until_a_script_shows_it() -> None:
    html = page(f'<div style="display:none" class="entry-content">{"".join(paragraphs(*STORY))}</div><p>Loading</p>')
    assert all(text in clean(html=html).text for text in STORY)


def test_doubt_is_said() -> None:
    links = "".join(f'<li><a href="/{n}">Harbour news, number {n}, in a line of its own</a></li>' for n in range(60))
    result = clean(html=page(f"<ul>{links}</ul>"))
    assert result.status in ("doubtful", "empty")
    assert result.reason


def test_an_extractor_that_breaks_does_not_cost_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(tree: object, **_: object) -> list[str]:
        raise RecursionError

    monkeypatch.setattr("cleaner.pages.document.pieces_of", breaks)
    result = clean(html=article(*paragraphs(*STORY)))
    assert result.text == "\n\n".join(STORY)
    assert (result.status, "RecursionError" in (result.reason or "")) == ("doubtful", True)


def test_other_extractors_are_asked_only_where_one_takes_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def takes(pieces: list[str]) -> None:
        asked.clear()

        def pieces_of(tree: object, *, fast: bool = False, recall: bool = False) -> list[str]:
            asked.append(fast)
            return pieces if fast else story

        monkeypatch.setattr("cleaner.pages.document.pieces_of", pieces_of)
        assert clean(html=article(*paragraphs(*story))).text == "\n\n".join(story)

    story = [text.replace("the", word) for word in ("the", "this", "one", "no") for text in STORY]
    takes(story)
    assert asked == [True]
    takes(story[:1])
    assert asked == [True, False]
    takes([])
    assert asked == [True, False]


def test_too_little_is_made_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.pages.document.pieces_of", lambda tree, **_: [STORY[1]])
    assert clean(html=article(*paragraphs(*STORY))).text == "\n\n".join(STORY)


def test_a_robot_wall_comes_out_empty() -> None:
    wall = "<h1>Checking your browser</h1><p>Please enable JavaScript and cookies to continue"
    result = clean(html=f"<title>Just a moment...</title><body>{wall}")
    assert result.status == "empty"


# -- the laws, on pages that nobody thought of

ODDS = (
    MENU, FOOT, "<br>", "<hr>", "<h2>Why</h2>", "<li>salt", "</div>", "<div class=teaser>", "<aside>", "<q",
    "<table><tr><td>a<td>b", "<pre>a\n b</pre>", "&amp;&nbsp;&#0;", "<figure><img><figcaption>x</figcaption></figure>",
    "<p>Advertisement</p>", "<p>By Ada Cole</p>", "<p>Photo: Ada Cole</p>", "<p>Read more: The lamps</p>",
    "<p>Please donate today so that we can keep reporting.</p>", '<span class="date">4 March 2021</span>',
    "<ul><li><a href=x>One</a><li><a href=y>Two</a></ul>",
)  # fmt: skip
SNIPPET = st.one_of(
    st.sampled_from([f"<p>{text}</p>" for text in STORY] * 3), st.sampled_from(ODDS), st.text(max_size=20)
)
PAGES = st.lists(SNIPPET, max_size=24).map("".join)


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner()


@settings(max_examples=150, deadline=None)
@given(html=PAGES)
def test_the_laws_hold_on_pages(cleaner: Cleaner, html: str) -> None:
    try:
        document = cleaner.page(html)
    except PageError:
        return
    read = document.page
    assert isinstance(read, Page)
    assert "".join(block.text for block in document.blocks) == document.text
    assert all(left.end <= right.start for left, right in pairwise(read.lines))
    assert all(document.text[line.start : line.end].strip() for line in read.lines)
    result = cleaner.judge(document)
    assert result.source == document.text
    assert all(0 <= span.start < span.end <= len(result.source) for span in result.removed)
    assert all(left.end <= right.start for left, right in pairwise(result.removed))
    assert restore(result.text, result.sidecar()) == result.source
    again = cleaner.clean(result.text)
    assert (again.text, again.removed) == (result.text, ())
    assert cleaner.clean(html=html).sidecar() == result.sidecar()


def test_memory_stays_flat_over_thousands_of_pages() -> None:
    code = """
import random, resource
from cleaner.pages.document import document_of
from tests.test_pages import made
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for n in range(400): document_of(made(n))
first = peak()
for n in range(400, 3_000): document_of(made(n))
print(first, peak())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    first, last = map(int, done.stdout.split())
    assert last < 1.25 * first + 20_000, f"{first} KB became {last} KB"


def made(number: int) -> str:
    """A small page unlike any other."""
    rng = random.Random(number)  # noqa: S311
    words = [f"{a}{b}{rng.randrange(999)}" for a in ("pier", "lamp", "boat") for b in ("s", "ward", "less", "man")]
    texts = [" ".join(rng.choices(words, k=30)).capitalize() + "." for _ in range(8)]
    boxes = "".join(f'<div class="w{rng.randrange(10**6)} x{number}"><a href="/{w}">{w}</a></div>' for w in words)
    return page(boxes + f'<article class="post-{number}">{"".join(paragraphs(*texts))}</article>')


def test_a_document_can_be_judged_with_others() -> None:
    document = document_of(article(*paragraphs(*STORY)), "https://example.org/piano")
    first, second = Cleaner().many([document, "The mill burned."])
    assert first.text == "\n\n".join(STORY)
    assert second.text == "The mill burned."
