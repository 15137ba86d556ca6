"""Runs are compared on one split or not at all."""

import pytest

from paribus.errors import UsageError
from paribus.experiments.comparison import difference, table
from paribus.metrics import evaluate

LABELS = [0, 0, 1, 2]
BEFORE, AFTER = evaluate(LABELS, [0, 0, 0, 0], 3), evaluate(LABELS, [0, 0, 1, 0], 3)


def test_the_difference_is_after_minus_before() -> None:
    found = difference(BEFORE, AFTER)
    assert found["accuracy"] == 0.25
    assert found["zero_f1_classes"] == -1
    assert found["macro_f1"] == AFTER.macro_f1 - BEFORE.macro_f1


def test_a_table_has_a_row_a_run() -> None:
    made = table({"majority": BEFORE, "TF-IDF": AFTER}, "Baselines")
    assert made.header == ("run", "accuracy", "macro-F1", "weighted F1", "classes at F1 = 0")
    assert made.rows[1] == ("TF-IDF", "0.7500", f"{AFTER.macro_f1:.4f}", f"{AFTER.weighted_f1:.4f}", "1")
    assert table({}).rows == ()


@pytest.mark.parametrize("labels", [[0, 1, 1, 2], [0, 0, 1, 2, 2]])
def test_runs_on_other_labels_are_refused(labels: list[int]) -> None:
    other = evaluate(labels, labels, 3)
    with pytest.raises(UsageError, match="different labels"):
        difference(BEFORE, other)
    with pytest.raises(UsageError, match="one split"):
        table({"a": BEFORE, "b": other})
