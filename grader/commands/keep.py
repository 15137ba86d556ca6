"""`paribus keep`: digests of a class, for later terms to be compared with; deleted in time, and on request."""

import argparse
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.model import Result


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT", help="the --out of a finished `paribus grade`")
    parser.add_argument("--into", type=Path, required=True, metavar="FILE", help="where the digests are kept")
    parser.add_argument("--until", metavar="DATE", help="the last day of keeping them, like 2027-09-30")
    parser.add_argument("--term", metavar="TEXT", help="what reports call this term (default: this year and month)")
    parser.add_argument(
        "--forget",
        metavar="STUDENT",
        help="delete what is kept of a student: the platform's number, or the full name",
    )


def run(arguments: argparse.Namespace) -> int:
    """Add a class, or delete a student. Entries whose time is over are deleted in any case."""
    today = datetime.now(UTC).date()
    until = read_until(arguments, today)

    from grader.errors import KeptError
    from grader.similarity.earlier import Earlier, add, forget, load, still_kept, to_text
    from paribus.files import write_atomic

    path: Path = arguments.into
    if not path.exists() and until is None:
        raise UsageError(f"there is no file {path}. Name one that `paribus keep OUT --until DATE` wrote.")
    before = load(path) if path.exists() else Earlier(secrets.token_hex(16))
    kept = still_kept(before, today)
    missing = False
    said = [f"Deleted, since their time was over: {len(before.entries) - len(kept.entries)}."]
    if until is not None:
        results, assignment = read_class(arguments.out)
        term = arguments.term or f"{today:%Y-%m}"
        kept = add(kept, results, assignment, term, until)
        mine = sum((entry.assignment, entry.term) == (assignment, term) for entry in kept.entries)
        said.append(f"Kept of {assignment}, term {term}, until {until}: {mine} of {len(results)} submissions.")
    elif arguments.forget is not None:
        kept, asked = forget(kept, arguments.forget), len(kept.entries)
        missing = asked == len(kept.entries)
        said.append(f"Deleted of {arguments.forget}: {asked - len(kept.entries)}.")
    try:
        write_atomic(path, to_text(kept))
    except OSError as error:
        raise KeptError(f"{path} cannot be written ({error.strerror}); it is as it was.") from error
    print("\n".join([*said, f"{path} holds {len(kept.entries)} submissions."]))
    if missing:
        raise KeptError(
            f"Nothing of {arguments.forget} was found in {path}. Type the platform's number, or the full name as "
            "the class's table has it."
        )
    return 0


def read_until(arguments: argparse.Namespace, today: date) -> date | None:
    """The last day of keeping a class; None where none is added. UsageError says what does not go together."""
    if arguments.out is None:
        if arguments.until is not None or arguments.term is not None:
            raise UsageError("--until and --term are about a class: name its folder, the --out of `paribus grade`.")
        return None
    if arguments.forget is not None:
        raise UsageError("either a class is added or a student is forgotten: leave out OUT, or --forget.")
    if arguments.until is None:
        raise UsageError(f"say until when {arguments.out} may be kept: --until DATE, like --until 2027-09-30.")
    try:
        until = date.fromisoformat(arguments.until)
    except ValueError as error:
        raise UsageError(f"--until {arguments.until} is no date; expected one like 2027-09-30.") from error
    if until < today:
        raise UsageError(f"--until {until} is over; expected a day that is still to come.")
    return until


def read_class(out: Path) -> "tuple[Sequence[Result], str]":
    """A finished batch's results, and its assignment. UsageError where there is none."""
    from grader.errors import ResultError
    from grader.grading.results import FILE, read_results
    from grader.output.storage import MARKER

    try:
        marker = json.loads((out / MARKER).read_text(encoding="utf-8"))
        return read_results(out / FILE), str(marker["assignment"])
    except (OSError, ValueError, LookupError, TypeError, ResultError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"{out} holds no finished batch ({why}). Name the --out of a `paribus grade` that ended."
        ) from error


COMMAND = Command(
    name="keep",
    summary="Keep digests of a graded class to compare later terms with, until a day, or delete a student's.",
    example="paribus keep build/graded --until 2099-09-30 --into build/kept.json",
    configure=configure,
    run=run,
)
