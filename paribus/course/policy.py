"""How a course grades, as course.toml's table [grading] says: dates, late work, attempts, names, limits.

Nothing of it is in a release, so all of it may change while submissions come in.

    [grading]
    lms = "moodle"                    # the learning platform: moodle, canvas, or plain where there is none
    roster = "roster.csv"             # the class, where nothing else is given with --roster; beside course.toml
    timezone = "Europe/Berlin"        # of the platform's dates and of `due`
    date_format = ""                  # strptime's; empty: Moodle's own formats, in forty languages
    language = ""                     # Moodle's code of the site's language, like "de" or "pt_br"
    attempts = "ask"                  # which of a student's files counts: last, best, or a person chooses
    anonymous = false                 # store and show no name, only the platform's number
    late_penalty = "none"             # none, zero, or "module:Class", a late submission plugin of nbgrader's; or
                                      # { percent = 10, per = "day", cap = 50 }: of the points, for each day begun

    [grading.roster_columns]          # which column of the roster is what, where its name does not say it
    id = "Student number"             # also: name, first, last, email, section, submitted

    [grading.limits]                  # of one submission, see `Limits`
    seconds = 120

    [grading.assignments.ASSIGNMENT]
    due = 2027-03-01T23:59:00         # or by section: { A = 2027-03-01T23:59:00, B = 2027-03-03T23:59:00 }
    reveal = 2027-03-01T15:30:00      # when blind models are revealed: what was handed in before came first
    extensions = { 1234 = 48 }        # hours by the platform's number, or the roster's
    column = "Homework 1 (4711)"      # the assignment's column in Canvas's gradebook, where its title differs
    scale = { "Fail" = 0, "Pass" = 50 }   # of an assignment with a scale in Moodle: the least points of each word
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from paribus.course.limits import Limits
from paribus.course.reading import Reader, read_toml
from paribus.course.version import require_version
from paribus.records.simple import is_number

Attempts = Literal["ask", "last", "best"]
PERIODS = {"hour": 3600.0, "day": 86400.0, "week": 604800.0}
ROSTER_COLUMNS = ("id", "name", "first", "last", "email", "section", "submitted")
"""What a column of a roster may hold."""
ATTEMPTS: tuple[Attempts, ...] = ("ask", "last", "best")


@dataclass(frozen=True)
class LateTable:
    """What late work loses: ``percent`` of its points for each period that has begun, at most ``cap`` per cent."""

    percent: float
    per: str
    cap: float = 100.0

    def penalty(self, score: float, late: float) -> float:
        """The points that work with ``score`` points loses, ``late`` seconds after it was due."""
        periods = math.ceil(late / PERIODS[self.per])
        return score * min(self.percent * periods, self.cap) / 100


@dataclass(frozen=True)
class Policy:
    """How one assignment is graded. ``lms`` is the learning platform, "" where the course names none; ``roster`` is
    the class's table beside course.toml, ``roster_columns`` its columns by what they hold; ``column`` is the
    assignment's in the platform's gradebook.

    ``due`` is None where nothing is late; ``extensions`` are by the platform's number; ``late_penalty`` is "none",
    "zero", ``module:Class`` or a table; blind models are revealed at ``reveal``. Where sections have their own
    dates, ``sections`` holds them and ``due`` is the last. ``zone_given`` says that the course named its
    ``timezone``, which else is a guess. ``scale`` has the least points of each word of Moodle's scale, none where
    the assignment takes numbers. ``course`` is the course's title, where the file says it.
    """

    course: str = ""
    lms: str = ""
    roster: str = ""
    roster_columns: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    timezone: str = "UTC"
    zone_given: bool = False
    date_format: str = ""
    language: str = ""
    attempts: Attempts = "ask"
    anonymous: bool = False
    late_penalty: str | LateTable = "none"
    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    reveal: datetime | None = None
    sections: Mapping[str, datetime] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)

    def due_for(self, student: str, section: str = "") -> datetime | None:
        """When a student's work is due, by the section and with the extension counted."""
        due = self.sections.get(section, self.due)
        return None if due is None else due + self.extensions.get(student, timedelta())


def load_policy(assignment: str, path: Path) -> Policy:
    """An assignment's policy. CatalogError names the entry that is wrong and what was expected there.

    A file of [grading] alone will do; where it lists weeks, too, [grading.assignments] must name their assignments.
    """
    raw = read_toml(path)
    reader = Reader(str(path))
    require_version(reader, raw)
    weeks = reader.tables(raw, "weeks", "the file").items()
    names = [name for week, table in weeks for name in reader.table(table, "assignments", f"weeks.{week}")]
    course = reader.text(reader.table(raw, "course", "the file"), "title", "course", "")
    return replace(read_policy(raw.get("grading", {}), assignment, str(path), names=names), course=course)


