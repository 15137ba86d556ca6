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
_MARK = "comment "
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
    answers' digests) by submission and then cell, ``names`` nbgrader's names of the releases by digest,
    ``comments`` what people wrote, by submission and answer.
    """

    people: Mapping[tuple[str, str], PersonGrade] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    entered: frozenset[tuple[str, str]] = frozenset()
    comments: Mapping[tuple[str, str], str] = field(default_factory=dict)


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
    mine_said = {
        (student, cell): text
        for (student, name, cell), text in comments.items()
        if mine.get(student, (None, ""))[1] == name
    }
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
    return Book(people, answers, names, frozenset(seen), mine_said)


@dataclass(frozen=True)
class Known:
    """What a push goes by: what desks have ``written`` last, what the ``book`` holds, and the decisions that hold.

    Read in this order, since each desk writes them in the other one: nothing of a decision that another desk makes
    meanwhile is then taken for one that was withdrawn.
    """

    written: Mapping[tuple[str, str], Written]
    book: Book
    decided: Mapping[tuple[str, str, str], Decision]


def push(out: Path, store: Store, works: Sequence[Work], known: Known) -> tuple[Disagreement, ...]:
    """Write what is wholly decided into gradebook.db, as far as nobody gave something else there. What the desk had
    written and has withdrawn waits again.
    """
    written, book, decided = known.written, known.book, known.decided
    disagreements: list[Disagreement] = []
    for work in works:
        submission = work.result.submission
        wanted = slot_grades(work, decided)
        for slot in work.slots:
            key = (submission, slot.grade_id)
            desk, last, there = wanted.get(slot.grade_id), written.get(key), book.people.get(key)
            if key not in book.entered or (desk is None and last is None):
                continue
            if there is not None and not _same(there, last) and not _same(there, desk):
                if desk is not None:
                    disagreements.append(Disagreement(submission, slot.grade_id, desk, there))
                continue
            if not _same(there, desk):
                _write_score(out, work, book, slot.grade_id, desk)
            _remember(store, submission, slot.grade_id, last, desk.score if desk is not None else None)
        for answer in dict.fromkeys(answer_of(work, slot.grade_id) for slot in work.slots):
            before = written.get((submission, f"{_MARK}{answer}"), Written(0.0, "")).comment
            _push_comment(out, store, work, book, _Comment(answer, comment_of(work, answer, wanted), before))
    return tuple(disagreements)


def overwrite(out: Path, store: Store, work: Work, book: Book, found: Disagreement) -> None:
    """Put the desk's score in the place of formgrader's, as a person chose."""
    _write_score(out, work, book, found.grade_id, found.desk)
    store.remember_written(found.submission, found.grade_id, Written(found.desk.score, ""))


def comment_of(work: Work, answer: str, wanted: Mapping[str, SlotGrade]) -> str:
    """What the desk's graders wrote beside an answer, which nbgrader keeps as one comment."""
    mine = [one.comment for name, one in wanted.items() if answer_of(work, name) == answer and one.comment]
    return "\n\n".join(dict.fromkeys(mine))


def answer_of(work: Work, grade_id: str) -> str:
    """The cell beside which nbgrader keeps what people write of a grade cell."""
    slot = next((slot for slot in work.slots if slot.grade_id == grade_id), None)
    if slot is None:
        return grade_id
    released = work.released(slot.key)
    return (released.grades if released is not None else "") or slot.key


def _same(there: PersonGrade | None, other: SlotGrade | Written | None) -> bool:
    if there is None or other is None:
        return there is None and other is None
    return there.score is not None and abs(there.score - other.score) <= TOLERANCE


def _remember(store: Store, submission: str, name: str, last: Written | None, score: float | None) -> None:
    target = None if score is None else Written(score, "")
    if target != last:
        store.remember_written(submission, name, target)


def _push_comment(out: Path, store: Store, work: Work, book: Book, comment: "_Comment") -> None:
    """Bring the desk's comment in. What somebody typed in formgrader stays; the desk's comes below it."""
    submission, name = work.result.submission, book.names.get(work.result.release, "")
    if comment.desk == comment.last or not name:
        return
    there = book.comments.get((submission, comment.answer), "")
    own = there.replace(comment.last, "", 1).strip() if comment.last else there.strip()
    target = "\n\n".join(filter(None, [own, comment.desk]))
    if target != there:
        with _line(out) as line:
            line.execute(_SET_COMMENT, (target or None, submission, name, comment.answer))
    store.remember_written(submission, comment.mark, Written(0.0, comment.desk) if comment.desk else None)


@dataclass(frozen=True)
class _Comment:
    """The desk's comment beside an answer, and what it wrote there last."""

    answer: str
    desk: str
    last: str

    @property
    def mark(self) -> str:
        """Under which name the store remembers it."""
        return f"{_MARK}{self.answer}"


def _write_score(out: Path, work: Work, book: Book, grade_id: str, desk: SlotGrade | None) -> None:
    """One score; without one the cell waits again."""
    score = None if desk is None else desk.score
    place = (work.result.submission, book.names[work.result.release], grade_id)
    with _line(out) as line:
        line.execute(_SET_SCORE, (score, desk is None, *place))


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
