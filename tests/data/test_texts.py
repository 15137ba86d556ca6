"""Texts with classes: any course's are read, split once and told apart; what cannot be had is said."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paribus.data.files import is_table, read_table
from paribus.data.hub import FakeHub, HubError, unreachable
from paribus.data.split import split_texts
from paribus.data.texts import TextData
from paribus.errors import DataError
from paribus.records.data import Data, metrics_of
from paribus.training.protocols import SplitData

TEXTS = tuple(f"letter {number}" for number in range(60))
NAMES = tuple("thanks" if number % 3 else "asks" for number in range(60))


def test_texts_of_any_course_are_split_once_whatever_their_order() -> None:
    data = split_texts(TEXTS, NAMES, source="letters")
    again = split_texts(TEXTS[::-1], NAMES[::-1], source="letters")
    assert (data.classes, len(data.train), len(data.validation), len(data.test)) == (("thanks", "asks"), 40, 5, 15)
    assert (again.fingerprint, again.split_digest) == (data.fingerprint, data.split_digest)
    assert data.class_counts.tolist() == [27, 13]


def test_a_run_and_a_training_take_them() -> None:
    data: TextData = split_texts(TEXTS, NAMES, source="letters")
    for_runs: Data = data
    for_training: SplitData = data
    assert "macro_f1" in metrics_of(for_runs)
    assert len(for_training.subset(5, seed=1).train.texts) == 5


def test_texts_say_what_their_runs_are_scored_by() -> None:
    data = split_texts(TEXTS, NAMES, source="letters").scored_by("accuracy", "ece")
    assert metrics_of(data) == ("accuracy", "ece")
    assert data.subset(5, seed=1).metrics == ("accuracy", "ece")
    for name, says in (("acuracy", "Did you mean 'accuracy'"), ("rmse", "no metric of predicted classes")):
        with pytest.raises(DataError, match=says):
            data.scored_by(name)


def test_texts_judged_on_a_part_of_the_validation_are_other_data_made_of_these() -> None:
    data = split_texts(TEXTS, NAMES, source="letters")
    part = data.judged_on(np.array([0, 3]))
    assert part.validation.texts == (data.validation.texts[0], data.validation.texts[3])
    assert part.train is data.train
    for name in ("fingerprint", "split_digest"):
        whole, of_part, other = (getattr(item, name) for item in (data, part, data.judged_on(np.array([0, 2]))))
        assert of_part.partition("+")[0] == other.partition("+")[0] == whole
        assert len({whole, of_part, other}) == 3
    assert part.judged_on(np.array([1])).fingerprint.count("+") == 1


def test_each_text_needs_a_class() -> None:
    with pytest.raises(DataError, match="letters has 60 texts and 59 names of classes; expected one each"):
        split_texts(TEXTS, NAMES[1:], source="letters")


def test_a_table_is_read_by_its_ending(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["a"], "label": ["1"]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    assert is_table("T.CSV")
    assert not is_table("hub")
    assert read_table(tmp_path / "t.csv").equals(read_table(tmp_path / "t.parquet"))
    with pytest.raises(DataError, match=r"There is no file .*--data FILE, or --data tiny"):
        read_table(tmp_path / "absent.csv", "tiny")


def test_what_the_hub_does_not_have_is_said_with_what_to_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HubError, match=r"owner/letters could not be read .*Pass a copy") as caught:
        FakeHub({})("owner/letters")
    assert (caught.value.name, caught.value.reason) == ("owner/letters", "the fake hub does not have it")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://mirror.invalid")
    assert "at http://mirror.invalid: down" in unreachable("owner/letters", "down")
