"""What the statistics say of an experiment's difference, and what makes both arms look better than they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard

from paribus.display.markup import Table
from paribus.errors import UsageError
from paribus.experiments.conclusion import Claim, Conclusion, judge
from paribus.metrics.metric import Scored
from paribus.metrics.registry import registry, title
from paribus.records.runs import RunResult
from paribus.statistics.intervals import Interval, items_interval
from paribus.statistics.seeds import OverSeeds, interval_row, over_seeds

Arm = Mapping[int, RunResult]
Scores = Callable[[RunResult], Scored | None]


@dataclass(frozen=True)
class Noise:
    """The intervals of one metric's difference; None where there are too few seeds or no predictions."""

    metric: str
    seeds: OverSeeds | None
    items: Interval | None

    def table(self) -> Table:
        """The intervals, one a row."""
        rows = []
        if self.seeds is not None:
            rows += [
                interval_row("over seeds, arms independent (Welch t)", self.seeds.welch),
                interval_row("over seeds, seed by seed (paired t)", self.seeds.paired),
            ]
        if self.items is not None:
            rows.append(interval_row("over validation items, mean of the seeds (jackknife)", self.items))
        note = (
            ""
            if self.seeds is None or self.seeds.sign_flip is None
            else (f"Exact sign-flip test over seeds: p = {self.seeds.sign_flip:.3g}.")
        )
        return Table(
            f"Is the difference in {title(self.metric)} larger than noise?",
            ("changed − baseline", "95 % interval", "excludes zero?"), tuple(rows), note,
        )  # fmt: skip


def conclude(
    claim: Claim, found: Noise, direction: Literal["up", "down"] | None, margin: float | None
) -> Conclusion:
    """Hold a claim about changed − baseline against the intervals of one metric, by `judge`."""
    seeds = found.seeds
    return judge(
        claim, seeds.welch if seeds else None, seeds.paired if seeds else None, found.items,
        direction={"up": 1, "down": -1, None: 0}[direction], margin=margin,
    )  # fmt: skip


def noise(metric: str, baseline: Arm, changed: Arm, scored: Scores) -> Noise:
    """The intervals of ``metric`` over the seeds that both arms have; ``scored`` gives a run's predictions beside
    the labels, None where either is lost.
    """
    shared = [seed for seed in baseline if seed in changed]
    values = [[arm[seed].record.values.get(metric) for seed in shared] for arm in (baseline, changed)]
    old = [value for value in values[0] if value is not None]
    new = [value for value in values[1] if value is not None]
    seeds = over_seeds(old, new) if len(shared) == len(old) == len(new) >= 2 else None
    items = None
    if registry()[metric].over_items:
        arms = [[scored(arm[seed]) for seed in shared] for arm in (baseline, changed)]
        old_items, new_items = ([item for item in arm if _usable(item, metric)] for arm in arms)
        if len(old_items) == len(new_items) == len(shared) and shared:
            items = items_interval(old_items, new_items, metric=metric)
    return Noise(metric, seeds, items)


def _usable(item: Scored | None, metric: str) -> TypeGuard[Scored]:
    return item is not None and item.gives(registry()[metric].needs)


def evaluations(run: RunResult) -> int:
    """How many times a run was scored on the validation split, of which the best counted."""
    outcome = run.record.config.get("epochs_run")
    logged = sum(run.chosen_by in line.metrics for line in run.epochs)
    return int(outcome.value) if logged and outcome is not None and outcome.value is not None else max(logged, 1)


def selection_note(tried: Mapping[str, Sequence[int]]) -> str:
    """What choosing the best of several evaluations does to the arms; "" where nothing was chosen.

    ``tried`` has, for each arm, how many evaluations each run was the best of.
    """
    if not tried or not all(tried.values()):
        raise UsageError("Pass at least one number of evaluations for each arm.")
    told = {arm: _span(numbers) for arm, numbers in tried.items()}
    if len(set(told.values())) > 1:
        parts = ", ".join(f"the {arm} arm's of {span}" for arm, span in told.items())
        return (
            "The arms are not equally selected: a result is the best of several evaluations on the validation "
            f"split, {parts}. The best of more tries is higher by luck alone, so part of the difference may be "
            "that. Give both arms the same number of evaluations, or say so in the memo."
        )
    if max(max(numbers) for numbers in tried.values()) > 1:
        return (
            f"Each result is the best of {next(iter(told.values()))} evaluations on the split it is reported on, "
            "so both arms look a little better than they are."
        )
    return ""


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"
