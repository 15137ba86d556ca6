"""Canvas by files: its zip of submissions and its gradebook in; the gradebook and a zip of feedback files back."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from grader.lms.canvas.gradebook import (
    EXCUSED,
    NOT_ASSIGNED,
    Gradebook,
    is_gradebook,
    read_gradebook,
    write_gradebook,
)
from grader.lms.canvas.names import ANONYMOUS, feedback_name, read_name, squashed
from grader.lms.canvas.regrade import regrade
from grader.lms.canvas.roster import LATE, MISSING, check_belongs, place, read_roster, reader
from grader.lms.counting import by_student, chosen, points_of
from grader.lms.platform import Enrolled, Marked, Platform, Returned
from grader.lms.saying import concerned, names, owned_by, policy_notes, unplaced
from grader.model import Result
from paribus.course.assignment import Assignment
from paribus.course.policy import Policy

SHEET, ZIP = "canvas_gradebook.csv", "canvas_feedback.zip"
# The earliest time that a zip can hold: the same pages give the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)
UNREAD = "Times that could not be read, so that these count as handed in on time: {who}."
EXTENDED = "On time by a due time in Canvas that course.toml does not name: {who}."
TWICE = (
    "course.toml takes points off for lateness: {who}. Where Canvas's own late policy is on (Grades, the cog, Late "
    "Policies), switch it off: it would take points off once more."
)
ADVICE = (
    "In Canvas, upload canvas_gradebook.csv under Grades, Import: it shows what would change before anything does. "
    "Upload canvas_feedback.zip at the assignment, under Upload Submissions, and once: every upload adds comments."
)


def grades(gradebook: Gradebook | None, marked: Marked) -> Returned:
    """The gradebook with the rows of those who get a grade; nothing where none was given."""
    if gradebook is None:
        return Returned({}, tuple(filter(None, _notes(None, {}, marked))))
    found = by_student(marked.results)
    scores = {}
    for student in gradebook.students:
        counts = chosen(found[student.number], marked.policy.attempts) if student.number in found else None
        points = None if counts is None else points_of(counts, gradebook.maximum)
        if points is not None:
            scores[student.number] = points
    taken = {
        student.number: scores[student.number]
        for student in gradebook.students
        if student.number in scores and student.cell not in (EXCUSED, NOT_ASSIGNED)
    }
    content = write_gradebook(gradebook, taken, nameless=marked.policy.anonymous)
    return Returned({SHEET: content}, tuple(filter(None, _notes(gradebook, scores, marked))))


def feedback(results: Sequence[Result], pages: Mapping[str, str], assignment: Assignment) -> dict[str, bytes]:
    """The pages under the names by which Canvas finds the uploads that they are about."""
    members = {
        name: pages[result.submission] for result in results if (name := feedback_name(result.source)) is not None
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, page in sorted(members.items()):
            info = zipfile.ZipInfo(name, NO_TIME)
            info.external_attr = 0o644 << 16
            archive.writestr(info, page.encode(), zipfile.ZIP_DEFLATED)
    return {ZIP: buffer.getvalue()}


def _notes(gradebook: Gradebook | None, scores: Mapping[str, float], marked: Marked) -> Iterator[str]:
    results, policy = marked.results, marked.policy
    yield from policy_notes(policy, results)
    if gradebook is None:
        yield (
            "Without Canvas's gradebook no grades can be written for it. Export the gradebook, and give it with "
            "--gradebook; --collect then grades nothing anew."
        )
    elif any(result.student.startswith(ANONYMOUS) for result in results):
        yield (
            "Canvas hides the names in this assignment, and its gradebook has no row for such: no grade "
            "is written. Post the grades in Canvas, download submissions and gradebook again, and grade those."
        )
    else:
        yield from _of_people(gradebook, scores, marked)
    marked_late = [result for result in results if LATE in result.remarks]
    yield concerned(
        "Canvas marks these as late and does not say by how much, so nothing is taken off here: {who}. Canvas's "
        "own late policy can do it (Grades, the cog, Late Policies).", marked_late, results,
    )  # fmt: skip
    if policy.due is not None and not (gradebook is not None and gradebook.has_times):
        yield "course.toml names a due time, but Canvas's files hold no times: Canvas alone says who was late."
    yield concerned(UNREAD, owned_by(results, marked.roster.late.unread), results)
    yield concerned(EXTENDED, owned_by(results, marked.roster.late.extended), results)
    yield concerned(TWICE, [result for result in results if result.penalty], results)
    unnamed = [result for result in results if feedback_name(result.source) is None]
    yield concerned(
        f"Canvas takes no feedback file for these, since no upload of its own is behind them: {{who}}. {ZIP} "
        "leaves them out; their pages are in feedback/.", unnamed, results,
    )  # fmt: skip


def _of_people(gradebook: Gradebook, scores: Mapping[str, float], marked: Marked) -> Iterator[str]:
    """Whose grade cannot be written, or may be meant for others."""
    results = marked.results
    yield from unplaced(
        results,
        MISSING,
        fits_several="Nobody can tell whose work this is: {who}. No grade is written for those who may be meant; "
        "the report says who. Enter these grades in Canvas by hand.",
        fits_nobody="The gradebook has no row for {some}: {who}. Was it exported from this course, after they "
        "joined it?",
    )
    for cell, why in (
        (EXCUSED, "are excused in Canvas"),
        (NOT_ASSIGNED, "have N/A in the gradebook: the assignment is not theirs, or its names are hidden"),
    ):
        people = [
            student.number if marked.policy.anonymous else student.name
            for student in gradebook.students
            if student.number in scores and student.cell == cell
        ]
        if people:
            yield f"No grade is written for those who {why}: {names(people)}."
    called = {student.number: student.name for student in gradebook.students}
    others = [
        f"{named.name} ({called[result.student]})" for result in results
        if (named := read_name(result.source.rsplit("/", 1)[-1])) is not None and result.student in called
        and named.number == result.student and named.name != squashed(called[result.student]) and result.owners
    ]  # fmt: skip
    if others:
        yield (
            f"The name in the file is another than the gradebook's for its number: {names(others)}. It is a "
            "group's, or was changed. The grade goes to that number; in a group assignment Canvas gives it to the "
            "whole group, unless it grades each member alone."
        )


def enrolled(gradebook: Gradebook, policy: Policy) -> list[Enrolled]:
    """Everyone in the gradebook."""
    return [Enrolled(student.number, student.name, section=student.section) for student in gradebook.students]


PLATFORM = Platform(
    name="canvas",
    table="Canvas's gradebook (in Canvas: Grades, Export, Export Entire Gradebook)",
    is_table=is_gradebook,
    read_table=read_gradebook,
    reader=reader,
    roster=read_roster,
    enrolled=enrolled,
    place=place,
    check=check_belongs,
    grades=grades,
    feedback=feedback,
    outputs=(("for Canvas", SHEET), ("once", ZIP)),
    advice=ADVICE,
    regrade=regrade,
)
