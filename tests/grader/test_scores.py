"""What people gave in formgrader, laid over a result."""

import pytest

from grader.gradebook.scores import PERSON, PersonGrade, read_slots, with_people
from grader.model import Outcome, Result
from paribus.course.rubric import RubricLine
from tests.grader.classroom import careful_result, make_release

RELEASE = make_release()
SLOTS = read_slots(RELEASE.assignment, RELEASE.notebook)


def decided(**people: PersonGrade) -> Result:
    given = {name.replace("_evidence", "-evidence").replace("_tests", "-tests"): g for name, g in people.items()}
    return with_people(RELEASE.assignment, SLOTS, careful_result(), given)


def test_without_a_decision_the_result_stays() -> None:
    assert decided() == careful_result()


def test_a_persons_points_are_added_and_nothing_else_is_settled() -> None:
    result = decided(trade_off=PersonGrade(1.5, "Well argued."))
    assert (result.score, result.pending) == (17.5, 6.0)
    assert result.needs_person == ("trade_off", "whole")
    memo = result.cells[2]
    assert (memo.score, memo.pending) == (4.5, 3.0)
    assert (memo.verdicts[-1].check, memo.verdicts[-1].because) == (PERSON, "Well argued.")


def test_chosen_lines_of_a_rubric_are_kept_beside_the_points_they_gave() -> None:
    lines = (RubricLine("a", 2.0, "names a class"), RubricLine("b", -0.5, "one seed"))
    with_lines, without = (decided(trade_off=PersonGrade(1.5, "", each)) for each in (lines, ()))
    assert with_lines.score == without.score == 17.5
    assert with_lines.cells[2].verdicts[-1].values == {
        "points given": 1.5,
        "rubric lines": [{"points": 2.0, "text": "names a class"}, {"points": -0.5, "text": "one seed"}],
    }
    assert without.cells[2].verdicts[-1].values == {"points given": 1.5}


def test_when_every_open_cell_is_decided_nothing_is_pending() -> None:
    result = decided(
        trade_off=PersonGrade(2.0), trade_off_evidence=PersonGrade(6.0), whole_evidence=PersonGrade(None)
    )
    assert (result.score, result.pending, result.needs_person) == (21.0, 0.0, ())
    assert result.cells[2].verdicts[-2].because == "Your instructor gave 2 of 2 points here."


def test_a_person_may_overrule_an_automatic_score() -> None:
    result = decided(batch_size_evidence=PersonGrade(8.0), tail_share_tests=PersonGrade(1.0))
    assert result.cells[1].score == 8.0
    assert (result.cells[0].score, result.cells[0].verdicts[-1].outcome) == (1.0, Outcome.FAILED)
    assert result.score == 15.0


@pytest.mark.parametrize("status", ["unreadable", "other_assignment"])
def test_a_result_without_cells_stays(status: str) -> None:
    empty = Result("a", "a", "a.pdf", "0", status)  # type: ignore[arg-type]
    assert with_people(RELEASE.assignment, SLOTS, empty, {"whole-evidence": PersonGrade(1.0)}) == empty
