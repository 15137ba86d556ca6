"""Figures that look below the averages: where errors land, which classes are noise, what moved between two arms.

In the style of `paribus.figures.plots`: from plain values, titled axes, colours that colour-blind readers tell
apart, and an outline, a hatch or a number wherever colour alone would carry the meaning.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from paribus.errors import UsageError
from paribus.figures.canvas import BLUE, GREY, INK, SERIES, VERMILION, NotebookFigure, listed, panels, shorten

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from paribus.metrics import Metrics

F1_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# Upper ends of the histogram's bins: one item, two, up to five, and so on in steps that widen.
EXAMPLE_EDGES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
TIERS = ("head", "mid", "tail")


def by_seed(
    values: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    seeds: Sequence[int],
    arms: tuple[str, str] = ("baseline", "changed"),
    marks: Mapping[str, tuple[float, str]] | None = None,
) -> NotebookFigure:
    """One panel a quantity: each seed is a line from the first arm to the second, with both means as bars.

    ``values`` holds, for each quantity, one number a seed in both arms. ``marks`` draws a dotted line with its
    name across a panel, such as what a quantity would be if all were well.
    """
    if not values:
        raise UsageError("There is nothing to draw; pass a dict such as {'accuracy': ([0.5, 0.6], [0.4, 0.5])}.")
    figure, axes_row = panels(len(values), height=3.5)
    for axes, (title, pair) in zip(axes_row, values.items(), strict=True):
        for arm, numbers in enumerate(pair):
            _check_length(f"numbers of {title!r}", len(numbers), len(seeds), "seeds")
            mean = float(np.mean(numbers))
            axes.plot([arm - 0.2, arm + 0.2], [mean, mean], color=INK, linewidth=2.5, solid_capstyle="butt")
        for index, seed in enumerate(seeds):
            ends = [float(numbers[index]) for numbers in pair]
            axes.plot([0, 1], ends, "o-", color=SERIES[index % len(SERIES)], alpha=0.85, label=f"seed {seed}")
        mark = (marks or {}).get(title)
        if mark is not None:
            line = axes.axhline(mark[0], color=GREY, linestyle=":", linewidth=1.8, label=mark[1])
            axes.legend(handles=[line], frameon=False, fontsize=8)
        axes.margins(y=0.15)
        axes.set_xticks([0, 1], [shorten(arm, 14) for arm in arms], fontsize=8)
        axes.set(title=shorten(title, 20), xlim=(-0.4, 1.4), xlabel="arm", ylabel=shorten(title, 24))
    axes_row[0].legend(frameon=False, fontsize=8)
    told = listed(
        f"{title} {np.mean(pair[0]):.3g} to {np.mean(pair[1]):.3g}, higher in {arms[1]} for "
        f"{sum(after > before for before, after in zip(*pair, strict=True))} of {len(seeds)}"
        for title, pair in values.items()
    )
    return figure.saying(f"Each seed from {arms[0]} to {arms[1]}, {len(seeds)} seeds; means: {told}.")


def f1_spike(arms: "Mapping[str, Sequence[Metrics]]") -> NotebookFigure:
    """How many classes have which F1 in each arm, averaged over its seeds; zero is split into its two kinds."""
    _check_arms(arms)
    ranges = [f"{low:g}–{high:g}" for low, high in pairwise(F1_EDGES)]
    names = ["0: never\npredicted", "0: always\nwrong", f"above 0\nto {F1_EDGES[1]:g}", *ranges[1:]]
    figure, (axes,) = panels(1, height=3.6)
    place, width = np.arange(len(names)), 0.8 / len(arms)
    for index, (name, runs) in enumerate(arms.items()):
        heights = _mean_spike(runs)
        bars = axes.bar(
            place + (index - (len(arms) - 1) / 2) * width, heights, width * 0.94,
            color=SERIES[index % len(SERIES)], label=shorten(name, 24),
        )  # fmt: skip
        axes.bar_label(bars, fmt="%.3g", padding=2, fontsize=8)
    axes.axvline(1.5, color=GREY, linewidth=0.8)
    axes.set_xticks(place, names, fontsize=9)
    axes.set(
        xlabel="F1 of the class on validation", ylabel="classes (mean over seeds)", title="Classes by their F1"
    )
    axes.margins(y=0.12)
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False)
    words = [" ".join(name.split()) for name in names]
    told = listed(
        f"{arm}: " + ", ".join(f"{word} {n:.3g}" for word, n in zip(words, _mean_spike(runs), strict=True))
        for arm, runs in arms.items()
    )
    return figure.saying(f"How many classes have which F1 on validation, mean over seeds. {told}.")


def f1_by_tier(arms: "Mapping[str, Sequence[Metrics]]", tiers: "ArrayLike") -> NotebookFigure:
    """Mean F1 of the classes of each tier, a bar an arm and a dot a seed. ``tiers`` has one word a class."""
    _check_arms(arms)
    words = np.asarray(tiers)
    names = _tier_names(words)
    figure, (axes,) = panels(1, height=3.4)
    place, width = np.arange(len(names)), 0.8 / len(arms)
    for index, (arm, runs) in enumerate(arms.items()):
        for run in runs:
            _check_length("tiers", len(words), len(run.per_class_f1), "classes")
        scores = np.array([[_mean_f1(run, words == name) for name in names] for run in runs])
        x = place + (index - (len(arms) - 1) / 2) * width
        colour = SERIES[index % len(SERIES)]
        means = scores.mean(axis=0)
        axes.bar(x, means, width * 0.94, color=colour, alpha=0.75, label=shorten(arm, 24))
        for line in scores:
            axes.plot(x, line, "o", color="white", markeredgecolor="black", markersize=5)
        for at, mean, top in zip(x, means, scores.max(axis=0), strict=True):
            # Above the highest dot, where nothing is drawn over the number.
            axes.annotate(
                f"{mean:.3f}", (at, top), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=8
            )
    occurs = next(iter(next(iter(arms.values())))).counts > 0
    axes.set_xticks(place, [f"{name} ({int((occurs & (words == name)).sum())} classes)" for name in names])
    axes.set(
        xlabel="tier, by training examples", ylabel="mean F1 on validation", title="F1 by tier; a dot is a seed"
    )
    axes.margins(y=0.15)
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False)
    told = listed(
        f"{arm}: "
        + ", ".join(f"{name} {np.mean([_mean_f1(run, words == name) for run in runs]):.3f}" for name in names)
        for arm, runs in arms.items()
    )
    return figure.saying(f"Mean F1 of the classes of each tier, bars with a dot a seed. {told}.")


def confusion_by_tier(confusion: "ArrayLike", tiers: "ArrayLike") -> NotebookFigure:
    """A confusion matrix by class (rows true, columns predicted, both as class ids run), and summed up by tier.

    ``confusion`` has shape (classes, classes); each row is shown as shares of its true class.
    """
    counts, words = np.asarray(confusion, dtype=float), np.asarray(tiers)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise UsageError(f"A confusion matrix is square, (classes, classes); got shape {counts.shape}.")
    _check_length("tiers", len(words), len(counts), "classes")
    figure, (left, right) = panels(2, height=4.4, widths=(5, 4))
    # The square root keeps a share of 2 % visible beside one of 80 %.
    left.imshow(
        np.sqrt(_rows_as_shares(counts)), cmap="cividis", vmin=0, vmax=1, interpolation="nearest", aspect="auto"
    )
    for edge in np.flatnonzero(words[1:] != words[:-1]) + 0.5:
        left.axhline(edge, color="white", linewidth=0.9)
        left.axvline(edge, color="white", linewidth=0.9)
    left.set(xlabel="predicted class (id)", ylabel="true class (id)", title="By class: share of each row")
    left.grid(visible=False)

    names = _tier_names(words)
    summed = np.array([[counts[np.ix_(words == row, words == column)].sum() for column in names] for row in names])
    shares = _rows_as_shares(summed)
    right.imshow(shares, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*shares.shape):
        colour = "#000000" if shares[row, column] > 0.55 else "white"  # on the cell's own colour
        right.text(column, row, f"{shares[row, column]:.0%}", ha="center", va="center", color=colour, fontsize=12)
    right.set_xticks(range(len(names)), names)
    right.set_yticks(
        range(len(names)),
        [f"{name}\n(n = {total:,.0f})" for name, total in zip(names, summed.sum(axis=1), strict=True)],
    )
    right.set(
        xlabel="tier of the predicted class", ylabel="tier of the true class", title="By tier, right or wrong"
    )
    right.grid(visible=False)
    told = listed(
        f"true {name}: " + ", ".join(f"{share:.0%} {other}" for other, share in zip(names, row, strict=True))
        for name, row in zip(names, shares, strict=True)
    )
    return figure.saying(f"Confusion matrix by class, and summed up by tier, as shares of the true tier. {told}.")


def error_landing(found: Mapping[str, float], expected: Mapping[str, float] | None = None) -> NotebookFigure:
    """Shares of the tail's errors by where they landed; a diamond marks what was expected."""
    if not found:
        raise UsageError("There are no shares to draw; pass a dict such as {'head': 0.6, 'other tail': 0.4}.")
    names = list(found)
    figure, (axes,) = panels(1, height=1.3 + 0.5 * len(names))
    place = np.arange(len(names))[::-1]
    axes.barh(place, [found[name] for name in names], height=0.6, color=BLUE, label="found")
    if expected is not None:
        known = [(at, expected[name]) for at, name in zip(place, names, strict=True) if name in expected]
        axes.plot(
            [share for _, share in known], [at for at, _ in known], "D", color=VERMILION, markersize=8,
            markeredgecolor="white", linestyle="none", label="expected",
        )  # fmt: skip
        axes.legend(frameon=False)
    axes.set_yticks(place, [f"{shorten(name, 24)}: {found[name]:.0%}" for name in names])
    axes.set(xlabel="share of the errors on tail classes", title="Where the tail's errors land", xlim=(0, 1.02))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(visible=False, axis="y")
    thought = expected or {}
    told = listed(
        f"{name} {share:.0%}" + (f", expected {thought[name]:.0%}" if name in thought else "")
        for name, share in found.items()
    )
    return figure.saying(f"Shares of the errors on tail classes by where they landed: {told}.")


