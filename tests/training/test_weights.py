"""Class weights follow the course's formula, and the loss they enter is divided by their sum."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paribus.errors import TrainingError
from paribus.training import class_weights, weighted_loss

# The course's classes as its lectures describe them: 6 head, 40 mid, 67 tail, the ends known exactly.
COURSE_COUNTS = [
    13_333, 5_500, 3_905, 3_200, 2_500, 2_050,
    *np.geomspace(1_720, 110, 40).astype(int),
    *np.linspace(99, 50, 47).astype(int),
    40, 14, 11, 9, 8, 7, 7, 7, 6, 6, 6, 6, 5, 5, 5, 5, 5, 4, 4, 4,
]  # fmt: skip


def labels_of(counts: list[int]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.repeat(np.arange(len(counts)), counts)


def test_sqrt_inverse_weights_give_the_figures_of_the_lectures() -> None:
    weights = class_weights("sqrt_inverse", labels_of(COURSE_COUNTS), len(COURSE_COUNTS))

    assert weights is not None
    by_count = dict(zip(COURSE_COUNTS, weights, strict=True))
    assert [round(by_count[count], 2) for count in (13_333, 3_905, 5, 4)] == [0.06, 0.12, 3.23, 3.61]
    assert weights.max() / weights.min() == pytest.approx(np.sqrt(13_333 / 4))


@given(st.lists(st.integers(1, 500), min_size=2, max_size=20))
def test_sqrt_inverse_weights_have_mean_one_and_fall_with_the_root_of_the_count(counts: list[int]) -> None:
    weights = class_weights("sqrt_inverse", labels_of(counts), len(counts))

    assert weights is not None
    assert weights.mean() == pytest.approx(1.0)
    np.testing.assert_allclose(weights * np.sqrt(counts), weights[0] * np.sqrt(counts[0]))


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = labels_of([50, 7, 3])

    ours = class_weights("balanced", labels, 3)

    np.testing.assert_allclose(ours, compute_class_weight("balanced", classes=np.arange(3), y=labels))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["sqrt_inverse", "balanced"])
def test_a_class_without_examples_weighs_nothing_and_changes_no_other_weight(kind: str) -> None:
    with_gap = class_weights(kind, np.array([0, 0, 0, 2]), 4)  # type: ignore[arg-type]
    without = class_weights(kind, np.array([0, 0, 0, 1]), 2)  # type: ignore[arg-type]

    assert with_gap is not None
    assert without is not None
    assert with_gap.tolist() == [without[0], 0.0, without[1], 0.0]


def test_no_weights_are_none() -> None:
    assert class_weights("none", np.array([0, 1]), 2) is None


@pytest.mark.parametrize(
    ("kind", "labels", "message"),
    [
        ("sqrt_inverse", [], "found 0 labels"),
        ("sqrt_inverse", [0, 3], "from 0 to 3"),
        ("balanced", [-1, 0], "from -1 to 0"),
        ("inverse", [0, 1], "no class weights called 'inverse'"),
    ],
)
def test_labels_or_kinds_that_make_no_weights_are_refused(kind: str, labels: list[int], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        class_weights(kind, np.array(labels, dtype=np.int64), 3)  # type: ignore[arg-type]


def test_the_loss_is_divided_by_the_sum_of_weights_and_not_by_the_number_of_items() -> None:
    logits, labels = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 0, 0, 1, 1, 2])
    weights = torch.tensor([0.1, 0.5, 3.0])
    item_losses = -torch.log_softmax(logits, dim=1)[torch.arange(6), labels]

    loss = weighted_loss(logits, labels, weights)

    assert loss.item() == pytest.approx(((weights[labels] * item_losses).sum() / weights[labels].sum()).item())
    assert weighted_loss(logits, labels).item() == pytest.approx(item_losses.mean().item())


def test_scaling_all_weights_changes_nothing() -> None:
    logits, labels = torch.randn(6, 3, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 0, 0, 1, 1, 2])
    weights = torch.tensor([0.1, 0.5, 3.0])

    assert weighted_loss(logits, labels, 7 * weights).item() == pytest.approx(
        weighted_loss(logits, labels, weights).item()
    )


def test_the_loss_of_half_precision_logits_is_computed_in_32_bits() -> None:
    logits = torch.tensor([[60_000.0, -60_000.0]], dtype=torch.float16)

    assert weighted_loss(logits, torch.tensor([1])).item() == pytest.approx(120_000, rel=1e-2)
