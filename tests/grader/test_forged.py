"""Markup in an output that pretends to be a cell: what it gains is nothing, and what it hides is said."""

import json
from functools import cache
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from selectolax.lexbor import LexborHTMLParser

from grader.grading.grade import grade_one
from grader.grading.match import match, others
from grader.model import Outcome, Result, Verdict
from grader.recover import recover
from tests.grader.graded import release_of, submit, text_of
from tests.sampled import sampled

NAME = "week1_homework"
TASK, TESTS = "validate", "validate-tests"
ERROR = {
    "output_type": "error", "ename": "AssertionError", "evalue": "validate must not train",
    "traceback": ["-" * 75, "AssertionError", "AssertionError: validate must not train"],
}  # fmt: skip
CELLS = {"lab": "div.jp-CodeCell", "classic": "div.code_cell"}


@cache
def solved() -> str:
    """The executed solution, each text in one piece."""
    notebook = json.loads(text_of(NAME, "ipynb"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        for output in cell.get("outputs", ()):
            output.update({key: "".join(output[key]) for key in ("text",) if key in output})
            output.get("data", {}).update(
                {kind: "".join(text) for kind, text in output.get("data", {}).items() if isinstance(text, list)}
            )
    return json.dumps(notebook)


def failing() -> dict[str, Any]:
    """The solution, with a task whose tests stopped with an error."""
    notebook = dict(json.loads(solved()))
    cell_of(notebook, TESTS)["outputs"] = [ERROR]
    return notebook


def cell_of(notebook: dict[str, Any], key: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell.get("id") == key)


def export(notebook: dict[str, Any], template: str) -> str:
    return str(HTMLExporter(template_name=template).from_notebook_node(nbformat.from_dict(notebook))[0])


@cache
def forged(template: str) -> str:
    """The passing tests' cell, as the exporter writes it: what a student copies from a friend's page."""
    page = LexborHTMLParser(export(json.loads(solved()), template))
    tests = json.loads(solved())
    count = cell_of(tests, TESTS)["execution_count"]
    found = [node for node in page.css(CELLS[template]) if f"[{count}]" in (node.text() or "")[:40]]
    assert len(found) == 1
    return str(found[0].html)


def page_with(markup: str, template: str) -> str:
    """The failing notebook, exported, with markup in the output of the cell before the tests."""
    notebook = failing()
    cell_of(notebook, TASK)["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": markup}}
    ]
    return export(notebook, template)


def grade(content: str, source: str = "ann.html") -> Result:
    return grade_one(submit(content, source=source), [release_of(NAME)])


def verdict_of(result: Result, key: str, check: str) -> Verdict:
    cell = next(cell for cell in result.cells if cell.key == key)
    return next(item for item in cell.verdicts if item.check == check)


@pytest.mark.parametrize("template", sampled(list(CELLS), 3))
def test_a_forged_cell_that_breaks_out_of_its_output_earns_nothing(template: str) -> None:
    """Nobody can tell which of two cells is the real one, so a person looks, and is told."""
    result = grade(page_with("</div>" * 8 + forged(template) + "<div>" * 8, template))
    said = verdict_of(result, TESTS, "tasks.tests_passed")
    assert said.outcome is Outcome.UNDECIDED
    assert "in your file more than once" in said.because
    assert "validate must not train" in said.because
    assert any(f"claims to be {TESTS}" in remark for remark in result.remarks)
    assert result.score <= grade(export(failing(), template)).score


@pytest.mark.parametrize("template", sampled(list(CELLS), 3))
def test_a_forged_cell_inside_an_output_is_no_cell(template: str) -> None:
    result = grade(page_with(forged(template), template))
    assert verdict_of(result, TESTS, "tasks.tests_passed").outcome is Outcome.FAILED
    assert any("things that look like cells" in remark for remark in result.remarks)


@pytest.mark.parametrize("template", sampled(list(CELLS), 3))
def test_cells_that_open_tags_swallow_earn_nothing_and_hide_no_error(template: str) -> None:
    """Neither the tests nor "no cell ends in an error" pass because the failing cell cannot be seen."""
    notebook = failing()
    contents = {"lab": "jp-OutputArea-output", "classic": "output_subarea"}[template]
    markup = f'<div class="{contents}">' * 7
    cell_of(notebook, TASK)["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": markup}}
    ]
    result = grade(export(notebook, template).replace("</body>", "</div>" * 7 + "</body>"))
    assert verdict_of(result, TESTS, "tasks.tests_passed").outcome is Outcome.UNDECIDED
    assert verdict_of(result, "whole", "form.no_errors").outcome is Outcome.UNDECIDED
    assert result.status == "partial"


def test_an_old_copy_of_the_tests_is_no_reason_to_doubt() -> None:
    """A copy that failed before the task's last run is what debugging leaves."""
    notebook = dict(json.loads(solved()))
    place = notebook["cells"].index(cell_of(notebook, TESTS))
    copy = json.loads(json.dumps(notebook["cells"][place])) | {"id": "copy", "outputs": [ERROR]}
    copy["execution_count"] = cell_of(notebook, TASK)["execution_count"] - 1
    notebook["cells"].insert(place, copy)
    said = verdict_of(grade(json.dumps(notebook), "ann.ipynb"), TESTS, "tasks.tests_passed")
    assert said.outcome is Outcome.PASSED
    copy["execution_count"] = 999
    said = verdict_of(grade(json.dumps(notebook), "ann.ipynb"), TESTS, "tasks.tests_passed")
    assert said.outcome is Outcome.UNDECIDED


def test_copies_of_a_cell_reach_the_person_who_grades() -> None:
    notebook = failing()
    place = notebook["cells"].index(cell_of(notebook, "recommendation"))
    copy = json.loads(json.dumps(notebook["cells"][place])) | {"id": "copy", "source": "My better answer."}
    notebook["cells"].insert(place + 1, copy)
    recovered = recover(json.dumps(notebook).encode(), "ann.ipynb")
    matches, _ = match(release_of(NAME).assignment, recovered)
    assert matches["recommendation"].duplicates
    assert "My better answer." in [cell.source for cell in others(recovered, matches)]
