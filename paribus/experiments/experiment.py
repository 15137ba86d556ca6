"""A controlled experiment: one setting changes, everything else is held, the prediction comes first.

The arms are "baseline" and "changed". What would spoil the comparison is refused before any training; the message
names what differs, and both values. A run that finished earlier with the same configuration, data, code and seed
is used again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, SupportsIndex, TypeVar, overload

from paribus.display.show import show_figure, show_tables
from paribus.errors import ExperimentError
from paribus.experiments.arms import (
    check_complete,
    check_had,
    check_key,
    check_prediction,
    check_result,
    check_same_arm,
    check_seeds,
    check_start,
    differences,
)
from paribus.experiments.beforehand import look_at, tell_finished
from paribus.experiments.commitment import commit
from paribus.experiments.conclusion import Claim, Conclusion, check_claim
from paribus.experiments.constant import Held, held
from paribus.experiments.noise import conclude, noise
from paribus.experiments.predicted import commitment_table, prediction_table
from paribus.experiments.recording import Recording
from paribus.experiments.report import ExperimentReport, build_report
from paribus.experiments.resume import Train, reuse, reuse_elsewhere, train_once
from paribus.metrics.registry import FIRST_CHOSEN_BY, registry, title
from paribus.records.data import Data
from paribus.records.fields import config_fields
from paribus.records.record import Prediction, Record
from paribus.records.runs import Run, RunResult

Direction = Literal["up", "down", "none"]
ARMS = ("baseline", "changed")
Given = TypeVar("Given", RunResult, Sequence[RunResult])


def begin_experiment(notebook: Recording, key: str, vary: str) -> "Experiment":
    """An experiment over the runs that begin from now on. Raises ExperimentError where the key is no short name."""
    return Experiment(notebook, check_key(key), vary, begun=len(notebook.runs))


@dataclass(repr=False)
class Experiment:
    """One experiment of a notebook. ``vary`` names the one setting that changes ("code" for the training code,
    "data" for the training data).
    """

    notebook: Recording
    key: str
    vary: str
    arms: dict[str, dict[int, RunResult]] = field(default_factory=lambda: {arm: {} for arm in ARMS})
    begun: int = 0
    taken: set[str] = field(default_factory=set)

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
        written. Says at once where the range can hardly miss, and where the changed arm has finished before. Raises
        ExperimentError where the parts contradict one another, or the metric cannot change by so much.
        """
        session = self.notebook.session
        classes = next((len(record.classes) for record in session.find("data")), 0)
        check_prediction(metric, direction, low, high, why, classes=classes)
        prediction = session.predict(
            self.key,
            Prediction(
                metric, direction,
                None if low is None else float(low), None if high is None else float(high),
                why.strip(), session.now(), session.count,
            ),
        )  # fmt: skip
        widest = self.notebook.widest_range
        show_tables(prediction_table(self.key, prediction, session.records, widest=widest, classes=classes))
        return prediction

    def commitment(self) -> str:
        """A short code for the prediction in force, to hand in before the experiment runs.

        It fits this prediction, this planned change and this notebook alone. Takes a moment on purpose. Raises
        ExperimentError where nothing was predicted.
        """
        made = self.notebook.session.predictions.get(self.key)
        if not made:
            raise ExperimentError(
                f"There is no prediction for {self.key!r} to commit to. Call experiment.predict(…) first."
            )
        code = commit(made[-1], self.vary, self.notebook.session.nonce)
        show_tables(commitment_table(self.key, code, made[-1], self.vary))
        return code

    @overload
    def run(
        self, arm: str, train: Train, config: object, *, data: Data, seed: SupportsIndex, seeds: None = None,
        name: str = "", derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None, again: bool = False,
    ) -> RunResult: ...  # fmt: skip

    @overload
    def run(
        self, arm: str, train: Train, config: object, *, data: Data, seed: None = None,
        seeds: Iterable[SupportsIndex], name: str = "", derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None, again: bool = False,
    ) -> tuple[RunResult, ...]: ...  # fmt: skip

    def run(
        self,
        arm: str,
        train: Train,
        config: object,
        *,
        data: Data,
        seed: SupportsIndex | None = None,
        seeds: Iterable[SupportsIndex] | None = None,
        name: str = "",
        derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
        again: bool = False,
    ) -> RunResult | tuple[RunResult, ...]:
        """Train one arm, with one ``seed`` or with each of ``seeds``: ``train(config, data, run)`` calls
        ``run.log(…)`` after each epoch.

        A seed that finished earlier with the same configuration, data and code is not trained again, unless
        ``again``; as a baseline a run outside of this experiment will do. Raises ExperimentError before any
        training where the arm would differ in more than ``vary``, a seed is not one of the baseline's, or no
        prediction was made.
        """
        wanted = check_seeds(seed, seeds)
        prepared = [
            self._prepare(arm, config, data, item, code=train, name=name, derived=derived, environment=environment)
            for item in wanted
        ]
        for start in prepared:
            self._check(start, wanted)
        look_at(self.notebook, prepared[0], train, wanted)
        results = tuple(self._run_one(start, train, config, data, again=again) for start in prepared)
        return results if seeds is not None else results[0]

    def start(
        self,
        arm: str,
        config: object,
        *,
        data: Data,
        seed: SupportsIndex,
        code: Callable[..., object] | None = None,
        name: str = "",
        derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
    ) -> Run:
        """Begin one run of an arm for a training loop of your own; call ``run.log(…)`` and ``run.finish()``.

        Refuses what `run` refuses. ``code`` is the function that trains, so that a change in it is seen.
        """
        prepared = self._prepare(
            arm, config, data, seed, code=code, name=name, derived=derived, environment=environment
        )
        self._check(prepared, (prepared.seed or 0,))
        look_at(self.notebook, prepared, code)
        tell_finished(self.notebook, prepared)
        return self.notebook.start_prepared(prepared, data)

    def finished(
        self, arm: str, config: object, *, data: Data, seed: SupportsIndex,
        code: Callable[..., object] | None = None, name: str = "",
    ) -> RunResult | None:  # fmt: skip
        """The run of an own loop that finished earlier with this configuration, data, code and seed, or None; as a
        baseline a run outside of this experiment will do. Ask it before `start`, or go through `unfinished`.
        """
        prepared = self._prepare(arm, config, data, seed, code=code, name=name, derived=None, environment=None)
        self._check(prepared, (prepared.seed or 0,))
        return self._find(prepared, data)

    def unfinished(
        self, arm: str, config: object, *, data: Data, seeds: Iterable[SupportsIndex],
        code: Callable[..., object], derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
    ) -> Iterator[Run]:  # fmt: skip
        """The runs of an arm that your own loop has still to train, each begun by `start` as the loop comes to it:
        ``for run in experiment.unfinished("changed", config, data=data, seeds=SEEDS, code=my_loop):``.

        What `finished` finds is shown again and left out.
        """
        for seed in check_seeds(None, seeds):
            if self.finished(arm, config, data=data, seed=seed, code=code) is None:
                yield self.start(
                    arm, config, data=data, seed=seed, code=code, derived=derived, environment=environment
                )

    def baseline(self, result: Given, config: object = None) -> Given:
        """Use a finished run, or the runs of several seeds, as the baseline arm instead of training again.

        With ``config``, the configuration you mean to change must be the one these runs had. Raises
        ExperimentError where it is not, or where a run differs from the baseline's other seeds.
        """
        results = [result] if isinstance(result, RunResult) or not isinstance(result, Sequence) else list(result)
        for run in results:
            check_result(run)
            check_had(run.start, run.start.config if config is None else config_fields(config))
            check_same_arm(self.key, "baseline", run.start, self._starts(), (run.seed,))
            self._take("baseline", run)
        self.notebook.serve(self.key, results)
        return result

    def held(self) -> Held:
        """Everything held constant so far, listed from the records. Raises ExperimentError before any run."""
        self._collect()
        starts = {arm: list(runs.values()) for arm, runs in self._starts().items()}
        if not any(starts.values()):
            raise ExperimentError(f"Nothing of {self.key!r} has run yet, so there is nothing to list as held.")
        kept = held(self.vary, starts)
        show_tables(kept.table())
        return kept

    def report(self) -> ExperimentReport:
        """Show both arms side by side, seed by seed, the predicted range, and what this many seeds can say.

        Raises ExperimentError where an arm is missing, a seed was run in one arm only, or the arms differ in
        more than the declared variable.
        """
        report = self.summary()
        show_tables(*report.tables())
        show_figure(report.figure())
        return report

    def summary(self, metric: str = "") -> ExperimentReport:
        """What `report` shows, without showing it; ``metric`` (that of the chosen epoch if none is given) is told
        with its intervals too.
        """
        baseline, changed = self._both_arms()
        metric = metric or self._main_metric()
        return build_report(
            self.key, self.vary, baseline, changed, scored=self.notebook.scored, metrics=(metric,),
            records=self.notebook.session.records,
        )  # fmt: skip

    def meaningful(
        self,
        claim: Claim,
        *,
        why: str,
        metric: str = "",
        direction: Literal["up", "down"] | None = None,
        margin: float | None = None,
    ) -> Conclusion:
        """Put your verdict beside what the statistics say: "effect", "no effect" or "cannot tell".

        ``margin`` is how small a change of ``metric`` you would call none. Raises ExperimentError where the claim
        is none of the three, ``why`` is missing, or `report` would refuse.
        """
        check_claim(claim, why)
        metric = metric or self._main_metric()
        if metric not in registry():
            raise ExperimentError(f"A verdict is about a metric. {registry().unknown(metric)}")
        baseline, changed = self._both_arms()
        found = noise(metric, baseline, changed, self.notebook.scored)
        conclusion = conclude(claim, found, direction, margin)
        said = (claim, direction or "", f"(margin ±{margin:g})" if margin else "")
        told = f"{' '.join(part for part in said if part)}: {why}"
        show_tables(conclusion.table(f"{title(metric)} in {self.key}", told), found.table())
        return conclusion

    def _main_metric(self) -> str:
        """The metric that the runs of this experiment are chosen by."""
        runs = [*self.arms["baseline"].values(), *self.arms["changed"].values()]
        return runs[-1].chosen_by if runs else FIRST_CHOSEN_BY

    def _prepare(
        self,
        arm: str,
        config: object,
        data: Data,
        seed: SupportsIndex,
        *,
        code: Callable[..., object] | None,
        name: str,
        derived: Mapping[str, object] | None,
        environment: Mapping[str, object] | None,
    ) -> Record:
        if arm not in ARMS:
            raise ExperimentError(f"An experiment's arms are 'baseline' and 'changed'; got {arm!r}.")
        return self.notebook.prepare(
            name or f"{self.key}.{arm}", config=config, seed=seed, data=data, code=code,
            derived=derived, environment=environment, experiment=self.key, arm=arm, vary=self.vary,
        )  # fmt: skip

    def _run_one(self, prepared: Record, train: Train, config: object, data: Data, *, again: bool) -> RunResult:
        result = (None if again else self._find(prepared, data)) or train_once(
            self.notebook, prepared, train, config, data
        )
        arm = self.arms[prepared.arm]
        # What ran under an earlier configuration is no part of this arm any more.
        for seed in [seed for seed, run in arm.items() if differences(run.start, prepared)]:
            del arm[seed]
        self._take(prepared.arm, result)
        return result

    def _find(self, prepared: Record, data: Data) -> RunResult | None:
        """The run that finished earlier in this arm, or elsewhere and serves as its baseline, shown again."""
        result = reuse(self.notebook, prepared, data)
        if result is None and (result := reuse_elsewhere(self.notebook, prepared, data)) is not None:
            self.notebook.serve(self.key, [result])
        if result is not None:
            self._take(prepared.arm, result)
        return result

    def _collect(self) -> None:
        """Take in the runs of own loops that were begun for this experiment and have finished since."""
        for run in self.notebook.runs[self.begun :]:
            result, place = run.result, (run.start.experiment, run.start.arm)
            mine = place in {(self.key, arm) for arm in ARMS}
            if result is not None and mine and result.record.digest() not in self.taken:
                self._take(run.start.arm, result)

    def _take(self, arm: str, result: RunResult) -> None:
        self.arms[arm][result.seed] = result
        self.taken.add(result.record.digest())

    def _both_arms(self) -> tuple[dict[int, RunResult], dict[int, RunResult]]:
        """Both arms, held against one another once more: own loops are not checked when they begin."""
        self._collect()
        check_complete(self.key, self.vary, self._starts())
        return self.arms["baseline"], self.arms["changed"]

    def _check(self, start: Record, wanted: tuple[int, ...]) -> None:
        self._collect()
        check_start(start, self._starts(), wanted, metric=self._main_metric())

    def _starts(self) -> dict[str, dict[int, Record]]:
        return {arm: {seed: run.start for seed, run in runs.items()} for arm, runs in self.arms.items()}
