"""Figures of one run, for the instructor: curves from the log, and the four instruments where they were logged."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from paribus.zoo.logs import LAYERS, Log, log_from

TRAIN, VALIDATION = "#0072B2", "#D55E00"
"""Blue and vermilion of Okabe and Ito's palette, which colour-blind readers tell apart."""


def curves(raw: Log | Mapping[str, Sequence[Sequence[Any]]], title: str = "Losses and scores") -> Any:
    """Training and validation loss, accuracy and macro-F1 against epochs, as a matplotlib Figure."""
    from matplotlib.figure import Figure

    log = raw if isinstance(raw, Log) else log_from(raw)
    ends = log.epochs()
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(log.column("epoch"), _gaps(log.column("validation_loss")), ".-", color=VALIDATION, label="validation")
    left.plot(
        [row["epoch"] for row in ends], _gaps([row["train_loss"] for row in ends]), "o-", color=TRAIN,
        label="training (mean of an epoch)",
    )  # fmt: skip
    right.plot(log.column("epoch"), _gaps(log.column("accuracy")), ".-", color="#009E73", label="accuracy")
    right.plot(log.column("epoch"), _gaps(log.column("macro_f1")), ".-", color="#CC79A7", label="macro-F1")
    for axis, name in ((left, "loss"), (right, "score")):
        axis.set_xlabel("epoch")
        axis.set_ylabel(name)
        axis.set_ylim(bottom=0)
        if not _say_empty(axis):
            axis.legend(frameon=False)
    figure.suptitle(title)
    return figure


def instruments(raw: Log | Mapping[str, Sequence[Sequence[Any]]]) -> Any:
    """Loss and gradient norm a step, learning rate, update ratios a layer; a line of text where there are none."""
    from matplotlib.figure import Figure

    log = raw if isinstance(raw, Log) else log_from(raw)
    if not log.steps:
        return "This zoo logs no instruments."
    figure = Figure(figsize=(9, 5.6), layout="constrained")
    axes = figure.subplots(2, 2).ravel()
    steps = log.column("step", "steps")
    drawn = (("loss", "loss of a batch"), ("gradient_norm", "gradient norm"), ("learning_rate", "learning rate"))
    for axis, (name, label) in zip(axes, drawn, strict=False):
        values = _gaps(log.column(name, "steps"))
        axis.plot(steps, values, color=TRAIN, linewidth=0.8)
        axis.set_ylabel(label)
        if name == "gradient_norm" and any(value > 0 for value in values):
            axis.set_yscale("log")
    at, layer, ratio = (LAYERS.index(name) for name in ("step", "layer", "update_ratio"))
    for name in dict.fromkeys(row[layer] for row in log.layers):
        rows = [row for row in log.layers if row[layer] == name and row[ratio]]
        axes[3].plot([row[at] for row in rows], [row[ratio] for row in rows], linewidth=0.8, label=name)
    axes[3].set_ylabel("size of an update / of the weights")
    if any(row[ratio] for row in log.layers):
        axes[3].set_yscale("log")
    for axis in axes:
        axis.set_xlabel("step")
        _say_empty(axis)
    return figure


def _say_empty(axis: Any) -> bool:  # matplotlib's Axes
    """Whether no line holds a finite number; an empty panel says so instead of looking broken."""
    drawn = any(math.isfinite(value) for line in axis.get_lines() for value in line.get_ydata())
    if not drawn:
        axis.text(
            0.5, 0.5, "not a finite number\nfrom the start", transform=axis.transAxes, ha="center", va="center"
        )
        axis.set_xticks([])
        axis.set_yticks([])
    return not drawn


def _gaps(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]
