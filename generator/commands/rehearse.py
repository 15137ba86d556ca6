"""`paribus rehearse`: mutation testing for an assignment, before it goes out."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.course.locate import add_course, course_of, example_names
from paribus.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from generator.rehearsal.matrix import FaultRow, HonestRow, Matrix


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="an assignment of the course")
    add_course(parser)
    parser.add_argument(
        "--size", type=int, metavar="N", help="honest variants (default 300, with --slice 12); more for load tests"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where everything is written (default build/rehearsal/ASSIGNMENT)"
    )
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes (default %(default)s)")
    parser.add_argument("--slice", action="store_true", help="a few faults on a few executed notebooks")
    parser.add_argument("--json", action="store_true", help="print the matrix as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Rehearse; 0 only where every fault is failed or proposed by its owner and no honest variant fails a check."""
    from generator.commands.run import show_progress
    from generator.rehearsal.generic import rehearse_generic
    from generator.rehearsal.rehearse import SIZE, SLICE_SIZE, Order, rehearse
    from generator.rehearsal.solution import Solutions
    from generator.rehearsal.table import table_names
    from generator.running.references import load_references

    course = course_of(arguments)
    course.entry(arguments.assignment)
    size = arguments.size if arguments.size is not None else SLICE_SIZE if arguments.slice else SIZE
    if size < 1 or arguments.jobs < 1:
        raise UsageError(f"--size {size} and -j {arguments.jobs}: both must be 1 or more.")
    out = arguments.out or Path("build/rehearsal") / arguments.assignment
    order = Order(arguments.assignment, out, size, arguments.jobs, arguments.slice)
    say = _silent if arguments.json else _say
    with show_progress(quiet=arguments.json) as observe:
        if arguments.assignment in table_names(course):
            matrix = rehearse(course, order, load_references(course.folders.solutions), observe=observe, say=say)
        else:
            solutions = Solutions(course.profile(None), out / "runs", observe=observe)
            matrix = rehearse_generic(course, order, solutions, say=say)
    if arguments.json:
        print(json.dumps(matrix.plain(), indent=1, ensure_ascii=False))
    else:
        print_matrix(matrix, out)
    return 0 if matrix.clean else 1


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def _silent(words: str) -> None:
    """Nobody reads along."""


def print_matrix(matrix: "Matrix", out: Path) -> None:
    """The matrix for a person: faults, what became of honest work by check, and where the page is."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    colours = {"caught": "green", "proposed": "green", "open": "cyan", "missed": "red", "wrong_reason": "yellow"}
    table = Table("fault", "owned by", "outcome", "failed beside it", box=None, header_style="bold")
    for row in matrix.faults:
        beside = [check for check in row.graded.failed_checks if check != row.fault.expects]
        words = row.outcome.replace("_", " ")
        outcome = f"[{colours[row.outcome]}]{words}[/]"
        table.add_row(escape(row.fault.name), row.fault.expects, outcome, ", ".join(beside))
    console.print(table)
    checks = Table(
        "check", "faults found", "honest", "wrongly failed", "at most (95 %)", "suspected", box=None,
        header_style="bold",
    )  # fmt: skip
    for item in matrix.checks:
        caught = f"{item.caught} of {item.faults}" if item.faults else "–"
        bound = f"{100 * item.bound:.2f} %" if item.honest else "–"
        checks.add_row(item.check, caught, str(item.honest), str(item.wrongly), bound, str(item.proposed))
    console.print()
    console.print(checks)
    _print_findings(console, matrix)
    if matrix.others:
        console.print("\nTexts by other hands (intervals draw writers):")
        for share in matrix.others:
            console.print(f"  {share}", highlight=False, markup=False)
    console.print(
        f"\n{out / 'rehearsal.html'} shows the same; {out / 'rehearsal.json'} is for programs.", soft_wrap=True
    )


def _print_findings(console: "Console", matrix: "Matrix") -> None:
    """What needs a person: every fault that was not found, every honest variant that was failed."""
    from rich.markup import escape

    from generator.rehearsal.matrix import FOUND

    rows: list[FaultRow | HonestRow] = [row for row in matrix.faults if row.outcome not in FOUND]
    wrongly = [row for row in matrix.honest if row.graded.failed_checks or row.graded.status != "graded"]
    caught, proposed, left = (
        sum(row.outcome == wanted for row in matrix.faults) for wanted in ("caught", "proposed", "open")
    )
    console.print(
        f"\n{caught} of {len(matrix.faults)} faults were failed by their owners, {proposed} proposed to be failed, "
        f"{left} left to a person; {len(wrongly)} of {len(matrix.honest)} honest variants were wrongly marked."
    )
    for check, count, why in matrix.suspicions:
        console.print(
            f"{count} honest variants would be proposed to be failed by {check}, the first since {escape(why)}",
            highlight=False,
        )
    for row in (*rows, *wrongly):
        what = row.plain()
        console.print(
            f"\n[bold]{escape(str(what.get('fault') or what.get('variant')))}[/bold] {escape(str(what['about']))}"
        )
        for check, cell, because in row.graded.failed:
            console.print(f"  failed     {check} ({cell}): {escape(because)}", soft_wrap=True, highlight=False)
        for check, cell, because in row.graded.undecided:
            console.print(f"  undecided  {check} ({cell}): {escape(because)}", soft_wrap=True, highlight=False)


COMMAND = Command(
    name="rehearse",
    summary="Mutation testing for an assignment: which faults does grading miss, which honest work does it wrong?",
    example="paribus rehearse {homework} --slice",
    configure=configure,
    run=run,
    names=example_names,
)
