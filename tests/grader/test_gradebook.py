"""nbgrader's gradebook: scores go in, people's grades come out, and nothing is executed."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, SaveAutoGrades, SaveCells
from traitlets.config import Config, PyFileConfigLoader

from grader.errors import GradebookError
from grader.gradebook.autograde import ScoredAutograde, refuse_execution
from grader.gradebook.book import Entry, GradebookFolder
from grader.gradebook.ledger import DATABASE
from grader.gradebook.preprocessors import InjectScores, score_output
from grader.gradebook.rebuild import rebuild
from grader.gradebook.scores import GradeCell, grade_cells, read_slots
from grader.model import Result
from paribus.course.assignment import Assignment, Cell, Role
from paribus.course.release import Release
from tests.grader.classroom import (
    BAD,
    CELLS,
    GOOD,
    MEMO_SOURCE,
    OPEN,
    careful_result,
    cell_result,
    make_assignment,
    make_matches,
    make_release,
    make_result,
    verdict,
)

ANSWER = "Accuracy fell, macro-F1 rose."


@pytest.fixture(scope="module")
def release() -> Release:
    return make_release()


@pytest.fixture
def book(tmp_path: Path, release: Release) -> GradebookFolder:
    return GradebookFolder(tmp_path, release)


def entry(release: Release, result: Result, **sources: str) -> Entry:
    sources = {"tail_share": "def tail_share(counts):\n    return 1\n", "trade_off": ANSWER, **sources}
    return Entry(result, rebuild(release, make_matches(release.assignment, **sources)))


def rows(folder: Path, student: str = "ada") -> dict[str, tuple[Any, ...]]:
    """(automatic score, manual score, waits) of every grade cell, as the database holds them."""
    query = (
        "SELECT base_cell.name, auto_score, manual_score, needs_manual_grade FROM grade "
        "JOIN base_cell ON base_cell.id = grade.cell_id "
        "JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id "
        "JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id "
        "WHERE student_id = ? ORDER BY base_cell.name"
    )
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        return {
            name: (auto, manual, bool(waits)) for name, auto, manual, waits in database.execute(query, (student,))
        }


def grade_by_hand(folder: Path, grade_id: str, score: float | None, comment: str = "") -> None:
    """What formgrader does when a person types a score and words."""
    name = "week1_homework"
    with Gradebook(f"sqlite:///{folder / DATABASE}", "") as gradebook:
        grade = gradebook.find_grade(grade_id, name, name, "ada")
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment(grade_id, name, name, "ada").manual_comment = comment
        gradebook.db.commit()


def test_scores_and_pending_cells_arrive_in_the_database(book: GradebookFolder, release: Release) -> None:
    book.add(entry(release, careful_result()))
    assert rows(book.folder) == {
        "batch_size-evidence": (6.0, None, False),
        "tail_share-tests": (4.0, None, False),
        "trade_off": (None, None, True),
        "trade_off-evidence": (3.0, None, True),
        "whole-evidence": (3.0, None, True),
    }
    with Gradebook(f"sqlite:///{book.folder / DATABASE}", "") as gradebook:
        submission = gradebook.find_submission("week1_homework", "ada")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (16.0, 28.0, True)
        assert (submission.student.first_name, submission.student.last_name) == ("Ada", "Lovelace")


def test_findings_stand_beside_the_answer_they_are_about(book: GradebookFolder, release: Release) -> None:
    book.add(entry(release, careful_result()))
    name = "week1_homework"
    with Gradebook(f"sqlite:///{book.folder / DATABASE}", "") as gradebook:
        memo = gradebook.find_comment("trade_off", name, name, "ada").auto_comment
        task = gradebook.find_comment("tail_share", name, name, "ada").auto_comment
    assert "? for a person · memo.numbers_traced (3): The number 0.231" in memo
    assert task == "✓ met · tasks.tests_passed (4): The visible tests ran after your code and passed."
    graded = json.loads((book.folder / "autograded/ada" / name / f"{name}.ipynb").read_text())
    whole = next(cell for cell in graded["cells"] if cell["id"] == "whole-evidence")
    assert whole["outputs"][0]["data"]["text/plain"] == "3.0"
    assert "There is no reference for this data set." in "".join(whole["outputs"][0]["data"]["text/html"])


def test_no_students_code_is_run(book: GradebookFolder, release: Release, tmp_path: Path) -> None:
    """A submission whose every cell would leave a file behind leaves none."""
    trace = tmp_path / "ran"
    attack = f"open({str(trace)!r}, 'w').write('x')\n"
    sources = {cell.key.replace("-", "_"): attack for cell in CELLS if cell.cell_type == "code"}
    book.add(entry(release, careful_result(), **sources))
    assert rows(book.folder)["tail_share-tests"] == (4.0, None, False)
    assert not trace.exists()


def test_execute_is_not_in_the_pipeline() -> None:
    """nbgrader's own pipeline starts with Execute; ours has no step that executes, and would not start with one."""
    assert Execute in Autograde().autograde_preprocessors
    ours = ScoredAutograde([InjectScores({})]).steps
    assert not [step for step in ours if isinstance(step, Execute) or step is Execute]
    refuse_execution(ours)
    with pytest.raises(GradebookError, match="Execute is in the grading pipeline"):
        ScoredAutograde([Execute, SaveAutoGrades]).start(nbformat.v4.new_notebook())


