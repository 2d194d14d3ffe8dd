"""Whole pages as plain text: menus and teasers leave, the story stays, and what is no page stays whole."""

from __future__ import annotations

import pytest

from cleaner import clean, restore
from cleaner.crawl.detect import crawl
from cleaner.crawl.lines import lines_of
from cleaner.crawl.model import least_of
from cleaner.data import Document

MENUS = {
    "en": "Home|News|Sport|Weather|Travel|Podcasts|Puzzles|Shop|"
    "Sign in|Subscribe|My account|Search|Politics|Business|Town Hall|Harbour",
    "de": "Start|Nachrichten|Sport|Wetter|Reise|Hören|Rätsel|Laden|"
    "Anmelden|Abonnieren|Mein Konto|Suche|Politik|Wirtschaft|Rathaus|Hafen",
    "ru": "Главная|Новости|Спорт|Погода|Туризм|Подкасты|Кроссворды|Магазин|"
    "Войти|Подписка|Кабинет|Поиск|Политика|Бизнес|Мэрия|Порт",
    "ja": "ホーム|ニュース|スポーツ|天気|旅行|ポッドキャスト|パズル|ショップ|"
    "ログイン|購読|マイページ|検索|政治|経済|市役所|港",
}
STORIES = {
    "en": [
        "The ferry to Holm stopped running on Monday after divers found a crack in the pier, the harbour master said.",
        "Nobody was on board when the crack opened, but the crossing carries four hundred people on a working day.",
        "The council wants to repair the pier before the winter, and has asked the county for half of the money.",
        "“We have waited for this pier since my father was mayor,” said Ingrid Solheim, who runs the ferry.",
        "Until then a small boat takes children to school in the morning and brings them home in the afternoon.",
    ],
    "de": [
        "Die Fähre nach Holm steht seit Montag still, weil Taucher einen Riss im Anleger fanden.",
        "Niemand war an Bord, als der Riss aufging, doch an Werktagen fahren vierhundert Menschen mit der Fähre.",
        "Die Gemeinde will den Anleger vor dem Winter richten und bittet den Kreis um die Hälfte des Geldes.",
        "„Wir warten auf diesen Anleger, seit mein Vater Bürgermeister war“, sagte Inga Sommer, die die Fähre führt.",
        "Bis dahin bringt ein kleines Boot die Kinder am Morgen zur Schule und am Nachmittag wieder nach Hause.",
    ],
    "ru": [
        "Паром на остров Хольм не ходит с понедельника: водолазы нашли трещину в причале, сообщил начальник порта.",
        "На борту никого не было, когда появилась трещина, но в будни паром перевозит четыреста человек.",
        "Совет хочет починить причал до зимы и просит у округа половину денег, рассказали в мэрии города.",
        "«Мы ждём этот причал с тех пор, как мой отец был мэром», — сказала Инга Сольхейм, хозяйка парома.",
        "До тех пор маленькая лодка возит детей в школу утром и привозит их домой после обеда, говорят жители.",
    ],
    "ja": [
        "ホルム島へのフェリーは月曜日から運休している。潜水士が桟橋に亀裂を見つけたためだと港長は語った。",
        "亀裂が見つかったとき船には誰も乗っていなかったが、平日には四百人がこのフェリーを利用している。",
        "町議会は冬が来る前に桟橋を直したい考えで、費用の半分を県に求めていると町長は説明した。",
        "「父が町長だった頃からこの桟橋を待っていた」とフェリーを営むインガ・ソルハイムさんは話した。",
        "それまでは小さな船が朝に子どもたちを学校へ運び、午後には家まで送り届けることになっている。",
    ],
}


def page_of(language: str) -> tuple[str, str]:
    menu = MENUS[language].split("|")
    story = "\n\n".join(STORIES[language])
    return "\n".join(menu) + "\n\n" + story + "\n\n" + "\n".join([*menu[::-1], "© 2024 Holm"]), story


@pytest.mark.parametrize("language", STORIES)
def test_of_a_page_the_story_is_left(language: str) -> None:
    text, story = page_of(language)
    result = clean(text)
    assert result.text.strip() == story
    assert restore(result.text, result.sidecar()) == text
    assert clean(result.text).removed == ()


