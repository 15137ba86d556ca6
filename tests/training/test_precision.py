"""Precision follows the GPU's compute capability."""

import pytest
import torch

from paribus.training.precision import DeviceInfo, Precision, choose_precision, detect_device, device_and_precision

CASES = [
    (DeviceInfo("cpu"), "fp32"),
    (DeviceInfo("mps", "Apple M2"), "fp32"),
    (DeviceInfo("cuda", "Tesla P100", (6, 0)), "fp16"),
    (DeviceInfo("cuda", "Tesla T4", (7, 5)), "fp16"),  # says it supports bf16, and emulates it
    (DeviceInfo("cuda", "A100", (8, 0)), "bf16"),
    (DeviceInfo("cuda", "L4", (8, 9)), "bf16"),
    (DeviceInfo("cuda", "H200", (9, 0)), "bf16"),
    (DeviceInfo("cuda", "unknown", None), "fp32"),
]


@pytest.mark.parametrize(("info", "expected"), CASES, ids=lambda value: getattr(value, "name", value))
def test_precision_follows_the_compute_capability(info: DeviceInfo, expected: str) -> None:
    assert choose_precision(info) == expected


def test_this_machine_has_a_device_and_a_precision_that_fits_it() -> None:
    info = detect_device()

    device, precision = device_and_precision()

    assert device.type == info.kind == precision.device_type
    assert precision.name == choose_precision(info)


@pytest.mark.parametrize(("name", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_the_forward_pass_runs_in_the_chosen_precision(name: str, dtype: torch.dtype) -> None:
    precision = Precision(name, "cpu")  # type: ignore[arg-type]

    with precision.autocast():
        product = torch.ones(2, 2) @ torch.ones(2, 2)

    assert product.dtype == dtype


@pytest.mark.parametrize(("name", "enabled"), [("fp32", False), ("bf16", False), ("fp16", True)])
def test_only_fp16_scales_its_gradients(name: str, enabled: bool) -> None:
    assert Precision(name, "cpu").scaler().is_enabled() == enabled  # type: ignore[arg-type]
