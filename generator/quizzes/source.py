"""A quiz's TOML as values; errors name the file, the question, what was found and what was expected."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from generator.errors import QuizError
from generator.quizzes.question import Choice, Kind, Measured, Mistake, Question, Quiz
from paribus.course.near import did_you_mean

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
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise QuizError(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QuizError(f"{path}: is no TOML ({error}).") from error
    reader = _Reader(str(path))
    reader.only(raw, HEAD, "the file")
    questions = tuple(_question(reader, item) for item in reader.rows(raw, "question", "the file"))
    if not questions:
        reader.refuse("the file", "no question", "at least one [[question]]")
    names = [question.name for question in questions]
    doubled = sorted({item for item in names if names.count(item) > 1})
    if doubled:
        reader.refuse("the file", f"two questions called {doubled[0]!r}", "a name of its own for each")
    return Quiz(
        name, str(path), reader.value(raw, "title", "the file", str), questions,
        reader.value(raw, "week", "the file", str, ""), reader.value(raw, "profile", "the file", str, ""),
        reader.value(raw, "variants", "the file", int, 4),
    )  # fmt: skip


def _question(reader: "_Reader", raw: Mapping[str, Any]) -> Question:
    name = reader.value(raw, "name", "a [[question]]", str)
    where = f"question {name!r}"
    if not NAME.fullmatch(name):
        reader.refuse(where, f"name = {name!r}", "small letters, digits and -, such as 'zero-classes'")
    kinds = [kind for kind, mark in MARK.items() if mark in raw]
    if len(kinds) != 1:
        found = " and ".join(MARK[kind] for kind in kinds) or "none of them"
        reader.refuse(where, found, "one of answer (a number), [[question.choice]], pairs")
    kind = kinds[0]
    reader.only(raw, (*COMMON, *OWN[kind]), where)
    measured = {
        key: _measured(reader, str(value), f"{where}, measured.{key}")
        for key, value in reader.value(raw, "measured", where, dict, {}).items()
    }
    return Question(
        name, kind, reader.value(raw, "text", where, str), reader.value(raw, "feedback", where, str),
        float(reader.value(raw, "points", where, (int, float), 1)),
        tuple(map(str, reader.value(raw, "tags", where, list, []))),
        _draw(reader, raw, where), tuple(reader.rows(raw, "cases", where)), measured,
        {key: str(value) for key, value in reader.value(raw, "let", where, dict, {}).items()},
        str(raw.get("answer", "")), reader.value(raw, "digits", where, int, 3),
        reader.value(raw, "tolerance", where, (int, float), None), _mistakes(reader, raw, where),
        _choices(reader, raw, where), reader.value(raw, "several", where, bool, False),
        reader.value(raw, "shown", where, int, 0), _pairs(reader, raw, where),
    )  # fmt: skip


def _measured(reader: "_Reader", text: str, where: str) -> Measured:
    assignment, _, name = text.partition(" ")
    if not name.strip():
        reader.refuse(where, repr(text), "an assignment and a reference's name: 'ASSIGNMENT RUN.METRIC'")
    return Measured(assignment, name.strip())


def _draw(reader: "_Reader", raw: Mapping[str, Any], where: str) -> dict[str, tuple[Any, ...]]:
    table = reader.value(raw, "draw", where, dict, {})
    for key, values in table.items():
        if not isinstance(values, list) or not values:
            reader.refuse(where, f"draw.{key} = {values!r}", "a list of values, of which a variant takes one")
    return {key: tuple(values) for key, values in table.items()}


def _mistakes(reader: "_Reader", raw: Mapping[str, Any], where: str) -> tuple[Mistake, ...]:
    found = []
    for row in reader.rows(raw, "mistake", where):
        reader.only(row, ("answer", "feedback", "credit"), f"{where}, a mistake")
        credit = float(reader.value(row, "credit", where, (int, float), 0))
        found.append(Mistake(str(row.get("answer", "")), reader.value(row, "feedback", where, str), credit))
    return tuple(found)


def _choices(reader: "_Reader", raw: Mapping[str, Any], where: str) -> tuple[Choice, ...]:
    found = []
    for row in reader.rows(raw, "choice", where):
        reader.only(row, ("text", "right", "feedback"), f"{where}, a choice")
        right = row.get("right", False)
        formula = str(right) if isinstance(right, bool) else str(reader.value(row, "right", where, str))
        text, told = reader.value(row, "text", where, str), reader.value(row, "feedback", where, str, "")
        found.append(Choice(text, formula, told))
    return tuple(found)


def _pairs(reader: "_Reader", raw: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    pairs = reader.value(raw, "pairs", where, list, [])
    if not all(isinstance(pair, list) and len(pair) == 2 and all(map(str, pair)) for pair in pairs):
        reader.refuse(where, f"pairs = {pairs!r}", "a list of pairs, each a left and a right side")
    return tuple((str(left), str(right)) for left, right in pairs)


class _Reader:
    """Typed access; every refusal names the file, the place, what was found and what was expected."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def refuse(self, where: str, found: str, expected: str) -> NoReturn:
        raise QuizError(f"{self.origin}: {where} holds {found}; expected {expected}.")

    def only(self, raw: Mapping[str, Any], known: Sequence[str], where: str) -> None:
        for name in sorted(set(raw) - set(known)):
            expected = f"one of {', '.join(known)}"
            self.refuse(where, f"the unknown name {name!r}", expected + did_you_mean(name, known).rstrip("."))

    def rows(self, raw: Mapping[str, Any], name: str, where: str) -> Sequence[Mapping[str, Any]]:
        rows = raw.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.refuse(where, f"{name} = {rows!r}", f"a list of tables, each [[…{name}]] or {{…}}")
        return rows

    def value(
        self,
        raw: Mapping[str, Any],
        name: str,
        where: str,
        kind: type | tuple[type, ...],
        default: Any = ...,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - of the kind that was asked for
        if name not in raw and default is not ...:
            return default
        value = raw.get(name)
        right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not right or (kind is str and not str(value).strip() and default is ...):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            words = {str: "a text", int: "a whole number", float: "a number", dict: "a table", list: "a list",
                     bool: "true or false"}  # fmt: skip
            self.refuse(where, "nothing" if value is None else f"{value!r}", f"{name} = {words[kinds[-1]]}")
        return value
