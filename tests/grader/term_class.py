"""Graded weeks for the tests of a term: grades as `paribus grade` leaves them, with few words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from grader.lms.grades import FILE, CheckCount, Grade, Graded, to_text
from grader.output.storage import MARKER
from paribus.course.policy import LateTable
from paribus.course.term import Listed, TermPlan

DAY = 86_400.0
TEN_A_DAY = LateTable(10, "day")
COURSE = "Cars and their speed"
WEEKS = ("week1_homework", "week2_homework", "week3_homework", "week4_homework")
LISTED = {name: Listed(f"Week {place}", "homework") for place, name in enumerate(WEEKS, 1)}
ONLY_MEMOS = {"memos": 100.0}


def plan(**more: object) -> TermPlan:
    """A plan of four weeks, by default of memos alone."""
    return TermPlan(**{"course": COURSE, "assignments": LISTED, "weights": ONLY_MEMOS, **more})  # type: ignore[arg-type]


def got(
    number: str, score: float, late: float = 0.0, *, name: str = "", email: str = "", waiting: str = "",
    checks: Mapping[str, CheckCount] = MappingProxyType({}),
) -> Grade:  # fmt: skip
    """Somebody who handed in, with ``late`` in days, of 100 points."""
    return Grade(number, name, email, "", True, score, 100.0, late * DAY, waiting, checks=dict(checks))


def absent(number: str, name: str = "", email: str = "") -> Grade:
    """Somebody who is listed and handed in nothing."""
    return Grade(number, name, email)


def week(place: int, *people: Grade, whole: bool = True, late_penalty: str | LateTable = TEN_A_DAY) -> Graded:
    """The week of this place, from 1."""
    name = WEEKS[place - 1]
    return Graded(name, LISTED[name].title, COURSE, 100.0, whole, late_penalty, {"memo": "The memo"}, people)


def graded_folder(path: Path, graded: Graded) -> Path:
    """A folder as `paribus grade` ends it, as far as a term reads it."""
    path.mkdir(parents=True)
    text = to_text(graded)
    (path / FILE).write_text(text, encoding="utf-8")
    files = {FILE: hashlib.sha256(text.encode()).hexdigest()}
    marker = {"schema": "paribus.graded/1", "assignment": graded.assignment, "files": files}
    (path / MARKER).write_text(json.dumps(marker), encoding="utf-8")
    return path


def course_toml(folder: Path, term: str = "", names: Sequence[str] = WEEKS) -> Path:
    """A course.toml as far as a term reads it."""
    weeks = "".join(
        f'[weeks.w{place}.assignments.{name}]\ntitle = "Week {place}"\nkind = "homework"\n'
        for place, name in enumerate(names, 1)
    )
    path = folder / "course.toml"
    path.write_text(f'[course]\ntitle = "{COURSE}"\n{weeks}{term}', encoding="utf-8")
    return path
