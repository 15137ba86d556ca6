"""What changed for whom between two gradings of a class: scores, open points, verdicts, files. Pure values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import ResultError
from grader.gradebook.scores import TOLERANCE
from grader.grading.identity import handed, pair
from grader.grading.results import FILE, read_results
from grader.model import Result, Verdict
from grader.pages.shared import STATUS, points, who
from paribus.errors import UsageError

ABSENT = "–"


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was for one submission."""

    submission: str
    who: str
    what: str
    before: str
    after: str


def read_graded(place: Path) -> tuple[Result, ...]:
    """The results of an output folder, or of a results.jsonl. UsageError where there are none."""
    path = place / FILE if place.is_dir() else place
    try:
        return read_results(path)
    except (OSError, ResultError) as error:
        what = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"{path} holds no results to compare with ({what}). "
            "Name the --out of an earlier `paribus grade`, or a copy of its results.jsonl."
        ) from error


def changes(before: Sequence[Result], after: Sequence[Result]) -> tuple[Change, ...]:
    """Every difference that matters to someone, in the order of the later grading; people who are gone come last.

    Submissions are compared by person and file. Other words for the same verdict, another name of a student, or
    another order, are no change.
    """
    old = {result.submission: result for result in before}
    continues = pair([handed(result) for result in before], [handed(result) for result in after])
    found: list[Change] = []
    for result in after:
        earlier = old.get(continues.get(result.submission, ""))
        if earlier is None:
            found.append(Change(result.submission, who(result), "submission", ABSENT, STATUS[result.status]))
        else:
            found.extend(_of_one(earlier, result))
    known = set(continues.values())
    gone = [result for result in before if result.submission not in known]
    found.extend(Change(item.submission, who(item), "submission", STATUS[item.status], ABSENT) for item in gone)
    return tuple(found)


def point_changes(before: Sequence[Result], after: Sequence[Result]) -> tuple[Change, ...]:
    """Whose points differ although the file is the same: the score, the open points, and the verdicts behind them.

    Other words for the same points, new files and people who are gone are no change of points.
    """
    old = {result.submission: result for result in before}
    continues = pair([handed(result) for result in before], [handed(result) for result in after])
    found: list[Change] = []
    for result in after:
        earlier = old.get(continues.get(result.submission, ""))
        if earlier is None or earlier.sha256 != result.sha256 or _points(earlier) == _points(result):
            continue
        at_stake = {name for item in (earlier, result) for name, told in _verdicts(item).items() if told.points}
        named = {"status", "score", "open points", *at_stake}
        found.extend(change for change in _of_one(earlier, result) if change.what in named)
    return tuple(found)


def _points(result: Result) -> list[tuple[str, float, float]]:
    """What each cell has and leaves open; rounded, since sums of quarters may differ in their last digit."""
    cells = [(cell.key, round(cell.score, 6), round(cell.pending, 6)) for cell in result.cells]
    return [("", round(result.score, 6), round(result.pending, 6)), *sorted(cells)]


def _of_one(before: Result, after: Result) -> Iterator[Change]:
    def change(what: str, old: str, new: str) -> Change:
        return Change(after.submission, who(after), what, old, new)

    if before.sha256 != after.sha256:
        yield change("file", before.sha256[:12], after.sha256[:12])
    if before.release != after.release:
        yield change("release", before.release or ABSENT, after.release or ABSENT)
    if before.status != after.status:
        yield change("status", STATUS[before.status], STATUS[after.status])
    for what, old, new in (("score", before.score, after.score), ("open points", before.pending, after.pending)):
        if abs(old - new) > TOLERANCE:
            yield change(what, points(old), points(new))
    told, tells = _verdicts(before), _verdicts(after)
    for name in dict.fromkeys((*told, *tells)):
        old_words, new_words = _words(told.get(name)), _words(tells.get(name))
        if old_words != new_words:
            yield change(name, old_words, new_words)


def _verdicts(result: Result) -> dict[str, Verdict]:
    """By cell and check; a cell has a check once."""
    return {f"{cell.key}, {item.check}": item for cell in result.cells for item in cell.verdicts}


def _words(verdict: Verdict | None) -> str:
    return ABSENT if verdict is None else f"{verdict.outcome.value} ({points(verdict.points)})"
