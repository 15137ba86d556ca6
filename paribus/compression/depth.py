"""A network with fewer layers: some of them are left out, and nothing is trained."""

from typing import Any

from paribus.compression.int8 import spare_copy
from paribus.errors import TrainingError


def shallower(model: Any, keep: int) -> Any:  # any transformer
    """A copy of ``model`` on the CPU with ``keep`` of its layers, evenly spaced, the first one among them.

    The layers are the longest list of modules in it. TrainingError where it has none, or fewer than ``keep``.
    """
    from torch import nn

    small = spare_copy(model)
    lists = [(name, part) for name, part in small.named_modules() if isinstance(part, nn.ModuleList)]
    name, layers = max(lists, key=lambda item: len(item[1]), default=("", nn.ModuleList()))
    if not 1 <= keep <= len(layers):
        raise TrainingError(
            f"keep is {keep!r}, and this model has {len(layers)} layers in a list: expected 1 to {len(layers)}."
        )
    parent, _, last = name.rpartition(".")
    kept = nn.ModuleList([layers[number * len(layers) // keep] for number in range(keep)])
    setattr(small.get_submodule(parent), last, kept)
    if hasattr(small.config, "num_hidden_layers"):
        small.config.num_hidden_layers = keep
    return small
