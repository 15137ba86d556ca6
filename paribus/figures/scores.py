"""Figures of probabilities: can they be taken at their word, and do they tell the known from the unknown?

In the style of `paribus.figures.errors`: from plain values, with a number or a line style beside every colour.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from paribus.errors import UsageError
from paribus.figures.canvas import BLUE, GREY, INK, SERIES, VERMILION, NotebookFigure, listed, panels, shorten

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LINES = ("-", "--", ":")
Bin = tuple[float, float, int]
"""One bin of a reliability diagram: mean confidence, share that is right, number of items."""


def reliability(models: Mapping[str, Sequence[Bin]]) -> NotebookFigure:
    """One reliability diagram a model (Guo et al. 2017): what was claimed against what came true, bin by bin.

    A dot's area grows with the items in its bin; a line to the diagonal is the gap. Raises UsageError where
    there is no model, or one without bins.
    """
    if not models or not all(models.values()):
        raise UsageError("Every model needs at least one bin: (mean confidence, share right, items).")
    figure, axes_row = panels(len(models), height=3.9)
    told = []
    for axes, (name, bins) in zip(axes_row, models.items(), strict=True):
        sure, right, items = (np.array(column, dtype=float) for column in zip(*bins, strict=True))
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.5)
        axes.vlines(sure, np.minimum(sure, right), np.maximum(sure, right), color=VERMILION, linewidth=2)
        axes.scatter(sure, right, s=20 + 220 * items / items.max(), color=BLUE, edgecolor="white", zorder=3)
        gap = float(np.abs(right - sure) @ items / items.sum())
        axes.set(
            xlim=(0, 1), ylim=(0, 1), xlabel="claimed: mean confidence", ylabel="came true: share right",
            title=f"{shorten(name, 26)}\nmean gap {gap:.3f}",
        )  # fmt: skip
        axes.set_aspect("equal")
        told.append(
            f"{name}: mean gap {gap:.3f} over {len(bins)} bins, {np.mean(right < sure):.0%} below the diagonal"
        )
    return figure.saying(f"Confidence against the share that is right. {listed(told)}.")


def score_histograms(scores: "Mapping[str, Mapping[str, ArrayLike]]", *, bins: int = 24) -> NotebookFigure:
    """One panel a score: how it is spread over each group of texts, such as known and unknown ones.

    ``scores`` holds, for each score, the values of each group. Raises UsageError where a group is empty.
    """
    if not scores or not all(groups and all(np.size(v) for v in groups.values()) for groups in scores.values()):
        raise UsageError("There is nothing to draw: pass {'energy': {'known': […], 'unknown': […]}}.")
    figure, axes_row = panels(len(scores), height=3.5)
    told = []
    for axes, (title, groups) in zip(axes_row, scores.items(), strict=True):
        values = {name: np.asarray(group, dtype=float) for name, group in groups.items()}
        edges = np.linspace(min(v.min() for v in values.values()), max(v.max() for v in values.values()), bins + 1)
        for index, (name, group) in enumerate(values.items()):
            shares = np.histogram(group, edges)[0] / group.size
            axes.stairs(
                shares, edges, color=SERIES[index % len(SERIES)], linewidth=2, linestyle=LINES[index % 3],
                label=f"{shorten(name, 22)} ({group.size:,})",
            )  # fmt: skip
            axes.axvline(float(np.median(group)), color=INK, linewidth=0.8, alpha=0.6)
        axes.set(xlabel=shorten(title, 40), ylabel="share of the texts", title=shorten(title, 40))
        axes.legend(frameon=False, fontsize=8)
        told.append(f"{title}: " + ", ".join(f"{name} median {np.median(v):.3g}" for name, v in values.items()))
    return figure.saying(f"How scores are spread over groups of texts; thin lines are medians. {listed(told)}.")
