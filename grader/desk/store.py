"""OUT/decisions.db: everything that people decided at the desk, one line after the other, none ever changed.

A decision is written when it is made, before the page answers. Undoing one adds a line that withdraws it. SQLite's
write-ahead log lets several graders write at once; a kill at any moment leaves every line that was confirmed.

Decisions belong to a person and a file (`grader.grading.identity`), so they follow a submission that is called
otherwise in the next batch.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.desk.items import Decision
from grader.desk.requests import Request
from grader.errors import DeskError
from grader.grading.identity import Handed, pair
from grader.pages.look_again import Asked

FILE = "decisions.db"
HELD_FOR = timedelta(minutes=5)
"""How long a cell stays one grader's without a sign of life."""
PATIENCE = 20.0
"""Seconds that a write waits for another desk."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS handed (id INTEGER PRIMARY KEY, name TEXT NOT NULL, person TEXT NOT NULL,
    source TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS decision (id INTEGER PRIMARY KEY AUTOINCREMENT, handed INTEGER NOT NULL,
    cell TEXT NOT NULL, item TEXT NOT NULL, points REAL, lines TEXT NOT NULL, comment TEXT NOT NULL,
    grader TEXT NOT NULL, at TEXT NOT NULL, asked TEXT NOT NULL, answered TEXT NOT NULL, word TEXT NOT NULL,
    blind INTEGER NOT NULL, request TEXT NOT NULL UNIQUE);
CREATE INDEX IF NOT EXISTS by_item ON decision (handed, cell, item);
CREATE TABLE IF NOT EXISTS hold (handed INTEGER NOT NULL, cell TEXT NOT NULL, grader TEXT NOT NULL,
    until TEXT NOT NULL, PRIMARY KEY (handed, cell));
CREATE TABLE IF NOT EXISTS written (handed INTEGER NOT NULL, grade_id TEXT NOT NULL, score REAL NOT NULL,
    comment TEXT NOT NULL, PRIMARY KEY (handed, grade_id));
CREATE TABLE IF NOT EXISTS request (id INTEGER PRIMARY KEY AUTOINCREMENT, handed INTEGER NOT NULL,
    cell TEXT NOT NULL, because TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, at TEXT NOT NULL, answer TEXT NOT NULL,
    grader TEXT NOT NULL);
"""
_COLUMNS = "id, handed, cell, item, points, lines, comment, grader, at, asked, answered, word, blind, request"


@dataclass(frozen=True)
class Hold:
    """Who has a cell open, and until when it counts (ISO 8601)."""

    grader: str
    until: str


@dataclass(frozen=True)
class Written:
    """What the desk wrote into nbgrader's gradebook last."""

    score: float
    comment: str


