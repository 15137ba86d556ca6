"""One submission's bytes to one Result, on real exports."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from grader.gradebook.rebuild import rebuild
from grader.grading.grade import broken, grade_one, grade_safely, judge_one
from grader.grading.match import match
from grader.grading.opened import choose_release
from grader.grading.results import to_line
from grader.model import Outcome, Recovered, RecoveredCell, Result, Sketch, Verdict
from grader.pages.feedback import feedback_page
from grader.recover import recover
from paribus.course.release import Release
from paribus.records.block import BEGIN
from tests.grader.graded import ENDINGS, NAMES, release_of, submit, text_of

HEAVY = ("torch", "sklearn", "pandas", "nbgrader", "nbformat", "transformers", "scipy", "matplotlib")


def grade(text: str, name: str = "week1_homework", ending: str = "lab.html") -> Result:
    return grade_one(submit(text, source=f"ann.{ending}"), [release_of(name)])


def verdicts(result: Result) -> dict[str, Verdict]:
    return {f"{cell.key}:{item.check}": item for cell in result.cells for item in cell.verdicts}


def outcomes(result: Result) -> dict[str, Outcome]:
    return {key: item.outcome for key, item in verdicts(result).items()}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_the_executed_solution_fails_nothing_that_carries_points(name: str, ending: str) -> None:
    """An honest submission passes in every form; one seed an arm is advice in week 1, a missing band no fault."""
    result = grade(text_of(name, ending), name, ending)
    assert result.status == "graded"
    not_passed = {key for key, item in verdicts(result).items() if item.outcome is not Outcome.PASSED}
    assert not_passed <= {"one_change:seeds.enough", "whole:metrics.near_reference"}
    assert result.max_score == release_of(name).assignment.max_score
    assert result.score + result.pending == pytest.approx(result.max_score)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_gives_the_same_verdicts(name: str) -> None:
    """What is graded is the notebook, whatever exported it."""
    first, *others = (outcomes(grade(text_of(name, ending), name, ending)) for ending in ENDINGS)
    assert all(other == first for other in others)


def test_grading_twice_gives_the_same_bytes() -> None:
    """Same bytes and release in, same line out."""
    text = text_of("week1_homework")
    assert to_line(grade(text)) == to_line(grade(text))


def test_a_students_own_look_makes_no_sketch_to_compare_with_others() -> None:
    submission = submit(text_of("week1_homework"))
    with_it, without = (
        judge_one(submission, [release_of("week1_homework")], sketched=sketched)[0] for sketched in (True, False)
    )
    assert with_it.sketch != Sketch()
    assert without == replace(with_it, sketch=Sketch())


def edited(old: str, new: str) -> Result:
    """The homework with one thing changed in its ipynb."""
    text = text_of("week1_homework", "ipynb")
    assert old in text
    return grade(text.replace(old, new), ending="ipynb")


def test_an_edited_number_fails_the_check_that_owns_it() -> None:
    """A memo number that no run recorded is shown beside the recorded one."""
    metrics = grade(text_of("week1_homework")).metrics
    value = f"{metrics['encoder.accuracy']:.3f}"
    result = edited(
        f'the encoder has an accuracy of\\n",\n    "{value}', 'the encoder has an accuracy of\\n",\n    "0.987'
    )
    verdict = verdicts(result)["rescued_classes:memo.numbers_traced"]
    assert verdict.outcome is Outcome.FAILED
    assert "0.987" in verdict.because
    assert f"{metrics['encoder.accuracy']:.4f}" in verdict.because


def test_a_claim_of_an_effect_from_one_run_fails() -> None:
    """One run an arm supports no effect."""
    result = edited(
        "Cannot tell from one seed an arm; three seeds an arm would show the spread", "Yes, clearly meaningful"
    )
    assert outcomes(result)["one_change_template:experiments.meaningful_supported"] is Outcome.FAILED


def test_an_untouched_memo_earns_nothing_and_waits_for_nobody() -> None:
    """What stands as released is not done: its manual points are not pending."""
    notebook = json.loads(text_of("week1_homework", "ipynb"))
    released = {cell.key: cell.source for cell in release_of("week1_homework").assignment.cells}
    for cell in notebook["cells"]:
        if cell["id"] == "rescued_classes":
            cell["source"] = released["rescued_classes"]
    result = grade(json.dumps(notebook), ending="ipynb")
    memo = next(cell for cell in result.cells if cell.key == "rescued_classes")
    assert (memo.score, memo.pending) == (0, 0)
    assert "rescued_classes" not in result.needs_person


def test_an_edited_record_fails_the_chain() -> None:
    """A record whose content does not fit its digest was changed after it was written."""
    text = text_of("week1_homework", "lab.html")
    begin = text.index(BEGIN, text.index("result record"))
    place = text.index("accuracy", begin)
    changed = text[:place] + text[place:].replace("0.", "0.9", 1)
    result = grade(changed)
    assert outcomes(result)["whole:integrity.chain"] is Outcome.FAILED


def test_a_notebook_without_evidence_is_told_so_and_waits_for_a_person() -> None:
    """No record at all: nothing that rests on records is failed."""
    text = text_of("week1_homework").replace(BEGIN, "-----NOTHING-----")
    result = grade(text)
    assert "The file holds no evidence records." in result.remarks
    assert outcomes(result)["one_change:experiments.one_change"] is Outcome.UNDECIDED
    assert outcomes(result)["whole:metrics.recomputed"] is Outcome.UNDECIDED


def test_a_missing_task_makes_the_result_partial() -> None:
    """A graded cell that was not found is told, and is pending."""
    notebook = json.loads(text_of("week1_homework", "ipynb"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "validate-tests"]
    result = grade(json.dumps(notebook), ending="ipynb")
    assert result.status == "partial"
    assert "Not found in the file: validate-tests." in result.remarks
    assert "validate-tests" in result.needs_person


def test_an_answer_that_cannot_be_placed_is_shown_to_a_person() -> None:
    """Rewritten, moved, and without id and tag: nothing tells whose answer it is, so somebody has to look."""
    notebook = json.loads(text_of("week1_homework", "ipynb"))
    answer = next(cell for cell in notebook["cells"] if cell["id"] == "recommendation")
    notebook["cells"].remove(answer)
    notebook["cells"].insert(4, {**answer, "id": "new", "metadata": {}, "source": "Wir warten noch ab."})
    content = json.dumps(notebook)
    result = grade(content, ending="ipynb")
    assert "Not found in the file: recommendation." in result.remarks
    (told,) = (remark for remark in result.remarks if "no cell of the assignment" in remark)
    assert "recommendation" in result.needs_person
    of_memo = next(cell for cell in result.cells if cell.key == "recommendation")
    assert of_memo.pending == of_memo.points
    page = feedback_page(result, release_of("week1_homework").assignment)
    assert told in page
    recovered = recover(content.encode(), "ann.ipynb")
    matches, unmatched = match(release_of("week1_homework").assignment, recovered)
    release = replace(release_of("week1_homework"), notebook=text_of("week1_homework", "ipynb"))
    shown = json.loads(rebuild(release, matches, unmatched))["cells"]
    place = next(number for number, cell in enumerate(shown) if "Wir warten noch ab." in cell["source"])
    assert shown[place]["metadata"]["tags"] == ["paribus-added"]
    ids = [cell["id"] for cell in shown]
    assert ids.index("parameters") < place < ids.index("begin")


def test_a_notebook_of_another_assignment_is_recognised() -> None:
    """By the name in its setup cell and in its records."""
    result = grade(text_of("week1_lab"))
    assert result.status == "other_assignment"
    assert "week1_lab" in result.remarks[0]
    assert result.pending == result.max_score


def test_a_foreign_notebook_without_any_name_is_recognised_by_its_cells() -> None:
    """Some notebook about cats is no homework."""
    cells = [{"cell_type": "code", "source": f"cat = {i}", "metadata": {}, "outputs": [], "execution_count": i}
             for i in range(12)]  # fmt: skip
    text = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})
    result = grade(text, ending="ipynb")
    assert result.status == "other_assignment"


def test_what_is_no_notebook_is_unreadable_with_advice() -> None:
    """The remark says what the file seems to be."""
    result = grade("%PDF-1.7 not a notebook")
    assert result.status == "unreadable"
    assert result.remarks
    assert result.cells == ()


def test_a_problem_that_the_inbox_saw_is_kept() -> None:
    """The inbox has already said why."""
    result = grade_one(submit("", problem="The file is empty."), [release_of("week1_lab")])
    assert (result.status, result.remarks) == ("unreadable", ("The file is empty.",))


def notebook_with(source: str) -> Recovered:
    return Recovered("ipynb", (RecoveredCell(0, "code", source),))


def release_named(name: str, digest: str) -> Release:
    assignment = replace(release_of("week1_lab").assignment, name=name, release=digest)
    return Release(assignment, notebook="")


def test_the_release_is_chosen_by_its_digest() -> None:
    """Of several releases the one that the notebook was made from."""
    releases = [release_named("week1_lab", "aaaa1111"), release_named("week1_lab", "bbbb2222")]
    made = notebook_with('notebook = paribus.begin("week1_lab", release="bbbb2222")')
    unknown = notebook_with('notebook = paribus.begin("week1_lab", release="cccc3333")')
    assert choose_release(made, (), releases) is releases[1]
    assert choose_release(unknown, (), releases) is releases[0]
    assert choose_release(notebook_with("x = 1"), (), releases) is releases[0]
    assert choose_release(notebook_with('paribus.begin("week2_lab")'), (), releases) is None


def test_another_release_than_the_notebooks_is_told() -> None:
    """The newest release stands in, and the result says so."""
    release = release_of("week1_lab")
    other = Release(replace(release.assignment, release="0000aaaa0000aaaa"), notebook="")
    result = grade_one(submit(text_of("week1_lab")), [other])
    assert any("another release" in remark for remark in result.remarks)


def test_the_graders_own_fault_costs_the_student_nothing() -> None:
    """Everything waits for a person, and the remark says whose fault it is."""
    release = release_of("week1_lab")
    cell = replace(release.assignment.cells[0], source=None)  # type: ignore[arg-type]
    damaged = Release(replace(release.assignment, cells=(cell, *release.assignment.cells[1:])), notebook="")
    result = grade_safely(submit(text_of("week1_lab")), [damaged])
    assert "The grader broke on this file" in result.remarks[0]
    assert result.pending == result.max_score
    assert broken(submit("x"), [release], "why").pending == release.assignment.max_score


def test_metrics_are_named_as_references_are() -> None:
    """<run>.<metric>, experiments by their arms."""
    metrics = grade(text_of("week1_homework")).metrics
    assert {"tfidf.accuracy", "encoder.macro_f1", "one_change.changed.macro_f1"} <= set(metrics)


def test_recover_and_grade_import_nothing_heavy() -> None:
    """One submission needs neither the training libraries nor nbgrader."""
    code = "import sys, grader.grading.grade, grader.classrun.batch; print(*sorted(set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(HEAVY) & set(loaded)


def test_judging_loads_nothing_heavy_either() -> None:
    """Nor does it while it grades."""
    code = (
        "import sys; from tests.grader.graded import *; from grader.grading.grade import grade_one; "
        "grade_one(submit(text_of('week1_lab')), [release_of('week1_lab')]); print(*sorted(set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(HEAVY) & set(loaded)


def test_fixture_exports_are_recovered_by_their_families() -> None:
    """The fixtures stay what they say they are."""
    families = {ending: recover(text_of("week1_lab", ending).encode(), f"a.{ending}").family for ending in ENDINGS}
    assert families == {"lab.html": "nbconvert-lab", "classic.html": "nbconvert-classic", "ipynb": "ipynb"}
