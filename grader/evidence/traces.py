"""What tracing works with: a number's status, its trace, and the context of the sentence it stands in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.reading import vocabulary
from grader.reading.numbers import Number
from grader.reading.vocabulary import Mention

_SIDE_BY_SIDE = re.compile(
    r"^\s*(,|/|and|vs\.?|versus|against|compared (to|with)|,? respectively)\s*$", re.IGNORECASE
)


class Status(StrEnum):
    """What became of a number."""

    TRACED = "traced"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True)
class Trace:
    """One number of an answer. ``expected`` is the recorded value it was held against, shown in ``recorded_in``."""

    number: Number
    status: Status
    sentence: str
    written_in: int
    metric: str = ""
    group: str = ""
    expected: float | None = None
    recorded_in: int = -1
    why: str = ""


@dataclass(frozen=True)
class Context:
    """What a stretch of text speaks of. ``groups`` are spans with the keys of the groups that may be meant;
    ``implied_…`` is taken from the text before it; ``values`` are value records it names; ``numbers`` are its own.
    """

    text: str
    position: int
    metrics: tuple[Mention, ...]
    groups: tuple[tuple[int, int, frozenset[str]], ...]
    implied_metric: str = ""
    implied_groups: frozenset[str] = frozenset()
    difference: bool = False
    seeds: bool = False
    epochs: bool = False
    elsewhere: bool = False
    forecast: bool = False
    values: tuple[tuple[str, float, int], ...] = ()
    numbers: tuple[Number, ...] = ()


def all_groups(groups: Iterable[tuple[int, int, frozenset[str]]]) -> frozenset[str]:
    return frozenset(key for _, _, keys in groups for key in keys)


def in_series(number: Number, context: Context, mentions: Sequence[tuple[int, int]]) -> int | None:
    """In "A and B reach 0.5 and 0.2" and "A beats B (0.5 vs. 0.2)": which of the mentions a number belongs to.

    Only where two numbers stand side by side and exactly as many mentions stand before them, none after.
    """
    index = context.numbers.index(number)
    for first in (index, index - 1):
        if first < 0 or first + 1 >= len(context.numbers):
            continue
        pair = context.numbers[first : first + 2]
        between = context.text[pair[0].end : pair[1].start]
        before = [place for place, (_, end) in enumerate(mentions) if end <= pair[0].start]
        if _SIDE_BY_SIDE.match(between) and len(before) == len(mentions) == 2:
            return before[index - first]
    return None


def is_approximate(number: Number, context: Context) -> bool:
    """A word such as "about" stands right before the number."""
    return vocabulary.has("context", "approximate", context.text[max(0, number.start - 14) : number.start])


def names_another_run(number: Number, context: Context) -> bool:
    """The last run named before a number, by a name that courses use, is none that the file records."""
    known = [(start, end) for start, end, _ in context.groups if end <= number.start]
    if any(start == end for start, end, _ in context.groups):
        return False  # a table's label, word for word
    after = max((end for _, end in known), default=0)
    named = [
        item for item in vocabulary.find_all("runs", context.text) if after <= item.start < item.end <= number.start
    ]
    return bool(named)
