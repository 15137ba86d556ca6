"""Submissions into nbgrader's gradebook, and people's decisions out of it.

What was entered before and has not changed since is not entered again. The notebooks are rebuilt in worker
processes: reading a file again and rendering its markdown may take as long as a student likes, and costs only that
submission.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.desk.decided import Desk, bring
from grader.errors import GradebookError
from grader.gradebook.owners import move_to_owners
from grader.gradebook.rebuilding import Rebuild, Rebuilt, Task
from grader.gradebook.rebuilt_files import Kept
from grader.gradebook.scores import Carried
from grader.grading.identity import Handed
from grader.grading.tries import ENTERING, Tries
from grader.intake.inbox import read
from grader.model import Result, Submission
from grader.workplaces.place import Place, Processes
from grader.workplaces.pool import Lost
from paribus.course.policy import Policy
from paribus.course.release import Release

if TYPE_CHECKING:
    from grader.gradebook.book import GradebookFolder

LISTED = 5


@dataclass(frozen=True)
class Decided:
    """Every result with what people decided, and what is to be said of people's grading as a whole."""

    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()


GIVEN_UP = "putting it together ran out of time or memory more than once, and is not tried again"


def enter(
    out: Path,
    releases: Sequence[Release],
    results: Sequence[Result],
    submissions: Iterable[Submission],
    *,
    policy: Policy,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
    place: Place | None = None,
    kept: Kept | None = None,
    tries: Tries | None = None,
) -> Decided:
    """Put the judged among ``submissions`` into the gradebook below ``out``; every result with what people decided.

    A submission that nbgrader refuses keeps its result, with a remark that says why. Those whose notebooks were
    ``kept`` go in first, and ``submissions`` are read only where others are left. One that ended its work, too slow
    or too large, is tried again as long as ``tries`` has any left. GradebookError where the gradebook holds another
    form of a release.
    """
    missing = move_to_owners(out, results)
    carried = Carried()
    judged = {result.submission: result for result in results if result.cells}
    books = _Books(out, releases, policy)
    refused: dict[str, str] = {}
    try:
        place = place or Processes(jobs, policy.limits.seconds, policy.limits.memory_mb)
        left = {name: result for name, result in judged.items() if not books.of(result).holds(result)}
        if tries is not None:
            refused = {name: GIVEN_UP for name, result in left.items() if tries.are_spent(ENTERING, result)}
            left = {name: result for name, result in left.items() if name not in refused}
        with closing(_rebuilt(left, submissions, Rebuild(tuple(releases), policy.limits), place, kept)) as answers:
            for done, (name, answer) in enumerate(answers, 1):
                progress(done, len(judged))
                if tries is not None and isinstance(answer, Lost):
                    tries.add(ENTERING, left[name])
                try:
                    carried += _add(books.of(left[name]), left[name], answer)
                except GradebookError as error:
                    refused[name] = str(error)
        desk = bring(out, results, releases)
        decided = tuple(
            _decided(result, books, refused.get(result.submission, ""), policy, desk) for result in results
        )
        return Decided(decided, (*_notes(carried, missing), *desk.notes))
    finally:
        books.close()


class _Books:
    """The gradebook as one folder a release, opened when first needed; lives for one `enter` call."""

    def __init__(self, out: Path, releases: Sequence[Release], policy: Policy) -> None:
        self._out, self._policy = out, policy
        self._releases = {release.digest: release for release in releases}
        self._names: Mapping[str, str] = {}
        self._open: dict[str, GradebookFolder] = {}

    def of(self, result: Result) -> "GradebookFolder":
        """The folder that holds this result's submission."""
        from grader.gradebook.book import GradebookFolder, name_releases

        if not self._open:
            first = next(iter(self._releases.values())).assignment.name
            self._names = name_releases(self._out, first, tuple(self._releases))
        if result.release not in self._open:
            release = self._releases[result.release]
            book = GradebookFolder(self._out, release, self._names[result.release])
            book.set_due(self._policy.due)
            self._open[result.release] = book
        return self._open[result.release]

    def close(self) -> None:
        for book in self._open.values():
            book.close()


