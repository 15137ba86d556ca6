"""A change with its spread whose sign every output prints the other way round."""

import re
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.reading.numbers import Number, find_numbers

_SIGNED = re.compile(r"[+\-−]\s?\d*[.,]\d+\s*(?:±|\+/-)\s*\d*[.,]\d+")
_TURNED = re.compile(
    r"\b(?:minus|less|without|ahead|behind|against|before|advantage|lead|reverse\w*|the other "
    r"way)\b"
)
DIGITS = 2
"""Significant digits from which on a change and its spread are no other's by chance."""


def dropped_signs(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Tail: +0.016 ± 0.028”, where every output prints −0.016 ± 0.028."""
    if reading.doubtful or _TURNED.search(reading.lower):
        return
    printed = _printed(values.measured.case)
    for number in reading.sentence.numbers:
        if not number.signed or number.spread is None or number.percent or number.points or not _is_telling(number):
            continue
        fits = [value for value, spread in printed if _is_of(number, value, spread)]
        if fits and all(value * number.value < 0 for value in fits):
            why = f"{number.text}: the outputs print {fits[0]:+g} with this spread, and nowhere {-fits[0]:+g}"
            yield reading.doubt(why)
            return


def _is_telling(number: Number) -> bool:
    return len(re.sub(r"\D", "", number.text.partition("±")[0]).lstrip("0")) >= DIGITS


def _is_of(number: Number, value: float, spread: float) -> bool:
    """Both the size of a change and its spread are roundings of what was printed."""
    own, wide = number.readings[0], number.spread.readings[0] if number.spread is not None else number.readings[0]
    return abs(abs(own.value) - abs(value)) <= 0.51 * own.unit and abs(wide.value - spread) <= 0.51 * wide.unit


@lru_cache(maxsize=CASES)
def _printed(case: Case) -> tuple[tuple[float, float], ...]:
    """Every signed number with a spread that an output prints."""
    found = []
    for cell in case.notebook.cells:
        for output in cell.outputs if cell.cell_type == "code" else ():
            for hit in _SIGNED.finditer(output.text or ""):
                number = find_numbers(hit[0])[0]
                if number.spread is not None:
                    found.append((number.value, number.spread.value))
    return tuple(dict.fromkeys(found))
