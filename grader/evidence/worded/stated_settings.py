"""Settings, seeds and splits in running text: a value that no run had, a test set that was never used."""

import re
from collections.abc import Iterator
from typing import Any

from grader.evidence.facts import Kind
from grader.evidence.runs import finished
from grader.evidence.settings import Said, other_settings, plain_value, said_settings
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.scope import names_a_row, names_another_measure
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.claimed import claimed
from grader.reading.numbers import Number
from grader.reading.stems import stems
from grader.reading.testsplit import find_uses
from paribus.records.simple import is_number

_PLANNED = re.compile(
    r"\b(?:would|should|could|might|next|instead|try|tried|if|will|plan\w*|propos\w*|predict\w*|let me|say|"
    r"suppose|with more|larger|smaller|e\.g|for example|such as|like|or|until|at least|per|a few|typical\w*|"
    r"usual\w*|default|first|second|third|last|after|than|every|each|further|more|fewer|less|another|not|no|"
    r"only)\b|n't\b|→|->|\?"
)


DIGITS = 3
"""Decimals with which a number is a measured one that chance rarely gives."""


def wrong_settings(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A setting is given a value that no run of the notebook had, and that the course's own code does not show."""
    if (
        reading.sentence.row
        or vocabulary.has("context", "elsewhere", reading.sentence.text)
        or _PLANNED.search(reading.lower)
        or names_another_measure(reading, values)
        or names_a_row(reading, values)
    ):
        return
    runs = [run for group in values.measured.groups for run in finished(group.runs)]
    for said, known in other_settings(reading.sentence.text, runs):
        if said.number is not None and not _is_plausible(said, known):
            continue
        if said.word and _is_shown(said, values.measured.case):
            continue
        if said.number is not None and _is_of_its_row(said.number, said.name, values):
            continue
        shown = ", ".join("none" if value is None else str(value) for value in known)
        yield reading.doubt(f"{said.text!r}: the runs had {said.name.replace('_', ' ')} {shown}")
        return


def _is_of_its_row(number: Number, name: str, values: Values) -> bool:
    """An output shows the number in a row of the setting's name: what a table measured of "label smoothing"."""
    if max(reading.decimals for reading in number.readings) < DIGITS:
        return False
    about = stems(name.rpartition("_")[2])
    shown = (fact for fact in values.measured.facts.agreeing(number) if fact.kind is Kind.SHOWN)
    return any(fact.words & about for fact in shown)


def _is_shown(said: Said, case: Case) -> bool:
    """A cell that the student left as it was shows the value: a scoreboard of other notebooks' models does."""
    lines = (
        line
        for found in case.matches.values()
        if found.unchanged and found.recovered is not None
        for output in found.recovered.outputs
        for line in output.text.splitlines()
    )
    wanted = said.name, plain_value(said.word)
    return any((item.name, plain_value(item.word)) == wanted for line in lines for item in said_settings(line))


def _is_plausible(said: Said, known: list[Any]) -> bool:
    """The number may be such a setting's: no score behind its name, no single epoch."""
    numeric = [float(value) for value in known if is_number(value)]
    number = said.number
    if number is None or not numeric or number.upper is not None or number.value <= 0 or number.percent:
        return False
    if number.signed:
        return False  # "the warm-up (+0.030)": what it did to a score
    if said.name == "epochs":
        return said.text.split(" ", 1)[0] == number.text and number.value > max(numeric)
    if number.spelled:
        return False
    whole = all(value.is_integer() for value in numeric)
    return number.whole == whole and 0.01 <= number.value / max(numeric) <= 25


_RESULTS = re.compile(
    r"\b(?:figures?|numbers?|results?|scores?|counted|measured|tested|evaluated|ergebnis\w*|zahlen|chiffres|résultats?|"
    r"mesuré\w*|resultados?|cifras|medid\w+|risultat\w+|misurat\w+|numeri|eredmény\w*|wynik\w*|результат\w*)\b"
)


def sold_as_test(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What was measured on the validation split is said to be of the test set, which the notebook never used."""
    if reading.sentence.row or reading.lower.rstrip().endswith("?"):
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        hit = claimed("test", "claimed", clause)
        if hit is None or _taken_back(clause.replace(hit[0], " ")):
            continue
        told = (
            reading.sentence.metrics
            or reading.sentence.groups
            or _RESULTS.search(reading.lower)
            or any(not number.whole for number in reading.sentence.numbers)
        )
        if told and not _uses_test(values.measured.case):
            yield reading.doubt(f"{hit[0]!r}: the notebook never used the test split")
        return


def _taken_back(clause: str) -> bool:
    return any(claimed(table, "weak", clause) for table in ("test", "significance"))


def _uses_test(case: Case) -> bool:
    code = [cell for cell in case.notebook.cells if cell.cell_type == "code"]
    return any(cell.hidden for cell in code) or bool(find_uses(code))
