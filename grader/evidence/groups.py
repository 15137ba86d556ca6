"""Runs that prose calls by one name: a configuration, an arm of an experiment, what looked for a value."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.evidence.aliases import arm_aliases, spellings, value_phrases
from grader.evidence.runs import Arms, Run, by_seed, finished
from grader.reading import vocabulary
from paribus.metrics.registry import FIRST_CHOSEN_BY, per_registry, registry


@per_registry()
def fractions() -> frozenset[str]:
    """Metrics between 0 and 1: a text may give them in percent."""
    return frozenset(metric.name for metric in registry() if metric.is_share)


@per_registry()
def over_items() -> frozenset[str]:
    """Metrics that follow from predictions and are no counts of classes."""
    return frozenset(metric.name for metric in registry() if metric.over_items)


@per_registry()
def epoch_metrics() -> tuple[str, ...]:
    """What a line of a log can hold."""
    return ("train_loss", "validation_loss", *(metric.name for metric in registry() if metric.over_items))


_CLASSES = "zero_f1_classes rescued lost stayed never_predicted always_wrong predicted_classes above_zero"
COUNTED = frozenset(_CLASSES.split())
"""Metrics that count classes."""


@dataclass(frozen=True, eq=False)
class Group:
    """Runs that prose calls by one name: a configuration, or one arm of an experiment. One group is equal to itself
    alone, so that what is asked of it again and again is worked out once.

    ``exploring``: they looked for a value, and are meant only where the text speaks of that. ``trials``: they have
    different settings, as in a search, and the best of them counts for all.
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
        best = (_best(self._seeds, name) for name in {item for run in self._seeds for item in run.metrics})
        chosen = [found[run.record.run] for run in best if run is not None and run.record.run in found]
        return list(dict.fromkeys([*chosen, min(found.values()), max(found.values())]))

    @cached_property
    def _means(self) -> dict[str, float | None]:
        return {}

    def mean(self, metric: str) -> float | None:
        """The mean over seeds, None where nothing was measured; of trials the value of the best run."""
        if metric not in self._means:
            self._means[metric] = self._mean(metric)
        return self._means[metric]

    def _mean(self, metric: str) -> float | None:
        if self.trials:
            best = _best(self._seeds, self._seeds[-1].record.chosen_by or FIRST_CHOSEN_BY) if self._seeds else None
            return _metric(best, metric) if best is not None else None
        values = self.values(metric)
        return math.fsum(values) / len(values) if values else None

    @property
    def position(self) -> int:
        """The cell that shows the last of these runs."""
        return self.runs[-1].position


def run_group(name: str, runs: Sequence[Run]) -> Group:
    """The runs of one name outside of experiments."""
    phrases = {name}
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    for key, words in vocabulary.names("runs").items():
        if key in plain:
            phrases.update(words)
    if any(word.replace("-", "") in plain for word in vocabulary.phrases("baselines", "names")):
        phrases.add("baseline")
    return Group(f"run:{name}", name, tuple(runs), frozenset(phrases), frozenset({name.lower()}))


def arm_group(arms: Arms, arm: str) -> Group:
    """One arm of an experiment; a group without runs where none of it finished."""
    runs = finished(arms.baseline if arm == "baseline" else arms.changed)
    other = finished(arms.changed if arm == "baseline" else arms.baseline)
    phrases = {arm, f"{arm} arm", *vocabulary.phrases("arms", arm)}
    phrases.update(
        run.name for run in runs if run.record.experiment == "" or run.name not in {o.name for o in other}
    )
    labels = {arm}
    setting = arms.vary
    value, against = (group[-1].setting(setting) if group else None for group in (runs, other))
    if setting and runs and other and value != against:
        phrases |= arm_aliases(setting, value, against, arm)
        labels.update(text.lower().replace("_", " ") for text in spellings(value))
    return Group(f"{arms.key}:{arm}", f"the {arm} arm of {arms.key}", runs, frozenset(phrases), frozenset(labels))


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
            labels = frozenset(spelled.lower() for spelled in spellings(value))
            spoken = frozenset(value_phrases(arms.vary, value))
            title = f"the exploring run with {arms.vary} = {text}"
            found.append(Group(f"{key}:{text}", title, tuple(mine), spoken, labels, exploring=True))
    return found


def _best(runs: Sequence[Run], metric: str) -> Run | None:
    """The run with the best value of a metric, the first of equal ones; None where none recorded it."""
    scored = [run for run in runs if metric in run.metrics and metric in registry()]
    if not scored:
        return None
    pick = max if registry()[metric].higher_is_better else min
    return pick(scored, key=lambda run: run.metrics[metric])


def _metric(run: Run, metric: str) -> float | None:
    if metric in run.metrics:
        return float(run.metrics[metric])
    chosen = run.record.chosen_epoch
    line = next((epoch for epoch in run.record.epochs if epoch.epoch == chosen), None)
    return line.get(metric) if line is not None else None
