"""`paribus release`: a build that may go out, because nothing is missing from it and its tests are proven.

It refuses where one of these holds: prose or a band needs a reference that no run recorded; the key of a blind zoo
is missing; a student gets a line of a solution or a rubric; the visible tests let a planted wrong answer through;
the release's own checks do not pass on the solution. It says which accounts in the notebooks are placeholders.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.building.blind import require_keys
from generator.building.build import BuildReport, Options, build_assignment, student_files, write_build
from generator.building.frame import platforms_of
from generator.building.hidden import Proof, prove, require
from generator.building.leaks import find_leaks
from generator.building.upgrade import require_accepted
from generator.errors import BuildError, ReferenceMissingError
from generator.quizzes.files import week_files
from generator.wheels.wheel import build_wheel
from paribus.course.catalog import Course, Entry

PROOFS = Path(".paribus") / "cache" / "proofs"


@dataclass(frozen=True)
class Conditions:
    """What a release may do without (references, keys of zoos), and where proofs are kept (None: nowhere);
    ``data`` is a file that the tests run on instead of the smallest profile's data. ``solutions`` runs and grades
    the solutions: it refuses, or says what their author lets stay open (None: nothing is run). ``accept``: this
    release may take the place of another one that went out.
    """

    allow_missing: bool = False
    skip_hidden: bool = False
    data: Path | None = None
    solutions: Callable[[], Sequence[object]] | None = None
    proofs: Path | None = PROOFS
    accept: bool = False


@dataclass(frozen=True)
class ReleaseReport:
    """What was written, what was proven of the hidden tests, which checks stay open on the solution, and which
    quizzes lack a number.
    """

    build: BuildReport
    proofs: tuple[Proof, ...]
    left_open: tuple[object, ...] = ()
    quizzes_left_out: tuple[str, ...] = ()


def release(
    course: Course,
    entries: Sequence[Entry],
    out: Path,
    options: Options,
    conditions: Conditions,
    *,
    progress: Callable[[str], None] = lambda text: None,
) -> ReleaseReport:
    """Build, prove and write; nothing is written where a condition does not hold.

    ReleaseWouldChangeError lists how another release that went out differs, ReferenceMissingError names the
    numbers to record, BuildError the missing keys, the leaks or the unproven tests.
    """
    built = tuple(build_assignment(course, entry, options) for entry in entries)
    if not conditions.accept:
        require_accepted(built, out)
    missing = [f"{item.entry.name}: {name}" for item in built for name in item.missing]
    if missing and not conditions.allow_missing:
        listed = "\n  ".join(missing)
        profiles = " or ".join(
            dict.fromkeys(options.profile or item.entry.profile for item in built if item.missing)
        )
        raise ReferenceMissingError(
            f"These numbers have no recorded reference for the students' profile:\n  {listed}\n"
            f"Record them with `paribus run ASSIGNMENT --profile {profiles} --record`, where ASSIGNMENT is "
            "after “of” above; or release with --allow-missing: the notebooks then say what is missing, and no "
            "band is drawn."
        )
    if not conditions.allow_missing:
        require_keys([f"{item.entry.name}: {zoo}" for item in built for zoo in item.unsealed])
    quizzes, left_out = week_files(course, entries, options.references, allow_missing=conditions.allow_missing)
    wheel = build_wheel()
    platforms = options.platforms or platforms_of(course)
    leaks = find_leaks([item.source for item in built], student_files(built, wheel, platforms))
    if leaks:
        listed = "\n  ".join(str(leak) for leak in leaks)
        raise BuildError(f"A student would get these lines of solutions, rubrics or hidden tests:\n  {listed}")
    proofs: tuple[Proof, ...] = ()
    if not conditions.skip_hidden:
        proofs = tuple(
            prove(course, item.entry, item.source, data=conditions.data, cache=conditions.proofs, progress=progress)
            for item in built
        )
        require(proofs)
    left_open = () if conditions.solutions is None else tuple(conditions.solutions())
    report = write_build(built, wheel, out, platforms, goes_out=True, quizzes=quizzes)
    return ReleaseReport(report, proofs, left_open, left_out)
