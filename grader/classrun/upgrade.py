"""Another paribus, or another release, over a class that was graded: whose points would change, before any does.

The class is judged into a folder that is thrown away, and compared with what OUT holds.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from grader.classrun.batch import Batch, judges_key
from grader.classrun.changes import Change, point_changes
from grader.errors import GraderError, ResultError
from grader.grading.results import FILE, from_line, lines_of
from grader.model import Result
from grader.output.started import read_started
from paribus.course.release import Release

NO_LINES = (
    "{out} was graded with a version of paribus whose results this one cannot read, so it cannot be told whose "
    "points would change. Nothing was changed. Choose another --out and compare the two reports, or add --accept."
)


class PointsWouldChangeError(GraderError):
    """Grading anew would change points that were given, and nobody accepted it. ``changes`` lists them."""

    def __init__(self, message: str, changes: tuple[Change, ...] = ()) -> None:
        """``changes`` is empty where the earlier results cannot be read."""
        super().__init__(message)
        self.changes = changes


def judged_by_others(out: Path, releases: tuple[Release, ...]) -> bool:
    """OUT holds results that another paribus, or other releases, judged."""
    return (out / FILE).is_file() and any(lines_of(out / FILE)) and read_started(out).judges != judges_key(releases)


def require_same_points(out: Path, judge: Callable[[Path], Batch]) -> None:
    """PointsWouldChangeError where ``judge``, into a folder that it is given, gives other points than OUT holds.

    New files and new people are no change. OUT is only read.
    """
    held = _readable(out)
    if not held:
        raise PointsWouldChangeError(NO_LINES.format(out=out))
    with tempfile.TemporaryDirectory(prefix="paribus-trial-") as scratch:
        changed = point_changes(held, judge(Path(scratch)).results)
    if changed:
        raise PointsWouldChangeError(_words(out, changed, len(held)), changed)


def _readable(out: Path) -> tuple[Result, ...]:
    """The results of OUT; a line that was cut off by a kill is left out."""
    found = []
    for line in lines_of(out / FILE):
        try:
            found.append(from_line(line))
        except ResultError:
            continue
    return tuple(found)


def _words(out: Path, changed: tuple[Change, ...], held: int) -> str:
    people = len({change.submission for change in changed})
    return (
        f"{out} was graded by another version of paribus or with another release. Now the points of {people} of "
        f"{held} submissions would change, as listed. Nothing was changed. Read the list; to replace the points, "
        "run the same command with --accept."
    )
