"""Tables from outside: quizzes, an exam, participation, as Moodle's gradebook or a spreadsheet exports them.

A row is a person's by the e-mail address, else by a number that no name contradicts, else by the full name. A row
that fits nobody, or may be several people's, is told and is nobody's. An empty cell, or Moodle's hyphen, means that
something was not taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import TermError, WorksheetError
from grader.intake.languages import plain_word, words_for
from grader.intake.numerals import decimal_sign, read_number
from grader.lms.plain.roster import listed
from grader.lms.tables import Table, read_table
from grader.recover.text import harmless
from grader.term.people import Person, folded, index_of
from paribus.course.near import did_you_mean

NUMBER = frozenset({"id", "id number", "student id", "student number", "number", "matrikelnummer", "sis user id"})
NAME = frozenset({"name", "full name", "student", "student name"})
FIRST = frozenset({"first name", "firstname", "given name", "vorname"})
LAST = frozenset({"last name", "lastname", "surname", "family name", "nachname"})
EMAIL = frozenset({"email", "e-mail", "mail", "email address", "e-mail address"})
NOT_TAKEN = ("", "-", "–")


@dataclass(frozen=True)
class Outside:
    """What a table says: the points by column and then by a person's place among all, None where something was not
    taken. ``notes`` are sentences on rows that are nobody's.
    """

    points: Mapping[str, Mapping[int, float | None]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_outside(content: bytes, origin: str, columns: Mapping[str, float], people: Sequence[Person]) -> Outside:
    """Read a part's ``columns``, each with the most points that it can hold.

    TermError where it is no table, names no people, lacks a column, or holds what cannot be its points.
    """
    try:
        table = read_table(content, origin)
    except WorksheetError as error:
        raise TermError(str(error)) from error
    places = _places(table, columns, origin)
    who = _Naming(table.header, origin, people)
    rows: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
    notes = []
    for line, row in table.rows:
        fits = who.fits(row)
        if len(fits) == 1:
            rows.setdefault(fits[0], []).append((line, row))
        else:
            what = "may be several people" if fits else "is in no graded week"
            notes.append(f"{origin}, row {line}: {who.called(row)} {what}, so that the row is nobody's.")
    for person, found in rows.items():
        if len(found) > 1:
            lines = " and ".join(str(line) for line, _ in found)
            notes.append(f"{origin}, rows {lines}: both are of {people[person].called}, so that neither counts.")
    alone = {person: found[0] for person, found in rows.items() if len(found) == 1}
    decimal = _decimal(table, places)
    points = {
        column: {
            person: _points(row[place], decimal, columns[column], f"{origin}, row {line}, column {column!r}")
            for person, (line, row) in alone.items()
        }
        for column, place in places.items()
    }
    return Outside(points, tuple(notes))


class _Naming:
    """Which columns say who a row is."""

    def __init__(self, header: Sequence[str], origin: str, people: Sequence[Person]) -> None:
        self._people, self._index = people, index_of(people)
        cells = [plain_word(cell) for cell in header]

        def place(words: frozenset[str]) -> int:
            return next((number for number, cell in enumerate(cells) if cell in words), -1)

        self._email = place(EMAIL | words_for("email", ()))
        self._number = place(NUMBER | words_for("identifier", ()))
        self._names = [found for found in (place(NAME | words_for("name", ())),) if found >= 0] or [
            found for found in (place(FIRST), place(LAST)) if found >= 0
        ]
        if self._email < 0 and self._number < 0 and not self._names:
            raise TermError(
                f"{origin}: no column says who a row is; it has {listed(header)}. Call one Email address, Full "
                "name or ID number."
            )

    def called(self, row: Sequence[str]) -> str:
        """What to call the person of a row."""
        return harmless(self._name(row) or _cell(row, self._email) or _cell(row, self._number)) or "somebody"

    def fits(self, row: Sequence[str]) -> list[int]:
        """The places of those who may be meant."""
        email, number = folded(_cell(row, self._email)), folded(_cell(row, self._number))
        name = folded(self._name(row))
        by_email = self._index.get(email, [])
        by_number = [at for at in self._index.get(number, []) if _agrees(self._people[at], name)]
        by_name = [at for at in self._index.get(name, []) if _unknown(self._people[at], email)]
        return by_email or by_number or by_name

    def _name(self, row: Sequence[str]) -> str:
        return " ".join(filter(None, (_cell(row, place) for place in self._names)))


def _agrees(person: Person, name: str) -> bool:
    return not name or not person.name or name in person.names


def _unknown(person: Person, email: str) -> bool:
    """Whether a person may have this address: they have none that is another."""
    return not email or not any(grade.email for grade in person.grades.values())


def _places(table: Table, columns: Mapping[str, float], origin: str) -> dict[str, int]:
    cells = [plain_word(cell) for cell in table.header]
    for column in columns:
        if plain_word(column) not in cells:
            raise TermError(
                f"{origin}: has no column {column!r}, which course.toml names; it has {listed(table.header)}."
                f"{did_you_mean(column, table.header)}"
            )
    return {column: cells.index(plain_word(column)) for column in columns}


def _decimal(table: Table, places: Mapping[str, int]) -> str:
    shown = decimal_sign(row[place].rstrip("% ") for place in places.values() for _, row in table.rows)
    return shown or ("," if table.form.delimiter == ";" else ".")


def _points(cell: str, decimal: str, most: float, where: str) -> float | None:
    if cell.strip() in NOT_TAKEN:
        return None
    points = read_number(cell.strip().removesuffix("%").strip(), decimal)
    if points is None or not 0 <= points <= most:
        raise TermError(f"{where}: holds {cell!r}; expected points from 0 to {most:g}, or nothing.")
    return points


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place >= 0 else ""
