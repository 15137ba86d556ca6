"""Moodle's worksheet goes in in any language and comes out with the graded rows, their grades and comments."""

import csv
import html
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import WorksheetError
from grader.lms.moodle.worksheet import Entry, read_worksheet, write_worksheet
from grader.lms.tables import no_formula

ENGLISH = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    '"Participant 101","Ada Lovelace",ada@example.org,"Submitted for grading - ",,100.00,Yes,'
    '"Monday, 1 February 2027, 10:00 AM",-,\n'
    '"Participant 102","O\'Neil, Bob",bob@example.org,"No submission",,100.00,Yes,-,-,\n'
)
GERMAN = (
    'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",'
    '"Zuletzt geändert (Abgabe)","Texteingabe online","Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
    'Teilnehmer/in101,"Ada Lovelace",ada@example.org,"Zur Bewertung abgegeben",,"100,00",Ja,'
    '"Montag, 1. Februar 2027, 10:00","",-,\n'
)
FRENCH = (
    'Identifiant\t"Nom complet"\tStatut\tNote\t"Note maximale"\t"La note peut être modifiée"\t'
    '"Dernière modification (note)"\t"Feedback par commentaires"\n'
    'Participant101\t"Ada Lovelace"\tRemis\t\t100,00\tOui\t-\t\n'
)
SPANISH = (
    'Identificador;"Nombre completo";Estado;Calificación;"Calificación máxima";"Se puede cambiar";'
    '"Última modificación (entrega)";"Última modificación (calificación)";"Comentarios de retroalimentación"\r\n'
    '"Participante 101";"Ana López";Enviado;;10,00;Sí;"lunes, 5 de octubre de 2026";-;\r\n'
)
# A language of which we know no word, so that only the cells can tell.
UNKNOWN = (
    'Tunniste,"Koko nimi",Tila,Arvosana,"Korkein arvosana","Voidaan muuttaa","Muokattu (palautus)",'
    '"Muokattu (arvosana)",Palaute\n'
    '"Osallistuja 101","Aino Aalto",Palautettu,,"100,00",Kyllä,"maanantai, 1. helmikuuta 2027",-,\n'
    '"Osallistuja 102","Eino Leino","Ei palautusta",,"100,00",Kyllä,-,-,\n'
)
ANONYMOUS = (
    "Identifier,Status,Grade,Maximum Grade,Marking workflow state,Grade can be changed,Last modified (submission),"
    "Last modified (grade),Feedback comments\n"
    'Participant 101,Submitted,,50.00,Not marked,Yes,"Monday, 1 February 2027",-,\n'
)


@pytest.mark.parametrize(
    ("text", "where", "maximum", "written"),
    [
        (ENGLISH, (4, 9), 100.0, "87.50"),
        (GERMAN, (4, 10), 100.0, "87,50"),
        (FRENCH, (3, 7), 100.0, "87,50"),
        (SPANISH, (3, 8), 10.0, "87,50"),
        (UNKNOWN, (3, 8), 100.0, "87,50"),
        (ANONYMOUS, (2, 8), 50.0, "87.50"),
    ],
    ids=["english", "german", "french", "spanish", "unknown", "anonymous"],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_only_grade_and_comment_change(
    text: str, where: tuple[int, int], maximum: float, written: str, mark: bytes
) -> None:
    grade, feedback = where
    content = mark + text.encode()
    worksheet = read_worksheet(content)
    assert worksheet.students[0].number == "101"
    assert worksheet.students[0].maximum == maximum
    out = write_worksheet(worksheet, {"101": Entry(87.5, "Well argued, see feedback.")})
    assert out.startswith(mark) or not mark
    assert (b"\r\n" in out) == ("\r\n" in text)
    before, after = _cells(content, worksheet.form.delimiter)[:2], _cells(out, worksheet.form.delimiter)
    before[1][grade], before[1][feedback] = written, "Well argued, see feedback."
    assert after == before


def _cells(content: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_what_was_written_before_is_byte_for_byte_as_moodle_wrote_it() -> None:
    for text in (ENGLISH, GERMAN.replace(',"",-', ",,-")):
        sheet = read_worksheet(text.encode())
        assert write_worksheet(sheet, dict.fromkeys(sheet.numbers(), Entry(None))) == text.encode()


def test_rows_that_nothing_is_written_into_are_left_out() -> None:
    """Moodle exports comments as plain text: sent back, somebody's list and bold words would be gone."""
    sheet = read_worksheet(ENGLISH.encode())
    assert _cells(write_worksheet(sheet, {}), ",") == [list(sheet.header)]
    assert [row[0] for row in _cells(write_worksheet(sheet, {"102": Entry(None, "open")}), ",")] == [
        "Identifier",
        "Participant 102",
    ]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("expected <class 'float'>, got a<b>", "expected &lt;class 'float'&gt;, got a&lt;b&gt;"),
        ('<img src="//evil.example/p.png"> & more', '&lt;img src="//evil.example/p.png"&gt; &amp; more'),
        ("one\ntwo\r\nthree\rfour", "one<br>two<br>three<br>four"),
        ("95 of 100 points.", "95 of 100 points."),
    ],
)
def test_a_comment_is_html_to_moodle_and_shows_what_was_said(said: str, written: str) -> None:
    out = write_worksheet(read_worksheet(ENGLISH.encode()), {"101": Entry(1.0, said)})
    assert _cells(out, ",")[1][9] == written


