"""A roster as a table: its columns, its faults with line and column, what it lacks."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.errors import WorksheetError
from grader.lms.plain.placing import check_belongs
from grader.lms.plain.roster import is_roster
from paribus.course.policy import Policy
from tests.grader.test_plain import CLASS, GRACE, done, placed, roster_of, table


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,name\n1,Ada\n1,Bob\n", "roster.csv, rows 2 and 3: the same person, '1'. Take one of them out"),
        (b"id,name\nab,Ada\nAB,Bob\n", "rows 2 and 3: the same person, 'AB'"),
        (b"id,email\n1,a@b.c\n2,A@b.c\n", "rows 2 and 3: the same mail, 'A@b.c'"),
        (b"name\nAda\nBob\nAda\n", "rows 2 and 4: the same person, 'Ada'"),
        (b"id,name\n1,Ada\n,Bob\n", "row 3: Bob has no id. Fill it in, or take the row out."),
        (b"id,name\n", "has nobody in it. Write a row for each student below its first line."),
        (b"", "no column says who a student is; it has no columns"),
        (b"points,grade\n1,2\n", "no column says who a student is; it has 'points', 'grade'. Call one id, name or"),
        (b"PK\x03\x04\xff", "Save the table as CSV UTF-8"),
        (
            b"id,name,email,section\n1,Ada,a@b.c,A\n2;Bob,b@b.c,B\n",
            "roster.csv, line 3: found '2;Bob' as one cell; expected a comma between all cells",
        ),
        (b"id;name;email\n1,Ada;a@b.c;\n", "line 2: found '1,Ada' as one cell; expected a semicolon"),
        (b"section,id,name\nA;2,Bob\n", "line 2: found 'A;2' as one cell"),
    ],
)
def test_a_bad_roster_is_one_sentence_that_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(WorksheetError) as raised:
        roster_of(content)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "content",
    [
        b"id,name,email,section\n1,Ada,a@b.c,A;B\n",
        b"id;name;email\n1;Hopper, Grace\n",
        b"id\tname\temail\n1\tHopper, Grace\n",
        b"id,name,email\n1,Ada,\n",
    ],
)
def test_a_sign_within_a_cell_and_empty_cells_at_the_end_are_no_other_separator(content: bytes) -> None:
    assert roster_of(content).people[0].id == "1"


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("id,name,email,section", {}),
        ("Matrikelnummer;Nachname;Vorname;E-Mail;Gruppe", {}),
        ("Student Number\tFull name\tEmail address\tGroup", {}),
        ("Nr,Wer,Post,Kurs", {"id": "nr", "name": "Wer", "email": "Post", "section": "Kurs"}),
    ],
)
def test_a_roster_may_call_its_columns_as_it_likes(header: str, columns: Mapping[str, str]) -> None:
    sign = next(sign for sign in ";\t," if sign in header)
    row = {"Vorname": "Ada", "Nachname": "Lovelace"}
    cells = ["5", "Ada Lovelace", "ada@example.org", "A"]
    if "Vorname" in header:
        cells = ["5", row["Nachname"], row["Vorname"], "ada@example.org", "A"]
    given = roster_of(f"{header}\n{sign.join(cells)}\n".encode(), Policy(roster_columns=columns))
    (person,) = given.people
    assert (person.id, person.name, person.email, person.section) == ("5", "Ada Lovelace", "ada@example.org", "A")


def test_a_column_that_course_toml_names_must_be_there() -> None:
    with pytest.raises(WorksheetError, match=r"has no column 'nmae', which course\.toml names for name") as raised:
        roster_of(CLASS, Policy(roster_columns={"name": "nmae"}))
    assert "Did you mean 'name'?" in str(raised.value)


def test_a_roster_is_told_from_other_tables() -> None:
    assert is_roster(["id", "name", "email", "section"])
    assert not is_roster(["Identifier", "Full name", "Email address", "Grade", "Last modified (grade)"])
    assert not is_roster(["X", "Y", "Email", "Z", "W", "V", "U"])  # a worksheet in a language that is not known
    assert not is_roster(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework (7)"])


def test_where_a_roster_has_no_names_the_column_is_to_blame_and_not_the_files(tmp_path: Path) -> None:
    without = roster_of(b"id,email\ns1002,grace@example.org\n")
    found = placed(tmp_path, without, "Grace Hopper.html")
    with pytest.raises(WorksheetError, match="The roster has no column name; it has 'id', 'email'") as raised:
        check_belongs(without, found, "roster.csv")
    assert "Add a column name" in str(raised.value)
    both = [done(GRACE), done("somebody", remarks=("not in the roster: …",))]
    assert "The roster has no column name; it has 'id', 'email'." in table(both, without, tmp_path)[1]
    assert "no column name" not in table(both[:1], without, tmp_path)[1]
    assert "no column name" not in table(both, roster_of(), tmp_path)[1]


def test_a_roster_without_identifiers_says_what_everyone_goes_by(tmp_path: Path) -> None:
    by_mail = roster_of(b"name,email\nGrace Hopper,grace@example.org\n")
    said = "The roster has no column id, so everyone goes by the mail, in grades.csv too."
    assert said in table([done("grace@example.org")], by_mail, tmp_path)[1]
    assert "goes by the name" in table([done("Ada")], roster_of(b"name\nAda\n"), tmp_path)[1]
    assert "no column id" not in table([done(GRACE)], roster_of(), tmp_path)[1]
