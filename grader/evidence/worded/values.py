"""Values by what words name: a metric of some runs, a tier's, an epoch's, each seed's."""

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from grader.evidence.aliases import is_off, names_of
from grader.evidence.checkpoints import chosen_by
from grader.evidence.facts import UNIT_COUNT, Fact, Kind
from grader.evidence.groups import COUNTED, Group, epoch_metrics, over_items
from grader.evidence.measured import Measured
from grader.evidence.runs import CASES, by_seed, finished
from grader.reading.vocabulary import Phrases
from paribus.metrics.registry import CLASS_METRICS, in_order, registry

_FEWER_IS_BETTER = frozenset({"never_predicted", "always_wrong", "error_rate", "lost"})
"""What prose counts besides metrics, and would rather have less of."""


def lower_is_better(metric: str) -> bool:
    """Whether a smaller value is the better one; of what is no metric, whether people say so."""
    known = registry()
    return metric in _FEWER_IS_BETTER or (metric in known and not known[metric].higher_is_better)


@dataclass(frozen=True)
class Place:
    """What a value is of: a metric, a group of runs by one of its keys, and a tier or an epoch where one is named.

    ``spread``: the standard deviation over the seeds.
    """

    metric: str
    key: str
    tier: str = ""
    epoch: int = 0
    spread: bool = False


