"""Who the pictures of an article are owed to, and what is written below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.html import HtmlElement

from cleaner.pages.linked import Item, names, types_of
from cleaner.pages.parse import named_by, words_of

LONGEST = 120
"""The longest credit, in code points."""

CAPTION = 1_500
"""The longest caption."""

MOST = 60
"""How many captions of a page are read."""

_CREDIT = re.compile(
    r"(?:^|[\s_-])(?:\w*credits?\w*|copyright\w*|photographer|attribution|rights|source|author|autor|byline|licen[cs]e|lic|"
    r"cr[eé]dito|fotograf\w*|\w*quelle|agency|camera)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:\w*caption\w*|image-?(?:description|text|info|legend)|media-?(?:description|info|legend|block__description)|"
    r"legend\w*|bildunterschrift|bildtext|pie-?de-?foto)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CREDIT_AROUND = re.compile(
    r"(?:^|[\s_-])(?:image-?credits?|photo-?credits?|foto-?credits?|picture-?credits?)(?:$|[\s_-])", re.IGNORECASE
)
_PARTS = ("capt", "credit", "legend", "descri", "bildu", "bildt", "pie", "info", "text")
"""What a class has in it that either of the two before finds; a look that costs less."""

_PICTURE = (
    r"(?:(?:symbol|archiv|beispiel|file )?(?:photo(?:graph)?s?|fotos?|fotograf[íi]a|images?|pictures?|pics?|"
    r"bild(?:er|quelle|rechte)?|illustration|video|grafik|graphic|kuva|ljósmynd|zdjęcie|fot\.?|imagen|imagem|"
    r"cr[ée]dit[os]?|credits?|source|quelle|fuente|fonte|"
    r"copyright|kredit|kilde|källa|фото|світлина|снимок|写真|照片|图片|사진))"
)
_ROLE = re.compile(
    rf"^[\s(\[|–—-]*(?:{_PICTURE}(?:\s(?:by|credits?|courtesy(?: of)?|de|von))*\s?[:：]"
    rf"|{_PICTURE}\s(?:by|courtesy of|von|de|par|av|di)\s|"
    r"©|\(c\)|courtesy of\s|&copy;)\s*",
    re.IGNORECASE,
)
_AT_END = re.compile(
    rf"(?:^|[\s(\[|.])(?:{_PICTURE}(?:\s(?:by|credit))?\s?[:：]\s?|©\s?)(?P<said>[^()\[\]|©\n]{{2,90}}?)[)\]]?[.\s]*$|"
    r"\((?P<bracket>(?:[^()\n]{2,60}/[^()\n]{2,40}|[^()\n]{0,50}(?:\bAP|AFP|Reuters|Getty|dpa|EPA)[^()\n]{0,30}))\)[.\s]*$|＝(?P<equal>[^＝\n]{1,20})$",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"[\s./,|–-]*(?:copyright \d{4}[^/]*|all rights reserved)\.?$", re.IGNORECASE)


class Pictures(NamedTuple):
    """Credits and captions, in the order of the page, each once."""

    credits: list[str]
    captions: list[str]


def credits_of(tree: HtmlElement, items: Sequence[Item]) -> Pictures:
    """What captions and what calls itself a credit say; where nothing does, what linked data says of images."""
    captions: list[str] = []
    owners: list[str] = []
    for count, box in enumerate(_captions(tree)):
        if count == MOST:
            break
        words = words_of(box)
        found = [part for credit in _credits_in(box, words) for part in _parted(credit)]
        owners += found
        caption = words
        for credit in found:
            at = caption.rfind(credit)
            if at >= 0 and len(caption) - at < len(credit) + 12:
                caption = _lead_off(caption[:at])
        if len(caption) > 12:
            captions.append(caption)
    return Pictures(list(dict.fromkeys(owners or _linked(items))), list(dict.fromkeys(captions)))


def _parted(credit: str) -> list[str]:
    """Owners that stand side by side behind bars, each once; what says nothing but "copyright" is no owner."""
    parts = [part for words in re.split(r"\s+[|•]\s+", credit) if (part := bare_credit(words))]
    return [part for part in dict.fromkeys(parts) if part.lower() not in ("copyright", "credit", "photo")]


def bare_credit(words: str) -> str | None:
    """A credit without the word for picture before it; None for what is none."""
    bare = words.strip()
    for _ in range(3):
        bare = _ROLE.sub("", bare, count=1)
    bare = _RIGHTS.sub("", bare).strip(" \t()[]|,;:–—©.\u00a0")
    return bare if 1 < len(bare) <= LONGEST and any(letter.isalpha() for letter in bare) else None


def _lead_off(caption: str) -> str:
    return re.sub(
        rf"[\s(\[|/–—-]*(?:{_PICTURE}(?:\s(?:by|credit))?\s?[:：]?|©)?[\s(\[|/–—-]*$", "", caption, flags=re.IGNORECASE
    )


def _captions(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Figure captions, and elements that call themselves so, outside of menus and teasers; none within another."""
    seen: set[HtmlElement] = set()
    for element in tree.iter("figcaption", "figure", "div", "p", "span", "small"):
        if element.tag not in ("figcaption", "figure"):
            bare = (element.get("class") or "").lower()
            if not bare or not any(part in bare for part in _PARTS):
                continue
        if element.tag != "figcaption":
            called = _called(element)
            if element.tag == "figure":
                named = element.find(".//figcaption") is None and any(True for _ in element.iter("span", "p", "small"))
            else:
                named = bool(called) and (_CAPTION.search(called) or _CREDIT_AROUND.search(called)) is not None
            if not named:
                continue
        around = list(element.iterancestors())
        if any(box in seen for box in around) or any(
            box.tag in ("nav", "aside", "footer", "a", "video") for box in around
        ):
            continue
        if 1 < len(words_of(element)) <= CAPTION:
            seen.add(element)
            yield element


