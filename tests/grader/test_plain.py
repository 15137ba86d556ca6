"""A folder and a roster: whose a file is by its name, what a roster may look like, and the grades that come out."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import WorksheetError
from grader.intake.inbox import iter_unread
from grader.intake.roster import Roster
from grader.lms.plain.placing import check_belongs, place, read_people, reader
from grader.lms.plain.platform import HEADER, PLATFORM, grades
from grader.lms.plain.roster import Roster as Given
from grader.lms.plain.roster import read_roster
from grader.lms.platform import Marked
from grader.model import Result, Submission
from paribus.course.policy import Policy
from tests.grader.classroom import careful_result, make_assignment

ASSIGNMENT = make_assignment()
CLASS = b"""id,name,email,section
s1001,Ada Lovelace,ada@example.org,A
s1002,Grace Hopper,grace@example.org,B
s1003,Zo\xc3\xab M\xc3\xbcller,zm@example.org,B
s1004,Ada Lovelace,al@example.org,B
7,Cher,cher@example.org,A
"""
ADA, GRACE, ZOE, OTHER_ADA, CHER = "s1001", "s1002", "s1003", "s1004", "7"


def roster_of(content: bytes = CLASS, policy: Policy | None = None) -> Given:
    return read_roster(content, "roster.csv", "week1_homework", policy or Policy())


def placed(folder: Path, given: Given | None, *paths: str, policy: Policy | None = None) -> list[Submission]:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(path.encode())
    items = iter_unread(folder, read_name=reader(given))
    return list(place(items, read_people(given, policy or Policy())))


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        ("s1002.html", GRACE),
        ("S1002_homework.html", GRACE),
        ("grace hopper.ipynb", GRACE),
        ("Hopper, Grace.html", GRACE),
        ("week1_homework_GraceHopper.html", GRACE),
        ("Hopper Grace (2).html", GRACE),
        ("grace.html", GRACE),
        ("week1_homework_grace.html", GRACE),
        ("grace@example.org.html", GRACE),
        ("week 1 grace@example.org final.html", GRACE),
        ("Grace Hopper/export/homework.html", GRACE),
        ("section B/Grace Hopper.html", GRACE),
        ("zoe mueller.html", ZOE),
        ("Zoe\u0308 Mu\u0308ller.html", ZOE),
        ("ZOE MULLER homework.html", ZOE),
        ("7.html", CHER),
        ("Cher.html", CHER),
        ("cher/homework.html", CHER),
        ("Ada Lovelace.html", ""),  # two people have this name
        ("Ada Lovelace s1001.html", ""),
        ("ada@example.org.html", ADA),
        ("Grace Hopper and Zoë Müller.html", ""),
        ("Grace Hopper/zoe mueller.html", ""),
        ("grace hopper cher.html", ""),
        ("homework_7.html", None),  # a number that may be anything
        ("week1_homework (7).html", None),
        ("Grace.Hopper.html", GRACE),
        ("graces hopper.html", None),
        ("grace@example.organic.html", None),
        ("not.grace@example.org.html", None),
        ("somebody.html", None),
    ],
)
def test_a_folder_or_file_name_tells_whose_it_is_or_nobody(tmp_path: Path, path: str, whose: str | None) -> None:
    """``""`` is what fits several people, None what fits nobody."""
    (found,) = placed(tmp_path, roster_of(), path)
    if whose is None:
        assert found.owners not in [(item.id,) for item in roster_of().people]
        assert any(remark.startswith("not in the roster") for remark in found.remarks)
    elif whose == "":
        assert found.owners == ()
        assert any(remark.startswith("unclear whose") for remark in found.remarks)
    else:
        assert (found.owners, found.student, found.remarks) == ((whose,), whose, ())


def test_two_files_of_one_person_are_hers_whatever_each_is_called(tmp_path: Path) -> None:
    found = placed(tmp_path, roster_of(), "grace.html", "B/Hopper Grace.html")
    assert {item.owners for item in found} == {(GRACE,)}
    assert all("duplicate" in item.remarks[0] for item in found)


def test_without_a_roster_a_file_goes_by_its_own_name(tmp_path: Path) -> None:
    (found,) = placed(tmp_path, None, "grace.html")
    assert (found.owners, found.remarks) == (("grace",), ())


@pytest.mark.parametrize(
    ("people", "path"),
    [
        (b"abel,Ruth Cohen,\n77,Abel,\n", "abel week1_homework.html"),
        (b"76,Annalena,\n77,Anna Lena,\n", "annalena homework.html"),
    ],
)
def test_words_that_are_all_of_one_name_and_a_form_of_another_are_nobodys(
    tmp_path: Path, people: bytes, path: str
) -> None:
    """Found by the law below: the grade went to the other one."""
    (found,) = placed(tmp_path, roster_of(b"id,name,email\n" + people), path)
    assert found.owners == ()
    assert any(remark.startswith("unclear whose") for remark in found.remarks)


LETTERS = st.sampled_from(["a", "b", "ab", "ba", "é", "e", "bob"])  # few, so that people share names
PEOPLE = st.lists(
    st.tuples(
        st.one_of(st.integers(1, 99).map(str), st.integers(10**4, 10**7).map(str), LETTERS),
        st.lists(LETTERS, min_size=1, max_size=3).map(" ".join),
        st.one_of(st.just(""), LETTERS.map(lambda name: f"{name}@example.org")),
    ),
    min_size=1, max_size=6, unique_by=(lambda person: person[0], lambda person: person[2] or person[0]),
)  # fmt: skip
NOISE = st.sampled_from(["", "homework", "week1_homework", "final", "(2)", "2027", "20270301", "v2", "x.y"])
SEPARATOR = st.sampled_from([" ", "_", "-", ", ", "/"])


@settings(max_examples=200, deadline=None)  # the first call reads the words of forty languages
@given(PEOPLE, st.data())
def test_no_naming_gives_a_persons_grade_to_another(
    people: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """Whatever the roster, and whatever a file is called after its sender: the grade is in the sender's row, or
    in none.
    """
    text = io.StringIO()
    csv.writer(text).writerows([("id", "name", "email"), *people])
    try:
        given = roster_of(text.getvalue().encode())
    except WorksheetError:
        return  # somebody is there twice
    place_of, (number, name, email) = data.draw(st.sampled_from(list(enumerate(people))))
    words = " ".join(data.draw(st.permutations(name.split())))
    called = data.draw(st.sampled_from([text for text in (number, email, name, words) if text]))
    parts = filter(None, (data.draw(NOISE), called, data.draw(NOISE)))
    path = "/".join(filter(None, f"{data.draw(SEPARATOR).join(parts)}.html".split("/")))
    named = reader(given)(path)
    item = Submission("s", named.number if named else path, "", path, b"", "", path=path)
    (found,) = place([item], read_people(given, Policy()))
    result = done(found.student, group=found.group, source=path)
    content = grades(given, Marked([result], ASSIGNMENT, Policy(), Roster(), Path())).files["grades.csv"]
    assert isinstance(content, bytes)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert [row["points"] for place, row in enumerate(rows) if place != place_of] == [""] * (len(rows) - 1)


def test_a_roster_of_other_people_stops_the_run(tmp_path: Path) -> None:
    found = placed(tmp_path, roster_of(), "eve.html", "mallory.html")
    with pytest.raises(WorksheetError, match=r"nobody of those who handed in \(0 of 2 files, such as 'eve.html'\)"):
        check_belongs(roster_of(), found, "roster.csv")
    check_belongs(roster_of(), placed(tmp_path, roster_of(), "grace.html"), "roster.csv")


# --- what comes out ---------------------------------------------------------------------------------------------


def table(
    results: Sequence[Result], given: Given | None, tmp_path: Path, policy: Policy | None = None
) -> tuple[list[dict[str, str]], str]:
    """The rows of grades.csv, and the notes as one text."""
    policy = policy or Policy()
    marked = Marked(results, ASSIGNMENT, policy, read_people(given, policy), tmp_path)
    back = grades(given, marked)
    content = back.files["grades.csv"]
    assert isinstance(content, bytes)
    lines = list(csv.DictReader(io.StringIO(content.decode()), delimiter=";" if b";" in content[:20] else ","))
    assert list(lines[0]) == list(HEADER)
    return lines, " ".join(back.notes)


def done(student: str, **changes: object) -> Result:
    return replace(careful_result(student, student=student, name=""), pending=0.0, needs_person=(), **changes)  # type: ignore[arg-type]


def test_everyone_in_the_roster_has_a_row(tmp_path: Path) -> None:
    open_one = replace(done(ADA, source="ada.html"), pending=5.0)
    rows, notes = table([open_one, done(GRACE, source="B/grace.html", late=7500.0)], roster_of(), tmp_path)
    assert [row["identifier"] for row in rows] == [ADA, GRACE, ZOE, OTHER_ADA, CHER]
    ada, grace, zoe, *_ = rows
    assert (ada["points"], ada["open"], ada["of"]) == ("", "5", "28")
    assert float(grace["points"]) == round(done(GRACE).score, 2)
    assert (grace["open"], grace["late"], grace["file"]) == ("0", "2 h 5 min", "B/grace.html")
    assert (grace["name"], grace["mail"], grace["section"]) == ("Grace Hopper", "grace@example.org", "B")
    assert grace["feedback"] == f"feedback/{GRACE}.html"
    assert (zoe["points"], zoe["open"], zoe["file"]) == ("", "", "")
    assert "Nothing came from 3 of 5 people in the roster: Zoë Müller (s1003), Ada Lovelace (s1004)" in notes


def test_of_several_files_a_person_chooses_unless_the_course_says_which(tmp_path: Path) -> None:
    two = [
        done(GRACE, submission=name, source=f"{name}.html", attempt=place, sha256=name * 64)
        for place, name in enumerate("ab", 1)
    ]
    (_, grace, *_), notes = table(two, roster_of(), tmp_path)
    assert (grace["points"], grace["file"]) == ("", "a.html; b.html")
    assert "a person chooses: Grace Hopper (s1002)" in notes
    (_, grace, *_), notes = table(two, roster_of(), tmp_path, Policy(attempts="last"))
    assert (grace["points"] != "", grace["file"]) == (True, "b.html")
    assert "a person chooses" not in notes


def test_the_same_file_handed_in_twice_is_one_submission_unless_people_gave_it_other_points(tmp_path: Path) -> None:
    two = [done(GRACE, submission=name, source=f"{name}.html") for name in "ab"]
    (_, grace, *_), notes = table(two, roster_of(), tmp_path)
    assert (grace["points"] != "", grace["file"]) == (True, "a.html")
    assert "a person chooses" not in notes
    (_, grace, *_), notes = table([two[0], replace(two[1], score=1.0)], roster_of(), tmp_path)
    assert (grace["points"], grace["file"]) == ("", "a.html; b.html")
    assert "a person chooses" in notes


def test_points_of_an_older_release_are_scaled_to_the_newer_ones_so_that_full_stays_full(tmp_path: Path) -> None:
    full = done(GRACE)
    older = replace(full, score=20.0, max_score=20.0)
    (_, grace, *_), _ = table([older], roster_of(), tmp_path)
    assert (grace["points"], grace["of"]) == (f"{ASSIGNMENT.max_score:.2f}", f"{ASSIGNMENT.max_score:g}")


def test_work_of_nobody_is_in_no_row(tmp_path: Path) -> None:
    unclear = done("Ada Lovelace", group="Ada Lovelace", remarks=("unclear whose: …",))
    stray = done("somebody", remarks=("not in the roster: …",))
    rows, notes = table([unclear, stray], roster_of(), tmp_path)
    assert not any(row["points"] or row["file"] for row in rows)
    assert "fit several people: Ada Lovelace" in notes
    assert "The roster has nobody for 1 of 2 submissions: somebody" in notes


def test_without_a_roster_everyone_who_handed_in_has_a_row(tmp_path: Path) -> None:
    rows, notes = table([done("grace"), done("ada")], None, tmp_path)
    assert [row["identifier"] for row in rows] == ["ada", "grace"]
    assert "No roster was given" in notes


def test_names_that_spreadsheets_would_run_are_texts(tmp_path: Path) -> None:
    given = roster_of(b"id,name\n1,=1+1\n")
    rows, _ = table([done("1", source="=2.html")], given, tmp_path)
    assert (rows[0]["name"], rows[0]["file"]) == ("'=1+1", "'=2.html")


def test_a_table_goes_out_in_the_form_of_the_roster(tmp_path: Path) -> None:
    given = roster_of("\ufeffid;name\r\n1;Ada\r\n".encode())
    back = grades(given, Marked([done("1")], ASSIGNMENT, Policy(), Roster(), tmp_path)).files["grades.csv"]
    assert isinstance(back, bytes)
    assert back.startswith(b"\xef\xbb\xbfidentifier;name;")
    assert b"\r\n" in back
    assert b"," in back  # the decimal sign of such spreadsheets


def test_where_names_are_not_kept_the_table_has_none(tmp_path: Path) -> None:
    policy = Policy(anonymous=True)
    items = [item.student for item in iter_unread(_folder(tmp_path), anonymous=True, read_name=reader(roster_of()))]
    rows, _ = table([done(items[0])], roster_of(), tmp_path, policy)
    assert [row["file"] != "" for row in rows] == [False, True, False, False, False]
    assert {(row["name"], row["mail"]) for row in rows} == {("", "")}
    assert rows[1]["identifier"] == items[0] != GRACE
    (unclear,) = place(
        iter_unread(_folder(tmp_path, "Ada Lovelace.html"), anonymous=True, read_name=reader(roster_of())),
        read_people(roster_of(), policy),
    )  # fmt: skip
    _, notes = table([done(items[0])], roster_of(), tmp_path, policy)
    assert not re.search("ada|lovelace|grace|s100|zoë", " ".join((*unclear.remarks, notes)).casefold())


def _folder(path: Path, name: str = "grace hopper.html") -> Path:
    folder = path / name.replace(" ", "")
    folder.mkdir()
    (folder / name).write_text("x", encoding="utf-8")
    return folder


def test_the_platform_writes_one_file_and_no_zip(tmp_path: Path) -> None:
    assert [name for _, name in PLATFORM.outputs] == ["grades.csv"]
    assert PLATFORM.feedback([], {}, ASSIGNMENT) == {}