def read_policy(raw: object, assignment: str, origin: str, *, names: Sequence[str] = ()) -> Policy:
    """A policy from the parsed table [grading]; ``names`` are the course's assignments, where they are known."""
    reader = Reader(origin)
    table = reader.as_table(raw, "grading")
    simple = ("lms", "roster", "timezone", "date_format", "language", "attempts", "anonymous", "late_penalty")
    reader.only(table, (*simple, "roster_columns", "limits", "assignments"), "grading")
    given = {name: table[name] for name in simple if name in table}
    if isinstance(given.get("late_penalty"), dict):
        given["late_penalty"] = _late_table(reader, given["late_penalty"])
    for name, value in given.items():
        if isinstance(value, LateTable):
            continue
        kind = bool if name == "anonymous" else str
        if not isinstance(value, kind):
            reader.refuse("grading", f"{name} = {value!r}", "true or false" if kind is bool else "a text in quotes")
    if given.get("attempts", "ask") not in ATTEMPTS:
        reader.refuse("grading", f"attempts = {given['attempts']!r}", f"one of {', '.join(ATTEMPTS)}")
    zone = _zone(reader, given.get("timezone", "UTC"))
    assignments = reader.as_table(table.get("assignments", {}), "grading.assignments")
    for name in sorted(set(assignments) - set(names)) if names else ():
        reader.refuse_name("grading.assignments", "assignment", name, names)
    where = f"grading.assignments.{assignment}"
    own = reader.as_table(assignments.get(assignment, {}), where)
    reader.only(own, ("due", "extensions", "reveal", "scale", "column"), where)
    sections = _sections(reader, own.get("due"), zone, where)
    return Policy(
        **given,
        roster_columns=_roster_columns(reader, table.get("roster_columns", {})),
        column=reader.text(own, "column", where, ""),
        zone_given="timezone" in given,
        due=_moment(reader, "due", own.get("due"), zone, where) if not sections else max(sections.values()),
        sections=sections,
        reveal=_moment(reader, "reveal", own.get("reveal"), zone, where),
        extensions=_extensions(reader, own.get("extensions", {}), where),
        limits=_limits(reader, table.get("limits", {})),
        scale=_scale(reader, own.get("scale", {}), where),
    )


def _roster_columns(reader: Reader, value: object) -> dict[str, str]:
    where = "grading.roster_columns"
    table = reader.as_table(value, where)
    reader.only(table, ROSTER_COLUMNS, where)
    return {what: reader.text(table, what, where) for what in table}


def _zone(reader: Reader, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        reader.refuse("grading", f"timezone = {name!r}", "a name such as Europe/Berlin")


def _moment(reader: Reader, name: str, value: object, zone: ZoneInfo, where: str) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        expected = f"a date and a time without quotes, like {name} = 2027-03-01T23:59:00"
        reader.refuse(where, f"{name} = {value!r}", expected, str(value))
    return value if value.tzinfo is not None else value.replace(tzinfo=zone)


def _sections(reader: Reader, value: object, zone: ZoneInfo, where: str) -> dict[str, datetime]:
    """A date for each section, by the name that the worksheet's column of groups has for it."""
    found = {}
    for section, date in value.items() if isinstance(value, dict) else ():
        moment = _moment(reader, section, date, zone, f"{where}.due")
        if moment is not None:
            found[str(section)] = moment
    return found


def _late_table(reader: Reader, table: Mapping[str, Any]) -> LateTable:
    where = "grading.late_penalty"
    reader.only(table, ("percent", "per", "cap"), where)
    percent, per, cap = table.get("percent"), table.get("per", "day"), table.get("cap", 100)
    for name, number in (("percent", percent), ("cap", cap)):
        if not is_number(number) or not 0 < number <= 100:
            reader.refuse(where, f"{name} = {number!r}", "a number above 0 and up to 100")
    if per not in PERIODS:
        reader.refuse(where, f"per = {per!r}", f"one of {', '.join(PERIODS)}")
    return LateTable(float(table["percent"]), str(per), float(cap))


def _extensions(reader: Reader, value: object, where: str) -> dict[str, timedelta]:
    found: dict[str, timedelta] = {}
    for student, hours in reader.as_table(value, f"{where}.extensions").items():
        if not is_number(hours) or not 0 <= hours <= 24 * 366:
            reader.refuse(f"{where}.extensions", f"{student} = {hours!r}", "hours, as a number up to a year")
        found[student] = timedelta(hours=hours)
    return found


def _scale(reader: Reader, value: object, where: str) -> dict[str, float]:
    where = f"{where}.scale"
    table = reader.as_table(value, where)
    for word, points in table.items():
        if not is_number(points) or not 0 <= points < math.inf:
            reader.refuse(where, f"{word} = {points!r}", "the least points that the word takes")
    if table and (min(table.values()) > 0 or len(set(table.values())) < len(table)):
        reader.refuse(where, repr(dict(table)), "different points for each word, and one word that takes 0")
    return {" ".join(word.split()): float(points) for word, points in table.items()}


def _limits(reader: Reader, value: object) -> Limits:
    where = "grading.limits"
    table = reader.as_table(value, where)
    defaults = asdict(Limits())
    reader.only(table, tuple(defaults), where)
    for name, number in table.items():
        numeric = isinstance(number, int) or (isinstance(defaults[name], float) and isinstance(number, float))
        if isinstance(number, bool) or not numeric or number < (name != "memory_mb"):
            reader.refuse(where, f"{name} = {number!r}", "a positive number")
    return Limits(**table)
