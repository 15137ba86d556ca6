"""Which submission counts for whom, and how many points go out: the same for every learning platform.

A grade goes out only where nothing is open any more. Of several files of one student one counts, by the course's
policy, or a person chooses. Of whom nobody can tell whose work it is, nothing is written.
"""

from collections.abc import Iterable, Sequence

from grader.gradebook.scores import TOLERANCE
from grader.model import Result
from paribus.course.policy import Attempts


def is_final(result: Result) -> bool:
    """Whether there is a score, and nobody has to look at anything any more."""
    return bool(result.cells) and result.pending <= TOLERANCE and not result.needs_person


def by_student(results: Iterable[Result]) -> dict[str, list[Result]]:
    """The results of everyone whose work they are; those of nobody are left out."""
    found: dict[str, list[Result]] = {}
    for result in results:
        for owner in result.owners:
            found.setdefault(owner, []).append(result)
    return found


def chosen(found: Sequence[Result], attempts: Attempts) -> Result | None:
    """The submission of one student that counts; None where a person chooses.

    The same bytes handed in twice are one submission, unless people gave them different points. "last" is the file
    that was changed last, where the files' times tell which that is. "best" has the highest score once nothing is
    open in any of them; before, it cannot be told.
    """
    same = len({result.sha256 for result in found}) == len({(result.net, result.pending) for result in found}) == 1
    if len(found) == 1 or same:
        return found[0]
    if attempts == "last" and all(result.attempt for result in found):
        return max(found, key=lambda result: result.attempt)
    if attempts == "best" and all(is_final(result) for result in found if result.cells):
        return max(found, key=lambda result: (bool(result.cells), result.net, result.attempt))
    return None


def points_of(result: Result, maximum: float | None = None) -> float | None:
    """The points that go out; None while one is open. Where ``maximum`` is another than the result's own (the
    platform's, or that of a newer release) they are scaled to it, so that full points stay full points.
    """
    if not is_final(result):
        return None
    if maximum is None or not result.max_score or maximum == result.max_score:
        return result.net
    return result.net * maximum / result.max_score
