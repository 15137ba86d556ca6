"""From Moodle's web services to what `paribus grade` reads: a folder named as Moodle's zip, a worksheet, a record.

The record says what Moodle held when it was fetched, so that nothing is overwritten later that changed there since.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.errors import MoodleError
from grader.lms.moodle.names import zipped, zipped_group
from grader.lms.moodle.web.site import Activity, Graded, Handed, Participant, Site
from grader.lms.tables import no_formula
from paribus.files import write_atomic

FOLDER, SHEET, RECORD = "submissions", "worksheet.csv", "moodle.json"
SCHEMA = "paribus.moodle/1"
HEADER = ("Identifier", "Full name", "Status", "Group", "Grade", "Maximum grade", "Grade can be changed",
          "Last modified (submission)", "Due date", "Last modified (grade)", "Feedback comments")  # fmt: skip
STATUS = {"new": "No submission", "draft": "Draft (not submitted)", "submitted": "Submitted for grading"}


@dataclass(frozen=True)
class Fetched:
    """What was fetched: how many files, and how many of them were there already."""

    files: int
    known: int
    people: int


@dataclass(frozen=True)
class Row:
    """One person in the record: the number in the worksheet, the user, the team, and the grade when it was
    fetched.
    """

    number: str
    user: int
    group: int
    grade: float | None
    graded: int


def fetch(
    site: Site, wanted: int, into: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Fetched:
    """Fetch everything below ``into``; a file that is there with the same time is not fetched again.

    MoodleError where Moodle refuses, or a name would lead out of the folder. The record is written last.
    """
    activity = site.activity(wanted)
    people = site.participants(activity)
    handed = [item for item in site.handed_in(activity) if item.files]
    (into / RECORD).unlink(missing_ok=True)
    known = 0
    for done, item in enumerate(handed, 1):
        folder = into / FOLDER / folder_of(item, people)
        for name, address in item.files:
            target = folder / safe(name)
            stamp = target.with_name(f".{target.name}.time")
            if target.is_file() and stamp.is_file() and stamp.read_text() == str(item.modified):
                known += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, site.download(address))
            write_atomic(stamp, str(item.modified))
        progress(done, len(handed))
    grades, extensions, locked = site.grades(activity), site.extensions(activity), site.locked(activity)
    rows = [Row(one.number, one.user, one.group, *_was(grades.get(one.user))) for one in people]
    write_atomic(into / SHEET, sheet(activity, people, handed, grades, extensions, locked))
    record = {
        "schema": SCHEMA,
        "site": site.url,
        "activity": asdict(activity),
        "rows": [asdict(row) for row in rows],
    }
    write_atomic(into / RECORD, json.dumps(record, sort_keys=True, indent=1) + "\n")
    return Fetched(sum(len(item.files) for item in handed), known, len(people))


def read_record(path: Path) -> tuple[str, Activity, tuple[Row, ...]]:
    """The site, the assignment and the rows of a record. MoodleError where it is none."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA:
            raise ValueError(raw["schema"])
        return raw["site"], Activity(**raw["activity"]), tuple(Row(**row) for row in raw["rows"])
    except FileNotFoundError:
        raise MoodleError(f"{path} is not there. Fetch with `paribus moodle fetch` first.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise MoodleError(f"{path}: is no record of what was fetched ({error}). Fetch again.") from error


def folder_of(item: Handed, people: Sequence[Participant]) -> str:
    """The folder's name as Moodle's zip would have it."""
    if item.user == 0:
        name = next((one.group_name for one in people if one.group == item.group), "") or "Default group"
        return f"{zipped_group(name)}_{item.group}_assignsubmission_file_"
    found = next((one for one in people if one.user == item.user), None)
    if found is None:
        return f"Participant_{item.user}_assignsubmission_file_"
    return f"{zipped(found.name) or 'Participant'}_{found.number}_assignsubmission_file_"


def safe(name: str) -> PurePosixPath:
    """A file's path within its folder. MoodleError where it leads out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or not path.name or ":" in name:
        raise MoodleError(
            f"Moodle names a file {name!r}, which would lie outside of its folder. It is not fetched."
        )
    return path


def sheet(  # noqa: PLR0917 - a worksheet has these parts
    activity: Activity, people: Sequence[Participant], handed: Sequence[Handed], grades: Mapping[int, Graded],
    extensions: Mapping[int, int], locked: frozenset[int],
) -> str:  # fmt: skip
    """The grading worksheet that Moodle's page would give, in English, times with their zone."""
    by_user = {item.user: item for item in handed if item.user}
    by_group = {item.group: item for item in handed if not item.user}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    for one in people:
        item = by_user.get(one.user) or (by_group.get(one.group) if activity.team else None)
        grade = grades.get(one.user, Graded(None, 0))
        extended = extensions.get(one.user, 0)
        status = STATUS.get(item.status if item is not None else "new", "")
        if extended:
            status += f" - Extension granted until: {moment(extended)}"
        table.writerow(
            [
                f"Participant {one.number}", no_formula(one.name), status,
                no_formula(one.group_name) if activity.team else "",
                "" if grade.grade is None else f"{grade.grade:.2f}", f"{activity.maximum:.2f}",
                "No" if one.user in locked else "Yes", moment(item.modified) if item is not None else "-",
                moment(extended or activity.due) if extended or activity.due else "-",
                moment(grade.modified) if grade.modified else "-", "",
            ]
        )  # fmt: skip
    return text.getvalue()


def moment(seconds: int) -> str:
    """A time as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _was(grade: Graded | None) -> tuple[float | None, int]:
    return (None, 0) if grade is None else (grade.grade, grade.modified)
