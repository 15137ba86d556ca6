"""Figures of probabilities say in words what they show, and refuse what cannot be drawn."""

import numpy as np
import pytest

from paribus.errors import UsageError
from paribus.figures.scores import reliability, score_histograms


def test_a_reliability_diagram_tells_the_gap_and_the_side_it_lies_on() -> None:
    figure = reliability({"as trained": [(0.9, 0.7, 90), (0.3, 0.4, 10)], "cooled": [(0.7, 0.7, 100)]})

    assert "as trained: mean gap 0.190 over 2 bins, 50% below the diagonal" in figure.alt
    assert "cooled: mean gap 0.000" in figure.alt
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_histograms_tell_the_median_of_every_group() -> None:
    figure = score_histograms({"energy": {"known": np.arange(5.0), "new issues": np.arange(3.0)}})

    assert "energy: known median 2, new issues median 1" in figure.alt
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one bin"):
        reliability({"empty": []})
    with pytest.raises(UsageError, match="nothing to draw"):
        score_histograms({"energy": {"known": []}})
