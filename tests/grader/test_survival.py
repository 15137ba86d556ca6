"""What a tool took out of a file is no fact about the work: each cell says what its file would show."""

import json
import lzma
from collections.abc import Callable
from functools import cache
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from grader.grading.grade import grade_one
from grader.model import ALL_SURVIVED, Outcome, Output, RecoveredCell, Result, Survived
from grader.recover import recover
from grader.recover.survival import mark_survival
from tests.grader.graded import release_of, submit, text_of
from tests.grader.test_saved_pages import SAVED

Notebook = dict[str, Any]


def executed() -> Notebook:
    """Week 1's executed solution."""
    notebook: Notebook = json.loads(text_of("week1_homework", "ipynb"))
    return notebook


def code(notebook: Notebook) -> list[Notebook]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def strip_counts(notebook: Notebook) -> None:
    """nbstripout --keep-output, nb-clean --preserve-cell-outputs."""
    for cell in code(notebook):
        cell["execution_count"] = None
        for output in cell["outputs"]:
            if "execution_count" in output:
                output["execution_count"] = None


def drop_counts(notebook: Notebook) -> None:
    """A tool that writes no count at all."""
    for cell in code(notebook):
        del cell["execution_count"]


def clear_outputs(notebook: Notebook) -> None:
    """VS Code's Clear All Outputs, which leaves the counts."""
    for cell in code(notebook):
        cell["outputs"] = []


def clear_outputs_and_run_the_last_cell(notebook: Notebook) -> None:
    kept = code(notebook)[-1]["outputs"]
    clear_outputs(notebook)
    code(notebook)[-1]["outputs"] = kept


def strip_all(notebook: Notebook) -> None:
    """nbstripout, and Jupyter's Clear Outputs of All Cells."""
    clear_outputs(notebook)
    strip_counts(notebook)


def leave_out_counts_of_silent_cells(notebook: Notebook) -> None:
    """Azure Data Studio."""
    for cell in code(notebook):
        if not cell["outputs"]:
            del cell["execution_count"]


def as_floats(notebook: Notebook) -> None:
    for cell in code(notebook):
        cell["execution_count"] = cell["execution_count"] and float(cell["execution_count"])


def as_texts(notebook: Notebook) -> None:
    for cell in code(notebook):
        cell["execution_count"] = cell["execution_count"] and str(cell["execution_count"])


Change = Callable[[Notebook], None]
TAKEN: tuple[Change, ...] = (
    strip_counts, drop_counts, clear_outputs, clear_outputs_and_run_the_last_cell, strip_all,
    leave_out_counts_of_silent_cells,
)  # fmt: skip


def graded(content: bytes, source: str = "a.ipynb") -> Result:
    return grade_one(submit(content, source=source), [release_of("week1_homework")])


def changed(change: Change) -> bytes:
    notebook = executed()
    change(notebook)
    return json.dumps(notebook).encode()


def failed(result: Result) -> set[tuple[str, str]]:
    return {(cell.key, v.check) for cell in result.cells for v in cell.verdicts if v.outcome is Outcome.FAILED}


def outcomes(result: Result, check: str) -> set[Outcome]:
    return {v.outcome for cell in result.cells for v in cell.verdicts if v.check == check}


@cache
def as_run() -> Result:
    """The verdicts of the notebook as it ran."""
    return graded(changed(lambda notebook: None))


@pytest.mark.parametrize("change", TAKEN)
def test_what_a_tool_took_out_convicts_nobody_and_earns_nothing(change: Change) -> None:
    found = graded(changed(change))
    assert failed(found) <= failed(as_run())
    assert outcomes(found, "tasks.tests_passed") == {Outcome.UNDECIDED}
    assert found.score < as_run().score
    assert found.score + found.pending == as_run().max_score


@pytest.mark.parametrize("change", [strip_counts, clear_outputs, strip_all])
def test_the_pages_export_of_such_a_notebook_is_judged_like_the_notebook(change: Change) -> None:
    content = changed(change)
    page: str = HTMLExporter(template_name="lab").from_notebook_node(
        nbformat.reads(content.decode(), as_version=4)
    )[0]
    assert [
        (cell.key, v.check, v.outcome) for cell in graded(page.encode(), "a.html").cells for v in cell.verdicts
    ] == [(cell.key, v.check, v.outcome) for cell in graded(content).cells for v in cell.verdicts]