class Values:
    """What is known of each place, exactly or as it was printed."""

    def __init__(self, measured: Measured, about: frozenset[str] = frozenset()) -> None:
        """Look things up in ``measured``; ``about`` are the groups that the question names."""
        self.measured = measured
        self.about = about

    def value(self, place: Place) -> float | None:
        """The value of a place, None where the file does not show it."""
        if place.spread:
            seeds = list(self.seeds(place.metric, place.key).values())
            return statistics.stdev(seeds) if len(seeds) > 1 else None
        if place.tier:
            return self._tiers.get((place.key, place.tier))
        group = self.group(place.key)
        if group is None:
            return None
        if place.epoch and any(run.record.epochs for run in group.runs):
            return _at_epoch(group, place)
        mean = group.mean(place.metric)
        return mean if mean is not None else self._named.get((place.key, place.metric))

    def group(self, key: str) -> Group | None:
        """The group of a key."""
        return self._groups.get(key)

    @cached_property
    def _groups(self) -> Mapping[str, Group]:
        """The groups by key; the first of a key counts."""
        return {group.key: group for group in reversed(self.measured.groups)}

    @cached_property
    def scores(self) -> tuple[str, ...]:
        """What "better" may mean where no metric is named: what the runs were scored by, without counts, in the
        order of tables; of runs without any, what classes are scored by.
        """
        found = {name for group in self.measured.groups for run in group.runs for name in run.metrics}
        return tuple(in_order(name for name in found if name in over_items())) or tuple(
            in_order(name for name in CLASS_METRICS if name in over_items())
        )

    @cached_property
    def chosen_by(self) -> str:
        """The metric by which the runs' epochs were chosen."""
        return chosen_by([run for group in self.measured.groups for run in group.runs])

    def seeds_of(self, key: str) -> frozenset[int | None]:
        """The seeds of a group's finished runs; none of runs with different settings."""
        group = self.group(key)
        return frozenset() if group is None or group.trials else frozenset(by_seed(group.runs))

    @cached_property
    def most_pairs(self) -> int:
        """The most seeds that both arms of an experiment share."""
        pairs = self.measured.experiments
        return max(
            (len(self.seeds_of(first.key) & self.seeds_of(second.key)) for first, second in pairs), default=0
        )

    def items(self, metric: str) -> Mapping[str, float]:
        """A count of items by group, such as of those that its run got right."""
        return self._items.get(metric, {})

    @cached_property
    def _items(self) -> Mapping[str, Mapping[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for fact in self.measured.facts.all:
            if fact.kind is Kind.NAMED and fact.unit == UNIT_COUNT and len(fact.operands) == 1:
                for key in fact.operands[0]:
                    found.setdefault(fact.metric, {}).setdefault(key, fact.value)
        return found

    def named(self, metric: str, key: str) -> float | None:
        """A count or a probability of a group, its mean over the seeds where there are several."""
        return self._named.get((key, metric))

    def landed(self, place: str, column: str) -> float | None:
        """The share of a place in a column of a table of places: found, expected, by size."""
        return self._landed.get((place, column))

    @cached_property
    def _landed(self) -> Mapping[tuple[str, str], float]:
        """The first share that is in each place and column of such a table."""
        return {
            (fact.place, fact.column): fact.value
            for fact in reversed(self.measured.named_facts)
            if fact.unit == "fraction" and not fact.operands
        }

    def seeds(self, metric: str, key: str) -> Mapping[int | None, float]:
        """A metric of each seed's run."""
        group = self.group(key)
        if group is None or group.trials:
            return {}
        runs = by_seed(group.runs)
        found = {seed: float(run.metrics[metric]) for seed, run in runs.items() if metric in run.metrics}
        if found or metric not in COUNTED:
            return found
        return {
            fact.seed: fact.value
            for fact in self.measured.facts.all
            if fact.metric == metric and fact.seed is not None and fact.kind is Kind.NAMED and _is_of(fact, key)
        }

    def epochs(self, metric: str, key: str) -> tuple[list[float], ...]:
        """A metric epoch by epoch, for each run of a group that logged it."""
        group = self.group(key)
        if group is None or metric not in epoch_metrics():
            return ()
        logs = []
        for run in finished(group.runs):
            lines = sorted(run.record.epochs, key=lambda line: line.epoch)
            values = [value for line in lines if (value := line.get(metric)) is not None]
            if len(lines) == len(values) > 1:
                logs.append(values)
        return tuple(logs)

    def others(self, key: str) -> tuple[str, ...]:
        """The groups that a group is compared with: the other arm, and for a run of its own every other such run;
        those that the question names before others.
        """
        pairs = [{a.key, b.key} for a, b in self.measured.experiments]
        arms = [next(iter(pair - {key})) for pair in pairs if key in pair]
        found = tuple(arms) or tuple(
            group.key for group in self.measured.settled if group.key != key and group.key.startswith("run:")
        )
        return tuple(other for other in found if other in self.about) or found

    def is_baseline(self, key: str) -> bool:
        """It is the first arm of an experiment."""
        return any(first.key == key for first, _ in self.measured.experiments)

    def doers(self, text: str) -> frozenset[str]:
        """The arms in which a setting that a text names is on, where it is off in the other: "the weights"."""
        return frozenset(key for _, _, keys in self._settings.find(text) for key in keys)

    @cached_property
    def _settings(self) -> Phrases:
        found: list[tuple[str, str]] = []
        for first, second in self.measured.experiments:
            setting = first.runs[-1].record.vary or second.runs[-1].record.vary
            if setting and is_off(first.runs[-1].setting(setting)) and not is_off(second.runs[-1].setting(setting)):
                found += [(f"{start}{name}", second.key) for name in names_of(setting) for start in ("", "the ")]
        return Phrases(found)

    @cached_property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """From what to what something may be said to have changed: the arms, and models in the order of the
        notebook; where the question names two of them, only these.
        """
        arms = self.arms
        runs = [group.key for group in self.measured.settled if group.key.startswith("run:")]
        found = (*arms, *((a, b) for place, a in enumerate(runs) for b in runs[place + 1 :]))
        return tuple(step for step in found if set(step) <= self.about) or found

    @property
    def arms(self) -> tuple[tuple[str, str], ...]:
        """From what to what each experiment changed."""
        return tuple((first.key, second.key) for first, second in self.measured.experiments)

    def steps_of(self, text: str) -> tuple[tuple[str, str], ...]:
        """The steps that a sentence may be about: the arms' too where it speaks of their setting or of the
        experiment.
        """
        arms = self.arms
        if self._varied.find(text) or "experiment" in text.lower():
            return tuple(dict.fromkeys((*self.steps, *arms)))
        named = {key for _, _, keys in self.measured.mentions.find(text) if len(keys) == 1 for key in keys}
        return tuple(dict.fromkeys((*self.steps, *(step for step in arms if step[1] in named))))

    def varied(self, text: str) -> frozenset[str]:
        """The arms of the experiments whose setting a text names."""
        return frozenset(key for _, _, keys in self._varied.find(text) for key in keys)

    @cached_property
    def _varied(self) -> Phrases:
        settings = [
            (setting_of(first, second), group.key)
            for first, second in self.measured.experiments
            for group in (first, second)
        ]
        return Phrases((name, key) for setting, key in settings if setting for name in names_of(setting))

    @cached_property
    def known_seeds(self) -> frozenset[int]:
        """The seeds of all runs."""
        return frozenset(run.seed for group in self.measured.groups for run in group.runs if run.seed is not None)

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], float]:
        """Counts and probabilities of the groups: a recorded mean, else the mean over the seeds."""
        told: dict[tuple[str, str], float] = {}
        seeds: dict[tuple[str, str], list[float]] = {}
        for fact in self.measured.facts.all:
            if fact.kind is not Kind.NAMED or fact.metric in ("", "f1") or len(fact.operands) != 1:
                continue
            if fact.unit == "fraction" and fact.metric in COUNTED:
                continue
            for key in fact.operands[0]:
                if fact.seed is None:
                    told.setdefault((key, fact.metric), fact.value)
                else:
                    seeds.setdefault((key, fact.metric), []).append(fact.value)
        return {**{place: math.fsum(found) / len(found) for place, found in seeds.items()}, **told}

    @cached_property
    def _tiers(self) -> Mapping[tuple[str, str], float]:
        """The mean F1 of tiers, by group; records outrank outputs."""
        facts = [
            fact for fact in self.measured.named_facts
            if fact.place and not fact.column and len(fact.operands) == 1
            and fact.unit == "fraction" and fact.metric in ("", "f1")
        ]  # fmt: skip
        shown: dict[tuple[int, str], set[frozenset[str]]] = {}
        for fact in facts:
            shown.setdefault((fact.position, fact.place), set()).add(fact.operands[0])
        found: dict[tuple[str, str], float] = {}
        for kind in (Kind.NAMED, Kind.SHOWN):
            for fact in facts:
                # A table that has one run's row alone may show something else of it, such as what it lost.
                if fact.kind is kind and (kind is Kind.NAMED or len(shown[fact.position, fact.place]) > 1):
                    for key in self._same_runs(fact.operands[0]):
                        found.setdefault((key, fact.place), fact.value)
        return found

    def _same_runs(self, keys: frozenset[str]) -> frozenset[str]:
        """All keys of the groups that hold the same runs."""
        runs = {tuple(run.record.run for run in group.runs) for group in self.measured.groups if group.key in keys}
        return frozenset(
            group.key for group in self.measured.groups if tuple(run.record.run for run in group.runs) in runs
        )


