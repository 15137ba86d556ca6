"""A course's own metrics.py and checks.py: in notebooks, in the release, in every verdict and page."""

import json
import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from generator.building.build import Options, build_assignment
from generator.building.notebooks import solution_notebook
from generator.rehearsal.claims import reissue, rewrite_record
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
from grader.workplaces.place import open_place
from paribus.cli import main
from paribus.course.catalog import load_course
from paribus.course.errors import ReleaseError
from paribus.course.own import digest_of
from paribus.course.public import public_form
from paribus.course.release import Release, read_release, write_release
from paribus.metrics.registry import registry
from paribus.records.record import Record
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


def status(arguments: list[str]) -> int:
    """How a command ends."""
    try:
        return main(arguments)
    except SystemExit as wrong:
        return int(str(wrong.code))


def test_the_solution_has_every_point_but_one_that_its_intervals_leave_open(work: Work) -> None:
    """They are worked out over seeds and over items, as those of any metric; here they do not agree."""
    result, case = work.judged()
    still = {name: v for name, v in verdicts(result).items() if v.outcome is not Outcome.PASSED}
    assert set(still) == {"experiments.meaningful_supported"}
    assert "the intervals do not agree" in still["experiments.meaningful_supported"].because
    low, high = still["experiments.meaningful_supported"].values["items"]
    assert low < 0 < high
    assert verdicts(result)["own.names_its_unit"].values == {"named": 1}
    assert {run.record.chosen_by for run in finished(read_runs(case))} == {"pinball"}
    assert result.metrics["forest.pinball"] < result.metrics["constant.pinball"]
    assert "pinball" not in registry()


def test_its_metric_is_worked_out_again_and_an_edited_one_found(work: Work) -> None:
    notebook = deepcopy(dict(work.executed))
    rewrite_record(notebook, "result", "forest", {"values.pinball": 3.25}, signed=True)
    found = verdicts(work.judged(notebook)[0])["metrics.recomputed"]
    assert (found.outcome, found.values["metric"], found.values["claimed"]) == (Outcome.FAILED, "pinball", 3.25)


def test_a_number_by_another_metrics_py_is_for_a_person(work: Work) -> None:
    """An older wheel was installed: that is no edited number."""
    digest = digest_of(work.release.assignment.own["metrics.py"])[:12]

    def older(record: Record) -> Record:
        if record.kind == "start":
            assert record.environment["metrics"] == digest
            return replace(record, environment={**record.environment, "metrics": "0" * 12})
        return replace(
            record, values={**record.values, **({"pinball": 3.25} if record.run_name == "forest" else {})}
        )

    notebook = deepcopy(dict(work.executed))
    reissue(notebook, older)
    found = verdicts(work.judged(notebook)[0])["metrics.recomputed"]
    assert found.outcome is Outcome.UNDECIDED
    assert "they come from another metrics.py than the assignment's" in found.because


def test_prose_about_its_metric_is_read_and_a_wrong_number_found(work: Work) -> None:
    notebook = deepcopy(dict(work.executed))
    (cell,) = [item for item in notebook["cells"] if item["id"] == "recommendation"]
    cell["source"] = "".join(cell["source"]) + "\nThe constant reaches a pinball loss of 3.21."
    found = verdicts(work.judged(notebook)[0])["memo.numbers_traced"]
    assert (found.outcome, found.values["wrong"][0]["text"]) == (Outcome.FAILED, "3.21"), found.because
    assert "pinball loss" in found.because


def test_a_run_in_the_wrong_direction_is_no_improvement(work: Work) -> None:
    """Lower is better, so a loss that went up is worse, whatever the number's sign."""
    notebook = deepcopy(dict(work.executed))
    (cell,) = [item for item in notebook["cells"] if item["id"] == "template"]
    text = "".join(cell["source"])
    cell["source"] = text.replace("Yes: pinball loss went up", "Yes: the changed arm improves pinball loss")
    assert cell["source"] != text
    found = verdicts(work.judged(notebook)[0])["experiments.meaningful_supported"]
    assert found.outcome is not Outcome.PASSED


def test_pages_show_its_metric_and_its_checks(work: Work) -> None:
    result, _ = work.judged()
    page = feedback_pages([result], [work.release], jobs=1, time_limit=60)["ann"]
    for words in ("Pinball loss", "The unit is named", "Your memo says what an error is counted in."):
        assert words in page


def test_worker_processes_find_everything_in_the_release(work: Work, tmp_path: Path) -> None:
    """They get it over a pipe, as a cluster's workers do."""
    batch = grade_batch([work.submission()], [work.release], tmp_path, jobs=2)
    assert replace(batch.results[0], sha256="") == replace(work.judged()[0], sha256="")


def test_a_student_gets_the_public_checks_and_nothing_of_the_others(work: Work) -> None:
    form = public_form(work.release.assignment)
    assert public_form(form) == form
    code = form.own["checks.py"]
    assert "names_its_unit" in code
    for hidden in ("kept_the_depth", "BEST_DEPTH", "read_runs"):
        assert hidden not in code
        assert hidden in work.release.assignment.own["checks.py"]
    seen = {item.check: item for item in preview(work.submission().content, f"{HOMEWORK}.ipynb", [form]).items}
    assert seen["own.names_its_unit"].title == "The unit is named"
    assert seen["metrics.recomputed"].outcome is Outcome.PASSED
    assert "own.kept_the_depth" not in seen


