"""Which course a command means: the one that --course names, else the nearest course.toml upwards from here."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.errors import ParibusError, UsageError

if TYPE_CHECKING:
    from paribus.course.catalog import Course

FILE = "course.toml"


def add_course(parser: argparse.ArgumentParser) -> None:
    """Add --course to a command."""
    parser.add_argument(
        "--course", type=Path, metavar="DIR",
        help="the course's folder, or its course.toml (default: the nearest course.toml from here upwards)",
    )  # fmt: skip


def course_of(arguments: argparse.Namespace) -> "Course":
    """The course that a command's arguments mean; its own metrics are known from here on."""
    from paribus.course.catalog import load_course
    from paribus.metrics.registry import enter_metrics

    course = load_course(find_course(arguments.course))
    enter_metrics(course.metrics)
    return course


def find_course(said: Path | None, start: Path | None = None) -> Path:
    """The course.toml that is meant. A folder holds a course as course.toml or as course/course.toml.

    UsageError where there is none, or where one folder holds both.
    """
    found = nearest_course(said, start)
    if found is None:
        raise UsageError(
            f"There is no {FILE} in {(start or Path.cwd()).resolve()} or in a folder above it. Change into your "
            "course's folder, name it with --course DIR, or write a new one with `paribus new DIR`."
        )
    return found


def nearest_course(said: Path | None, start: Path | None = None) -> Path | None:
    """As `find_course`; None where there is no course and none was named, since grading needs a release alone."""
    if said is not None:
        found = said if said.is_file() else _in_folder(said)
        if found is None:
            missing = f"{said} holds no {FILE}" if said.is_dir() else f"there is no {said}"
            raise UsageError(f"--course {said}: {missing}. Name the folder of a course, or its {FILE}.")
        return found
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        found = _in_folder(folder)
        if found is not None:
            return found
    return None


def assignment_names(said: Path | None = None) -> tuple[str, ...]:
    """What the assignments of the course are called that is meant, in order; none where no course can be read."""
    from paribus.course.catalog import load_course

    try:
        found = nearest_course(said)
        return () if found is None else tuple(entry.name for entry in load_course(found).entries())
    except ParibusError:
        return ()


def example_names(start: Path | None = None) -> dict[str, str]:
    """What the nearest course calls its first week, assignment, homework, zoo, quiz and profile: for help texts.

    Where there is no course that can be read, words in capitals.
    """
    from paribus.course.catalog import load_course  # every command imports this module, and few read a course

    names = {name: name.upper() for name in ("week", "assignment", "homework", "zoo", "quiz", "profile")}
    try:
        found = nearest_course(None, start)
        course = None if found is None else load_course(found)
    except ParibusError:
        return names
    if course is None:
        return names
    entries = course.entries()
    firsts = {
        "week": [week.name for week in course.weeks],
        "assignment": [entry.name for entry in entries],
        "homework": [entry.name for entry in entries if entry.kind == "homework"],
        "zoo": list(course.zoos),
        "quiz": list(course.quizzes),
        "profile": [course.smallest.name],
    }
    return {name: found[0] if found else names[name] for name, found in firsts.items()}


def _in_folder(folder: Path) -> Path | None:
    found = [path for path in (folder / FILE, folder / "course" / FILE) if path.is_file()]
    if len(found) > 1:
        raise UsageError(
            f"{folder} holds two courses, {FILE} and course/{FILE}. Say which one you mean: --course {found[0]} or "
            f"--course {found[1]}."
        )
    return found[0] if found else None
