"""What an experiment shows: both arms side by side, and what this many seeds can and cannot say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from paribus.display.markup import Table, table_elements, to_html, to_text
from paribus.experiments.alike import equal_losses, may_be_equal
from paribus.experiments.constant import Held, held
from paribus.experiments.noise import Noise, Scores, evaluations, noise, selection_note
from paribus.experiments.tried import best_of_several
from paribus.metrics.registry import FIRST_CHOSEN_BY, in_order, registry, title, told_first
from paribus.records.environment import place_of
from paribus.records.record import Prediction, Record
from paribus.records.runs import RunResult
from paribus.records.tables import number, prediction_range
from paribus.statistics.seeds import few_seeds

if TYPE_CHECKING:
    from paribus.figures.canvas import NotebookFigure


@dataclass(frozen=True)
class MetricRow:
    """One metric in both arms, by seed in the order of `ExperimentReport.seeds`.

    ``inside`` says whether the mean difference lies in the predicted range, None where nothing was predicted.
    """

    metric: str
    baseline: tuple[float, ...]
    changed: tuple[float, ...]
    inside: bool | None = None

    @property
    def differences(self) -> tuple[float, ...]:
        """Changed − baseline, seed by seed."""
        return tuple(new - old for old, new in zip(self.baseline, self.changed, strict=True))


@dataclass(frozen=True)
class ExperimentReport:
    """An experiment's numbers; `Experiment.report` shows it.

    ``metric`` is the one that chose the runs' checkpoints; ``noise`` holds its intervals and those of the predicted
    metric, ``notes`` what else a reader must know
    (unequal selection, runs made in different places), ``held`` what did not change.
    """

    key: str
    vary: str
    old: str
    new: str
    seeds: tuple[int, ...]
    rows: tuple[MetricRow, ...]
    prediction: Prediction | None
    noise: tuple[Noise, ...] = ()
    notes: tuple[str, ...] = ()
    held: Held | None = None
    metric: str = FIRST_CHOSEN_BY

    def drawn(self) -> Sequence[str]:
        """The metrics of the figure: the one that the prediction is about first, then two that a sentence tells,
        and a count; at most three.
        """
        known = [row.metric for row in self.rows if registry()[row.metric].compute is not None]
        counts = [name for name in known if not registry()[name].digits]
        usual = [*told_first(name for name in known if name not in counts), *counts]
        about = self.prediction.metric if self.prediction else self.metric
        first = [name for name in known if name == about and name not in usual]
        return [*first, *(usual or [name for name in known if name not in first])][:3]

    def row(self, metric: str) -> MetricRow:
        """One metric's row; KeyError where no arm recorded it."""
        for row in self.rows:
            if row.metric == metric:
                return row
        raise KeyError(metric)

    def table(self) -> Table:
        """Metric, baseline, changed, difference, prediction, did it fall in; mean ± sd with several seeds."""
        rows = []
        for row in self.rows:
            predicted = self.prediction if row.inside is not None else None
            rows.append(
                (
                    title(row.metric),
                    summary(row.metric, row.baseline),
                    summary(row.metric, row.changed),
                    summary(row.metric, row.differences, signed=True),
                    prediction_range(predicted) if predicted else "",
                    {True: "yes", False: "no", None: ""}[row.inside],
                )
            )
        header = ("metric", "baseline", "changed", "difference", "predicted", "as predicted?")
        heading = f"Experiment {self.key}: {self.vary} {self.old} → {self.new}"
        return Table(heading, header, tuple(rows), self.sentence())

    def sentence(self) -> str:
        """What this many seeds can and cannot show."""
        n = len(self.seeds)
        if n == 1:
            return (
                f"One seed (seed {self.seeds[0]}) shows what happened once. It cannot show how much of the "
                "difference comes from chance: with another seed both numbers would move, often by as much as they "
                "differ. Treat it as a lead to confirm with at least three seeds, not as an effect."
            )
        if n == 2:
            return (
                f"Two seeds ({_seeds(self.seeds)}), mean ± standard deviation. Two numbers give only a rough idea "
                "of the spread; a third seed is the least that makes ± worth quoting."
            )
        return (
            f"{n} seeds ({_seeds(self.seeds)}), mean ± standard deviation over seeds (n − 1). A difference well "
            f"beyond the spread of the paired differences is evidence. {few_seeds(n)} All seeds share one "
            "validation split; the interval over items says what another split could have shown."
        )

    def noise_of(self, metric: str) -> Noise:
        """One metric's intervals; KeyError where none were computed."""
        for item in self.noise:
            if item.metric == metric:
                return item
        raise KeyError(metric)

    def by_seed(self) -> Table:
        """Every run's value of the predicted metric and of the one that chose, one seed a row."""
        rows = [
            (str(seed), title(row.metric), *(number(row.metric, arm[i]) for arm in (row.baseline, row.changed)),
             number(row.metric, row.differences[i], signed=True))
            for row in self.rows if row.metric in {item.metric for item in self.noise}
            for i, seed in enumerate(self.seeds)
        ]  # fmt: skip
        return Table("Seed by seed", ("seed", "metric", "baseline", "changed", "difference"), tuple(rows))

    def tables(self) -> list[Table]:
        """All that the report shows, in order."""
        shown = [self.table()]
        if len(self.seeds) > 1:
            shown += [self.by_seed(), *(item.table() for item in self.noise)]
        if self.held is not None:
            shown.append(self.held.table())
        if self.notes:
            shown.append(Table("Before you conclude", (), (), " ".join(self.notes)))
        return shown

    def html(self) -> str:
        """The tables as HTML."""
        return to_html([element for table in self.tables() for element in table_elements(table)])

    def text(self) -> str:
        """The tables as plain text."""
        return "\n\n".join(to_text(table) for table in self.tables())

    def figure(self) -> "NotebookFigure":
        """Both arms as points, seed by seed."""
        from paribus.experiments.figures import ArmValues, experiment_arms

        made = self.prediction
        rows = [
            ArmValues(row.metric, row.baseline, row.changed, True, made.low, made.high)
            if made is not None and made.metric == row.metric
            else ArmValues(row.metric, row.baseline, row.changed)
            for row in self.rows
            if row.metric in self.drawn()
        ]
        return experiment_arms(rows, seeds=self.seeds, vary=self.vary, old=self.old, new=self.new)

    def __repr__(self) -> str:
        """One line for people."""
        row = self.row(self.metric)
        return (
            f"ExperimentReport({self.key}: {self.vary} {self.old} → {self.new}, "
            f"{title(row.metric)} {summary(row.metric, row.differences, signed=True)}, {len(self.seeds)} seed(s))"
        )


