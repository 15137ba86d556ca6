"""The course's figures, one function each, from plain values.

Sized for a notebook's column, in colours that colour-blind readers tell apart (Okabe and Ito, 2008), every axis
titled. Each returns a matplotlib figure that shows itself as the last line of a cell, with or without
``%matplotlib inline``; pyplot and its global state are not touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator, PercentFormatter

from paribus.errors import UsageError
from paribus.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SERIES,
    VERMILION,
    NotebookFigure,
    listed,
    panels,
    shorten,
)
from paribus.metrics.registry import leading, registry, title
from paribus.metrics.scoring import check_same_split

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from paribus.metrics import Metrics
    from paribus.records.record import Epoch

MOST_CLASSES = 24


def label_distribution(counts: "ArrayLike", classes: Sequence[str]) -> NotebookFigure:
    """How many examples each class has, largest first, and what share the largest classes hold together.

    ``counts`` has shape (classes,).
    """
    numbers = np.asarray(counts)
    _check_length("counts", len(numbers), len(classes), "classes")
    order = np.argsort(-numbers, kind="stable")
    ordered = numbers[order]
    rank = np.arange(1, len(ordered) + 1)
    figure, (left, right) = panels(2, height=3.6, widths=(3, 2))
    left.bar(rank, ordered, width=0.9, color=BLUE)
    left.set_yscale("log")
    left.set(xlabel="class, largest first", ylabel="examples (log scale)", title="Examples per class")
    top = f"{shorten(classes[order[0]], 34)}: {ordered[0]:,}"
    left.annotate(top, (1, ordered[0]), (0.12, 0.93), textcoords="axes fraction", arrowprops=_arrow(), fontsize=9)
    low = f"smallest: {shorten(classes[order[-1]], 30)}, {ordered[-1]:,}"
    left.annotate(
        low, (rank[-1], max(ordered[-1], 1)), (0.99, 0.6), textcoords="axes fraction",
        arrowprops={**_arrow(), "relpos": (1.0, 0.0)}, fontsize=9, ha="right",
    )  # fmt: skip
    share = np.cumsum(ordered) / max(ordered.sum(), 1)
    right.plot(rank, share, color=ORANGE, linewidth=2)
    half = int(np.searchsorted(share, 0.5)) + 1
    right.plot([half, half, 0], [0, share[half - 1], share[half - 1]], color=GREY, linewidth=1, linestyle=":")
    right.annotate(
        f"{half} largest hold half", (half, share[half - 1]), (half + len(rank) * 0.06, 0.44), fontsize=9
    )
    right.set(xlabel="number of largest classes", ylabel="share of all examples", title="Together", xlim=(0, None))
    right.set_ylim(0, 1.03)
    right.yaxis.set_major_formatter(PercentFormatter(1))
    return figure.saying(
        f"Examples per class, largest class first, on a log scale: from {classes[order[0]]} with {ordered[0]:,} to "
        f"{classes[order[-1]]} with {ordered[-1]:,}. Of {len(ordered)} classes the {half} largest hold half of all "
        "examples."
    )


def text_lengths(lengths: "ArrayLike", cut: float, *, unit: str = "words") -> NotebookFigure:
    """How long the texts are, and how many fit into ``cut``. ``lengths`` has shape (texts,)."""
    values = np.asarray(lengths, dtype=float)
    if values.size == 0:
        raise UsageError("There are no text lengths to draw; pass one length a text.")
    edge = max(float(np.quantile(values, 0.99)), cut * 1.15)
    figure, (axes,) = panels(1, height=3.2)
    axes.hist(np.minimum(values, edge), bins=60, color=BLUE, rwidth=0.9)
    fits = float(np.mean(values <= cut))
    median = float(np.median(values))
    axes.axvline(median, color=GREY, linestyle=":", linewidth=2, label=f"median {median:.0f}")
    axes.axvline(cut, color=VERMILION, linewidth=2, label=f"cut at {cut:g}: {fits:.1%} of the texts fit")
    axes.set(xlabel=f"length in {unit} (the last bar holds all longer ones)", ylabel="texts", title="Text lengths")
    axes.legend(frameon=False)
    return figure.saying(
        f"Histogram of the lengths of {values.size:,} texts in {unit}: the median is {median:.0f}, and {fits:.1%} "
        f"of the texts fit into {cut:g}."
    )


def accuracy_vs_macro_f1(runs: "Mapping[str, Metrics]") -> NotebookFigure:
    """Accuracy and macro-F1 of each run side by side: the gap is what the long tail costs."""
    _check_any("runs", runs)
    names = list(runs)
    figure, (axes,) = panels(1, height=1.3 + 0.62 * len(names))
    place = np.arange(len(names))[::-1]
    for offset, metric, colour in ((0.19, "accuracy", BLUE), (-0.19, "macro_f1", ORANGE)):
        values = [getattr(runs[name], metric) for name in names]
        bars = axes.barh(place + offset, values, height=0.36, color=colour, label=title(metric))
        axes.bar_label(bars, fmt="%.3f", padding=3, fontsize=9)
    axes.set_yticks(place, [shorten(name, 26) for name in names])
    axes.set(xlabel="score on the validation split", xlim=(0, 1.05))
    axes.set_title("Accuracy counts items, macro-F1 counts classes", loc="left")
    axes.grid(visible=False, axis="y")
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0.1)
    told = (f"{name} {runs[name].accuracy:.3f} and {runs[name].macro_f1:.3f}" for name in names)
    return figure.saying(f"Bars of accuracy and macro-F1 on the validation split: {listed(told)}.")


def per_class_f1(metrics: "Metrics", counts: "ArrayLike", tiers: "ArrayLike | None" = None) -> NotebookFigure:
    """Each class's F1 against its training examples; classes at zero are below, never predicted or never right.

    ``counts`` are training examples, ``tiers`` words such as "head", both of shape (classes,).
    """
    numbers = np.asarray(counts)
    _check_length("counts", len(numbers), len(metrics.per_class_f1), "classes")
    f1, x = metrics.per_class_f1, np.maximum(numbers, 1)
    never = (f1 == 0) & (metrics.predicted == 0)
    wrong = (f1 == 0) & (metrics.predicted > 0)
    above = f1 > 0
    figure, (axes,) = panels(1, height=4.0)
    if tiers is None:
        groups = [("F1 > 0", above, GREEN)]
    else:
        words = np.asarray(tiers)
        _check_length("tiers", len(words), len(f1), "classes")
        names = dict.fromkeys(words[np.argsort(-numbers, kind="stable")].tolist())
        groups = [(str(name), above & (words == name), SERIES[i % 3]) for i, name in enumerate(names)]
    for label, mask, colour in groups:
        axes.scatter(x[mask], f1[mask], s=34, color=colour, alpha=0.8, label=f"{label} ({mask.sum()})", linewidth=0)
    rows = (
        (-0.09, never, "|", f"never predicted ({never.sum()})"),
        (-0.17, wrong, "x", f"never right ({wrong.sum()})"),
    )
    for height, mask, marker, _ in rows:
        axes.scatter(x[mask], np.full(mask.sum(), height), s=44, marker=marker, color=VERMILION, linewidth=1.3)
    axes.axhline(-0.03, color=GREY, linewidth=0.8)
    axes.set_yticks(
        [0, 0.25, 0.5, 0.75, 1, *(row[0] for row in rows)],
        ["0", "0.25", "0.5", "0.75", "1", *(row[3] for row in rows)],
    )
    axes.set_xscale("log")
    axes.set(xlabel="training examples of the class (log scale)", ylabel="F1 on validation", ylim=(-0.23, 1.04))
    axes.set_title(f"F1 of each class; {metrics.zero_f1} of {(metrics.counts > 0).sum()} are at zero")
    axes.legend(frameon=False, loc="upper left")
    told = ", ".join(f"{label}: {mask.sum()}" for label, mask, _ in groups)
    return figure.saying(
        f"F1 of each class against its training examples on a log scale. Classes above zero: {told}. At zero: "
        f"{never.sum()} never predicted, {wrong.sum()} never right."
    )


def training_curves(runs: "Mapping[str, Sequence[Epoch]]", *, metric: str = "") -> NotebookFigure:
    """Losses and validation scores by epoch; the ring marks the first best value of ``metric`` (if none is given,
    of what usually chooses: macro-F1 for classes). Missing values are gaps.
    """
    _check_any("runs", runs)
    figure, (left, right) = panels(2, height=3.6)
    named = leading(name for lines in runs.values() for line in lines for name in line.metrics)
    drawn = list(dict.fromkeys((*((metric,) if metric else ()), *named)))[:2]
    for index, (name, lines) in enumerate(runs.items()):
        colour = SERIES[index % len(SERIES)]
        epochs = [line.epoch for line in lines]
        label = "" if len(runs) == 1 else f"{shorten(name, 20)}: "
        for field, style in (("train_loss", "-"), ("validation_loss", "--")):
            left.plot(
                epochs, _series(lines, field), style, marker=".", color=colour, label=f"{label}{title(field)}"
            )
        for field, style in zip(drawn, ("-", ":"), strict=False):
            right.plot(
                epochs, _series(lines, field), style, marker=".", color=colour, label=f"{label}{title(field)}"
            )
        scores = _series(lines, drawn[0]) if drawn else np.array([])
        if len(scores) and not np.isnan(scores).all():
            best = int(np.nanargmax(scores) if registry()[drawn[0]].higher_is_better else np.nanargmin(scores))
            right.plot(epochs[best], scores[best], "o", markersize=11, fillstyle="none", color=colour)
    left.set(xlabel="epoch", ylabel="loss (mean per item)", title="Loss")
    right.set(xlabel="epoch", ylabel="score on validation", title="Validation scores", ylim=(0, None))
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, fontsize=8 if len(runs) > 2 else 9)
    told = listed(f"{name}: {_course(lines, drawn)}" for name, lines in runs.items())
    return figure.saying(f"Losses and validation scores by epoch. {told}.")


def rescued_classes(
    before: "Metrics", after: "Metrics", classes: Sequence[str], counts: "ArrayLike"
) -> NotebookFigure:
    """Classes that left F1 = 0 and classes that fell to it, with their training examples.

    At most 24 are drawn, the largest moves first; the title counts them all.
    """
    numbers = np.asarray(counts)
    old, new = before.per_class_f1, after.per_class_f1
    check_same_split(before, after)
    _check_length("classes", len(classes), len(old), "scores")
    _check_length("counts", len(numbers), len(old), "scores")
    moves = [*_moves(old, new), *(_Move(move.index, 0.0, move.f1) for move in _moves(new, old))]
    rescued = sum(move.f1 > 0 for move in moves)
    drawn = sorted(
        sorted(moves, key=lambda move: -max(move.f1, move.fell_from))[:MOST_CLASSES],
        key=lambda move: (move.f1 > 0, max(move.f1, move.fell_from)),
    )
    figure, (axes,) = panels(1, height=1.4 + 0.27 * max(len(drawn), 2))
    for row, move in enumerate(drawn):
        colour, style = (GREEN, "o") if move.f1 > 0 else (VERMILION, "X")
        reach = max(move.f1, move.fell_from)
        axes.plot([0, reach], [row, row], color=colour, linewidth=2, alpha=0.6)
        axes.plot(reach, row, style, color=colour, markersize=7)
    if not drawn:
        axes.text(0.5, 0.5, "no class came from zero or fell to it", transform=axes.transAxes, ha="center")
    axes.set_yticks(
        range(len(drawn)),
        [f"{shorten(classes[move.index], 44)} ({numbers[move.index]:,})" for move in drawn],
        fontsize=8,
    )
    left_out = f", {len(drawn)} drawn" if len(moves) > len(drawn) else ""
    axes.set(xlabel="F1 after (rescued) or before (lost)", xlim=(0, 1.02))
    axes.set_ylabel("class (training examples)")
    axes.set_title(f"{rescued} rescued (●), {len(moves) - rescued} lost (✕){left_out}")
    told = listed(
        f"{classes[move.index]} {'rescued' if move.f1 > 0 else 'lost'}, F1 {max(move.f1, move.fell_from):.2f}"
        for move in reversed(drawn)
    )
    counted = f"({rescued} rescued) and classes that fell to it ({len(moves) - rescued} lost)"
    return figure.saying(f"Classes that left F1 = 0 {counted}. {told}")


@dataclass(frozen=True)
class _Move:
    """One class that came from zero (``f1`` > 0) or fell to it (``fell_from`` > 0)."""

    index: int
    f1: float
    fell_from: float


def _moves(old: "NDArray[np.float64]", new: "NDArray[np.float64]") -> list[_Move]:
    return [_Move(int(index), float(new[index]), 0.0) for index in np.flatnonzero((old == 0) & (new > 0))]


def _course(lines: "Sequence[Epoch]", drawn: Sequence[str]) -> str:
    """How losses and scores went from the first epoch to the last, in words."""
    parts = []
    for field in ("train_loss", "validation_loss", *drawn):
        values = [value for line in lines if (value := line.get(field)) is not None]
        if values:
            parts.append(f"{title(field)} {values[0]:.3f} to {values[-1]:.3f}")
    return f"{len(lines)} epochs, {', '.join(parts) or 'nothing measured'}"


def _series(lines: "Sequence[Epoch]", field: str) -> "NDArray[np.float64]":
    values = (line.get(field) for line in lines)
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _arrow() -> dict[str, object]:
    return {"arrowstyle": "-", "color": GREY, "linewidth": 0.8}


def _check_any(what: str, runs: Mapping[str, object]) -> None:
    if not runs:
        raise UsageError(f"There are no {what} to draw; pass a dict such as {{'TF-IDF': tfidf.metrics}}.")


def _check_length(what: str, found: int, expected: int, unit: str) -> None:
    if found != expected:
        raise UsageError(
            f"There are {found} {what} for {expected} {unit}; pass one for each, in the order of class ids."
        )
