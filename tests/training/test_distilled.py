"""The distillation loss against torch's own parts, and a teacher twice as deep as its student."""

import pytest
import torch
from torch.nn import functional

from paribus.errors import TrainingError
from paribus.training import models
from paribus.training.distilled import distillation_loss

STUDENT = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.5]])
TEACHER = torch.tensor([[1.0, 1.0, 0.0], [0.0, 3.0, 0.0]])
LABELS = torch.tensor([0, 2])


@pytest.mark.parametrize("temperature", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("mix", [0.0, 0.3, 1.0])
def test_the_loss_is_hintons(temperature: float, mix: float) -> None:
    p, q = (functional.softmax(item / temperature, dim=1) for item in (TEACHER, STUDENT))
    soft = (p * (p / q).log()).sum(dim=1).mean()
    expected = mix * temperature**2 * soft + (1 - mix) * functional.cross_entropy(STUDENT, LABELS)
    found = distillation_loss(STUDENT, TEACHER, LABELS, temperature=temperature, mix=mix)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize(("temperature", "mix"), [(0.0, 0.5), (-1.0, 0.5), (2.0, 1.5), (2.0, -0.1)])
def test_what_cannot_be_meant_is_refused(temperature: float, mix: float) -> None:
    with pytest.raises(TrainingError, match="a temperature above 0 and a mix from 0 to 1"):
        distillation_loss(STUDENT, TEACHER, LABELS, temperature=temperature, mix=mix)


def test_the_tiny_teacher_is_the_tiny_encoder_twice_as_deep() -> None:
    texts = ["a late fee was charged", "they never replied to me"] * 20
    (student, ours), (teacher, theirs) = (
        models.load(name, 5, texts=texts, seed=1) for name in ("tiny", "tiny-teacher")
    )
    assert ours.get_vocab() == theirs.get_vocab()
    sizes = [network.config.num_hidden_layers for network in (student, teacher)]
    assert sizes == [2, 4]
    plain = student.config.to_diff_dict() | {"num_hidden_layers": 4}
    assert {k: v for k, v in plain.items() if k != "layer_types"} == {
        k: v for k, v in teacher.config.to_diff_dict().items() if k != "layer_types"
    }
