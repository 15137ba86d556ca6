"""What a recipe may change beside `TrainingConfig`: the optimiser, the loss, clipping, and the network's wiring.

A recipe's faults stand here as plain values, so that a run with a planted bug is described like any other run.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from paribus.errors import TrainingError

Optimizer = Literal["adamw", "sgd"]
Loss = Literal["cross_entropy", "softmax_cross_entropy"]
Activation = Literal["relu", "tanh", "sigmoid"]


@dataclass(frozen=True)
class Wiring:
    """A deep network of plain layers over the mean of token embeddings, in place of a model from the hub.

    ``normalised`` normalises each layer's output (without parameters, so that tensors keep their names and sizes);
    ``residual`` adds a layer's input to its output; ``gain`` scales the initial weights (1 keeps the variance).
    """

    width: int = 64
    depth: int = 8
    activation: Activation = "relu"
    normalised: bool = True
    residual: bool = True
    gain: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.activation not in get_args(Activation):
            raise TrainingError(f"activation is {self.activation!r}; expected one of {get_args(Activation)}.")
        if self.width < 2 or self.depth < 1 or not 0 < self.gain <= 1e3:
            raise TrainingError(
                f"A network of width {self.width}, depth {self.depth} and gain {self.gain:g} is not possible; "
                "expected at least 2, at least 1, and a gain above 0."
            )


@dataclass(frozen=True)
class Regime:
    """How one run is trained and watched.

    ``loss`` "softmax_cross_entropy" is a common bug: the softmax is taken twice. ``clip_norm`` clips
    the gradient's global norm (None: never). ``evaluate_every`` counts optimiser steps between evaluations inside
    the epoch (the end of each epoch is evaluated anyway). ``instruments`` also logs gradients, updates and
    weights, layer by layer. ``may_diverge`` says that a loss which is not finite is what the recipe intends.
    """

    optimizer: Optimizer = "adamw"
    loss: Loss = "cross_entropy"
    clip_norm: float | None = None
    evaluate_every: int = 100
    instruments: bool = False
    may_diverge: bool = False
    wiring: Wiring | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name, known in (("optimizer", get_args(Optimizer)), ("loss", get_args(Loss))):
            if getattr(self, name) not in known:
                raise TrainingError(f"{name} is {getattr(self, name)!r}; expected one of {', '.join(known)}.")
        if self.clip_norm is not None and self.clip_norm <= 0:
            raise TrainingError(f"clip_norm is {self.clip_norm}; expected a number above 0, or None.")
        if self.evaluate_every < 1:
            raise TrainingError(f"evaluate_every is {self.evaluate_every}; expected at least 1 step.")

    def to_json(self) -> dict[str, Any]:
        """Plain values by name."""
        return asdict(self)


def regime_from(raw: dict[str, Any]) -> Regime:
    """The regime of plain values, as `Regime.to_json` gives them; TrainingError for an unknown name."""
    known = {item.name for item in fields(Regime)}
    wiring = raw.get("wiring")
    wires = {item.name for item in fields(Wiring)}
    unknown = sorted(set(raw) - known) + sorted(set(wiring or {}) - wires)
    if unknown:
        raise TrainingError(f"A regime has no {unknown[0]!r}; it has {', '.join(sorted(known | wires))}.")
    return Regime(**{**raw, "wiring": Wiring(**wiring) if wiring else None})
