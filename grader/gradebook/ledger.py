"""What gradebook.db knows beside nbgrader's own tables: which release is called what, what was entered, for whom.

All are written by the transaction that changes the grades, so a kill at any moment leaves grades and ledger in
agreement: a person's grade is never taken for a grade of an answer that the person has not seen.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from grader.model import Result

DATABASE = "gradebook.db"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS paribus_release (name TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE)",
    """CREATE TABLE IF NOT EXISTS paribus_entered (assignment TEXT, student TEXT, answers TEXT NOT NULL,
    waiting TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (assignment, student))""",
    """CREATE TABLE IF NOT EXISTS paribus_owner (student TEXT PRIMARY KEY, person TEXT NOT NULL,
    source TEXT NOT NULL, sha256 TEXT NOT NULL)""",
)


@dataclass(frozen=True)
class Entered:
    """One submission as it was entered: the digest of each grade cell's answer, the cells that waited for a person,
    and the digest of everything that went in, "" where the entry was not finished.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    digest: str = ""


class Ledger:
    """The two tables, read over a connection of its own; a submission's row is written in nbgrader's session."""

    def __init__(self, line: sqlite3.Connection) -> None:
        """Make the tables where they are missing."""
        self._line = line
        with line:
            make_tables(line)

    def name_releases(self, plain: str, digests: Sequence[str]) -> dict[str, str]:
        """What each release is called in nbgrader, by digest; a name once given stays.

        The first of a new folder bears the plain name, all others a name with their digest.
        """
        with self._line:
            known = {
                digest: name for name, digest in self._line.execute("SELECT name, digest FROM paribus_release")
            }
            for digest in digests:
                if digest not in known:
                    known[digest] = plain if plain not in known.values() else f"{plain}-{digest[:8]}"
                    self._line.execute("INSERT INTO paribus_release VALUES (?, ?)", (known[digest], digest))
        return {digest: known[digest] for digest in digests}

    def read(self, assignment: str, student: str) -> Entered:
        """What was entered last; an empty entry for who is new."""
        query = "SELECT answers, waiting, digest FROM paribus_entered WHERE assignment = ? AND student = ?"
        row = self._line.execute(query, (assignment, student)).fetchone()
        return Entered(json.loads(row[0]), frozenset(json.loads(row[1])), row[2]) if row else Entered()

    def finish(self, assignment: str, student: str, digest: str) -> None:
        """Say that everything of an entry is written, the graded notebook too."""
        change = "UPDATE paribus_entered SET digest = ? WHERE assignment = ? AND student = ?"
        with self._line:
            self._line.execute(change, (digest, assignment, student))


def graded_notebooks(out: Path, results: Sequence[Result]) -> dict[str, Path]:
    """The notebooks that nbgrader graded below ``out``, by submission; those that it does not hold are left out."""
    if not (out / DATABASE).is_file():
        return {}
    with closing(sqlite3.connect(out / DATABASE)) as line:
        make_tables(line)
        names = dict(line.execute("SELECT digest, name FROM paribus_release"))
        files = dict(line.execute("SELECT student, sha256 FROM paribus_owner"))
    return {
        result.submission: out / "autograded" / result.submission / name / f"{name}.ipynb"
        for result in results
        if (name := names.get(result.release)) and files.get(result.submission) == result.sha256
    }


def make_tables(line: sqlite3.Connection) -> None:
    """Make the tables where they are missing."""
    for table in _TABLES:
        line.execute(table)


def write_owner(session: Any, student: str, person: str, source: str, sha256: str) -> None:
    """Say whose and which file a student's id was entered for, in a session that the caller commits."""
    session.execute(
        text("INSERT OR REPLACE INTO paribus_owner VALUES (:student, :person, :source, :sha256)"),
        {"student": student, "person": person, "source": source, "sha256": sha256},
    )


def write_entered(session: Any, assignment: str, student: str, entered: Entered) -> None:
    """Put a row into a session that the caller commits."""
    session.execute(
        text("INSERT OR REPLACE INTO paribus_entered VALUES (:assignment, :student, :answers, :waiting, '')"),
        {
            "assignment": assignment, "student": student, "answers": json.dumps(dict(entered.answers)),
            "waiting": json.dumps(sorted(entered.waiting)),
        },
    )  # fmt: skip


def digest_of(value: object) -> str:
    """Sixteen hex digits of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
