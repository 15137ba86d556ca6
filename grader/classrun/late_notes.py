"""What a worksheet and a policy say of times, drafts, scales and grades, in sentences on the batch as a whole."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from grader.intake.roster import Roster
from grader.intake.worksheet import Worksheet
from grader.model import Result
from paribus.course.policy import Policy

NAMED = 5


SCALE = (
    "The assignment is graded with a scale ({words}), and Moodle drops numbers there, so every Grade stays empty. "
    "Say in course.toml how many points each word takes ([grading.assignments.NAME] scale), let the assignment's "
    "settings grade with points, or choose the words in Moodle."
)
OTHER_SCALE = (
    "course.toml's scale names {named}, which is no word of the assignment's scale in Moodle ({words}), so every "
    "Grade stays empty. Write the words as Moodle has them."
)
NO_SCALE = (
    "course.toml names a scale for this assignment, and the worksheet takes numbers, so Grade holds points. Moodle "
    "drops them where the assignment has a scale."
)
MAXIMUM = (
    "The maximum grade {cell!r} in the worksheet is no number, so Grade stays empty there. Use the worksheet as "
    "Moodle gave it."
)
NO_DUE = (
    "late_penalty = {penalty!r}, but course.toml names no due time for this assignment, so nobody is late. Where "
    "some should be, write due = … under [grading.assignments.NAME], with the assignment's name."
)
STRANGERS = "course.toml gives an extension to {who}, and the worksheet has no such identifier."
NO_TIMES = "No column of the worksheet could be told to hold the times of the submissions, so nobody is late."
DRAFTS = "Drafts in Moodle, not submitted for grading, and graded all the same: {who}."
UNREAD = (
    "Times that could not be read, so that these count as handed in on time: {who}. Where it is all of them, "
    "date_format in course.toml may name the form."
)
EXTENDED = "On time by an extension in Moodle that course.toml does not name: {who}."
LATE_HERE = (
    "Late by course.toml, and not in Moodle's Status: {who}. Look whether Moodle has another due time, or an "
    "exception for them."
)
LATE_THERE = "Late in Moodle's Status, and not by course.toml: {who}."
NO_LAST = (
    'attempts = "last", but the times of the files do not tell which is the last one, so that a person chooses: '
    "{who}."
)
AS_GRADED = "Without --worksheet the times are not known: who is late, and by how much, is as it was graded."
NO_WORKSHEET = "course.toml names a due time, but without --worksheet no times are known, and nobody is late."


def time_notes(
    worksheet: Worksheet | None, roster: Roster, policy: Policy, results: Sequence[Result]
) -> tuple[str, ...]:
    """A note for each thing that the instructor should know, with the submissions that it concerns."""
    notes = [_of(_timeless(policy, results), results, NO_LAST)]
    if policy.late_penalty != "none" and policy.due is None:
        notes.append(NO_DUE.format(penalty=policy.late_penalty))
    if policy.scale and (worksheet is None or worksheet.columns.scale < 0):
        notes.append(NO_SCALE)
    if worksheet is None:
        notes.append(_without(policy, results))
    else:
        notes += [*_grades(worksheet, policy), _of(_owned(results, roster.drafts), results, DRAFTS)]
        notes += _times(worksheet, roster, policy, results)
    return tuple(filter(None, notes))


def _timeless(policy: Policy, results: Sequence[Result]) -> list[Result]:
    return [result for result in results if policy.attempts == "last" and not result.attempt]


def _without(policy: Policy, results: Sequence[Result]) -> str:
    if any(result.late for result in results):
        return AS_GRADED
    return NO_WORKSHEET if policy.due is not None else ""


def _grades(worksheet: Worksheet, policy: Policy) -> Iterator[str]:
    """Why no grade can be written."""
    words = ", ".join(worksheet.scale)
    other = [word for word in policy.scale if word not in worksheet.scale]
    if worksheet.columns.scale >= 0 and not policy.scale:
        yield SCALE.format(words=words)
    elif worksheet.columns.scale >= 0 and other:
        yield OTHER_SCALE.format(named=", ".join(other), words=words)
    cell = worksheet.unread_maximum()
    if cell is not None:
        yield MAXIMUM.format(cell=cell)


def _times(worksheet: Worksheet, roster: Roster, policy: Policy, results: Sequence[Result]) -> Iterator[str]:
    """What could not be read of times, and where Moodle and course.toml say different things."""
    if policy.due is None:
        return
    if worksheet.columns.submitted < 0:
        yield NO_TIMES
    if strangers := sorted(set(policy.extensions) - worksheet.numbers()):
        more = f" and {len(strangers) - NAMED} more" if len(strangers) > NAMED else ""
        yield STRANGERS.format(who=", ".join(strangers[:NAMED]) + more)
    late = roster.late
    yield _of(_owned(results, late.unread), results, UNREAD)
    yield _of(_owned(results, late.extended), results, EXTENDED)
    yield _of(_owned(results, late.late_here), results, LATE_HERE)
    yield _of(_owned(results, late.late_there), results, LATE_THERE)


def _owned(results: Iterable[Result], numbers: Collection[str]) -> list[Result]:
    return [result for result in results if any(owner in numbers for owner in result.owners)]


def _of(concerned: Sequence[Result], everyone: Sequence[Result], words: str) -> str:
    """The words, and whom they concern; "" where it is nobody."""
    if not concerned:
        return ""
    named = ", ".join(result.submission for result in concerned[:NAMED])
    more = f" and {len(concerned) - NAMED} more" if len(concerned) > NAMED else ""
    return words.format(who=f"{named}{more} ({len(concerned)} of {len(everyone)})")
