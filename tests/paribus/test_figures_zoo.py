"""Figures of training logs: titled axes, gaps where a loss was not finite, and refusals."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import complaints
from paribus.errors import DataError, UsageError
from paribus.figures import zoo as figures
from paribus.figures.canvas import NotebookFigure
from paribus.records.record import Epoch
from paribus.zoo import Log, compare, load_data, open_zoo
from tests.paribus.figures_on_any_ground import check_figure
from tests.paribus.test_zoo import write_zoo

LOG = Log(((0.5, 5, 2.0, 1.9, 0.3, 0.1), (1.0, 10, 1.8, 1.7, 0.4, 0.2), (2.0, 20, 1.1, 1.9, 0.5, 0.3)))
DIVERGED = Log(((1.0, 3, None, None, None, None),))
STEPS = tuple((step, 2.0 / step, 1.5, 1e-3) for step in range(1, 21))
LAYERS = tuple((step, f"layers.{layer}", 0.5, 1e-3, 0.0, 0.1, [1, 5, 1]) for step in (10, 20) for layer in range(9))
WATCHED = Log(LOG.rows, STEPS, LAYERS)
DEAD = Log(
    DIVERGED.rows, ((1, None, None, 0.5), (2, None, 0.0, 0.5)), ((2, "layers.0", None, None, None, None, [0, 0]),)
)
EPOCHS = [Epoch(1, {"train_loss": 3.0, "validation_loss": 3.1}), Epoch(2, {"validation_loss": 3.0})]

DRAWN: dict[str, Callable[[], NotebookFigure]] = {
    "four logs": lambda: figures.log_curves(dict.fromkeys(("Alpha", "Bravo", "Charlie", "Delta"), LOG)),
    "a log without a finite loss": lambda: figures.log_curves({"Ash": DIVERGED}),
    "instruments": lambda: figures.dashboard(WATCHED, "Oak"),
    "instruments of a run that diverged": lambda: figures.dashboard(DEAD, "Ash"),
    "losses and landmarks": lambda: figures.loss_against({"right": EPOCHS}, {"nothing": 4.7, "at best": 3.7}, 113),
    "losses alone": lambda: figures.loss_against({"right": EPOCHS, "wrong": EPOCHS}, {}, 5),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_figure_is_a_picture_with_titled_axes(draw: Callable[[], NotebookFigure]) -> None:
    figure = draw()
    check_figure(figure)
    for axes in figure.axes:
        assert axes.get_title()
        assert axes.get_xlabel()
        assert axes.get_ylabel()


def test_training_loss_is_drawn_for_whole_epochs_and_validation_loss_at_every_evaluation() -> None:
    (axes,) = figures.log_curves({"Alpha": LOG}).axes
    drawn = {line.get_label(): np.asarray(line.get_xdata()).tolist() for line in axes.lines}
    assert drawn == {"validation": [0.5, 1.0, 2.0], "training": [1.0, 2.0]}


def test_all_logs_share_one_scale_of_loss() -> None:
    axes = figures.log_curves({"Alpha": LOG, "Ash": DIVERGED}).axes
    assert axes[0].get_ylim() == axes[1].get_ylim() == pytest.approx((0.0, 1.05 * 1.9))


def test_weights_are_those_at_the_end_of_a_few_layers() -> None:
    weights = figures.dashboard(WATCHED, "Oak").axes[3]
    assert [line.get_label() for line in weights.lines] == ["layers.0", "layers.2", "layers.4", "layers.6"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.log_curves({}), "1 to 4 logs"),
        (lambda: figures.log_curves({str(number): LOG for number in range(5)}), "got 5"),
        (lambda: figures.dashboard(LOG, "Alpha"), "holds no instruments"),
        (lambda: figures.loss_against({}, {}, 5), "no run to draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Callable[[], NotebookFigure], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        draw()


def test_other_data_than_the_zoos_are_refused(tmp_path: Path) -> None:
    zoo = open_zoo(
        write_zoo(tmp_path / "zoo", data={"source": "synthetic", "size": "micro", "fingerprint": "0" * 16})
    )
    with pytest.raises(DataError, match="trained on data of fingerprint 0000000000000000"):
        load_data(zoo, complaints.load)


def test_a_zoo_of_logs_alone_has_nothing_to_compare(tmp_path: Path) -> None:
    data = complaints.load("synthetic", size="micro")
    with pytest.raises(DataError, match="hands out logs, not weights"):
        compare(open_zoo(write_zoo(tmp_path / "zoo")), data)
