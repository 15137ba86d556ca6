"""Four instruments, layer by layer: gradient norms, the size of an update against the weights, and histograms.

Each matrix of the model is a layer here; biases and the like are left out of the table and enter the global norm.
"""

import math
from typing import Any

import torch

BINS = 21
SPREAD = 4.0
"""Histograms run over ± SPREAD standard deviations of a layer's weights around their mean."""

Row = tuple[str, float | None, float | None, float | None, float | None, list[int]]


class Watch:
    """Reads a model's gradients and weights around a step; copies the weights only when it is asked to."""

    def __init__(self, model: Any) -> None:  # any torch module
        self._parameters = [value for value in model.parameters() if value.requires_grad]
        self._layers = [(name, value) for name, value in model.named_parameters() if value.ndim == 2]
        self._before: list[torch.Tensor] = []
        self._norms: list[float] = []

    def gradient_norm(self) -> torch.Tensor:
        """The global norm over all parameters."""
        norms = [value.grad.norm() for value in self._parameters if value.grad is not None]
        return torch.stack(norms).norm()

    def before_step(self) -> None:
        """Keep the weights and the layers' gradient norms of this step."""
        self._before = [value.detach().clone() for _, value in self._layers]
        self._norms = [float(value.grad.norm()) if value.grad is not None else 0.0 for _, value in self._layers]

    def after_step(self) -> list[Row]:
        """A row a layer: name, gradient norm, update-to-weight ratio, mean, deviation, histogram counts."""
        rows: list[Row] = []
        for number, (name, value) in enumerate(self._layers):
            old = self._before[number]
            new = value.detach()
            size = float(old.norm())
            ratio = float((new - old).norm()) / size if size else math.nan
            mean, deviation = float(new.mean()), float(new.std())
            rows.append((
                layer_name(name), _plain(self._norms[number]), _plain(ratio), _plain(mean), _plain(deviation),
                _histogram(new, mean, deviation),
            ))  # fmt: skip
        self._before = []
        return rows


def layer_name(parameter: str) -> str:
    """A parameter's name without what every name shares."""
    return parameter.removesuffix(".weight").removeprefix("model.")


def _histogram(values: torch.Tensor, mean: float, deviation: float) -> list[int]:
    if not (math.isfinite(mean) and math.isfinite(deviation)):
        return [0] * BINS
    half = SPREAD * deviation or 1.0
    counts = torch.histc(values.float().cpu(), bins=BINS, min=mean - half, max=mean + half)
    return [int(count) for count in counts]


def _plain(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
