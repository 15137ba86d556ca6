"""Whose a folder of Moodle's zip is, where its number may be a participant's or a group's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.commitments import read_commitments
from grader.intake.roster import Owner
from grader.lms.moodle.names import read_name
from grader.lms.moodle.owners import read_people, whose
from grader.lms.moodle.roster import MISSING, read_roster, with_roster
from grader.lms.moodle.worksheet import Worksheet, read_worksheet
from grader.model import Submission
from paribus.course.policy import Policy

HEADER = (
    "Identifier", "Full name", "Status", "Group", "Grade", "Maximum grade", "Last modified (submission)",
    "Last modified (grade)", "Feedback comments",
)  # fmt: skip
LATER = "Monday, 1 March 2027, 10:00 AM"


@dataclass(frozen=True)
class Row:
    """One row of a worksheet."""

    number: int
    name: str
    group: str
    when: str = LATER


def sheet(rows: Sequence[Row], group: str = "Group", name: str = "Full name") -> Worksheet:
    header = [{"Group": group, "Full name": name}.get(text, text) for text in HEADER]
    worksheet = read_worksheet((",".join(header) + "\n").encode())
    cells = tuple(
        (f"Participant {row.number}", row.name, "Submitted", row.group, "", "28.00", row.when, "-", "")
        for row in rows
    )
    return replace(worksheet, rows=cells)


def as_moodle(text: str) -> str:
    """`clean_filename` of Moodle 4.5 after its `str_replace`."""
    return re.sub(r"""[\x00-\x1f\x7f&<>"`|':\\/]""", "", text.replace("_", " "))


def as_group(text: str) -> str:
    """`format_string` of Moodle 4.5, then the same."""
    return as_moodle(re.sub(r"&(?![a-zA-Z0-9#]{1,8};)", "&amp;", text))


def handed(
    folders: Mapping[str, bytes], worksheet: Worksheet | None, policy: Policy | None = None
) -> list[Submission]:
    """What the roster makes of files in these folders, named as the inbox names them."""
    files = []
    for folder, content in folders.items():
        found = read_name(f"{folder}/a.ipynb")
        student = folder if found is None else found.number or found.name
        name = "" if found is None else found.name
        path = f"{folder}/a.ipynb"
        files.append(Submission(folder, student, name, path, content, content.hex(), path=path))
    return list(with_roster(files, read_roster(worksheet, policy or Policy())))


def owners(folders: Sequence[str], rows: Sequence[Row], **more: str) -> list[tuple[str, ...]]:
    contents = {f"{folder}_assignsubmission_file": str(n).encode() for n, folder in enumerate(folders)}
    return [item.owners for item in handed(contents, sheet(rows, **more))]


REDS = [Row(101, "Ada", "Reds"), Row(102, "Bob", "Reds"), Row(103, "Cem", "Blues"), Row(104, "Dee", "Blues")]
NAMELESS = [replace(row, name="") for row in REDS]
Group = tuple[int | None, str, list[Row]]
"""A group's number (None: those in no group), its name and its rows."""
WORDS = st.text("abé&_:/' 12", min_size=1, max_size=6).filter(lambda text: as_group(text).strip() not in ("", "-"))


@st.composite
def classes(draw: st.DrawFn, names: st.SearchStrategy[str] = WORDS) -> list[Group]:
    """A class; some groups handed nothing in. Every number may be a group's and a participant's at once, and every
    name a group's and anybody's.
    """
    groups = draw(st.lists(WORDS, min_size=1, max_size=4))
    ids = list[int | None](draw(st.permutations(range(1, 10))))[: len(groups)]
    if draw(st.booleans()) and not as_group(groups[-1]).replace(" ", "").isdigit():
        ids[-1] = None
    people = draw(st.lists(st.tuples(st.integers(0, len(groups) - 1), names), min_size=1, max_size=7))
    numbers = draw(st.permutations(range(1, 10)))
    found = []
    for place, (number, group) in enumerate(zip(ids, groups, strict=True)):
        when = f"Monday, {place + 1} March 2027, 10:00 AM" if draw(st.integers(0, 4)) else "-"
        cell = group.strip()
        rows = [Row(numbers[n], name, cell, when) for n, (its, name) in enumerate(people) if its == place]
        found.append((number, group, rows))
    return found


def differ(groups: Sequence[Group]) -> bool:
    """Whether Moodle writes every group's name in another way."""
    return len({" ".join(as_group(name).split()) for _, name, _ in groups}) == len(groups)


