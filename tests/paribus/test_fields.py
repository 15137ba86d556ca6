"""Only plain values under proper names enter a record, and no path of anyone's machine."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from paribus.errors import EvidenceError
from paribus.records.fields import basename, config_fields
from paribus.records.record import ConfigField


@dataclass(frozen=True)
class Config:
    batch_size: int = 32
    learning_rate: float = 1e-3


class Declared:
    def to_fields(self) -> dict[str, ConfigField]:
        return {"steps": ConfigField(10, "derived", ("batch_size",)), "model": ConfigField("/home/me/m", "knob")}


def test_a_dataclass_a_mapping_and_a_declared_configuration_are_read() -> None:
    assert config_fields(Config()) == config_fields({"learning_rate": 1e-3, "batch_size": 32})
    assert config_fields(Declared())["steps"] == ConfigField(10, "derived", ("batch_size",))
    assert config_fields(Declared())["model"].value == "m"


def test_roles_are_knob_unless_declared() -> None:
    fields = config_fields(
        {"batch_size": 32, "precision": "fp16"},
        derived={"steps": (1808, "batch_size", "epochs"), "warmup": (108, ("steps",)), "batches": 3},
        outcome={"seconds": 12.5},
        environment={"precision": "fp16"},
    )
    roles = {name: field.role for name, field in fields.items()}
    assert roles == {
        "batch_size": "knob", "precision": "environment", "seconds": "outcome",
        "steps": "derived", "warmup": "derived", "batches": "derived",
    }  # fmt: skip
    assert fields["steps"].of == ("batch_size", "epochs")
    assert fields["warmup"].of == ("steps",)
    assert list(fields) == sorted(fields)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.int64(3), 3), (np.float32(0.5), 0.5), (np.bool_(True), True), (None, None), (True, True),
        (float("inf"), "inf"), (float("nan"), "nan"), (np.float64("-inf"), "-inf"),
        (Path("/home/someone/data.csv"), "data.csv"), ("/kaggle/input/x/data.parquet", "data.parquet"),
        ("~/models/mine/", "mine"), (r"C:\Users\me\model", "model"), ("./run", "run"), ("/", "/"),
        ("answerdotai/ModernBERT-base", "answerdotai/ModernBERT-base"), ("a\ud800b", "a?b"),
    ],
)  # fmt: skip
def test_values_become_plain_and_paths_their_last_part(value: object, kept: object) -> None:
    assert config_fields({"x": value})["x"].value == kept


def test_a_relative_path_that_exists_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert basename("data/raw.csv") == "raw.csv"
    assert basename("data/other.csv") == "data/other.csv"
    assert basename("a/" + "b" * 5_000) == "a/" + "b" * 5_000


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"layers": ["q", "v"]}, "'layers' is a list"),
        ({"model": object()}, "'model' is a object"),
        ({"nested": Config()}, "'nested' is a Config"),
        ({"rate": np.array([1, 2])}, "'rate' is a ndarray"),
        ({"text": "x" * 400}, "'text' is a text of 400 characters"),
        ({"hf_token": "abc"}, "'hf_token' looks like a secret"),
        ({"2 words": 1}, "'2 words' needs another name"),
        ({3: 1}, "3 needs another name"),
        ({f"x{i}": i for i in range(101)}, "101 fields"),
        ("lr=3", "got a str"),
        (Config, "got a type"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_name(config: object, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        config_fields(config)


def test_words_that_only_contain_token_are_no_secret() -> None:
    assert config_fields({"max_tokens": 128, "tokenizer": "bpe"})["max_tokens"].value == 128
