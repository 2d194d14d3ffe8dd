"""Looking at text without changing it: folding, lines, sentences, and the key a block is counted by.

Everything here takes a text and offsets into it and gives offsets back; nothing returns altered text that
could end up in a result.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import regex
import xxhash

SPACELESS = "\u2e80"
"""From here on writing has no spaces between words, and a word may begin anywhere."""

MOSTLY_ASCII = 8
"""A text is mostly ASCII of which no more than one code point in so many is anything else."""

_ADDRESS = re.compile(r"https?://([a-z0-9.-]+)((?:/[!-\"$->@-~]*)?)(?:[?#][!-~]*)?")
_INDENT = re.compile(r"\n([^\S\n]+)")
_INDENTED = re.compile("\n[ \t]")  # a sixth of the time that `in` takes for two letters in a wide string
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASCII = bytes(range(128))
_LOWERED_APART = "\u0130\u03a3"  # one grows, the other looks at its neighbours
# Code points that no composing changes, whatever stands beside them: Latin, Cyrillic, the commonest signs.
_COMPOSED = re.compile("[\x00-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u203a\u20a0-\u20bf]*")
# A letter with what composes with it; Hangul vowels and tails are no marks, but compose all the same.
_CLUSTER = regex.compile(r"\P{M}[\p{M}\u1160-\u11ff]+")
_ODD_BLANK = re.compile("[\t\u1680\u2000-\u200a\u205f\u3000\x1f]")
_BLANKS = re.compile(r"[^\S\n]+")
_NUMBER = re.compile(r"\d+(?:[.,'\u2019 ]?\d+)*")
_DATE = re.compile(
    r"\b(?:[^\W\d_]+, )?(?:0(?:\.|st|nd|rd|th)? (?:(?:de|of) )?[^\W\d_]{3,}\.?,? (?:(?:de|del|of) )?0"
    r"|[^\W\d_]{3,}\.? 0(?:st|nd|rd|th)?, 0)\b"
)
_LOOKALIKES = (
    ("’", "'"),
    ("ʼ", "'"),
    ("\u00a0", " "),
    ("\u202f", " "),
    ("\u2028", "\n"),
    ("\u2029", "\n"),
    ("\x85", "\n"),
)


def beyond_ascii(text: str) -> str:
    """The code points of a text that are not ASCII, in order: few in most texts, so that looks at them are quick."""
    if text.isascii():
        return ""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def _lower(text: str) -> str:
    """What `str.lower` gives, in a third of the time for wide text of which most is ASCII."""
    odd = beyond_ascii(text)
    if len(odd) * MOSTLY_ASCII > len(text):
        return text.lower()
    data = text.encode("utf-8", "surrogatepass").lower()
    for letter in set(odd):
        small = letter.lower()
        if small != letter:
            if letter in _LOWERED_APART:
                return text.lower()
            data = data.replace(letter.encode(), small.encode())
    return data.decode("utf-8", "surrogatepass")


def fold(text: str) -> str:
    """The text as cues are looked up in it, code point for code point as long as the text itself.

    `str.casefold` would change the length (ß becomes ss), so this lowers instead; the one letter that
    grows when lowered, U+0130, is replaced first. Indentation moves in front of its line feed, so that
    line feed and word touch. Positions in the folded text tell only which line was hit.
    """
    folded = _lower(text)
    if len(folded) != len(text):
        folded = text.replace("\u0130", "i").lower()
    if not folded.isascii():
        for odd, plain in _LOOKALIKES:
            folded = folded.replace(odd, plain)
    if "\r" in folded:
        folded = folded.replace("\r\n", "\n\n").replace("\r", "\n")
    if _INDENTED.search(folded):
        folded = _INDENT.sub(r"\1\n", folded)
    return folded


def without_surrogates(text: str) -> str:
    """The text with each lone surrogate replaced, for libraries that insist on valid Unicode."""
    return _SURROGATE.sub("\ufffd", text)


def plain(blocks: Sequence[str]) -> list[str]:
    """The forms that blocks are counted in: folded, blanks joined, numbers and dates masked by a 0.

    Takes many at once, since most of the cost is in the calls. The blocks hold no line ends.
    """
    joined = "\n".join(blocks)
    if not unicodedata.is_normalized("NFC", joined):
        joined = unicodedata.normalize("NFC", joined)
    folded = _NUMBER.sub("0", fold(joined))
    if "  " in folded or _ODD_BLANK.search(folded):
        folded = _BLANKS.sub(" ", folded)
    # A date has two numbers or more: a day and a year.
    return [_DATE.sub("0", form) if form.count("0") > 1 else form for form in folded.split("\n")]


def key(text: str) -> int:
    """64-bit key under which a block is counted: that of its plain form.

    So "12,408 readers" and "977 readers" are one, and so are "5 May 2020" and "17 June 2021". The hash is XXH3,
    stable across runs and machines.
    """
    return hashed(plain([" ".join(text.split())])[0])


def hashed(form: str) -> int:
    """64-bit XXH3 of a plain form."""
    return xxhash.xxh3_64_intdigest(form.encode("utf-8", "replace"))


def compose(text: str) -> tuple[str, list[int]] | None:
    """A text with its combining marks composed, and the source offset of each code point; None if it has none.

    The list has one entry more than the form, so that ends can be looked up too. A letter and its marks map
    as a whole.
    """
    if _COMPOSED.fullmatch(beyond_ascii(text)) or unicodedata.is_normalized("NFC", text):
        return None
    forms: list[str] = []
    offsets: list[int] = []
    at = 0
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        form = unicodedata.normalize("NFC", cluster[0])
        forms += (text[at:start], form)
        offsets += range(at, start)
        offsets += [start] * len(form)
        at = end
    forms.append(text[at:])
    offsets += range(at, len(text) + 1)
    return "".join(forms), offsets


@lru_cache(maxsize=64)  # of one document several ask
def address(url: str | None) -> tuple[str, str]:
    """Host, in small letters, and path of an address; empty for none, and for what is no address."""
    simple = _ADDRESS.fullmatch(url or "")
    if simple:  # most are, and seen through in a fifth of the time
        return simple[1], simple[2]
    try:
        parts = urlsplit(url or "")
        return parts.hostname or "", parts.path
    except ValueError:
        return "", ""


def host_of(url: str | None) -> str:
    """The host of an address, in small letters; empty for none, and for what is no address."""
    return address(url)[0]


def breaks(text: str) -> bool:
    """Whether a line ends in a text."""
    return "\n" in text or len((text + "|").splitlines()) > 1


def content(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without the white space around it; empty stretches come back empty at `start`."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def line_at(starts: Sequence[int], offset: int) -> int:
    """Number of the line that holds `offset`; an offset at the very end belongs to the last line."""
    return max(0, min(bisect_right(starts, offset) - 1, len(starts) - 2))


SHORT_REACH = 8
"""How far before a full stop a word is looked for that is written short."""

# Sentence ends: closing marks may follow; a blank must, unless the writing has none (。！？).
# What all begin with stands first and alone: `re` skips from one such sign to the next, and a row of them is looked
# at once, from its first.
_END = re.compile(
    r"[.!?…؟۔。！？](?:(?<=[.!?…؟۔])(?<![.!?…؟۔]{2})[.!?…؟۔]*+[\"'”’»›)\]“]*(?:[ \u00a0\u202f][»›](?=\s|$))?(?=\s)"
    r"|(?<=[。！？])[。！？]*[」』”’）)]*)\s*"
)
_WIDE = "。！？"
"""Full stops of writing without capitals, which none of its words can go on behind."""

_SHORT = re.compile(
    r"(?:^|[\s(\"'“„«])(?:[^\W\d_]|[A-Z]\.(?:\w\.)*\w?|Mrs?|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Rev|Hon|Jr|Sr|St|"
    r"vs|No|Nr|Inc|Ltd|Co|Corp|approx|ca|bzw|usw|Dres|Hr|Fr|Sra?|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"etc|resp|tel|Nos|Abs|ul|al|prof|dr|mgr|inż|hab|tzn|tzw|np|m\.in|godz|proc|św|im|ks|płk|gen|mjr|"
    r"р|рр|руб|грн|ул|вул|им|ім|тыс|тис|млн|млрд|г|гг|обл|т|д|п|др|пр|pp|eds|dept|univ|Mt|Ft|Fla|Calif|Mass|Conn|Ill|Tenn|Pa|Va|Wash|Ore|Ariz|Colo|Ga|Miss|Tex|Wis)$"
)

_PLATFORM = re.compile(r"\s(?:on|via|y|en|e|no|na|et|sur|und|auf|su|op|en|på|i)\sX$")
"""The platform X at the end of a sentence: after small words that no name is joined by in English."""


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of one line, tiling it from `start` to `end`; blanks belong to the sentence before them."""
    found = []
    at = start
    for match in _END.finditer(text, start, end):
        begin, stop = match.span()
        small = stop < end and text[stop].islower() and text[begin] not in _WIDE
        if small or (stop < end and text[begin] == "." and _goes_on(text, begin)):
            continue
        found.append((at, stop))
        at = stop
    if at < end:
        found.append((at, end))
    return found


def _goes_on(text: str, end: int) -> bool:
    """Whether a full stop belongs to a word that is written short, which the platform X is not."""
    return _shortened(text, end) and not _PLATFORM.search(text, max(0, end - SHORT_REACH), end)


def _shortened(text: str, end: int) -> bool:
    """Whether a word that is written short stands before a full stop."""
    near = text[max(0, end - SHORT_REACH) : end].removesuffix("\n")
    parts = near.split()
    if not parts or near[-1].isspace():
        return False
    return _is_short(parts[-1], begins=end <= SHORT_REACH or len(parts[-1]) < len(near))


@lru_cache(maxsize=10_000)
def _is_short(word: str, *, begins: bool) -> bool:
    """Whether a word is, or ends in, one that is written short; `begins` says that nothing touches it from before."""
    return _SHORT.search(word if begins else "_" + word) is not None
