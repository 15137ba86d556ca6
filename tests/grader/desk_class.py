"""A graded class for the desk's tests: five students, two releases, and copies of it that a test may change."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.desk.folder import DeskFolder
from grader.desk.pages import Pages
from grader.desk.session import Session
from paribus.cli import main
from tests.robust.small_class import command, make_class

STUDENTS = 5
ANN, BEN, OLD_ONE = "student-0-1000", "student-1-1001", "student-3-1003"
MEMO = "trade_off"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


def graded_class(folder: Path) -> Path:
    """The class's folder with submissions, releases and ``out``."""
    make_class(folder, STUDENTS)
    assert main(command(folder, folder / "out", "--json")) == 0
    return folder


def copy_of(room: Path, target: Path) -> Path:
    """The graded folder alone, to be changed."""
    shutil.copytree(room / "out", target)
    return target


def sit_down(
    room: Path, out: Path, grader: str = "Ada", clock: Clock | None = None, *, blind: bool = False
) -> Session:
    """A grader at a copy of the class."""
    releases = [room / name / "week1_homework" for name in ("release", "older")]
    folder = DeskFolder(out, room / "submissions", releases, clock or Clock())
    return Session(folder, grader, blind_names=blind)


def pages_of(session: Session) -> Pages:
    """Its pages."""
    return Pages(session)


def decide(session: Session, submission: str, item: str, points: float, cell: str = MEMO, **more: object) -> object:
    """What the page sends for one decision."""
    body = {"item": item, "points": points, "seen": session.last_seen(),
            "request": f"{submission} {cell} {item} {points} {session.grader} {more}", **more}  # fmt: skip
    return session.save(submission, cell, body)
