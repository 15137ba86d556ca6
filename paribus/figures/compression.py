"""Figures of smaller models: weights beside the numbers they may become, quality against bits, time and size.

In the style of `paribus.figures.plots`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from paribus.errors import UsageError
from paribus.figures.canvas import BLUE, GREY, INK, SERIES, VERMILION, NotebookFigure, listed, panels, shorten

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from paribus.compression.latency import Latency

MOST_LEVELS = 64


def grids(weights: "ArrayLike", levels: "Mapping[str, ArrayLike]") -> NotebookFigure:
    """The histogram of some weights, a panel a grid, with the numbers that each grid can hold as lines."""
    numbers = np.asarray(weights).ravel()
    if not levels or not numbers.size:
        raise UsageError("There is nothing to draw; pass weights and a dict of grids such as {'4 bits': levels}.")
    figure, row = panels(len(levels), height=3.0)
    told = []
    for axes, (name, grid) in zip(row, levels.items(), strict=True):
        places = np.unique(np.asarray(grid))
        axes.hist(numbers, bins=80, color=BLUE, alpha=0.75)
        if len(places) <= MOST_LEVELS:
            for place in places:
                axes.axvline(place, color=VERMILION, linewidth=0.9)
        inside = np.abs(numbers) < (np.diff(places).min() / 2 if len(places) > 1 else np.inf)
        axes.set(
            xlabel="weight", ylabel="how many", title=f"{shorten(name, 24)}: {len(places)} levels", yscale="log"
        )
        told.append(f"{name}: {len(places)} levels, {inside.mean():.0%} of the weights are rounded to zero")
    return figure.saying(f"Histograms of weights with the levels of each grid. {listed(told)}.")


def by_bits(
    values: Mapping[str, Mapping[int, Sequence[float]]], *, quantity: str, before: float | None = None
) -> NotebookFigure:
    """A quantity against the bits a weight has: a line a way of rounding, a dot a seed; ``before`` is 32 bits."""
    if not values:
        raise UsageError("There is nothing to draw; pass a dict such as {'one scale': {8: [0.61], 4: [0.55]}}.")
    figure, (axes,) = panels(1, height=3.6)
    every = sorted({bits for line in values.values() for bits in line})
    for index, (name, line) in enumerate(values.items()):
        colour, shift = SERIES[index % len(SERIES)], 0.06 * (index - (len(values) - 1) / 2)
        bits = sorted(line)
        axes.plot(bits, [np.mean(line[item]) for item in bits], "-", color=colour, label=shorten(name, 40))
        for item in bits:
            axes.plot([item + shift] * len(line[item]), line[item], "o", color=colour, alpha=0.7, markersize=5)
    if before is not None:
        axes.axhline(before, color=GREY, linestyle=":", linewidth=1.8, label=f"32 bits: {before:.3f}")
    axes.xaxis.set_major_locator(FixedLocator(every))
    axes.invert_xaxis()
    axes.set(xlabel="bits a weight", ylabel=shorten(quantity, 30), title=f"{shorten(quantity, 40)} against bits")
    axes.legend(frameon=False, fontsize=8)
    told = listed(
        f"{name}: " + ", ".join(f"{np.mean(line[bits]):.3f} at {bits} bits" for bits in sorted(line, reverse=True))
        for name, line in values.items()
    )
    return figure.saying(f"{quantity} against bits a weight. {told}.")


def latencies(found: "Mapping[str, Latency]", *, budget: float | None = None) -> NotebookFigure:
    """Every measured time as a dot, a row a model, with the median, the 95th percentile and the budget in ms."""
    if not found:
        raise UsageError("There is nothing to draw; pass what compression.side_by_side returned.")
    figure, (axes,) = panels(1, height=1.2 + 0.75 * len(found))
    rng = np.random.default_rng(0)
    names = list(found)
    for place, name in enumerate(reversed(names)):
        times = found[name].times.ravel()
        jitter = place + rng.uniform(-0.25, 0.25, times.size)
        axes.plot(times, jitter, ".", color=BLUE, alpha=0.35, markersize=4)
        for at, style in ((found[name].p50, "-"), (found[name].p95, "--")):
            axes.plot([at, at], [place - 0.33, place + 0.33], style, color=INK, linewidth=2)
    if budget is not None:
        axes.axvline(budget, color=VERMILION, linestyle=":", linewidth=1.8, label=f"budget {budget:g} ms")
        axes.legend(frameon=False, fontsize=8, loc="upper right")
    axes.set_yticks(range(len(names)), [shorten(name, 26) for name in reversed(names)])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set(xlabel="ms a text (median solid, 95th percentile dashed)", title="Latency, one text at a time")
    told = listed(
        f"{name}: median {item.p50:.2f} ms, 95th percentile {item.p95:.2f} ms" for name, item in found.items()
    )
    return figure.saying(f"Latency of each text. {told}.")


def tradeoff(
    points: Mapping[str, tuple[float, float]], *, cost: str, quality: str, limit: float | None = None
) -> NotebookFigure:
    """Quality against cost, a named dot a model; the line joins those that no other beats in both.

    ``points`` maps a name to (cost, quality): a lower cost and a higher quality are better.
    """
    if not points:
        raise UsageError("There is nothing to draw; pass a dict such as {'INT8': (1.9, 0.61)}.")
    figure, (axes,) = panels(1, height=4.0)
    kept = [name for name, (x, y) in points.items() if not any(
        (a <= x and b >= y) and (a < x or b > y) for a, b in points.values())]  # fmt: skip
    line = sorted(points[name] for name in kept)
    axes.plot([x for x, _ in line], [y for _, y in line], "-", color=GREY, linewidth=1.2, drawstyle="steps-post")
    for index, (name, (x, y)) in enumerate(points.items()):
        face = SERIES[index % len(SERIES)] if name in kept else "none"
        axes.plot(x, y, "o", markersize=9, markerfacecolor=face, markeredgecolor=SERIES[index % len(SERIES)])
        axes.annotate(shorten(name, 22), (x, y), xytext=(7, 5), textcoords="offset points", fontsize=9)
    narrow = max(x for x, _ in points.values()) < 5 * min(x for x, _ in points.values())
    if limit is not None:
        axes.axvline(limit, color=VERMILION, linestyle=":", linewidth=1.8, label=f"limit {limit:g}")
        axes.legend(frameon=False, fontsize=8)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: f"{value:g}" if narrow else ""))
    axes.margins(x=0.15, y=0.2)
    axes.set(xlabel=shorten(cost, 40), ylabel=shorten(quality, 40), title=f"{shorten(quality, 30)} against {cost}")
    told = listed(f"{name}: {x:.3g}, {y:.3f}" for name, (x, y) in points.items())
    return figure.saying(
        f"{quality} against {cost}; filled dots, joined by a line, are those that no other beats in both "
        f"({', '.join(kept)}). {told}."
    )