def test_a_step_made_from_execute_is_refused_too() -> None:
    class Sly(Execute):  # type: ignore[misc]  # nbgrader ships no types
        pass

    with pytest.raises(GradebookError, match="Sly"):
        refuse_execution([Sly()])


def test_a_second_run_changes_nothing(book: GradebookFolder, release: Release) -> None:
    name = "autograded/ada/week1_homework/week1_homework.ipynb"
    book.add(entry(release, careful_result()))
    before = rows(book.folder), (book.folder / name).read_bytes()
    GradebookFolder(book.folder, release).add(entry(release, careful_result()))
    assert (rows(book.folder), (book.folder / name).read_bytes()) == before


def test_the_assignment_is_told_to_the_database_once_and_again_where_either_is_missing(
    book: GradebookFolder, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def counted(self: SaveCells, *given: Any) -> Any:
        told.append(given)
        return original(self, *given)

    original = SaveCells.preprocess
    monkeypatch.setattr(SaveCells, "preprocess", counted)
    source = book.folder / "source/week1_homework/week1_homework.ipynb"
    before = source.read_bytes()
    GradebookFolder(book.folder, release).close()
    assert not told

    source.unlink()  # as after a kill: it is written last
    GradebookFolder(book.folder, release).close()
    assert (len(told), source.read_bytes()) == (1, before)

    book.close()
    (book.folder / DATABASE).unlink()
    GradebookFolder(book.folder, release).close()
    assert len(told) == 2


def test_a_persons_grade_is_kept_while_the_answer_stays(book: GradebookFolder, release: Release) -> None:
    book.add(entry(release, careful_result()))
    grade_by_hand(book.folder, "trade_off", 1.5, "Well argued.")
    book.add(entry(release, careful_result()))
    assert rows(book.folder)["trade_off"] == (None, 1.5, False)
    given = book.people("ada")
    assert {name: grade.score for name, grade in given.items()} == {"trade_off": 1.5}
    assert given["trade_off"].comment == "Well argued."


def test_a_new_answer_waits_again_and_keeps_the_old_grade(book: GradebookFolder, release: Release) -> None:
    book.add(entry(release, careful_result()))
    grade_by_hand(book.folder, "trade_off", 1.5, "Well argued.")
    book.add(entry(release, careful_result(), trade_off="Something else."))
    assert rows(book.folder)["trade_off"] == (None, 1.5, True)
    assert book.people("ada") == {}


def test_an_automatic_score_that_a_person_accepts_is_settled(book: GradebookFolder, release: Release) -> None:
    """Saving a cell in formgrader without a score of one's own means: the automatic score stands."""
    book.add(entry(release, careful_result()))
    grade_by_hand(book.folder, "trade_off-evidence", None)
    book.add(entry(release, careful_result()))
    assert rows(book.folder)["trade_off-evidence"] == (3.0, None, False)
    assert book.people("ada")["trade_off-evidence"].score is None


def test_nobody_has_decided_about_a_student_who_is_not_there(book: GradebookFolder) -> None:
    assert book.people("nobody") == {}


def test_an_answer_as_released_earns_nothing_and_waits_for_nobody(book: GradebookFolder, release: Release) -> None:
    untouched = make_result(
        "ada", cell_result("trade_off", 0.0, verdict("memo.answered", BAD, 3.0, "The memo is as released."))
    )
    book.add(entry(release, untouched, trade_off=MEMO_SOURCE))
    assert rows(book.folder)["trade_off"] == (0.0, None, False)
    assert rows(book.folder)["tail_share-tests"] == (0.0, None, True), "what the result does not name waits"


def test_the_schema_version_is_nbgraders_own(book: GradebookFolder) -> None:
    """The newest of nbgrader's migrations: the one that no other follows."""
    texts = [path.read_text() for path in (Path(nbgrader.__file__).parent / "alembic" / "versions").glob("*.py")]
    revisions = {name for text in texts for name in re.findall(r"^revision = ['\"](\w+)", text, re.MULTILINE)}
    followed = {name for text in texts for name in re.findall(r"^down_revision = ['\"](\w+)", text, re.MULTILINE)}
    with closing(sqlite3.connect(book.folder / DATABASE)) as database:
        stored = {name for (name,) in database.execute("SELECT version_num FROM alembic_version")}
    assert stored == revisions - followed
    assert len(stored) == 1


def test_another_release_does_not_enter_a_gradebook_with_submissions(
    book: GradebookFolder, release: Release
) -> None:
    book.add(entry(release, careful_result()))
    fewer = make_release(make_assignment(CELLS[:-1]))
    with pytest.raises(GradebookError, match="Choose another --out"):
        GradebookFolder(book.folder, fewer)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a*", "a[1]", "a+b"])
def test_a_name_that_is_no_folder_is_refused(book: GradebookFolder, release: Release, name: str) -> None:
    with pytest.raises(GradebookError, match="cannot be a folder"):
        book.add(entry(release, replace(careful_result(), submission=name)))


def test_a_refusal_of_nbgraders_says_why_and_harms_nobody(book: GradebookFolder, release: Release) -> None:
    good, bad = entry(release, careful_result()), json.loads(entry(release, careful_result("bob")).notebook)
    tests = next(cell for cell in bad["cells"] if cell["id"] == "tail_share-tests")
    tests["source"] = "assert True"
    book.add(good)
    with pytest.raises(GradebookError, match=r"bob: .*locked cell 'tail_share-tests' is not as it was released"):
        book.add(Entry(careful_result("bob"), json.dumps(bad)))
    assert rows(book.folder)["tail_share-tests"] == (4.0, None, False)


def test_a_grade_cell_without_a_score_is_refused(release: Release) -> None:
    """nbgrader would give it full points."""
    import nbformat

    notebook = nbformat.reads(release.notebook, as_version=4)
    with pytest.raises(GradebookError, match="has no score, or is there twice"):
        InjectScores({}).preprocess(notebook, {})


def test_a_score_without_a_grade_cell_is_refused() -> None:
    import nbformat

    with pytest.raises(GradebookError, match="scores for lost"):
        InjectScores({"lost": GradeCell("lost", 1.0, 1.0)}).preprocess(nbformat.v4.new_notebook(), {})


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -1.0, 4.5])
def test_a_score_that_nbgrader_would_turn_into_full_points_is_refused(score: float) -> None:
    with pytest.raises(GradebookError, match="expected a number from 0 to 4"):
        score_output(GradeCell("a", score, 4.0), 4.0, 1)
    cell = replace(cell_result("tail_share-tests", 0.0), score=score)
    release = make_release()
    with pytest.raises(GradebookError, match="expected a number from 0 to 4"):
        grade_cells(release.assignment, read_slots(release.assignment, release.notebook), make_result("ada", cell))


