"""Grades, comments and feedback pages back to Moodle: planned as values first, then written one person at a time.

Nothing is overwritten that changed in Moodle since it was fetched. What was pushed is written down after each
person, so that a push that breaks off goes on where it was.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.errors import MoodleError
from grader.grading.results import FILE, read_results
from grader.lms.moodle.web.fetch import Row
from grader.lms.moodle.web.site import Activity, Grade, Graded, Site
from grader.lms.moodle.worksheet import read_worksheet
from paribus.files import write_atomic

JOURNAL = "moodle.pushed.json"
TOLERANCE = 0.005
"""Moodle keeps grades to five digits and worksheets to two."""


@dataclass(frozen=True)
class Mine:
    """What OUT holds for one person: the grade (None: still open), the comment, and the feedback page."""

    grade: float | None
    comment: str
    page: bytes
    page_name: str

    @property
    def digest(self) -> str:
        """Of everything that is pushed."""
        text = json.dumps([self.grade, self.comment, hashlib.sha256(self.page).hexdigest()])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Pushed:
    """What was pushed for one person last."""

    digest: str
    grade: float | None


@dataclass(frozen=True)
class Change:
    """What would happen to one person's grade. ``why`` is "" where it is pushed, else what keeps it from that."""

    row: Row
    mine: Mine
    before: float | None
    why: str = ""


def read_mine(out: Path) -> dict[str, Mine]:
    """What a graded folder holds, by the number in the worksheet. MoodleError where it is not finished."""
    sheet = out / "worksheet.csv"
    if not (out / "complete.json").is_file() or not sheet.is_file():
        raise MoodleError(
            f"{out} holds no finished grading with a worksheet. Run `paribus grade` to its end first."
        )
    assignment = json.loads((out / "complete.json").read_text(encoding="utf-8"))["assignment"]
    pages = {}
    for result in read_results(out / FILE):
        page = out / "feedback" / f"{result.submission}.html"
        for owner in result.owners:
            pages[owner] = page.read_bytes() if page.is_file() else b""
    worksheet = read_worksheet(sheet.read_bytes(), sheet.name)
    found = {}
    for student in worksheet.students:
        row = worksheet.rows[student.row]
        grade, comment = row[worksheet.columns.grade].strip(), row[worksheet.columns.feedback]
        found[student.number] = Mine(
            float(grade.replace(",", ".")) if grade else None, comment, pages.get(student.number, b""),
            f"feedback-{assignment}.html",
        )  # fmt: skip
    return found


def plan(  # noqa: PLR0917 - both sides of a comparison
    rows: Sequence[Row], mine: Mapping[str, Mine], now: Mapping[int, Graded], locked: frozenset[int],
    pushed: Mapping[str, "Pushed"], activity: Activity,
) -> tuple[Change, ...]:  # fmt: skip
    """What a push would do, in the order of the rows; people for whom OUT holds nothing are left out."""
    found = []
    for row in rows:
        if row.number not in mine:
            continue
        one, held = mine[row.number], now.get(row.user, Graded(None, 0))
        ours = pushed.get(row.number)
        found.append(Change(row, one, held.grade, _why(row, one, held, ours, row.user in locked, activity)))
    return tuple(found)


def push(
    site: Site, activity: Activity, changes: Sequence[Change], out: Path, *, state: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:  # fmt: skip
    """Write the changes that nothing keeps back; returns how many people got theirs. MoodleError where Moodle
    does not answer or refuses: those before are written down.
    """
    waiting = [change for change in changes if not change.why]
    pushed, teams = read_journal(out), set()
    for done, change in enumerate(waiting, 1):
        row, mine = change.row, change.mine
        if not (activity.team and row.group and row.group in teams):
            draft = _files(site, activity, row.user, mine) if mine.page else 0
            whole = activity.team and row.group > 0
            # What is still open takes no grade away that is in Moodle.
            grade = change.before if mine.grade is None else mine.grade
            site.save(activity, Grade(row.user, grade, mine.comment, draft, whole, state))
            teams.add(row.group)
        pushed[row.number] = Pushed(mine.digest, mine.grade)
        plain = {number: asdict(one) for number, one in pushed.items()}
        write_atomic(out / JOURNAL, json.dumps(plain, sort_keys=True, indent=1) + "\n")
        progress(done, len(waiting))
    return len(waiting)


def read_journal(out: Path) -> dict[str, "Pushed"]:
    """What earlier pushes wrote, by number. MoodleError where the file is damaged."""
    path = out / JOURNAL
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {str(number): Pushed(**one) for number, one in raw.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise MoodleError(
            f"{path} cannot be read ({error}). Move it away: everybody is then compared anew."
        ) from error


def _why(  # noqa: PLR0917 - both sides of a comparison
    row: Row, mine: Mine, held: Graded, ours: "Pushed | None", locked: bool, activity: Activity
) -> str:
    if ours is not None and ours.digest == mine.digest:
        return "pushed already"
    if locked:
        return "Moodle has this grade locked"
    if activity.maximum < 0:
        return "the assignment has a scale: upload worksheet.csv instead"
    if mine.grade is not None and mine.grade > activity.maximum + TOLERANCE:
        return f"{mine.grade:g} is more than Moodle's maximum of {activity.maximum:g}, which it would ignore"
    known = row.grade if ours is None or ours.grade is None else ours.grade
    if not _equal(held.grade, known) and not _equal(held.grade, mine.grade):
        gave = "took the grade away" if held.grade is None else f"gave {held.grade:g}"
        return f"somebody {gave} in Moodle since: fetch again"
    return ""


def _files(site: Site, activity: Activity, user: int, mine: Mine) -> int:
    """A draft area with our page and every other feedback file: Moodle replaces all of them."""
    others = [
        (name, site.download(address))
        for name, address in site.feedback_files(activity, user)
        if name != mine.page_name
    ]
    return site.upload([*others, (mine.page_name, mine.page)])


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE
