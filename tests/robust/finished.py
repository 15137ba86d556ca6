"""A class graded in this process, down to the last file of its folder; and what must hold of every such folder."""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from unittest import mock

from grader.classrun.grade_class import Order, grade_class
from grader.grading.results import read_results
from grader.model import Result
from grader.workplaces.place import Here, Place
from paribus.course.limits import Limits
from paribus.course.policy import Policy
from tests.grader.classroom import make_release

RELEASE = make_release()
LIMITS = Limits(bytes=2_000_000, cells=300, outputs=500, records=50)
# Controls, which terminals obey, and what turns the direction of the text after it.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# What Windows allows in no name, and the names that it keeps for devices.
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"\\|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$', re.IGNORECASE)


def finish(folder: Path) -> tuple[Result, ...]:
    """Grade ``folder/in`` into ``folder/out`` in this process; every file is written as `paribus grade` does."""
    order = Order(folder / "in", (RELEASE,), folder / "out", policy=Policy(lms="moodle", limits=LIMITS))
    with mock.patch("grader.classrun.grade_class.open_place", _here):
        return grade_class(order).results


@contextmanager
def _here(*_: object, **__: object) -> Iterator[Place]:
    yield Here()


def check_finished(out: Path, submissions: int) -> None:
    """Everything is there, can be read and unpacked anywhere, and obeys nobody."""
    assert len(read_results(out / "results.jsonl")) == submissions
    assert json.loads((out / "complete.json").read_text())["submissions"] == submissions
    for path in (path for path in out.rglob("*") if path.is_file()):
        _check_name(path.relative_to(out).as_posix())
        if path.suffix in (".html", ".csv", ".json", ".jsonl", ".ipynb"):
            _check_text(path.read_text(encoding="utf-8"), path)
    pages = [path.read_text(encoding="utf-8") for path in (out / "feedback").iterdir()]
    assert len(pages) == submissions
    assert all(page.rstrip().endswith("</html>") for page in [*pages, (out / "report.html").read_text()])
    rows = list(csv.reader(io.StringIO((out / "worksheet.csv").read_text(encoding="utf-8-sig"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    with zipfile.ZipFile(out / "feedback.zip") as archive:
        names = archive.namelist()
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        _check_name(name)
    if not (out / "gradebook.db").exists():
        return  # nobody was judged
    with closing(sqlite3.connect(out / "gradebook.db")) as book:
        texts = [text for query in _columns(book) for row in book.execute(query) for text in row if text]
    for text in texts:
        _check_text(str(text), out / "gradebook.db")


def _columns(book: sqlite3.Connection) -> Iterator[str]:
    yield "SELECT auto_comment, manual_comment FROM comment"
    yield "SELECT id, first_name, last_name, lms_user_id FROM student"


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    assert not any(FORBIDDEN.search(part) or OBEYED.search(part) for part in parts), name
    assert len(name) < 200, name


def _check_text(text: str, where: Path) -> None:
    found = OBEYED.search(text)
    assert found is None, f"{where}: {text[max(0, found.start() - 80) : found.end() + 20]!r}"