def validation_examples(counts: "ArrayLike", at_most: int = 5) -> NotebookFigure:
    """How many classes have how many validation examples; hatched: at most ``at_most``, where F1 is mostly noise.

    ``counts`` has shape (classes,); classes that do not occur are left out.
    """
    numbers = np.asarray(counts)
    numbers = numbers[numbers > 0]
    if numbers.size == 0:
        raise UsageError("No class has a validation example; pass one count a class.")
    highs = sorted({*EXAMPLE_EDGES, at_most, max(int(numbers.max()), EXAMPLE_EDGES[-1])})
    highs = highs[: next(i for i, high in enumerate(highs) if high >= max(numbers.max(), at_most)) + 1]
    lows = [1, *(high + 1 for high in highs[:-1])]
    heights = [int(((numbers >= low) & (numbers <= high)).sum()) for low, high in zip(lows, highs, strict=True)]
    noise = [high <= at_most for high in highs]
    figure, (axes,) = panels(1, height=3.4)
    place = np.arange(len(highs))
    for few, colour, hatch, label in (
        (True, VERMILION, "//", f"at most {at_most}: F1 hangs on single items"),
        (False, BLUE, "", f"more than {at_most}"),
    ):
        kept = np.array([is_noise is few for is_noise in noise])
        bars = axes.bar(
            place[kept], np.array(heights)[kept], 0.92, color=colour, hatch=hatch, edgecolor="white",
            label=f"{label} ({np.array(heights)[kept].sum()} classes)",
        )  # fmt: skip
        axes.bar_label(bars, padding=2, fontsize=9)
    axes.set_xticks(
        place, [f"{low:,}" if low == high else f"{low:,}–{high:,}" for low, high in zip(lows, highs, strict=True)]
    )
    axes.set(
        xlabel="validation examples of a class",
        ylabel="classes",
        title=f"Voices in macro-F1: {len(numbers)} classes",
    )
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(y=0.12)
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False)
    few_voices = sum(height for height, few in zip(heights, noise, strict=True) if few)
    return figure.saying(
        f"How many classes have how many validation examples: {few_voices} of {len(numbers)} classes have at most "
        f"{at_most}, so that their F1 hangs on single items."
    )


