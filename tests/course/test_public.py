"""What a student may have of an assignment: sources and public checks, nothing that gives an answer away."""

import json
from pathlib import Path

import pytest

from paribus.course.assignment import Assignment, Cell, CheckPoints, Role
from paribus.course.declared import shipped_checks
from paribus.course.errors import AssignmentError
from paribus.course.public import public_form, public_name, read_public

CELL = Cell(
    "whole", Role.NOTEBOOK, "code", "notebook.summary()", line=812, points=9.0, manual=2.0,
    checks=(
        CheckPoints("metrics.recomputed", 4.0), CheckPoints("metrics.near_reference", 3.0, {"values": ["a.b"]}),
        CheckPoints("diagnosis.matches", 0.0), CheckPoints("seeds.enough", 0.0, {"exploring": ["try"]}),
    ),
)  # fmt: skip
ASSIGNMENT = Assignment(
    "week1_homework", "Week 1", "week1", "homework", "full", (CELL,),
    settings={"margin": 0.01, "languages": ["en"], "public_bands": True}, release="feedbeefcafe0001",
)  # fmt: skip


def test_points_and_telling_checks_stay_out() -> None:
    form = public_form(ASSIGNMENT)
    text = form.to_json()
    assert [item.check for item in form.cells[0].checks] == ["metrics.recomputed", "seeds.enough"]
    assert form.max_score == 0
    assert not {"near_reference", "diagnosis", "public_bands", "812"} & set(text.replace('"', " ").split())
    assert json.loads(text)["settings"] == {"margin": 0.01}


def test_the_form_is_that_of_its_release_and_public_already() -> None:
    """The digest in the notebook fits it, and making it public again changes nothing."""
    form = public_form(ASSIGNMENT)
    assert form.release == ASSIGNMENT.release
    assert public_form(form) == form


def test_a_form_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / public_name(ASSIGNMENT)
    path.write_text(public_form(ASSIGNMENT).to_json(), encoding="utf-8")
    assert path.name == "week1_homework.public.json"
    assert read_public(path) == public_form(ASSIGNMENT)


def test_an_instructors_file_is_refused(tmp_path: Path) -> None:
    """A release's assignment.json is no file for students: somebody would notice."""
    path = tmp_path / "assignment.json"
    path.write_text(ASSIGNMENT.to_json(), encoding="utf-8")
    with pytest.raises(AssignmentError, match="is not a public form"):
        read_public(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(AssignmentError, match=r"is no form of an assignment\. Name the file .* with the notebook"):
        read_public(path)


@pytest.mark.parametrize("name", ["metrics.near_reference", "integrity.copied", "diagnosis.evidence"])
def test_what_is_not_public(name: str) -> None:
    assert not shipped_checks()[name].public
    assert shipped_checks()["tasks.tests_passed"].public