def build_report(
    key: str,
    vary: str,
    baseline: Mapping[int, RunResult],
    changed: Mapping[int, RunResult],
    *,
    scored: Scores,
    metrics: Sequence[str] = (),
    records: Sequence[Record] = (),
) -> ExperimentReport:
    """The report over the seeds that both arms have; ``scored`` gives a run's predictions beside the labels.

    ``metrics`` are told with their intervals, beside the predicted one; ``records`` are the notebook's, in
    which other runs of the arms' configurations are looked for.
    """
    seeds = tuple(sorted(set(baseline) & set(changed)))
    prediction = min(changed.values(), key=_begun).start.prediction
    rows = []
    for metric in _measured(baseline, seeds):
        arms = [[arm[seed].record.values.get(metric) for seed in seeds] for arm in (baseline, changed)]
        old = tuple(value for value in arms[0] if value is not None)
        new = tuple(value for value in arms[1] if value is not None)
        if len(old) == len(new) == len(seeds):
            differences = tuple(after - before for before, after in zip(old, new, strict=True))
            rows.append(MetricRow(metric, old, new, fell_in(metric, differences, prediction)))
    first = seeds[0]
    kept = held(
        vary,
        {name: [arm[seed].start for seed in seeds] for name, arm in (("baseline", baseline), ("changed", changed))},
    )
    shared = [{seed: arm[seed] for seed in seeds} for arm in (baseline, changed)]
    return ExperimentReport(
        key, vary, _setting(baseline[first], vary), _setting(changed[first], vary), seeds, tuple(rows), prediction,
        noise=tuple(
            noise(row.metric, shared[0], shared[1], scored)
            for row in rows if row.metric in {*metrics, prediction.metric if prediction else ""}
        ),
        notes=tuple(_notes(shared, kept, vary, records)), held=kept, metric=baseline[first].chosen_by,
    )  # fmt: skip


