"""Figures of smaller models: titled axes, words for those who do not see them, and refusals."""

from collections.abc import Callable

import numpy as np
import pytest

from paribus.compression import Latency
from paribus.errors import UsageError
from paribus.figures import compression as figures
from paribus.figures.canvas import NotebookFigure
from tests.paribus.figures_on_any_ground import check_figure

WEIGHTS = np.random.default_rng(0).normal(0, 0.05, 500)
FOUND = {
    "FP32": Latency(np.array([[2.0, 3.0], [2.5, 9.0]]), "here"),
    "INT8": Latency(np.array([[1.0, 1.5]] * 2), "here"),
}
LINES = {"one scale": {8: [0.6], 2: [0.3, 0.2]}, "groups": {8: [0.6], 2: [0.5]}}

DRAWN: dict[str, Callable[[], NotebookFigure]] = {
    "grids": lambda: figures.grids(WEIGHTS, {"2 bits": [-0.1, 0.0, 0.1], "1 bit": [0.1]}),
    "a quantity by bits": lambda: figures.by_bits(LINES, quantity="macro-F1", before=0.61),
    "a quantity by bits alone": lambda: figures.by_bits(LINES, quantity="macro-F1"),
    "latencies with a budget": lambda: figures.latencies(FOUND, budget=2.2),
    "latencies": lambda: figures.latencies(FOUND),
    "a trade-off": lambda: figures.tradeoff(
        {"a": (1.0, 0.5), "b": (2.0, 0.4)}, cost="ms", quality="macro-F1", limit=3
    ),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_figure_is_a_picture_with_titled_axes(draw: Callable[[], NotebookFigure]) -> None:
    figure = draw()
    check_figure(figure)
    for axes in figure.axes:
        assert axes.get_title()
        assert axes.get_xlabel()


def test_a_trade_off_joins_the_models_that_no_other_beats_in_both() -> None:
    figure = figures.tradeoff({"a": (1.0, 0.5), "b": (2.0, 0.4), "c": (3.0, 0.6)}, cost="ms", quality="macro-F1")
    assert "no other beats in both (a, c)" in figure.alt


def test_the_words_of_a_latency_are_its_medians() -> None:
    assert "FP32: median 2.75 ms" in figures.latencies(FOUND).alt


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.grids([], {"a": [1]}), lambda: figures.by_bits({}, quantity="x"),
        lambda: figures.latencies({}), lambda: figures.tradeoff({}, cost="x", quality="y"),
    ],
)  # fmt: skip
def test_nothing_to_draw_is_said(draw: Callable[[], NotebookFigure]) -> None:
    with pytest.raises(UsageError, match="nothing to draw"):
        draw()