def _mean_spike(runs: "Sequence[Metrics]") -> "NDArray[np.float64]":
    """How many classes are in each group of F1, averaged over seeds."""
    mean: NDArray[np.float64] = np.mean([_spike(run) for run in runs], axis=0)
    return mean


def _spike(metrics: "Metrics") -> list[int]:
    """Classes never predicted, always wrong, and in each range of F1 above zero."""
    f1 = metrics.per_class_f1
    never = int(((f1 == 0) & (metrics.predicted == 0)).sum())
    wrong = int(((f1 == 0) & (metrics.predicted > 0)).sum())
    above = f1[f1 > 0]
    return [
        never,
        wrong,
        *(int(n) for n in np.bincount(np.digitize(above, F1_EDGES[1:-1], right=True), minlength=5)),
    ]


def _mean_f1(metrics: "Metrics", mask: "NDArray[np.bool_]") -> float:
    scores = metrics.per_class_f1[mask & (metrics.counts > 0)]
    return float(scores.mean()) if scores.size else 0.0


def _tier_names(words: "NDArray[np.str_]") -> list[str]:
    """The tiers there are, from head to tail; others follow in the order they come in."""
    present = dict.fromkeys(words.tolist())
    return [name for name in TIERS if name in present] + [name for name in present if name not in TIERS]


def _rows_as_shares(counts: "NDArray[np.float64]") -> "NDArray[np.float64]":
    totals: NDArray[np.float64] = counts.sum(axis=1, keepdims=True)
    return counts / np.maximum(totals, 1)


def _check_arms(arms: "Mapping[str, Sequence[Metrics]]") -> None:
    if not arms or not all(arms.values()):
        raise UsageError(
            "Every arm needs at least one run's metrics; pass a dict such as {'no weights': [run.metrics]}."
        )


def _check_length(what: str, found: int, expected: int, unit: str) -> None:
    if found != expected:
        raise UsageError(f"There are {found} {what} for {expected} {unit}; pass one for each, in the same order.")
