"""Why the course exists: accuracy looks fine while most classes are never found.

The bands are the course's figures; docs/data.md has what other seeds measured.
"""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

import complaints
from complaints import Complaints
from paribus.training.baseline import fit_tfidf


def measure(data: Complaints) -> tuple[float, float, int]:
    """Validation accuracy, macro-F1 and classes at zero of the converged baseline."""
    fitted = fit_tfidf(data.train)
    assert fitted.converged
    predicted = fitted.predict(data.validation.texts)
    scores = f1_score(
        data.validation.labels, predicted, labels=range(data.n_classes), average=None, zero_division=0
    )
    return float(np.mean(predicted == data.validation.labels)), float(np.mean(scores)), int(np.sum(scores == 0))


@pytest.mark.slow
@pytest.mark.long
def test_full_shows_the_course_s_figures(full: Complaints) -> None:
    accuracy, macro_f1, zero = measure(full)
    assert accuracy == pytest.approx(0.542, abs=0.015)
    assert macro_f1 == pytest.approx(0.132, abs=0.015)
    assert zero == pytest.approx(70, abs=6)


@pytest.mark.long
@pytest.mark.parametrize("seed", [complaints.SHIPPED_SEED, 1])
def test_smoke_shows_the_gap(seed: int) -> None:
    data = complaints.load(size="smoke", seed=seed)
    accuracy, macro_f1, zero = measure(data)
    assert accuracy > 4 * macro_f1
    assert zero > data.n_classes / 2


@pytest.mark.long
def test_real_complaints_show_the_gap(real_complaints: Path) -> None:
    data = complaints.load(str(real_complaints), without_sources=("SeunnnA",))
    accuracy, macro_f1, zero = measure(data)
    assert data.merge_report.raw_rows == 6_383
    assert data.n_classes == 55
    assert accuracy > 3 * macro_f1
    assert zero > data.n_classes / 2
