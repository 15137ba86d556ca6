"""Which device, and how many bits: decided from the GPU's compute capability, not from what it claims."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

PrecisionName = Literal["fp32", "fp16", "bf16"]

BF16_CAPABILITY = (8, 0)


@dataclass(frozen=True)
class DeviceInfo:
    """What the choice depends on: "cpu", "cuda" or "mps", its name, and a CUDA device's compute capability."""

    kind: Literal["cpu", "cuda", "mps"]
    name: str = ""
    capability: tuple[int, int] | None = None


@dataclass(frozen=True)
class Precision:
    """A choice of arithmetic on a device; both methods do nothing under "fp32", so one loop serves all."""

    name: PrecisionName
    device_type: str

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """Run the forward pass inside in the chosen precision."""
        import torch

        if self.name == "fp32":
            yield
            return
        with torch.autocast(self.device_type, dtype=torch.float16 if self.name == "fp16" else torch.bfloat16):
            yield

    def scaler(self) -> Any:
        """A gradient scaler: fp16 gradients vanish below 6e-8 without one, the others need none."""
        import torch

        return torch.amp.GradScaler(self.device_type, enabled=self.name == "fp16")


def choose_precision(info: DeviceInfo) -> PrecisionName:
    """fp32 without CUDA, bf16 from compute capability (8, 0) on, fp16 below.

    The capability is asked because a T4 (7, 5) answers torch that it supports bf16, and emulates it slowly.
    """
    if info.kind != "cuda" or info.capability is None:
        return "fp32"
    return "bf16" if info.capability >= BF16_CAPABILITY else "fp16"


def detect_device() -> DeviceInfo:
    """The device that training would use on this machine: the first CUDA device, else Apple's, else the CPU."""
    import torch

    if torch.cuda.is_available():
        return DeviceInfo("cuda", torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0))
    if torch.backends.mps.is_available():
        return DeviceInfo("mps", "mps")
    return DeviceInfo("cpu", "cpu")


def device_and_precision(info: DeviceInfo | None = None) -> tuple[Any, Precision]:
    """``(torch.device, Precision)`` for this machine, or for ``info`` where it is given."""
    import torch

    info = info or detect_device()
    return torch.device(info.kind), Precision(choose_precision(info), info.kind)
