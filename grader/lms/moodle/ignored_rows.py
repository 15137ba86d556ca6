"""Which rows of a worksheet Moodle would ignore without a word, by the column "Last modified (grade)".

Moodle ignores a row where the grade in Moodle was changed later than that column says, and "-" is 1970. A comment
and a feedback file change a grade's time as a grade does. So a second worksheet made from the same download is
ignored, unless the person who uploads it ticks a box.

Nobody tells us what was uploaded. OUT/handed_back.json keeps for each student the time that was in the worksheet
when a grade or a comment was first written into it, a digest of these, and whether others were written since.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from grader.intake.late import read_date
from grader.lms.moodle.worksheet import Entry, Student, Worksheet
from paribus.course.policy import Policy

FILE = "handed_back.json"
SCHEMA = "paribus.handed_back/1"
TICK = "Allow updating records that have been modified more recently in Moodle than in the spreadsheet"
ADVICE = (
    "In Moodle, upload worksheet.csv first and feedback.zip after it. Where Moodle says “No modified grades "
    f"found”, download the grading worksheet anew and run this again with it, or tick “{TICK}”."
)
NEVER = ("", "-")


@dataclass(frozen=True)
class Written:
    """What was written for one student: ``modified`` is the time in the worksheet, as it was there where it could
    not be read, ``entry`` the digest of the first grade and comment for it; others followed where ``again``.
    """

    modified: str
    entry: str
    again: bool = False


@dataclass(frozen=True)
class Round:
    """One worksheet against those that were written here before. ``again`` are the students for whom an earlier one
    held something else, ``older`` those whose time is older than one that was seen here, ``unread`` those whose
    time cannot be read; ``dated`` says that somebody's can, ``damaged`` that nothing is known of earlier ones.
    """

    written: Mapping[str, Written]
    again: tuple[Student, ...] = ()
    older: tuple[Student, ...] = ()
    unread: tuple[Student, ...] = ()
    dated: bool = False
    damaged: bool = False

    def to_json(self) -> str:
        """The text of handed_back.json."""
        students = {number: asdict(item) for number, item in self.written.items()}
        return json.dumps({"schema": SCHEMA, "students": students}, sort_keys=True, indent=1) + "\n"


@dataclass(frozen=True)
class Earlier:
    """What handed_back.json says; ``damaged`` where it is there and cannot be read."""

    written: Mapping[str, Written] = field(default_factory=dict)
    damaged: bool = False


def read_earlier(out: Path) -> Earlier:
    """What the earlier runs in this folder wrote for whom."""
    try:
        raw = json.loads((out / FILE).read_text(encoding="utf-8"))
        return Earlier({number: _written(item) for number, item in raw["students"].items()})
    except FileNotFoundError:
        return Earlier()
    except (ValueError, KeyError, TypeError, AttributeError):
        return Earlier(damaged=True)


def compare(earlier: Earlier, worksheet: Worksheet, entries: Mapping[str, Entry], policy: Policy) -> Round:
    """What this worksheet is beside the earlier ones, and what is to be known of it by the next one."""
    written = dict(earlier.written)
    again, older, unread, dated = [], [], [], False
    for student in worksheet.students:
        entry = entries.get(student.number)
        if entry is None:
            continue
        when = read_date(student.graded, policy, worksheet.languages)
        modified = when.isoformat() if when is not None else student.graded or "-"
        dated = dated or when is not None
        if when is None and modified != "-":
            unread.append(student)
        known, digest = written.get(student.number), _digest(entry)
        age = 1 if known is None else _age(known.modified, modified)
        if age < 0:
            older.append(student)
        elif known is None or age > 0:
            written[student.number] = Written(modified, digest)
        elif known.again or known.entry != digest:
            written[student.number] = Written(known.modified, known.entry, again=True)
            again.append(student)
    return Round(written, tuple(again), tuple(older), tuple(unread), dated, earlier.damaged)


def graded_at(worksheet: Worksheet, policy: Policy) -> dict[str, str]:
    """By Moodle's number, "Last modified (grade)" in a form that Moodle reads; of its own it reads the English one
    alone. The zone is in it where the course names one.
    """
    found = {}
    for student in worksheet.students:
        when = read_date(student.graded, policy, worksheet.languages)
        if when is not None:
            found[student.number] = (when if policy.zone_given else when.replace(tzinfo=None)).isoformat()
    return found


def _age(before: str, now: str) -> int:
    """Whether a worksheet's time is older (-1) or newer (1) than an earlier one's; what cannot be told is newer."""
    if before == now:
        return 0
    if "-" in (before, now):
        return 1 if before == "-" else -1
    try:
        first, second = datetime.fromisoformat(before), datetime.fromisoformat(now)
        return (second > first) - (second < first)
    except (ValueError, TypeError):
        return 1


def _written(raw: Mapping[str, object]) -> Written:
    return Written(str(raw["modified"]), str(raw["entry"]), again=bool(raw["again"]))


def _digest(entry: Entry) -> str:
    """A grade and a comment as one short text."""
    return hashlib.sha256(f"{entry.text()}\n{entry.feedback}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
