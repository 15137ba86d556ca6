"""From Canvas's web services to what `paribus grade` reads: files named as in Canvas's zip, a gradebook, a record.

The gradebook is as Canvas exports it, with two columns more at its end: when each was handed in, and when it was
due for this person. Canvas's own files hold no times.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from grader.errors import CanvasError, PlatformError
from grader.lms.canvas.gradebook import DUE, EXCUSED, POINTS, SUBMITTED
from grader.lms.canvas.names import LATE, squashed
from grader.lms.canvas.web.site import Handed, Site, Task, Upload
from grader.lms.exchange.record import Fetched, Listed, Record, keep_files, keep_requests, read_record, write_record
from grader.lms.exchange.values import Row
from grader.lms.tables import no_formula
from paribus.files import write_atomic

SHEET = "gradebook.csv"


def fetch(
    site: Site, course: int, assignment: int, into: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Fetched:  # fmt: skip
    """Fetch everything below ``into``; a file that is there already is not fetched again.

    CanvasError where Canvas refuses or hides the names, PlatformError where a name would lead out of the folder.
    The record is written last.
    """
    task = site.task(course, assignment)
    if task.anonymous:
        raise CanvasError(
            f"Canvas hides the names in {task.name}, and its web services then have no numbers for grades. Post "
            "the grades there first, or download and upload the files (docs/learning-platforms.md)."
        )
    people, sections = site.submissions(task), site.sections(task)
    files, known = keep_files(into, "Canvas", _files(site, task, people), progress)
    write_atomic(into / SHEET, gradebook(task, people, sections))
    rows = tuple(Row(str(one.user), one.user, one.group if task.team else 0, one.grade) for one in people)
    write_record(into, Record("Canvas", site.url, asdict(task), rows))
    messages = (
        (f"{squashed(one.name) or 'student'}_{one.user}_{place}_comment.txt", text)
        for one in people
        for place, text in enumerate(one.own_words, 1)
    )
    return Fetched(files, known, len(people), keep_requests(into, messages))


def read_fetched(into: Path) -> tuple[Record, Task]:
    """The record of what was fetched, and its assignment. PlatformError where it is none."""
    record = read_record(into, "Canvas")
    about: Mapping[str, Any] = record.assignment
    try:
        return record, Task(**about)
    except TypeError as error:
        raise PlatformError(f"{into}: is no record of what was fetched ({error}). Fetch again.") from error


def gradebook(task: Task, people: Sequence[Handed], sections: Mapping[int, str]) -> str:
    """The gradebook as Canvas exports it, with this assignment alone, and with times."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    title = f"{task.name} ({task.id})"
    table.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title, SUBMITTED, DUE])
    table.writerow([f"    {POINTS}", "", "", "", "", f"{task.maximum:.2f}", "", ""])
    for one in people:
        grade = EXCUSED if one.excused else "" if one.grade is None else f"{one.grade:.2f}"
        words = (one.name, str(one.user), one.sis, one.login, sections.get(one.user, ""))
        table.writerow([*map(no_formula, words), grade, one.submitted, one.due])
    return text.getvalue()


def _files(site: Site, task: Task, people: Sequence[Handed]) -> Iterator[Listed]:
    """Everybody's files; of a group that is graded as one, those of its first member."""
    groups: set[int] = set()
    for one in people:
        if task.team and one.group:
            if one.group in groups or not one.uploads:
                continue
            groups.add(one.group)
        for upload in one.uploads:
            yield Listed(_name(one, upload), str(upload.id), partial(site.download, upload))


def _name(one: Handed, upload: Upload) -> str:
    """A file's name as in "Download Submissions"; what would be a folder in it is none."""
    who = squashed(one.group_name or one.name) or "student"
    name = re.sub(r"[/\\:]", "-", upload.name)
    return "_".join([who, *([LATE] if one.late else []), str(one.user), str(upload.id), name])
