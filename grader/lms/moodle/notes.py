"""What concerns a batch as a whole, in sentences: for the end of a run and the top of the report."""

from collections.abc import Iterator, Mapping, Sequence

from grader.lms.moodle.ignored_rows import NEVER, TICK, Round
from grader.lms.moodle.outputs import is_number, numbers_in_zip
from grader.lms.moodle.roster import MISSING
from grader.lms.moodle.worksheet import Entry, Student, Worksheet
from grader.lms.saying import names, unplaced
from grader.model import Result
from grader.pages.shared import who
from paribus.course.policy import Policy

ANEW = "Download the grading worksheet anew and run this again with it (--collect grades nothing), or tick"


def batch_notes(results: Sequence[Result]) -> Iterator[str]:
    """What is to be said of the results alone."""
    yield from unplaced(
        results,
        MISSING,
        fits_several="Nobody can tell whose work this is: {who}. No grade is written for those who may be meant; "
        "the report says who. Enter these grades in Moodle by hand.",
        fits_nobody="The worksheet has no row for {some}: {who}. Is it this assignment's, and were both downloaded "
        "after groups and names were changed last?",
    )
    pages = [result for result in results if result.team and not numbers_in_zip(result)]
    if pages:
        yield (
            f"Moodle takes no feedback file for those who are in no group, so {names(map(who, pages))} is not in "
            "feedback.zip. The grades and comments go by worksheet.csv; hand the page on yourself."
        )


def worksheet_notes(worksheet: Worksheet, results: Sequence[Result], entries: Mapping[str, Entry]) -> Iterator[str]:
    """What Moodle's own worksheet tells of this batch."""
    students = {student.number: student for student in worksheet.students}
    sizes: dict[str, int] = {}
    for student in worksheet.students:
        sizes[student.group] = sizes.get(student.group, 0) + 1
    alone = [
        result for result in results
        if not result.team and not result.group and (row := students.get(result.student)) is not None
        and row.group not in NEVER and sizes[row.group] > 1
    ]  # fmt: skip
    if alone:
        yield (
            f"The worksheet has groups, and the work of {names(map(who, alone))} bears the name of one student: "
            "it counts for that student alone."
        )
    locked = [student for student in worksheet.students if student.locked and student.number in entries]
    if locked:
        yield (
            f"Moodle will not take the grade of {_people(locked)}: the worksheet says that it cannot be changed. "
            "It is locked or overridden in the gradebook."
        )


def round_notes(this: Round, policy: Policy) -> Iterator[str]:
    """Which rows Moodle would ignore without a word, and what helps."""
    if this.damaged:
        yield "handed_back.json cannot be read, so nothing is known of what went back to Moodle before."
    if this.older:
        yield (
            f"Moodle will ignore worksheet.csv for {_people(this.older)}: this worksheet is older than one that "
            f"was used here before. {ANEW} “{TICK}”."
        )
    if this.again:
        yield (
            f"An earlier worksheet.csv held another grade or comment for {_people(this.again)}. If it or its "
            f"feedback.zip was uploaded, Moodle ignores this one there without a word. {ANEW} “{TICK}”."
        )
    if this.unread:
        yield (
            f"The time of the grade of {_people(this.unread)} cannot be read ({this.unread[0].graded!r}), and goes "
            f"back as it is. Moodle reads English dates alone and may ignore these rows: tick “{TICK}”."
        )
    if this.dated and not policy.zone_given:
        yield (
            "course.toml names no timezone under [grading], so the times of grades go back without one. Where "
            "Moodle's server has another than you have in Moodle, it may ignore rows: name yours."
        )


def made_notes(results: Sequence[Result], policy: Policy) -> Iterator[str]:
    """What a worksheet that Moodle did not write cannot do."""
    if any(result.group for result in results):
        yield (
            "The zip is an assignment's for teams, and only Moodle's worksheet knows who is in which: "
            "worksheet.csv has no row for them. Download the grading worksheet, and give it with --worksheet."
        )
    elif any(is_number(result.student) for result in results):
        yield (
            f"worksheet.csv was made without Moodle's: only a site in {_language(policy)} takes it, and never give "
            "it to an assignment for teams, whose zip has groups' numbers. Better give Moodle's own with "
            "--worksheet."
        )


def _language(policy: Policy) -> str:
    return f"the language {policy.language!r}" if policy.language else "English (course.toml may name another)"


def _people(students: Sequence[Student]) -> str:
    return names(f"{student.name} ({student.number})" if student.name else student.number for student in students)
