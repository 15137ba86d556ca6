"""What a notebook measured, by the names that prose uses: groups of runs, their metrics, differences, rescues."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from grader.evidence.runs import (
    CASES,
    Arms,
    Run,
    by_seed,
    experiment_keys,
    find_arms,
    finished,
    named_values,
    own_records,
    read_runs,
)
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.vocabulary import Phrases
from paribus.errors import ParibusError
from paribus.evidence.packing import unpack
from paribus.metrics import Metrics, evaluate_fast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRACTIONS = frozenset({"accuracy", "macro_f1", "weighted_f1"})
MAX_GROUPS, MAX_NAMED = 40, 400
"""More than any course asks for; a notebook with thousands of runs is graded in bounded time."""
COUNTS = frozenset({"zero_f1_classes", "rescued"})
EPOCH_METRICS = ("train_loss", "validation_loss", "accuracy", "macro_f1")
_GENERIC = frozenset(
    {"share", "count", "value", "number", "mean", "median", "total", "audit", "rate", "result", "the", "found"}
)


@dataclass(frozen=True)
class Group:
    """Runs that prose calls by one name: a configuration, or one arm of an experiment.

    ``exploring``: they looked for a value, and are meant only where the text speaks of that. ``trials``: they have
    different settings, as in a search, and the best of them stands for all.
    """

    key: str
    title: str
    runs: tuple[Run, ...]
    phrases: frozenset[str]
    labels: frozenset[str] = frozenset()
    exploring: bool = False
    trials: bool = False

    @cached_property
    def _seeds(self) -> tuple[Run, ...]:
        return finished(self.runs) if self.trials else tuple(by_seed(self.runs).values())

    def values(self, metric: str) -> list[float]:
        """The metric of each seed's run; a loss is that of the chosen epoch. Of trials, only what a text may quote:
        the metric of those that are best by some metric, and the extremes.
        """
        found = {run.record.run: value for run in self._seeds if (value := _metric(run, metric)) is not None}
        if not self.trials or not found:
            return list(found.values())
        best = (_best(self._seeds, name) for name in FRACTIONS)
        chosen = [found[run.record.run] for run in best if run is not None and run.record.run in found]
        return list(dict.fromkeys([*chosen, min(found.values()), max(found.values())]))

    def mean(self, metric: str) -> float | None:
        """The mean over seeds, None where nothing was measured; of trials the value of the best by macro-F1."""
        if self.trials:
            best = _best(self._seeds, "macro_f1")
            return _metric(best, metric) if best is not None else None
        values = self.values(metric)
        return math.fsum(values) / len(values) if values else None

    def epoch_values(self, metric: str) -> list[float]:
        """The metric at every epoch of every run."""
        if metric not in EPOCH_METRICS:
            return []
        lines = (epoch for run in finished(self.runs) for epoch in run.record.epochs)
        return [value for line in lines if (value := getattr(line, metric)) is not None]

    @property
    def position(self) -> int:
        """The cell that shows the last of these runs."""
        return self.runs[-1].position


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
    pairs = tuple((_arm_group(found, "baseline"), _arm_group(found, "changed")) for found in arms)
    groups = [group for pair in pairs for group in pair]
    if not experiment:
        named_runs: dict[str, list[Run]] = {}
        for run in runs:
            if not run.record.experiment:
                named_runs.setdefault(run.name, []).append(run)
        groups += [_run_group(name, mine) for name, mine in named_runs.items()]
    groups += [group for key in keys for group in explored_groups(find_arms(case, key))]
    named = tuple(
        (name, value, position) for name, (value, position) in named_values(case).items()
        if not name.startswith("experiment.")
    )  # fmt: skip
    return Measured(tuple(groups[:MAX_GROUPS]), pairs[: MAX_GROUPS // 2], named[:MAX_NAMED], case)


def _run_group(name: str, runs: Sequence[Run]) -> Group:
    phrases = {name}
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    for key, words in vocabulary.names("runs").items():
        if key in plain:
            phrases.update(words)
    if any(word.replace("-", "") in plain for word in vocabulary.phrases("baselines", "names")):
        phrases.add("baseline")
    return Group(f"run:{name}", name, tuple(runs), frozenset(phrases), frozenset({name.lower()}))


def _arm_group(arms: Arms, arm: str) -> Group:
    runs = finished(arms.baseline if arm == "baseline" else arms.changed)
    other = finished(arms.changed if arm == "baseline" else arms.baseline)
    phrases = {arm, f"{arm} arm", *vocabulary.phrases("arms", arm)}
    phrases.update(
        run.name for run in runs if run.record.experiment == "" or run.name not in {o.name for o in other}
    )
    labels = {arm}
    setting = arms.vary
    value, against = runs[-1].setting(setting), other[-1].setting(setting)
    if setting and value is not None and value != against:
        names = _names_of(setting)
        phrases.update(f"{word} {name}" for word in _comparatives(arm, value, against) for name in names)
        phrases |= _value_phrases(setting, value)
        labels.update(text.lower() for text in _spellings(value))
    return Group(
        f"{arms.key}:{arm}",
        f"the {arm} arm of {arms.key}",
        runs,
        frozenset(phrases),
        frozenset(labels),
    )


def explored_groups(arms: Arms) -> list[Group]:
    """The runs of a sweep by the value they tried, and the runs of each exploring arm together."""
    found: list[Group] = []
    by_arm: dict[str, list[Run]] = {}
    for run in finished(arms.other):
        by_arm.setdefault(run.record.arm, []).append(run)
    for arm, runs in by_arm.items():
        key, named = f"{arms.key}:{arm}", arm.partition(".")[2]
        words = vocabulary.phrases("arms", "exploring")
        phrases = {f"{named} {word}" for word in words} if named else set()
        phrases.update(words if len(by_arm) == 1 else ())
        title = f"the runs that explored {arms.key}{f' ({named})' if named else ''}"
        found.append(Group(key, title, tuple(runs), frozenset(phrases), exploring=True, trials=True))
        by_value: dict[str, list[Run]] = {}
        for run in runs if arms.vary else ():
            by_value.setdefault(str(run.setting(arms.vary)), []).append(run)
        for text, mine in by_value.items():
            value = mine[0].setting(arms.vary)
            labels = frozenset(spelled.lower() for spelled in _spellings(value))
            spoken = frozenset(_value_phrases(arms.vary, value))
            title = f"the exploring run with {arms.vary} = {text}"
            found.append(Group(f"{key}:{text}", title, tuple(mine), spoken, labels, exploring=True))
    return found


def _best(runs: Sequence[Run], metric: str) -> Run | None:
    """The run with the highest value of a metric, the first of equal ones; None where none recorded it."""
    scored = [run for run in runs if metric in run.metrics]
    return max(scored, key=lambda run: run.metrics[metric]) if scored else None


def _names_of(setting: str) -> set[str]:
    return {setting, *vocabulary.vocabulary()["settings"].get(setting, ())}


def _value_phrases(setting: str, value: Any) -> set[str]:  # noqa: ANN401 - any plain value
    """How prose names a setting's value: "batch size of 16", "16 batch size", "at 2e-5"."""
    phrases: set[str] = set()
    names = _names_of(setting)
    for text in _spellings(value):
        phrases.update(f"{name}{joint}{text}" for name in names for joint in (" ", " of ", " = ", " is "))
        phrases.update(f"{text} {name}" for name in names)
        if isinstance(value, str):
            phrases.add(text)
        elif not isinstance(value, int) or value > 8:
            phrases.update(f"{joint} {text}" for joint in ("with", "at", "for", "under", "using"))
    return phrases


