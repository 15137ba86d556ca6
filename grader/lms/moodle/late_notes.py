"""What a worksheet and a policy say of times, drafts, scales and grades, in sentences on the batch as a whole."""

from collections.abc import Iterator, Sequence

from grader.intake.roster import Roster
from grader.lms.moodle.worksheet import Worksheet
from grader.lms.saying import concerned, names, owned_by, policy_notes
from grader.model import Result
from paribus.course.policy import Policy

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
AS_GRADED = "Without --worksheet the times are not known: who is late, and by how much, is as it was graded."
NO_WORKSHEET = "course.toml names a due time, but without --worksheet no times are known, and nobody is late."


def time_notes(
    worksheet: Worksheet | None, roster: Roster, policy: Policy, results: Sequence[Result]
) -> tuple[str, ...]:
    """A note for each thing that the instructor should know, with the submissions that it concerns."""
    notes = [*policy_notes(policy, results)]
    if policy.scale and (worksheet is None or worksheet.columns.scale < 0):
        notes.append(NO_SCALE)
    if worksheet is None:
        notes.append(_without(policy, results))
    else:
        notes += [*_grades(worksheet, policy), concerned(DRAFTS, owned_by(results, roster.drafts), results)]
        notes += _times(worksheet, roster, policy, results)
    return tuple(filter(None, notes))


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
        yield STRANGERS.format(who=names(strangers))
    late = roster.late
    yield concerned(UNREAD, owned_by(results, late.unread), results)
    yield concerned(EXTENDED, owned_by(results, late.extended), results)
    yield concerned(LATE_HERE, owned_by(results, late.late_here), results)
    yield concerned(LATE_THERE, owned_by(results, late.late_there), results)
