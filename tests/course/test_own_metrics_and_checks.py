"""A course's own metrics.py and checks.py: in notebooks, in the release, in every verdict and page, and in no list of ours."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from generator.building.build import Options, build_assignment
from generator.building.notebooks import solution_notebook
from generator.rehearsal.claims import rewrite_record
from generator.rehearsal.solution import with_prose
from generator.running.given import given_files
from generator.running.headless import Settings, run_assignments
from generator.running.references import References, load_references
from generator.sources.source import load_source
from grader.classrun.batch import grade_batch
from grader.evidence.runs import finished, read_runs
from grader.grading.grade import judge_one
from grader.grading.preview import preview
from grader.model import Case, Outcome, Result, Submission, Verdict
from grader.pages.everyone import feedback_pages
from paribus.course.catalog import load_course
from paribus.course.public import public_form
from paribus.course.release import Release, read_release, write_release
from paribus.metrics.registry import registry
from tests.course.measured_course import HOMEWORK, write_course

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Work:
    """The course's folder, the release of its homework, and its executed solution with its own numbers."""

    home: Path
    release: Release
    executed: Mapping[str, Any]

    def submission(self, notebook: Mapping[str, Any] | None = None) -> Submission:
        content = json.dumps(notebook or self.executed).encode()
        return Submission("ann", "ann", "Ann", f"{HOMEWORK}.ipynb", content, "0" * 64)

    def judged(self, notebook: Mapping[str, Any] | None = None) -> tuple[Result, Case]:
        result, case = judge_one(self.submission(notebook), [self.release])
        assert case is not None
        return result, case


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    folder = tmp_path_factory.mktemp("measured")
    course = load_course(write_course(folder / "course"))
    entry = course.entry(HOMEWORK)
    settings = Settings(
        course.profiles["course"], sources={HOMEWORK: load_source(entry.source, course)},
        given=given_files(course, [entry], folder / "libraries"),
    )  # fmt: skip
    (done,) = run_assignments(
        [HOMEWORK], partial(solution_notebook, course), settings, folder / "run", solutions=folder / "solutions"
    )
    references = References(load_references(done.references.parent).entries)
    built = build_assignment(course, entry, Options(platforms=("jupyter",), references=references))
    executed = json.loads(done.run.notebook.read_text(encoding="utf-8"))
    release = read_release(write_release(folder / "release", built.release))
    work = with_prose(executed, json.loads(built.notebooks["solution", "jupyter"]))
    return Work(folder, release, work)


def verdicts(result: Result) -> dict[str, Verdict]:
    """Every verdict by its check."""
    return {verdict.check: verdict for cell in result.cells for verdict in cell.verdicts}


def test_the_solution_has_every_point_that_no_person_gives(work: Work) -> None:
    result, case = work.judged()
    assert {name: v.because for name, v in verdicts(result).items() if v.outcome is not Outcome.PASSED} == {}
    assert verdicts(result)["own.names_its_unit"].values == {"named": 1}
    assert {run.record.chosen_by for run in finished(read_runs(case))} == {"pinball"}
    assert result.metrics["forest.pinball"] < result.metrics["constant.pinball"]
    assert "pinball" not in registry()


def test_its_metric_is_worked_out_again_and_an_edited_one_found(work: Work) -> None:
    notebook = deepcopy(dict(work.executed))
    rewrite_record(notebook, "result", "forest", {"values.pinball": 3.25}, signed=True)
    found = verdicts(work.judged(notebook)[0])["metrics.recomputed"]
    assert (found.outcome, found.values["metric"], found.values["claimed"]) == (Outcome.FAILED, "pinball", 3.25)


def test_prose_about_its_metric_is_read_and_a_wrong_number_is_not_traced(work: Work) -> None:
    notebook = deepcopy(dict(work.executed))
    (cell,) = [item for item in notebook["cells"] if item["id"] == "recommendation"]
    value = f"{work.judged()[0].metrics['constant.pinball']:.2f}"
    cell["source"] = "".join(cell["source"]).replace(f"constant has an pinball loss of {value}", "constant has an pinball loss of 3.21")
    assert "3.21" in cell["source"]
    assert verdicts(work.judged(notebook)[0])["memo.numbers_traced"].outcome is not Outcome.PASSED
