"""Whose the gradebook's submissions are, and moving them to the names that the present batch gives them.

nbgrader keeps what people gave under a student's id, which is our submission's name. A table of ours says which
person and which file each id was entered for; where a batch calls the same person's file otherwise, its rows move
along, in one transaction, and its folders follow.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from grader.errors import ResultError
from grader.gradebook.ledger import DATABASE, make_tables
from grader.grading.identity import Handed, handed, pair
from grader.grading.results import FILE, from_line
from grader.intake.naming import name_submission
from grader.model import Result

# Every column that holds a student's id.
_IDS = (
    ("student", "id"),
    ("submitted_assignment", "student_id"),
    ("paribus_entered", "student"),
    ("paribus_owner", "student"),
)
_UNKNOWN = "SELECT id, coalesce(lms_user_id, id) FROM student WHERE id NOT IN (SELECT student FROM paribus_owner)"
_DECIDED = """SELECT DISTINCT submitted_assignment.student_id FROM submitted_assignment
    JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
    LEFT JOIN grade ON grade.notebook_id = submitted_notebook.id AND grade.manual_score IS NOT NULL
    LEFT JOIN comment ON comment.notebook_id = submitted_notebook.id AND coalesce(comment.manual_comment, '') <> ''
    WHERE grade.id IS NOT NULL OR comment.id IS NOT NULL"""
FOLDERS = ("submitted", "autograded")


def remember_owners(out: Path) -> None:
    """Write down whose the submissions of a gradebook are that an earlier version filled, before the results in
    ``out`` are replaced. The person is in nbgrader's own table; the files are in these results.
    """
    database = out / DATABASE
    if not database.is_file():
        return
    with closing(sqlite3.connect(database)) as line, line:
        make_tables(line)
        if not _is_filled(line):
            return
        unknown = line.execute(_UNKNOWN).fetchall()
        files = _files(out / FILE) if unknown else {}
        rows = [(name, person, *files.get(name, ("", ""))) for name, person in unknown]
        line.executemany("INSERT INTO paribus_owner VALUES (?, ?, ?, ?)", rows)


def move_to_owners(out: Path, results: Sequence[Result]) -> tuple[Handed, ...]:
    """Give the gradebook's submissions the names of this batch, each by its person and file.

    Returns those with something of a person's in them that are not in the batch.
    """
    if not (out / DATABASE).is_file():
        return ()
    with closing(sqlite3.connect(out / DATABASE)) as line:
        if not _is_filled(line):
            return ()
        with line:
            make_tables(line)
            known = [
                Handed(*row) for row in line.execute("SELECT student, person, source, sha256 FROM paribus_owner")
            ]
            now = [handed(result) for result in results]
            moves = _moves(known, now)
            _rename(line, moves)
            decided = {name for (name,) in line.execute(_DECIDED)}
        for step in FOLDERS:
            _move_folders(out / step, moves)
    here = {item.name for item in now}
    moved = [Handed(moves.get(item.name, item.name), item.person, item.source, item.sha256) for item in known]
    return tuple(item for item in moved if item.name in decided - here)


def _is_filled(line: sqlite3.Connection) -> bool:
    """Whether nbgrader has made its tables; a full disk may have kept it from that."""
    tables = {name for (name,) in line.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {"student", "submitted_assignment", "submitted_notebook", "grade", "comment"} <= tables


def _moves(known: Sequence[Handed], now: Sequence[Handed]) -> dict[str, str]:
    """The new name of each submission that needs one. What is where another one belongs makes room."""
    forerunners = pair(known, now)
    moves = {former: name for name, former in forerunners.items() if former != name}
    taken = set(forerunners) | {item.name for item in known}
    for item in known:
        if item.name in forerunners and forerunners[item.name] != item.name and item.name not in moves:
            aside = name_submission(item.person, file=item.source or item.name)
            while aside in taken:
                aside = name_submission(item.person, file=f"{aside}\0{item.sha256}")
            taken.add(aside)
            moves[item.name] = aside
    return moves


def _rename(line: sqlite3.Connection, moves: Mapping[str, str]) -> None:
    """All at once, by names that nobody has: two submissions may change places."""
    for table, column in _IDS if moves else ():
        change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - names of our own
        line.executemany(change, [(f"\0{new}", old) for old, new in moves.items()])
        line.executemany(change, [(new, f"\0{new}") for new in moves.values()])


def _move_folders(step: Path, moves: Mapping[str, str]) -> None:
    """The notebooks that formgrader shows. One that a kill leaves behind is written anew under its name."""
    for old, new in moves.items():
        if (step / old).is_dir():
            (step / old).replace(step / f".{new}")
    for new in moves.values():
        if (step / f".{new}").is_dir() and not (step / new).exists():
            (step / f".{new}").replace(step / new)


def _files(path: Path) -> dict[str, tuple[str, str]]:
    """Path and digest of each submission's file, from the last run's results, as far as they can be read."""
    found: dict[str, tuple[str, str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return found
    for line in lines:
        with suppress(ResultError):
            result = from_line(line)
            found[result.submission] = (result.source, result.sha256)
    return found
