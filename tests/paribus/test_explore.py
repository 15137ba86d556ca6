"""Pictures with controls: an export keeps the start values, a kernel redraws, and nothing is silent."""

import sys
from collections.abc import Iterator
from typing import Any

import ipywidgets
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from paribus.display.explore import NO_KERNEL, NO_WIDGETS, explore, shown
from paribus.errors import UsageError


@pytest.fixture
def _session() -> Iterator[None]:
    """A notebook's session, as far as showing things goes."""
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


def _draw(rate: float, depth: int) -> str:
    return f"rate {rate:g}, depth {depth}"


CHOICES = {"rate": (0.01, 0.1), "depth": (1, 2)}


@pytest.mark.usefixtures("_session")
def test_the_start_values_are_an_ordinary_output() -> None:
    with capture_output() as shown_outputs:
        explore(_draw, CHOICES, start={"rate": 0.1})
    first, note, controls = (output.data for output in shown_outputs.outputs)
    assert "rate 0.1, depth 1" in first["text/plain"]
    assert NO_KERNEL in note["text/plain"]
    view = controls["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"]
    assert controls["text/plain"] == "", "an export without a kernel shows no line of code"


@pytest.mark.usefixtures("_session")
def test_moving_a_control_draws_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes: list[Any] = []
    made = ipywidgets.VBox

    def kept(children: object) -> object:
        boxes.append(made(children))
        return boxes[-1]

    monkeypatch.setattr(ipywidgets, "VBox", kept)
    drawn: list[tuple[float, int]] = []
    with capture_output():
        explore(lambda rate, depth: drawn.append((rate, depth)), CHOICES)
        boxes[0].children[1].value = 2
    assert drawn == [(0.01, 1), (0.01, 2)]
    assert boxes[0].children[2].value.endswith(" s")


@pytest.mark.usefixtures("_session")
def test_without_ipywidgets_a_sentence_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with capture_output() as shown_outputs:
        explore(_draw, CHOICES)
    assert NO_WIDGETS in shown_outputs.outputs[-1].data["text/plain"]


def test_a_script_draws_and_shows_nothing() -> None:
    drawn: list[int] = []
    explore(lambda **values: drawn.append(values["depth"]), {"depth": (1, 2)})
    assert drawn == [1]


@pytest.mark.parametrize("start", [{"rate": 0.5}, {"width": 3}])
def test_a_start_value_that_cannot_be_chosen_is_refused(start: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="Name a start value that can be chosen"):
        explore(_draw, CHOICES, start=start)


def test_numbers_are_shown_short() -> None:
    assert [shown(value) for value in (0.1, 1e-5, 3, "relu")] == ["0.1", "1e-05", "3", "relu"]
