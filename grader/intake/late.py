"""When something was handed in, by Moodle's worksheet, and how late that is. Dates in, seconds out; no clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from grader.intake.dates import readings
from grader.intake.languages import Language
from grader.intake.status import read_status
from grader.intake.worksheet import Student, Worksheet
from paribus.course.policy import Policy

ON_TIME = "so this counts as handed in on time."


@dataclass(frozen=True)
class Late:
    """What a worksheet and a course's policy say of lateness, by Moodle's number.

    ``seconds`` after the due time, an extension counted; ``unread`` the remark on who counts as on time because a
    date could not be read. The rest is for the instructor: who is on time by an extension that only Moodle knows,
    and who is late here alone, or in Moodle alone.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    extended: frozenset[str] = frozenset()
    late_here: frozenset[str] = frozenset()
    late_there: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Row:
    """What one row says: the seconds after the due time or why they are not known, and what Moodle says of it."""

    late: float = 0.0
    unread: str = ""
    extended: bool = False
    moodle: bool | None = None


def late_remark(seconds: float) -> str:
    """What is said of work that came ``seconds`` after its time."""
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min"]
    return f"late: handed in {' '.join(filter(None, parts))} after the time at which it was due."


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
        return _Row(unread=_not_read(student.submitted, known))
    if policy.sections and student.group not in policy.sections:
        sections = ", ".join(policy.sections)
        return _Row(
            unread=f"late: the worksheet's group {student.group!r} is no section under due in course.toml "
            f"({sections}), {ON_TIME}"
        )
    status = read_status(student.status, known)
    granted = [_in_zone(moment, policy) for moment in status.extension] if not status.unread else []
    alone = read_date(student.due, policy, known) if student.due != usual else None
    late = max(0.0, min(_after(when, moment) for moment in (due, *granted, *([alone] if alone else []))))
    if late and status.unread and student.number not in policy.extensions:
        return _Row(
            unread=f"late: the worksheet speaks of an extension that could not be read ({status.unread!r}), and "
            f"course.toml of none, {ON_TIME}"
        )
    return _Row(late, extended=not late and _after(when, due) > 0, moodle=status.late)


def handed_in(worksheet: Worksheet, policy: Policy) -> dict[str, datetime]:
    """By Moodle's number: when it was handed in, for all whose date can be read."""
    found = {
        student.number: read_date(student.submitted, policy, worksheet.languages) for student in worksheet.students
    }
    return {number: when for number, when in found.items() if when is not None}


def read_date(text: str, policy: Policy, known: Sequence[Language] = ()) -> datetime | None:
    """The moment that a worksheet's date names, in the course's time zone; None where it can mean none, or several.
    ``known`` are the languages in which the worksheet may be.

    Of an hour that comes twice, when the clocks are set back, it is the first.
    """
    if policy.date_format:
        try:
            return _in_zone(datetime.strptime(text.strip(), policy.date_format), policy)  # the zone follows
        except ValueError:
            return None
    found = readings(text, known)
    return _in_zone(found[0], policy) if len(found) == 1 else None


def _not_read(text: str, known: Sequence[Language]) -> str:
    found = readings(text, known)
    if len(found) > 1:
        both = " and as ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in found[:2])
        return f"late: the date {text!r} in the worksheet reads as {both}, {ON_TIME}"
    return f"late: the date {text!r} in the worksheet could not be read, {ON_TIME}"


def _in_zone(moment: datetime, policy: Policy) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(policy.timezone))


def _after(when: datetime, due: datetime) -> float:
    """The seconds that really passed: two times of one zone are otherwise compared by their clocks."""
    return (when.astimezone(UTC) - due.astimezone(UTC)).total_seconds()
