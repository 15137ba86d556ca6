"""What tracing works with: a number's status, its trace, and the context of the sentence it stands in."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from grader.numbers import Number
from grader.vocabulary import Mention


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
