"""`paribus build`: sources to notebooks, the students' wheel and the instructor's release folder."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError

if TYPE_CHECKING:
    from generator.building.build import BuildReport, Options
    from generator.linting.finding import Finding
    from paribus.course.catalog import Course


LISTED = 8


def configure_build(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that build and release share."""
    parser.add_argument("name", help="a week or an assignment of the course")
    add_course(parser)
    parser.add_argument(
        "--profile", metavar="NAME", help="the notebooks' default profile (default: what course.toml says)"
    )
    parser.add_argument(
        "--platform", action="append", dest="platforms", metavar="NAME",
        help="this platform alone, such as jupyter; may be given more than once (default: the course's)",
    )  # fmt: skip
    parser.add_argument(
        "--references", type=Path, metavar="DIR",
        help="where recorded references are (default: the course's solutions)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("build"), metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--zoos", type=Path, metavar="DIR", help="where `paribus zoo build` left blind zoos (default: as --out)"
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help="let another release take the place of one that went out; without it, what would change is listed",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def options_of(arguments: argparse.Namespace, course: "Course") -> "Options":
    """The options that the arguments mean."""
    from generator.building.blind import read_editions
    from generator.building.build import Options
    from generator.running.references import load_references

    if arguments.out.exists() and not arguments.out.is_dir():
        raise UsageError(f"--out {arguments.out} is a file; expected a folder.")
    chosen = tuple(sorted(set(arguments.platforms or ())))
    editions = read_editions(arguments.zoos or arguments.out, tuple(course.zoos))
    revealed = getattr(arguments, "revealed", False)
    references = load_references(arguments.references or course.folders.solutions)
    return Options(arguments.profile, chosen, references, editions, revealed)


def configure_alone(parser: argparse.ArgumentParser) -> None:
    """Add the arguments, those of `paribus build` alone included."""
    configure_build(parser)
    parser.add_argument(
        "--lint",
        action="store_true",
        help="first check links and spelling of the sources; findings end the build with 1, and nothing is written",
    )
    parser.add_argument("--online", action="store_true", help="with --lint: also try the links to other sites")


def run_build(arguments: argparse.Namespace) -> int:
    """Build what was asked for; 1 where --lint finds something."""
    from generator.building.build import build
    from generator.building.upgrade import require_accepted

    course, guard = course_of(arguments), {} if arguments.accept else {"guard": require_accepted}
    if arguments.online and not arguments.lint:
        raise UsageError("--online is for links that --lint checks: add --lint.")
    if arguments.lint and (findings := _lint(course, arguments)):
        as_values = [{"file": str(item.file), "line": item.line, "what": item.what} for item in findings]
        print(json.dumps({"findings": as_values}, indent=1) if arguments.json else "\n".join(map(str, findings)))
        return 1
    report = build(course, course.select(arguments.name), arguments.out, options_of(arguments, course), **guard)
    say_untaken(course)
    print(as_json(report) if arguments.json else as_lines(report))
    return 0


def say_untaken(course: "Course") -> None:
    """Name the settings of profiles that nothing takes, beside the result."""
    from generator.building.untaken import untaken_settings

    for note in untaken_settings(course):
        print(f"note  {note}", file=sys.stderr)


def _lint(course: "Course", arguments: argparse.Namespace) -> "Sequence[Finding]":
    from generator.linting.links import try_address
    from generator.linting.lint import lint

    return lint(course, course.select(arguments.name), reach=try_address if arguments.online else None)


def as_json(report: "BuildReport") -> str:
    """The result for a program."""
    return json.dumps(
        {
            "out": str(report.out),
            "releases": {item.entry.name: item.release.digest for item in report.built},
            "wheel": report.wheel,
            "files": list(report.files),
            "missing_references": list(report.missing),
            "placeholders": list(report.placeholders),
        },
        indent=1,
    )


def as_lines(report: "BuildReport") -> str:
    """The result for a person."""
    lines = [
        f"{item.entry.name}: release {item.release.digest}, profile {item.assignment.profile}, "
        f"{item.assignment.max_score:g} points, {len(item.notebooks)} notebooks"
        for item in report.built
    ]
    if report.missing:
        lines.append("These numbers are not there yet, and the notebooks say so where they are used:")
        lines += [f"  {name}" for name in report.missing[:LISTED]]
        lines += [f"  and {more} more" for more in [len(report.missing) - LISTED] if more > 0]
    lines += [f"To fill in: {text}" for text in report.placeholders]
    lines.append(f"Students' files:   {report.out / 'student'}")
    lines.append(f"Instructor's files: {report.out / 'instructor'}")
    return "\n".join(lines)


COMMAND = Command(
    name="build",
    summary="Build notebooks for every platform, the students' wheel and the release folder.",
    example="paribus build {week} --profile {profile} --out build",
    configure=configure_alone,
    run=run_build,
    names=example_names,
)
