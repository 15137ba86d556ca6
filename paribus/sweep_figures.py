"""Figures of sweeps and ablations, in the style of `paribus.figures`."""

from typing import TYPE_CHECKING

from paribus.canvas import BLUE, GREY, ORANGE, SERIES, NotebookFigure, panels, shorten
from paribus.metrics import LABELS

if TYPE_CHECKING:
    from paribus.ablation import AblationReport
    from paribus.sweep import SweepReport


def sweep_values(report: "SweepReport") -> NotebookFigure:
    """The metric at each value, one line a seed; the chosen value is ringed."""
    figure, (axes,) = panels(1, height=3.2)
    places = list(range(len(report.values)))
    for index, seed in enumerate(report.seeds):
        scores = [values[index] for values in report.scores]
        axes.plot(places, scores, "o-", color=SERIES[index % len(SERIES)], label=f"seed {seed}", markersize=6)
    chosen = report.values.index(report.chosen)
    middle = sum(report.scores[chosen]) / len(report.scores[chosen])
    axes.plot(chosen, middle, "o", markersize=17, fillstyle="none", color=ORANGE, label="chosen")
    axes.set_xticks(places, [shorten(str(value), 14) for value in report.values])
    axes.margins(y=0.25)
    axes.set(
        xlabel=shorten(report.vary, 30), ylabel=LABELS[report.metric], title=f"{LABELS[report.metric]} by value"
    )
    axes.legend(frameon=False, fontsize=8)
    return figure


def ablation_rows(report: "AblationReport") -> NotebookFigure:
    """Each row's difference from the baseline: points are seeds, the bar is the paired 95 % interval."""
    figure, (axes,) = panels(1, height=1.2 + 0.5 * len(report.rows))
    axes.axvline(0, color=GREY, linewidth=1)
    names = list(report.rows)
    for place, name in enumerate(names):
        row = report.rows[name]
        seeds = row.noise_of(report.metric).seeds
        if seeds is not None:
            axes.plot([seeds.paired.low, seeds.paired.high], [place, place], color=BLUE, linewidth=5, alpha=0.3)
        differences = row.row(report.metric).differences
        axes.plot(differences, [place] * len(differences), "o", color=BLUE, markersize=6)
    axes.set_yticks(range(len(names)), [shorten(name, 30) for name in names])
    axes.invert_yaxis()
    axes.margins(y=0.2)
    axes.set(
        xlabel=f"difference in {LABELS[report.metric]}, row − baseline", ylabel="row", title="One change a row"
    )
    return figure
