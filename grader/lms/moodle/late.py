"""Who handed in late by Moodle's worksheet: its times, its Status and its own due times, beside course.toml."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.intake.languages import Language
from grader.intake.late import ON_TIME, Late, after, in_zone, not_read, read_date
from grader.lms.moodle.status import read_status
from grader.lms.moodle.worksheet import Student, Worksheet
from paribus.course.policy import Policy


@dataclass(frozen=True)
class _Row:
    """What one row says: the seconds after the due time or why they are not known, and what Moodle says of it."""

    late: float = 0.0
    unread: str = ""
    extended: bool = False
    moodle: bool | None = None


def lateness(worksheet: Worksheet, policy: Policy) -> Late:
    """Who handed in late, and whose date cannot be read; who handed nothing in is left out."""
    usual = Counter(student.due for student in worksheet.students).most_common(1)
    rows = {
        student.number: _row(student, due, usual[0][0], policy, worksheet.languages)
        for student in worksheet.students
        if (due := policy.due_for(student.number, student.group)) is not None and student.submitted not in ("", "-")
    }
    return Late(
        seconds={number: row.late for number, row in rows.items() if row.late > 0},
        unread={number: row.unread for number, row in rows.items() if row.unread},
        extended=frozenset(number for number, row in rows.items() if row.extended),
        late_here=frozenset(number for number, row in rows.items() if row.late > 0 and row.moodle is False),
        late_there=frozenset(
            number for number, row in rows.items() if not row.late and not row.unread and row.moodle is True
        ),
    )


def _row(student: Student, due: datetime, usual: str, policy: Policy, known: Sequence[Language]) -> _Row:
    """The latest of the times counts at which a student's work is due: course.toml's with its extension, the
    extension in Moodle's Status, and Moodle's own due time for this student, where most have another (``usual``).
    """
    when = read_date(student.submitted, policy, known)
    if when is None:
        return _Row(unread=not_read(student.submitted, known, "worksheet"))
    if policy.sections and student.group not in policy.sections:
        sections = ", ".join(policy.sections)
        return _Row(
            unread=f"late: the worksheet's group {student.group!r} is no section under due in course.toml "
            f"({sections}), {ON_TIME}"
        )
    status = read_status(student.status, known)
    granted = [in_zone(moment, policy) for moment in status.extension] if not status.unread else []
    alone = read_date(student.due, policy, known) if student.due != usual else None
    late = max(0.0, min(after(when, moment) for moment in (due, *granted, *([alone] if alone else []))))
    if late and status.unread and student.number not in policy.extensions:
        return _Row(
            unread=f"late: the worksheet speaks of an extension that could not be read ({status.unread!r}), and "
            f"course.toml of none, {ON_TIME}"
        )
    return _Row(late, extended=not late and after(when, due) > 0, moodle=status.late)


def handed_in(worksheet: Worksheet, policy: Policy) -> dict[str, datetime]:
    """By Moodle's number: when it was handed in, for all whose date can be read."""
    found = {
        student.number: read_date(student.submitted, policy, worksheet.languages) for student in worksheet.students
    }
    return {number: when for number, when in found.items() if when is not None}
