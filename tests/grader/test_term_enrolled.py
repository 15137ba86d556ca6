"""Everyone in a platform's table is in the grades, also who handed in nothing; names only where they are kept."""

import pytest

from grader.errors import ResultError
from grader.lms.choose import platform_named
from grader.lms.grades import Grade, from_text, grades_of, to_text
from paribus.course.policy import Policy
from tests.grader.classroom import careful_result, make_assignment, unreadable_result

TABLES = {
    "moodle": "Identifier,Full name,Email address,Status,Group,Grade,Maximum grade,Last modified (submission),"
    "Last modified (grade),Feedback comments\nParticipant 7,Ada King,ada@x.org,Submitted,A,,28.00,-,-,\n"
    "Participant 8,Bob Hope,bob@x.org,No submission,-,,28.00,-,-,\n",
    "canvas": "Student,ID,SIS Login ID,Section,Week 1 · Fine-tune the encoder (4711)\n"
    'Points Possible,,,,28\n"King, Ada",7,ada,A,\n"Hope, Bob",8,bob,,\n',
    "plain": "id,name,email,section\n7,Ada King,ada@x.org,A\n8,Bob Hope,bob@x.org,\n",
}
ASSIGNMENT = make_assignment()


@pytest.mark.parametrize("name", list(TABLES))
@pytest.mark.parametrize("anonymous", [False, True])
def test_everyone_in_the_table_is_in_the_grades(name: str, anonymous: bool) -> None:  # a parameter
    platform, policy = platform_named(name), Policy(anonymous=anonymous)
    table = platform.read_table(TABLES[name].encode(), "table.csv", ASSIGNMENT, policy)
    graded = grades_of([careful_result("s", student="7")], ASSIGNMENT, policy, platform.enrolled(table, policy))
    assert graded.whole
    text = to_text(graded)
    assert from_text(text, "grades.json") == graded
    if anonymous:
        assert not any(word in text for word in ("King", "Hope", "@"))
        return
    ada, bob = graded.people
    assert (ada.number, ada.section, ada.handed_in, ada.score) == ("7", "A", True, 16.0)
    assert ada.waiting == "Answers wait for a person."
    assert bob == Grade("8", bob.name, bob.email)
    assert sorted(ada.name.replace(",", "").split()) == ["Ada", "King"]


def test_why_a_grade_waits_is_said() -> None:
    results = [
        careful_result("a", student="7", sha256="1" * 64), careful_result("b", student="7", sha256="2" * 64),
        unreadable_result("p"),
    ]  # fmt: skip
    graded = grades_of(results, ASSIGNMENT, Policy(), None)
    found = {one.number: one.waiting for one in graded.people}
    assert not graded.whole
    assert found["7"] == "Nobody has said which of 2 files counts."
    assert found["p"].startswith("The file could not be graded: This file seems to be a PDF.")


def test_what_is_no_file_of_grades_is_refused() -> None:
    with pytest.raises(ResultError, match="Write it anew with `paribus grade … --collect`"):
        from_text("[]", "grades.json")
