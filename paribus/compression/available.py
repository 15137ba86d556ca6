"""Which libraries for smaller numbers there are here, and what to do where one is missing."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from paribus.errors import TrainingError

ABOUT = {
    "torch.ao": ("dynamic INT8 on a CPU; comes with torch, which has announced that it goes", ""),
    "torchao": ("its successor: INT8 and INT4, on CPUs and GPUs", "python -m pip install torchao"),
    "bitsandbytes": ("INT8 and NF4 on a GPU, as peft's QLoRA uses it", "python -m pip install bitsandbytes"),
    "onnxruntime": ("INT8 in a runtime of its own, without torch", "python -m pip install onnxruntime"),
}
"""Each engine: what it does, and what to type where it is absent."""


def engines() -> dict[str, str]:
    """Every engine by name: its version, or "absent" with what to type; nothing of it is imported."""
    return {name: _found(name) or f"absent ({_advice(name)})" for name in ABOUT}


def require(name: str) -> None:
    """Go on where the engine is there; a TrainingError of one sentence that says what to do where it is not."""
    if not _found(name):
        other = "none of the notebook's own cells needs it" if name != "torch.ao" else "torchao takes its place"
        raise TrainingError(f"{name} is not installed here ({ABOUT[name][0]}): {_advice(name)}; {other}.")


def _found(name: str) -> str:
    """The version of an engine, "" where there is none."""
    try:
        if find_spec("torch.ao.quantization" if name == "torch.ao" else name) is None:
            return ""
        return version("torch" if name == "torch.ao" else name)
    except (PackageNotFoundError, ModuleNotFoundError):
        return ""


def _advice(name: str) -> str:
    return f"type {ABOUT[name][1]}" if ABOUT[name][1] else "this torch has it no more"
