"""How a sentence on a batch names those whom it concerns."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from grader.intake.roster import UNCLEAR
from grader.model import Result
from grader.pages.shared import who
from paribus.course.policy import Policy

LISTED = 5
NO_DUE = (
    "late_penalty = {penalty!r}, but course.toml names no due time for this assignment, so nobody is late. Where "
    "some should be, write due = … under [grading.assignments.NAME], with the assignment's name."
)
NO_LAST = (
    'attempts = "last", but the times of the files do not tell which is the last one, so that a person chooses: '
    "{who}."
)


def names(listed: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = list(listed)
    shown = ", ".join(found[:LISTED])
    return shown if len(found) <= LISTED else f"{shown} and {len(found) - LISTED} more"


def concerned(words: str, some: Sequence[Result], everyone: Sequence[Result]) -> str:
    """The words with ``{who}`` filled in; "" where they concern nobody."""
    if not some:
        return ""
    return words.format(who=f"{names(result.submission for result in some)} ({len(some)} of {len(everyone)})")


def remarked(result: Result, remark: str) -> bool:
    """Whether a result has a remark that begins as this one does, up to its colon."""
    return any(text.startswith(remark.partition(":")[0] + ":") for text in result.remarks)


def person_and_file(result: Result) -> str:
    """What to call a result whose owner is not known: the name, and what the student goes by."""
    return f"{who(result)} ({result.student})" if result.name else who(result)


def unplaced(results: Sequence[Result], missing: str, *, fits_several: str, fits_nobody: str) -> Iterator[str]:
    """Whose work nobody can tell, and who is in no row of the platform's table.

    ``missing`` is the platform's remark on those without a row. The two sentences name the people by ``{who}``,
    and the second says ``{some}``, how many they are of how many.
    """
    unclear = [result for result in results if remarked(result, UNCLEAR)]
    if unclear:
        yield fits_several.format(who=names(map(person_and_file, unclear)))
    absent = [result for result in results if remarked(result, missing)]
    if absent:
        some = f"{len(absent)} of {len(results)} submissions"
        yield fits_nobody.format(some=some, who=names(dict.fromkeys(map(who, absent))))


def owned_by(results: Iterable[Result], numbers: Collection[str]) -> list[Result]:
    """The results of which one of these people is an owner."""
    return [result for result in results if any(owner in numbers for owner in result.owners)]


def policy_notes(policy: Policy, results: Sequence[Result]) -> Iterator[str]:
    """What of the course's policy nothing can follow from, on whatever platform; some are ""."""
    timeless = [result for result in results if policy.attempts == "last" and not result.attempt]
    yield concerned(NO_LAST, timeless, results)
    if policy.late_penalty != "none" and policy.due is None:
        yield NO_DUE.format(penalty=policy.late_penalty)