@pytest.mark.parametrize("change", [as_floats, as_texts])
def test_counts_are_read_in_every_form(change: Change) -> None:
    assert recover(changed(change), "a.ipynb") == recover(changed(lambda notebook: None), "a.ipynb")


@pytest.mark.parametrize("change", TAKEN)
def test_two_checks_of_one_file_do_not_contradict_each_other(change: Change) -> None:
    """No check may take for granted what another one of the same file cannot see."""
    found = graded(changed(change))
    if Outcome.UNDECIDED in outcomes(found, "form.no_errors"):
        assert Outcome.PASSED not in outcomes(found, "tasks.tests_passed")
    if Outcome.UNDECIDED in outcomes(found, "form.ran_in_order"):
        assert outcomes(found, "tasks.tests_passed") == {Outcome.UNDECIDED}


def test_a_tests_cell_that_alone_has_no_count_did_not_run() -> None:
    """The true twin: a cell that lacks what its neighbours have."""

    def skip_tests(notebook: Notebook) -> None:
        (tests,) = (cell for cell in code(notebook) if cell["id"] == "validate-tests")
        tests["execution_count"], tests["outputs"] = None, []

    assert ("validate-tests", "tasks.tests_passed") in failed(graded(changed(skip_tests)))


@pytest.mark.parametrize("name", ["jupyterlab-4.6-windowed", "jupyterlab-4.6", "notebook-6.5"])
def test_a_browsers_copy_convicts_nobody_of_what_it_does_not_hold(name: str) -> None:
    page = lzma.decompress((SAVED / f"everything.{name}.html.xz").read_bytes())
    assert failed(graded(page, "a.html")) == set()


# --- the rules ----------------------------------------------------------------------------------------------


def cell(count: int | None, *texts: str, source: str = "x = 1", **more: Any) -> RecoveredCell:
    outputs = tuple(Output("stream", text, name="stdout") for text in texts)
    return RecoveredCell(0, "code", source, count=count, outputs=outputs, id="a", **more)


def survived(*cells: RecoveredCell, keeps: Survived = ALL_SURVIVED) -> list[tuple[bool, bool]]:
    return [(item.survived.count, item.survived.outputs) for item in mark_survival(cells, keeps)]


def test_what_one_cell_lacks_and_others_have_is_a_fact() -> None:
    assert survived(cell(1, "a"), cell(None), cell(2)) == [(True, True)] * 3


def test_one_cell_may_have_been_running_and_no_more() -> None:
    assert survived(cell(1, "a"), cell(None, "b"), cell(None)) == [(True, True), (False, True), (True, True)]
    assert survived(cell(1, "a"), cell(None, "b"), cell(None, "c"), cell(None)) == [
        (True, True), (False, True), (False, True), (False, True),
    ]  # fmt: skip


def test_without_any_output_or_any_count_nothing_is_known() -> None:
    assert survived(cell(1), cell(None)) == [(True, False), (True, False)]
    assert survived(cell(None, "a"), cell(None)) == [(False, True), (False, True)]
    assert survived(cell(None), cell(None)) == [(False, False)] * 2


def test_where_most_cells_that_print_show_nothing_outputs_were_cleared() -> None:
    loud = [cell(number, source="print(1)") for number in range(3)]
    assert survived(*loud, cell(9, "1", source="print(1)")) == [(True, False)] * 4
    assert survived(loud[0], cell(8, "1", source="print(1)"), cell(9, "1", source="print(1)")) == [(True, True)] * 3


def test_what_a_kind_of_file_never_keeps_and_what_a_reader_noted_stay_unknown() -> None:
    keeps = Survived(count=False, tags=False)
    (found,) = mark_survival([cell(None)], keeps)
    assert found.survived == Survived(count=False, outputs=False, tags=False)
    noted = cell(1, "a", survived=Survived(outputs=False))
    assert survived(noted, cell(2, "b")) == [(True, False), (True, True)]


def test_a_cell_whose_source_was_left_out_is_cut() -> None:
    (found,) = mark_survival([cell(1, "a", hidden=True)], ALL_SURVIVED)
    assert found.cut
    assert not found.survived.source
