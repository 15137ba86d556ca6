"""Which learning platform a class comes from: the one that course.toml names, else the one that the files tell."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from grader.errors import WorksheetError
from grader.lms.names import platform_folders
from grader.lms.platform import Platform
from grader.lms.tables import read_table
from paribus.course.near import did_you_mean
from paribus.errors import UsageError

USUAL = "moodle"
"""The platform where neither course.toml nor the files tell."""


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
