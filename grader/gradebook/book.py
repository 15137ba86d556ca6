"""nbgrader as the gradebook: results go in, people's grades come out, and nothing is executed.

The steps of nbgrader's autograde run through its Python API (its command line ignores the configuration that would
replace Execute) with `InjectScores` in Execute's place. Manual scores and comments belong to people: a
re-run keeps them, and asks again only where the answer has changed since.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence, Set
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from nbformat import v4
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, SaveCells
from sqlalchemy import event

import paribus
from grader.errors import GradebookError
from grader.gradebook.autograde import ScoredAutograde, read_scores
from grader.gradebook.earlier import Decisions, EarlierReleases
from grader.gradebook.ledger import DATABASE, Entered, Ledger, digest_of
from grader.gradebook.preprocessors import InjectScores
from grader.gradebook.rebuild import to_text
from grader.gradebook.rows import Given, People, Rows, Scores
from grader.gradebook.scores import Carried, GradeCell, PersonGrade, Slot, grade_cells, read_slots
from grader.grading.results import to_line
from grader.model import Result
from grader.recover.text import harmless
from paribus.course.assignment import Assignment
from paribus.course.release import Release
from paribus.files import write_atomic

CONFIG = "nbgrader_config.py"
# formgrader has a button, and nbgrader a command, that would run students' code and write over their grades. Both
# look for submissions in the folder that this names, find none, and say its name; nothing else is changed by it.
NO_AUTOGRADE = """# Written by paribus, which runs no student's code. nbgrader's own autograde would.
c = get_config()
c.CourseDirectory.submitted_directory = "AUTOGRADE WOULD RUN STUDENTS' CODE; USE paribus grade"
"""


@dataclass(frozen=True)
class Entry:
    """One submission for the gradebook: its result and the notebook that `grader.gradebook.rebuild` made of it."""

    result: Result
    notebook: str


class GradebookFolder:
    """A folder with gradebook.db and nbgrader's source, submitted and autograded folders, for one release."""

    def __init__(self, folder: Path, release: Release, name: str = "") -> None:
        """Open or make the gradebook. ``name`` is the assignment's name in it (default: its own).

        GradebookError where the database holds another form of the assignment with submissions in it.
        """
        self.folder = folder.resolve()
        self.assignment = release.assignment
        self.name = name or release.assignment.name
        self.slots = read_slots(release.assignment, release.notebook)
        self.folder.mkdir(parents=True, exist_ok=True)
        _create_database(self.folder / DATABASE)
        if not (self.folder / CONFIG).exists():
            write_atomic(self.folder / CONFIG, NO_AUTOGRADE)
        self.course = CourseDirectory(root=str(self.folder), assignment_id=self.name)
        self._book = Gradebook(self.course.db_url, self.course.course_id)
        event.listen(self._book.engine, "connect", _quick_commits)
        # nbgrader hangs up after every step, and the last one to hang up tidies the whole log away: that is us.
        self._line = sqlite3.connect(self.folder / DATABASE)
        self._checksums: dict[str, str] = {}
        self._digests: dict[
            str, tuple[Result, str]
        ] = {}  # of those that `holds` was asked about, until they are added
        try:
            self._ledger = Ledger(self._line)
            self._save_source(release.notebook)
            self._rows = Rows(self._book, self._line, self.name)
            self._earlier = EarlierReleases(self._line, self.name, release, self.slots)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave one whole file behind, without a log beside it; the folder must not be used afterwards.

        Where another program has the database open, its log stays beside it: both together are whole.
        """
        self._book.close()
        with closing(self._line), suppress(sqlite3.OperationalError):
            self._line.execute("PRAGMA journal_mode = DELETE")

    def add(self, entry: Entry) -> Carried:
        """Put one submission in, with its scores, its pending cells and our findings as comments.

        Returns what of people's grading was taken over from another release just now. GradebookError where nbgrader
        refuses; what people gave to earlier versions stays in the database.
        """
        student = entry.result.submission
        if not student or student.startswith(".") or set(student) & set("/\\*?[]+"):
            raise GradebookError(
                f"The submission's name {student!r} cannot be a folder of nbgrader's; rename the file."
            )
        earlier = self._ledger.read(self.name, student)
        cells = grade_cells(self.assignment, self.slots, entry.result)
        given: Mapping[str, Given] = self._rows.given(student)
        before = self._earlier.of(student)
        people, carried = People(), Carried()
        if before.given and not given:
            people, carried = self._taken_over(before)
            given, earlier = people.given, self._ledger.read(before.assignment, student)
        reviewed = self._decided(given, earlier.waiting)
        notebook = self._prepared(entry.notebook)
        write_atomic(self._path("submitted", student), to_text(_without_outputs(notebook)))
        answers = {slot.grade_id: digest_of(self._answer(slot, notebook)) for slot in self.slots}
        reviewed &= {grade_id for grade_id, answer in answers.items() if earlier.answers.get(grade_id) == answer}
        names = _names(entry.result)
        try:
            graded = ScoredAutograde([InjectScores(cells)]).start(v4.to_notebook_json(notebook))
            found = read_scores(graded, self._checksums)
        except Exception as error:
            self._rows.save(entry.result, names, None, None)
            raise GradebookError(f"{student}: nbgrader refused the submission: {error}") from error
        grades = {}
        for grade_id, score in found.items():
            ours, person = cells[grade_id], given.get(grade_id)
            asked = ours.pending or (person is not None and person.score is not None)
            auto = (None if ours.pending else ours.score) if ours.by_hand else score
            grades[grade_id] = (auto, asked and grade_id not in reviewed)
        entered = Entered(answers, frozenset(cell.grade_id for cell in cells.values() if cell.pending))
        decided = self._decided(given, earlier.waiting)
        scores = Scores(grades, self._notes(cells, before, decided))
        self._rows.save(entry.result, names, scores, entered, people)
        write_atomic(self._path("autograded", student), to_text(graded))
        known, digest = self._digests.pop(student, (None, ""))
        digest = digest if known is entry.result else self._digest(entry.result)
        self._ledger.finish(self.name, student, digest)
        return carried

    def holds(self, result: Result) -> bool:
        """Whether exactly this result was entered, to the end."""
        earlier = self._ledger.read(self.name, result.submission)
        digest = self._digest(result)
        self._digests[result.submission] = (result, digest)
        return earlier.digest == digest and self._path("autograded", result.submission).is_file()

    def set_due(self, due: datetime | None) -> None:
        """Tell nbgrader when the assignment is due."""
        self._book.find_assignment(self.name).duedate = _as_utc(due)
        self._book.db.commit()
        self._book.close()

    def set_late(self, result: Result, due: datetime, extension: timedelta | None) -> None:
        """Tell nbgrader how late one submission is, whose time was extended by how much, and what it costs."""
        try:
            submission = self._book.find_submission(self.name, result.submission)
            when = due + (extension or timedelta()) + timedelta(seconds=result.late)
            submission.extension = extension
            submission.timestamp = _as_utc(when) if result.late else None
            for notebook in submission.notebooks:
                notebook.late_submission_penalty = result.penalty or None
            self._book.db.commit()
        finally:
            self._book.close()

    def people(self, student: str) -> dict[str, PersonGrade]:
        """What people decided about one submission, by grade_id; cells that still wait are left out."""
        given = self._rows.given(student)
        decided = self._decided(given, self._ledger.read(self.name, student).waiting) if given else set()
        comments = self._rows.comments(student) if decided else {}
        answers = {slot.grade_id: _answer_key(self.assignment, slot) for slot in self.slots}
        found: dict[str, PersonGrade] = {}
        for name in given:
            if name in decided:
                score, extra = given[name].score, given[name].extra
                score = None if score is None else score + (extra or 0.0)
                found[name] = PersonGrade(score, comments.get(answers[name], ""))
        return found

    def _decided(self, given: Mapping[str, Given], waiting: Set[str]) -> set[str]:
        """The grade cells that a person settled: with a score, or by saving one that had waited."""
        return {
            name for name, cell in given.items() if not cell.waits and (cell.score is not None or name in waiting)
        }

    def _digest(self, result: Result) -> str:
        """Everything that an entry depends on: the file, what the checks say, the release, this version."""
        return digest_of([paribus.__version__, to_line(result), sorted(self._checksums.items())])

    def _prepared(self, notebook: str) -> dict[str, Any]:
        """The notebook with the release's checksums."""
        raw: dict[str, Any] = json.loads(notebook)
        for cell in raw["cells"]:
            metadata = cell.get("metadata", {}).get("nbgrader")
            if metadata and metadata["grade_id"] in self._checksums:
                metadata["checksum"] = self._checksums[metadata["grade_id"]]
        return raw

    def _taken_over(self, before: Decisions) -> tuple[People, Carried]:
        """What people gave under another release, as far as the same is asked for the same points."""
        answers = {slot.grade_id: _answer_key(self.assignment, slot) for slot in self.slots}
        given = {name: cell for name, cell in before.given.items() if name in before.same}
        comments = {answers[name]: before.comments.get(answers[name], "") for name in given}
        kept = sum(cell.score is not None for cell in given.values())
        shown = sum(bool(before.note(slot, answers[slot.grade_id])) for slot in self.slots)
        return People(given, comments), Carried(kept, shown)

    def _notes(self, cells: Mapping[str, GradeCell], before: Decisions, decided: Set[str]) -> dict[str, str]:
        """Our findings by the answer they are about, and what a person gave that waits to be given again."""
        lines: dict[str, list[str]] = {}
        for slot in self.slots:
            answer = _answer_key(self.assignment, slot)
            told = "" if slot.grade_id in decided else before.note(slot, answer)
            # An answer may have two grade cells, whose findings are the same.
            lines[answer] = list(dict.fromkeys([*lines.get(answer, ()), told, *cells[slot.grade_id].findings]))
        return {answer: "\n\n".join(filter(None, told)) for answer, told in lines.items()}

    def _save_source(self, notebook: str) -> None:
        """Tell the database the assignment's cells, as `nbgrader generate_assignment` would."""
        source = nbformat.reads(notebook, as_version=4)
        for cell in source.cells:
            if "nbgrader" in cell.metadata:
                checksum = utils.compute_checksum(cell)
                cell.metadata.nbgrader["checksum"] = checksum
                self._checksums[cell.metadata.nbgrader["grade_id"]] = checksum
        text, kept = nbformat.writes(source) + "\n", self._path("source", ".")
        if kept.is_file() and kept.read_text(encoding="utf-8") == text and self._knows(len(self._checksums)):
            return
        resources = {"nbgrader": {"notebook": self.name, "assignment": self.name, "db_url": self.course.db_url}}
        try:
            self._book.update_or_create_assignment(self.name)
            CheckCellMetadata().preprocess(source, resources)
            SaveCells().preprocess(source, resources)
        except RuntimeError as error:
            raise GradebookError(
                f"{self.folder / DATABASE} holds submissions of another release of {self.name} ({error}). "
                "Choose another --out for this release."
            ) from error
        finally:
            self._book.close()
        write_atomic(kept, text)  # last: where it is there, the database has every cell

    def _knows(self, cells: int) -> bool:
        """Whether nbgrader's tables hold so many cells of the assignment."""
        known = (
            "SELECT count(DISTINCT base_cell.name) FROM base_cell JOIN notebook ON notebook.id = notebook_id "
            "JOIN assignment ON assignment.id = assignment_id WHERE assignment.name = ?"
        )
        return bool(self._line.execute(known, (self.name,)).fetchone()[0] == cells)

    def _path(self, step: str, student: str) -> Path:
        return self.folder / step / student / self.name / f"{self.name}.ipynb"

    def _answer(self, slot: Slot, notebook: Mapping[str, Any]) -> object:
        """What a grade cell grades: the answer's text; for a locked cell, everything in the notebook."""
        key = _answer_key(self.assignment, slot)
        cells = notebook.get("cells", [])
        for cell in cells:
            if cell.get("id") == key and cell.get("metadata", {}).get("nbgrader", {}).get("solution"):
                return "".join(cell["source"])
        return ["".join(cell["source"]) for cell in cells]