def test_teasers_below_the_story_are_told_from_menus() -> None:
    text, story = page_of("en")
    teasers = "\n".join(f"{name} loses its oldest bakery to a block of flats" for name in ("Vik", "Nes", "Dal", "Eid"))
    kinds = {span.kind for span in crawl(Document(text.replace("\n\nHarbour\n", f"\n\n{teasers}\n\nHarbour\n")))}
    assert kinds == {"nav", "related"}
    assert clean(text).text.strip() == story


VERSES = "The gulls go out\nThe boats come in\nA lamp is lit\nAbove the quay\nNo one has asked\nWhat night may bring\n"
MAKERS = "\n".join(f"{maker}\n- wool from Holm {n}\n- linen" for n, maker in enumerate(MENUS["en"].split("|")))
CLEAN = {
    "poem": VERSES * 6,
    "poem in prose": "\n\n".join([*STORIES["en"][:2], VERSES * 3, *STORIES["en"][2:]]),
    "list": STORIES["en"][0]
    + "\n\n"
    + "\n".join(f"{n}. Rope, {n} metres" for n in range(1, 40))
    + "\n\n"
    + STORIES["en"][1],
    "glossary": "\n".join(
        f"{word}\nWhat sailors call the {word.lower()} of a boat." for word in MENUS["en"].split("|")
    ),
    "live blog": "\n\n".join(f"{h:02}:{m:02}\n{STORIES['en'][(h + m) % 5]}" for h in range(9, 14) for m in (5, 35)),
    "play": "\n".join(f"{name}\nAnd you {n} times?" for n in range(12) for name in ("INGRID", "THE MAYOR")),
    "results": STORIES["en"][0]
    + "\n\n"
    + "\n".join(f"Holm {n} Vik {n % 3}" for n in range(40))
    + "\n\n"
    + STORIES["en"][4],
    "recipe": "Fish soup\n\n"
    + "\n".join(f"{n} g of cod" for n in range(100, 900, 40))
    + "\n\n"
    + "\n".join(STORIES["en"]),
    "questions": "\n\n".join(f"Why does boat {n} not sail?\n\n{STORIES['en'][n % 5]}" for n in range(12)),
    "code": STORIES["en"][0] + "\n\n" + "\n".join(f"x{n} = pier({n})" for n in range(40)) + "\n\n" + STORIES["en"][1],
    "headings": "\n\n".join(f"Part {n}\n\n{story}" for n, story in enumerate(STORIES["en"] * 5)),
    "extracted": MAKERS + "\n" + "\n".join(STORIES["en"]) + "\n" + MAKERS,
    "short": "\n".join(STORIES["en"][:1]),
    "names only": MENUS["en"].replace("|", "\n"),
    "flattened": " ".join(STORIES["en"] * 9),
}


@pytest.mark.parametrize("form", CLEAN)
def test_what_is_no_page_stays_whole(form: str) -> None:
    assert list(crawl(Document(CLEAN[form]))) == []


KNOWN = pytest.mark.xfail(reason="verses that come again and again in a page look like a menu", strict=True)


@pytest.mark.parametrize(
    "form",
    ["results", "questions", "code", "headings", "list", pytest.param("poem in prose", marks=KNOWN)],
)
def test_in_a_page_the_storys_own_lines_stay(form: str) -> None:
    menu = MENUS["en"].replace("|", "\n")
    page = f"{menu}\n\n{CLEAN[form]}\n\n{menu}\n© 2024 Holm"
    left = clean(page).text
    lost = [line for line in CLEAN[form].splitlines() if line.strip() and line not in left]
    assert len(lost) <= 0.1 * len(CLEAN[form].splitlines()), lost


def test_where_much_is_in_doubt_less_is_asked_of_a_line() -> None:
    lines = list(lines_of(Document("\n\n".join(STORIES["en"][:4]))))
    sure, doubtful = least_of(lines, [6.0, 5.0, -5.0, -6.0]), least_of(lines, [0.5, 0.2, -0.5, -6.0])
    assert -0.2 < sure < 0.0
    assert -1.5 < doubtful < sure - 0.2
    assert least_of(lines, [-9.0] * 4) == -2.5
