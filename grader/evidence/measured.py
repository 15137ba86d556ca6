"""What a notebook measured, by the names that prose uses: groups of runs, their metrics, differences, rescues."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader.evidence.groups import Group, arm_group, explored_groups, run_group
from grader.evidence.runs import (
    CASES,
    Run,
    experiment_keys,
    find_arms,
    finished,
    named_values,
    own_records,
    read_runs,
)
from grader.model import Case
from grader.reading.vocabulary import Phrases
from paribus.errors import ParibusError
from paribus.evidence.packing import unpack
from paribus.metrics import Metrics, evaluate_fast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_GROUPS, MAX_NAMED = 40, 400
"""More than any course asks for; a notebook with thousands of runs is graded in bounded time."""
COUNTS = frozenset({"zero_f1_classes", "rescued"})
_GENERIC = frozenset(
    {"share", "count", "value", "number", "mean", "median", "total", "audit", "rate", "result", "the", "found"}
)


@dataclass(frozen=True)
class Measured:
    """All that numbers in prose can be traced to. ``named`` are value records: dotted name, value, cell."""

    groups: tuple[Group, ...]
    experiments: tuple[tuple[Group, Group], ...]
    named: tuple[tuple[str, float, int], ...]
    case: Case

    @cached_property
    def mentions(self) -> Phrases:
        """How prose calls the groups."""
        return _phrases(tuple((phrase, group.key) for group in self.groups for phrase in group.phrases))

    @cached_property
    def _by_key(self) -> dict[str, Group]:
        return {group.key: group for group in self.groups}

    @cached_property
    def telling(self) -> tuple[tuple[tuple[str, ...], tuple[str, float, int]], ...]:
        """The value records by the stems of their names' telling words; names without any tell nothing."""
        found = []
        for named in self.named:
            words = [
                word for word in re.split(r"[._\-]", named[0].lower()) if len(word) > 2 and word not in _GENERIC
            ]
            if words:
                found.append((tuple(map(_stem, words)), named))
        return tuple(found)

    def group(self, key: str) -> Group:
        """A group by its key."""
        return self._by_key[key]

    @cached_property
    def tried(self) -> frozenset[str]:
        """The values that sweeps tried, as prose writes them."""
        return frozenset(label for group in self.groups if group.exploring for label in group.labels)

    @cached_property
    def settled(self) -> tuple[Group, ...]:
        """The groups that did not look for a value."""
        return tuple(group for group in self.groups if not group.exploring)

    def rescued(self) -> list["Rescue"]:
        """What happened to the classes at F1 = 0 between every ordered pair of groups.

        Only groups whose predictions and labels are in the file take part, each run once.
        """
        scored: dict[str, tuple[Group, Metrics]] = {}
        for group in reversed(self.settled):
            metrics = last_metrics(self.case, group.runs)
            if metrics is not None:
                scored[group.runs[-1].record.run] = (group, metrics)
        found: list[Rescue] = []
        for (before, first), (after, second) in permutations(scored.values(), 2):
            if first.per_class_f1.shape == second.per_class_f1.shape:
                zero = first.per_class_f1 == 0
                gained = int((zero & (second.per_class_f1 > 0)).sum())
                found.append(Rescue(before, after, gained, int(zero.sum()) - gained))
        return found


@dataclass(frozen=True)
class Rescue:
    """Classes at F1 = 0 in ``before``: how many are above it in ``after``, and how many stayed."""

    before: Group
    after: Group
    gained: int
    stayed: int

    @property
    def counts(self) -> tuple[int, int, int]:
        """What a text may count: the rescued, those that stayed, and all that were at zero."""
        return (self.gained, self.stayed, self.gained + self.stayed)


@lru_cache(maxsize=4 * CASES)
def measure(case: Case, experiment: str = "") -> Measured:
    """Everything measured, or what belongs to one experiment alone."""
    runs = [run for run in read_runs(case) if run.finished]
    keys = (experiment,) if experiment else experiment_keys(case)
    arms = [found for found in (find_arms(case, key) for key in keys) if found.both]
    pairs = tuple((arm_group(found, "baseline"), arm_group(found, "changed")) for found in arms)
    groups = [group for pair in pairs for group in pair]
    if not experiment:
        named_runs: dict[str, list[Run]] = {}
        for run in runs:
            if not run.record.experiment:
                named_runs.setdefault(run.name, []).append(run)
        groups += [run_group(name, mine) for name, mine in named_runs.items()]
    groups += [group for key in keys for group in explored_groups(find_arms(case, key))]
    named = tuple(
        (name, value, position) for name, (value, position) in named_values(case).items()
        if not name.startswith("experiment.")
    )  # fmt: skip
    return Measured(tuple(groups[:MAX_GROUPS]), pairs[: MAX_GROUPS // 2], named[:MAX_NAMED], case)


def last_metrics(case: Case, runs: Sequence[Run]) -> Metrics | None:
    """The recomputed metrics of the last finished run that shows its predictions, None where there are none."""
    for run in reversed(finished(runs)):
        found = recomputed(case, run)
        if isinstance(found, Metrics):
            return found
    return None


def recomputed(case: Case, run: Run) -> Metrics | str:
    """A run's metrics from its packed predictions and the labels of its split, or why they cannot be had."""
    if run.result is None or not run.result.predictions:
        return "no predictions"
    labels = labels_of(case, run)
    if labels is None:
        return "no labels"
    return _score(labels[0], run.result.predictions, labels[1])


def labels_of(case: Case, run: Run) -> tuple[str, int] | None:
    """The packed labels of the run's split and the number of classes, from the data record that fits."""
    return None if run.data is None else _labels(case).get((run.data.split, run.data.fingerprint))


@lru_cache(maxsize=CASES)
def _labels(case: Case) -> Mapping[tuple[str, str], tuple[str, int]]:
    """The packed labels and the number of classes by split and fingerprint; the first data record stands."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for item in own_records(case):
        record = item.record
        if record is not None and record.kind == "data" and record.data is not None:
            place = (record.data.split, record.data.fingerprint)
            found.setdefault(place, (record.labels, len(record.classes)))
    return MappingProxyType(found)


@lru_cache(maxsize=64)
def _phrases(meanings: tuple[tuple[str, str], ...]) -> Phrases:
    """Most of a class calls its runs alike."""
    return Phrases(meanings)


@lru_cache(maxsize=512)
def _score(labels: str, predictions: str, n_classes: int) -> Metrics | str:
    """Score packed arrays; pure, so that several checks on one run pay once."""
    try:
        return evaluate_fast(unpack(labels), unpack(predictions), n_classes)
    except ParibusError as error:
        return str(error)


@lru_cache(maxsize=512)
def unpacked(packed: str) -> "NDArray[np.int64] | None":
    """A packed array, or None where it cannot be read."""
    try:
        return unpack(packed) if packed else None
    except ParibusError:
        return None


def find_named(measured: Measured, sentence: str) -> Iterable[tuple[str, float, int]]:
    """Value records whose name's telling words all stand in a sentence ("audit.redacted_share": "redacted")."""
    lower = sentence.lower()
    for stems, named in measured.telling:
        if stems[0] in lower and all(stem in lower for stem in stems):
            yield named


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]
