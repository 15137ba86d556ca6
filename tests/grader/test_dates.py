"""Moodle's dates in its languages: read right or not at all, by names that glibc, ICU and Babel write."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.dates import ending, readings
from grader.intake.languages import Language, languages
from tests.sampled import sampled

NAMES = json.loads(Path(__file__).with_name("fixtures").joinpath("date_names.json").read_text(encoding="utf-8"))[
    "names"
]
CODES = tuple(languages())
TIMES = ((0, 5), (4, 36), (9, 30), (11, 59), (12, 0), (13, 45), (23, 59))
ORDERS = (
    "%A, %d %B %Y, %H:%M", "%B %d, %Y, %I:%M %p", "%A, %B %d, %Y, %I:%M %p", "%Y %B %d, %A, %H:%M",
    "%d %B %Y, %A, %I:%M %p",
)  # fmt: skip


def year(step: int = 1) -> Iterator[datetime]:
    """Every day of 2027, at hours that are told from each other in no way but by am and pm, and others."""
    for day in range(0, 365, step):
        hour, minute = TIMES[day % len(TIMES)]
        yield datetime(2027, 1, 1, hour, minute) + timedelta(days=day)


def written(pattern: str, names: Mapping[str, Sequence[str]], when: datetime) -> str:
    """A moment as Moodle writes it: strftime, without the leading zero of a day or of one of twelve hours."""
    halves = names.get("half", ("AM", "PM"))
    signs = {
        "A": names["days"][when.weekday()], "a": names.get("dabb", names["days"])[when.weekday()],
        "B": names["months"][when.month - 1], "b": names.get("mabb", names["months"])[when.month - 1],
        "d": str(when.day), "m": f"{when.month:02}", "Y": str(when.year), "H": f"{when.hour:02}",
        "I": str(when.hour % 12 or 12), "M": f"{when.minute:02}", "p": halves[when.hour > 11],
    }  # fmt: skip
    return re.sub(r"%([A-Za-z])", lambda found: signs[found[1]], pattern).strip()


def babels(code: str) -> dict[str, list[str]]:
    locale = Locale.parse(languages()[code].locale)
    months, days = locale.months["format"], locale.days["format"]
    return {
        "months": [months["wide"][number] for number in range(1, 13)],
        "mabb": [months["abbreviated"][number] for number in range(1, 13)],
        "days": [days["wide"][number] for number in range(7)],
        "dabb": [days["abbreviated"][number] for number in range(7)],
    }


def count(texts: Iterator[tuple[str, datetime]], known: Sequence[Language]) -> dict[str, int]:
    """How many are read, unreadable and wrong."""
    found = {"read": 0, "unreadable": 0, "wrong": 0}
    for text, when in texts:
        got = readings(text, known)
        found["read" if got == (when,) else "wrong" if len(got) == 1 else "unreadable"] += 1
    return found


@pytest.mark.parametrize("code", sampled(CODES, 5))
def test_every_day_of_a_year_in_moodles_own_form_is_read_right(code: str) -> None:
    """With the names of ICU, which Moodle writes from 4.2 on, of Babel, and in English, as where a language pack
    names no locale of ICU's.
    """
    language = languages()[code]
    for names in (NAMES[code]["icu"], babels(code), babels("en")):
        for pattern in language.dates:
            if "mabb" not in names and ("%b" in pattern or "%a" in pattern):
                continue
            told = count(((written(pattern, names, when), when) for when in year()), (language,))
            if language.silent_half_days and "%p" not in pattern:  # ten to twelve may be of either half
                assert told == {"read": 261, "unreadable": 104, "wrong": 0}, pattern
            else:
                assert told == {"read": 365, "unreadable": 0, "wrong": 0}, pattern


@pytest.mark.parametrize("code", sampled(CODES, 5))
def test_every_day_is_read_right_with_the_names_of_the_c_library(code: str) -> None:
    """As Moodle wrote it up to 4.1, with months that stand alone as in its older versions. Where the library has no
    word for the half of the day, a time on twelve hours is not read.
    """
    language, libc = languages()[code], NAMES[code]["libc"]
    for names in (libc, libc | {"months": libc.get("alone", libc["months"])}):
        for pattern in language.dates:
            told = count(((written(pattern, names, when), when) for when in year()), (language,))
            assert told["wrong"] == 0
            assert told["unreadable"] == 0 or (language.silent_half_days and not libc["half"][0]), pattern


@pytest.mark.parametrize("code", sampled(CODES, 5))
def test_a_header_of_no_known_language_costs_readings_and_makes_no_mistake(code: str) -> None:
    """Day first, month first, year first, on twelve hours and on twenty-four."""
    names = babels(code)
    for pattern in (*languages()[code].dates, *ORDERS):
        told = count(((written(pattern, names, when), when) for when in year(11)), ())
        assert told["wrong"] == 0, pattern
        assert told["read"] >= (0 if code in ("gl", "uk", "ar", "he") else 29), (pattern, told)


@pytest.mark.parametrize("code", sampled(CODES, 5))
@pytest.mark.parametrize("pattern", ORDERS)
def test_the_order_of_day_month_and_year_is_free_where_the_month_is_a_name(code: str, pattern: str) -> None:
    language = languages()[code]
    told = count(((written(pattern, babels(code), when), when) for when in year()), (language,))
    assert told["wrong"] == 0
    assert told["unreadable"] == 0 or (language.silent_half_days and "%H" in pattern)


@pytest.mark.parametrize(
    ("text", "code", "when"),
    [
        ("martedì, 5 gennaio 2027, 13:45", "it", (2027, 1, 5, 13, 45)),
        ("maanantaina, 1. marraskuuta 2027, 13:45", "fi", (2027, 11, 1, 13, 45)),
        ("maandag, 1 maart 2027, 13:45", "nl", (2027, 3, 1, 13, 45)),
        ("2026. november 28., szombat, 17:15", "hu", (2026, 11, 28, 17, 15)),
        ("sobota, 28 listopada 2026, 16:36 PM", "pl", (2026, 11, 28, 16, 36)),
        ("srijeda, 28 listopada 2026, 16:36", "hr", (2026, 10, 28, 16, 36)),
        ("larunbata, 2026(e)ko azaroaren 28(e)an, 16:36(e)tan", "eu", (2026, 11, 28, 16, 36)),
        ("2026年 11月 28日(土曜日) 16:36", "ja", (2026, 11, 28, 16, 36)),
        ("Σάββατο, 28 Νοεμβρίου 2026, 4:36 μ.μ.", "el", (2026, 11, 28, 16, 36)),
        ("sábado, 28 de noviembre de 2026, 4:36 p. m.", "es", (2026, 11, 28, 16, 36)),
        ("Saturday, 28 November 2026, 16:36", "en", (2026, 11, 28, 16, 36)),
        ("2026-11-28 16:36:09", "en", (2026, 11, 28, 16, 36, 9)),
        ("28.11.2026 16:36", "de", (2026, 11, 28, 16, 36)),
        ("28/11/2026 4:36 PM", "en", (2026, 11, 28, 16, 36)),
        ("11/28/2026 16:36", "fr", (2026, 11, 28, 16, 36)),
        ("03/02/2027, 16:36", "he", (2027, 2, 3, 16, 36)),
    ],
)
def test_a_date_is_read(text: str, code: str, when: tuple[int, ...]) -> None:
    assert readings(text, (languages()[code],)) == (datetime(*when),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "codes", "readable"),
    [
        ("28 listopada 2026, 16:36", (), ("2026-10-28 16:36", "2026-11-28 16:36")),
        ("03/02/2027 16:36", ("en",), ("2027-02-03 16:36", "2027-03-02 16:36")),
        ("3-2-2027 16:36", ("nl",), ("2027-02-03 16:36", "2027-03-02 16:36")),
        ("sábado, 28 de novembro de 2026, 4:36", ("gl",), ("2026-11-28 04:36", "2026-11-28 16:36")),
    ],
)
def test_what_can_mean_two_moments_gives_both(text: str, codes: tuple[str, ...], readable: tuple[str, ...]) -> None:
    found = readings(text, [languages()[code] for code in codes])
    assert tuple(f"{moment:%Y-%m-%d %H:%M}" for moment in found) == readable


@pytest.mark.parametrize(
    "text",
    [
        "martedì, 6 gennaio 2027, 13:45",  # that is a Wednesday
        "martedi 5 marzolino 2027, 13:45", "5 mar 2027, 13:45", "32 marzo 2027, 13:45", "29 febbraio 2027, 13:45",
        "5 gennaio 27, 13:45", "5 gennaio 2027", "5 gennaio 2027, 25:00", "5 gennaio 2027, 13:45 AM",
        "2027-02-30T10:00:00+01:00", "02/03/27 13:45", "ieri", "", "\ud800", "2 2 2",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert readings(text, (languages()["it"],)) == ()


PIECES = ["5", "2027", "13", ":", "45", "marzo", "am", " ", ",", ".", "-", "/", "T", "Z", "۱۲", "％B"]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12))
def test_no_text_breaks_the_reading(parts: list[str]) -> None:
    text = "".join(parts)
    for known in ((), (languages()["it"],)):
        assert all(isinstance(moment, datetime) for moment in (*readings(text, known), *ending(text, known)))


def test_a_zone_that_stands_in_the_text_is_kept() -> None:
    (found,) = readings("2026-11-28T17:15:00+02:00")
    assert found == datetime(2026, 11, 28, 17, 15, tzinfo=timezone(timedelta(hours=2)))


def test_the_date_that_a_text_ends_with_is_found() -> None:
    english = (languages()["en"],)
    assert ending("Now until: Friday, 5 February 2027, 11:59 PM", english) == (datetime(2027, 2, 5, 23, 59),)
    assert ending("Until 15 February 2027, 11:59 PM") == (datetime(2027, 2, 15, 23, 59),)
    assert ending("Until further notice", english) == ()


DIGEST = """
import sys
from grader.intake.dates import _names
from grader.intake.languages import languages
from tests.sampled import sampled
codes = sorted(languages(), reverse=sys.argv[1] == "down")
found = {code: _names(code, english=True, abbreviated=code in ("pt_br", "zh_tw")) for code in codes}
print(repr([(sorted(found[code].months.items()), sorted(found[code].days.items())) for code in sorted(found)]))
"""


def test_the_names_do_not_depend_on_the_order_in_which_languages_are_loaded() -> None:
    """Babel fills in what a locale lacks from data that others may have changed; we ask for nothing of that."""
    told: list[Any] = [
        subprocess.run([sys.executable, "-c", DIGEST, order], capture_output=True, check=True).stdout
        for order in ("up", "down")
    ]
    assert told[0] == told[1]
