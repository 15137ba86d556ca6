"""A search over several settings with Optuna: every trial is a recorded run, every arm gets equally many.

    search = notebook.search("tuning", trials=10)

    def suggest(trial):
        return replace(CONFIG, learning_rate=trial.suggest_float("learning_rate", 1e-5, 1e-3, log=True))

    search.run("encoder", train, suggest, data=data, seed=0)
    search.report()
    runs = search.confirm("encoder", train, data=data, seeds=(1, 2, 3))

The sampler is seeded and sees the same history, so that an interrupted search, run again, proposes the same trials
and finds the finished ones in the records.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, SupportsIndex

from paribus.display.markup import Table
from paribus.display.show import show_tables
from paribus.errors import ExperimentError, UsageError
from paribus.experiments.arms import check_seeds
from paribus.experiments.knobs import better, check_metric
from paribus.experiments.recording import Recording
from paribus.experiments.resume import Train, reuse, train_once
from paribus.experiments.sweep import EXPLORE, check_new_seeds
from paribus.metrics.registry import registry, title
from paribus.records.data import Data, chooser
from paribus.records.runs import RunResult
from paribus.records.tables import number

# Optuna's trial; optuna itself is imported where a search runs.
Suggest = Callable[[Any], object]


@dataclass(frozen=True, eq=False)
class Trial:
    """One trial: its number from 1, what was proposed, the configuration made from it, the run, and proposals that
    lie at the edge of their range.
    """

    number: int
    proposed: dict[str, Any]
    config: object
    result: RunResult
    edges: tuple[str, ...]


@dataclass(repr=False)
class Search:
    """A search of a notebook; ``tried`` holds the trials of each arm."""

    notebook: Recording
    key: str
    trials: int
    metric: str
    tried: dict[str, list[Trial]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what would be no search."""
        if self.metric:
            check_metric(self.metric)
        if isinstance(self.trials, bool) or not isinstance(self.trials, int) or self.trials < 2:
            raise ExperimentError(f"A search needs a whole number of trials, at least 2; got {self.trials!r}.")

    def __repr__(self) -> str:
        """One line for people."""
        done = ", ".join(f"{arm} {len(trials)}" for arm, trials in self.tried.items())
        return f"Search({self.key}, {self.trials} trials an arm: {done or 'none yet'})"

    def run(
        self, arm: str, train: Train, suggest: Suggest, *, data: Data, seed: SupportsIndex, again: bool = False
    ) -> Trial:
        """Run one arm's trials: ``suggest(trial)`` makes a configuration from Optuna's trial. Returns the best.

        Raises ExperimentError where the arm has no short name or another seed than the other arms, UsageError
        where Optuna is not installed.
        """
        (first_seed,) = check_seeds(seed, None)
        self.metric = self.metric or chooser(data)
        if not isinstance(arm, str) or not arm.isidentifier() or len(arm) > 40:
            raise ExperimentError(f"A search's arm has a short name such as 'encoder'; got {arm!r}.")
        others = {trials[0].result.seed for name, trials in self.tried.items() if name != arm}
        if others and first_seed not in others:
            raise ExperimentError(
                f"The arm {arm!r} would be searched with seed {first_seed}, the other arms were with seed "
                f"{sorted(others)[0]}. Give all arms the same seed and the same number of trials."
            )
        study = _study(self.metric, first_seed)
        trials: list[Trial] = []
        for n in range(1, self.trials + 1):
            asked = study.ask()
            config = suggest(asked)
            start = self.notebook.prepare(
                f"{self.key}.{arm}.{n}", config=config, seed=first_seed, data=data, code=train,
                experiment=self.key, arm=f"{EXPLORE}.{arm}",
            )  # fmt: skip
            found = None if again else reuse(self.notebook, start, data)
            result = found or train_once(self.notebook, start, train, config, data)
            study.tell(asked, result.value(self.metric))
            edges = tuple(name for name in asked.params if _at_edge(asked.params[name], asked.distributions[name]))
            trials.append(Trial(n, dict(asked.params), config, result, edges))
        self.tried[arm] = trials
        return self.best(arm)

    def best(self, arm: str) -> Trial:
        """The best trial of an arm, the first of equal ones. Raises ExperimentError where it was not searched."""
        if arm not in self.tried:
            raise ExperimentError(
                f"The arm {arm!r} was not searched; searched: {', '.join(self.tried) or 'none'}. "
                "Call search.run first."
            )
        best = self.tried[arm][0]
        for trial in self.tried[arm][1:]:
            if better(self.metric, trial.result.value(self.metric), best.result.value(self.metric)):
                best = trial
        return best

    def report(self) -> Table:
        """Show every trial of every arm, the best marked. Raises ExperimentError before any arm was searched."""
        if not self.tried:
            raise ExperimentError(f"The search {self.key!r} has not run yet: call search.run(…) first.")
        rows: list[tuple[str, ...]] = []
        notes: list[str] = []
        for arm, trials in self.tried.items():
            best = self.best(arm)
            rows += [
                (arm, str(trial.number), _words(trial.proposed),
                 number(self.metric, trial.result.value(self.metric)), "best" if trial is best else "")
                for trial in trials
            ]  # fmt: skip
            mean = fmean(trial.result.value(self.metric) for trial in trials)
            notes.append(f"{arm}: best of {len(trials)} trials, whose mean is {number(self.metric, mean)}.")
            if best.edges:
                notes.append(f"Its best {' and '.join(best.edges)} lies at the edge of the range: widen the range.")
        notes.append(
            "A best of many trials looks better than it is: luck helped to choose it. Confirm it with "
            "search.confirm(…) on at least three seeds not used here, and quote those runs."
        )
        header = ("arm", "trial", "proposed", title(self.metric), "")
        table = Table(f"Search {self.key}", header, tuple(rows), " ".join(notes))
        show_tables(table)
        return table

    def confirm(
        self, arm: str, train: Train, *, data: Data, seeds: Iterable[SupportsIndex], again: bool = False
    ) -> tuple[RunResult, ...]:
        """Train the best configuration of an arm on new seeds; these runs are the ones to quote and compare.

        Raises ExperimentError before any training where fewer than three seeds are given or one was used to search.
        """
        wanted = check_seeds(None, seeds)
        best = self.best(arm)
        check_new_seeds(wanted, [trial.result.seed for trial in self.tried[arm]])
        results = []
        for seed in wanted:
            start = self.notebook.prepare(f"{self.key}.{arm}", config=best.config, seed=seed, data=data, code=train)
            found = None if again else reuse(self.notebook, start, data)
            results.append(found or train_once(self.notebook, start, train, best.config, data))
        return tuple(results)


def _study(metric: str, seed: int) -> Any:  # optuna is optional, and so are its types
    try:
        import optuna
    except ImportError as error:
        raise UsageError("A search needs Optuna. Install it: pip install optuna") from error
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return optuna.create_study(
            direction="maximize" if registry()[metric].higher_is_better else "minimize",
            sampler=optuna.samplers.TPESampler(seed=seed),
        )
    finally:
        optuna.logging.set_verbosity(level)


def _at_edge(value: object, distribution: Any) -> bool:  # one of optuna's distributions
    """Within a twentieth of a numeric range's end, on its own scale."""
    low, high = getattr(distribution, "low", None), getattr(distribution, "high", None)
    if low is None or high is None or low == high or not isinstance(value, int | float):
        return False
    if distribution.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    share = (value - low) / (high - low)
    return bool(share <= 0.05 or share >= 0.95)


def _words(proposed: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in proposed.items()
    )
