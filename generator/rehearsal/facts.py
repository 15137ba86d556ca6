"""What a student knows when the memo is written: the numbers in the records of their own executed notebook.

Prose asks for a number by a place such as ``<<encoder.accuracy>>``:

    <<WHO.METRIC>>            the mean over seeds of a run's or an arm's metric
    <<WHO-WHO.METRIC>>        a difference of two such means
    <<WHO-WHO.METRIC|welch>>  the interval of the arms' difference over the seeds (or ``paired``): "-0.012 to 0.034"
    <<value:NAME>>            a recorded value: a count, ``|level`` a share, ``|number`` any other
    <<WHO@SETTING>>           a setting of a run; <<WHO@vary>> is the varied one
    <<prediction.PART>>       direction or why of the experiment's prediction
    <<vary>>, <<held>>        the varied setting; the other settings, listed

WHO is a run's name, ``baseline`` or ``changed`` (``KEY:baseline`` where a notebook holds several experiments). Any
number may be changed: ``<<encoder.accuracy + 0.1>>``, also with ``-`` and ``*``.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.errors import RehearsalError
from paribus.metrics.registry import leading
from paribus.records.block import records_of
from paribus.records.record import Prediction, Record
from paribus.statistics.intervals import paired_interval, welch_interval

ARMS = ("baseline", "changed")
INTERVALS = ("welch", "paired")


@dataclass(frozen=True)
class Facts:
    """Metrics by who and seed, settings by who, recorded values, and each experiment's declared change.

    ``metrics`` maps "encoder" or "one_change:changed" to one mapping of metrics a seed, in the order of the runs;
    metrics are fractions, losses in nats, counts numbers, as the records hold them.
    """

    metrics: Mapping[str, Mapping[int, Mapping[str, float]]] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    vary: Mapping[str, str] = field(default_factory=dict)
    predictions: Mapping[str, Prediction] = field(default_factory=dict)

    def name(self, who: str, experiment: str = "") -> str:
        """The full name of a run or an arm. RehearsalError lists what the notebook holds."""
        only = experiment or (next(iter(self.vary)) if len(self.vary) == 1 else "")
        full = f"{only}:{who}" if who in ARMS and only else who
        if full not in self.metrics:
            known = ", ".join(sorted(self.metrics)) or "none"
            raise RehearsalError(f"A memo asks for {who!r}, and the notebook's finished runs are: {known}.")
        return full

    def each(self, who: str, metric: str, experiment: str = "") -> list[float]:
        """The metric of every seed."""
        runs = self.metrics[self.name(who, experiment)]
        missing = [seed for seed, values in runs.items() if metric not in values]
        if missing:
            raise RehearsalError(f"A memo asks for {metric} of {who!r}, which seed {missing[0]} did not record.")
        return [values[metric] for values in runs.values()]

    def mean(self, who: str, metric: str, experiment: str = "") -> float:
        """The mean over seeds."""
        return statistics.fmean(self.each(who, metric, experiment))

    def spread(self, who: str, metric: str, experiment: str = "") -> float:
        """The standard deviation over seeds with n - 1; 0 for a single seed."""
        found = self.each(who, metric, experiment)
        return statistics.stdev(found) if len(found) > 1 else 0.0

    def seeds(self, who: str, experiment: str = "") -> list[int]:
        """The seeds of a run or an arm."""
        return list(self.metrics[self.name(who, experiment)])

    def setting(self, who: str, name: str, experiment: str = "") -> Any:  # a setting is any plain value
        """A setting of a run or an arm."""
        full = self.name(who, experiment)
        wanted = self.varied(experiment) if name == "vary" else name
        return self.settings[full].get(wanted)

    def varied(self, experiment: str = "") -> str:
        """The setting that an experiment declares to vary."""
        key = experiment or next(iter(self.vary), "")
        return self.vary.get(key, "")

    def about(self, experiment: str = "") -> str:
        """The metric that conclusions are about: of what the runs were scored by, the one that usually chooses."""
        runs = self.metrics[self.name("baseline", experiment)]
        return leading(next(iter(runs.values())))[0]

    def interval_holds_zero(self, metric: str, experiment: str = "") -> bool | None:
        """Whether the Welch or the paired 95 % t interval of the arms' difference contains zero.

        None where an arm has a single seed.
        """
        baseline = self.metrics[self.name("baseline", experiment)]
        changed = self.metrics[self.name("changed", experiment)]
        shared = [seed for seed in baseline if seed in changed]
        if len(shared) < 2:
            return None
        first = [baseline[seed][metric] for seed in shared]
        second = [changed[seed][metric] for seed in shared]
        if len(set(first)) == len(set(second)) == 1:
            return first == second
        intervals = [self.interval(kind, metric, experiment) for kind in INTERVALS]
        return any(not (low > 0 or high < 0) for low, high in intervals)

    def interval(self, kind: str, metric: str, experiment: str = "") -> tuple[float, float]:
        """The Welch or the paired 95 % t interval of changed − baseline, over the seeds that both arms have.

        RehearsalError where that is a single one.
        """
        baseline, changed = (self.metrics[self.name(arm, experiment)] for arm in ARMS)
        shared = [seed for seed in baseline if seed in changed]
        if len(shared) < 2:
            raise RehearsalError(f"A memo asks for the {kind} interval of {metric}, and an arm has a single seed.")
        first = [baseline[seed][metric] for seed in shared]
        second = [changed[seed][metric] for seed in shared]
        found = welch_interval(first, second) if kind == "welch" else paired_interval(first, second)
        return found.low, found.high


def read_facts(notebook: Mapping[str, Any]) -> Facts:
    """Read every record that an executed notebook displays; of a seed that ran twice, the last run counts."""
    records = records_of(notebook)
    starts = {record.run: record for record in records if record.kind == "start"}
    results = [record for record in records if record.kind == "result"]
    values = {
        name: value for record in records if record.kind == "value" for name, value in record.numbers().items()
    }
    served = [link for record in records for link in record.served()]
    metrics: dict[str, dict[int, Mapping[str, float]]] = {}
    settings: dict[str, Mapping[str, Any]] = {}
    for record in results:
        for name in _names(record, served):
            metrics.setdefault(name, {})[record.seed or 0] = dict(record.values)
            started = starts.get(record.run, record)
            settings[name] = {**started.knobs(), "seed": record.seed}
    vary = {record.experiment: record.vary for record in (*starts.values(), *results) if record.vary}
    predictions = {
        record.experiment: record.prediction for record in starts.values() if record.prediction is not None
    }
    return Facts(metrics, settings, values, vary, predictions)


def _names(record: Record, served: Sequence[tuple[str, str]]) -> Sequence[str]:
    """What a run is called: its own name, its arm, and the arm of every experiment that uses it as a baseline."""
    found = [f"{record.experiment}:{record.arm}"] if record.arm in ARMS else [record.run_name]
    return found + [f"{key}:baseline" for key, run in served if run == record.run]
