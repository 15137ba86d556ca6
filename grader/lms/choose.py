"""Which learning platform a class comes from: the one that course.toml names, else the one that the files tell."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.errors import WorksheetError
from grader.intake.roster import Roster
from grader.lms.platform import Platform
from grader.lms.tables import read_table
from paribus.course.added import tables
from paribus.course.assignment import Assignment
from paribus.course.near import did_you_mean
from paribus.course.platforms import LEARNING, OWN, broken, homes
from paribus.course.policy import Policy
from paribus.errors import UsageError

USUAL = "plain"
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
    """Every platform, by its name in course.toml. UsageError where two write files of one name: nobody could tell
    for which of them a run wrote it.
    """
    found, writers = tables(LEARNING, Platform), dict[str, str]()
    for name in sorted(found, key=lambda name: homes(LEARNING)[name].installed != OWN):
        for _, file in found[name].outputs:
            if writers.setdefault(file, name) != name:
                wrong = f"writes {file!r}, and so does {writers[file]!r}; expected a file name of its own"
                raise broken(LEARNING, name, homes(LEARNING)[name], wrong)
    return found


def platform_named(name: str) -> Platform[Any]:
    """The platform that course.toml calls so. UsageError lists what there is."""
    if name not in platforms():
        known = ", ".join(platforms())
        raise UsageError(
            f"course.toml, [grading]: lms = {name!r} is no learning platform; write one of {known}."
            f"{did_you_mean(name, platforms())}"
        )
    return platforms()[name]


def told_by(header: Iterable[str], paths: Iterable[str], earlier: Iterable[str] = ()) -> Platform[Any]:
    """The platform of a class where course.toml names none: the one whose table has this header, else the one that
    named most of the files, else the one for which an ``earlier`` run wrote these files. Where none fits, or an
    earlier run wrote for several, there is none. UsageError where the header or the names fit several.
    """
    cells, listed, written = tuple(header), list(paths), set(earlier)
    signs: tuple[tuple[str, Callable[[Platform[Any]], bool]], ...] = (
        ("the table of the class", lambda item: bool(cells) and item.is_table(cells)),
        ("the names of the files", lambda item: 2 * sum(_names(item, path) for path in listed) > len(listed)),
        ("", lambda item: not written.isdisjoint(name for _, name in item.outputs)),
    )
    for what, tells in signs:
        found = [item for item in platforms().values() if tells(item)]
        if len(found) == 1:
            return found[0]
        if found and what:
            fit = " and ".join(item.name for item in found)
            raise UsageError(
                f"course.toml names no learning platform, and {what} may be of {fit}. Write which one under "
                f"[grading], such as lms = {found[0].name!r}."
            )
    return platform_named(USUAL)


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


def read_intake(
    policy: Policy, table: Path | None, assignment: Assignment, paths: Iterable[str], earlier: Iterable[str] = ()
) -> Intake:
    """The platform that course.toml names, or the files tell (`told_by`), and its table of people, if any.

    UsageError where the platform is not known, WorksheetError where the table is another platform's, or damaged.
    """
    content, origin = (b"", "") if table is None else (table.read_bytes(), table.name)
    named = policy.lms
    platform = platform_named(named) if named else told_by(read_table(content, origin).header, paths, earlier)
    people = None
    if table is not None:
        check_table(platform, content, origin)
        people = platform.read_table(content, origin, assignment, policy)
    return Intake(platform, people, platform.roster(people, policy))