def _rebuilt(
    left: Mapping[str, Result], submissions: Iterable[Submission], work: Rebuild, place: Place, kept: Kept | None
) -> Generator[tuple[str, Rebuilt | Lost], None, None]:
    """Every submission's notebook: those that were kept, then, where others are left, those of the inbox."""
    unread = dict(left)
    for name in left:
        if kept is not None and (notebook := kept.take(name)):
            del unread[name]
            yield name, Rebuilt(notebook)
    if unread:
        with closing(place.run(work, _waiting(submissions, unread))) as pool:
            for task, answer in pool:
                yield task.submission, answer


def _waiting(submissions: Iterable[Submission], unread: Mapping[str, Result]) -> Iterator[Task]:
    """What has to be read. A file that was changed since it was judged is entered by the next run."""
    for listed in submissions:
        result = unread.get(listed.submission)
        if result is None:
            continue
        item = read(listed)
        if result.sha256 == item.sha256:
            yield Task(item.submission, item.content, item.source, result.release)


def _add(book: "GradebookFolder", result: Result, answer: Rebuilt | Lost) -> Carried:
    """Enter one submission; returns what was taken over from another release. GradebookError where it cannot be."""
    from sqlalchemy.exc import DatabaseError

    from grader.gradebook.book import Entry

    if isinstance(answer, Lost) or answer.problem:
        raise GradebookError(answer.why if isinstance(answer, Lost) else answer.problem)
    try:
        return book.add(Entry(result, answer.notebook))
    except (
        GradebookError,
        OSError,
        DatabaseError,
        sqlite3.DatabaseError,
    ):  # the last are of the folder, not of this
        raise
    except Exception as error:
        raise GradebookError(f"it could not be written ({type(error).__name__})") from error


def _notes(carried: Carried, missing: Sequence[Handed]) -> tuple[str, ...]:
    """What happened to people's grading that concerns the whole batch."""
    notes: list[str] = []
    if carried.kept:
        notes.append(
            f"{_count(carried.kept, 'score')} that people gave under another release {_were(carried.kept)} taken "
            "over: the same is asked there for the same points."
        )
    if carried.shown:
        notes.append(
            f"{_count(carried.shown, 'score')} that people gave under another release {_were(carried.shown)} not "
            "taken over, because the question or its points changed. formgrader shows each beside its answer, "
            "which waits for a person."
        )
    if missing:
        listed = ", ".join(f"{item.person} ({item.file or item.name})" for item in missing[:LISTED])
        more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
        notes.append(
            f"People graded {_count(len(missing), 'submission')} that {_were(len(missing))} not in this batch: "
            f"{listed}{more}. The gradebook keeps what they gave."
        )
    return tuple(notes)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _were(number: int) -> str:
    return "is" if number == 1 else "are"


def _decided(result: Result, books: _Books, refused: str, policy: Policy, desk: Desk) -> Result:
    """One result with what people gave, and the penalty that follows."""
    from grader.gradebook.penalty import penalty_of
    from grader.gradebook.scores import with_people

    if not result.cells:
        return result
    book = books.of(result)
    people = desk.with_lines(
        result.submission, {} if refused else book.people(result.submission), entered=not refused
    )
    decided = with_people(book.assignment, book.slots, result, people)
    if refused:
        return replace(decided, remarks=(*result.remarks, f"Not in nbgrader's gradebook: {refused}"))
    if policy.due is None:
        return decided
    decided = replace(decided, penalty=penalty_of(decided, policy.late_penalty))
    extensions = [policy.extensions[owner] for owner in result.owners if owner in policy.extensions]
    book.set_late(decided, policy.due, max(extensions, default=None))
    return decided
