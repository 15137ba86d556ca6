"""An ablation table: one baseline, and one change a row, each row an experiment of its own.

    ablation = notebook.ablation("ablation")
    ablation.baseline(train, CONFIG, data=data, seeds=SEEDS)
    row = ablation.row("no_weights", vary="class_weights")
    row.predict(metric="macro_f1", direction="down", low=-0.03, high=0.0, why="…")
    row.run("changed", train, replace(CONFIG, class_weights="none"), data=data, seeds=SEEDS)
    ablation.report()

The baseline is trained once and serves every row; a row refuses a second change as any experiment does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, SupportsIndex

from paribus.display.markup import Table
from paribus.display.show import show_figure, show_tables
from paribus.errors import ExperimentError
from paribus.experiments.experiment import Experiment, begin_experiment
from paribus.experiments.knobs import check_metric
from paribus.experiments.noise import Noise
from paribus.experiments.recording import Recording
from paribus.experiments.report import ExperimentReport, summary
from paribus.experiments.resume import Train
from paribus.metrics.registry import title
from paribus.records.data import Data
from paribus.records.runs import RunResult
from paribus.statistics.seeds import few_seeds, shown

if TYPE_CHECKING:
    from paribus.figures.canvas import NotebookFigure


@dataclass(frozen=True)
class AblationReport:
    """The rows as experiments' reports, by name, and the metric they are compared by."""

    key: str
    metric: str
    rows: dict[str, ExperimentReport]

    def table(self) -> Table:
        """The baseline first, then one row a change."""
        header = ("row", "what changes", title(self.metric), "difference", "95 % interval over seeds (paired)")
        first = next(iter(self.rows.values()))
        lines = [("baseline", "", summary(self.metric, first.row(self.metric).baseline), "", "")]
        for name, report in self.rows.items():
            row = report.row(self.metric)
            found = report.noise_of(self.metric)
            lines.append(
                (
                    name,
                    f"{report.vary} {report.old} → {report.new}",
                    summary(self.metric, row.changed),
                    summary(self.metric, row.differences, signed=True),
                    _interval(found),
                )
            )
        seeds = ", ".join(map(str, first.seeds))
        note = few_seeds(len(first.seeds))
        if len(self.rows) > 1:
            note += (
                f" With {len(self.rows)} rows, look at all of them: of twenty changes that do nothing, "
                "one interval excludes zero by chance."
            )
        return Table(f"Ablation {self.key}, seeds {seeds}", header, tuple(lines), note)

    def figure(self) -> "NotebookFigure":
        """Each row's difference from the baseline, seed by seed."""
        from paribus.experiments.figures import RowValues, ablation_rows

        rows = {}
        for name, report in self.rows.items():
            seeds = report.noise_of(self.metric).seeds
            interval = None if seeds is None else (seeds.paired.low, seeds.paired.high)
            rows[name] = RowValues(report.row(self.metric).differences, interval)
        return ablation_rows(self.metric, rows)

    def __repr__(self) -> str:
        """One line for people."""
        return f"AblationReport({self.key}: {len(self.rows)} rows)"


@dataclass(repr=False)
class Ablation:
    """A baseline's runs by seed, and the rows by name."""

    notebook: Recording
    key: str
    runs: dict[int, RunResult] = field(default_factory=dict)
    rows: dict[str, Experiment] = field(default_factory=dict)

    def __repr__(self) -> str:
        """One line for people."""
        return (
            f"Ablation({self.key}, baseline with seeds {sorted(self.runs)}, rows: {', '.join(self.rows) or 'none'})"
        )

    def baseline(
        self,
        train: Train,
        config: object,
        *,
        data: Data,
        seed: SupportsIndex | None = None,
        seeds: Iterable[SupportsIndex] | None = None,
        again: bool = False,
    ) -> tuple[RunResult, ...]:
        """Train the baseline that all rows share. Rows made before are to be made again."""
        wanted = [seed] if seeds is None and seed is not None else list(seeds or ())
        experiment = begin_experiment(self.notebook, self.key, "")
        runs = experiment.run("baseline", train, config, data=data, seeds=wanted, again=again)
        self.runs = {run.seed: run for run in runs}
        self.rows = {}
        return runs

    def row(self, name: str, *, vary: str) -> Experiment:
        """The experiment of one row, its baseline in place: predict, then ``run("changed", …)`` with its seeds.

        Raises ExperimentError where there is no baseline yet.
        """
        if not self.runs:
            raise ExperimentError(
                f"The ablation {self.key!r} has no baseline yet: call ablation.baseline(…) first."
            )
        experiment = begin_experiment(self.notebook, f"{self.key}-{name}", vary)
        experiment.baseline(list(self.runs.values()))
        self.rows[name] = experiment
        return experiment

    def report(self, metric: str = "") -> AblationReport:
        """Show the baseline and every row side by side, by the metric that chose the runs if none is given. Raises
        ExperimentError where a row is not complete.
        """
        if not self.rows:
            raise ExperimentError(
                f"The ablation {self.key!r} has no row yet: ablation.row(name, vary=…) makes one."
            )
        metric = metric or next(iter(self.runs.values())).chosen_by
        check_metric(metric)
        reports = {name: row.summary(metric) for name, row in self.rows.items()}
        without = [name for name, found in reports.items() if metric not in {row.metric for row in found.rows}]
        if without:
            raise ExperimentError(f"The runs of row {without[0]!r} or of the baseline have no {title(metric)}.")
        report = AblationReport(self.key, metric, reports)
        show_tables(report.table())
        show_figure(report.figure())
        return report


def _interval(found: Noise) -> str:
    return "one seed" if found.seeds is None else shown(found.seeds.paired)
