"""What people decided at the desk and in formgrader since a folder was collected: a term counts it, and changes
nothing in the folder.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.desk.decided import works_of
from grader.desk.gradebook import Book
from grader.desk.items import SlotGrade, Work, slot_grades, standing
from grader.desk.store import FILE as DECISIONS
from grader.desk.store import Store
from grader.gradebook.ledger import DATABASE
from grader.gradebook.scores import PersonGrade, with_people
from grader.grading.identity import handed
from grader.grading.results import FILE, read_results
from grader.lms.grades import Grade, Graded, with_result
from grader.model import Result
from grader.output.made_from import find_releases, read_made_from


def with_decisions(folder: Path, graded: Graded) -> tuple[Graded, str]:
    """The grades with everything that people decided until now, and a sentence on it, "" where nothing is new.

    Where the release is not there any more, the grades are as they were collected, and the sentence says so.
    """
    desk = (folder / DECISIONS).is_file()
    if not desk and not (folder / DATABASE).is_file():
        return graded, ""
    results = read_results(folder / FILE)
    wanted = {result.release for result in results if result.cells}
    releases = find_releases(read_made_from(folder).releases, wanted)
    if missing := sorted(wanted - releases.keys()):
        return graded, (
            f"{folder}: the release {missing[0]} is not there any more, so what was decided at the desk counts as "
            "far as it was collected. Run its `paribus grade` again with --collect and --release."
        ) if desk else ""
    if not releases:
        return graded, ""
    works, book = works_of(folder, results, tuple(releases.values()))
    log = Store(folder, [handed(result) for result in results]).log() if desk else []
    decided = standing(works, log, frozenset(book.people)).decided
    now = {
        f"feedback/{work.result.submission}.html": _decided(work, book, slot_grades(work, decided))
        for work in works
    }
    people = tuple(_with(grade, now) for grade in graded.people)
    changed = sum(one != other for one, other in zip(people, graded.people, strict=True))
    if not changed:
        return graded, ""
    return replace(graded, people=people), (
        f"{folder}: what was decided since the last --collect counts here already, for {changed} "
        f"{'person' if changed == 1 else 'people'}. Feedback pages and the platform's table follow with --collect."
    )


def _decided(work: Work, book: Book, desk: Mapping[str, SlotGrade]) -> Result:
    """A result with what people gave it; where desk and formgrader hold two scores, formgrader's counts."""
    mine = {name: PersonGrade(one.score, one.comment, one.lines) for name, one in desk.items()}
    typed = {
        slot.grade_id: book.people[key]
        for slot in work.slots
        if (key := (work.result.submission, slot.grade_id)) in book.people
    }
    return with_people(work.assignment, work.slots, work.result, {**mine, **typed})


def _with(grade: Grade, now: Mapping[str, Result]) -> Grade:
    """A person's grade with the result that counts for them; None counts where a person has to choose a file."""
    result = now.get(grade.page)
    if result is None:
        return grade
    new = with_result(grade, result)
    # What is collected says more of the same: the comment, and the points after lateness.
    same = abs(new.score - grade.score) < 1e-9 and (new.waiting, new.checks) == (grade.waiting, grade.checks)
    return grade if same else new
