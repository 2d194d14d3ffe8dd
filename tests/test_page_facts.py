"""What a page says of its article: each field from the source that keeps it true, and never a crash."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from cleaner import clean
from cleaner.pages.credits import bare_credit
from cleaner.pages.dates import read_date
from cleaner.pages.facts import Facts, facts_of
from cleaner.pages.linked import items_of
from cleaner.people import people_of

STORY = (
    "<p>The ferry to Holm stopped on Monday, after divers found a crack in the pier below the old harbour light.</p>"
)


def facts(head: str = "", body: str = "", url: str | None = "https://www.example.org/a") -> Facts:
    tree = document_fromstring(f"<html lang='en-GB'><head>{head}</head><body>{body}{STORY}</body></html>")
    return facts_of(tree, url, tree.text_content())


def linked(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def test_linked_data_goes_before_meta_and_each_value_says_where_it_is_from() -> None:
    found = facts(
        linked(headline="Ferry stops", author=[{"name": "Ann Harrow"}, {"name": "Tom Brook"}], datePublished="2021-05-03T10:20:00+02:00")  # noqa: E501
        + '<meta property="og:title" content="Another title"><meta name="author" content="Somebody Else">'
    )  # fmt: skip
    assert found.title == "Ferry stops"
    assert found.authors == ("Ann Harrow", "Tom Brook")
    assert found.date == "2021-05-03T10:20+02:00"
    assert dict(found.sources)["authors"] == "json-ld"
    assert found.language == "en-GB"


@pytest.mark.parametrize("end", [" | Valley Monitor", " – Valley Monitor", " - valleymonitor.example", ""])
def test_the_sites_name_is_no_part_of_a_title(end: str) -> None:
    head = f'<title>Ferry stops - for good{end}</title><meta property="og:site_name" content="Valley Monitor">'
    found = facts(head, url="https://www.valleymonitor.example/x")
    assert found.title == "Ferry stops - for good"


def titled(kind: str, headline: str, shown: str, shared: str) -> str | None:
    data = json.dumps({"@type": kind, "headline": headline})
    head = f'<script type="application/ld+json">{data}</script><meta property="og:title" content="{shared}">'
    return facts(head, shown).title


def test_a_newsroom_names_its_story_in_data_where_others_name_what_search_engines_shall_show() -> None:
    shown, found = "Seven ferries that still run in winter", "Winter ferries of 2021 - seven of the best"
    assert titled("NewsArticle", found, f"<h1>{shown}</h1>", found) == found
    assert titled("BlogPosting", found, f"<h1>{shown}</h1>", found) == shown
    assert titled("Article", found, "<h1>Valley blog</h1>", found) == found


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("<h1>The ferry stops for good</h1>", "The ferry stops for good"),
        ("<h1>Holm ferry stops for good</h1>", "ferry stops for good"),
        ("<h1>When the last ferry left</h1><p><h1>When the last ferry left</h1>", "When the last ferry left"),
        ("<h1>Ferry<br>stops now for good</h1>", "Ferry stops now for good"),
        ("<h1><span>Harbour</span><span>Ferry stops for good</span></h1>", "Ferry stops for good"),
        ("<h1>The fer\u00adry stops for good</h1>", "The ferry stops for good"),
        ("<h1>A<i>ha</i>, ferry stops for good</h1>", "Aha, ferry stops for good"),
    ],
)
def test_headings(heading: str, title: str) -> None:
    shared = "Ferry stops for good" if "<span>" in heading else "ferry stops for good"
    assert facts(f'<meta property="og:title" content="{shared}">', heading).title == title


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["By Ann Harrow and Tom Brook"], ["Ann Harrow", "Tom Brook"]),
        (["Von Lena Hart, Jan Kern"], ["Lena Hart", "Jan Kern"]),
        (["Ann Harrow, Senior Staff Writer"], ["Ann Harrow"]),
        (["https://example.org/ann"], []),
        (["admin"], []),
        (["Nachrichten"], []),
        (["Senior Software Engineer"], []),
        (["Valley Monitor", "Ann Harrow"], ["Ann Harrow"]),
        (["Ministry of Fish and Chips"], ["Ministry of Fish and Chips"]),
        (["Ann Harrow, MS, RD"], ["Ann Harrow"]),
        (["Ann Harrow, Home and Harbour Safety Expert"], ["Ann Harrow"]),
        (["Ann Harrow, AP"], ["Ann Harrow", "AP"]),
        (["Written byAnn Harrow"], ["Ann Harrow"]),
        (["View all posts by Ann Harrow"], ["Ann Harrow"]),
        (["Ann Harrow, Tom Brook, and Lena Hart"], ["Ann Harrow", "Tom Brook", "Lena Hart"]),
        (["Posted by"], []),
        (["Ann says"], []),
        (["Di Marco"], ["Di Marco"]),
        (["Ann Harrow."], ["Ann Harrow"]),
        (["Ann Harrow, Tom B."], ["Ann Harrow", "Tom B."]),
        (["Articles by Ann Harrow"], ["Ann Harrow"]),
        (["Ann Harrow on behalf of the Harbour Board"], ["Ann Harrow"]),
        (["Last update"], []),
        (["The Author"], []),
        (["Personal finance"], []),
        (["Lena van den Hart"], ["Lena van den Hart"]),
        (["Marta d'Aosta"], ["Marta d'Aosta"]),
        (["Ann Harrow December 17"], []),
        (["ann@example.org"], []),
        (["山田 太郎"], ["山田 太郎"]),
        (["x" * 400], []),
    ],
)
def test_authors_are_names(given: list[str], names: list[str]) -> None:
    assert people_of(given, ["Valley Monitor"]).names == names


def test_the_site_itself_is_an_outlet_and_a_name_that_was_given_may_be_written_small() -> None:
    assert people_of(["Valley Monitor"], ["Valley Monitor"]).outlets == ["Valley Monitor"]
    assert people_of(["monitor24"], given=True).names == ["monitor24"]
    assert people_of(["monitor24"]).names == []


def test_a_story_that_nobody_signs_is_the_outlets() -> None:
    head = linked(headline="Ferry stops", author={"@type": "Organization", "name": "valley.example"})
    found = facts(head, url="https://www.valley.example/x")
    assert (found.authors, found.outlet) == ((), "valley.example")
    assert facts(head, '<p class="byline">By <a>Ann Harrow</a></p>', "https://valley.example").authors == (
        "Ann Harrow",
    )


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<p class="byline">By <a>Ann Harrow</a> and <a>Tom Brook</a> <span>Staff writers</span></p>', ("Ann Harrow", "Tom Brook")),  # noqa: E501
        ('<div class="post-author">Ann Harrow<time>Dec 18</time></div>', ("Ann Harrow",)),
        ('<div class="comments"><p class="comment-author">Ann Harrow</p></div>', ()),
        ('<a rel="author">Ann Harrow</a>' + "<div>" * 5 + '<a rel="author">Tom Brook</a>' + "</div>" * 5, ("Ann Harrow",)),  # noqa: E501
        ('<p itemprop="author">By <span itemprop="name">Ann Harrow</span>, Holm</p>', ("Ann Harrow",)),
        ('<p><a href="/authors/harrow"><b>Ann Harrow</b><i>Harbour reporter</i></a></p>', ("Ann Harrow",)),
        ('<p><a href="/autor/ann">Ann</a></p>', ("Ann",)),
        ('<p><a href="https://other.example/user/ann">Ann Harrow</a></p>', ()),
        ('<p>Written by <a href="/team/ann">Ann Harrow</a></p><p>Reviewed by <a href="/team/tom">Tom Brook</a></p>', ("Ann Harrow",)),  # noqa: E501
        ('<p>Fact-checked by: <a href="/team/tom">Tom Brook</a></p>', ()),
        ('<p class="byline">Ann Harrow | <span>Medically reviewed by</span> Tom Brook</p>', ("Ann Harrow",)),
        ('<ul class="related"><li><a href="/author/tom">Tom Brook</a></li></ul>', ()),
        (f'<p>{"The pier had been painted green for the summer. " * 6}<a href="/people/tom">Tom Brook</a> said so.</p>', ()),  # noqa: E501
        ('<h4 class="author-box__name">Ann Harrow</h4>', ("Ann Harrow",)),
    ],
)  # fmt: skip
def test_names_in_markup(markup: str, names: tuple[str, ...]) -> None:
    assert facts(body=f"<main><article><header><h1>Ferry</h1>{markup}</header></article></main>").authors == names


def test_of_two_items_for_one_story_the_one_that_names_all_who_wrote_it_is_believed() -> None:
    people = [{"@type": "Person", "name": name} for name in ("Ann Harrow", "Tom Brook")]
    head = linked(headline="Ferry stops", author=people[:1], keywords="ferry") + linked(
        headline="Ferry stops", author=people
    )
    assert facts(head).authors == ("Ann Harrow", "Tom Brook")
    other = linked(headline="Ferry stops", author=people[:1], keywords="ferry") + linked(headline="Tea", author=people)
    assert facts(other).authors == ("Ann Harrow",)


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("2021-05-03", "2021-05-03"),
        ("2021-05-03T10:20:30.123Z", "2021-05-03T10:20Z"),
        ("20210503", "2021-05-03"),
        ("Mon, 03 May 2021 10:20:00 +0200", "2021-05-03T10:20+02:00"),
        ("1620000000", "2021-05-03T00:00Z"),
        ("2021-13-45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(words: str, date: str | None) -> None:
    assert read_date(words) == date


def dated(around: str, lang: str = "en", head: str = "", title: str = "The ferry stops for good") -> str | None:
    days = ("Monday", "Tuesday", "Thursday", "Friday", "Saturday")
    told = "".join(STORY.replace("Monday", day).replace("Holm", f"{day} island") for day in days)
    page = f"<html lang='{lang}'><head>{head}</head><body><h1>{title}</h1>{around.replace('STORY', told)}</body></html>"
    return clean(html=page).metadata.date


@pytest.mark.parametrize(
    ("lang", "words", "date"),
    [
        ("en", "May 3, 2021 | 6 min read", "2021-05-03"),
        ("en-US", "5/3/2021", "2021-05-03"),
        ("en-GB", "3/5/2021", "2021-05-03"),
        ("de", "3. Mai 2021, Holm", "2021-05-03"),
        ("fr", "le 3 mai 2021", "2021-05-03"),
        ("es", "3 de mayo de 2021", "2021-05-03"),
        ("pt-BR", "3 de maio de 2021", "2021-05-03"),
        ("ru", "3 мая 2021", "2021-05-03"),
        ("pl", "3 maja 2021", "2021-05-03"),
        ("ja", "2021年5月3日", "2021-05-03"),
        ("sv", "Uppdaterad 9 juni 2022. Publicerad 3 maj 2021", "2021-05-03"),
        ("en", "Harbour newsMAY 3, 2021Updated: JUNE 9, 2022", "2021-05-03"),
        ("en", "Updated May 3, 2021", "2021-05-03"),
        ("en", "Chapter 3, 2021 copies", None),
        ("en", "Version 3.14.2021.7", None),
    ],
)
def test_a_date_that_only_people_see_is_read_where_the_story_begins(lang: str, words: str, date: str | None) -> None:
    assert dated(f"<div>{words}</div>STORY", lang) == date


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (("By Ann Harrow",), ["Ann Harrow"]),
        (("by: Ann Harrow, May 3, 2021",), ["Ann Harrow"]),
        (("by Ann Harrow on May 3, 2021",), ["Ann Harrow"]),
        (("Written by", "Ann Harrow", "May 3, 2021"), ["Ann Harrow"]),
        (("Author", "Ann Harrow"), ["Ann Harrow"]),
        (("Von Ann Harrow und Tom Brook",), ["Ann Harrow", "Tom Brook"]),
        (("Reviewed by", "Ann Harrow"), []),
        (("Photo by Ann Harrow",), []),
        (("Author", "May 3, 2021"), []),
        (("By Monday the harbour was empty",), []),
        (("Written by", "Holm"), []),
        (("Harbour News", "May 3, 2021"), []),
    ],
)
def test_a_byline_that_only_people_see_is_read_where_the_story_begins(lines: tuple[str, ...], names: list[str]) -> None:
    assert signed("".join(f"<div>{words}</div>" for words in lines)) == names


def test_who_wrote_another_story_did_not_write_this_one() -> None:
    assert signed('<div class="related"><div>Written by</div><div>Ann Harrow</div></div>') == []


def signed(shown: str) -> list[str]:
    told = "".join(STORY.replace("Monday", day) for day in ("Monday", "Tuesday", "Thursday", "Friday", "Saturday"))
    return clean(html=f"<body><h1>The ferry stops for good</h1>{shown}{told}</body>").metadata.authors


def test_dates_of_other_stories_and_of_what_a_story_tells_are_not_its_own() -> None:
    related = '<div class="related"><p>May 3, 2021</p></div>'
    assert dated(f"STORY{related}") is None
    opened = "<p>The pier was opened on May 3, 2021, when eight hundred people came to see the first boat leave.</p>"
    assert dated(f"{opened}STORY") is None
    assert dated('<div class="comments"><p>Ann, May 3, 2021</p></div>STORY') is None


def test_a_head_that_speaks_of_publishing_in_its_own_words_is_believed_last() -> None:
    head = (
        '<meta name="w-first-published" content="2021-05-03T06:03:43Z"><meta name="x-publisher" content="2001-01-01">'
    )
    assert dated("STORY", head=head) == "2021-05-03T06:03Z"
    assert dated("<div>June 9, 2022</div>STORY", head=head) == "2022-06-09"


def test_a_date_is_taken_from_the_address_when_nothing_else_says_it() -> None:
    found = facts(url="https://example.org/news/2021/5/3/ferry")
    assert (found.date, dict(found.sources)["date"]) == ("2021-05-03", "url")


def test_keywords_that_speak_of_the_site_or_in_codes_are_no_tags() -> None:
    assert facts('<meta name="keywords" content="news, video, weather, sport, politics">').tags == ()
    codes = ",".join(f"CODE{n}" for n in range(12))
    assert facts(f'<meta name="keywords" content="{codes}">').tags == ()
    assert facts('<meta name="keywords" content="ferry, Holm, pier, harbour">').tags == (
        "ferry",
        "Holm",
        "pier",
        "harbour",
    )


def test_keywords_that_only_the_sites_menu_knows_are_no_tags() -> None:
    menu = "<nav><a>Sport</a> <a>Politics</a> <a>Culture</a> <a>Weather</a> <a>Fashion</a></nav>"
    head = '<meta name="keywords" content="sport, politics, culture, weather, fashion, ferry">'
    days = ("Monday", "Tuesday", "Thursday", "Friday", "Saturday")
    told = (STORY.replace("Monday", day).replace("Holm", f"{day} island") for day in days)
    body = f"<h1>Ferry</h1><article>{''.join(told)}</article>"
    page = f"<html><head>{head}</head><body>{menu}{body}</body></html>"
    assert clean(html=page).metadata.tags == []
    own = page.replace("sport, politics, culture, weather, fashion, ferry", "ferry, divers, pier, harbour")
    assert clean(html=own).metadata.tags == ["ferry", "divers", "pier", "harbour"]


def test_linked_topics_are_tags_outside_of_menus_only() -> None:
    links = (
        '<ul class="tags"><li><a href="/topic/ferries">Ferries</a></li><li><a href="/topic/holm">#Holm</a></li></ul>'
    )
    assert facts(body=links).tags == ("Ferries", "Holm")
    assert facts(body=f'<div class="sidebar">{links}</div>').tags == ()


@pytest.mark.parametrize(
    ("figure", "credit"),
    [
        ("<figcaption>The pier at dawn. (Photo: Ann Harrow)</figcaption>", "Ann Harrow"),
        (
            '<figcaption>The pier at dawn. <span class="credit">Image: Tom Brook/AFP</span></figcaption>',
            "Tom Brook/AFP",
        ),
        ("<figcaption>The pier at dawn. © Valley Archive</figcaption>", "Valley Archive"),
        ("<figcaption>Der Steg im Morgenlicht. <small>Quelle: Lena Hart</small></figcaption>", "Lena Hart"),
        ("<figcaption>The pier at dawn, seen from the east.</figcaption>", None),
        ("<footer>Tom Brook/Valley Archive</footer>", "Tom Brook/Valley Archive"),
        ("<figcaption>The pier at dawn.</figcaption><footer>Lena Hart</footer>", "Lena Hart"),
        ("<div class='img-credit'>Lena Hart</div><figcaption>The pier at dawn.</figcaption>", "Lena Hart"),
        ("<a href='/photo/3'><figcaption>夜明けの桟橋（Ｃ）谷通信社</figcaption></a>", "谷通信社"),
        (
            "<figcaption><span class='copyright'>The pier at dawn, last Monday. Bild © Lena Hart</span></figcaption>",
            "Lena Hart",
        ),
        ("<figcaption>The pier at dawn. <p class='image--author'>Foto: Lena Hart</p></figcaption>", "Lena Hart"),
        ("<figcaption>Cầu tàu lúc bình minh. <em>Ảnh: Lê Hà</em></figcaption>", "Lê Hà"),
        ("<figcaption>Bild © Lena Hart (nd)</figcaption>", "Lena Hart (nd)"),
        (
            "<figcaption>The pier at dawn. Foto: Tom Brook/Valley Archive <a>Vis mer</a></figcaption>",
            "Tom Brook/Valley Archive",
        ),
        ("<figcaption>The pier at dawn. <span>/ Lena Hart</span></figcaption>", "Lena Hart"),
        ("<figcaption>Η προβλήτα. (Φωτογραφία: Άννα Χάρου)</figcaption>", "Άννα Χάρου"),
        ("<figcaption>A móló hajnalban. Fotó: Hart Léna</figcaption>", "Hart Léna"),
        ("<figcaption>Iskele şafakta. Fotoğraf: Lena Hart</figcaption>", "Lena Hart"),
        ("<figcaption>المرسى عند الفجر. تصوير: لينا هارت</figcaption>", "لينا هارت"),
        ("<figcaption>Picture houses were full that year.</figcaption>", None),
    ],
)
def test_credits_are_read_from_captions(figure: str, credit: str | None) -> None:
    found = facts(body=f"<figure><img src='x.jpg'>{figure}</figure>")
    assert found.credits == ((credit,) if credit else ())
    assert all(not caption.endswith(str(credit)) for caption in found.captions)


def test_pictures_of_those_who_wrote_and_of_other_stories_are_not_the_storys() -> None:
    picture = '<figure><img src="a.jpg"><figcaption>Photo: {}</figcaption></figure>'
    own, other = picture.format("Ann Harrow"), picture.format("Tom Brook")
    assert facts(body=f'{own}<div class="bylines">{other}</div>').credits == ("Ann Harrow",)
    link = '<h3><a href="/b">The mill wheel turns again after nine years</a></h3>'
    assert facts(body=f"{own}{STORY * 9}<ul><li>{other}{link}</li></ul>").credits == ("Ann Harrow",)
    header = f'<div class="header hasCaption"><p class="byline">Lena Hart</p>{own}</div>'
    assert facts(body=header).credits == ("Ann Harrow",)


def test_an_agency_whose_name_begins_with_picture_keeps_it() -> None:
    assert bare_credit("picture alliance/dpa") == "picture alliance/dpa"
    assert bare_credit("Foto: picture alliance/dpa") == "picture alliance/dpa"


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type": "NewsArticle", "headline": "Ferry stops"} -->',
        '{"@type": "NewsArticle", "headline": "Ferry stops",}',
        '[{"@type": ["Article", "X"], "headline": "Ferry stops"}]',
        '{"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle", "headline": "Ferry stops"}]}',
        '{"@type": "NewsArticle", "headline": "Ferry\tstops"}',
    ],
)
def test_careless_linked_data_is_read_all_the_same(script: str) -> None:
    assert facts(f'<script type="application/ld+json">{script}</script>').title == "Ferry stops"


HOSTILE = [
    "{", "null", "[]", '"x"', "1e999", "[" * 5_000, '{"@type": {"a": 1}}', '{"@type": "NewsArticle", "author": 7}',
    '{"@type": "NewsArticle", "author": [[[["x"]]]], "keywords": {"name": null}, "datePublished": ["2021"]}',
    '{"@type": "NewsArticle", "headline": {"name": {"name": {"name": 1}}}}',
]  # fmt: skip


@pytest.mark.parametrize("script", HOSTILE)
def test_hostile_linked_data_is_passed_over(script: str) -> None:
    found = facts(f'<script type="application/ld+json">{script}</script>')
    assert found.tags == ()


def test_huge_linked_data_is_not_parsed() -> None:
    page = document_fromstring(f'<html><script type="application/ld+json">["{"x" * 2_000_000}"]</script></html>')
    assert items_of(page) == []


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=80))
def test_no_page_crashes_it(words: str, url: str) -> None:
    tree = document_fromstring(
        "<html><head></head><body><h1>x</h1><time></time><figure><figcaption></figcaption></figure></body></html>"
    )
    for element in tree.iter("h1", "time", "figcaption"):
        element.text = "".join(letter for letter in words if letter.isprintable())
    assert isinstance(facts_of(tree, url, words), Facts)


def test_the_result_carries_the_facts_and_says_where_they_are_from() -> None:
    head = linked(headline="Ferry stops", author="Ann Harrow")
    page = f"<html lang='en'><head>{head}</head><body><article>{STORY * 3}</article></body></html>"
    metadata = clean(html=page, url="https://example.org/2021/05/03/ferry").metadata
    assert (metadata.title, metadata.authors, metadata.date) == ("Ferry stops", ["Ann Harrow"], "2021-05-03")
    assert metadata.origins["title"] == "json-ld"
    assert metadata.language == "en"
