"""The environment names versions and the device, and imports nothing to find out."""

import sys
from datetime import UTC
from types import SimpleNamespace

import pytest

from paribus.records import environment
from paribus.records.session import utc_now


@pytest.mark.parametrize(
    ("cuda", "mps", "name"), [(True, False, "Tesla T4"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_device_is_the_one_torch_would_use(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, name: str
) -> None:
    torch = SimpleNamespace(
        cuda=SimpleNamespace(
            is_available=lambda: cuda, current_device=lambda: 0, get_device_name=lambda _: "Tesla T4"
        ),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert environment.device_name() == name


def test_without_torch_a_run_is_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert environment.device_name() == "cpu"
    assert "torch" not in sys.modules


def test_libraries_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "LIBRARIES", ("numpy", "no-such-library"))
    found = environment.environment()
    assert "numpy" in found
    assert "no-such-library" not in found


def test_times_are_in_utc() -> None:
    assert utc_now().tzinfo is UTC
