"""Weights in fewer bits, activations as they were: a model whose matrices are rounded, coded or pruned.

    rounded(model, round_trip)          every matrix replaced by what is left of it: for looking at accuracy
    coded(model, encode, decode)        every matrix kept as codes, decoded whenever it is used: for looking at size
    pruned(model, 0.8)                  the smallest 80 % of each matrix set to zero

Matrices are the weights of linear layers and embeddings. Biases and norms are few and stay as they are.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from paribus.compression.int8 import spare_copy
from paribus.errors import TrainingError

Encode = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
Decode = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def rounded(model: Any, round_trip: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """A copy of ``model`` on the CPU whose matrices went through ``round_trip``, which keeps their shape."""
    small = spare_copy(model)
    with torch.no_grad():
        for name, layer in _matrices(small):
            found = round_trip(layer.weight.detach())
            _check_shape(name, found, layer.weight)
            layer.weight.copy_(found)
    return small


def pruned(model: Any, share: float) -> Any:
    """A copy whose matrices each have ``share`` of their numbers, the smallest by size, set to zero.

    Magnitude pruning (Han et al. 2015), without the training that usually follows.
    """
    if not 0 <= share < 1:
        raise TrainingError(f"share is {share!r}; expected a number from 0 to below 1, such as 0.8.")

    def smallest_to_zero(weight: torch.Tensor) -> torch.Tensor:
        count = int(share * weight.numel())
        if not count:
            return weight
        bound = weight.abs().flatten().kthvalue(count).values
        return torch.where(weight.abs() > bound, weight, torch.zeros_like(weight))

    return rounded(model, smallest_to_zero)


def coded(model: Any, encode: Encode, decode: Decode) -> Any:
    """A copy that holds ``encode(weight)`` of every matrix and decodes it whenever it is used.

    ``encode`` gives two tensors (packed codes, scales); ``decode`` gives the matrix back, in its shape. This is
    reference code: it saves space on disk and in memory, and pays with time.
    """
    small = spare_copy(model)
    for name, layer in list(_matrices(small)):
        weight = layer.weight.detach()
        packed, scales = encode(weight)
        _check_shape(name, decode(packed, scales), weight)
        parent, _, last = name.rpartition(".")
        setattr(small.get_submodule(parent), last, _Coded(layer, packed, scales, decode))
    return small.eval()


class _Coded(nn.Module):  # type: ignore[misc]
    """A linear layer or an embedding whose matrix is kept as codes."""

    def __init__(self, layer: Any, packed: torch.Tensor, scales: torch.Tensor, decode: Decode) -> None:
        super().__init__()
        self.register_buffer("packed", packed)
        self.register_buffer("scales", scales)
        self.bias = getattr(layer, "bias", None)
        self.is_embedding = isinstance(layer, nn.Embedding)
        self._decode = decode

    @property
    def weight(self) -> torch.Tensor:
        """The decoded matrix."""
        return self._decode(self.packed, self.scales)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """As the layer whose place this takes."""
        weight = self.weight.float()
        return (
            functional.embedding(given, weight)
            if self.is_embedding
            else functional.linear(given, weight, self.bias)
        )


def _matrices(model: Any) -> Iterator[tuple[str, Any]]:
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            yield name, layer


def _check_shape(name: str, found: torch.Tensor, weight: torch.Tensor) -> None:
    if found.shape != weight.shape:
        raise TrainingError(
            f"The matrix {name} has shape {tuple(weight.shape)} and came back as {tuple(found.shape)}: rounding "
            "may change its numbers and not its shape."
        )
