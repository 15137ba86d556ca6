"""`paribus checks`: a course's own checks, tried on their cases, and the page that says what they do."""

import argparse
import json
from pathlib import Path

from paribus.cli import Command
from paribus.errors import UsageError

RELEASES = Path("build/instructor/release")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from paribus.course.locate import add_course

    add_course(parser)
    parser.add_argument(
        "--release", type=Path, default=RELEASES, metavar="DIR",
        help="the folder of releases that `paribus build` wrote (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--page", type=Path, metavar="FILE", help="write what the checks do as Markdown")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Try every case; 0 where each verdict is what its case expects, 1 otherwise."""
    from grader.checks import CHECKS, checks_of
    from grader.grading.check_cases import FOLDER, page_of, read_cases, try_case
    from paribus.course.locate import course_of
    from paribus.course.own import CHECKS as FILE
    from paribus.course.release import MARKER, read_release
    from paribus.files import write_atomic

    course = course_of(arguments)
    home = course.file.resolve().parent
    if FILE not in course.own:
        raise UsageError(f"there is no {home / FILE}. docs/checks-of-your-own.md shows one.")
    releases = {path.parent.name: read_release(path.parent) for path in arguments.release.glob(f"*/{MARKER}")}
    stale = [name for name, item in releases.items() if item.assignment.own.get(FILE) != course.own[FILE]]
    if not releases or stale:
        what = f"the release of {stale[0]} holds another {FILE}" if stale else f"no release in {arguments.release}"
        raise UsageError(f"{what}. Type: paribus build {course.weeks[0].name}")
    known = checks_of(next(iter(releases.values())).assignment)
    own = [check for name, check in known.items() if name not in CHECKS]
    cases = read_cases(home / FOLDER, [check.name for check in own])
    for case in cases:
        if case.assignment not in releases:
            raise UsageError(f"{case.file}: there is no release of {case.assignment!r} in {arguments.release}.")
    tried = [try_case(case, releases[case.assignment]) for case in cases]
    wrong = [item.wrong for item in tried if item.wrong]
    if arguments.page is not None:
        write_atomic(arguments.page, page_of(f"The checks of {course.title}", own, tried))
    without = [check.name for check in own if check.name not in {case.check for case in cases}]
    if arguments.json:
        print(json.dumps({"checks": [check.name for check in own], "cases": len(tried), "wrong": wrong,
                          "without_cases": without}, sort_keys=True, indent=1))  # fmt: skip
        return 1 if wrong else 0
    for check in own:
        mine = [item for item in tried if item.case.check == check.name]
        right = sum(not item.wrong for item in mine)
        print(f"{check.name}  {check.title}: {right} of {len(mine)} cases as expected")
    for line in wrong:
        print(f"  {line}")
    for name in without:
        print(f"  {name} has no case. Write {home / FOLDER / name}/*.toml (docs/checks-of-your-own.md).")
    return 1 if wrong else 0


COMMAND = Command(
    name="checks",
    summary="Try your course's own checks on their cases, and write the page that says what they do.",
    example="paribus checks --page docs/checks.md",
    configure=configure,
    run=run,
)
