"""A roster as an instructor has one: any table with a person a row, whatever its columns are called.

A person is known by the identifier, else by the mail, else by the name. A column is what course.toml says it is
(``[grading.roster_columns]``), else what its name says, in Moodle's words for it in forty languages as well.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import WorksheetError
from grader.intake.languages import plain_word, words_for
from grader.lms.plain.match import folded
from grader.lms.tables import PLAIN_FORM, Form, Table, read_table
from paribus.course.near import did_you_mean
from paribus.course.policy import ROSTER_COLUMNS, Policy

WORDS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "identifier", "student id", "student number", "matriculation number", "registration number",
        "matrikelnummer", "matrikel", "number", "username", "user name", "login", "sis user id", "student_id",
        "user id", "netid",
    ),
    "name": ("name", "full name", "student", "student name", "display name", "full_name"),
    "first": ("first name", "firstname", "given name", "first", "first_name", "vorname", "prénom", "nombre"),
    "last": ("last name", "lastname", "surname", "family name", "last", "last_name", "nachname", "apellidos"),
    "email": ("email", "e-mail", "mail", "email address", "e-mail address", "mail address"),
    "section": ("section", "group", "class", "tutorial", "gruppe", "course section", "sections", "lab"),
    "submitted": ("submitted", "handed in", "received", "submission time", "handed_in", "submitted at"),
}  # fmt: skip
"""What columns of a roster are called, the first that is there counts."""
_CALLED = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_OTHERS = {sign: re.compile(rf"[{''.join(other for other in _CALLED if other != sign)}](?!\s)") for sign in _CALLED}
"""For each separator, another one directly before the next cell."""
MOODLES = {"id": "identifier", "name": "name", "email": "email", "section": "group", "submitted": "submitted"}


@dataclass(frozen=True)
class Person:
    """One row. ``id`` is what the person goes by in results: the identifier, else the mail, else the name;
    ``line`` is where the row ends in the file.
    """

    id: str
    name: str = ""
    email: str = ""
    section: str = ""
    submitted: str = ""
    line: int = 0


@dataclass(frozen=True)
class Roster:
    """A roster as read. ``holds`` are the kinds of columns that it has, ``header`` what they are called in it;
    ``assignment`` is the name of the one that is graded, which many files' names hold.
    """

    people: tuple[Person, ...]
    holds: frozenset[str]
    assignment: str = ""
    form: Form = PLAIN_FORM
    header: tuple[str, ...] = ()

    @property
    def nameless(self) -> str:
        """A sentence on its columns where none of them holds names; else ""."""
        if self.holds & {"name", "last"}:
            return ""
        return f"The roster has no column name; it has {listed(self.header)}."


def is_roster(header: Sequence[str]) -> bool:
    """Whether a header seems to be a roster's: half of its columns are, and no platform's grades are in it."""
    cells = {plain_word(cell) for cell in header}
    foreign = words_for("modified", ()) | words_for("grade", ()) | {"sis login id"}
    found = _by_name(header)
    return bool({"id", "email"} & set(found)) and 2 * len(found) >= len(header) and cells.isdisjoint(foreign)


def read_roster(content: bytes, origin: str, assignment: str, policy: Policy) -> Roster:
    """Read a roster. WorksheetError says which column is missing, and who is there twice or without a name."""
    table = read_table(content, origin)
    columns = _columns(table.header, policy.roster_columns, origin)

    def cell(row: Sequence[str], what: str) -> str:
        return " ".join(row[columns[what]].split()) if what in columns else ""

    people = []
    for line, row in table.rows:
        _check_separators(row, line, table, columns, origin)
        name = cell(row, "name") or " ".join(filter(None, (cell(row, "first"), cell(row, "last"))))
        key = cell(row, "id") if "id" in columns else cell(row, "email") if "email" in columns else name
        if not key:
            what = next(what for what in ("id", "email", "name") if what in (*columns, "name"))
            raise WorksheetError(
                f"{origin}, row {line}: {name or 'somebody'} has no {what}. Fill it in, or take the row out."
            )
        person = Person(key, name, cell(row, "email"), cell(row, "section"), cell(row, "submitted"), line)
        people.append((line, person))
    if not people:
        raise WorksheetError(f"{origin}: has nobody in it. Write a row for each student below its first line.")
    _check_twice(people, origin, "person", lambda person: person.id)
    _check_twice(people, origin, "mail", lambda person: person.email)
    return Roster(tuple(person for _, person in people), frozenset(columns), assignment, table.form, table.header)


def _check_separators(row: Sequence[str], line: int, table: Table, columns: Mapping[str, int], origin: str) -> None:
    """WorksheetError where another separator than the header's is between two cells of a row.

    That is so where it would make the row as wide as the header, or is in an identifier. With a blank behind it
    ("Hopper, Grace") it is a part of a cell, as far as anybody can tell.
    """
    sign = table.form.delimiter
    width = len(table.header)
    filled = list(row)
    while filled and not filled[-1].strip():
        filled.pop()
    mixed = [cell for cell in filled if len(_OTHERS[sign].split(cell)) > 1]
    apart = sum(len(_OTHERS[sign].split(cell)) for cell in filled)
    known = row[columns["id"]] if "id" in columns else ""
    if not mixed or not (known in mixed or (len(filled) < width and apart == width)):
        return
    raise WorksheetError(
        f"{origin}, line {line}: found {mixed[0]!r} as one cell; expected {_CALLED[sign]} between all cells, as in "
        f"the first line. Write {_CALLED[sign]} there; where the sign belongs to the cell, write a blank behind it."
    )


def _check_twice(people: Iterable[tuple[int, Person]], origin: str, what: str, of: Callable[[Person], str]) -> None:
    """WorksheetError where two rows have the same ``what``, however it is written."""
    lines: dict[str, int] = {}
    for line, person in people:
        key = folded(of(person))
        if key and key in lines:
            raise WorksheetError(
                f"{origin}, rows {lines[key]} and {line}: the same {what}, {of(person)!r}. Take one of them out, "
                "or correct it."
            )
        lines[key] = line


def _columns(header: Sequence[str], given: Mapping[str, str], origin: str) -> dict[str, int]:
    """The place of each kind of column: what course.toml says of it comes first."""
    cells = [plain_word(cell) for cell in header]
    found = _by_name(header)
    for what, name in given.items():
        if plain_word(name) not in cells:
            raise WorksheetError(
                f"{origin}: has no column {name!r}, which course.toml names for {what}, but {listed(header)}."
                f"{did_you_mean(name, header)} Correct [grading.roster_columns]."
            )
        found[what] = cells.index(plain_word(name))
    if not {"id", "email", "name", "last"} & set(found):
        raise WorksheetError(
            f"{origin}: no column says who a student is; it has {listed(header)}. Call one id, name or email, or "
            'say in course.toml which it is: id = "…" under [grading.roster_columns].'
        )
    return found


def _by_name(header: Sequence[str]) -> dict[str, int]:
    cells = [plain_word(cell) for cell in header]
    found: dict[str, int] = {}
    for what in ROSTER_COLUMNS:
        words = (*WORDS[what], *sorted(words_for(MOODLES[what], ()))) if what in MOODLES else WORDS[what]
        place = next((cells.index(word) for word in words if word in cells), -1)
        if place >= 0 and place not in found.values():
            found[what] = place
    return found


def listed(header: Sequence[str]) -> str:
    """The columns of a table's header, for a message."""
    return ", ".join(repr(cell) for cell in header[:8]) or "no columns"
