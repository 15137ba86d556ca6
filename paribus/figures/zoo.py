"""Figures of training logs: curves of several models side by side, and the four instruments of one run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from paribus.errors import UsageError
from paribus.figures.canvas import BLUE, GREEN, GREY, SERIES, VERMILION, NotebookFigure, listed, panels, shorten
from paribus.zoo.logs import LAYERS, Log

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paribus.records.record import Epoch

A_ROW = 4
LAYERS_SHOWN = 4
SPREAD = 4.0
"""Over how many standard deviations a log's histograms run (`paribus.training.instruments`)."""


def log_curves(logs: Mapping[str, Log]) -> NotebookFigure:
    """Training and validation loss against epochs, a panel a model, on one scale of loss.

    A point of the training loss is the mean of a whole epoch. What was not finite is a gap.
    """
    if not logs or len(logs) > A_ROW:
        raise UsageError(f"log_curves draws 1 to {A_ROW} logs side by side; got {len(logs)}.")
    figure, row = panels(len(logs), height=3.2)
    highest = max((value for log in logs.values() for value in _all_losses(log)), default=1.0)
    for axes, (name, log) in zip(row, logs.items(), strict=True):
        ends = log.epochs()
        axes.plot(
            log.column("epoch"), _gaps(log.column("validation_loss")), ".-", color=VERMILION, label="validation"
        )
        axes.plot(
            [line["epoch"] for line in ends], _gaps([line["train_loss"] for line in ends]), "o-", color=BLUE,
            label="training",
        )  # fmt: skip
        axes.set(xlabel="epoch", ylabel="loss", title=shorten(name, 20), ylim=(0, 1.05 * highest))
        axes.set_xlim(0, 1.06 * max(log.column("epoch")))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))
    row[0].legend(frameon=False, fontsize=8)
    told = listed(f"{name}: {_course(log)}" for name, log in logs.items())
    return figure.saying(f"Training and validation loss against epochs, a panel a model. {told}.")


def dashboard(log: Log, title: str) -> NotebookFigure:
    """The four instruments of one run: loss, gradient norm, learning rate, and the weights of some layers.

    UsageError where the log holds no instruments.
    """
    if not log.steps:
        raise UsageError(f"The log of {title} holds no instruments; draw it with log_curves.")
    figure, (loss, norm, rate, weights) = panels(4, height=2.9)
    steps = log.column("step", "steps")
    loss.plot(steps, _gaps(log.column("loss", "steps")), color=BLUE, linewidth=0.8, label="batch")
    loss.plot(log.column("step"), _gaps(log.column("validation_loss")), ".-", color=VERMILION, label="validation")
    loss.set(xlabel="step", ylabel="loss", title=f"{shorten(title, 12)}: loss")
    loss.legend(frameon=False, fontsize=8)
    norms = _gaps(log.column("gradient_norm", "steps"))
    norm.plot(steps, norms, color=GREEN, linewidth=0.8)
    norm.set(xlabel="step", ylabel="norm over all parameters", title="gradient norm")
    rate.plot(steps, _gaps(log.column("learning_rate", "steps")), color=GREY)
    rate.set(xlabel="step", ylabel="learning rate", title="learning rate")
    if np.nanmax(norms, initial=0.0) > 0:
        norm.set_yscale("log")
    _histograms(weights, log)
    median = float(np.nanmedian(norms)) if np.isfinite(norms).any() else float("nan")
    return figure.saying(
        f"Four instruments of {title} over {len(steps)} steps: the loss, the gradient norm (median {median:.3g}), "
        f"the learning rate, and the weights of some layers at the end. {_course(log)}."
    )


def loss_against(
    runs: "Mapping[str, Sequence[Epoch]]", landmarks: Mapping[str, float], n_classes: int
) -> NotebookFigure:
    """The training loss of several runs by epoch, with named levels that a loss can be held against."""
    if not runs:
        raise UsageError("There is no run to draw; pass a dict such as {'right': result.epochs}.")
    figure, (axes,) = panels(1, height=3.6)
    for index, (name, lines) in enumerate(runs.items()):
        values = _gaps([line.get("train_loss") for line in lines])
        colour = SERIES[index % len(SERIES)]
        axes.plot([line.epoch for line in lines], values, "o-", color=colour, label=shorten(name, 40))
    for (name, level), style in zip(landmarks.items(), ("--", ":", "-.") * len(landmarks), strict=False):
        axes.axhline(level, color=GREY, linestyle=style, linewidth=1.2, label=f"{shorten(name, 40)}: {level:.2f}")
    axes.set(xlabel="epoch", ylabel="training loss", title=f"{n_classes} classes", ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, fontsize=8)
    last = {
        name: [loss for line in lines if (loss := line.get("train_loss")) is not None]
        for name, lines in runs.items()
    }
    told = listed(
        [f"{name}: {values[0]:.2f} to {values[-1]:.2f}" for name, values in last.items() if values]
        + [f"{name} at {level:.2f}" for name, level in landmarks.items()]
    )
    return figure.saying(f"Training loss by epoch, {n_classes} classes. {told}.")


def _course(log: Log) -> str:
    """How a log's losses went, in words; what was not finite is left out."""
    parts = []
    for name, values in (
        ("training loss", [line["train_loss"] for line in log.epochs()]),
        ("validation loss", log.column("validation_loss")),
    ):
        finite = [value for value in values if value is not None]
        parts.append(f"{name} {finite[0]:.2f} to {finite[-1]:.2f}" if finite else f"{name} never finite")
    return ", ".join(parts)


def _histograms(axes: Any, log: Log) -> None:  # matplotlib's Axes
    """The weights of a few layers at the end: each histogram runs over four standard deviations around the mean."""
    last = max(log.column("step", "layers"), default=0)
    at_end = [line for line in (dict(zip(LAYERS, row, strict=True)) for row in log.layers)
              if line["step"] == last and sum(line["histogram"])]  # fmt: skip
    chosen = at_end[:: max(1, len(at_end) // LAYERS_SHOWN)][:LAYERS_SHOWN]
    for index, line in enumerate(chosen):
        counts = np.array(line["histogram"])
        places = line["weight_mean"] + np.linspace(-SPREAD, SPREAD, len(counts)) * line["weight_sd"]
        axes.plot(places, counts / counts.sum(), color=SERIES[index], label=shorten(str(line["layer"]), 14))
    axes.set(xlabel="weight", ylabel="share of the weights", title="weights at the end")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3))
    if chosen:
        axes.legend(frameon=False, fontsize=7)


def _all_losses(log: Log) -> list[float]:
    values = (*log.column("validation_loss"), *(line["train_loss"] for line in log.epochs()))
    return [value for value in values if value is not None]


def _gaps(values: Sequence[float | None]) -> "NDArray[np.float64]":
    return np.array([np.nan if value is None else value for value in values], dtype=float)
