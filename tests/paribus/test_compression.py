"""Smaller models on small networks: what is kept, what is refused, and a latency that says how far to trust it."""

import copy
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from paribus import compression
from paribus.compression import available, int8
from paribus.errors import TrainingError


class Toy(nn.Module):  # type: ignore[misc]
    """An embedding, four layers in a list, a head: shaped as transformers are, in a few hundred numbers."""

    def __init__(self, width: int = 32, layers: int = 4) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.config = SimpleNamespace(num_hidden_layers=layers)
        self.words = nn.Embedding(20, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.head = nn.Linear(width, 3)

    def forward(self, input_ids: torch.Tensor) -> Any:
        found = self.words(input_ids).mean(dim=1)
        for layer in self.layers:
            found = torch.relu(layer(found))
        return SimpleNamespace(logits=self.head(found))


IDS = torch.arange(12).reshape(3, 4)


def same(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return weight.half(), torch.ones(1)


def back(packed: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    return packed.float() * scales


def answers(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(IDS).logits
    return found


def test_int8_answers_nearly_as_before_and_leaves_the_model_as_it_was() -> None:
    model = Toy().eval()
    before = copy.deepcopy(model.state_dict())
    small = compression.dynamic_int8(model)
    assert torch.allclose(answers(small), answers(model), atol=0.05)
    assert compression.size_mb(small) < compression.size_mb(model)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_rounded_weights_are_those_of_the_round_trip_and_of_matrices_alone() -> None:
    model = Toy()
    small = compression.rounded(model, torch.round)
    assert torch.equal(small.head.weight, model.head.weight.round())
    assert torch.equal(small.words.weight, model.words.weight.round())
    assert torch.equal(small.head.bias, model.head.bias)


def test_coded_weights_are_kept_as_codes_and_answer_as_their_decoded_selves() -> None:
    model = Toy()
    small = compression.coded(model, same, back)
    decoded = compression.rounded(model, lambda weight: back(*same(weight)))
    assert torch.allclose(answers(small), answers(decoded))
    assert small.words.packed.dtype == torch.float16
    assert compression.size_mb(small) < compression.size_mb(model)


def test_pruning_sets_the_smallest_weights_of_each_matrix_to_zero_and_zips() -> None:
    model = Toy(width=256)
    small = compression.pruned(model, 0.75)
    zeros = small.head.weight == 0
    assert zeros.float().mean() == pytest.approx(0.75, abs=0.01)
    assert model.head.weight[zeros].abs().max() <= model.head.weight[~zeros].abs().min()
    assert compression.size_mb(small) == pytest.approx(compression.size_mb(model), rel=0.01)
    assert compression.zipped_mb(small) < 0.6 * compression.zipped_mb(model)
    assert torch.equal(compression.pruned(model, 0.0).head.weight, model.head.weight)


@pytest.mark.parametrize(("keep", "kept"), [(1, [0]), (2, [0, 2]), (3, [0, 1, 2]), (4, [0, 1, 2, 3])])
def test_layers_that_stay_are_evenly_spaced(keep: int, kept: list[int]) -> None:
    model = Toy()
    small = compression.shallower(model, keep)
    assert [torch.equal(small.layers[place].weight, model.layers[number].weight)
            for place, number in enumerate(kept)] == [True] * keep  # fmt: skip
    assert (len(small.layers), small.config.num_hidden_layers, len(model.layers)) == (keep, keep, 4)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a round trip of another shape": (
        lambda: compression.rounded(Toy(), lambda weight: weight.T[:3]),
        "keeps|shape",
    ),
    "a decoder of another shape": (
        lambda: compression.coded(Toy(), same, lambda packed, scales: packed[:1]),
        "shape",
    ),
    "a share of one": (lambda: compression.pruned(Toy(), 1.0), "share is 1.0.*such as 0.8"),
    "more layers than there are": (lambda: compression.shallower(Toy(), 5), "keep is 5.*4 layers.*1 to 4"),
    "layers of a model without a list": (lambda: compression.shallower(nn.Linear(2, 2), 1), "0 layers"),
    "nothing to measure": (lambda: compression.side_by_side({}, [1]), "nothing to measure"),
    "one repetition": (lambda: compression.side_by_side({"a": print}, [1], repetitions=1), "has no spread. Five"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused_with_what_to_do(case: str) -> None:
    call, message = REFUSED[case]
    with pytest.raises(TrainingError, match=message):
        call()


def test_a_model_that_does_not_fit_is_said_with_both_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(int8, "_free_memory", lambda: 1_000)
    with pytest.raises(
        TrainingError, match=r"needs 0\.0 GB and 0\.0 GB of memory are free: delete .*smaller MODEL\."
    ):
        compression.dynamic_int8(Toy())
    monkeypatch.setattr(int8, "_free_memory", lambda: None)
    assert compression.dynamic_int8(Toy())


def test_free_memory_is_a_number_where_the_system_says_and_none_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "linux":
        assert (int8._free_memory() or 0) > 1_000_000
    monkeypatch.setattr(int8, "Path", lambda name: __import__("pathlib").Path("/nowhere"))
    assert int8._free_memory() is None


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("bitsandbytes", "type python -m pip install bitsandbytes; none of the notebook's own cells needs it."),
        ("onnxruntime", "type python -m pip install onnxruntime; none of the notebook's own cells needs it."),
        ("torchao", "type python -m pip install torchao; none of the notebook's own cells needs it."),
        ("torch.ao", "this torch has it no more; torchao takes its place."),
    ],
)
def test_an_absent_library_is_said_in_one_sentence(name: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(available, "find_spec", lambda name: None)
    assert "absent (" in compression.engines()[name]
    with pytest.raises(TrainingError) as caught:
        compression.require(name)
    assert str(caught.value).endswith(advice)
    assert str(caught.value).count(". ") == 0


def test_without_torchs_own_int8_torchao_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(available, "find_spec", lambda name: None)
    with pytest.raises(TrainingError, match="torchao is not installed here"):
        compression.dynamic_int8(Toy())


def test_torchao_is_used_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    module = SimpleNamespace(
        quantize_=lambda model, config: asked.append(config), Int8DynamicActivationInt8WeightConfig=lambda: "int8"
    )
    monkeypatch.setitem(sys.modules, "torchao", SimpleNamespace(quantization=module))
    monkeypatch.setitem(sys.modules, "torchao.quantization", module)
    monkeypatch.setattr(available, "_found", lambda name: "1.0")
    compression.dynamic_int8(Toy(), engine="torchao")
    assert asked == ["int8"]


def ticking(steps: Iterator[float]) -> Callable[[], float]:
    """A clock whose every second reading is later by the next step."""
    now, begun = 0.0, False

    def clock() -> float:
        nonlocal now, begun
        now, begun = (now + next(steps), False) if begun else (now, True)
        return now

    return clock


def _note(order: list[str], name: str, _item: int) -> None:
    order.append(name)


def test_a_latency_leaves_the_warm_up_out_and_takes_models_in_turn() -> None:
    order: list[str] = []
    found = compression.side_by_side(
        {name: partial(_note, order, name) for name in "ab"}, [1, 2], repetitions=2, warm_up=1,
        clock=ticking(iter([0.001, 0.003, 0.002, 0.004, 0.005, 0.005, 0.001, 0.001])), threads=1,
    )  # fmt: skip
    assert "".join(order) == "ab" + "aabb" + "bbaa"
    assert found["a"].times == pytest.approx(np.array([[1.0, 3.0], [1.0, 1.0]]))
    assert found["b"].p50 == pytest.approx(4.5)
    assert found["b"].measured == {"latency_p50": found["b"].p50, "latency_p95": found["b"].p95}
    assert "1 thread of" in found["a"].place
    assert torch.__version__ in repr(found["a"])
    assert {value.place for value in found["a"].measured.values()} == {found["a"].place}  # type: ignore[attr-defined]


def test_a_latency_measured_while_other_work_runs_says_its_spread() -> None:
    calm = compression.Latency(np.array([[2.0, 2.0], [2.1, 2.1]]), "here")
    busy = compression.Latency(np.array([[2.0, 2.0], [4.0, 4.4]]), "here")
    assert (calm.uneven, calm.note) == (False, "")
    assert busy.uneven
    assert "from 2.00 to 4.20 ms between repetitions" in busy.note
    assert "stop it and measure again, or quote this spread" in busy.note


def test_the_number_of_threads_is_as_before_afterwards() -> None:
    before = torch.get_num_threads()
    compression.side_by_side({"a": lambda item: item}, [1], repetitions=2, threads=1)
    assert torch.get_num_threads() == before


def test_the_room_names_its_parts() -> None:
    assert {"dynamic_int8", "side_by_side", "coded"} <= set(dir(compression))
    with pytest.raises(AttributeError, match="no attribute 'int2'"):
        _ = compression.int2
