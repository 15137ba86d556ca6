"""Figures of errors: titled axes, odd inputs, refusals, and the numbers that stand in them."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from paribus.errors import UsageError
from paribus.figures import errors as figures
from paribus.figures.canvas import NotebookFigure
from paribus.metrics import evaluate
from tests.paribus.figures_on_any_ground import check_figure

RNG = np.random.default_rng(0)
CLASSES = 30
TIERS = np.array(["head"] * 3 + ["mid"] * 12 + ["tail"] * 15)
TRUTH = np.concatenate([np.arange(CLASSES), RNG.integers(0, 8, 300)])
LOW = [evaluate(TRUTH, np.where(seed + 4 > TRUTH, TRUTH, 0), CLASSES) for seed in range(3)]
HIGH = [evaluate(TRUTH, np.where(seed + 9 > TRUTH, TRUTH, CLASSES - 1), CLASSES) for seed in range(3)]
CONFUSION = RNG.integers(0, 9, (CLASSES, CLASSES))
PER_CLASS = np.array([0, 1, 1, 2, 3, 5, 6, 17, 40, 260])
LANDING = {"head": 0.5, "similar mid": 0.25, "other mid": 0.0, "other tail": 0.25}
PAIR = ([0.5, 0.6, 0.55], [0.4, 0.5, 0.45])

DRAWN: dict[str, Callable[[], NotebookFigure]] = {
    "by seed": lambda: figures.by_seed({"accuracy": PAIR, "macro-F1": PAIR}, seeds=(1, 2, 3)),
    "by seed with a mark": lambda: figures.by_seed({"a": PAIR}, seeds=(1, 2, 3), marks={"a": (0.3, "truth")}),
    "one seed": lambda: figures.by_seed({"a": ([1], [2])}, seeds=(7,), arms=("old", "new")),
    "spike": lambda: figures.f1_spike({"none": LOW, "sqrt": HIGH}),
    "spike of one run": lambda: figures.f1_spike({"none": LOW[:1]}),
    "by tier": lambda: figures.f1_by_tier({"none": LOW, "sqrt": HIGH}, TIERS),
    "by tiers of other names": lambda: figures.f1_by_tier({"a": LOW}, np.where(TIERS == "tail", "rare", "usual")),
    "confusion": lambda: figures.confusion_by_tier(CONFUSION, TIERS),
    "confusion with an empty row": lambda: figures.confusion_by_tier(np.diag([3, 0]), ["head", "tail"]),
    "landing": lambda: figures.error_landing(LANDING, LANDING),
    "landing without expectation": lambda: figures.error_landing(LANDING),
    "landing with half an expectation": lambda: figures.error_landing(LANDING, {"head": 1.0, "elsewhere": 0.0}),
    "validation examples": lambda: figures.validation_examples(PER_CLASS),
    "validation examples of large classes": lambda: figures.validation_examples([2_000, 3_000]),
    "validation examples of small classes": lambda: figures.validation_examples([1, 1]),
    "another limit": lambda: figures.validation_examples(PER_CLASS, at_most=7),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_figure_is_a_picture_with_titled_axes(draw: Callable[[], NotebookFigure]) -> None:
    figure = draw()
    check_figure(figure)
    for axes in figure.axes:
        assert axes.get_title()
        assert axes.get_xlabel()
        assert axes.get_ylabel() or any(label.get_text() for label in axes.get_yticklabels())


def heights(figure: NotebookFigure) -> list[float]:
    """The bars' heights, in the order they were drawn."""
    return [float(patch.get_height()) for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]


def test_every_class_of_the_split_stands_in_one_bar_of_the_spike() -> None:
    bars = heights(figures.f1_spike({"none": LOW, "sqrt": HIGH}))
    assert sum(bars[:7]) == pytest.approx(CLASSES)
    assert sum(bars[7:]) == pytest.approx(CLASSES)


def test_the_spike_tells_never_predicted_from_always_wrong() -> None:
    never, wrong, *_ = heights(figures.f1_spike({"sqrt": HIGH[:1]}))
    assert (never, wrong) == (HIGH[0].never_predicted, HIGH[0].zero_f1 - HIGH[0].never_predicted)


def test_every_class_that_occurs_stands_in_one_bar_of_the_histogram() -> None:
    for at_most in (1, 3, 5, 400):
        figure = figures.validation_examples(PER_CLASS, at_most)
        assert sum(heights(figure)) == (PER_CLASS > 0).sum()
        legend = figure.axes[0].get_legend()
        assert legend is not None
        told = int(re.findall(r"\((\d+) classes\)", legend.get_texts()[0].get_text())[0])
        assert told == ((PER_CLASS > 0) & (at_most >= PER_CLASS)).sum()


def test_the_tier_table_holds_shares_of_each_true_tier() -> None:
    figure = figures.confusion_by_tier(np.array([[3, 1], [2, 0]]), ["head", "tail"])
    assert [text.get_text() for text in figure.axes[1].texts] == ["75%", "25%", "100%", "0%"]


def test_a_tier_without_a_class_that_occurs_has_no_height() -> None:
    run = evaluate([0, 1], [0, 1], 3)
    assert heights(figures.f1_by_tier({"a": [run]}, ["head", "mid", "tail"])) == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: figures.by_seed({}, seeds=(1,)), "nothing to draw"),
        (lambda: figures.by_seed({"a": ([1], [2, 3])}, seeds=(1, 2)), "1 numbers of 'a' for 2 seeds"),
        (lambda: figures.f1_spike({}), "at least one run"),
        (lambda: figures.f1_spike({"none": []}), "at least one run"),
        (lambda: figures.f1_by_tier({"none": LOW}, ["head"]), "1 tiers for 30 classes"),
        (lambda: figures.confusion_by_tier(CONFUSION[:3], TIERS), "is square"),
        (lambda: figures.confusion_by_tier(CONFUSION, TIERS[:3]), "3 tiers for 30 classes"),
        (lambda: figures.error_landing({}), "no shares to draw"),
        (lambda: figures.validation_examples([0, 0]), "No class has a validation example"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Callable[[], object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        draw()
