"""Who the pictures of an article are owed to, and what is written below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

from cleaner.pages.index import Index
from cleaner.pages.linked import Item, names, types_of
from cleaner.pages.parse import named_by, words_of

LONGEST = 120
"""The longest credit, in code points."""

CAPTION = 1_500
"""The longest caption."""

BESIDE, WIDE = 400, 12
"""A box with a picture has at most so many words' code points and so many children."""

FEW = 3
"""An aside with more links than this is about other stories."""

HEADLINE = 20
"""A link of more code points may be a headline."""

MOST = 60
"""How many captions of a page are read."""

_CREDIT = re.compile(
    r"(?:^|[\s_-])(?:\w*credits?\w*|copyright\w*|photographer|attribution|rights|source|author|autor|byline|licen[cs]e|lic|"
    r"cr[eé]dito|fotograf\w*|\w*quelle|agency|camera)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CREDIT_ALONE = re.compile(
    r"(?:^|[\s_-])(?:(?:image|photo|foto|picture|media)?-?credits?|photographer|bildquelle|fotograf)(?:$|[\s_-])", re.I
)
"""What says that it is a credit beside a picture that nothing calls the story's, where "author" is the writer."""

_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:\w*caption\w*|image-?(?:description|text|info|legend)|media-?(?:description|info|legend|block__description)|"
    r"legend\w*|bildunterschrift|bildtext|pie-?de-?foto)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CREDIT_AROUND = re.compile(
    r"(?:^|[\s_-])(?:image|photo|foto|picture|bild)-{0,2}(?:credits?|author|autor|copyright|source|quelle)(?:$|[\s_-])",
    re.I,
)
_NAMED = ("capt", "credit", "legend", "descri", "bild", "pie", "info", "--author", "--autor")
_WORDED = ("span", "p", "small", "footer", "cite")
_TAGS = frozenset({"div", "p", "span", "small", "i", "em", "dd"})

