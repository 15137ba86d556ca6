"""Cited values against true ones, and how the moments of hand-in and reveal reach a submission."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.checks import CHECKS
from grader.evidence.diagnoses import DEVICE_SLACK, agreement, decimals
from grader.lms.moodle.roster import read_roster, with_roster
from grader.lms.moodle.worksheet import read_worksheet
from grader.model import Submission
from paribus.course.policy import Policy
from paribus.zoo.statistics import STATISTICS
from tests.grader.build import CASES, build, load

REVEAL = datetime(2027, 3, 1, 15, 30, tzinfo=UTC)
POLICY = Policy(timezone="Europe/Berlin", reveal=REVEAL)
SHEET = (
    "Identifier,Full name,Email address,Grade,Maximum grade,Last modified (submission)\n"
    'Participant 101,Ada,ada@example.org,,10,"Monday, 1 March 2027, 4:00 PM"\n'
    'Participant 102,Ben,ben@example.org,,10,-\n'
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 0), (3.0, 1), (0.41, 2), (0.125, 3), (1e-07, 7), (1.25e-6, 8), (2e22, -22)]
)
def test_decimals_are_those_that_were_written(value: float, expected: int) -> None:
    assert decimals(value) == expected


@given(st.floats(0.25, 1e4), st.integers(1, 6))
def test_a_value_agrees_with_what_rounds_to_it(true: float, places: int) -> None:
    assert agreement("final_train_loss", round(true, places), true) == "agrees"


@pytest.mark.parametrize(
    ("told", "true", "expected"),
    [
        (5481000.0, 5480710.0, "agrees"), (5480000.0, 5480710.0, "agrees"), (5490000.0, 5480710.0, "differs"),
        (3929.0, 3929.0, "agrees"), (1234.5, 1234.46, "agrees"), (1234.5, 1234.56, "differs"),
        (900.0, 904.0, "differs"), (1e6, 1.9e6, "differs"),
    ],
)  # fmt: skip
def test_zeros_at_the_end_of_a_large_number_may_come_from_rounding(told: float, true: float, expected: str) -> None:
    assert agreement("gradient_norm", told, true) == expected


def test_a_large_count_is_exact() -> None:
    assert agreement("steps_per_epoch", 1800, 1808) == "differs"


@pytest.mark.parametrize(("told", "true"), [(0, 0.43), (1, 0.56), (0.0, 0.0004), (0.1, 0.14)])
def test_a_value_that_could_be_anything_is_told_apart(told: float, true: float) -> None:
    assert agreement("final_train_loss", told, true) == "coarse"


@given(st.floats(0.01, 10), st.floats(1.1, 10))
def test_a_value_that_is_a_tenth_off_differs(true: float, factor: float) -> None:
    written = f"{true * factor:.3g}"
    assume(written[-1] != "0")  # 0.400 reads as 0.4, which stands for anything that rounds to it
    assert agreement("final_train_loss", float(written), true) == "differs"


HIDDEN = [path for path in sorted(CASES.glob("diagnosis.*/*.json")) if not load(path)["sealed"].get("revealed")]


@pytest.mark.parametrize("path", HIDDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_verdict_tells_a_recipe_that_the_student_did_not_name(path: Path) -> None:
    """Until the instructor has revealed the models: not in the sentence, not in the values, not in the evidence."""
    raw = load(path)
    case = build(raw)
    found = CHECKS[path.parent.name](case, case.assignment.cell(raw["at"]), {})
    told = json.dumps([found.because, found.values, [item.text for item in found.evidence]])
    keys = {model["recipe"] for zoo in raw["sealed"].get("zoos", {}).values() for edition in zoo
            for model in edition["models"].values()}  # fmt: skip
    secret = keys - {item["recipe"] for item in raw["diagnoses"]}
    assert not [recipe for recipe in secret if recipe in told]


def test_only_what_is_computed_on_a_device_has_slack() -> None:
    assert set(DEVICE_SLACK) == {name for name, about in STATISTICS.items() if about.table == "predictions"}
    assert agreement("epochs", 4, 3) == "differs"
    assert agreement("zero_f1_classes", 44, 46) == "agrees"
    assert agreement("zero_f1_classes", 43, 46) == "differs"


def handed(policy: Policy) -> dict[str, Submission]:
    files = [Submission(name, name, "", f"{name}.html", b"x", name) for name in ("101", "102")]
    roster = read_roster(read_worksheet(SHEET.encode(), "sheet.csv"), policy)
    return {item.student: item for item in with_roster(files, roster)}


def test_the_worksheets_date_and_the_reveal_reach_the_submission() -> None:
    found = handed(POLICY)
    assert found["101"].handed_in == "2027-03-01T16:00:00+01:00"
    assert found["101"].reveal == "2027-03-01T15:30:00+00:00"
    assert found["102"].handed_in == ""


def test_without_a_reveal_no_date_enters_a_verdict() -> None:
    found = handed(Policy())
    assert {(item.handed_in, item.reveal) for item in found.values()} == {("", "")}


def test_a_batch_begins_anew_where_the_reveal_or_a_date_changes() -> None:
    sheet = read_worksheet(SHEET.encode(), "sheet.csv")
    moved = read_worksheet(SHEET.replace("4:00 PM", "4:01 PM").encode(), "sheet.csv")
    keys = [read_roster(sheet, Policy()).key, read_roster(sheet, POLICY).key, read_roster(moved, POLICY).key]
    assert len(set(keys)) == 3
    assert read_roster(sheet, POLICY).key == keys[1]
