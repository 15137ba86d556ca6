"""The last week's scoreboard has a number for every row, also where a student kept no records."""

import ast

from generator.building.build import Options, build_assignment
from generator.building.known import values_of
from generator.running.references import load_references
from generator.sources.expressions import ReferenceCall
from tests.shipped import COURSE

LAST = COURSE.entry("week6_homework")
REFERENCES = load_references(COURSE.folders.solutions)


def given_out() -> dict[str, dict[str, str]]:
    """The reference runs' numbers in the student's notebook, by assignment."""
    built = build_assignment(COURSE, LAST, Options(references=REFERENCES))
    (cell,) = [cell for cell in built.assignment.cells if "REFERENCE_RUNS = {" in cell.source]
    (found,) = [
        ast.literal_eval(node.value)
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "REFERENCE_RUNS"
    ]
    numbers: dict[str, dict[str, str]] = found
    return numbers


def test_every_row_of_the_scoreboard_is_given_out_with_its_numbers() -> None:
    assert all(text for numbers in given_out().values() for text in numbers.values())


def test_numbers_of_another_profile_than_the_students_are_named() -> None:
    call = ReferenceCall("week1_lab", "tfidf.accuracy")
    students = values_of(COURSE, REFERENCES, COURSE.profile(LAST.profile))(call)
    ours = values_of(COURSE, REFERENCES, COURSE.profile(None))(call)

    assert students is not None
    assert ours is not None
    assert not ours.elsewhere
    on = f" on {students.elsewhere}" if students.elsewhere else ""
    assert given_out()["week1_lab"]["tfidf.accuracy"] == f"{students.value:.4f}{on}"


def test_what_no_run_recorded_is_not_known() -> None:
    known = values_of(COURSE, REFERENCES, COURSE.profile(None))
    assert known(ReferenceCall("week1_lab", "nobody.accuracy")) is None
