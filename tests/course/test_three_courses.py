"""Three courses obey the same laws: the one that ships (classes of texts), the one that `paribus new` writes
(numbers, RMSE), and one on images (accuracy, and AUC from scores). Each is built, run, released and graded.
"""

import json
import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from generator.building.build import Options, build_assignment
from generator.building.notebooks import solution_notebook
from generator.project import shipped_course
from generator.rehearsal.claims import reissue, rewrite_record
from generator.rehearsal.solution import with_prose
from generator.running.given import given_files
from generator.running.headless import Settings, run_assignments
from generator.running.references import References, load_references
from generator.sources.source import load_source
from grader.grading.grade import grade_one
from grader.model import CellResult, Outcome, Submission, Verdict
from paribus.cli import main
from paribus.course.catalog import Course, load_course
from paribus.course.release import Release
from paribus.records.record import ConfigField, Record
from tests.course import images_course
from tests.sampled import sampled

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Kind:
    """One course: its assignment, the profile to run in, a second setting of its experiment, a number to edit."""

    assignment: str
    profile: str
    experiment: str
    second: str
    run: str
    metric: str
    edited: float


KINDS = {
    "template": Kind("week1_homework", "course", "one_change", "trees", "forest", "rmse", 12.5),
    "images": Kind("week1_digits", "course", "rate", "hidden", "largest", "roc_auc", 0.9731),
    "shipped": Kind("week1_homework", "micro", "one_change", "batch_size", "encoder", "accuracy", 0.9731),
}


def written(name: str, folder: Path) -> Course:
    """The course's folder, as its instructor has it."""
    if name == "shipped":
        return load_course(shipped_course())
    if name == "images":
        return load_course(images_course.write_course(folder / "course"))
    with as_file(files("generator.templates") / "course") as template:
        shutil.copytree(template, folder / "course")
    return load_course(folder / "course" / "course.toml")


@dataclass(frozen=True)
class Work:
    """The release of one course's assignment, and its executed solution with the run's own numbers in its prose."""

    kind: Kind
    release: Release
    executed: Mapping[str, Any]

    def graded(self, notebook: Mapping[str, Any]) -> tuple[CellResult, ...]:
        """What the grader says of a notebook."""
        content = json.dumps(notebook).encode()
        name = f"{self.kind.assignment}.ipynb"
        return grade_one(Submission("ann", "ann", "", name, content, "0" * 64), [self.release]).cells


@pytest.fixture(scope="module", params=sampled(["template", "images", "shipped"], 3))
def work(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Work:
    """One course, built and run once."""
    kind, folder = KINDS[request.param], tmp_path_factory.mktemp(request.param)
    course = written(request.param, folder)
    entry = course.entry(kind.assignment)
    source = load_source(entry.source, course)
    settings = Settings(
        course.profiles[kind.profile], sources={entry.name: source}, given=given_files(course, [entry])
    )
    (done,) = run_assignments(
        [entry.name], partial(solution_notebook, course), settings, folder / "run", solutions=folder / "solutions"
    )
    known = load_references(course.folders.solutions).entries
    own = load_references(done.references.parent).entries[entry.name]
    options = Options(
        profile=kind.profile, platforms=("jupyter",), references=References({**known, entry.name: own})
    )
    built = build_assignment(course, entry, options)
    # A run is not held against itself.
    release = Release(built.release.assignment, built.release.notebook)
    executed = json.loads(done.run.notebook.read_text(encoding="utf-8"))
    work = with_prose(executed, json.loads(built.notebooks["solution", "jupyter"]))
    return Work(kind, release, work)


def verdicts(cells: tuple[CellResult, ...]) -> list[Verdict]:
    """Every verdict, in order."""
    return [verdict for cell in cells for verdict in cell.verdicts]


def test_the_executed_solution_has_every_point_that_no_person_gives(work: Work) -> None:
    cells = work.graded(work.executed)
    assert cells
    still = [
        (v.check, v.because) for v in verdicts(cells) if v.outcome is not Outcome.PASSED and v.check != "manual"
    ]
    # The shipped course's prose is written for its own size: what it concludes is no law of a smaller one.
    if work.kind.profile != "micro":
        assert still == []
        assert sum(cell.score + cell.pending for cell in cells) == sum(cell.points for cell in cells)
    assert [check for check, _ in still if not check.startswith(("memo.", "experiments.", "metrics."))] == []


def test_a_number_that_was_edited_in_a_record_does_not_pass(work: Work) -> None:
    notebook = deepcopy(dict(work.executed))
    rewrite_record(notebook, "result", work.kind.run, {f"values.{work.kind.metric}": work.kind.edited}, signed=True)
    (found,) = (v for v in verdicts(work.graded(notebook)) if v.check == "metrics.recomputed")
    assert found.outcome is Outcome.FAILED or found.proposal == "failed"


def test_a_second_change_fails_the_one_change(work: Work) -> None:
    """The notebook refuses to train with one, so every record of the changed arm is written anew, and fits."""

    def changed(record: Record) -> Record:
        if record.arm != "changed" or work.kind.second not in record.config:
            return record
        config = {**record.config, work.kind.second: ConfigField(7, "knob")}
        return replace(record, config=config)

    notebook = deepcopy(dict(work.executed))
    reissue(notebook, changed)
    cells = tuple(cell for cell in work.graded(notebook) if cell.key == work.kind.experiment)
    (found,) = (v for v in verdicts(cells) if v.check == "experiments.one_change")
    assert found.outcome is Outcome.FAILED
    assert work.kind.second in found.because


@pytest.mark.long
@pytest.mark.parametrize("name", sampled(["template", "images"], 2))
def test_its_week_is_released_and_rehearsed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted wrong answers are caught, the solution passes the release's own checks, and a rehearsal misses no
    fault and wrongs no honest work. Of the shipped course `test_rehearsal` and `test_release` show the same.
    """
    course = written(name, tmp_path)
    monkeypatch.chdir(course.file.parent)
    assert main(["run", "week1", "--record", "--json"]) == 0
    assert main(["release", "week1"]) == 0
    assert "every check passes" in capsys.readouterr().out
    assert list(Path("build/student/jupyter").glob(f"{KINDS[name].assignment}.ipynb"))
    assert main(["rehearse", KINDS[name].assignment, "--json"]) == 0