@lru_cache(maxsize=4 * CASES)
def values_of(measured: Measured, about: frozenset[str]) -> Values:
    """The values that several checks look up for the same questions."""
    return Values(measured, about)


def setting_of(first: Group, second: Group) -> str:
    """What an experiment varied: as it was declared, else the only setting of two arms that differs."""
    before, after = first.runs[-1], second.runs[-1]
    declared = before.record.vary or after.record.vary
    if declared or not before.record.experiment:
        return declared
    differ = [name for name, field in before.config.items() if after.setting(name) != field.value]
    return differ[0] if len(differ) == 1 else ""


def _is_of(fact: Fact, key: str) -> bool:
    return len(fact.operands) == 1 and key in fact.operands[0]


def _at_epoch(group: Group, place: Place) -> float | None:
    """The mean over the runs of a metric at an epoch; a negative one counts from the end."""
    values = []
    for run in finished(group.runs):
        lines = sorted(run.record.epochs, key=lambda line: line.epoch)
        index = place.epoch - 1 if place.epoch > 0 else place.epoch
        if not -len(lines) <= index < len(lines) or place.metric not in epoch_metrics():
            return None
        value = lines[index].get(place.metric)
        if value is None:
            return None
        values.append(value)
    return math.fsum(values) / len(values) if values else None
