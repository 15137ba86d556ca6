"""What the tests of a task left behind: the record that they passed, and errors in other forms than a traceback.

A tests cell of a release ends with `notebook.tested("task")`, which shows a record of the code that was tested and
of the tests that ran. Where it is missing, an error may have ended the cell, whatever the page shows of it.
"""

import builtins
import re
from dataclasses import dataclass

from grader.evidence.runs import own_records
from grader.model import Case, Match, RecoveredCell
from paribus.course.assignment import Cell
from paribus.records.code import cell_digest

_ENDS = re.compile(r"^[ \t]*\w+\.tested\(", re.MULTILINE)
# The last line of a traceback: an exception's name, with or without its module, a colon, its words.
_LAST_LINE = re.compile(r"^\s*(?:[a-zA-Z_]\w*\.)*(?P<name>[A-Z]\w*)(?:: (?P<words>.+))?\s*$")
# What reads like an error without being one that Python or paribus has: of a library, translated, cut off.
_LIKE_ONE = re.compile(r"^\s*(?:\w+\.)*\w+(?:Error|Exception|NotRightYet)\b: |^\s*Traceback \(")
_NAMED = re.compile(r"\b(?P<name>[A-Z]\w+)\)?\s?: ")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_OWN = frozenset({"NotRightYet", "NotDoneYet", "SelfCheckError"})
_KNOWN = _OWN | {
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and not issubclass(value, Warning)
}


@dataclass(frozen=True)
class Tested:
    """A tests record held against the page: how many tests passed, and whether the task's code and the tests on the
    page are those that ran.
    """

    tests: int
    same_code: bool
    same_tests: bool


def says_when_passed(tests: Cell) -> bool:
    """Whether the released tests end by showing a record; those of older releases do not."""
    return _ENDS.search(tests.source) is not None


def find_tested(case: Case, tests: Match, task: Match) -> Tested | None:
    """The newest record in the tests' output that its task's tests passed, None where there is none."""
    if tests.recovered is None or task.recovered is None:
        return None
    position = tests.recovered.position
    records = [
        found.record
        for found in own_records(case)
        if found.position == position and found.record is not None and found.record.kind == "tests"
    ]
    mine = [record for record in records if record.run_name == task.cell.key]
    if not mine:
        return None
    record = mine[-1]
    return Tested(
        int(record.values.get("passed", 0)),
        record.code.get("task") == cell_digest(task.recovered.source),
        record.code.get("tests") == cell_digest(tests.cell.source),
    )


def error_in_words(cell: RecoveredCell | None) -> str:
    """The line of a cell's output that reads like the end of a traceback, "" where none does.

    Settings and handlers of a student's own show errors as plain text: without colours and frames, on any stream.
    """
    for output in cell.outputs if cell is not None else ():
        for line in output.text.splitlines():
            if _is_last_line(line):
                return line.strip()
    return ""


def like_an_error(cell: RecoveredCell | None) -> str:
    """The first line on stderr that looks as an error does: of a library (``CudaError: …``), in another language
    (``Fehler (ValueError): …``), or the head of a traceback whose end is not there; "" where none does.
    """
    for output in cell.outputs if cell is not None else ():
        if output.kind != "stream" or output.name != "stderr":
            continue
        for line in map(str.strip, _COLOURS.sub("", output.text).splitlines()):
            if _LIKE_ONE.match(line) or any(named["name"] in _KNOWN for named in _NAMED.finditer(line)):
                return line
    return ""


def ends_in_words(cell: RecoveredCell) -> str:
    """The last line of all that a cell shows, where it is on stderr and reads like the end of a traceback."""
    last = cell.outputs[-1] if cell.outputs else None
    if last is None or last.kind != "stream" or last.name != "stderr":
        return ""
    lines = [line.strip() for line in last.text.splitlines() if line.strip()]
    return lines[-1] if lines and _is_last_line(lines[-1]) else ""


def _is_last_line(line: str) -> bool:
    found = _LAST_LINE.match(line)
    return found is not None and found["name"] in _KNOWN
