"""Worksheets in Moodle's languages: columns, numbers, names that are hidden, and those that are made here."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

import pytest
from babel import Locale

from grader.errors import GraderError, WorksheetError
from grader.intake.languages import COLUMNS, Language, language_named, languages, languages_of
from grader.intake.numerals import decimal_sign, read_number
from grader.lms.moodle.names import hides_name
from grader.lms.moodle.outputs import NO_SCALE, make_worksheet, worksheet_entries
from grader.lms.moodle.worksheet import Entry, Worksheet, read_worksheet, without_names, write_worksheet
from tests.grader.classroom import make_assignment
from tests.grader.test_outputs import done

ROLES = (
    "identifier", "name", "email", "status", "group", "grade", "maximum", "changeable", "submitted", "modified",
    "feedback",
)  # fmt: skip
KNOWN: list[Language] = [item for item in languages().values() if all(item.says(role) for role in ROLES)]
USABLE = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "pt_br",
    "nl",
    "sv",
    "pl",
    "hu",
    "ru",
    "uk",
    "bg",
    "el",
    "tr",
    "zh_cn",
)


def moodles(language: Language, *, scale: bool = False, **cells: str) -> bytes:
    """A worksheet as Moodle writes it in a language, with one student."""
    roles = [role if not scale or role != "maximum" else "scale" for role in ROLES]
    values = {
        "identifier": f"{language.word('participant')}101", "name": "Ada Lovelace", "email": "ada@example.org",
        "status": language.word("draft"), "group": "Reds", "grade": "", "maximum": f"100{language.decimal}00",
        "scale": "Poor   Fair   Good", "changeable": language.word("yes"), "submitted": "-", "modified": "-",
        "feedback": "", **cells,
    }  # fmt: skip
    text = io.StringIO()
    rows = [[language.word(role) for role in roles], [values[role] for role in roles]]
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def cells(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("language", KNOWN, ids=lambda item: item.code)
def test_moodles_columns_are_found_in_its_languages(language: Language) -> None:
    sheet = read_worksheet(moodles(language))
    (student,) = sheet.students
    assert language in sheet.languages
    assert [getattr(sheet.columns, role) for role in ROLES] == list(range(len(ROLES)))
    assert (student.number, student.name, student.group, student.maximum) == ("101", "Ada Lovelace", "Reds", 100.0)
    out = cells(write_worksheet(sheet, {"101": Entry(87.5, "Well argued.")}))
    assert (out[1][ROLES.index("grade")], out[1][-1]) == (f"87{language.decimal}50", "Well argued.")


@pytest.mark.parametrize("language", languages().values(), ids=lambda item: item.code)
def test_where_a_word_is_not_known_the_column_is_told_by_what_stands_in_it(language: Language) -> None:
    """The words of its pack that are known, and made-up ones for the others: in every language, with a time of a
    submission in the language's own form.
    """
    day = Locale.parse(language.locale).days["format"]["wide"][0]
    month = Locale.parse(language.locale).months["format"]["wide"][3]
    header = [language.says(role)[0] if language.says(role) else f"qx{place}" for place, role in enumerate(ROLES)]
    content = moodles(language, submitted=f"{day}, 3 {month} 2027, 13:45").decode()
    lines = list(csv.reader(io.StringIO(content)))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *lines[1:]])
    sheet = read_worksheet(text.getvalue().encode(), language=(language,))
    unseen = {"name"} if language.code == "vi" else set()
    for place, role in enumerate(ROLES):
        assert getattr(sheet.columns, role) == (-1 if role in unseen else place), role


def test_nothing_but_what_is_known_to_name_nobody_is_kept_in_an_anonymous_class() -> None:
    """Also where the word above the names is not known, and none of them holds an @."""
    hungarian = languages()["hu"]
    content = moodles(hungarian).decode().replace("Teljes név", "Hallgató").replace("@", " at ").encode()
    kept = without_names(read_worksheet(content))
    out = cells(write_worksheet(kept, {"101": Entry(87.5, "Well argued.")}))
    assert out[0][1] == "Hallgató"
    assert ";".join(out[1]) == "Résztvevő101;;;Piszkozat (nincs leadva);Reds;87,50;100,00;Igen;-;-;Well argued."
    again = read_worksheet(write_worksheet(kept, {"101": Entry(87.5, "Well argued.")}))
    assert again.numbers() == {"101"}


@pytest.mark.parametrize("name", ["Teilnehmer/in", "Teilnehmerin", "Участник", "Résztvevő", "参加者", "משתתף"])
def test_a_word_for_a_hidden_name_is_no_name(name: str) -> None:
    assert hides_name(name)
    assert not hides_name(f"{name} x")


def test_the_header_tells_the_language_and_a_few_shared_words_do_not() -> None:
    assert languages_of(["x", "Status", "y", "z"]) == ()
    assert [item.code for item in languages_of(["Identifikator", "Gruppe", "Karakter", "x"])] == ["da", "no"]
    assert {role for item in languages().values() for role in item.words} >= set(COLUMNS)


# --- numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("100.00", ".", 100.0), ("100,00", ",", 100.0), ("1,000.00", ".", 1000.0), ("1.000,00", ",", 1000.0),
        ("1 000,50", ",", 1000.5), ("1\u202f000", ",", 1000.0), ("1’000.50", ".", 1000.5), ("1,000,000", ".", 1e6),
        ("1,000", ".", 1000.0), ("1,000", ",", 1.0), ("7", ".", 7.0), ("-1.5", ".", -1.5),
        ("Poor Fair", ".", None), ("", ".", None), ("1,00,000", ".", None), ("1e3", ".", None),
    ],
)  # fmt: skip
def test_numbers_are_read_with_thousands_signs(text: str, decimal: str, number: float | None) -> None:
    assert read_number(text, decimal) == number


@pytest.mark.parametrize(
    ("shown", "sign"),
    [(["100.00"], "."), (["", "12,5"], ","), (["1,000.00"], "."), (["1.000", "7"], ""), (["0,125"], ","),
     (["1.000.000"], ""), (["100"], "")],
)  # fmt: skip
def test_a_number_shows_the_decimal_sign(shown: list[str], sign: str) -> None:
    assert decimal_sign(shown) == sign


@pytest.mark.parametrize(
    ("code", "maximum", "delimiter", "sign"),
    [("de", "100", ";", ","), ("de", "100", ",", ","), ("de", "100.00", ",", "."), ("en", "100", ";", "."),
     ("en", "100,00", ";", ",")],
)  # fmt: skip
def test_numbers_the_language_and_the_separator_tell_the_decimal_sign(
    code: str, maximum: str, delimiter: str, sign: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(cells(moodles(languages()[code], maximum=maximum)))
    assert read_worksheet(text.getvalue().encode()).decimal == sign


def test_in_an_unknown_language_a_semicolon_tells_the_decimal_sign() -> None:
    text = "Nummer;Wer;Was;Punkte;Hoechstens;Wann;Kommentar\r\nNr 101;Ada;x;;100;-;\r\n"
    assert read_worksheet(text.encode()).decimal == ","
    assert read_worksheet(text.replace(";", ",").encode()).decimal == "."


# --- scales and maximum grades ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "de", "hu", "ru"])
def test_an_assignment_with_a_scale_gets_no_numbers(code: str) -> None:
    sheet = read_worksheet(moodles(languages()[code], scale=True))
    assert sheet.scale == ("Poor", "Fair", "Good")
    assert [entry.grade for entry in entries_of(sheet)] == [None]


@pytest.mark.parametrize("grade", ["", "-", "Very good"])
@pytest.mark.parametrize("code", ["en", "da", "fi", "sk"])
def test_a_scale_is_found_where_its_word_is_not_known(code: str, grade: str) -> None:
    content = moodles(languages()[code], scale=True, grade=grade).decode()
    header, row = content.splitlines()
    lines = [
        header.replace(languages()[code].word("scale"), "qx"),
        row.replace("Poor   Fair   Good", "Bad   Very good"),
    ]
    sheet = read_worksheet("\n".join(lines).encode())
    assert sheet.scale == ("Bad", "Very good")
    assert [entry.grade for entry in entries_of(sheet)] == [None]
    assert [entry.grade for entry in entries_of(sheet, {"Bad": 0, "Very good": 21})] == ["Very good"]


@pytest.mark.parametrize(("maximum", "grade"), [("1,000.00", 750.0), ("ten", None), ("", None), ("10.00", 7.5)])
def test_a_maximum_that_is_no_number_scales_nothing(maximum: str, grade: float | None) -> None:
    sheet = read_worksheet(moodles(languages()["en"], maximum=maximum))
    assert [entry.grade for entry in entries_of(sheet)] == [grade]
    assert sheet.unread_maximum() == (maximum if grade is None else None)


def entries_of(sheet: Worksheet, scale: Mapping[str, float] = NO_SCALE) -> list[Entry]:
    return list(worksheet_entries([done()], make_assignment(), sheet, scale=scale).values())


# --- what spreadsheets leave --------------------------------------------------------------------------------------


def test_rows_without_text_and_the_line_that_names_the_separator_are_left_out() -> None:
    plain = moodles(languages()["en"]).decode()
    blank = "," * (len(ROLES) - 1) + "\n"
    for text in (plain + blank + blank, plain + "\n  ,\t\n", "sep=,\n" + plain, "\ufeff\ufeff" + plain):
        assert read_worksheet(text.encode()).rows == read_worksheet(plain.encode()).rows, text
    semicolons = "SEP=;\r\n" + plain.replace(",", ";").replace("100;00", "100,00")
    assert read_worksheet(semicolons.encode()).numbers() == {"101"}
    tabs = "sep=\t\n" + plain.replace(",", "\t")
    assert read_worksheet(tabs.encode()).numbers() == {"101"}


def test_a_row_that_is_nobodys_is_refused_by_its_line_in_the_file() -> None:
    blank = "," * (len(ROLES) - 1) + "\n"
    text = "sep=,\n" + moodles(languages()["en"]).decode() + blank + "Average" + blank
    with pytest.raises(WorksheetError, match=r"row 5: found 'Average'.*Take out rows that a spreadsheet added"):
        read_worksheet(text.encode())


# --- made without Moodle's ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", USABLE)
def test_a_worksheet_is_made_in_the_sites_language(code: str) -> None:
    language = language_named(code)
    made = make_worksheet([done(), replace(done("ada"), student="ada")], make_assignment(), site=language)
    out = write_worksheet(made, worksheet_entries([done()], make_assignment(), made))
    again = read_worksheet(out.replace(b"\nada,", f"\n{language.word('participant')}7,".encode()))
    assert again.decimal == language.decimal
    assert again.columns.grade == 3
    assert next(row for row in cells(out) if "101" in row[0])[:4] == [
        f"{language.word('participant')}101",
        "",
        "",
        f"21{language.decimal}00",
    ]


def test_a_language_that_no_worksheet_can_be_made_in_is_refused_with_those_that_can() -> None:
    with pytest.raises(GraderError, match=r"language = 'xx' is none .* expected one of en, de, fr"):
        language_named("xx")