def name_releases(folder: Path, plain: str, digests: Sequence[str]) -> dict[str, str]:
    """What each release's assignment is called in the gradebook below ``folder``, by digest: nbgrader cannot keep
    two forms of one assignment, so only the first bears the plain name. Names once given stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _create_database(folder / DATABASE)
    with closing(sqlite3.connect(folder / DATABASE)) as line:
        return Ledger(line).name_releases(plain, digests)


def _as_utc(when: datetime | None) -> datetime | None:
    """As nbgrader keeps times: in UTC, without saying so."""
    return None if when is None else when.astimezone(UTC).replace(tzinfo=None)


def _create_database(path: Path) -> None:
    """Write nbgrader's schema version into a new database, which is there whole or not at all.

    nbgrader itself would ask the command `alembic` for it, which need not be on PATH and takes a second.
    """
    if path.exists():
        return
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(nbgrader.__file__).parent / "alembic"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (head,))
        database.commit()
        write_atomic(path, database.serialize())


def _quick_commits(connection: sqlite3.Connection, _: object) -> None:
    """Commit without waiting for the disk each time: nbgrader commits several times a submission.

    With a write-ahead log a kill loses nothing that was committed, and a power cut leaves a database that is
    whole, if a few submissions short; grading again fills it up.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _answer_key(assignment: Assignment, slot: Slot) -> str:
    """The cell that holds the student's answer: the task of a tests cell, else the cell itself."""
    return assignment.cell(slot.key).grades or slot.key


def _without_outputs(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook as it was handed in to nbgrader, which reads outputs from the graded one alone."""
    return {
        **notebook,
        "cells": [{**cell, "outputs": []} if cell.get("outputs") else cell for cell in notebook["cells"]],
    }


def _names(result: Result) -> dict[str, str]:
    """The fields that nbgrader keeps of a person; a class may be anonymous."""
    first, _, last = harmless(result.name).rpartition(" ")
    return {"first_name": first, "last_name": last, "lms_user_id": harmless(result.student)}
