"""What elements call themselves: words of class, id, role, itemprop and rel, as signs.

The words are the field's own, as theme authors use them in every language; none belongs to one site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cleaner.pages.model import Sign

S = Sign

OF_TAG: dict[str, int] = {
    "aside": S.ASIDE,
    "nav": S.NAV,
    "menu": S.NAV,
    "footer": S.FOOTER,
    "header": S.HEADER,
    "figure": S.FIGURE,
    "figcaption": S.CAPTION,
    "main": S.MAIN,
    "article": S.ARTICLE,
    "form": S.FORM,
    "dialog": S.WIDGET,
    "button": S.WIDGET,
    "label": S.FORM,
    "fieldset": S.FORM,
    "time": S.DATE,
    "blockquote": S.QUOTE,
}

OF_ROLE: dict[str, int] = {
    "navigation": S.NAV,
    "menu": S.NAV,
    "menubar": S.NAV,
    "banner": S.HEADER,
    "contentinfo": S.FOOTER,
    "complementary": S.ASIDE,
    "search": S.FORM,
    "main": S.MAIN,
    "article": S.ARTICLE,
    "dialog": S.WIDGET,
    "alertdialog": S.WIDGET,
    "button": S.WIDGET,
    "tablist": S.NAV,
    "toolbar": S.WIDGET,
    "figure": S.FIGURE,
}

OF_ITEMPROP: dict[str, int] = {
    "articlebody": S.STORY,
    "author": S.BYLINE,
    "datepublished": S.DATE,
    "datemodified": S.DATE,
    "dateline": 0,
    "headline": S.TITLE,
    "caption": S.CAPTION,
    "copyrightholder": S.CREDIT,
    "keywords": S.TAGS,
    "about": 0,
    "comment": S.COMMENTS,
    "breadcrumb": S.NAV,
    "publisher": S.NOTICE,
}

OF_REL: dict[str, int] = {"author": S.BYLINE, "tag": S.TAGS, "category": S.TAGS, "license": S.NOTICE}

_WORDS: tuple[tuple[int, str], ...] = (
    (S.NAV, """
        nav, navi, navigation, navbar, menu, submenu, breadcrumb, breadcrumbs, bread, crumb, crumbs, pagination,
        pager, toc, toolbar, topbar, skip, sitemap, tablist, tabslist, offcanvas, megamenu, jump, langswitch
    """),
    (S.RELATED, """
        related, relateds, recommend*, recirc*, readmore, popular, trending, mostread, upnext, similar, seealso,
        morefrom, moreon, morestories, outbrain, taboola, zergnet, revcontent, mgid, verwandt*, weiterlesen,
        relacionado, relacionada, relacionados, relacionadas, similaires, correlati, correlate, articlelist,
        postlist, yarpp, relatedposts, suggested, suggestion, suggestions, further
    """),
    (S.PROMO, """
        newsletter, newsletters, subscribe, subscription*, signup, sign up, promo*, cta, optin, mailchimp, mc
        embed, leadmagnet, inscription, abonn*, mailinglist, convertkit, popup, modal, lightbox, banner,
        giveaway, pushalert, app download, downloadapp, cta box
    """),
    (S.APPEAL, """
        donat*, donor, appeal, fundrais*, supportus, patreon, membership, contribute, spende, spenden, kofi
    """),
    (S.SOCIAL, """
        share*, sharing, social*, follow*, addthis*, addtoany, sharedaddy, sociable, heateor, whatsapp,
        facebook, twitter, like, likes, sharebar, a2a kit, ssba, essb
    """),
    (S.COMMENTS, """
        comment, comments, commentlist, disqus*, respond, replies, reply, kommentar, kommentare, comentario,
        comentarios, commentaire, commentaires, discussion
    """),
    (S.BYLINE, """
        byline*, author, authors, autor, auteur, autore, writer, contributor, contributors, verfasser, vcard,
        author name
    """),
    (S.BIO, """
        bio, biography, authorbox, authorbio, aboutauthor, authorinfo, author box, author bio, author info,
        about author, saboxplugin, author description, author desc, author card, author profile, multiple
        authors*, guest author, author about, author block, author section
    """),
    (S.DATE, """
        date, dates, datetime, published, timestamp, pubdate, postdate, dateline, updated, readingtime, read
        time, reading time, datum, fecha, posted on, last modified
    """),
    (S.CAPTION, """
        caption*, figcaption, legende, bildunterschrift, bildtext, didascalia, gallery caption, imagecaption
    """),
    (S.CREDIT, """
        credit, credits, copyright, photocredit, imagecredit, photographer, bildquelle, fotograf*, image source,
        photo source, attribution
    """),
    (S.TAGS, """
        tag, tags, taglist, tagcloud, keyword, keywords, topic, topics, category, categories, posttags,
        entrytags, tagged, schlagwort*, etiquetas, kicker, eyebrow, label, section name, cat links, tags links,
        taxonomy
    """),
    (S.AD, """
        ad, ads, adv, advert*, adslot, adunit, adsbygoogle, sponsor*, dfp, gpt, banner ad, anzeige, publicidad,
        publicite, adbox, admanager, werbung, native ad, commercial
    """),
    (S.NOTICE, """
        cookie, cookies, consent, gdpr, disclaimer, disclaimers, disclosure, legal, onetrust*, cmplz,
        privacy, terms, affiliate, copyright notice, license, licence
    """),
    (S.STORY, """
        article body, articlebody, entry content, post content, story body, storybody, article content,
        articlecontent, article text, articletext, post body, postbody, body text, bodytext, article copy,
        storytext, story content, entry body, entrybody, rich text, richtext, post text, content body, body
        copy, body content, main content, maincontent, text content, single content, blog content, e content,
        prose, artikel text, artikeltext, cuerpo, corpo, name body, field body
    """),
    (S.TITLE, """
        headline, entry title, post title, article title, page title, article headline, title
    """),
    (S.FOOTER, """
        footer, colophon, post footer, entry footer, article footer, bottom bar, bottombar, site info, siteinfo
    """),
    (S.HEADER, """
        header, masthead, site header, siteheader, page header
    """),
    (S.ASIDE, """
        sidebar, side bar, aside, rail, right col, rightcol, right rail, rightrail, secondary, widget, widgets,
        complementary, side column, sidecolumn, left rail, leftrail
    """),
    (S.LEAD, """
        standfirst, preamble, ingress, ingres, manchet, manchette, einleitung, occhiello, catenaccio, subtitulo, lede,
        lead, deck, dek, subtitle, sub headline, subheadline, intro, excerpt, vorspann,
        summary, chapo, entradilla, bajada, sumario, subhead, abstract, key takeaway, keytakeaway, key
        takeaways, keytakeaways, tl dr, tldr
    """),
    (S.TEASER, """
        teaser, teasers, card, cards, tile, tiles, carousel, slider, swiper, thumb*, slick*
    """),
    (S.FIGURE, """
        figure, wp caption, gallery, image wrapper, slideshow, photo gallery, photogallery, media caption, image
        block, video player, player
    """),
    (S.QUOTE, """
        pull quote, pullquote, blockquote, quote
    """),
    (S.BOX, """
        fact box, factbox, factboks, fakta, fakta box, faktaboks, faktabox, fakta ruta, faktaruta, fakten, fakten box,
        faktenbox, info box, infobox, info kasten, infokasten, expandable box, side box, sidebox, data box, recuadro
    """),
    (S.HIDDEN, """
        screen reader, screen reader text, reader text, sr only, visually hidden, visuallyhidden
    """),
    (S.WIDGET, """
        widget area, tooltip, to top, scroll top,
        print only, printonly, noprint, loading, spinner, button, btn, search*, login*, dropdown, lang switch*,
        language*, player controls, overlay, rating*, vote, poll, survey, feedback, helpful, calculator
    """),
)  # fmt: skip

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = re.compile(r"[^a-z]+")


def _vocabulary() -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    exact: dict[str, int] = {}
    prefixes: dict[str, int] = {}
    for sign, words in _WORDS:
        for word in words.split(","):
            term = " ".join(word.split())
            into, term = (prefixes, term[:-1]) if term.endswith("*") else (exact, term)
            into[term] = into.get(term, 0) | sign
    return exact, tuple(prefixes.items())


_EXACT, _PREFIXES = _vocabulary()
_ANY_PREFIX = tuple(prefix for prefix, _ in _PREFIXES)
_FIRSTS = frozenset(term.split()[0] for term in (*_EXACT, *dict(_PREFIXES)) if " " in term)

_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

STRUCTURE = frozenset({"html", "body"})
"""Elements whose class speaks of the page, not of what stands in them."""


def _of_term(term: str) -> int:
    found = _EXACT.get(term, 0)
    if term.startswith(_ANY_PREFIX):
        for prefix, sign in _PREFIXES:
            if term.startswith(prefix):
                found |= sign
    return found


_of_word = lru_cache(maxsize=32_768)(_of_term)


@lru_cache(maxsize=16_384)
def of_words(words: str) -> int:
    """Signs of a class or id: of each word in it, and of each two that stand together."""
    found = 0
    last = ""
    for word in _SPLIT.split(_CAMEL.sub(" ", words).lower()):
        if len(word) > 1:
            found |= _of_word(word)
        if last in _FIRSTS and word:
            found |= _of_term(f"{last} {word}")
        last = word or last
    return found


def of_attributes(tag: str, attributes: Iterable[tuple[str, str]]) -> int:
    """Signs of an element, from its tag and attributes."""
    found = OF_TAG.get(tag, 0)
    for name, value in attributes:
        if name in ("class", "id"):
            if tag not in STRUCTURE:
                found |= of_words(value[:300])
        elif name == "role":
            found |= OF_ROLE.get(value, 0)
        elif name == "itemprop":
            for word in value.lower().split():
                found |= OF_ITEMPROP.get(word, 0)
        elif name == "rel":
            for word in value.lower().split():
                found |= OF_REL.get(word, 0)
        elif (
            name == "hidden"
            or (name == "style" and _HIDES.search(value))
            or (name == "aria-hidden" and value == "true")
        ):
            found |= S.HIDDEN
    return found
