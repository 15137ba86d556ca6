"""A sweep: one setting, several values, one chosen, and the choice confirmed on seeds that had no part in it.

The runs that look for the value are recorded under the arm "explore"; the confirmation is the experiment's own
two arms. The best of several values looks better than it is, because luck helped to choose it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING, SupportsIndex

from paribus.display.markup import Table
from paribus.display.show import show_figure, show_tables
from paribus.errors import ExperimentError
from paribus.experiments.arms import check_one_change, check_seeds
from paribus.experiments.experiment import Experiment
from paribus.experiments.knobs import better, check_metric, with_value
from paribus.experiments.noise import evaluations
from paribus.experiments.report import ExperimentReport, summary
from paribus.experiments.resume import Train, reuse, train_once
from paribus.metrics.registry import title
from paribus.records.data import Data, chooser
from paribus.records.fields import Plain, config_values, plain
from paribus.records.runs import RunResult
from paribus.records.simple import is_number
from paribus.records.tables import number

if TYPE_CHECKING:
    from paribus.figures.canvas import NotebookFigure

EXPLORE = "explore"
CONFIRMING_SEEDS = 3
# Settings that act by factors; equal steps waste runs at one end.
_BY_FACTORS = ("learning_rate", "weight_decay", "C", "temperature")


@dataclass(frozen=True)
class SweepReport:
    """The values tried in order, each with the metric by seed, and the chosen one."""

    key: str
    vary: str
    metric: str
    seeds: tuple[int, ...]
    values: tuple[Plain, ...]
    scores: tuple[tuple[float, ...], ...]
    chosen: Plain
    notes: tuple[str, ...]

    def table(self) -> Table:
        """One row a value."""
        several = len(self.seeds) > 1
        header = (self.vary, title(self.metric), *((f"seed {seed}" for seed in self.seeds) if several else ()), "")
        rows = tuple(
            (str(value), summary(self.metric, scores),
             *((number(self.metric, score) for score in scores) if several else ()),
             "chosen" if value == self.chosen else "")
            for value, scores in zip(self.values, self.scores, strict=True)
        )  # fmt: skip
        seeds = ", ".join(map(str, self.seeds))
        return Table(
            f"Sweep {self.key}: {self.vary}, explored with seed {seeds}", header, rows, " ".join(self.notes)
        )

    def figure(self) -> "NotebookFigure":
        """The metric over the values, seed by seed."""
        from paribus.experiments.figures import sweep_values

        scores = {str(value): values for value, values in zip(self.values, self.scores, strict=True)}
        return sweep_values(self.metric, scores, seeds=self.seeds, vary=self.vary, chosen=str(self.chosen))

    def __repr__(self) -> str:
        """One line for people."""
        return f"SweepReport({self.key}: {len(self.values)} values of {self.vary}, chosen {self.chosen})"


@dataclass(repr=False)
class Sweep:
    """A sweep over one setting. ``tried`` maps a value to its runs by seed."""

    experiment: Experiment
    metric: str
    tried: dict[Plain, dict[int, RunResult]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a metric that there is not."""
        if self.metric:
            check_metric(self.metric)

    def __repr__(self) -> str:
        """One line for people."""
        tried = ", ".join(map(str, self.tried)) or "nothing yet"
        return f"Sweep({self.experiment.key}, {self.experiment.vary}: {tried})"

    def run(
        self,
        train: Train,
        config: object,
        values: Sequence[object],
        *,
        data: Data,
        seed: SupportsIndex | None = None,
        seeds: Iterable[SupportsIndex] | None = None,
        again: bool = False,
    ) -> SweepReport:
        """Train ``config`` with each of ``values``, every value with the same seed or seeds, and show them.

        What finished earlier is not trained again. Raises ExperimentError before any training where a value
        repeats, there are fewer than two, or a value changes more than the one setting.
        """
        key, vary, self.metric = self.experiment.key, self.experiment.vary, self.metric or chooser(data)
        wanted = check_seeds(seed, seeds)
        plan = [(plain(vary, value), with_value(config, vary, value)) for value in values]
        names = [value for value, _ in plan]
        if len(names) < 2 or len(set(names)) < len(names):
            got = ", ".join(map(str, names)) or "none"
            raise ExperimentError(f"A sweep compares at least two different values of {vary}; got {got}.")
        notebook = self.experiment.notebook
        prepared = [
            (value, one, notebook.prepare(f"{key}.{value}"[:80], config=one, seed=item, data=data, code=train,
                                          experiment=key, arm=EXPLORE, vary=vary))
            for value, one in plan for item in wanted
        ]  # fmt: skip
        for value, _, start in prepared:
            if value != prepared[0][0]:
                check_one_change(vary, [prepared[0][2]], [start])
        self.tried = {value: {} for value in names}
        for value, one, start in prepared:
            found = None if again else reuse(notebook, start, data)
            result = found or train_once(notebook, start, train, one, data)
            self.tried[value][result.seed] = result
        return self.report()

    @property
    def chosen(self) -> Plain:
        """The value with the best mean; the first of equal ones. Raises ExperimentError before the sweep ran."""
        self._check_ran()
        means = {value: fmean(self._scores(value)) for value in self.tried}
        best = next(iter(means))
        for value, mean in means.items():
            if better(self.metric, mean, means[best]):
                best = value
        return best

    def report(self) -> SweepReport:
        """Show every value, the chosen one marked, and what the choice is worth so far."""
        chosen = self.chosen
        seeds = tuple(sorted(next(iter(self.tried.values()))))
        scores = tuple(self._scores(value) for value in self.tried)
        tries = {evaluations(run) for runs in self.tried.values() for run in runs.values()}
        best_of = (
            f"The chosen value is the best of {len(self.tried)}, by the same runs that show its score: it looks "
            f"better than it is. Confirm it with sweep.confirm(…) on at least {CONFIRMING_SEEDS} other seeds."
        )
        notes = [best_of, _edge(self.tried, chosen), _steps(self.experiment.vary, tuple(self.tried))]
        if len(tries) > 1:
            notes.append(
                f"The values were not scored equally often (best of {min(tries)} to {max(tries)} evaluations); "
                "more tries give a higher best by luck alone."
            )
        report = SweepReport(
            self.experiment.key, self.experiment.vary, self.metric, seeds, tuple(self.tried), scores, chosen,
            tuple(note for note in notes if note),
        )  # fmt: skip
        show_tables(report.table())
        show_figure(report.figure())
        return report

    def confirm(
        self,
        train: Train,
        config: object,
        *,
        data: Data,
        seeds: Iterable[SupportsIndex],
        value: object = None,
        against: object = None,
        again: bool = False,
    ) -> ExperimentReport:
        """Test the chosen value on new seeds: ``config`` with ``against`` (by default its own value) is the
        baseline arm, with ``value`` (by default the chosen one) the changed arm.

        Raises ExperimentError before any training where fewer than three seeds are given, a seed was used to
        choose, the value was not tried, both values are one, or no prediction was made
        (``sweep.experiment.predict``).
        """
        wanted = check_seeds(None, seeds)
        vary = self.experiment.vary
        picked = self.chosen if value is None else plain(vary, value)
        base = plain(vary, config_values(config).get(vary) if against is None else against)
        self._check_confirmation(picked, base, wanted)
        for arm, setting in (("baseline", base), ("changed", picked)):
            one = with_value(config, vary, setting)
            self.experiment.run(arm, train, one, data=data, seeds=wanted, again=again)
        return self.experiment.report()

    def _check_confirmation(self, picked: Plain, base: Plain, wanted: tuple[int, ...]) -> None:
        self._check_ran()
        if picked not in self.tried:
            raise ExperimentError(f"{picked!r} was not among the values tried: {', '.join(map(str, self.tried))}.")
        if picked == base:
            others = ", ".join(str(value) for value in self.tried if value != picked)
            raise ExperimentError(
                f"The chosen {self.experiment.vary} is the baseline's own, {base}: there is no change to "
                f"confirm. Keep it, or pass against=… with the value to hold it against ({others})."
            )
        used = {seed for runs in self.tried.values() for seed in runs}
        check_new_seeds(wanted, used)
        if not self.experiment.notebook.session.predictions.get(self.experiment.key):
            raise ExperimentError(
                f"Write your prediction before you confirm {self.experiment.vary} {base} → {picked}: "
                f'sweep.experiment.predict(metric="{self.metric}", direction="…", low=…, high=…, why="…").'
            )

    def _check_ran(self) -> None:
        if not self.tried or not all(self.tried.values()):
            raise ExperimentError(f"The sweep {self.experiment.key!r} has not run yet: call sweep.run(…) first.")

    def _scores(self, value: Plain) -> tuple[float, ...]:
        return tuple(run.value(self.metric) for _, run in sorted(self.tried[value].items()))


