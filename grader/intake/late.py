"""When something was handed in, by Moodle's worksheet, and how late that is. Dates in, seconds out; no clock."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from course.policy import Policy
from grader.intake.dates import readings
from grader.intake.status import Status, read_status
from grader.intake.worksheet import Student, Worksheet

ON_TIME = "so this counts as handed in on time."


@dataclass(frozen=True)
class Late:
    """What a worksheet and a course's policy say of lateness, by Moodle's number.

    ``seconds`` after the due time, an extension counted; ``unread`` the remark on who counts as on time because a
    date could not be read. The rest is for the instructor: who is on time by an extension that only Moodle knows,
    and who is late here or in Moodle alone.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    extended: tuple[str, ...] = ()
    late_here: tuple[str, ...] = ()
    late_there: tuple[str, ...] = ()


def late_remark(seconds: float) -> str:
    """What is said of work that came ``seconds`` after its time."""
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min"]
    return f"late: handed in {' '.join(filter(None, parts))} after the time at which it was due."


def lateness(worksheet: Worksheet, policy: Policy) -> Late:
    """Who handed in late, and whose date cannot be read; who handed nothing in is left out.

    The latest of the times counts at which a student's work is due: course.toml's with its extension, the extension
    in Moodle's Status, and Moodle's own due time for this student alone.
    """
    seconds: dict[str, float] = {}
    unread: dict[str, str] = {}
    extended: list[str] = []
    here: list[str] = []
    there: list[str] = []
    usual = _usual_due(worksheet)
    for student in worksheet.students:
        due = policy.due_for(student.number)
        if due is None or student.submitted in ("", "-"):
            continue
        when = read_date(student.submitted, policy, worksheet)
        if when is None:
            unread[student.number] = _not_read(student.submitted, worksheet)
            continue
        status = read_status(student.status, worksheet.languages)
        own = [_in_zone(moment, policy) for moment in status.extension[:1] if len(status.extension) == 1]
        if student.due not in ("", usual):
            own += [moment for moment in [read_date(student.due, policy, worksheet)] if moment is not None]
        after = _after(when, due)
        late = min([after, *(_after(when, moment) for moment in own)])
        if after > 0 >= late:
            extended.append(student.number)
        if late > 0 and status.unread and student.number not in policy.extensions:
            unread[student.number] = (
                f"late: the worksheet speaks of an extension that could not be read ({status.unread!r}), and "
                f"course.toml of none, {ON_TIME}"
            )
            continue
        if late > 0:
            seconds[student.number] = late
        _contradiction(student, status, late, here, there)
    return Late(seconds, unread, tuple(extended), tuple(here), tuple(there))


def handed_in(worksheet: Worksheet, policy: Policy) -> dict[str, datetime]:
    """By Moodle's number: when it was handed in, for all whose date can be read."""
    dates = ((student.number, read_date(student.submitted, policy, worksheet)) for student in worksheet.students)
    return {number: when for number, when in dates if when is not None}


def read_date(text: str, policy: Policy, worksheet: Worksheet | None = None) -> datetime | None:
    """The moment that a worksheet's date names, in the course's time zone; None where it can mean none, or several.

    Of an hour that comes twice, when the clocks are set back, it is the first.
    """
    if policy.date_format:
        try:
            return _in_zone(datetime.strptime(text.strip(), policy.date_format), policy)  # the zone follows
        except ValueError:
            return None
    found = readings(text, worksheet.languages if worksheet is not None else ())
    return _in_zone(found[0], policy) if len(found) == 1 else None


def _not_read(text: str, worksheet: Worksheet) -> str:
    found = readings(text, worksheet.languages)
    if len(found) > 1:
        both = " and as ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in found[:2])
        return f"late: the date {text!r} in the worksheet reads as {both}, {ON_TIME}"
    return f"late: the date {text!r} in the worksheet could not be read, {ON_TIME}"


def _usual_due(worksheet: Worksheet) -> str:
    """The due time that most rows have, where Moodle gives one a row: the assignment's own."""
    return Counter(student.due for student in worksheet.students).most_common(1)[0][0] if worksheet.rows else ""


def _in_zone(moment: datetime, policy: Policy) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(policy.timezone))


def _after(when: datetime, due: datetime) -> float:
    """The seconds that really passed: two times of one zone are otherwise compared by their clocks."""
    return (when.astimezone(UTC) - due.astimezone(UTC)).total_seconds()


def _contradiction(student: Student, status: Status, late: float, here: list[str], there: list[str]) -> None:
    """Note where Moodle says late and we do not, or the other way round."""
    if status.late is False and late > 0:
        here.append(student.number)
    if status.late is True and late <= 0:
        there.append(student.number)
