"""Dynamic INT8: linear layers hold whole numbers of eight bits, activations are rounded as they come by.

torch ships this as `torch.ao.quantization.quantize_dynamic`. It still works in torch 2.13 and says that it will go;
`torchao` is where it goes. What is installed is used, torch's own first, and nothing is fetched.
"""

import copy
import warnings
from pathlib import Path
from typing import Any

from paribus.compression.available import require
from paribus.errors import TrainingError


def dynamic_int8(model: Any, *, engine: str = "") -> Any:  # any torch module
    """A copy of ``model`` on the CPU with INT8 weights in its linear layers, one scale a tensor.

    ``engine`` is "torch.ao" or "torchao"; by default the first of them that is installed. Embeddings and norms stay
    as they are. TrainingError where neither is there, or a copy does not fit into memory.
    """
    small = spare_copy(model)
    chosen = engine or _first()
    require(chosen)
    if chosen == "torchao":
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

        quantize_(small, Int8DynamicActivationInt8WeightConfig())
        return small
    import torch
    from torch.ao.quantization import quantize_dynamic

    with warnings.catch_warnings():
        # Both say that this part of torch will go, which this module's first lines say, too.
        warnings.filterwarnings(
            "ignore", message=".*torch.ao.quantization is deprecated", category=DeprecationWarning
        )
        warnings.filterwarnings("ignore", message=".*quantized tensor creation functions", category=UserWarning)
        return quantize_dynamic(small, {torch.nn.Linear}, dtype=torch.qint8)


def spare_copy(model: Any) -> Any:
    """A copy of ``model`` on the CPU, in evaluation mode; TrainingError where memory does not hold a second one."""
    values = (*model.parameters(), *model.buffers())
    needed = sum(value.numel() * value.element_size() for value in values)
    free = _free_memory()
    if free is not None and needed > free:
        raise TrainingError(
            f"A second copy of this model needs {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB of memory are free: "
            "delete what you no longer need (del network), restart the kernel, or take a smaller MODEL."
        )
    return copy.deepcopy(model).cpu().eval()


def _first() -> str:
    try:
        require("torch.ao")
    except TrainingError:
        return "torchao"
    return "torch.ao"


def _free_memory() -> int | None:
    """Bytes that can be had without swapping; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((1_024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), None)