def test_the_time_of_a_grade_is_written_where_one_is_given() -> None:
    sheet = read_worksheet(ENGLISH.encode())
    entries = dict.fromkeys(sheet.numbers(), Entry(1.0))
    out = _cells(write_worksheet(sheet, entries, {"102": "2027-02-01T10:00:00+00:00"}), ",")
    assert [row[8] for row in out[1:]] == ["-", "2027-02-01T10:00:00+00:00"]


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [(ENGLISH, "Yes", "No"), (GERMAN, "Ja", "Nein"), (FRENCH, "Oui", "Non"), (UNKNOWN, "Kyllä", "Ei")],
    ids=["english", "german", "french", "unknown"],
)
def test_rows_whose_grade_cannot_be_changed_are_known(text: str, yes: str, no: str) -> None:
    assert not any(student.locked for student in read_worksheet(text.encode()).students)
    *before, last = text.splitlines()
    locked = "\n".join([*before, last.replace(yes, no)]) + "\n"
    assert [student.locked for student in read_worksheet(locked.encode()).students][-1]


def test_names_are_read_where_there_are_any() -> None:
    assert [student.name for student in read_worksheet(ENGLISH.encode()).students] == [
        "Ada Lovelace",
        "O'Neil, Bob",
    ]
    assert read_worksheet(ANONYMOUS.encode()).students[0].name == ""
    assert read_worksheet(ENGLISH.encode()).numbers() == {"101", "102"}


def test_what_is_undecided_leaves_the_grade_empty() -> None:
    graded = ENGLISH.replace(",,100.00,Yes,-,-,", ",40.00,100.00,Yes,-,-,")
    out = write_worksheet(read_worksheet(graded.encode()), {"102": Entry(None, "A person will look at it.")})
    assert _cells(out, ",")[1][4] == ""
    assert _cells(out, ",")[1][9] == "A person will look at it."


def test_a_worksheet_without_comments_takes_grades() -> None:
    text = re.sub(r",[^,\n]*\n", "\n", ENGLISH)
    worksheet = read_worksheet(text.encode())
    assert worksheet.columns.feedback == -1
    assert _cells(write_worksheet(worksheet, {"101": Entry(5.0, "words")}), ",")[1][4] == "5.00"


def test_an_utf16_worksheet_is_read() -> None:
    assert read_worksheet(SPANISH.encode("utf-16")).students[0].name == "Ana López"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no table"),
        (b"just a line", "no table"),
        (b"\xff\xfa\xfb", "not in UTF-8"),
        (b'a,b,c\n"open', "no CSV file"),
        (b"a,b,c\n1,2,3\n", "no column could be told to be Last modified"),
        (b"Identifier,Grade,Other\nParticipant 1,,x\n", r"Last modified \(grade\)"),
        (ENGLISH.replace("Participant 102", "Bob").encode(), "row 3: found 'Bob'"),
        (ENGLISH.replace("Participant 102", "Participant 101").encode(), "is there twice"),
        (ENGLISH.replace("No submission", 'No","submission').encode(), "has 11 cells, the header has 10"),
        (b"x" * 20_000_001, "at most 20,000,000"),
    ],
)
def test_what_is_no_worksheet_is_refused_with_what_is_missing(content: bytes, words: str) -> None:
    with pytest.raises(WorksheetError, match=words):
        read_worksheet(content, "sheet.csv")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|'/C calc'!A0", "-2", "@SUM(A1)", "\t=1", "  =1", "＝1+1"])
def test_no_comment_is_a_formula(text: str) -> None:
    out = write_worksheet(read_worksheet(ENGLISH.encode()), {"101": Entry(1.0, text)})
    assert _cells(out, ",")[1][9] == f"'{text}"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil.example")', "+1", "@SUM(A1)", "=cmd|'/C calc'!A0"])
def test_no_name_that_a_student_chose_is_a_formula(name: str) -> None:
    """Nor is a group's or a text; dates that are missing stay a dash. What was written so is not changed again."""
    quoted = name.replace('"', '""')
    sheet = read_worksheet(ENGLISH.replace('"Ada Lovelace"', f'"{quoted}"').encode())
    entries = {"101": Entry(None), "102": Entry(None, "- read before")}
    once = write_worksheet(sheet, entries)
    out = _cells(once, ",")
    assert out[1][1] == f"'{name}"
    assert out[2][7:] == ["-", "-", "'- read before"]
    assert write_worksheet(read_worksheet(once), entries) == once


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_comment_comes_back_as_written(text: str) -> None:
    worksheet = read_worksheet(ENGLISH.encode())
    out = write_worksheet(worksheet, {"101": Entry(None, text)})
    again = read_worksheet(out)
    shown = re.sub(r"\r\n|\r", "\n", text)
    assert html.unescape(again.rows[0][9].replace("<br>", "\n")).removeprefix("'") == shown.removeprefix("'")
    assert again.rows[0][9] == no_formula(again.rows[0][9])