def test_a_release_with_a_grade_cell_of_no_cell_or_twice_is_refused() -> None:
    release = make_release()
    raw = json.loads(release.notebook)
    with pytest.raises(GradebookError, match="belongs to no cell"):
        read_slots(make_assignment(CELLS[:-1]), release.notebook)
    raw["cells"].append(raw["cells"][3])
    with pytest.raises(GradebookError, match="'tail_share-tests' is there twice"):
        read_slots(release.assignment, json.dumps(raw))


def test_points_that_only_a_person_gives_need_no_evidence_cell(tmp_path: Path) -> None:
    """A memo without checks has one grade cell, which holds all its points."""
    memo = Cell("memo", Role.MEMO, "markdown", MEMO_SOURCE, points=5.0, manual=5.0, heading="Memo")
    release = make_release(make_assignment((memo,)))
    raw = json.loads(release.notebook)
    raw["cells"] = [cell for cell in raw["cells"] if cell["id"] == "memo"]
    alone = replace(release, notebook=json.dumps(raw))
    book = GradebookFolder(tmp_path, alone)
    book.add(Entry(make_result("ada", cell_result("memo", 5.0)), rebuild(alone, {})))
    assert rows(tmp_path) == {"memo": (None, None, True)}


def test_a_result_that_names_the_task_scores_its_tests(release: Release) -> None:
    result = make_result("ada", cell_result("tail_share", 0.0, verdict("tasks.tests_passed", GOOD, 4.0, "Passed.")))
    scored = grade_cells(release.assignment, read_slots(release.assignment, release.notebook), result)
    assert scored["tail_share-tests"].score == 4.0
    assert not scored["tail_share-tests"].pending


