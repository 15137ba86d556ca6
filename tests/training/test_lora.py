"""LoRA leaves the network as it answered, trains next to nothing, and says what to type where it cannot work."""

import builtins
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import torch

from paribus.errors import TrainingError
from paribus.training import AdapterConfig, add_lora, models
from paribus.training.lora import PROJECTIONS, Targets

TEXTS = ["A dispute about a charge on my card.", "The lender called XXXX times.", "They never replied to me."] * 4
CONFIG = AdapterConfig(model="tiny-decoder", lora_rank=2)


def decoder(seed: int = 0) -> tuple[Any, Any]:
    return models.load("tiny-decoder", 5, texts=TEXTS, seed=seed)


@pytest.mark.long
def test_the_adapted_network_answers_as_before_and_trains_the_change_and_the_head_alone() -> None:
    network, tokenizer = decoder()
    inputs = tokenizer(TEXTS[:3], padding=True, return_tensors="pt")
    before = network(**inputs).logits

    adapted = add_lora(network, CONFIG, seed=1)

    assert torch.allclose(before, adapted(**inputs).logits, atol=1e-6)
    trains = {name for name, weights in adapted.named_parameters() if weights.requires_grad}
    assert {part for name in trains for part in ("lora_A", "lora_B", "score") if part in name} == {
        "lora_A", "lora_B", "score",
    }  # fmt: skip
    assert all("lora" in name or "score" in name for name in trains)


def test_the_change_is_drawn_from_its_seed_and_from_nothing_before() -> None:
    def drawn(seed: int) -> torch.Tensor:
        network = add_lora(decoder()[0], CONFIG, seed=seed)
        return next(weights for name, weights in network.named_parameters() if "lora_A" in name)

    torch.manual_seed(1)
    first = drawn(1)
    after = torch.rand(1)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(1)), "nothing is drawn from the global generator"
    assert torch.equal(first, drawn(1))
    assert not torch.equal(first, drawn(2))


@pytest.mark.parametrize("targets", PROJECTIONS)
def test_each_choice_of_layers_adapts_these_layers_in_every_block(targets: Targets) -> None:
    network = add_lora(decoder()[0], replace(CONFIG, lora_targets=targets), seed=0)

    adapted = [name.split(".")[-2] for name, _ in network.named_modules() if name.endswith(".lora_A")]
    assert sorted(adapted) == sorted(PROJECTIONS[targets] * network.config.num_hidden_layers)


def test_twice_the_rank_trains_twice_the_change() -> None:
    def added(rank: int) -> int:
        network = add_lora(decoder()[0], replace(CONFIG, lora_rank=rank), seed=0)
        return sum(weights.numel() for name, weights in network.named_parameters() if "lora" in name)

    assert added(8) == 2 * added(4)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"lora_rank": 0}, "lora_rank is 0; expected a whole number from 1 to 1,024"),
        ({"lora_rank": 2.0}, "lora_rank is 2.0"),
        ({"lora_scale": 0}, "lora_scale is 0"),
        ({"lora_targets": "embeddings"}, "lora_targets is 'embeddings'; expected one of 'query_value'"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        replace(CONFIG, **wrong)


def test_an_encoder_has_none_of_these_layers_and_a_network_without_a_head_is_named() -> None:
    with pytest.raises(TrainingError, match=r"has no layers called q_proj.*Pass a decoder"):
        add_lora(models.load("tiny", 5, texts=TEXTS, seed=0)[0], CONFIG, seed=0)
    with pytest.raises(TrainingError, match="has no classification head"):
        add_lora(decoder()[0].model, CONFIG, seed=0)


def refusing(error: ImportError) -> Callable[..., Any]:
    """An import that fails for peft as an image without it, or with an old library beside it, does."""
    real = builtins.__import__

    def imports(name: str, *rest: Any, **named: Any) -> Any:
        if name == "peft":
            raise error
        return real(name, *rest, **named)

    return imports


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ModuleNotFoundError("No module named 'peft'", name="peft"), "%pip install peft"),
        (ImportError("cannot import name 'x' from 'transformers'"), "%pip install --upgrade peft"),
    ],
)
def test_a_peft_that_is_missing_or_broken_is_one_sentence(
    error: ImportError, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, _ = decoder()
    monkeypatch.setattr(builtins, "__import__", refusing(error))

    with pytest.raises(TrainingError, match=message):
        add_lora(network, CONFIG, seed=0)


def test_an_old_torchao_beside_peft_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error that peft raises on Kaggle's and Colab's images of August 2026, with their torchao 0.10.0."""

    def inject(*_: object) -> None:
        raise ImportError(
            "Found an incompatible version of torchao. Found version 0.10.0, but only versions above …"
        )

    old = ModuleType("peft")
    old.LoraConfig = lambda **_: None  # type: ignore[attr-defined]
    old.inject_adapter_in_model = inject  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "peft", old)

    with pytest.raises(TrainingError, match=r"0\.10\.0.*%pip uninstall -y torchao.*restart the kernel"):
        add_lora(decoder()[0], CONFIG, seed=0)
