"""Two models side by side: their metrics with intervals, classes by McNemar too, and what was unequal.

McNemar's test is for two *fitted models*, one run each. Where several seeds of a configuration are passed, the
intervals over seeds take its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from paribus.display.markup import Table
from paribus.display.show import show_tables
from paribus.errors import UsageError
from paribus.experiments.noise import evaluations, selection_note
from paribus.experiments.recording import Recording
from paribus.experiments.report import summary
from paribus.metrics.metric import Scored
from paribus.metrics.registry import in_order, registry, title
from paribus.metrics.scoring import check_same_split
from paribus.records.runs import RunResult
from paribus.statistics.intervals import Interval, items_interval, welch_interval
from paribus.statistics.mcnemar import McNemar, exact_mcnemar
from paribus.statistics.permutation import items_test
from paribus.statistics.seeds import few_seeds, shown


@dataclass(frozen=True)
class ModelComparison:
    """Second − first, for each metric.

    ``values`` are each model's by metric, one a run; ``items`` the jackknife intervals and ``items_p`` the p of the
    paired permutation test; ``seeds`` Welch's intervals where both have several runs; ``mcnemar`` only for two
    single runs.
    """

    key: str
    names: tuple[str, str]
    values: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]
    items: dict[str, Interval]
    items_p: dict[str, float]
    seeds: dict[str, Interval]
    mcnemar: McNemar | None
    notes: tuple[str, ...]

    def tables(self) -> list[Table]:
        """The scores with their intervals, and McNemar's counts where it applies."""
        header = ("metric", *self.names, "95 % over items (jackknife)", "over items (paired permutation test)",
                  "95 % over seeds (Welch)")  # fmt: skip
        rows = tuple(
            (title(metric), summary(metric, first), summary(metric, second), shown(self.items[metric]),
             f"p = {self.items_p[metric]:.3g}",
             shown(self.seeds[metric]) if metric in self.seeds else "needs two runs each")
            for metric, (first, second) in self.values.items()
        )  # fmt: skip
        tables = [Table(f"{self.key}: {self.names[1]} − {self.names[0]}", header, rows, " ".join(self.notes))]
        return [*tables, self.mcnemar.table()] if self.mcnemar is not None else tables

    def __repr__(self) -> str:
        """One line for people."""
        parts = ", ".join(f"{title(metric)} {self.items[metric].centre:+.4f}" for metric in self.values)
        return f"ModelComparison({self.names[1]} − {self.names[0]}: {parts})"


def compare_models(
    notebook: Recording, key: str, first: RunResult | Sequence[RunResult], second: RunResult | Sequence[RunResult]
) -> ModelComparison:
    """Compare two fitted models (one run each) or two configurations (their seeds), show it and record the numbers.

    Raises UsageError where a side is empty or no finished run, or the runs were scored on different labels.
    """
    sides = [_runs(first), _runs(second)]
    for run in (*sides[0], *sides[1]):
        check_same_split(sides[0][0].metrics, run.metrics)
    if any(not run.record.predictions for side in sides for run in side):
        told = ", ".join(title(name) for name in in_order(sides[0][0].record.values))
        raise UsageError(
            f"These runs recorded {told}, and no interval over items exists without predictions. Compare what was "
            "measured over several seeds: paribus.statistics.over_seeds(first, second)."
        )
    found = [[item for run in side if (item := notebook.scored(run)) is not None] for side in sides]
    if any(len(items) < len(side) for items, side in zip(found, sides, strict=True)):
        raise UsageError("The validation labels of these runs are not at hand: call notebook.use(data) first.")
    names_of = _compared(sides[0][0], [item for items in found for item in items])
    values = {name: (_values(sides[0], name), _values(sides[1], name)) for name in names_of}
    items = {name: items_interval(*found, metric=name) for name in names_of}
    several = min(len(side) for side in sides) > 1
    single = max(len(side) for side in sides) == 1
    names = (sides[0][0].name, sides[1][0].name)
    if names[0] == names[1]:
        names = (f"{names[0]} (first)", f"{names[1]} (second)")
    tried = {name: [evaluations(run) for run in side] for name, side in zip(names, sides, strict=True)}
    notes = [selection_note(tried)]
    notes.append(
        few_seeds(min(len(side) for side in sides))
        if several
        else "One run of a model says nothing of other seeds of it: this compares two fitted models."
    )
    classes = found[0][0].n_classes > 0
    if not single and classes:
        notes.append("McNemar's test is for two fitted models and not for configurations, so it is left out.")
    comparison = ModelComparison(
        key, names, values, items, {name: items_test(*found, metric=name) for name in names_of},
        {name: welch_interval(*pair) for name, pair in values.items()} if several else {},
        exact_mcnemar(found[0][0].truth, found[0][0].guess, found[1][0].guess) if single and classes else None,
        tuple(note for note in notes if note),
    )  # fmt: skip
    notebook.values({f"comparison.{key}.{name}_difference": item.centre for name, item in items.items()})
    show_tables(*comparison.tables())
    return comparison


def _runs(side: RunResult | Sequence[RunResult]) -> list[RunResult]:
    runs = [side] if isinstance(side, RunResult) or not isinstance(side, Sequence) else list(side)
    if not runs or not all(isinstance(run, RunResult) for run in runs):
        raise UsageError(
            "Compare finished runs: one run.finish() result a model, or the list of a configuration's seeds; got "
            f"{', '.join(type(run).__name__ for run in runs) or 'an empty list'}."
        )
    return runs


def _compared(run: RunResult, items: Sequence[Scored]) -> list[str]:
    """The metrics that two models are compared by: all that the predictions of both give, without counts."""
    found = [name for name in run.record.values if name in registry() and registry()[name].over_items]
    return in_order(name for name in found if all(item.gives(registry()[name].needs) for item in items))


def _values(side: Sequence[RunResult], metric: str) -> tuple[float, ...]:
    return tuple(run.value(metric) for run in side)
