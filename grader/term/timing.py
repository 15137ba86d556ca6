"""How long people took to decide an answer at the desk, by question: the medians of the times between decisions.

The desk's store says when each decision was made. The time before one counts for its question; a longer pause than
the desk itself takes for work does not.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median

from grader.desk.session import LONGEST_PAUSE
from grader.desk.store import FILE
from grader.errors import TermError
from grader.lms.grades import Graded


@dataclass(frozen=True)
class QuestionTime:
    """One question: how many decisions have a time, and the median in seconds."""

    assignment: str
    question: str
    decisions: int
    seconds: float


@dataclass(frozen=True)
class Moment:
    """A key press at the desk: by whom, about which cell, when."""

    grader: str
    cell: str
    at: datetime


def times_of(folder: Path, graded: Graded) -> tuple[QuestionTime, ...]:
    """The times of a graded folder, in the order of its questions; none where no desk was opened there."""
    found: dict[str, list[float]] = {}
    for cell, seconds in between(_read(folder / FILE)):
        found.setdefault(cell, []).append(seconds)
    return tuple(
        QuestionTime(graded.title, heading, len(found[cell]), median(found[cell]))
        for cell, heading in graded.questions.items()
        if cell in found
    )


def between(moments: Sequence[Moment]) -> list[tuple[str, float]]:
    """For each decision that follows another of the same grader without a long pause: its cell, and the seconds."""
    graders = dict.fromkeys(moment.grader for moment in moments)
    return [
        (later.cell, (later.at - before.at).total_seconds())
        for grader in graders
        for before, later in pairwise([moment for moment in moments if moment.grader == grader])
        if later.at - before.at < LONGEST_PAUSE
    ]


def _read(path: Path) -> list[Moment]:
    """The key presses in a store, which is only read. What was decided of equal answers with one press is one."""
    if not path.is_file():
        return []
    query = "SELECT grader, cell, at FROM decision WHERE request LIKE '%/0' ORDER BY id"
    try:
        with closing(sqlite3.connect(path)) as line:
            line.execute("PRAGMA query_only = ON")
            rows = line.execute(query).fetchall()
        return [Moment(str(grader), str(cell), datetime.fromisoformat(str(at))) for grader, cell, at in rows]
    except (sqlite3.DatabaseError, ValueError) as error:
        raise TermError(
            f"{path}: the desk's decisions cannot be read ({error}). Close what else has the file open; where it "
            "is damaged, move it away, and the page is made without the time to grade."
        ) from error
