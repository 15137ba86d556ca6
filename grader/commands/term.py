"""`paribus term`: the graded weeks of a course to final grades, and pages about the term."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.course.locate import add_course, find_course
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.term.make import Term


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "graded", type=Path, nargs="+", metavar="OUT", help="the --out of a finished `paribus grade`, one a week"
    )
    parser.add_argument(
        "--csv", action="append", default=[], metavar="PART=FILE",
        help="a table with the results of a part, like quizzes=quizzes.csv; again for each further part",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where everything is written")
    add_course(parser)
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Write pages and grades; 0 also where some grades are open."""
    tables = read_tables(arguments.csv)

    from grader.term.make import make_term
    from paribus.course.term import load_term

    plan = load_term(find_course(arguments.course))
    term = make_term(arguments.graded, tables, plan, arguments.out)
    if arguments.json:
        print(json.dumps(as_plain(term, arguments.out), sort_keys=True, indent=1))
    else:
        print_summary(term, arguments.out)
    return 0


def read_tables(given: list[str]) -> dict[str, Path]:
    """The tables by part. UsageError where one is given twice, or without its part."""
    found: dict[str, Path] = {}
    for text in given:
        part, equals, file = text.partition("=")
        if not (part and equals and file):
            raise UsageError(f"--csv {text}: expected a part and its file, like --csv quizzes=quizzes.csv.")
        if part in found:
            raise UsageError(f"--csv {text}: {part} has {found[part]} already. Give one table for each part.")
        found[part] = Path(file)
    return found


def as_plain(term: "Term", out: Path) -> dict[str, object]:
    """The summary as JSON values."""
    return {
        "out": str(out),
        "students": len(term.lines),
        "final": sum(line.grade is not None for line in term.lines),
        "open": {line.person.called: list(line.waiting) for line in term.lines if line.waiting},
        "notes": list(term.notes),
    }


def print_summary(term: "Term", out: Path) -> None:
    """What was written, and what the instructor should know."""
    from rich.console import Console
    from rich.markup import escape

    from grader.recover.text import harmless

    console = Console()
    for note in term.notes:
        console.print(f"[yellow]note[/yellow]  {escape(harmless(note))}")
    final = sum(line.grade is not None for line in term.lines)
    rest = len(term.lines) - final
    console.print(f"{len(term.lines)} students: {final} final grades, {rest} of whom something is open.")
    for what, name in (("the term", "index.html"), ("a page a student", "students/"), ("grades", "grades.csv")):
        console.print(f"  {what:<18} {escape(str(out / name))}")


COMMAND = Command(
    name="term",
    summary="Add the graded weeks, quizzes and exam up to final grades, with a page for each student.",
    example="paribus term build/graded --out build/term",
    configure=configure,
    run=run,
)