def check_new_seeds(wanted: Sequence[int], used: Iterable[int]) -> None:
    """At least three seeds, none of which had a part in the choice; else an ExperimentError that says why."""
    taken = sorted(set(wanted) & set(used))
    if taken:
        raise ExperimentError(
            f"Seed {taken[0]} was used to choose, so its run favours the choice. Confirm with other seeds."
        )
    if len(wanted) < CONFIRMING_SEEDS:
        raise ExperimentError(
            f"A choice is confirmed on at least {CONFIRMING_SEEDS} seeds not used to make it; got {len(wanted)}. "
            "Pass seeds=(101, 102, 103), for example."
        )


def _edge(tried: Iterable[Plain], chosen: Plain) -> str:
    """The best at the edge of its range means that the range was too small."""
    numbers = [value for value in tried if is_number(value)]
    if len(numbers) < 3 or chosen not in (min(numbers), max(numbers)):
        return ""
    side = "below" if chosen == min(numbers) else "above"
    return f"The best value, {chosen}, lies at the edge of the range: try values {side} it before you settle."


def _steps(vary: str, tried: Sequence[Plain]) -> str:
    """Equal steps in a setting that acts by factors."""
    numbers = sorted(float(value) for value in tried if isinstance(value, int | float))
    if vary not in _BY_FACTORS or len(numbers) < 3 or numbers[0] <= 0:
        return ""
    steps = [after - before for before, after in pairwise(numbers)]
    if not all(math.isclose(step, steps[0], rel_tol=1e-6) for step in steps):
        return ""
    return f"{vary} acts by factors: steps such as 1e-5, 3e-5, 1e-4 cover more ground than equal ones."
