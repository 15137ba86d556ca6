"""A difference is called significant, and the notebook holds no test that says so."""

import re
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.stated import impossible_p
from grader.evidence.worded.effects import unsupported
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.reading.claimed import claimed

_NOT = re.compile(r"\b(?:not|never|hardly|no)\b|n't\b")
""" "The gain is not significant": the claim's own words deny it."""
_EXACT_P = re.compile(r"exact p\s+(\d[\d.]*(?:e-?\d+)?)")
_ITEMS_P = re.compile(r"\bp = (\d[\d.]*(?:e-?\d+)?)")
"""As the table of `notebook.compare` prints the paired permutation test over items."""
_OVER_ITEMS = {"McNemar": _EXACT_P, "permutation test": _ITEMS_P}
"""The tests that compare two fitted models over items, by their names, and how outputs print their p."""


def untested_significance(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Significance is claimed of runs that allow no test, where none was done, or whose intervals hold zero."""
    if reading.sentence.row or reading.lower.rstrip().endswith("?") or _of_items(reading, values.measured.case):
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        hit = claimed("significance", "claimed", clause)
        if hit is None or claimed("significance", "weak", clause.replace(hit[0], " ")) or _NOT.search(hit[0]):
            continue
        if values.most_pairs < 2 and not _was_tested(values.measured.case):
            why = "the notebook has one run an arm, and no test that such runs allow"
            yield reading.doubt(f"{hit[0]!r}: {why}")
        elif values.most_pairs > 1:
            yield from unsupported(reading, values, hit[0], absent=False)
        return


@lru_cache(maxsize=CASES)
def _was_tested(case: Case) -> bool:
    """Some cell of the student's prints a p-value, or calls what makes one."""
    return any(
        claimed("significance", "done", text.lower())
        for cell in case.notebook.cells
        if cell.cell_type == "code" and cell.position not in case.released_positions
        for text in (cell.source, *(output.text or "" for output in cell.outputs))
    )


def _of_items(reading: Reading, case: Case) -> bool:
    """It speaks of a test of two models over items, which the notebook shows, by its name or by its p-value."""
    named = any(name.lower() in f"{reading.earlier} {reading.sentence.text}".lower() for name in _OVER_ITEMS)
    readings = [item for number in reading.sentence.numbers for item in number.readings]
    if not named and not readings:
        return False
    shown = _items_ps(case)
    return bool(shown) and (
        named or any(abs(item.value - p) <= 0.5 * item.unit for item in readings for p in shown)
    )


@lru_cache(maxsize=CASES)
def _items_ps(case: Case) -> frozenset[float]:
    """The p-values of tests over items in the notebook's outputs."""
    outputs = (output for cell in case.notebook.cells for output in cell.outputs)
    # To make text of markup takes time, and few outputs hold the names.
    named = (
        output.text for output in outputs if not output.html or any(item in output.html for item in _OVER_ITEMS)
    )
    return frozenset(
        float(hit[1])
        for text in named for name, pattern in _OVER_ITEMS.items() if name in text for hit in pattern.finditer(text)
    )  # fmt: skip


def impossible_tests(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A p-value that no exact test of so many seeds can give."""
    found = impossible_p(reading.sentence, values.most_pairs)
    if found is not None and not _of_items(reading, values.measured.case):
        number, why = found
        yield reading.doubt(f"p = {number.text}: {why}")