def numbers_of(rows: Sequence[Row]) -> set[str]:
    return {str(row.number) for row in rows}


@settings(max_examples=400)
@given(classes(), st.booleans())
def test_a_teams_file_goes_to_exactly_its_group_or_to_nobody_with_a_remark(
    groups: list[Group], named: bool
) -> None:
    """Whatever numbers groups and participants have, whatever they are called; with the names in the worksheet or
    without, where the course is anonymous to Moodle.
    """
    everyone = [row if named else replace(row, name="") for _, _, rows in groups for row in rows]
    folders = {}
    for number, name, rows in groups:
        if rows and rows[0].when != "-":
            folder = as_group(name) + ("" if number is None else f"_{number}") + "_assignsubmission_file"
            folders[folder] = rows
    found = handed({folder: folder.encode() for folder in folders}, sheet(everyone))
    assert len(found) == len(folders)
    for item in found:
        true = numbers_of(folders[item.submission])
        if set(item.owners) != true:
            assert not set(item.owners) & numbers_of(everyone)
            assert any(remark.startswith("unclear whose:") for remark in item.remarks)


@settings(max_examples=300)
@given(classes(st.text("PQR", min_size=1, max_size=4)))
def test_where_all_names_differ_every_team_gets_its_own(groups: list[Group]) -> None:
    everyone = [row for _, _, rows in groups for row in rows]
    for number, name, rows in groups:
        if not differ(groups) or not rows or rows[0].when == "-":
            continue
        folder = as_group(name) + ("" if number is None else f"_{number}") + "_assignsubmission_file"
        (item,) = handed({folder: b"x"}, sheet(everyone))
        assert set(item.owners) == numbers_of(rows)
        assert item.group == ("" if number is None else str(number))


@settings(max_examples=300)
@given(classes())
def test_a_students_file_goes_to_that_student_or_to_nobody_with_a_remark(groups: list[Group]) -> None:
    """The column of groups holds sections: each hands in alone, whatever the sections are called."""
    rows = [row for _, _, found in groups for row in found]
    folders = {f"{as_moodle(row.name)}_{row.number}_assignsubmission_file": row for row in rows}
    for item in handed(dict.fromkeys(folders, b"one and the same"), sheet(rows)):
        own = str(folders[item.submission].number)
        if item.owners != (own,):
            assert not set(item.owners) & numbers_of(rows)
            assert any(remark.startswith("unclear whose:") for remark in item.remarks)


@settings(max_examples=300)
@given(classes(st.text("PQR", min_size=1, max_size=4)))
def test_before_moodle_4_1_each_member_has_a_copy_and_the_team_one_submission(groups: list[Group]) -> None:
    rows = [row for _, _, found in groups for row in found]
    folders = {
        f"{as_moodle(name)}-{as_moodle(row.name)}_{row.number}_assignsubmission_file_": name.strip()
        for _, name, found in groups for row in found
    }  # fmt: skip
    contents = {folder: group.encode() for folder, group in folders.items()}
    if differ(groups):
        submissions = handed(contents, sheet(rows))
        assert sorted(map(sorted, (item.owners for item in submissions))) == sorted(
            sorted(numbers_of(found)) for _, _, found in groups if found
        )
        assert all(item.group == "" for item in submissions)