def _spellings(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - any plain value
    """How prose writes a setting's value: 2e-05 is also 2e-5 and 0.00002."""
    if not isinstance(value, float):
        return (str(value),)
    short = f"{value:g}"
    mantissa, _, exponent = f"{value:.6e}".partition("e")
    power = f"{float(mantissa):g}e{int(exponent)}"
    return tuple(dict.fromkeys((short, power, f"{value:.10f}".rstrip("0").rstrip("."))))


def _comparatives(arm: str, value: Any, against: Any) -> tuple[str, ...]:  # noqa: ANN401 - any plain value
    """How prose tells one arm from the other: the lower one, the original one."""
    words = ("original", "old", "default") if arm == "baseline" else ("new", "changed", "other", "modified")
    if isinstance(value, str | bool) or isinstance(against, str | bool) or None in (value, against):
        return words
    if value < against:
        return (*words, "lower", "smaller", "reduced", "shorter", "weaker", "decreased", "halved")
    return (*words, "higher", "larger", "bigger", "increased", "longer", "stronger", "doubled", "greater")


def _metric(run: Run, metric: str) -> float | None:
    if metric in run.metrics:
        return float(run.metrics[metric])
    if metric not in EPOCH_METRICS:
        return None
    chosen = run.record.chosen_epoch
    line = next((epoch for epoch in run.record.epochs if epoch.epoch == chosen), None)
    return getattr(line, metric) if line is not None else None


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
