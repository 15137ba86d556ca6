"""What the desk decided, for whoever writes pages and worksheets: brought into the gradebook first, then handed
on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.desk.errors_in_the_field import in_the_field
from grader.desk.gradebook import Book, Known, answer_of, comment_of, push, read_book
from grader.desk.items import SlotGrade, Work, items_of, slot_grades, standing
from grader.desk.store import FILE, Store
from grader.gradebook.scores import TOLERANCE, PersonGrade, read_slots
from grader.grading.identity import handed
from grader.model import Result
from grader.pages.look_again import Asked
from grader.pages.report import ErrorShare
from paribus.course.release import Release


@dataclass(frozen=True)
class Desk:
    """What the desk decided of a batch, by submission and then nbgrader's cell; what it wrote beside each
    cell's answer altogether; and what is to be said of it.
    """

    grades: Mapping[str, Mapping[str, SlotGrade]] = field(default_factory=dict)
    comments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def with_lines(
        self, submission: str, people: Mapping[str, PersonGrade], *, entered: bool
    ) -> dict[str, PersonGrade]:
        """What people gave a submission, with the rubric's lines where the desk's score is the one that counts.

        Where the gradebook holds nothing of it (``entered`` is False), the desk's own grades.
        """
        mine = self.grades.get(submission, {})
        if not entered:
            return {name: PersonGrade(one.score, one.comment, one.lines) for name, one in mine.items()}
        whole = self.comments.get(submission, {})
        return {name: _with_lines(grade, mine.get(name), whole.get(name, "")) for name, grade in people.items()}


def bring(out: Path, results: Sequence[Result], releases: Sequence[Release]) -> Desk:
    """Bring decisions into the gradebook below ``out``; nothing happens where no desk was ever opened there."""
    if not (out / FILE).is_file():
        return Desk()
    store = Store(out, [handed(result) for result in results])
    written = store.written()
    works, book = works_of(out, results, releases)
    now = standing(works, store.log(), frozenset(book.people))
    disagreements = push(out, store, works, Known(written, book, now.decided))
    notes = []
    if disagreements:
        first = disagreements[0]
        notes.append(
            f"The desk and formgrader hold different scores for {len(disagreements)} of the answers (the first: "
            f"{first.submission}, {first.grade_id}). Neither was changed; formgrader's count until somebody "
            "chooses at the desk."
        )
    if now.earlier:
        notes.append(
            f"{len(now.earlier)} decisions of the desk were about another question, other points or another "
            "answer. The desk shows each beside its answer, which waits for a person."
        )
    grades = {work.result.submission: slot_grades(work, now.decided) for work in works}
    comments = {
        work.result.submission: {
            name: comment_of(work, answer_of(work, name), grades[work.result.submission])
            for name in grades[work.result.submission]
        }
        for work in works
    }
    return Desk(grades, comments, tuple(notes))


def asked_of(out: Path, results: Sequence[Result]) -> dict[str, tuple[Asked, ...]]:
    """The students' requests to look again, by submission; none where no desk was ever opened."""
    if not (out / FILE).is_file():
        return {}
    return Store(out, [handed(result) for result in results]).asked()


def shares_of(out: Path, results: Sequence[Result], releases: Sequence[Release]) -> tuple[ErrorShare, ...]:
    """The grader's own error rate among what people decided at the desk without its word."""
    if not (out / FILE).is_file():
        return ()
    works, _ = works_of(out, results, releases)
    return in_the_field(works, Store(out, [handed(result) for result in results]).log())


def works_of(out: Path, results: Sequence[Result], releases: Sequence[Release]) -> tuple[tuple[Work, ...], Book]:
    """The results as the desk has them, and what the gradebook holds of them. ``releases``: the newest first."""
    by_digest = {release.digest: release for release in releases}
    slots = {digest: read_slots(one.assignment, one.notebook) for digest, one in by_digest.items()}
    bare = [
        Work(result, by_digest.get(result.release, releases[0]).assignment, (), slots.get(result.release, ()))
        for result in results
    ]
    book = read_book(out, bare)
    works = tuple(
        Work(work.result, work.assignment, items_of(work.result, work.assignment, answers), work.slots)
        for work in bare
        for answers in [book.answers.get(work.result.submission, {})]
    )
    return works, book


def _with_lines(grade: PersonGrade, desk: SlotGrade | None, whole: str) -> PersonGrade:
    """The desk's lines and its own words of this cell, where its score counts and nobody wrote anything else."""
    if desk is None or grade.score is None or abs(grade.score - desk.score) > TOLERANCE:
        return grade
    said = desk.comment if grade.comment.strip() == whole else grade.comment
    return PersonGrade(grade.score, said, desk.lines)
