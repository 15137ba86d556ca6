"""From Moodle's web services to what `paribus grade` reads: a folder named as Moodle's zip, a worksheet, a record.

The record says what Moodle held when it was fetched, so that nothing is overwritten later that changed there since.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from grader.errors import PlatformError
from grader.lms.exchange.record import (
    Fetched,
    Listed,
    Record,
    keep_files,
    keep_requests,
    moment,
    read_record,
    write_record,
)
from grader.lms.exchange.values import Row
from grader.lms.moodle.names import zipped, zipped_group
from grader.lms.moodle.web.site import Activity, Graded, Handed, Participant, Site
from grader.lms.tables import no_formula
from paribus.files import write_atomic

SHEET = "worksheet.csv"
HEADER = ("Identifier", "Full name", "Status", "Group", "Grade", "Maximum grade", "Grade can be changed",
          "Last modified (submission)", "Due date", "Last modified (grade)", "Feedback comments")  # fmt: skip
STATUS = {"new": "No submission", "draft": "Draft (not submitted)", "submitted": "Submitted for grading"}


def fetch(
    site: Site, wanted: int, into: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Fetched:
    """Fetch everything below ``into``; a file that is there with the same time is not fetched again.

    PlatformError where Moodle refuses, or a name would lead out of the folder. The record is written last.
    """
    activity = site.activity(wanted)
    people = site.participants(activity)
    everything = site.handed_in(activity)
    handed = [item for item in everything if item.files]
    files, known = keep_files(into, "Moodle", _files(site, handed, people), progress)
    grades, extensions, locked = site.grades(activity), site.extensions(activity), site.locked(activity)
    write_atomic(into / SHEET, sheet(activity, people, handed, grades, extensions=extensions, locked=locked))
    rows = tuple(
        Row(one.number, one.user, one.group if activity.team else 0, grades.get(one.user, Graded(None, 0)).grade)
        for one in people
    )
    write_record(into, Record("Moodle", site.url, asdict(activity), rows))
    return Fetched(files, known, len(people), keep_requests(into, _messages(site, activity, everything, people)))


def read_fetched(into: Path) -> tuple[Record, Activity]:
    """The record of what was fetched, and its assignment. PlatformError where it is none."""
    record = read_record(into, "Moodle")
    about: Mapping[str, Any] = record.assignment
    try:
        return record, Activity(**about)
    except TypeError as error:
        raise PlatformError(f"{into}: is no record of what was fetched ({error}). Fetch again.") from error


def _files(site: Site, handed: Sequence[Handed], people: Sequence[Participant]) -> Iterator[Listed]:
    for item in handed:
        for name, address in item.files:
            path = f"{folder_of(item, people)}/{name}"
            yield Listed(path, str(item.modified), partial(site.download, address))


def _messages(
    site: Site, activity: Activity, everything: Sequence[Handed], people: Sequence[Participant]
) -> Iterator[tuple[str, str]]:
    """What people typed into Moodle: online text, and comments on their own submission."""
    for item in everything:
        comments = site.own_comments(activity, item) if item.comments and item.user else []
        for place, text in enumerate((*item.typed, *comments), 1):
            folder = folder_of(item, people).replace("_assignsubmission_file_", "_assignsubmission_onlinetext_")
            yield f"{folder}/message-{place}.html", text


def folder_of(item: Handed, people: Sequence[Participant]) -> str:
    """The folder's name as Moodle's zip would have it."""
    if item.user == 0:
        name = next((one.group_name for one in people if one.group == item.group), "") or "Default group"
        return f"{zipped_group(name)}_{item.group}_assignsubmission_file_"
    found = next((one for one in people if one.user == item.user), None)
    if found is None:
        return f"Participant_{item.user}_assignsubmission_file_"
    return f"{zipped(found.name) or 'Participant'}_{found.number}_assignsubmission_file_"


def sheet(
    activity: Activity, people: Sequence[Participant], handed: Sequence[Handed], grades: Mapping[int, Graded], *,
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
