"""What a term's grade is made of, as course.toml's table [term] says: weights, late days, excuses, columns.

Nothing of it is in a release or in a graded folder, so all of it may change until the term is over.

    [term]
    weights = { memos = 60, quizzes = 15, exam = 20, participation = 5 }    # these are the default
    late_days = 3                     # of each student over the whole term; nothing covers lateness where it is 0
    drop = { memos = 1 }              # so many of a part's lowest results do not count
    same = [["4101", "ada@uni.example"]]    # people who go by several numbers, e-mail addresses or names

    [term.assignments]                # what a part holds, by kind or name; left out: the first part holds all
    memos = ["homework"]

    [term.columns.quizzes]            # columns of a part's table (`--csv quizzes=FILE`), each with its most points
    "Quiz: Losses (Real)" = 10

    [term.excused]                    # who needs not do what: by number, e-mail address or full name
    first_homework = ["4101"]

    [term.points.first_homework]      # points that replace everything else, lateness included
    4101 = 12.5
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paribus.course.reading import Reader, read_toml
from paribus.records.simple import is_number

WEIGHTS: Mapping[str, float] = MappingProxyType({"memos": 60, "quizzes": 15, "exam": 20, "participation": 5})
NAMES = ("weights", "late_days", "drop", "same", "assignments", "columns", "excused", "points")


@dataclass(frozen=True)
class Listed:
    """An assignment as course.toml lists it."""

    title: str
    kind: str


@dataclass(frozen=True)
class TermPlan:
    """How a term is reckoned. ``weights`` are per cent by part and add up to 100; ``late_days`` is each student's
    bank; ``drop`` says how many of a part's lowest results do not count.

    ``assignments`` are the course's, in its order, and ``holds`` the kinds and names of them that a part holds;
    ``columns`` are the parts' columns in tables from outside, with the most points of each. ``excused`` and
    ``points`` are by assignment or column, and then by what people go by; so is ``same``.
    """

    course: str = ""
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    late_days: int = 0
    drop: Mapping[str, int] = field(default_factory=dict)
    assignments: Mapping[str, Listed] = field(default_factory=dict)
    holds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    excused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    same: tuple[tuple[str, ...], ...] = ()

    def part_of(self, assignment: str) -> str:
        """The part that an assignment of the course counts in, "" where it counts in none."""
        if not self.holds:
            return next(iter(self.weights))
        kind = self.assignments[assignment].kind
        by_name = [part for part, held in self.holds.items() if assignment in held]
        return next(iter([*by_name, *(part for part, held in self.holds.items() if kind in held)]), "")


def load_term(path: Path) -> TermPlan:
    """The plan of a course.toml. CatalogError names the entry that is wrong and what was expected there."""
    raw = read_toml(path)
    reader = Reader(str(path))
    listed = {
        name: Listed(reader.text(table, "title", f"assignments.{name}", name), reader.text(table, "kind", name, ""))
        for week, about in reader.tables(raw, "weeks", "the file").items()
        for name, table in reader.tables(about, "assignments", f"weeks.{week}").items()
    }
    course = reader.text(reader.table(raw, "course", "the file"), "title", "course", "")
    return read_term(raw.get("term", {}), str(path), course=course, assignments=listed)


def read_term(
    raw: object, origin: str, *, course: str = "", assignments: Mapping[str, Listed] = MappingProxyType({})
) -> TermPlan:
    """A plan from the parsed table [term] and the assignments that the course lists."""
    reader = Reader(origin)
    table = reader.as_table(raw, "term")
    reader.only(table, NAMES, "term")
    weights = _weights(reader, table.get("weights", dict(WEIGHTS)))
    days = table.get("late_days", 0)
    if isinstance(days, bool) or not isinstance(days, int) or days < 0:
        reader.refuse("term", f"late_days = {days!r}", "a whole number of days, 0 or more")
    columns = _columns(reader, weights, reader.table(table, "columns", "term"))
    items = [*assignments, *(column for part in columns.values() for column in part)]
    return TermPlan(
        course=course,
        weights=weights,
        late_days=days,
        drop=_drop(reader, weights, reader.table(table, "drop", "term")),
        assignments=assignments,
        holds=_holds(reader, weights, assignments, reader.table(table, "assignments", "term")),
        columns=columns,
        excused=dict(_excused(reader, items, reader.table(table, "excused", "term"))),
        points=dict(_points(reader, items, reader.table(table, "points", "term"))),
        same=_same(reader, table.get("same", [])),
    )


def _weights(reader: Reader, value: object) -> dict[str, float]:
    where = "term.weights"
    table = reader.as_table(value, where)
    for part, weight in table.items():
        if not _is_number(weight) or not 0 < weight <= 100:
            reader.refuse(where, f"{part} = {weight!r}", "per cent, above 0 and up to 100")
    total = math.fsum(table.values())
    if abs(total - 100) > 1e-6:
        told = ", ".join(f"{part} = {weight:g}" for part, weight in table.items())
        reader.refuse(where, f"{told}, which add up to {total:g}", "weights that add up to 100")
    return {part: float(weight) for part, weight in table.items()}


def _drop(reader: Reader, weights: Mapping[str, float], table: Mapping[str, Any]) -> dict[str, int]:
    _check_parts(reader, weights, table, "term.drop")
    for part, count in table.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            reader.refuse("term.drop", f"{part} = {count!r}", "how many results do not count, as a whole number")
    return dict(table)


def _holds(
    reader: Reader, weights: Mapping[str, float], assignments: Mapping[str, Listed], table: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    where = "term.assignments"
    _check_parts(reader, weights, table, where)
    known = list(dict.fromkeys([*(item.kind for item in assignments.values()), *assignments]))
    found = {part: reader.texts(table, part, where, "kinds or names of assignments") for part in table}
    for name in (name for names in found.values() for name in names if name not in known):
        reader.refuse_name(where, "kind or assignment", name, known)
    return found


def _columns(reader: Reader, weights: Mapping[str, float], table: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    _check_parts(reader, weights, table, "term.columns")
    found: dict[str, dict[str, float]] = {}
    for part in table:
        where = f"term.columns.{part}"
        for column, most in reader.table(table, part, "term.columns").items():
            if not _is_number(most) or not 0 < most < math.inf:
                reader.refuse(where, f"{column} = {most!r}", "the most points that the column can hold")
            if any(column in other for other in found.values()):
                reader.refuse(where, f"the column {column!r}, which another part holds", "each column in one part")
            found.setdefault(part, {})[column] = float(most)
    return found


def _excused(
    reader: Reader, items: Sequence[str], table: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for item in table:
        _check_item(reader, items, item, "term.excused")
        yield item, reader.texts(table, item, "term.excused", "numbers, e-mail addresses or full names")


def _points(
    reader: Reader, items: Sequence[str], table: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, float]]]:
    for item in table:
        _check_item(reader, items, item, "term.points")
        given = reader.table(table, item, "term.points")
        for person, points in given.items():
            if not _is_number(points) or not 0 <= points < math.inf:
                reader.refuse(f"term.points.{item}", f"{person} = {points!r}", "points, 0 or more")
        yield item, {person: float(points) for person, points in given.items()}


def _same(reader: Reader, value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list) or not all(isinstance(names, list) and len(names) > 1 for names in value):
        reader.refuse("term", f"same = {value!r}", 'lists of what one person goes by, like [["4101", "4203"]]')
    return tuple(
        reader.texts({"same": names}, "same", "term", "numbers, e-mail addresses or names") for names in value
    )


def _check_parts(reader: Reader, weights: Mapping[str, float], table: Mapping[str, Any], where: str) -> None:
    for part in table:
        if part not in weights:
            reader.refuse_name(where, "part", part, weights)


def _check_item(reader: Reader, items: Sequence[str], item: str, where: str) -> None:
    if item not in items:
        reader.refuse_name(where, "assignment or column", item, items)


def _is_number(value: object) -> bool:
    return is_number(value) and math.isfinite(value)
