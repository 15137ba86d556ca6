"""Latencies that a memo quotes are still there after a restart, and measured anew where anything is another."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from paribus import compression
from paribus.compression.latency import Latency
from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook

Reopen = Callable[..., Notebook]


class Stopwatch:
    """Other times at every measurement."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Mapping[str, Latency]:
        self.asked += 1
        return {
            "plain": Latency(np.full((2, 3), float(self.asked)), "here"),
            "int8": Latency(np.ones((2, 3)), "here"),
        }


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Linear(2, 2)


def code(weight: float) -> float:
    return weight / 7


def other_code(weight: float) -> float:
    return weight / 15


OF = (network(), np.arange(3), [1, 2], "micro", None, code)


def test_a_restarted_notebook_takes_the_times_that_its_memo_quotes(
    reopen: Reopen, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Stopwatch()
    first = compression.measured_once(reopen(), "candidates", watch, of=OF)
    again = compression.measured_once(reopen(), "candidates", watch, of=OF)
    assert watch.asked == 1
    assert {name: item.p50 for name, item in again.items()} == {name: item.p50 for name, item in first.items()}
    assert again["plain"].place == "here"
    assert "UTC and are taken again, so that what a memo quotes stays true" in capsys.readouterr().out


@pytest.mark.parametrize(
    "of",
    [
        (network(1), *OF[1:]),
        (OF[0], np.arange(4), *OF[2:]),
        (*OF[:2], [1, 2, 3], *OF[3:]),
        (*OF[:3], "smoke", *OF[4:]),
        (*OF[:5], other_code),
    ],
    ids=["another network", "other texts", "other numbers", "another profile", "another function"],
)
def test_where_anything_is_another_it_is_measured_anew(reopen: Reopen, of: tuple[Any, ...]) -> None:
    watch = Stopwatch()
    compression.measured_once(reopen(), "candidates", watch, of=OF)
    assert compression.measured_once(reopen(), "candidates", watch, of=of)["plain"].p50 == 2.0


def test_another_place_and_another_name_are_measured_anew(reopen: Reopen, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Stopwatch()
    compression.measured_once(reopen(), "candidates", watch, of=OF)
    compression.measured_once(reopen(), "models", watch, of=OF)
    assert watch.asked == 2
    monkeypatch.setattr("paribus.compression.remembered.place", lambda: "another processor")
    compression.measured_once(reopen(), "candidates", watch, of=OF)
    assert watch.asked == 3


def test_who_asks_again_gets_new_times_and_a_damaged_file_is_no_error(reopen: Reopen, tmp_path: Path) -> None:
    watch = Stopwatch()
    compression.measured_once(reopen(), "candidates", watch, of=OF)
    compression.measured_once(reopen(), "candidates", watch, of=OF, again=True)
    assert watch.asked == 2
    (file,) = tmp_path.rglob("candidates-latencies.json")
    file.write_text(file.read_text()[:40])
    assert compression.measured_once(reopen(), "candidates", watch, of=OF)["plain"].p50 == 3.0


def test_a_full_disk_is_said(
    reopen: Reopen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = reopen()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("paribus.compression.remembered.write_atomic", full)
    assert compression.measured_once(notebook, "candidates", Stopwatch(), of=OF)["plain"].p50 == 1.0
    assert "could not be kept on disk (No space left on device)" in capsys.readouterr().out


def test_what_cannot_be_compared_is_refused(reopen: Reopen) -> None:
    with pytest.raises(EvidenceError, match="cannot be remembered by a set"):
        compression.measured_once(reopen(), "candidates", Stopwatch(), of=({1, 2},))