CASES = {
    "a group's number is a participant's": (["Reds_103"], REDS, [("101", "102")]),
    "every number is one of the other group": (["Reds_103", "Blues_101"], REDS, [("101", "102"), ("103", "104")]),
    "the group's number is one of its own": (["Reds_101"], REDS, [("101", "102")]),
    "those in no group": (["Default group"], [Row(5, "Ada", "Default group"), Row(6, "Bob", "Reds")], [("5",)]),
    "a group of one": (["Solo_7"], [Row(5, "Ada", "Solo"), Row(7, "Bob", "Reds")], [("5",)]),
    "sections": (["Ada_101", "Bob_102"], REDS, [("101",), ("102",)]),
    "the family's name first": (["Love Ada_1"], [Row(1, "Ada Love", "Mo"), Row(2, "Bob", "Mo")], [("1",)]),
    "hidden names": (["Participant_101", "Participant_102"], REDS, [("101",), ("102",)]),
    "hidden names in an unknown language": (["Xx_101", "Xx_103"], NAMELESS, [("101",), ("103",)]),
    "a name that all bear, and no student": (["Xx_101", "Xx_103"], REDS, [(), ()]),
    "a student who is called otherwise by now": (["Ada_101", "Robert_102"], REDS, [("101",), ("102",)]),
    "before 4.1, hidden names": (["Reds-Participant_101"], REDS, [("101", "102")]),
    "before 4.1, other groups in the name": (["Greens-Ada_101", "Bob_102"], REDS, [("101",), ("102",)]),
    "a hyphen is no group": (["Anne-Marie_1"], [Row(1, "Anne-Marie", "Anne"), Row(2, "Bo", "Anne")], [("1",)]),
    "before 4.1, several groups of one name": (["Reds-Ada_101"], [replace(REDS[0], when="-"), REDS[1]], [("101",)]),
    "a name that is a student's and a group's": (["Ada_101"], [*REDS, Row(9, "Eve", "Ada")], [()]),
    "two groups of one name": (["Reds_1", "Reds_2"], REDS, [(), ()]),
    "two groups of one name, one of which handed in": (["Reds_1"], [*REDS, Row(9, "Eve", "Reds", "-")], [()]),
    "two groups that Moodle writes alike": (["ab_1"], [Row(1, "Ada", "a/b"), Row(2, "Bob", "ab")], [()]),
    "a group that got another name": (["Reds_7", "Greens_103"], REDS, [("101", "102"), ()]),
    "nothing but numbers": (["Greens_101", "Pinks_103"], REDS, [(), ()]),
    "no groups": (["Ada_101", "Who_104"], [replace(row, group="") for row in REDS], [("101",), ("104",)]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_names_decide_and_what_they_cannot_is_nobodys(
    case: tuple[list[str], list[Row], list[tuple[str, ...]]],
) -> None:
    folders, rows, expected = case
    assert owners(folders, rows) == expected


def test_a_column_of_groups_is_found_where_its_name_is_not_known() -> None:
    """Moodle writes it before Grade; what it says counts only where the zip's names say the same."""
    assert owners(["Reds_103"], REDS, group="Ryhmä", name="Koko nimi") == [("101", "102")]
    assert owners(["Ada_101"], REDS, group="Ryhmä", name="Koko nimi") == [("101",)]
    assert owners(["Reds_103"], REDS, group="Ryhmä") == [("101", "102")]


def test_who_may_be_meant_is_said_and_a_folder_of_ones_own_is_ones_own() -> None:
    both = sheet([*REDS, Row(9, "Eve", "Ada")])
    (item,) = handed({"Ada_101_assignsubmission_file": b"x"}, both)
    assert item.remarks[-1].startswith("unclear whose:")
    assert "may be the work of one of 9, 101, or of several" in item.remarks[-1]
    (item,) = handed({"Pinks_103_assignsubmission_file": b"x"}, sheet(REDS))
    assert "of 103, whose name it does not bear, or of a group that the worksheet does not have" in item.remarks[-1]
    (item,) = handed({"Pinks_7_assignsubmission_file": b"x"}, sheet(REDS))
    assert item.remarks == (MISSING,)
    (item,) = handed({"101": b"x"}, sheet(REDS))
    assert item.owners == ("101",)


def test_without_a_worksheet_a_folder_without_a_number_tells_that_numbers_are_groups() -> None:
    found = handed({"Reds_101_assignsubmission_file": b"x", "Default group_assignsubmission_file": b"y"}, None)
    assert [(item.owners, item.group) for item in found] == [((), "101"), (("Default group",), "")]
    assert [item.owners for item in handed({"Reds_101_assignsubmission_file": b"x"}, None)] == [("101",)]


def test_times_and_codes_are_those_of_the_team_and_not_of_whom_its_number_names() -> None:
    rows = sheet([replace(row, when="Monday, 1 March 2027, 1:00 PM") for row in REDS])
    due, folder = datetime(2027, 3, 1, 12, tzinfo=UTC), {"Reds_103_assignsubmission_file": b"x"}
    (item,) = handed(folder, rows, Policy(due=due, extensions={"103": timedelta(hours=5)}))
    assert item.late == 3600.0
    (item,) = handed(folder, rows, Policy(due=due, extensions={"102": timedelta(hours=5)}))
    assert item.late == 0.0
    codes = read_commitments(b"Identifier,Code\nParticipant 101,7KQ2-M8XR-4VDT\nParticipant 103,AAAA-BBBB-CCCC\n")
    assert codes.of(item) == ("7KQ2-M8XR-4VDT",)


def test_a_worksheet_without_a_row_for_anyone_gives_nobody() -> None:
    people = read_people(sheet([]))
    assert whose([("7", read_name("Reds_7_assignsubmission_file/a.ipynb"))], people) == (Owner(("7",)),)
