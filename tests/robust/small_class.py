"""A class of small submissions, for runs that are disturbed: two releases, bad files, answers that wait."""

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.grader.test_grade_command import submission

NAME = "week1_homework"
NEW = make_release()
OLD = make_release(make_assignment(CELLS[:-1]))
BEFORE = ("submissions", "release", "older", "sheet.csv")


def make_class(folder: Path, students: int) -> None:
    """Submissions, worksheet and releases below ``folder``: every tenth is no notebook, every seventh is of the old
    release.
    """
    for name, release in (("release", NEW), ("older", OLD)):
        write_release(folder / name, release)
    rows = []
    for number in range(students):
        target = _file_of(folder, number)
        target.parent.mkdir(parents=True)
        target.write_bytes(_content(number))
        rows.append(
            [f"Participant {1000 + number}", f"Student {number}", "Submitted", "", "28.00", "Yes", "-", "-", ""]
        )
    header = ["Identifier", "Full name", "Status", "Grade", "Maximum grade", "Grade can be changed",
              "Last modified (submission)", "Last modified (grade)", "Feedback comments"]  # fmt: skip
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    (folder / "sheet.csv").write_text(text.getvalue(), encoding="utf-8")


def _file_of(folder: Path, number: int) -> Path:
    owner = f"Student {number}_{1000 + number}_assignsubmission_file_"
    return folder / "submissions" / owner / "homework.ipynb"


def _content(number: int) -> bytes:
    if number % 10 == 9:
        return b"%PDF-1.7 no notebook"
    release = OLD if number % 7 == 3 else NEW
    begin = f'import paribus\nnotebook = paribus.begin("{NAME}", release="{release.digest}")'
    return submission(
        setup=begin,
        tail_share=f"def tail_share(counts):\n    return len(counts) + {number}\n",
        trade_off=f"## The trade-off\n\nStudent {number} gave up accuracy for macro-F1, and says why.",
    )


def hand_in_again(folder: Path, numbers: Sequence[int]) -> None:
    """New answers to the written question by these students."""
    for number in numbers:
        path = (
            folder / "submissions" / f"Student {number}_{1000 + number}_assignsubmission_file_" / "homework.ipynb"
        )
        path.write_bytes(path.read_bytes().replace(b"gave up accuracy", b"thought again and gave up accuracy"))


def decide(out: Path, every: int = 2) -> None:
    """What people do in formgrader: a score and words for every other submission's open cells."""
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "") as book:
        for assignment in book.assignments:
            for item in book.assignment_submissions(assignment.name)[::every]:
                for notebook in item.notebooks:
                    for grade in notebook.grades:
                        if grade.needs_manual_grade:
                            grade.manual_score, grade.needs_manual_grade = 1.0, False
                    for comment in notebook.comments:
                        comment.manual_comment = f"Seen, {item.student.id}."
        book.db.commit()


def command(folder: Path, out: Path, *more: str) -> list[str]:
    """The arguments of `paribus` that grade the class."""
    return ["grade", str(folder / "submissions"), "--assignment", NAME, "--release", str(folder / "release"),
            "--release", str(folder / "older"), "--worksheet", str(folder / "sheet.csv"), "--out", str(out),
            *more]  # fmt: skip


def state(out: Path) -> dict[str, Any]:
    """All that a run leaves, so that two runs can be compared: files by content, the gradebook by its rows."""
    files = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith(("gradebook.db", ".paribus.lock"))
    }
    lines = files.pop("results.jsonl").decode().splitlines()
    return {"files": files, "results": sorted(lines), "gradebook": gradebook(out)}


GRADES = """
    SELECT assignment.name, submitted_assignment.student_id, base_cell.name, auto_score, manual_score,
           needs_manual_grade, extra_credit
    FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
"""
COMMENTS = (
    GRADES.replace("grade JOIN", "comment JOIN")
    .replace("grade.", "comment.")
    .replace(
        "auto_score, manual_score,\n           needs_manual_grade, extra_credit", "auto_comment, manual_comment"
    )
)


def gradebook(out: Path) -> dict[str, Any]:
    """The rows that matter, without the ids that nbgrader draws."""
    queries = {
        "grades": GRADES, "comments": COMMENTS,
        "students": "SELECT id, first_name, last_name, lms_user_id FROM student",
        "entered": "SELECT * FROM paribus_entered", "releases": "SELECT * FROM paribus_release",
        "penalties": "SELECT late_submission_penalty FROM submitted_notebook",
    }  # fmt: skip
    with closing(sqlite3.connect(out / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {
            name: sorted(map(json.dumps, database.execute(query).fetchall())) for name, query in queries.items()
        }
