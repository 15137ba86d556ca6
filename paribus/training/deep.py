"""A deep network of plain layers, small enough to watch: what the pathologies of training are shown on.

Token embeddings are averaged over a text, pass through ``depth`` square layers and a linear head. With
normalisation and residual connections it trains well; without them it is the network of the textbooks, whose
gradients vanish or explode with depth (Glorot & Bengio, 2010; He et al., 2015).
"""

import math
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from paribus.training.regime import Wiring

_ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
_KEEPS_VARIANCE = {"relu": math.sqrt(2.0), "tanh": 1.0, "sigmoid": 1.0}


class DeepNetwork(nn.Module):  # type: ignore[misc]
    """Call it as a Hugging Face classifier: ``network(input_ids=…, attention_mask=…).logits``."""

    def __init__(self, vocabulary: int, n_classes: int, wiring: Wiring, seed: int) -> None:
        super().__init__()
        self.wiring = wiring
        generator = torch.Generator().manual_seed(seed)
        width, scale = wiring.width, _KEEPS_VARIANCE[wiring.activation] * wiring.gain
        self.embedding = nn.Parameter(torch.randn(vocabulary, width, generator=generator))
        self.layers = nn.ParameterList(
            nn.Parameter(torch.randn(width, width, generator=generator) * scale / math.sqrt(width))
            for _ in range(wiring.depth)
        )
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(width)) for _ in range(wiring.depth))
        self.head = nn.Parameter(torch.randn(width, n_classes, generator=generator) / math.sqrt(width) * 0.1)
        self.head_bias = nn.Parameter(torch.zeros(n_classes))

    def forward(self, input_ids: Any, attention_mask: Any) -> SimpleNamespace:  # tensors
        """Logits of shape (rows, classes) as ``.logits``."""
        mask = attention_mask.unsqueeze(-1).to(self.embedding.dtype)
        state = (nn.functional.embedding(input_ids, self.embedding) * mask).sum(1) / mask.sum(1).clamp(min=1)
        if self.wiring.normalised:
            state = nn.functional.layer_norm(state, state.shape[-1:])
        activation = _ACTIVATIONS[self.wiring.activation]
        for weight, bias in zip(self.layers, self.biases, strict=True):
            changed = activation(state @ weight + bias)
            if self.wiring.normalised:
                changed = nn.functional.layer_norm(changed, changed.shape[-1:])
            state = state + changed if self.wiring.residual else changed
        if self.wiring.normalised:
            state = nn.functional.layer_norm(state, state.shape[-1:])
        return SimpleNamespace(logits=state @ self.head + self.head_bias)
