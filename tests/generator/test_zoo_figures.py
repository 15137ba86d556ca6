"""The instructor's figures of a run."""

from collections.abc import Callable
from typing import Any

import pytest

from generator.zoo.figures import curves, instruments

EXPLODED: dict[str, list[list[Any]]] = {
    "rows": [[0.25, 45, None, None, None, None]],
    "steps": [[1, 4.7, 2.0, 0.1], [2, 1e29, None, 0.2]],
    "layers": [[45, "first", None, None, None, None, None]],
}
EMPTY = "not a finite number\nfrom the start"


@pytest.mark.parametrize(("draw", "empty"), [(curves, 2), (instruments, 1)])
def test_a_panel_without_a_finite_number_says_so(draw: Callable[..., Any], empty: int) -> None:
    said = [[text.get_text() for text in axis.texts] for axis in draw(EXPLODED).axes]
    assert said.count([EMPTY]) == empty


@pytest.mark.parametrize("draw", [curves, instruments])
def test_a_panel_with_numbers_says_nothing(draw: Callable[..., Any]) -> None:
    log = {
        "rows": [[1.0, 45, 2.0, 1.9, 0.5, 0.1]],
        "steps": EXPLODED["steps"],
        "layers": [[45, "first", 1.0, 0.01, 0.0, 1.0, None]],
    }
    assert not any(axis.texts for axis in draw(log).axes)
