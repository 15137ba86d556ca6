"""Figures of experiments, sweeps and ablations, from plain values, in the style of `paribus.figures.plots`."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from matplotlib.ticker import MaxNLocator

from paribus.figures.canvas import BLUE, GREY, ORANGE, SERIES, NotebookFigure, listed, panels, shorten
from paribus.metrics.registry import registry, title


class ArmValues(NamedTuple):
    """A metric in both arms, seed by seed; ``low`` and ``high`` bound the change where it was ``predicted``."""

    metric: str
    baseline: Sequence[float]
    changed: Sequence[float]
    predicted: bool = False
    low: float | None = None
    high: float | None = None


class RowValues(NamedTuple):
    """An ablation row's differences from the baseline by seed, and the paired interval where there is one."""

    differences: Sequence[float]
    interval: tuple[float, float] | None


def experiment_arms(
    rows: Sequence[ArmValues], *, seeds: Sequence[int], vary: str, old: str, new: str
) -> NotebookFigure:
    """Both arms of an experiment, one line a seed; the grey band is where the prediction puts the changed arm."""
    figure, axes_row = panels(len(rows), height=3.3)
    for axes, row in zip(axes_row, rows, strict=True):
        for index, pair in enumerate(zip(row.baseline, row.changed, strict=True)):
            colour = SERIES[index % len(SERIES)]
            axes.plot([0, 1], pair, "o-", color=colour, label=f"seed {seeds[index]}", markersize=7)
        axes.margins(y=0.25)
        if row.predicted:
            middle = fmean(row.baseline)
            low, high = (None if bound is None else middle + bound for bound in (row.low, row.high))
            bottom, top = axes.get_ylim()
            axes.fill_between(
                [0.85, 1.15], bottom if low is None else low, top if high is None else high,
                color=GREY, alpha=0.25, label="predicted", linewidth=0,
            )  # fmt: skip
            if low is None or high is None:
                axes.set_ylim(bottom, top)
        axes.set_xticks([0, 1], [f"baseline\n{shorten(old, 16)}", f"changed\n{shorten(new, 16)}"])
        axes.set(title=title(row.metric), xlim=(-0.35, 1.35), xlabel=shorten(vary, 24), ylabel=title(row.metric))
        if not registry()[row.metric].digits:
            axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if axes_row:
        labels = {
            label: handle
            for axes in axes_row
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        axes_row[-1].legend(labels.values(), labels.keys(), frameon=False, fontsize=8)
    told = listed(
        f"{title(row.metric)} {fmean(row.baseline):.4g} to {fmean(row.changed):.4g}"
        + (f", predicted {_bounds(row)}" if row.predicted else "")
        for row in rows
    )
    return figure.saying(f"Both arms by seed, {vary} {old} to {new}, {len(seeds)} seeds; means: {told}.")


def _bounds(row: ArmValues) -> str:
    """The predicted change in words."""
    low, high = ("open" if bound is None else f"{bound:+g}" for bound in (row.low, row.high))
    return f"change from {low} to {high}"


def sweep_values(
    metric: str, scores: Mapping[str, Sequence[float]], *, seeds: Sequence[int], vary: str, chosen: str
) -> NotebookFigure:
    """The metric at each value (``scores``: by seed), one line a seed; the chosen value is ringed."""
    figure, (axes,) = panels(1, height=3.2)
    places = list(range(len(scores)))
    for index, seed in enumerate(seeds):
        line = [values[index] for values in scores.values()]
        axes.plot(places, line, "o-", color=SERIES[index % len(SERIES)], label=f"seed {seed}", markersize=6)
    ring = {"markersize": 17, "fillstyle": "none", "color": ORANGE, "label": "chosen"}
    axes.plot(list(scores).index(chosen), fmean(scores[chosen]), "o", **ring)
    axes.set_xticks(places, [shorten(value, 14) for value in scores])
    axes.margins(y=0.25)
    axes.set(xlabel=shorten(vary, 30), ylabel=title(metric), title=f"{title(metric)} by value")
    axes.legend(frameon=False, fontsize=8)
    told = listed(f"{value}: {fmean(numbers):.4g}" for value, numbers in scores.items())
    return figure.saying(f"{title(metric)} by {vary}, mean over {len(seeds)} seeds: {told}. Chosen: {chosen}.")


def ablation_rows(metric: str, rows: Mapping[str, RowValues]) -> NotebookFigure:
    """Each row's difference from the baseline: points are seeds, the bar is the paired 95 % interval."""
    figure, (axes,) = panels(1, height=1.2 + 0.5 * len(rows))
    axes.axvline(0, color=GREY, linewidth=1)
    for place, row in enumerate(rows.values()):
        if row.interval is not None:
            axes.plot(row.interval, [place, place], color=BLUE, linewidth=5, alpha=0.3)
        axes.plot(row.differences, [place] * len(row.differences), "o", color=BLUE, markersize=6)
    axes.set_yticks(range(len(rows)), [shorten(name, 30) for name in rows])
    axes.invert_yaxis()
    axes.margins(y=0.2)
    axes.set(xlabel=f"difference in {title(metric)}, row − baseline", ylabel="row", title="One change a row")
    told = listed(
        f"{name}: {fmean(row.differences):+.4g}"
        + (f", 95 % interval {row.interval[0]:+.4g} to {row.interval[1]:+.4g}" if row.interval else "")
        for name, row in rows.items()
    )
    return figure.saying(f"Difference in {title(metric)} of each row from the baseline, mean over seeds: {told}.")
