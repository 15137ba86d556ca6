"""Variants: which values a question is asked with, the same for the same seed on every machine."""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.errors import QuizError
from generator.quizzes.formulas import evaluate, fill, number
from generator.quizzes.question import Asked, Measured, Option, Question, Quiz

TRIES = 400
SHEETS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Lookup = Callable[[Measured, str], float]
"""The value of a reference; the text says where it is asked for, and goes into the error that it raises."""


def variants(quiz: Quiz, seed: str, lookup: Lookup) -> dict[str, tuple[Asked, ...]]:
    """Question name → its variants, all different in content, at least as many as the quiz asks for."""
    return {question.name: _variants(quiz, question, seed, lookup) for question in quiz.questions}


def _variants(quiz: Quiz, question: Question, seed: str, lookup: Lookup) -> tuple[Asked, ...]:
    where = f"{quiz.origin}: question {question.name!r}"
    measured = {name: lookup(item, where) for name, item in question.measured.items()}
    dice = random.Random(f"{seed}/{quiz.name}/{question.name}")  # noqa: S311 - seeded on purpose
    rows = list(_rows(question))
    dice.shuffle(rows)
    found: dict[tuple[object, ...], Asked] = {}
    for row in itertools.islice(itertools.cycle(rows), max(TRIES, len(rows))):
        asked = ask(question, {**row, **measured}, len(found) + 1, dice, where)
        found.setdefault(asked.content, asked)
        if len(found) == quiz.variants:
            return tuple(found.values())
    ways = "one way" if len(found) == 1 else f"{len(found)} ways"
    raise QuizError(
        f"{where} can be asked in {ways}, and the quiz needs {quiz.variants}, so that neighbours differ. "
        "Give it more values under draw or cases, or more choices than it shows."
    )


def _rows(question: Question) -> Iterator[Mapping[str, Any]]:
    """Every row of values that the question can be asked with."""
    names = tuple(question.draw)
    for case in question.cases or ({},):
        for values in itertools.product(*question.draw.values()):
            yield {**case, **dict(zip(names, values, strict=True))}


def ask(question: Question, values: Mapping[str, Any], position: int, dice: random.Random, where: str) -> Asked:
    """The variant of a question with these values."""
    known = dict(values)
    for name, formula in question.let.items():
        known[name] = evaluate(formula, known, where)
    options = {"number": _numbers, "choice": _choices, "match": _pairs}[question.kind](question, known, dice, where)
    text, feedback = fill(question.text, known, where), fill(question.feedback, known, where)
    return Asked(question, position, text.strip(), feedback.strip(), options)


def _numbers(question: Question, values: Mapping[str, Any], dice: random.Random, where: str) -> tuple[Option, ...]:
    """The right number, and those of usual mistakes that cannot be taken for it."""
    del dice
    right = number(question.answer, values, where)
    tolerance = 0.6 * 10.0**-question.digits if question.tolerance is None else question.tolerance
    options = [Option(_plain(right, question.digits), 1.0, tolerance=tolerance)]
    for mistake in question.mistakes:
        wrong = number(mistake.answer, values, where)
        if all(abs(wrong - float(item.text)) > tolerance + item.tolerance for item in options):
            told = fill(mistake.feedback, values, where)
            options.append(Option(_plain(wrong, question.digits), mistake.credit, told, tolerance))
    return tuple(options)


def _plain(value: float, digits: int) -> str:
    """A number as Moodle reads it, two digits finer than it is asked for."""
    return f"{value:.{digits + 2}f}".rstrip("0").rstrip(".") if digits else f"{round(value)}"


def _choices(question: Question, values: Mapping[str, Any], dice: random.Random, where: str) -> tuple[Option, ...]:
    """The choices that this variant shows: for one answer one right choice among wrong ones, else a mixture."""
    sides: dict[bool, list[Option]] = {True: [], False: []}
    for choice in question.choices:
        right = evaluate(choice.right, values, where)
        if not isinstance(right, bool):
            raise QuizError(f"{where}: right = {choice.right!r} gives {right!r}; expected true or false.")
        told = fill(choice.feedback, values, where)
        sides[right].append(Option(fill(choice.text, values, where).strip(), 1.0 if right else 0.0, told))
    rights, wrongs = sides[True], sides[False]
    shown = question.shown or len(question.choices)
    many = 1 if not question.several else min(len(rights), max(1, dice.randint(1, max(1, shown - 1))))
    if not rights or (not question.several and len(wrongs) < shown - 1 and question.shown):
        raise QuizError(
            f"{where}: {len(rights)} right and {len(wrongs)} wrong choices for one variant; expected at least one "
            f"right choice{f' and {shown - 1} wrong ones' if question.shown else ''}."
        )
    picked = [*dice.sample(rights, many), *dice.sample(wrongs, min(len(wrongs), shown - many))]
    dice.shuffle(picked)
    if not question.several:
        return tuple(picked)
    right_share = 1.0 / many
    wrong_share = -1.0 / max(1, len(picked) - many)
    return tuple(Option(item.text, right_share if item.credit else wrong_share, item.feedback) for item in picked)


def _pairs(question: Question, values: Mapping[str, Any], dice: random.Random, where: str) -> tuple[Option, ...]:
    """The pairs that this variant shows."""
    shown = question.shown or len(question.pairs)
    picked = dice.sample(list(question.pairs), min(shown, len(question.pairs)))
    return tuple(
        Option(fill(left, values, where), 1.0 / len(picked), match=fill(right, values, where))
        for left, right in picked
    )


def sheets(drawn: Mapping[str, Sequence[Asked]], count: int) -> dict[str, tuple[Asked, ...]]:
    """Sheets A, B, … for a room: no two of them share a variant of any question.

    Sheet k asks the question number j with its variant (k + j) modulo the number of variants: a shift, so that two
    sheets differ in every question while there are no more sheets than variants.
    """
    fewest = min(map(len, drawn.values()), default=0)
    if count > fewest:
        raise QuizError(
            f"{count} sheets, and some question has {fewest} variants: two sheets would share one. Ask for at most "
            f"{fewest} sheets."
        )
    return {
        SHEETS[sheet]: tuple(asked[(sheet + place) % len(asked)] for place, asked in enumerate(drawn.values()))
        for sheet in range(count)
    }


def seat(row: int, column: int, names: Sequence[str]) -> str:
    """The sheet at a seat: with four sheets or more, all eight neighbours of a seat have other ones.

    (row mod 2) · h + (column mod h), with h half the number of sheets; with two or three sheets the neighbours in a
    row.
    """
    if len(names) < 4:
        return names[column % len(names)]
    half = math.floor(len(names) / 2)
    return names[(row % 2) * half + column % half]