def test_a_release_folder_holds_both_files_and_refuses_another_one(work: Work) -> None:
    folder = work.home / "release" / HOMEWORK
    marker = json.loads((folder / "complete.json").read_text(encoding="utf-8"))
    plain = json.loads((folder / "assignment.json").read_text(encoding="utf-8"))
    assert {name: marker["files"][name] for name in ("metrics.py", "checks.py")} == plain["own"]
    before = {path: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    checks = before[folder / "checks.py"]
    try:
        (folder / "checks.py").write_text(checks + "\n", encoding="utf-8")
        with pytest.raises(ReleaseError, match=r"checks\.py: was changed after the release"):
            read_release(folder)
        marker["files"]["checks.py"] = digest_of(checks + "\n")
        (folder / "complete.json").write_text(json.dumps(marker), encoding="utf-8")
        with pytest.raises(ReleaseError, match=r"checks\.py: is another file than its release names"):
            read_release(folder)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")


def test_another_metrics_py_is_another_release(work: Work) -> None:
    assignment = work.release.assignment
    other = replace(assignment, own={**assignment.own, "metrics.py": assignment.own["metrics.py"] + "\n"})
    assert other.compute_release() != assignment.compute_release()


def test_the_course_s_checks_are_tried_on_their_cases(
    work: Work, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "course"
    write_course(home)
    monkeypatch.chdir(home)
    assert status(["checks"]) == 2
    assert "no release in build/instructor/release. Type: paribus build week1" in capsys.readouterr().err
    assert main(["build", "week1"]) == 0
    capsys.readouterr()
    assert status(["checks", "--page", "page.md"]) == 0
    told = capsys.readouterr().out
    assert "own.names_its_unit  The unit is named: 2 of 2 cases as expected" in told
    assert "own.kept_the_depth has no case" in told
    page = Path("page.md").read_text(encoding="utf-8")
    assert "| failed | a number without its unit | Your memo names no unit" in page
    case = home / "cases/own.names_its_unit/with.toml"
    text = case.read_text(encoding="utf-8")
    for wrong, says, code in (
        (text.replace('"passed"', '"failed"'), "expected failed, found passed: Your memo says", 1),
        (f'because = "no"\n{text}', "expected 'no' in: Your memo says", 1),
        (text.replace('"passed"', '"pased"'), "expect is 'pased'", 1),
        (text.replace("about =", "abuot ="), "holds 'abuot'; expected about", 1),
        (text.replace('at = "recommendation"', 'at = "recomendation"'), "there is no cell 'recomendation'", 1),
        (
            text.replace('about = "the unit beside the number"', "about = 3"),
            "about is 3; expected about = a text",
            1,
        ),
        (f'notebook = "none.ipynb"\n{text}', "there is no notebook none.ipynb beside it", 1),
        (text.replace("week1_homework", "week9"), "there is no release of 'week9'", 2),
        ("about", "is no TOML", 1),
    ):
        case.write_text(wrong, encoding="utf-8")
        assert status(["checks"]) == code
        assert says in "".join(capsys.readouterr())
    case.write_text(text, encoding="utf-8")
    case.parent.rename(case.parent.with_name("own.names_its_units"))
    assert status(["checks"]) == 1
    assert "there is no check 'own.names_its_units'. Did you mean 'own.names_its_unit'?" in capsys.readouterr().err
    shutil.rmtree(home / "cases")
    with (home / "checks.py").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert status(["checks"]) == 2
    assert "holds another checks.py. Type: paribus build week1" in capsys.readouterr().err
    (home / "checks.py").unlink()
    assert status(["checks"]) == 2
    assert "checks.py. docs/checks-of-your-own.md shows one" in capsys.readouterr().err
    assert status(["build", "week1"]) == 1
    assert "the check 'own.names_its_unit'; expected a check of docs/checks.md" in capsys.readouterr().err


@pytest.mark.long
def test_workers_of_a_cluster_find_everything_in_the_release(work: Work, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with open_place("local", 1, time_limit=120.0) as place:
        batch = grade_batch([work.submission()], [work.release], tmp_path, place=place)
    assert replace(batch.results[0], sha256="") == replace(work.judged()[0], sha256="")


def test_words_of_the_course_s_students_are_read_as_ours_are(work: Work) -> None:
    words = '[runs]\nconstant = ["the know-nothing"]\n[metrics]\npinball = ["the nine-to-one score"]\n'
    notebook = deepcopy(dict(work.executed))
    (cell,) = [item for item in notebook["cells"] if item["id"] == "recommendation"]
    cell["source"] = "".join(cell["source"]) + "\nThe nine-to-one score of the know-nothing is 12.34."
    assert verdicts(work.judged(notebook)[0])["memo.numbers_traced"].outcome is Outcome.UNDECIDED
    assignment = work.release.assignment
    worded = replace(assignment, own={**assignment.own, "vocabulary.toml": words})
    told = replace(work, release=replace(work.release, assignment=worded))
    found = verdicts(told.judged(notebook)[0])["memo.numbers_traced"]
    assert found.outcome is Outcome.FAILED
    assert "pinball loss" in found.because
    assert verdicts(work.judged(notebook)[0])["memo.numbers_traced"].outcome is Outcome.UNDECIDED
