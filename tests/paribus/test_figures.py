"""Every figure has titled axes, draws odd inputs too, and leaves pyplot alone."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from paribus.errors import UsageError
from paribus.experiments.report import ExperimentReport, MetricRow
from paribus.figures import plots as figures
from paribus.figures.canvas import NotebookFigure, shorten
from paribus.metrics import evaluate
from paribus.records.record import Epoch, Prediction
from tests.paribus.figures_on_any_ground import check_figure

CLASSES = [f"class {i} costs $5 and $6" for i in range(40)]
COUNTS = np.geomspace(5_000, 1, 40).astype(int)
RNG = np.random.default_rng(0)
LABELS = np.concatenate([np.arange(40), RNG.choice(40, 400, p=COUNTS / COUNTS.sum())])
LOW = evaluate(LABELS, np.where(LABELS < 4, LABELS, 0), 40)
HIGH = evaluate(LABELS, np.where((LABELS > 0) & (LABELS < 39), LABELS, 1), 40)
EPOCHS = (
    Epoch(1, {"train_loss": 3.0, "validation_loss": 2.0, "accuracy": 0.4, "macro_f1": 0.1}),
    Epoch(2, {"validation_loss": 1.5, "accuracy": 0.5, "macro_f1": 0.2}),
    Epoch(3, {"train_loss": 1.0}),
)


def report(seeds: int, **prediction: Any) -> ExperimentReport:  # any of a prediction's fields
    rows = [MetricRow(name, tuple([0.2] * seeds), tuple([0.3] * seeds)) for name in ("accuracy", "macro_f1")]
    made = Prediction("macro_f1", "up", prediction.get("low", 0.0), prediction.get("high"), "why", "t", 0)
    return ExperimentReport("b", "batch_size", "32", "16", tuple(range(seeds)), tuple(rows), made)


DRAWN: dict[str, Callable[[], NotebookFigure]] = {
    "label distribution": lambda: figures.label_distribution(COUNTS, CLASSES),
    "label distribution of one class": lambda: figures.label_distribution([3], ["only"]),
    "label distribution with an empty class": lambda: figures.label_distribution([3, 0], ["a", "b"]),
    "text lengths": lambda: figures.text_lengths(RNG.lognormal(4, 1, 500), 128),
    "text lengths that all fit": lambda: figures.text_lengths([3, 3, 3], 128, unit="tokens"),
    "accuracy against macro-F1": lambda: figures.accuracy_vs_macro_f1({"a": LOW, "b": HIGH}),
    "per-class F1": lambda: figures.per_class_f1(LOW, COUNTS),
    "per-class F1 by tier": lambda: figures.per_class_f1(HIGH, COUNTS, np.where(COUNTS > 100, "head", "tail")),
    "training curves": lambda: figures.training_curves({"encoder": EPOCHS}),
    "training curves of several runs": lambda: figures.training_curves({str(i): EPOCHS for i in range(8)}),
    "training curves without a score": lambda: figures.training_curves({"a": EPOCHS[2:]}),
    "training curves without an epoch": lambda: figures.training_curves({"a": ()}),
    "rescued classes": lambda: figures.rescued_classes(LOW, HIGH, CLASSES, COUNTS),
    "no rescued class": lambda: figures.rescued_classes(LOW, LOW, CLASSES, COUNTS),
    "experiment arms": lambda: report(3).figure(),
    "experiment arms with an open range": lambda: report(1, low=None, high=0.2).figure(),
}  # fmt: skip


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_figure_is_a_picture_with_titled_axes(draw: Callable[[], NotebookFigure]) -> None:
    figure = draw()
    check_figure(figure)
    for axes in figure.axes:
        assert axes.get_title() or axes.get_title(loc="left")
        assert axes.get_xlabel()
        assert axes.get_ylabel() or any(label.get_text() for label in axes.get_yticklabels())


def test_pyplot_is_not_even_imported() -> None:
    import subprocess

    code = (
        "import sys, paribus.figures as f; f.text_lengths([1, 2], 3); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_title_counts_rescued_and_lost_classes() -> None:
    rescued = ((LOW.per_class_f1 == 0) & (HIGH.per_class_f1 > 0)).sum()
    lost = ((LOW.per_class_f1 > 0) & (HIGH.per_class_f1 == 0)).sum()
    title = figures.rescued_classes(LOW, HIGH, CLASSES, COUNTS).axes[0].get_title()
    assert title == f"{rescued} rescued (●), {lost} lost (✕), 24 drawn"


def test_never_predicted_and_never_right_stand_apart() -> None:
    labels = [text.get_text() for text in figures.per_class_f1(HIGH, COUNTS).axes[0].get_yticklabels()]
    assert any("never predicted (2)" in label for label in labels)


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: figures.label_distribution([1, 2], ["a"]), "2 counts for 1 classes"),
        (lambda: figures.text_lengths([], 3), "no text lengths"),
        (lambda: figures.accuracy_vs_macro_f1({}), "no runs to draw"),
        (lambda: figures.training_curves({}), "no runs to draw"),
        (lambda: figures.per_class_f1(LOW, [1, 2]), "2 counts for 40 classes"),
        (lambda: figures.per_class_f1(LOW, COUNTS, ["head"]), "1 tiers for 40"),
        (lambda: figures.rescued_classes(LOW, HIGH, ["a"], COUNTS), "1 classes for 40"),
        (lambda: figures.rescued_classes(LOW, evaluate([0, 1], [0, 1], 2), CLASSES, COUNTS), "different labels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Callable[[], object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        draw()


def test_names_are_cut_and_dollars_start_no_formula() -> None:
    assert shorten("a  $5 fee", 20) == r"a \$5 fee"
    assert shorten("x" * 30, 10) == "x" * 9 + "…"
