"""TensorBoard's event files: a run's own numbers, or a sentence that says which is not."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from paribus.errors import TrainingError
from paribus.records.runs import RunResult
from paribus.training.tracking import agrees, read_events, write_events


@dataclass(frozen=True)
class Line:
    """As much of an epoch as tracking reads."""

    epoch: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Run:
    """As much of a finished run as tracking reads."""

    run: str = "a1b2"
    name: str = "encoder"
    seed: int = 13
    epochs: tuple[Line, ...] = field(
        default=(
            Line(1, {"macro_f1": 0.123456789, "train_loss": 2.5}),
            Line(2, {"macro_f1": 0.2, "train_loss": float("nan")}),
        )
    )


def _result(**changes: object) -> RunResult:
    return cast(RunResult, Run(**cast(dict[str, Any], changes)))


def test_what_was_written_is_read_back_as_recorded(tmp_path: Path) -> None:
    """Three numbers: what is no number is not tracked."""
    folder = write_events(_result(), tmp_path)
    assert agrees(_result(), folder) == 3
    assert read_events(folder).run == "a1b2"


def test_a_run_is_written_once(tmp_path: Path) -> None:
    write_events(_result(), tmp_path)
    folder = write_events(_result(), tmp_path)
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"run": "c3d4"}, "belongs to the run a1b2"),
        ({"epochs": (Line(1, {"macro_f1": 0.3}),)}, "macro_f1 is 0.3 in the record and 0.123457"),
        ({"epochs": (Line(3, {"macro_f1": 0.3}),)}, "in the record and nothing"),
    ],
)
def test_an_event_file_of_another_run_is_told(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    folder = write_events(_result(), tmp_path)
    with pytest.raises(TrainingError, match=told):
        agrees(_result(**changes), folder)


def test_a_folder_without_events_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no event file"):
        read_events(tmp_path)


def test_events_of_somebody_elses_program_are_told(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("loss", 1.0, 1)
    with pytest.raises(TrainingError, match="names no run"):
        read_events(tmp_path)


def test_without_tensorboard_a_sentence_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(TrainingError, match="pip install tensorboard"):
        write_events(_result(), tmp_path)
