"""`paribus grade`: a class's submissions to verdicts, nbgrader, the learning platform's files and pages."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands.grade_told import as_plain, print_changes, print_summary, show_progress
from paribus.cli import Command
from paribus.course.locate import example_names
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.audit.hidden_tests import HiddenTests
    from grader.classrun.grade_class import Handback
    from paribus.course.release import Release

RELEASES = Path("build/instructor/release")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("submissions", type=Path, help="the platform's zip, a folder, or one .html or .ipynb file")
    parser.add_argument("--assignment", required=True, metavar="NAME", help="the assignment's name")
    parser.add_argument(
        "--release", action="append", type=Path, metavar="DIR",
        help="the release folder, with those that it replaced; again for each older one (default: "
        f"{RELEASES}/NAME here, or beside course.toml)",
    )  # fmt: skip
    parser.add_argument(
        "--roster", "--worksheet", "--gradebook", dest="people", type=Path, metavar="CSV",
        help="the class: a roster, Moodle's grading worksheet or Canvas's gradebook, by whichever name",
    )  # fmt: skip
    parser.add_argument("--no-roster", action="store_true", help="leave the course's roster out")
    parser.add_argument(
        "--commitments", type=Path, metavar="CSV", help="codes for predictions that the class handed in beforehand"
    )
    parser.add_argument(
        "--earlier", type=Path, metavar="FILE", help="compare with what `paribus keep` kept of earlier terms, too"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where everything is written")
    parser.add_argument(
        "--only", action="append", default=[], metavar="STUDENT",
        help="grade this student again and leave the rest of --out as it is: a number, a folder, or the name in "
        "the report; again for each further one",
    )  # fmt: skip
    parser.add_argument(
        "--replace",
        action="store_true",
        help="let a batch take the place of one in --out that holds others than this one does",
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help="let a newer paribus, or another release, change points that --out holds; without it they are listed",
    )
    parser.add_argument("-j", "--jobs", type=int, default=1, metavar="N", help="processes (default %(default)s)")
    parser.add_argument(
        "--cluster", default="", metavar="ADDRESS",
        help="run on a Dask cluster: its scheduler's address, or local for -j workers on this machine",
    )  # fmt: skip
    parser.add_argument(
        "--run-tests",
        action="store_true",
        help="run the release's hidden tests on students' code, in a sandbox; without it no student's code is run",
    )
    parser.add_argument(
        "--sandbox", default="bwrap", metavar="NAME",
        help="where students' code runs: bwrap (default), docker:IMAGE or podman:IMAGE",
    )  # fmt: skip
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="the course's folder, or a file with a table [grading] (default: the nearest course.toml, if any)",
    )
    parser.add_argument(
        "--collect",
        action="store_true",
        help="grade nothing: bring what people decided, on the desk or in formgrader, into grades and pages",
    )
    parser.add_argument(
        "--diff", type=Path, metavar="OLD", help="say what changed for whom against an earlier --out, or this one"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Grade a batch; 0 also where single files in it are bad."""
    from grader.classrun.changes import changes, read_graded
    from grader.classrun.grade_class import Order, collect, grade_class
    from grader.classrun.upgrade import PointsWouldChangeError
    from paribus.course.locate import nearest_course
    from paribus.course.policy import Policy, load_policy

    course = nearest_course(arguments.course)
    arguments.release = arguments.release or [_usual_release(arguments.assignment, course)]
    releases = read_releases(arguments.assignment, arguments.release, course)
    if course is None:
        print("note  There is no course.toml here or above: nothing is late, and dates are UTC. Name one with "
              "--course DIR.", file=sys.stderr)  # fmt: skip
    policy = Policy() if course is None else load_policy(arguments.assignment, course)
    if arguments.people is None and course is not None and policy.roster and not arguments.no_roster:
        arguments.people = course.parent / policy.roster
    _check_paths(arguments)
    run_tests = _run_tests(arguments, releases, course) if arguments.run_tests else None
    order = Order(
        arguments.submissions,
        releases,
        arguments.out,
        arguments.people,
        arguments.jobs,
        policy,
        arguments.commitments,
        arguments.cluster,
        earlier=arguments.earlier,
        today=datetime.now(UTC).date(),
        only=tuple(arguments.only),
        may_replace=arguments.replace,
        accepted=arguments.accept,
        release_folders=_release_folders(arguments),
        run_tests=run_tests,
    )
    earlier = None if arguments.diff is None else read_graded(arguments.diff)
    try:
        with show_progress(quiet=arguments.json) as observe:
            handback = (collect if arguments.collect else grade_class)(order, observe)
    except PointsWouldChangeError as error:
        if arguments.json:
            told = [asdict(change) for change in error.changes]
            print(json.dumps({"out": str(arguments.out), "would_change": told}, sort_keys=True, indent=1))
        else:
            print_changes(error.changes)
        raise
    changed = None if earlier is None else changes(earlier, read_graded(arguments.out))
    if arguments.json:
        plain = as_plain(handback, arguments.out)
        if changed is not None:
            plain["changes"] = [asdict(change) for change in changed]
        print(json.dumps(plain, sort_keys=True, indent=1))
        return _status(handback)
    print_summary(handback, arguments.out)
    if changed is not None:
        people = len({change.submission for change in changed})
        print(f"\nAgainst {arguments.diff}: {len(changed)} changes for {people} submissions.")
        print_changes(changed)
    return _status(handback)