def _measured(arm: Mapping[int, RunResult], seeds: Sequence[int]) -> list[str]:
    """The metrics of an arm that a report tells, in order; training losses are of other items."""
    names = {name for seed in seeds for name in arm[seed].record.values if name in registry()}
    return in_order(names - {"train_loss"})


def _notes(arms: Sequence[Mapping[int, RunResult]], kept: Held, vary: str, records: Sequence[Record]) -> list[str]:
    """What would make the difference look like more than it is."""
    baseline, changed = ([evaluations(run) for run in arm.values()] for arm in arms)
    notes = [selection_note({"baseline": baseline, "changed": changed})]
    if kept.elsewhere:
        places = ", ".join(kept.elsewhere)
        notes.append(
            f"The runs were not all made in the same place ({places} differ), which can move a result too."
        )
    measured_on = dict.fromkeys(place_of(run.record.config) for arm in arms for run in arm.values())
    if named := [place for place in measured_on if place]:
        notes.append(f"What holds for one machine alone is as measured on {'; '.join(named)}.")
    predictions = {run.start.prediction for run in arms[1].values()}
    if None in predictions:
        notes.append("A run of the changed arm began without a prediction.")
    elif len(predictions) > 1:
        notes.append("The prediction was changed between seeds; the first one is the one that counts.")
    alike = [
        (seed, shown)
        for seed, run in arms[0].items()
        if not may_be_equal(vary) and (shown := equal_losses(run.record, arms[1][seed].record))
    ]
    if alike:
        notes.append(
            f"Both arms logged the same losses to the last digit (seed {alike[0][0]}: {alike[0][1]}). Either "
            f"{vary} does not reach the training, or one run was taken for both: look where your code reads it."
        )
    metric = next((made.metric for made in predictions if made is not None), next(iter(arms[1].values())).chosen_by)
    notes += best_of_several(dict(zip(("baseline", "changed"), arms, strict=True)), metric, records)
    return [note for note in notes if note]


def _begun(result: RunResult) -> int:
    """Run ids count upwards within a notebook."""
    return int("".join(char for char in result.run if char.isdigit()) or 0)


def fell_in(metric: str, differences: tuple[float, ...], prediction: Prediction | None) -> bool | None:
    """Whether the mean difference lies in the predicted range (or direction, where no range was given); None where
    nothing was predicted of this metric.
    """
    if prediction is None or prediction.metric != metric:
        return None
    # A mean of equal numbers can differ from them in the last bit, which is no miss.
    difference = round(fmean(differences), 12)
    if prediction.low is None and prediction.high is None:
        return {"up": difference > 0, "down": difference < 0, "none": difference == 0}[prediction.direction]
    above = prediction.low is None or difference >= prediction.low
    below = prediction.high is None or difference <= prediction.high
    return above and below


def _setting(result: RunResult, vary: str) -> str:
    if vary == "code":
        return result.start.code.get("training", "")[:8]
    if vary == "data":
        return f"{result.start.data.train_rows:,} items" if result.start.data else ""
    item = result.start.config.get(vary)
    return "not set" if item is None else str(item.value)


def summary(metric: str, values: tuple[float, ...], *, signed: bool = False) -> str:
    """One value as it is, several as mean ± sd; a count's mean keeps one decimal."""
    if len(values) == 1:
        return number(metric, values[0], signed=signed)
    known = registry()[metric]
    return f"{known.shown(fmean(values), signed=signed, mean=True)} ± {known.shown(stdev(values), mean=True)}"


def _seeds(seeds: tuple[int, ...]) -> str:
    return "seeds " + ", ".join(str(seed) for seed in seeds)
