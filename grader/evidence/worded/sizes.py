"""Sizes of the data: how many items and classes there are, held against the record of the data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.evidence.measured import Measured
from grader.evidence.runs import CASES, finished
from grader.evidence.scores import data_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern
from grader.reading.numbers import Number, find_numbers

NEAR = 22
"""Characters between a number and the word that it counts."""


@dataclass(frozen=True)
class Size:
    """How many there are of something; ``name`` is the list of words that it is called by."""

    what: str
    name: str
    count: int


def wrong_sizes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """More items or classes than there are, or another size of a split that is said to hold so many."""
    numbers = _whole(reading)
    if not numbers or claimed("sizes", "elsewhere", reading.lower) or reading.lower.rstrip().endswith("?"):
        return
    if vocabulary.has("context", "elsewhere", reading.sentence.text):
        return
    for size in _sizes(values.measured):
        for hit in pattern("sizes", size.name).finditer(reading.lower):
            number = _counted(reading, numbers, hit.start(), hit.end())
            if number is None or number.value <= 1:
                continue
            held = claimed("sizes", "holds", reading.lower) is not None and number.value != size.count
            if number.value > size.count or (held and number.start > hit.start()):
                why = f"the notebook has {size.count} {size.what}"
                yield reading.doubt(f"{number.text} {hit[0]}: {why}")
                return


def _counted(reading: Reading, numbers: Sequence[Number], start: int, end: int) -> Number | None:
    """The whole number that is right before a word, or behind "the validation split has"."""
    before = [item for item in numbers if 0 <= start - item.end <= 1]
    if before and not reading.lower[start:end].endswith(("set", "split")):
        return before[-1]
    held = claimed("sizes", "holds", reading.lower[start:])
    behind = [
        item
        for item in numbers
        if held is not None and held.start() < 3 and 0 <= item.start - start - held.end() <= NEAR
    ]
    return behind[0] if behind and end < behind[0].start else None


def _whole(reading: Reading) -> list[Number]:
    """Whole numbers that count something; "6,430" is one where it can be."""
    found = []
    for number in find_numbers(reading.sentence.text):
        whole = [item for item in number.readings if item.value.is_integer() and item.value >= 1]
        if whole and not (number.spelled or number.percent or number.points or number.times or number.signed):
            found.append(replace(number, readings=(whole[0],)))
    return found


@lru_cache(maxsize=4 * CASES)
def _sizes(measured: Measured) -> tuple[Size, ...]:
    """What the data record says; nothing where there is none, or more than one."""
    data = data_of(measured.case)
    if len(data) != 1:
        return ()
    validation, classes = data[0]
    runs = [run for group in measured.groups for run in finished(group.runs)]
    rows = [run.data.train_rows for run in runs if run.data is not None and run.data.train_rows]
    found = [Size("validation items", "validation", validation), Size("classes", "classes", classes)]
    return (*found, Size("training items", "training", max(rows))) if rows else tuple(found)
