"""A quiz's TOML as values; errors name the file, the question, what was found and what was expected."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import QuizError
from generator.quizzes.question import Choice, Kind, Measured, Mistake, Question, Quiz
from paribus.course.reading import Reader, read_toml

HEAD = ("title", "week", "profile", "variants", "question")
COMMON = ("name", "text", "feedback", "points", "tags", "draw", "cases", "measured", "let")
OWN: Mapping[Kind, tuple[str, ...]] = {
    "number": ("answer", "digits", "tolerance", "mistake"),
    "choice": ("choice", "several", "shown"),
    "match": ("pairs", "shown"),
}
MARK: Mapping[Kind, str] = {"number": "answer", "choice": "choice", "match": "pairs"}
NAME = re.compile(r"[a-z][a-z0-9-]*")


def load_quiz(name: str, path: Path) -> Quiz:
    """Read a quiz; QuizError says what is wrong where."""
    raw = read_toml(path, QuizError, "A quiz is a TOML file of questions.")
    reader = Reader(str(path), QuizError)
    reader.only(raw, HEAD, "the file")
    questions = tuple(_question(reader, item) for item in reader.rows(raw, "question", "the file"))
    if not questions:
        reader.refuse("the file", "no question", "at least one [[question]]")
    names = [question.name for question in questions]
    doubled = sorted({item for item in names if names.count(item) > 1})
    if doubled:
        reader.refuse("the file", f"two questions called {doubled[0]!r}", "a name of its own for each")
    return Quiz(
        name, str(path), reader.text(raw, "title", "the file"), questions, reader.text(raw, "week", "the file", ""),
        reader.text(raw, "profile", "the file", ""), reader.whole(raw, "variants", "the file", 4),
    )  # fmt: skip


def _question(reader: Reader, raw: Mapping[str, Any]) -> Question:
    name = reader.text(raw, "name", "question")
    where = f"question {name!r}"
    if not NAME.fullmatch(name):
        reader.refuse(where, f"name = {name!r}", "small letters, digits and -, such as 'zero-classes'")
    kinds = [kind for kind, mark in MARK.items() if mark in raw]
    if len(kinds) != 1:
        found = " and ".join(MARK[kind] for kind in kinds) or "none of them"
        reader.refuse(where, found, "one of answer (a number), [[question.choice]], pairs")
    reader.only(raw, (*COMMON, *OWN[kinds[0]]), where)
    points = reader.number(raw, "points", where)
    return Question(
        name, kinds[0], reader.text(raw, "text", where), reader.text(raw, "feedback", where),
        1.0 if points is None else points, reader.texts(raw, "tags", where, "tags"), _draw(reader, raw, where),
        reader.rows(raw, "cases", where), _measured(reader, raw, where),
        {key: str(value) for key, value in reader.table(raw, "let", where).items()}, str(raw.get("answer", "")),
        reader.whole(raw, "digits", where, 3), reader.number(raw, "tolerance", where),
        _mistakes(reader, raw, where),
        _choices(reader, raw, where), reader.truth(raw, "several", where), reader.whole(raw, "shown", where, 0),
        _pairs(reader, raw, where),
    )  # fmt: skip


def _measured(reader: Reader, raw: Mapping[str, Any], where: str) -> dict[str, Measured]:
    found = {}
    for key, value in reader.table(raw, "measured", where).items():
        assignment, _, name = str(value).partition(" ")
        if not name.strip():
            expected = "an assignment and a reference's name: 'ASSIGNMENT RUN.METRIC'"
            reader.refuse(where, f"measured.{key} = {value!r}", expected)
        found[key] = Measured(assignment, name.strip())
    return found


def _draw(reader: Reader, raw: Mapping[str, Any], where: str) -> dict[str, tuple[Any, ...]]:
    table = reader.table(raw, "draw", where)
    for key, values in table.items():
        if not isinstance(values, list) or not values:
            reader.refuse(where, f"draw.{key} = {values!r}", "a list of values, of which a variant takes one")
    return {key: tuple(values) for key, values in table.items()}


def _mistakes(reader: Reader, raw: Mapping[str, Any], where: str) -> tuple[Mistake, ...]:
    found = []
    for row in reader.rows(raw, "mistake", where):
        reader.only(row, ("answer", "feedback", "credit"), f"{where}, a mistake")
        credit = reader.number(row, "credit", where)
        found.append(Mistake(str(row.get("answer", "")), reader.text(row, "feedback", where), credit or 0.0))
    return tuple(found)


def _choices(reader: Reader, raw: Mapping[str, Any], where: str) -> tuple[Choice, ...]:
    found = []
    for row in reader.rows(raw, "choice", where):
        reader.only(row, ("text", "right", "feedback"), f"{where}, a choice")
        right = row.get("right", False)
        formula = str(right) if isinstance(right, bool) else reader.text(row, "right", where)
        found.append(Choice(reader.text(row, "text", where), formula, reader.text(row, "feedback", where, "")))
    return tuple(found)


def _pairs(reader: Reader, raw: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    pairs = raw.get("pairs", [])
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        reader.refuse(where, f"pairs = {pairs!r}", "a list of pairs, each a left and a right side")
    return tuple((str(left), str(right)) for left, right in pairs)
