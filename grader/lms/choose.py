"""Which learning platform a class comes from: the one that course.toml names, else the one that the files tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from grader.errors import WorksheetError
from grader.intake.roster import Roster
from grader.lms.names import platform_folders
from grader.lms.platform import Platform
from grader.lms.tables import read_table
from paribus.course.assignment import Assignment
from paribus.course.near import did_you_mean
from paribus.course.policy import Policy
from paribus.errors import UsageError

USUAL = "moodle"
"""The platform where neither course.toml nor the files tell."""


@dataclass(frozen=True)
class Intake:
    """Where a class comes from: the platform, its table of people as it read it, None where none was given, and
    what follows from it.
    """

    platform: Platform[Any]
    people: Any
    roster: Roster


@lru_cache(maxsize=1)
def platforms() -> Mapping[str, Platform[Any]]:
    """Every platform, by its name in course.toml."""
    found = (import_module(f"{folder}.platform").PLATFORM for folder in platform_folders())
    return {item.name: item for item in found}


def platform_named(name: str) -> Platform[Any]:
    """The platform that course.toml calls so. UsageError lists what there is."""
    if name not in platforms():
        known = ", ".join(platforms())
        raise UsageError(
            f"course.toml, [grading]: lms = {name!r} is no learning platform; write one of {known}."
            f"{did_you_mean(name, platforms())}"
        )
    return platforms()[name]


def told_by(header: Iterable[str], paths: Iterable[str]) -> Platform[Any]:
    """The platform of a class where course.toml names none: the one whose table has this header, else the one that
    named most of the files. Where none or several would fit, it is the usual one.
    """
    cells = tuple(header)
    owns = [item for item in platforms().values() if cells and item.is_table(cells)]
    if not owns:
        listed = list(paths)
        owns = [
            item for item in platforms().values() if 2 * sum(_names(item, path) for path in listed) > len(listed)
        ]
    return owns[0] if len(owns) == 1 else platform_named(USUAL)


def _names(platform: Platform[Any], path: str) -> bool:
    """Whether a platform named a path or a part of it, without knowing anybody."""
    read = platform.reader(None)
    return any(read(part) is not None for part in (path, *path.split("/")))


def check_table(platform: Platform[Any], content: bytes, origin: str) -> None:
    """WorksheetError where a file is another platform's table of people."""
    header = read_table(content, origin).header
    others = [item for item in platforms().values() if item.is_table(header)]
    if others and platform not in others:
        other = others[0]
        raise WorksheetError(
            f"{origin} is {other.table.partition(' (')[0]}, and the course has lms = {platform.name!r}. "
            f"Give {platform.table}, or write lms = {other.name!r} under [grading] in course.toml."
        )


def read_intake(policy: Policy, table: Path | None, assignment: Assignment, paths: Iterable[str]) -> Intake:
    """The platform that course.toml names, or the files of these ``paths`` tell, and its table of people, if any.

    UsageError where the platform is not known, WorksheetError where the table is another platform's, or damaged.
    """
    content, origin = (b"", "") if table is None else (table.read_bytes(), table.name)
    named = policy.lms
    platform = platform_named(named) if named else told_by(read_table(content, origin).header, paths)
    people = None
    if table is not None:
        check_table(platform, content, origin)
        people = platform.read_table(content, origin, assignment, policy)
    return Intake(platform, people, platform.roster(people, policy))