def test_an_experiment_may_have_points_of_a_person_too(tmp_path: Path) -> None:
    """The share of checks stands in the evidence cell, the person's in the experiment's own."""
    cells = tuple(replace(cell, points=12.0, manual=2.0) if cell.key == "batch_size" else cell for cell in CELLS)
    assignment: Assignment = make_assignment(cells)
    release = make_release(assignment)
    raw = json.loads(release.notebook)
    own = next(cell for cell in raw["cells"] if cell["id"] == "batch_size")
    own["metadata"]["nbgrader"] |= {"grade": True, "points": 2.0}
    release = replace(release, notebook=json.dumps(raw))
    item = cell_result(
        "batch_size", 2.0, verdict("experiments.one_change", GOOD, 4.0, "One."),
        verdict("experiments.held_constant", OPEN, 3.0, "Cut."),
        verdict("experiments.predicted_first", BAD, 3.0, "No."),
    )  # fmt: skip
    GradebookFolder(tmp_path, release).add(entry(release, make_result("ada", item)))
    found = rows(tmp_path)
    assert found["batch_size-evidence"] == (4.0, None, True)
    assert found["batch_size"] == (None, None, True)


def test_nbgraders_own_autograde_finds_nothing_to_run(
    book: GradebookFolder, release: Release, tmp_path: Path
) -> None:
    """formgrader's button and nbgrader's command read the folder's configuration, and say why."""
    trace = tmp_path / "student-code-ran"
    book.add(entry(release, careful_result(), tail_share=f"open({str(trace)!r}, 'w').close()\n"))
    graded = book.folder / "autograded" / "ada" / release.assignment.name / f"{release.assignment.name}.ipynb"
    before = graded.read_bytes()
    config = _config(book.folder)
    api = NbGraderAPI(CourseDirectory(config=config, root=str(book.folder)), config=config)
    told = api.autograde(release.assignment.name, "ada")
    assert not told["success"]
    assert "WOULD RUN STUDENTS' CODE; USE paribus grade" in told["log"]
    assert not trace.exists()
    assert graded.read_bytes() == before
    (found,) = api.get_submissions(release.assignment.name)
    assert (found["student"], found["autograded"], found["needs_manual_grade"]) == ("ada", True, True)


def _config(folder: Path) -> Config:
    """What formgrader reads at its start from the folder it stands in."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
