"""The digits of the methodology lab: the same pictures and runs each time, and faults that show as the lab says."""

import numpy as np
import pytest
import torch

import digits

PICTURES = digits.load()
TEN = tuple(part[:10] for part in PICTURES.training)


def ends(fault: str) -> list[float]:
    """The losses on ten pictures, trained again and again with a fault."""
    return digits.fit(
        digits.network(), *TEN, held=PICTURES.validation, steps=200, rate=0.3, batch=10, fault=fault
    )["loss"]  # fmt: skip


def test_the_pictures_are_split_and_fit_their_labels() -> None:
    for pixels, labels in (PICTURES.training, PICTURES.validation):
        assert pixels.shape == (len(labels), 64)
        assert 0 <= float(pixels.min()) <= float(pixels.max()) <= 1
    assert len(PICTURES.training[0]) == len(PICTURES.data.train.labels)


def test_the_same_seed_is_the_same_run_and_another_one_is_not() -> None:
    runs = [
        digits.fit(digits.network(seed=seed), *PICTURES.training, held=PICTURES.validation, steps=20, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1]
    assert runs[0]["loss"] != runs[2]["loss"]
    assert {name: len(values) for name, values in runs[0].items()} == {
        "loss": 20, "norm": 20, "rate": 20, "validation": 2, "accuracy": 2
    }  # fmt: skip


@pytest.mark.parametrize("fault", ["none", "labels shuffled apart", "gradients never cleared"])
def test_ten_pictures_are_learnt_by_heart_also_with_two_of_the_faults(fault: str) -> None:
    assert ends(fault)[-1] < 0.1


@pytest.mark.parametrize("fault", ["learning rate zero", "frozen layers"])
def test_what_cannot_move_stays_where_it_is(fault: str) -> None:
    losses = ends(fault)
    assert losses[0] == pytest.approx(losses[-1])


def test_a_softmax_too_many_is_felt_and_every_fault_is_named() -> None:
    assert 1.0 < ends("softmax twice")[-1] < 2.3
    assert set(digits.FAULTS) >= {"none", "softmax twice", "frozen layers"}


@pytest.mark.long
def test_a_trained_network_is_better_than_a_guess() -> None:
    model = digits.network()
    digits.fit(model, *PICTURES.training, held=PICTURES.validation)
    loss, accuracy = digits.held_out(model, PICTURES.validation)
    assert loss < np.log(10)
    assert accuracy > 0.5


def test_photographs_show_each_digit_so_often_under_one_label() -> None:
    pixels, labels, entities = digits.photographs(PICTURES.training, 4)
    assert pixels.shape == (1200, 64)
    assert np.bincount(entities).tolist() == [4] * 300
    assert all(len(set(labels[entities == entity])) == 1 for entity in range(300))
    again = digits.photographs(PICTURES.training, 4)[0]
    assert np.array_equal(pixels, again)
    assert not torch.equal(torch.tensor(pixels), torch.tensor(digits.photographs(PICTURES.training, 4, seed=8)[0]))


def test_split_by_photograph_remembering_looks_like_understanding() -> None:
    told = {by: digits.by_nearest_neighbour(PICTURES.training, 4, by) for by in ("photograph", "entity")}
    assert told["photograph"] > told["entity"] + 0.2
