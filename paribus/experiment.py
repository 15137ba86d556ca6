"""A controlled experiment: one setting changes, everything else is held, the prediction comes first.

The two arms are "baseline" and "changed". What would spoil the comparison is refused before any training
is spent on it, with a message that names what differs and both values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from paribus.errors import ExperimentError
from paribus.evidence.code import UNAVAILABLE
from paribus.evidence.markup import Table, table_elements, to_html, to_text
from paribus.evidence.record import Prediction, Record
from paribus.metrics import LABELS, NAMES
from paribus.report import ExperimentReport, build_report
from paribus.runs import Data, Run, RunResult
from paribus.show import show, show_figure
from paribus.tables import prediction_sentence

if TYPE_CHECKING:
    from paribus.notebook import Notebook

Direction = Literal["up", "down", "none"]
Train = Callable[[object, Data, Run], object]
ARMS = ("baseline", "changed")
# What `vary` may name besides a setting: the data and the training code are recorded beside the settings.
OTHER_CHANGES = ("data", "code")


@dataclass
class Experiment:
    """One experiment of a notebook. ``vary`` names the one setting that changes ("code" for the training code,
    "data" for the training data).
    """

    notebook: "Notebook"
    key: str
    vary: str
    arms: dict[str, dict[int, RunResult]] = field(default_factory=lambda: {arm: {} for arm in ARMS})

    def predict(
        self, *, metric: str, direction: Direction, low: float | None = None, high: float | None = None, why: str
    ) -> Prediction:
        """Write down what you expect before the changed arm runs.

        ``low`` and ``high`` bound the expected change of ``metric`` in the metric's own unit (0.01 macro-F1 is one
        point). The last prediction made is the one in force; one made again keeps the time it was first
        written. Raises ExperimentError where the parts contradict one another.
        """
        _check_prediction(metric, direction, low, high, why)
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

    def run(self, arm: str, train: Train, config: object, *, data: Data, seed: int, name: str = "") -> RunResult:
        """Train one arm with one seed: ``train(config, data, run)`` calls ``run.log(…)`` after each epoch.

        Raises ExperimentError before training where the arm would differ in more than ``vary``, its seed is not
        one of the baseline's, or no prediction was made.
        """
        if arm not in ARMS:
            raise ExperimentError(f"An experiment's arms are 'baseline' and 'changed'; got {arm!r}.")
        derived = getattr(config, "derived", None)
        prepared = self.notebook.prepare(
            name or f"{self.key}_{arm}", config=config, seed=seed, data=data, code=train,
            derived=derived if isinstance(derived, Mapping) else None, experiment=self.key, arm=arm,
        )  # fmt: skip
        self._check(arm, prepared)
        run = self.notebook.start_prepared(prepared, data)
        train(config, data, run)
        result = run.result if run.result is not None else run.finish()
        self.arms[arm][result.seed] = result
        return result

    def baseline(self, result: RunResult) -> RunResult:
        """Use a finished run as the baseline arm instead of training it again."""
        if not isinstance(result, RunResult):
            raise ExperimentError(
                f"experiment.baseline takes what run.finish() returned; got a {type(result).__name__}."
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
                    f"The {arm} arm of {self.key!r} has no finished run. Run the cell that trains it, then this one."
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
        _check_one_change(self.vary, differing)

    def _check_same_arm(self, arm: str, start: Record) -> None:
        """An arm is one configuration under several seeds; a second configuration makes the arm begin anew."""
        earlier = next((item.start for item in self.arms[arm].values() if item.seed != start.seed), None)
        if earlier is None:
            return
        differing = differences(earlier, start)
        if differing:
            raise ExperimentError(
                f"The {arm} arm of {self.key!r} already ran with seed {earlier.seed}, and this run differs from it: "
                f"{_list(differing)}. All seeds of an arm share one configuration. To begin the experiment "
                "anew, run the cell that makes it (notebook.experiment) again."
            )


def differences(one: Record, other: Record) -> dict[str, tuple[object, object]]:
    """What differs between two start records, by name: knobs, "data" and "code:<function>", old and new value.

    Derived values, outcomes and the environment are left out: they follow, or were nobody's choice. Code whose source
    was unavailable cannot be told apart.
    """
    found: dict[str, tuple[object, object]] = {}
    old, new = one.knobs(), other.knobs()
    for name in sorted(set(old) | set(new)):
        if old.get(name, "not set") != new.get(name, "not set"):
            found[name] = (old.get(name, "not set"), new.get(name, "not set"))
    if one.data != other.data:
        found["data"] = (_data_words(one), _data_words(other))
    for name in sorted(set(one.code) | set(other.code)):
        before, after = one.code.get(name, "not used"), other.code.get(name, "not used")
        if before != after and UNAVAILABLE not in (before, after):
            found[f"code:{name}"] = (before, after)
    return found


def _check_one_change(vary: str, differing: Mapping[str, tuple[object, object]]) -> None:
    """Exactly the declared change, or an ExperimentError that names what differs."""
    declared = {name for name in differing if name == vary or (vary == "code" and name.startswith("code:"))}
    others = {name: pair for name, pair in differing.items() if name not in declared}
    if not declared:
        also = f" What differs instead: {_list(others)}." if others else ""
        raise ExperimentError(
            f"Both arms have the same {vary}, so this would compare a run with itself.{also} "
            f"Change {vary} in the changed arm's configuration and nothing else."
        )
    if others:
        raise ExperimentError(
            f"More than one thing changes. Declared: {_list({name: differing[name] for name in sorted(declared)})}. "
            f"Also different: {_list(others)}. Whatever the result, nobody could say which of them caused it. "
            f"Set {', '.join(_short(name) for name in others)} back to the baseline's."
        )


def _list(differing: Mapping[str, tuple[object, object]]) -> str:
    parts = []
    for name, (old, new) in differing.items():
        if not name.startswith("code:"):
            parts.append(f"{name} ({old} → {new})")
        elif "not used" in (old, new):
            parts.append(f"{_short(name)} ({'no longer' if new == 'not used' else 'newly'} used)")
        else:
            parts.append(f"{_short(name)} (changed since the other run)")
    return ", ".join(parts)


def _short(name: str) -> str:
    what = name.removeprefix("code:")
    if what == name:
        return name
    return "the training function" if what == "training" else f"{what!r}, which the training function uses"


def _data_words(record: Record) -> str:
    data = record.data
    if data is None:
        return "none"
    return f"{data.source}, {data.train_rows:,} training items, fingerprint {data.train_fingerprint}"


def _check_prediction(metric: object, direction: object, low: object, high: object, why: object) -> None:
    if metric not in NAMES:
        raise ExperimentError(f"A prediction is about one of {', '.join(NAMES)}; got {metric!r}.")
    if direction not in ("up", "down", "none"):
        raise ExperimentError(f"The direction of a prediction is 'up', 'down' or 'none'; got {direction!r}.")
    for name, bound in (("low", low), ("high", high)):
        finite = isinstance(bound, int | float) and not isinstance(bound, bool) and abs(bound) < float("inf")
        if bound is not None and not finite:
            raise ExperimentError(f"The bound {name} of a prediction is a number such as 0.02; got {bound!r}.")
    bounds = cast("tuple[float | None, float | None]", (low, high))
    lower, upper = bounds[0], bounds[1]
    if lower is not None and upper is not None and lower > upper:
        raise ExperimentError(f"The predicted range runs backwards: low={lower:g}, high={upper:g}. Swap them.")
    label = LABELS[str(metric)]
    if direction == "up" and upper is not None and upper <= 0:
        raise ExperimentError(
            f"You predict that {label} goes up, but at most by {upper:g}. Bounds are changes, not levels."
        )
    if direction == "down" and lower is not None and lower >= 0:
        raise ExperimentError(
            f"You predict that {label} goes down, but at least by {lower:+g}. A fall is negative: low=-0.03, high=0."
        )
    if direction == "none" and ((lower is not None and lower > 0) or (upper is not None and upper < 0)):
        raise ExperimentError(
            f"You predict no change of {label}, but the range {lower} to {upper} leaves out zero. "
            "Give the band in which you would call it no change, such as low=-0.01, high=0.01."
        )
    if not isinstance(why, str) or len(why.split()) < 3:
        raise ExperimentError(
            'Say why you expect it, in a sentence: why="smaller batches mean more updates an epoch".'
        )
    if len(why) > 2_000:
        raise ExperimentError(
            f"The reason is {len(why):,} characters long; 2,000 are enough. The memo has room for more."
        )
