"""How a course grades, as course.toml's table [grading] says: dates, late work, attempts, names, limits.

Nothing of it stands in a release, so all of it may change while submissions come in.

    [grading]
    timezone = "Europe/Berlin"        # of Moodle's dates and of `due`
    date_format = ""                  # strptime's; empty: Moodle's own formats, in forty languages
    language = ""                     # Moodle's code of the site's language, like "de" or "pt_br"
    attempts = "ask"                  # which of a student's files counts: last, best, or a person chooses
    anonymous = false                 # store and show no name, only Moodle's identifier
    late_penalty = "none"             # none, zero, or "module:Class", a late submission plugin of nbgrader's

    [grading.limits]                  # of one submission, see `Limits`
    seconds = 120

    [grading.assignments.week1_homework]
    due = 2027-03-01T23:59:00
    reveal = 2027-03-01T15:30:00      # when blind models are revealed: what was handed in before came first
    extensions = { 1234 = 48 }        # hours by Moodle's identifier
    scale = { "Fail" = 0, "Pass" = 50 }   # of an assignment with a scale in Moodle: the least points of each word
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NoReturn
from zoneinfo import ZoneInfo

from course.catalog import COURSE_FILE
from course.errors import CatalogError

Attempts = Literal["ask", "last", "best"]
ATTEMPTS: tuple[Attempts, ...] = ("ask", "last", "best")


@dataclass(frozen=True)
class Limits:
    """Bounds on one submission, far above what an honest one needs; the last three are the batch's.

    ``bytes`` of the file, unpacked; ``seconds`` and ``memory_mb`` of the process that reads it (0: no bound on
    memory); ``ratio`` is how much a file of more than 10 MB may shrink in a zip.
    """

    bytes: int = 60_000_000
    cells: int = 5_000
    outputs: int = 20_000
    records: int = 2_000
    picture_bytes: int = 10_000_000
    pictures_bytes: int = 80_000_000
    seconds: float = 120.0
    memory_mb: int = 4_000
    files: int = 50_000
    total_bytes: int = 40_000_000_000
    ratio: float = 200.0


@dataclass(frozen=True)
class Policy:
    """How one assignment is graded. ``due`` is None where nothing is late; ``extensions`` are by Moodle's
    identifier; ``late_penalty`` is "none", "zero" or ``module:Class``; blind models are revealed at ``reveal``.
    ``zone_given`` says that the course named its ``timezone``, which else is a guess. ``scale`` has the least
    points of each word of Moodle's scale, none where the assignment takes numbers.
    """

    timezone: str = "UTC"
    zone_given: bool = False
    date_format: str = ""
    language: str = ""
    attempts: Attempts = "ask"
    anonymous: bool = False
    late_penalty: str = "none"
    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    reveal: datetime | None = None
    scale: Mapping[str, float] = field(default_factory=dict)

    def due_for(self, student: str) -> datetime | None:
        """When a student's work is due, the extension counted."""
        return None if self.due is None else self.due + self.extensions.get(student, timedelta())


def load_policy(assignment: str, path: Path = COURSE_FILE) -> Policy:
    """An assignment's policy. CatalogError names the entry that is wrong and what was expected there."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("grading", {})
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror}). A course has a course.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: is no TOML ({error}).") from error
    return read_policy(raw, assignment, str(path))


def read_policy(raw: object, assignment: str, origin: str) -> Policy:
    """A policy from the parsed table [grading]."""
    reader = _Reader(origin)
    table = reader.table(raw, "grading")
    simple = ("timezone", "date_format", "language", "attempts", "anonymous", "late_penalty")
    reader.only(table, (*simple, "limits", "assignments"), "grading")
    given = {name: table[name] for name in simple if name in table}
    for name, value in given.items():
        kind = bool if name == "anonymous" else str
        if not isinstance(value, kind):
            reader.refuse("grading", f"{name} = {value!r}", "true or false" if kind is bool else "a text in quotes")
    if given.get("attempts", "ask") not in ATTEMPTS:
        reader.refuse("grading", f"attempts = {given['attempts']!r}", f"one of {', '.join(ATTEMPTS)}")
    zone = _zone(reader, given.get("timezone", "UTC"))
    assignments = reader.table(table.get("assignments", {}), "grading.assignments")
    where = f"grading.assignments.{assignment}"
    own = reader.table(assignments.get(assignment, {}), where)
    reader.only(own, ("due", "extensions", "reveal", "scale"), where)
    return Policy(
        **given,
        zone_given="timezone" in given,
        due=_moment(reader, "due", own.get("due"), zone, where),
        reveal=_moment(reader, "reveal", own.get("reveal"), zone, where),
        extensions=_extensions(reader, own.get("extensions", {}), where),
        limits=_limits(reader, table.get("limits", {})),
        scale=_scale(reader, own.get("scale", {}), where),
    )


@dataclass(frozen=True)
class _Reader:
    """Refusals that name the file, the table, what was found and what was expected."""

    origin: str

    def refuse(self, where: str, found: str, expected: str) -> NoReturn:
        raise CatalogError(f"{self.origin}: [{where}] holds {found}; expected {expected}.")

    def table(self, value: object, where: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self.refuse(where, repr(value), "a table")
        return value

    def only(self, raw: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        for name in sorted(set(raw) - set(known)):
            self.refuse(where, f"the unknown name {name!r}", f"one of {', '.join(known)}")


def _zone(reader: _Reader, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        reader.refuse("grading", f"timezone = {name!r}", "a name such as Europe/Berlin")


def _moment(reader: _Reader, name: str, value: object, zone: ZoneInfo, where: str) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        reader.refuse(where, f"{name} = {value!r}", "a date and a time without quotes, like 2027-03-01T23:59:00")
    return value if value.tzinfo is not None else value.replace(tzinfo=zone)


def _extensions(reader: _Reader, value: object, where: str) -> dict[str, timedelta]:
    found: dict[str, timedelta] = {}
    for student, hours in reader.table(value, f"{where}.extensions").items():
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= 24 * 366:
            reader.refuse(f"{where}.extensions", f"{student} = {hours!r}", "hours, as a number up to a year")
        found[student] = timedelta(hours=hours)
    return found


def _scale(reader: _Reader, value: object, where: str) -> dict[str, float]:
    where = f"{where}.scale"
    table = reader.table(value, where)
    for word, points in table.items():
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < math.inf:
            reader.refuse(where, f"{word} = {points!r}", "the least points that the word takes")
    if table and (min(table.values()) > 0 or len(set(table.values())) < len(table)):
        reader.refuse(where, repr(dict(table)), "different points for each word, and one word that takes 0")
    return {" ".join(word.split()): float(points) for word, points in table.items()}


def _limits(reader: _Reader, value: object) -> Limits:
    where = "grading.limits"
    table = reader.table(value, where)
    defaults = asdict(Limits())
    reader.only(table, tuple(defaults), where)
    for name, number in table.items():
        numeric = isinstance(number, int) or (isinstance(defaults[name], float) and isinstance(number, float))
        if isinstance(number, bool) or not numeric or number < (name != "memory_mb"):
            reader.refuse(where, f"{name} = {number!r}", "a positive number")
    return Limits(**table)
