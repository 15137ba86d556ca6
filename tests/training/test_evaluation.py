"""Logits come back in the order of the rows, whatever the batches, and the loss is the plain mean."""

import numpy as np
import pytest
import torch

from paribus.errors import TrainingError
from paribus.training import Prepared, models, predict, take, validation_loss
from paribus.training.protocols import SplitData


@pytest.fixture(scope="module")
def network(toy_data: SplitData) -> torch.nn.Module:
    network, _ = models.load("tiny", 8, texts=toy_data.train.texts, seed=0)
    return network


@pytest.mark.parametrize("tokens", [64, 16_384])
def test_logits_are_those_of_each_text_alone(network: torch.nn.Module, toy_prepared: Prepared, tokens: int) -> None:
    rows = take(toy_prepared.validation, np.arange(12))

    logits = predict(network, rows, tokens=tokens)

    network.eval()
    with torch.no_grad():
        alone = [network(input_ids=torch.from_numpy(rows.row(row)).long()[None]).logits[0] for row in range(12)]
    np.testing.assert_allclose(logits, torch.stack(alone).numpy(), atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_predicting_leaves_mode_and_gradients_as_they_were(
    network: torch.nn.Module, toy_prepared: Prepared, training: bool
) -> None:
    network.train(training)

    predict(network, take(toy_prepared.validation, np.arange(4)))

    assert network.training is training
    assert all(parameter.grad is None for parameter in network.parameters())


def test_predicting_nothing_is_refused(network: torch.nn.Module, toy_prepared: Prepared) -> None:
    with pytest.raises(TrainingError, match="no rows to predict"):
        predict(network, take(toy_prepared.validation, np.array([], dtype=np.int64)))


def test_the_loss_is_torchs_unweighted_mean() -> None:
    logits = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32) * 30
    labels = np.arange(9) % 4

    expected = torch.nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels)).item()

    assert validation_loss(logits, labels) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("shape", "rows"), [((3, 2), 4), ((3,), 3), ((0, 2), 0)])
def test_logits_that_do_not_fit_their_labels_are_refused(shape: tuple[int, ...], rows: int) -> None:
    with pytest.raises(TrainingError, match="do not fit"):
        validation_loss(np.zeros(shape, dtype=np.float32), np.zeros(rows, dtype=np.int64))
