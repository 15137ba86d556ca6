"""The configuration refuses what cannot be meant, and costs nothing to import."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from paribus.errors import TrainingError
from paribus.training import TrainingConfig

REFUSED: list[dict[str, Any]] = [
    {"model": " "},
    {"epochs": 0},
    {"epochs": 2.0},
    {"epochs": True},
    {"batch_size": -1},
    {"learning_rate": 0.0},
    {"learning_rate": float("nan")},
    {"learning_rate": "fast"},
    {"scheduler": "linaer"},
    {"warmup_share": 1.5},
    {"weight_decay": -0.1},
    {"max_length": 2},
    {"class_weights": None},
    {"patience": 0},
    {"train_rows": 0},
    {"label_smoothing": 1.0},
]


@pytest.mark.parametrize("values", REFUSED, ids=str)
def test_a_value_that_cannot_be_meant_is_refused_by_its_name(values: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match=f"^{next(iter(values))} is .*; expected "):
        TrainingConfig(**values)


def test_replacing_one_value_checks_it_and_leaves_the_others() -> None:
    config = TrainingConfig(patience=2, train_rows=100)

    changed = replace(config, batch_size=16)

    before, after = config.to_fields(), changed.to_fields()
    assert {name for name in before if before[name] != after[name]} == {"batch_size"}
    with pytest.raises(TrainingError):
        replace(config, batch_size=0)


def test_a_configuration_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        TrainingConfig().epochs = 3  # type: ignore[misc]


def test_fields_are_knobs_and_name_a_folder_without_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "my-encoder"
    folder.mkdir()

    fields = TrainingConfig(model=str(folder)).to_fields()

    assert fields["model"].value == "my-encoder"
    assert {item.role for item in fields.values()} == {"knob"}
    assert TrainingConfig(model="org/name").to_fields()["model"].value == "org/name"


def test_importing_the_configuration_imports_neither_torch_nor_numpy() -> None:
    code = (
        "import sys; from paribus.training import TrainingConfig; import paribus.training.models; "
        "TrainingConfig(); "
        "print([name for name in ('torch', 'transformers', 'numpy') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_part_the_room_offers_can_be_had_and_nothing_else() -> None:
    import paribus.training as room

    assert all(getattr(room, name) for name in dir(room))
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        room.trian  # noqa: B018
