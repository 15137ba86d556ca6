"""What a recipe may change beside `TrainingConfig`: the optimiser, the loss, clipping, the network's wiring, and
how the trained model is made smaller.

A recipe's faults are here as plain values, so that a run with a planted bug is described like any other run.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from paribus.errors import TrainingError

Optimizer = Literal["adamw", "sgd"]
Loss = Literal["cross_entropy", "softmax_cross_entropy"]
Activation = Literal["relu", "tanh", "sigmoid"]
Compress = Literal["none", "int8", "int4", "prune"]


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
class Making:
    """How a smaller model is made: of a trained one, by ``compress`` ("prune" sets ``share`` of each matrix to
    zero), or by training on the soft targets of a ``teacher``, a model by name that is trained first, as it is.
    """

    compress: Compress = "none"
    share: float = 0.8
    teacher: str = ""
    temperature: float = 2.0
    mix: float = 0.9

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.compress not in get_args(Compress):
            raise TrainingError(f"compress is {self.compress!r}; expected one of {', '.join(get_args(Compress))}.")
        if not 0 <= self.share < 1 or self.temperature <= 0 or not 0 <= self.mix <= 1:
            raise TrainingError(
                f"A making with share {self.share}, temperature {self.temperature} and mix {self.mix} is not "
                "possible; expected a share from 0 to below 1, a temperature above 0, a mix from 0 to 1."
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
    making: Making | None = None

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
        """Plain values by name; ``making`` only where there is one, as it is younger than recorded recipes."""
        plain = asdict(self)
        if self.making is None:
            del plain["making"]
        return plain


def regime_from(raw: dict[str, Any]) -> Regime:
    """The regime of plain values, as `Regime.to_json` gives them; TrainingError for an unknown name."""
    known = {item.name for item in fields(Regime)}
    wiring, making = raw.get("wiring"), raw.get("making")
    wires, makes = ({item.name for item in fields(part)} for part in (Wiring, Making))
    unknown = sorted(set(raw) - known) + sorted(set(wiring or {}) - wires) + sorted(set(making or {}) - makes)
    if unknown:
        raise TrainingError(f"A regime has no {unknown[0]!r}; it has {', '.join(sorted(known | wires | makes))}.")
    parts = {"wiring": Wiring(**wiring) if wiring else None, "making": Making(**making) if making else None}
    return Regime(**{**raw, **parts})
