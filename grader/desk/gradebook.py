"""The desk and nbgrader's gradebook.db, both ways: what the desk decided goes in, what formgrader got is seen.

A score is written where nbgrader holds none, or still holds what the desk wrote last. Where a person gave
another one in formgrader since, neither is overwritten: it is a disagreement, and a person chooses.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grader.desk.items import Decision, SlotGrade, Work, slot_grades
from grader.desk.store import Store, Written
from grader.errors import DeskError
from grader.gradebook.ledger import DATABASE
from grader.gradebook.scores import TOLERANCE, PersonGrade

_GRADES = """SELECT submitted_assignment.student_id, assignment.name, base_cell.name, grade.manual_score,
    grade.extra_credit, grade.needs_manual_grade
    FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id"""
_COMMENTS = """SELECT submitted_assignment.student_id, assignment.name, base_cell.name, comment.manual_comment
    FROM comment JOIN base_cell ON base_cell.id = comment.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    WHERE coalesce(comment.manual_comment, '') <> ''"""
_PLACE = """notebook_id IN (SELECT submitted_notebook.id FROM submitted_notebook
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    WHERE submitted_assignment.student_id = ? AND assignment.name = ?)
    AND cell_id IN (SELECT id FROM base_cell WHERE name = ?)"""
_SET_SCORE = f"UPDATE grade SET manual_score = ?, needs_manual_grade = ? WHERE {_PLACE}"  # noqa: S608  # ours alone
_SET_COMMENT = f"UPDATE comment SET manual_comment = ? WHERE {_PLACE}"  # noqa: S608  # ours alone


@dataclass(frozen=True)
class Book:
    """What gradebook.db holds of a batch. ``people`` is by submission and nbgrader's cell, ``answers`` (the
    answers' digests) by submission and then cell, ``names`` nbgrader's names of the releases by digest.
    """

    people: Mapping[tuple[str, str], PersonGrade] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    entered: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Disagreement:
    """A grade cell for which the desk and formgrader hold different scores or comments."""

    submission: str
    grade_id: str
    desk: SlotGrade
    formgrader: PersonGrade


def read_book(out: Path, works: Sequence[Work]) -> Book:
    """Read all that the desk needs; an empty book where there is no gradebook."""
    if not (out / DATABASE).is_file():
        return Book()
    with _line(out) as line:
        names = dict(line.execute("SELECT digest, name FROM paribus_release"))
        entered = {
            (student, name): (json.loads(answers), frozenset(json.loads(waiting)))
            for name, student, answers, waiting in line.execute(
                "SELECT assignment, student, answers, waiting FROM paribus_entered"
            )
        }
        grades = line.execute(_GRADES).fetchall()
        comments = {(student, name, cell): text for student, name, cell, text in line.execute(_COMMENTS)}
    mine = {work.result.submission: (work, names.get(work.result.release, "")) for work in works}
    people: dict[tuple[str, str], PersonGrade] = {}
    seen = set()
    for student, name, cell, score, extra, waits in grades:
        work, own = mine.get(student, (None, ""))
        if work is None or name != own:
            continue
        seen.add((student, cell))
        _, waiting = entered.get((student, name), ({}, frozenset()))
        if not waits and (score is not None or cell in waiting):
            total = None if score is None else score + (extra or 0.0)
            people[student, cell] = PersonGrade(total, comments.get((student, name, answer_of(work, cell)), ""))
    answers = {
        student: found
        for (student, name), (found, _) in entered.items()
        if mine.get(student, (None, ""))[1] == name
    }
    return Book(people, answers, names, frozenset(seen))


def push(
    out: Path, store: Store, works: Sequence[Work], book: Book, decided: Mapping[tuple[str, str, str], Decision]
) -> tuple[Disagreement, ...]:
    """Write what is wholly decided into gradebook.db, as far as nobody gave something else there.

    ``decided`` are the decisions that hold, by item. What the desk had written and has withdrawn waits again.
    """
    written = store.written()
    disagreements = []
    for work in works:
        submission = work.result.submission
        wanted = slot_grades(work, decided)
        for slot in work.slots:
            key = (submission, slot.grade_id)
            if key not in book.entered:
                continue
            desk, last, there = wanted.get(slot.grade_id), written.get(key), book.people.get(key)
            if desk is None and last is None:
                continue
            if there is not None and not _same(there, last) and not _same(there, desk):
                if desk is not None:
                    disagreements.append(Disagreement(submission, slot.grade_id, desk, there))
                continue
            target = None if desk is None else Written(desk.score, desk.comment)
            if not _same(there, target):
                _write(out, work, book, slot.grade_id, target)
            if target != last:
                store.remember_written(submission, slot.grade_id, target)
    return tuple(disagreements)


def overwrite(out: Path, store: Store, work: Work, book: Book, found: Disagreement) -> None:
    """Put the desk's score in the place of formgrader's, as a person chose."""
    target = Written(found.desk.score, found.desk.comment)
    _write(out, work, book, found.grade_id, target)
    store.remember_written(found.submission, found.grade_id, target)


def answer_of(work: Work, grade_id: str) -> str:
    """The cell beside which nbgrader keeps what people write of a grade cell."""
    slot = next((slot for slot in work.slots if slot.grade_id == grade_id), None)
    if slot is None:
        return grade_id
    released = work.released(slot.key)
    return (released.grades if released is not None else "") or slot.key


def _same(there: PersonGrade | Written | None, other: SlotGrade | Written | None) -> bool:
    if there is None or other is None:
        return there is None and other is None
    if there.score is None:
        return False
    return abs(there.score - other.score) <= TOLERANCE and there.comment.strip() == other.comment.strip()


def _write(out: Path, work: Work, book: Book, grade_id: str, target: Written | None) -> None:
    """One score and its comment, in one transaction."""
    student, assignment = work.result.submission, book.names[work.result.release]
    answer = answer_of(work, grade_id)
    score = None if target is None else target.score
    comment = None if target is None else target.comment or None
    with _line(out) as line:
        line.execute("BEGIN IMMEDIATE")
        line.execute(
            _SET_SCORE,
            (score, target is None, student, assignment, grade_id),
        )
        line.execute(
            _SET_COMMENT,
            (comment, student, assignment, answer),
        )
        line.execute("COMMIT")


@contextmanager
def _line(out: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(out / DATABASE, timeout=20, isolation_level=None)) as line:
        try:
            yield line
        except sqlite3.DatabaseError as error:
            raise DeskError(
                f"{out / DATABASE}: cannot be used now ({error}). Close what has it open, such as formgrader in "
                "the middle of a change, and try again; what was decided is kept."
            ) from error