def _run_tests(
    arguments: argparse.Namespace, releases: "Sequence[Release]", course: "Path | None"
) -> "HiddenTests":
    """How hidden tests are run. UsageError where the releases have none, SandboxError where nothing can be run."""
    from grader.audit.choose import library_of, sandbox_of
    from grader.audit.hidden_tests import HiddenTests
    from grader.errors import SandboxError

    if not any(release.hidden for release in releases):
        raise UsageError(
            f"the release of {arguments.assignment} has no hidden tests, so --run-tests has nothing to run. Write "
            "them between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS and release again, or leave the flag out."
        )
    sandbox = sandbox_of(arguments.sandbox)
    if why := sandbox.refusal():
        raise SandboxError(why)
    library = () if arguments.cluster else library_of(course)
    return HiddenTests(sandbox, library)


def _status(handback: "Handback") -> int:
    """1 where every file is of another assignment: nothing of what was asked for was graded."""
    foreign = [result for result in handback.results if result.status == "other_assignment"]
    if not foreign or len(foreign) < len(handback.results):
        return 0
    print("error  Every file belongs to another assignment. Is --assignment the right one?", file=sys.stderr)
    return 1


def _usual_release(name: str, course: Path | None) -> Path:
    """Where `paribus release` wrote a release: below the folder that it was called in, here or the course's."""
    here = RELEASES / name
    beside = here if course is None else course.parent / RELEASES / name
    return beside if beside.is_dir() and not here.is_dir() else here


def read_releases(name: str, folders: "list[Path]", course: Path | None = None) -> "tuple[Release, ...]":
    """The releases to grade with. UsageError where one is missing or is another assignment's, and says which name
    of the ``course`` was probably meant; CatalogError where the course's own metrics or checks cannot be imported.
    """
    from grader.checks import checks_of
    from paribus.course.locate import assignment_names
    from paribus.course.near import did_you_mean
    from paribus.course.own import metrics_of
    from paribus.course.release import MARKER, older_releases, read_release

    found: list[Release] = []
    for folder in folders:
        chosen = _own_folder(folder, name)
        if not chosen.is_dir():
            listed = assignment_names(course)
            others = [*listed, *(path.parent.name for path in chosen.parent.glob(f"*/{MARKER}"))]
            if listed and name not in others:
                raise UsageError(
                    f"there is no release folder {chosen}, and the course has no assignment called {name!r}. Its "
                    f"assignments: {', '.join(listed)}.{did_you_mean(name, others)}"
                )
            raise UsageError(
                f"there is no release folder {chosen}. Make it with `paribus release {name}`, or name yours with "
                f"--release DIR.{did_you_mean(name, others)}"
            )
        others = sorted(path.parent.name for path in chosen.glob(f"*/{MARKER}"))
        if others and not (chosen / MARKER).is_file():
            raise UsageError(f"{chosen} holds the releases of {', '.join(others)}, and none of {name}.")
        release = read_release(chosen)
        if release.assignment.name != name:
            raise UsageError(
                f"{chosen} is the release of {release.assignment.name}, not of {name}. "
                f"Grade with --assignment {release.assignment.name}, or name another --release."
            )
        for each in (release, *map(read_release, older_releases(chosen))):
            checks_of(each.assignment)
            metrics_of(each.assignment.own, f"{chosen}/")
            if each.digest not in {other.digest for other in found}:
                found.append(each)
    return tuple(found)


def _own_folder(folder: Path, name: str) -> Path:
    """A release's folder. The one above, which holds one folder an assignment, is what people tend to name."""
    return folder / name if (folder / name).is_dir() else folder


def _release_folders(arguments: argparse.Namespace) -> tuple[Path, ...]:
    name = arguments.assignment
    return tuple(_own_folder(folder, name) for folder in arguments.release)


def _check_paths(arguments: argparse.Namespace) -> None:
    if not arguments.submissions.exists():
        raise UsageError(
            f"{arguments.submissions} does not exist. Name the zip of all submissions that your learning platform "
            "gave, or a folder of files."
        )
    if arguments.people is not None:
        _check_people(arguments.people, arguments.out)
    if arguments.commitments is not None and not arguments.commitments.is_file():
        raise UsageError(
            f"there is no file {arguments.commitments}. Export the codes that the class handed in as CSV, or leave "
            "--commitments out."
        )
    if arguments.jobs < 1:
        raise UsageError(f"-j {arguments.jobs} is too few processes; give 1 or more.")
    if arguments.out.exists() and not arguments.out.is_dir():
        raise UsageError(f"--out {arguments.out} is a file; expected a folder.")
    if arguments.out.resolve() == arguments.submissions.resolve():
        raise UsageError(
            f"--out {arguments.out} is the folder of the submissions, and what is written would lie among them. "
            f"Choose another, such as {arguments.out / 'graded'}."
        )
    for given, flag in ((arguments.collect, "--collect"), (arguments.replace, "--replace")):
        if arguments.only and given:
            raise UsageError(f"--only grades some of the class and keeps the rest; {flag} cannot be given with it.")


def _check_people(path: Path, out: Path) -> None:
    from grader.lms.choose import platforms

    if not path.is_file():
        raise UsageError(
            f"there is no file {path}. Name the table of the class with --roster CSV, or add --no-roster."
        )
    written = {out / name for item in platforms().values() for _, name in item.outputs}
    if path.resolve() in {name.resolve() for name in written}:
        raise UsageError(
            f"{path} is what a run writes in {out}, and would be written over. Give the table that you downloaded "
            "or made."
        )


COMMAND = Command(
    name="grade",
    summary="Grade a class's submissions: verdicts, nbgrader's gradebook, the platform's files and pages.",
    example="paribus grade submissions.zip --assignment {homework} --worksheet Grades.csv --out build/graded",
    configure=configure,
    run=run,
    names=example_names,
)