def _credits_in(box: HtmlElement, words: str) -> list[str]:
    called = [
        element
        for element in box.iter("span", "div", "small", "cite", "p", "em", "i", "b", "strong")
        if _calls_credit(element, box)
    ]
    # Of nested ones the outermost that is short enough is the whole credit.
    outer = [element for element in called if not any(other in called for other in element.iterancestors())]
    found = [credit for element in outer if (credit := bare_credit(words_of(element)))]
    if found:
        return found
    parts = [part for part in box.iter("span", "small", "em", "cite", "p", "div") if len(part) == 0 and words_of(part)]
    for part in parts:
        if _ROLE.match(words_of(part)) and (credit := bare_credit(words_of(part))):
            return [credit]
    match = _AT_END.search(words)
    said = match and (match["said"] or match["bracket"] or match["equal"])
    credit = bare_credit(said) if said else None
    if credit:
        return [credit]
    last = words_of(parts[-1]) if len(parts) > 1 else ""
    if 2 < len(last) <= 60 and ("/" in last or last.istitle() or last.isupper()) and words.endswith(last):
        credit = bare_credit(last)
        return [credit] if credit else []
    return []


def _calls_credit(element: HtmlElement, box: HtmlElement) -> bool:
    if element is box and not _CREDIT_AROUND.search(_called(box)):
        return False
    called = _called(element)
    return bool(called) and _CREDIT.search(called) is not None and len(element.text_content()) <= LONGEST + 60


def _called(element: HtmlElement) -> str:
    return named_by(element, "class", "itemprop", "data-testid")


def _linked(items: Sequence[Item]) -> list[str]:
    found = []
    for item in items:
        if "ImageObject" in types_of(item):
            for key in ("creditText", "copyrightHolder", "creator", "author"):
                named = [credit for words in names(item.get(key)) if (credit := bare_credit(words))]
                if named:
                    found += named[:1]
                    break
    return found