class Store:
    """The decisions of one graded folder. Each call opens a connection of its own: any thread may call."""

    def __init__(
        self, out: Path, batch: Sequence[Handed], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Open or make the store for the submissions of the present ``batch``. DeskError where the file is no
        store.
        """
        self.path = out / FILE
        self._now = now
        self._batch = {item.name: item for item in batch}
        with self._writing(schema=True) as line:
            self._names = self._continued(line, batch)

    def log(self, after: int = 0) -> list[Decision]:
        """The decisions after a number, in the order in which they were made; those of other batches are left
        out.
        """
        with self._line() as line:
            self._learn(line)
            query = f"SELECT {_COLUMNS} FROM decision WHERE id > ? ORDER BY id"  # noqa: S608  # columns of ours
            rows = line.execute(query, (after,)).fetchall()
        return [_decision(row, self._names[row[1]]) for row in rows if row[1] in self._names]

    def add(self, decisions: Sequence[Decision], *, seen: int, request: str) -> list[Decision]:
        """Write decisions, all or none, of submissions of the batch; a ``request`` that was written before is
        not written again.

        ``seen`` is the number of the last decision that the grader's page knew of. DeskError where somebody
        decided the same since: nothing is written then.
        """
        marks = [f"{request}/{place}" for place in range(len(decisions))]
        written = []
        with self._writing() as line:
            if line.execute("SELECT 1 FROM decision WHERE request = ?", (marks[0],)).fetchone():
                return []
            for mark, one in zip(marks, decisions, strict=True):
                number = self._number(line, one.submission)
                _refuse_stale(line, number, one, seen)
                at = self._now().isoformat(timespec="seconds")
                cursor = line.execute(
                    "INSERT INTO decision (handed, cell, item, points, lines, comment, grader, at, asked, "
                    "answered, word, blind, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (number, one.cell, one.item, one.points, json.dumps(one.lines), one.comment, one.grader, at,
                     one.asked, one.answered, one.word, one.blind, mark),
                )  # fmt: skip
                written.append(replace(one, number=int(cursor.lastrowid or 0), at=at, request=request))
        return written

    def hold(self, submission: str, cell: str, grader: str) -> Hold:
        """Take a cell, or renew one's own; returns who has it now, which may be another grader."""
        now = self._now()
        with self._writing() as line:
            number = self._number(line, submission)
            row = line.execute(
                "SELECT grader, until FROM hold WHERE handed = ? AND cell = ?", (number, cell)
            ).fetchone()
            if row and row[0] != grader and datetime.fromisoformat(row[1]) > now:
                return Hold(*row)
            until = (now + HELD_FOR).isoformat(timespec="seconds")
            line.execute("DELETE FROM hold WHERE grader = ?", (grader,))
            line.execute("INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?)", (number, cell, grader, until))
            return Hold(grader, until)

    def held(self) -> dict[tuple[str, str], Hold]:
        """Who has what open now, by submission and cell."""
        now = self._now()
        with self._line() as line:
            self._learn(line)
            rows = line.execute("SELECT handed, cell, grader, until FROM hold").fetchall()
        return {
            (self._names[number], cell): Hold(grader, until)
            for number, cell, grader, until in rows
            if number in self._names and datetime.fromisoformat(until) > now
        }

    def snippets(self, cell: str, most: int = 9) -> list[str]:
        """Comments that were given before: those of this cell first, then the most given."""
        with self._line() as line:
            rows = line.execute(
                "SELECT comment FROM decision WHERE comment <> '' GROUP BY comment "
                "ORDER BY MAX(cell = ?) DESC, COUNT(*) DESC, comment LIMIT ?",
                (cell, most),
            )
            return [text for (text,) in rows]

    def written(self) -> dict[tuple[str, str], Written]:
        """What the desk wrote into the gradebook last, by submission and nbgrader's cell."""
        with self._line() as line:
            self._learn(line)
            rows = line.execute("SELECT handed, grade_id, score, comment FROM written").fetchall()
        return {
            (self._names[number], grade_id): Written(score, comment)
            for number, grade_id, score, comment in rows
            if number in self._names
        }

    def remember_written(self, submission: str, grade_id: str, written: Written | None) -> None:
        """Write down what the gradebook now holds of the desk's; None where it holds nothing."""
        with self._writing() as line:
            number = self._number(line, submission)
            line.execute("DELETE FROM written WHERE handed = ? AND grade_id = ?", (number, grade_id))
            if written is not None:
                row = (number, grade_id, written.score, written.comment)
                line.execute("INSERT INTO written VALUES (?, ?, ?, ?)", row)

    def ask(self, requests: Sequence[Request]) -> int:
        """Take requests in; one that was taken in before is left alone. Returns how many are new."""
        new = 0
        with self._writing() as line:
            for one in requests:
                number = self._number(line, one.submission)
                at = self._now().isoformat(timespec="seconds")
                cursor = line.execute(
                    "INSERT OR IGNORE INTO request (handed, cell, because, digest, at, answer, grader) "
                    "VALUES (?, ?, ?, ?, ?, '', '')",
                    (number, one.cell, one.because, one.digest, at),
                )
                new += cursor.rowcount
        return new

    def asked(self) -> dict[str, tuple[Asked, ...]]:
        """The requests by submission, in the order in which they were taken in."""
        with self._line() as line:
            self._learn(line)
            rows = line.execute(
                "SELECT handed, id, cell, because, at, answer, grader FROM request ORDER BY id"
            ).fetchall()
        found: dict[str, tuple[Asked, ...]] = {}
        for handed, *row in rows:
            if handed in self._names:
                name = self._names[handed]
                found[name] = (*found.get(name, ()), Asked(*row))
        return found

    def answer(self, number: int, text: str, grader: str) -> None:
        """Answer a request; an earlier answer is replaced. DeskError where there is none of this number."""
        with self._writing() as line:
            done = line.execute("UPDATE request SET answer = ?, grader = ? WHERE id = ?", (text, grader, number))
            if not done.rowcount:
                raise DeskError("This request is not there any more. Load the page again.")

    def _continued(self, line: sqlite3.Connection, batch: Sequence[Handed]) -> dict[int, str]:
        """What the batch calls each submission that the store knows; its row says the present file from now on."""
        known = [Handed(*map(str, row)) for row in line.execute("SELECT id, person, source, sha256 FROM handed")]
        found = {int(former): name for name, former in pair(known, batch).items()}
        line.executemany(
            "UPDATE handed SET name = ?, person = ?, source = ?, sha256 = ? WHERE id = ?",
            [(*_row(self._batch[name]), number) for number, name in found.items()],
        )
        return found

    def _learn(self, line: sqlite3.Connection) -> None:
        """Know the submissions that another desk on this folder has added."""
        rows = line.execute("SELECT id, name, person, source, sha256 FROM handed").fetchall()
        for number, *row in rows:
            item = self._batch.get(row[0])
            if number not in self._names and item is not None and _row(item) == tuple(row):
                self._names[number] = item.name

    def _number(self, line: sqlite3.Connection, submission: str) -> int:
        """The row of a submission of the batch, made where there is none."""
        self._learn(line)
        number = next((number for number, name in self._names.items() if name == submission), None)
        if number is None:
            row = _row(self._batch[submission])
            cursor = line.execute("INSERT INTO handed (name, person, source, sha256) VALUES (?, ?, ?, ?)", row)
            number = int(cursor.lastrowid or 0)
        return number

    @contextmanager
    def _writing(self, *, schema: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction, in which no other desk writes: all of it, or none."""
        with self._line() as line:
            if schema:
                line.executescript(_SCHEMA)
            line.execute("BEGIN IMMEDIATE")
            try:
                yield line
            except BaseException:
                line.execute("ROLLBACK")
                raise
            line.execute("COMMIT")

    @contextmanager
    def _line(self) -> Iterator[sqlite3.Connection]:
        line = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            _share(line)
            # A decision that was confirmed survives a power cut, too.
            line.execute("PRAGMA synchronous = FULL")
            yield line
        except sqlite3.DatabaseError as error:
            raise DeskError(
                f"{self.path}: the store of decisions cannot be used ({error}). Close what else has it open; where "
                "the file is damaged, put a copy aside and move it away: gradebook.db has what was wholly decided."
            ) from error
        finally:
            line.close()


def _share(line: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. Where another desk is making the file at this moment, SQLite refuses at once
    instead of waiting as it does elsewhere, so the wait is ours.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            line.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _row(item: Handed) -> tuple[str, str, str, str]:
    return item.name, item.person, item.source, item.sha256


def _refuse_stale(line: sqlite3.Connection, number: int, one: Decision, seen: int) -> None:
    row = line.execute(
        "SELECT grader, at FROM decision WHERE handed = ? AND cell = ? AND item = ? AND id > ? AND blind = ? "
        "ORDER BY id DESC",
        (number, one.cell, one.item, seen, one.blind),
    ).fetchone()
    if row:
        raise DeskError(
            f"{row[0] or 'Somebody'} decided this at {row[1]}, after you opened it. Nothing of yours was written: "
            "look at the page again, and decide anew if you see it otherwise."
        )


def _decision(row: tuple[object, ...], name: str) -> Decision:
    number, _, cell, item, points, lines, comment, grader, at, asked, answered, word, blind, request = row
    return Decision(
        int(str(number)), name, str(cell), str(item), None if points is None else float(str(points)),
        tuple(json.loads(str(lines))), str(comment), str(grader), str(at), str(asked), str(answered), str(word),
        bool(blind), str(request).rpartition("/")[0],
    )  # fmt: skip
