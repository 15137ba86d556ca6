"""A controlled experiment: one setting changes, everything else is held, the prediction comes first.

The two arms are "baseline" and "changed". What would spoil the comparison is refused before any training
is spent on it, with a message that names what differs and both values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

from paribus.arms import check_one_change, check_prediction, describe, differences
from paribus.errors import ExperimentError
from paribus.evidence.fields import config_fields
from paribus.evidence.markup import Table, table_elements, to_html, to_text
from paribus.evidence.record import Prediction, Record
from paribus.report import ExperimentReport, build_report
from paribus.runs import Data, Run, RunResult
from paribus.show import show, show_figure
from paribus.tables import prediction_sentence

if TYPE_CHECKING:
    from paribus.notebook import Notebook

Direction = Literal["up", "down", "none"]
# The configuration and the data are whatever the notebook passes; only the run is ours.
Train = Callable[[Any, Any, Run], object]
ARMS = ("baseline", "changed")
# What `vary` may name besides a setting: the data and the training code are recorded beside the settings.
OTHER_CHANGES = ("data", "code")


@dataclass(repr=False)
class Experiment:
    """One experiment of a notebook. ``vary`` names the one setting that changes ("code" for the training code,
    "data" for the training data).
    """

    notebook: "Notebook"
    key: str
    vary: str
    arms: dict[str, dict[int, RunResult]] = field(default_factory=lambda: {arm: {} for arm in ARMS})

    def __repr__(self) -> str:
        """One line for people."""
        seeds = ", ".join(f"{arm} with seeds {sorted(runs)}" for arm, runs in self.arms.items())
        return f"Experiment({self.key}, varies {self.vary}: {seeds})"

    def predict(
        self, *, metric: str, direction: Direction, low: float | None = None, high: float | None = None, why: str
    ) -> Prediction:
        """Write down what you expect before the changed arm runs.

        ``low`` and ``high`` bound the expected change of ``metric`` in the metric's own unit (0.01 macro-F1 is one
        point). The last prediction made is the one in force; one made again keeps the time it was first
        written. Raises ExperimentError where the parts contradict one another.
        """
        check_prediction(metric, direction, low, high, why)
        session = self.notebook.session
        prediction = session.predict(
            self.key,
            Prediction(
                metric, direction,
                None if low is None else float(low), None if high is None else float(high),
                why.strip(), session.now(), session.count,
            ),
        )  # fmt: skip
        table = Table(f"Prediction for {self.key}", (), (), prediction_sentence(prediction))
        show(to_html(table_elements(table)), to_text(table))
        return prediction

    def run(
        self,
        arm: str,
        train: Train,
        config: object,
        *,
        data: Data,
        seed: SupportsIndex,
        name: str = "",
        derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
    ) -> RunResult:
        """Train one arm with one seed: ``train(config, data, run)`` calls ``run.log(…)`` after each epoch.

        Raises ExperimentError before training where the arm would differ in more than ``vary``, its seed is not
        one of the baseline's, or no prediction was made.
        """
        if arm not in ARMS:
            raise ExperimentError(f"An experiment's arms are 'baseline' and 'changed'; got {arm!r}.")
        prepared = self.notebook.prepare(
            name or f"{self.key}.{arm}", config=config, seed=seed, data=data, code=train,
            derived=derived, environment=environment, experiment=self.key, arm=arm, vary=self.vary,
        )  # fmt: skip
        self._check(arm, prepared)
        run = self.notebook.start_prepared(prepared, data)
        train(config, data, run)
        result = run.result if run.result is not None else run.finish()
        self.arms[arm][result.seed] = result
        return result

    def baseline(self, result: RunResult, config: object = None) -> RunResult:
        """Use a finished run as the baseline arm instead of training it again.

        With ``config``, the configuration you mean to change must be the one this run had. Raises ExperimentError
        where it is not, or where the run differs from the baseline's other seeds.
        """
        if not isinstance(result, RunResult):
            raise ExperimentError(
                f"experiment.baseline takes what run.finish() returned; got a {type(result).__name__}."
            )
        if config is not None:
            meant = replace(result.start, config=config_fields(config))
            differing = differences(result.start, meant)
            if differing:
                raise ExperimentError(
                    f"The run {result.name!r} had another configuration than the one passed with it: "
                    f"{describe(differing)}. Train the baseline again, or pass the configuration it had."
                )
        self._check_same_arm("baseline", result.start)
        self.notebook.value(f"experiment.{self.key}.baseline_run.{result.run}", 1.0)
        self.arms["baseline"][result.seed] = result
        return result

    def report(self) -> ExperimentReport:
        """Show both arms side by side, the predicted range, and what this many seeds can say.

        Raises ExperimentError where an arm is missing or a seed was run in one arm only.
        """
        baseline, changed = self.arms["baseline"], self.arms["changed"]
        for arm in ARMS:
            if not self.arms[arm]:
                raise ExperimentError(
                    f"The {arm} arm of {self.key!r} has no finished run. Run the cell that trains it, then this."
                )
        alone = sorted(set(baseline) ^ set(changed))
        if alone:
            arm, other = ("baseline", "changed") if alone[0] in baseline else ("changed", "baseline")
            raise ExperimentError(
                f"Seed {alone[0]} was run in the {arm} arm only, so it compares with nothing. "
                f"Run the {other} arm with seed={alone[0]} too."
            )
        report = build_report(self.key, self.vary, baseline, changed)
        show(report.html(), report.text())
        show_figure(report.figure())
        return report

    def _check(self, arm: str, start: Record) -> None:
        self._check_same_arm(arm, start)
        if arm == "baseline":
            return
        seed = start.seed or 0
        if not self.arms["baseline"]:
            raise ExperimentError(
                f"Run the baseline arm of {self.key!r} first (or pass a finished run to experiment.baseline): "
                "without it there is nothing to compare with."
            )
        if start.prediction is None:
            raise ExperimentError(
                f"Write your prediction for {self.key!r} before the changed arm runs: experiment.predict("
                'metric="macro_f1", direction="up", low=0.0, high=0.03, why="…"). '
                "A prediction made after the result is not one."
            )
        if seed not in self.arms["baseline"]:
            seeds = ", ".join(str(item) for item in sorted(self.arms["baseline"]))
            raise ExperimentError(
                f"The changed arm would run with seed {seed}, but the baseline ran with seed {seeds}. "
                f"With another seed two things change: {self.vary} and the seed. Pass seed={seeds.split(',')[0]}, "
                f"or run the baseline with seed={seed} too."
            )
        differing = differences(self.arms["baseline"][seed].start, start)
        check_one_change(self.vary, differing)

    def _check_same_arm(self, arm: str, start: Record) -> None:
        """An arm is one configuration under several seeds; a second configuration makes the arm begin anew."""
        earlier = next((item.start for item in self.arms[arm].values() if item.seed != start.seed), None)
        if earlier is None:
            return
        differing = differences(earlier, start)
        if differing:
            raise ExperimentError(
                f"The {arm} arm of {self.key!r} already ran with seed {earlier.seed}, and this run differs from it:"
                f" {describe(differing)}. All seeds of an arm share one configuration. To begin the experiment "
                "anew, run the cell that makes it (notebook.experiment) again."
            )
