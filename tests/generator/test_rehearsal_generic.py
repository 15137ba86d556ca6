"""A rehearsal without tables: what can be planted depends on what the solution holds."""

from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import RehearsalError
from generator.rehearsal import generic
from generator.rehearsal.edits import Notebook
from generator.rehearsal.execute import Material
from generator.rehearsal.generic import SENTENCES, Solved, make_table, read_solved, rehearse_generic
from generator.rehearsal.rehearse import Order
from generator.rehearsal.solution import Solutions, solve
from paribus.cli import main
from paribus.course.catalog import Course, load_course

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("generic") / "mine"
    main(["new", str(folder)])
    return load_course(folder / "course.toml")


@pytest.fixture(scope="module")
def material(course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, Notebook]:
    """The solution, run once."""
    solutions = Solutions(course.profile(None), tmp_path_factory.mktemp("runs"))
    return solve(course, course.entry("week1_homework"), solutions)


@pytest.fixture(scope="module")
def solved(material: tuple[Material, Notebook]) -> Solved:
    made, work = material
    return read_solved(work, made.release)


@pytest.mark.long
def test_every_kind_of_fault_is_planted_where_its_check_is(solved: Solved) -> None:
    table = make_table("week1_homework", "course", solved)
    planted = [fault for fault in table.faults if "one_change" in fault.name]
    assert {fault.name.partition("-")[2]: fault.expects for fault in planted} == {
        "two_settings": "experiments.one_change", "no_prediction": "experiments.predicted_first",
        "other_seeds": "seeds.paired", "never_ran": "form.ran_in_order",
    }  # fmt: skip
    memos = [fault.name for fault in table.faults if "one_change" not in fault.name]
    assert memos == ["template-edited_number", "template-unanswered", "recommendation-edited_number",
                     "recommendation-unanswered"]  # fmt: skip


@pytest.mark.long
def test_without_a_check_its_fault_is_not_planted(solved: Solved) -> None:
    cells = tuple(
        replace(cell, checks=tuple(item for item in cell.checks if item.check != "seeds.paired"))
        for cell in solved.release.assignment.cells
    )
    without = replace(
        solved, release=replace(solved.release, assignment=replace(solved.release.assignment, cells=cells))
    )
    names = [fault.name for fault in make_table("week1_homework", "course", without).faults]
    assert "one_change-other_seeds" not in names
    assert "one_change-two_settings" in names


def test_each_memo_says_the_result_in_every_wording_by_the_metrics_title(solved: Solved) -> None:
    layouts = make_table("week1_homework", "course", solved).layouts
    worded = [edit for layout in layouts for edit in layout.edits if edit["do"] != "clear"]
    assert len(worded) == 2 * len(SENTENCES)
    assert all("RMSE" in str(edit.get("put", edit.get("text"))) for edit in worded)


@pytest.mark.parametrize(("digits", "planted"), [(1, False), (2, True)])
def test_a_number_is_edited_where_it_can_only_be_a_metric(solved: Solved, digits: int, planted: bool) -> None:
    """A bound of a prediction such as 0.2 may equal a metric to one decimal."""
    rmse = f"{solved.facts.mean('constant', 'rmse'):.{digits}f}"
    cells = [
        {**cell, "source": f"The constant: {rmse}."} if cell["id"] == "recommendation" else cell
        for cell in solved.work["cells"]
    ]
    table = make_table("week1_homework", "course", replace(solved, work={**solved.work, "cells": cells}))
    assert ("recommendation-edited_number" in [fault.name for fault in table.faults]) is planted


def test_an_assignment_that_gives_no_fault_is_told_where_to_write_tables(
    course: Course, material: tuple[Material, Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, work = material
    bare = tuple(replace(cell, checks=()) for cell in made.release.assignment.cells)
    release = replace(made.release, assignment=replace(made.release.assignment, cells=bare))
    monkeypatch.setattr(generic, "solve", lambda *_: (replace(made, release=release), work))
    order, solutions = Order("week1_homework", tmp_path / "out"), Solutions(course.profile(None))
    with pytest.raises(RehearsalError, match=r"no fault can be made.*rehearsal/tables/week1_homework"):
        rehearse_generic(course, order, solutions)
