"""When something was handed in, by a table of the class, and how late that is. Dates in, seconds out; no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from grader.intake.dates import readings
from grader.intake.languages import Language
from paribus.course.policy import Policy

ON_TIME = "so this counts as handed in on time."


@dataclass(frozen=True)
class Late:
    """What a table of the class and the course's policy say of lateness, by person.

    ``seconds`` after the due time, an extension counted; ``unread`` the remark on who counts as on time because a
    date could not be read. The rest is for the instructor: who is on time by an extension that only the platform
    knows, and who is late here alone, or there alone.
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    extended: frozenset[str] = frozenset()
    late_here: frozenset[str] = frozenset()
    late_there: frozenset[str] = frozenset()


def late_remark(seconds: float) -> str:
    """What is said of work that came ``seconds`` after its time."""
    return f"late: handed in {late_words(seconds)} after the time at which it was due."


def late_words(seconds: float) -> str:
    """A stretch of time in days, hours and minutes."""
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min"]
    return " ".join(filter(None, parts))


def read_date(text: str, policy: Policy, known: Sequence[Language] = ()) -> datetime | None:
    """The moment that a date in a table names, in the course's time zone; None where it can mean none, or several.
    ``known`` are the languages in which the table may be.

    Of an hour that comes twice, when the clocks are set back, it is the first.
    """
    if policy.date_format:
        try:
            return in_zone(datetime.strptime(text.strip(), policy.date_format), policy)  # the zone follows
        except ValueError:
            return None
    found = readings(text, known)
    return in_zone(found[0], policy) if len(found) == 1 else None


def not_read(text: str, known: Sequence[Language], table: str) -> str:
    """The remark on who counts as on time because a date in their ``table`` cannot be read."""
    found = readings(text, known)
    if len(found) > 1:
        both = " and as ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in found[:2])
        return f"late: the date {text!r} in the {table} reads as {both}, {ON_TIME}"
    return f"late: the date {text!r} in the {table} could not be read, {ON_TIME}"


def in_zone(moment: datetime, policy: Policy) -> datetime:
    """The moment in the course's time zone, where it has none of its own."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(policy.timezone))


def after(when: datetime, due: datetime) -> float:
    """The seconds that really passed: two times of one zone are otherwise compared by their clocks."""
    return (when.astimezone(UTC) - due.astimezone(UTC)).total_seconds()