_ATTRIBUTES = XPath(
    "//*[self::article or self::main]//img/@*[contains(name(), 'credit') or contains(name(), 'copyright')"
    " or contains(name(), 'photographer')]"
)
_AGENCY = re.compile(
    r"\b(?:imago|dpa|ap|afp|reuters|epa|getty|keystone|picture.alliance|shutterstock|ansa|efe)\b", re.I
)
_WRITERS = re.compile(r"(?:^|[\s_-])(?:by-?lines?|(?:article-?)?authors?|writers?|bio)(?:$|[\s_-])", re.IGNORECASE)
_ENLARGES = re.compile(r"^(?:#|javascript:|$)|\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.IGNORECASE)
_NO_OWNER = re.compile(
    r"^(?:copyright|credits?|photos?|fotos?|images?|enlarge|toggle caption|\d[\d:.]*\s?(?:min|sek|sec|s|uhr)\w*)$",
    re.IGNORECASE,
)

_PICTURE = (
    r"(?:(?:symbol|archiv|beispiel|file )?(?:photo(?:graph)?s?|fotos?|fotograf[íi]a|images?|pictures?|pics?|"
    r"bild(?:er|quelle|rechte)?|fotó|fotograf(?:ie|iert|oa?|isk)?|fotoğraf|photographies?|ảnh|beeld|illustration|video|grafik|graphic|kuva|ljósmynd|zdjęcie|fot\.?|imagen|imagem|"
    r"cr[ée]dit[os]?|credits?|source|quelle|fuente|fonte|"
    r"copyright|kredit|kilde|källa|фото|світлина|снимок|снимка|φωτογραφία|görsel|gambar|صورة|تصوير|צילום|ภาพ|写真|提供|照片|图片|圖片|图源|사진))"
)
_ROLE = re.compile(
    rf"^[\s(\[|–—-]*(?:{_PICTURE}(?:\s(?:by|credits?|courtesy(?: of)?|de|von))*\s?[:：]"
    rf"|{_PICTURE}\s(?:by|courtesy of|von|de|par|av|di)\s|{_PICTURE}\s?(?=©)|"
    r"(?:copyright|credits?)\s(?=(?-i:[A-ZÀ-Þ]))|©|ⓒ|[(（][cｃＣ][)）]|\(c\)|courtesy of\s|&copy;)\s*",
    re.IGNORECASE,
)
_AT_END = re.compile(
    rf"(?:^|[\s(\[|.])(?:{_PICTURE}(?:\s(?:by|credit))?\s?[:：]\s?|©\s?)(?P<said>[^()\[\]|©\n]{{2,90}}?)[)\]]?[.\s]*$|"
    r"(?:ⓒ|[(（][cｃＣ][)）])\s?(?P<held>[^()（）\[\]|©\n]{2,60})$|"
    r"©\s?(?P<owner>[^()\[\]|©\n]{2,60}\([^()\n]{1,20}\))[.\s]*$|"
    r"\((?P<bracket>(?:[^()\n]{2,60}/[^()\n]{2,40}|[^()\n]{0,50}(?:\bAP|AFP|Reuters|Getty|dpa|EPA)[^()\n]{0,30}))\)[.\s]*$|＝(?P<equal>[^＝\n]{1,20})$|"
    r"[（(＝](?P<shot>[^（）()＝\n]{1,20})撮影[）)]?$|"
    r"(?:^|/\s)(?P<after>[^/\n]{2,40}(?:\s/\s[^/\n]{2,40})?\s(?:nuotr|foto))\.?$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s(?:(?:show|read|see|view|learn) more|vis mer|visa mer|mehr (?:anzeigen|lesen)|lees meer|"
    r"lire la suite|voir plus|"
    r"ver más|leer más|ver mais|leia mais|mostra altro|zobacz więcej|näytä lisää)\W*$",
    re.IGNORECASE,
)
"""What opens the rest of a caption that is shown in part."""

_RIGHTS = re.compile(
    r"[\s./,|–-]*(?:copyright \d{4}[^/]*|all rights reserved|,\s*(?:file|archive?)(?:\s(?:photo|foto))?)\.?$",
    re.IGNORECASE,
)


class Pictures(NamedTuple):
    """Credits and captions, in the order of the page, each once."""

    credits: list[str]
    captions: list[str]


def credits_of(tree: HtmlElement, index: Index, items: Sequence[Item]) -> Pictures:
    """What captions and what calls itself a credit say; where nothing does, what data say of images."""
    captions: list[str] = []
    owners: list[str] = []
    for count, (box, named) in enumerate(_boxes(tree, index)):
        if count == MOST:
            break
        words = words_of(box)
        found = [part for credit in _credits_in(box, words, named=named) for part in _parted(credit)]
        owners += found
        caption = words
        for credit in found:
            at = caption.rfind(credit)
            if at >= 0 and len(caption) - at < len(credit) + 12:
                caption = _lead_off(caption[:at])
        if named and len(caption) > 12:
            captions.append(caption)
    return Pictures(list(dict.fromkeys(owners or _given(tree) or _linked(items))), list(dict.fromkeys(captions)))


def _parted(credit: str) -> list[str]:
    """Owners that stand side by side behind bars, each once; what says nothing but "copyright" is no owner."""
    parts = [part for words in re.split(r"\s+[|•]\s+|;\s+", credit) if (part := bare_credit(words))]
    return [part for part in dict.fromkeys(parts) if not _NO_OWNER.match(part)]


def bare_credit(words: str) -> str | None:
    """A credit without the word for picture before it; None for what is none."""
    bare = _MORE.sub("", words.strip())
    for _ in range(3):
        bare = _ROLE.sub("", bare, count=1)
    bare = _RIGHTS.sub("", bare).strip(" \t()[]|,;:–—©./\u00a0")
    bare += ")" * (bare.count("(") == bare.count(")") + 1)
    return bare if 1 < len(bare) <= LONGEST and any(letter.isalpha() for letter in bare) else None


def _lead_off(caption: str) -> str:
    return re.sub(
        rf"[\s(\[|/–—-]*(?:{_PICTURE}(?:\s(?:by|credit))?\s?[:：]?|©)?[\s(\[|/–—-]*$", "", caption, flags=re.IGNORECASE
    )


def _boxes(tree: HtmlElement, index: Index) -> Iterator[tuple[HtmlElement, bool]]:
    """Boxes with a picture's caption, none within another, outside of menus and teasers.

    With each whether it is named as one; the others are boxes with a picture and few words.
    """
    seen: set[HtmlElement] = set()
    known: dict[HtmlElement, bool] = {}
    figures = [(at, element) for at, element in index.figures if element.tag == "figcaption" or _holds_words(element)]
    for element in index.called(_NAMED, _TAGS, figures):
        if element.tag not in ("figcaption", "figure") and not (
            _CAPTION.search(called := _called(element)) or _CREDIT_AROUND.search(called)
        ):
            continue
        if element.tag not in ("figcaption", "figure") and element.find(".//figcaption") is not None:
            continue
        if not _is_elsewhere(element, seen, known) and 1 < len(words_of(element)) <= CAPTION:
            seen.add(element)
            yield element, True
    for picture in tree.iter("img"):
        box = _box_around(picture)
        if box is not None and box not in seen and not _is_elsewhere(box, seen, known):
            seen.add(box)
            yield box, False


def _holds_words(figure: HtmlElement) -> bool:
    """Whether a figure without a caption has other words."""
    return next(figure.iter("figcaption"), None) is None and next(figure.iter(*_WORDED), None) is not None


def _box_around(picture: HtmlElement) -> HtmlElement | None:
    """The nearest element around a picture that has words, if they are few and it is no figure."""
    for box in islice(picture.iterancestors(), 4):
        if box.tag in ("figure", "body", "article", "main") or len(box) > WIDE:
            return None
        words = words_of(box)
        if words:
            return box if len(words) <= BESIDE else None
    return None


def _is_elsewhere(element: HtmlElement, seen: set[HtmlElement], known: dict[HtmlElement, bool]) -> bool:
    """Whether something around an element was seen before, or is no part of the story.

    `known` says of elements whether they or something around them are none: boxes of a page have most around them in
    common.
    """
    around = list(element.iterancestors())
    if not seen.isdisjoint(around):
        return True
    inner = next((at for at, box in enumerate(around) if box in known), len(around))
    apart = inner < len(around) and known[around[inner]]
    for box in reversed(around[:inner]):
        apart = known[box] = apart or _is_apart(box)
    return apart


def _is_apart(box: HtmlElement) -> bool:
    """Whether a box is no part of the story: a menu, a teaser, a film, who wrote it."""
    if box.tag in ("nav", "footer", "video") or _WRITERS.search(_called(box)):
        return True
    if box.tag in ("li", "article"):
        return _is_teaser(box)
    if box.tag == "a":
        return not _ENLARGES.search(box.get("href") or "#") and not _in_figure(box)
    return box.tag == "aside" and (len(words_of(box)) > CAPTION or len(box.findall(".//a[@href]")) > FEW)


def _in_figure(link: HtmlElement) -> bool:
    """Whether a link leads to a larger picture, since a figure holds it."""
    return any(around.tag == "figure" for around in islice(link.iterancestors(), 3))


def _is_teaser(box: HtmlElement) -> bool:
    """Whether a box is about another story: a few words, and most of those that are in no figure lead there."""
    words = 0
    for part in box.itertext():
        words += len(part.strip())
        if words > CAPTION:
            return False
    links = (link for link in box.iter("a") if not _ENLARGES.search(link.get("href") or "#"))
    return any(len(text := words_of(link)) > HEADLINE and FEW * len(text) > words for link in links)


def _credits_in(box: HtmlElement, words: str, *, named: bool) -> list[str]:
    figure = box.getparent()
    whole = figure if box.tag == "figcaption" and figure is not None and figure.tag == "figure" else box
    called = [
        element
        for element in whole.iter("span", "div", "small", "cite", "p", "em", "i", "b", "strong", "footer")
        if _calls_credit(element, box, _CREDIT if named else _CREDIT_ALONE)
    ]
    # Of nested ones the outermost that is short enough is the whole credit.
    outer = [element for element in called if not any(other in called for other in element.iterancestors())]
    found = [credit for element in outer if (credit := bare_credit(_ending(words_of(element))))]
    if found:
        return found
    parts = [part for part in box.iter("span", "small", "em", "cite", "p", "div") if len(part) == 0 and words_of(part)]
    for part in parts:
        if (_ROLE.match(words_of(part)) or words_of(part).startswith("/ ")) and (credit := bare_credit(words_of(part))):
            return [credit]
    match = _AT_END.search(words) if named else None
    said = match and next(filter(None, match.groups()), None)
    credit = bare_credit(said) if said else None
    if credit:
        return [credit]
    last = words_of(parts[-1]) if parts and (len(parts) > 1 or (not named and "/" in words)) else ""
    if not named and not ("/" in last and last == words and _AGENCY.search(last)):
        return []
    if 2 < len(last) <= 60 and ("/" in last or last.istitle() or last.isupper()) and words.endswith(last):
        credit = bare_credit(last)
        return [credit] if credit else []
    return []


def _ending(words: str) -> str:
    """The credit at the end of words that call themselves one and are a caption too."""
    match = _AT_END.search(words)
    return next(filter(None, match.groups()), words) if match and match.start() > HEADLINE else words


def _calls_credit(element: HtmlElement, box: HtmlElement, words: re.Pattern[str]) -> bool:
    if element is box and not _CREDIT_AROUND.search(_called(box)):
        return False
    called = _called(element)
    if element.tag in ("cite", "footer"):
        return len(element.text_content()) <= LONGEST
    return bool(called) and words.search(called) is not None and len(element.text_content()) <= LONGEST + 60


def _called(element: HtmlElement) -> str:
    return named_by(element, "class", "itemprop", "data-testid")


def _given(tree: HtmlElement) -> list[str]:
    """What images of a story say in attributes made for it."""
    return [credit for words in _ATTRIBUTES(tree) for credit in _parted(" ".join(words.split()))]


def _linked(items: Sequence[Item]) -> list[str]:
    found = []
    for item in items:
        if "ImageObject" in types_of(item):
            for key in ("creditText", "copyrightHolder", "creator", "author"):
                named = [credit for words in names(item.get(key)) for credit in _parted(words)]
                if named:
                    found += named
                    break
    return found
