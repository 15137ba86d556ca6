"""A commitment fits one prediction, one change and one notebook, and is slow to make."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paribus.errors import ExperimentError
from paribus.experiments import commitment
from paribus.experiments.commitment import commit, normal_code, verify
from paribus.experiments.notebook import Notebook
from paribus.records.record import Prediction, Record
from tests.paribus.material import CONFIG, SMALL, Data, Train

MADE = Prediction("macro_f1", "up", 0.0, 0.03, "smaller batches mean more updates", "2027-01-04T09:00:00+00:00", 3)
# Part of the format: a code handed in under one version is verified under another.
CODE = "MY56-4CAF-7N5B"


def test_the_code_of_this_prediction_never_changes() -> None:
    assert commit(MADE, "batch_size", "ab" * 16) == CODE


def test_a_code_costs_32_megabytes_and_fits_as_somebody_types_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    scrypt = hashlib.scrypt

    def noting(*given: bytes, **cost: Any) -> bytes:  # as hashlib's
        asked.append(cost)
        return scrypt(*given, **cost)

    monkeypatch.setattr(hashlib, "scrypt", noting)
    assert verify(f" {CODE.lower().replace('-', ' ')} ", MADE, "batch_size", "ab" * 16)
    assert [128 * cost["r"] * cost["n"] for cost in asked] == [2**25]


@pytest.mark.parametrize(
    "other",
    [
        replace(MADE, written="2027-02-01T09:00:00+00:00", written_after=9),
        replace(MADE, low=0, why="  smaller batches\nmean more   updates "),
        replace(MADE, low=-0.0),
    ],
)
def test_when_it_was_written_and_how_it_was_spaced_do_not_matter(other: Prediction) -> None:
    assert verify(CODE, other, "batch_size", "ab" * 16)


@pytest.mark.parametrize(
    ("other", "vary", "nonce"),
    [
        (replace(MADE, high=0.04), "batch_size", "ab" * 16), (replace(MADE, high=None), "batch_size", "ab" * 16),
        (replace(MADE, direction="none"), "batch_size", "ab" * 16),
        (replace(MADE, why="because it should"), "batch_size", "ab" * 16),
        (MADE, "learning_rate", "ab" * 16), (MADE, "batch_size", "cd" * 16),
    ],
)  # fmt: skip
def test_another_prediction_change_or_notebook_does_not_fit(other: Prediction, vary: str, nonce: str) -> None:
    assert not verify(CODE, other, vary, nonce)


@pytest.mark.parametrize("text", ["", "my code", "AAAA-AAAA", "0" * 12 + "1", "\U0001d7d8" * 12, "ü" * 12])
def test_a_text_that_is_no_code_does_not_fit_and_no_code_is_worked_out_for_it(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        commitment, "commit", lambda *_: pytest.fail("working a code out takes a moment on purpose")
    )
    assert not verify(text, MADE, "batch_size", "ab" * 16)


@given(place=st.integers(0, 11), other=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_no_code(place: int, other: str) -> None:
    plain = CODE.replace("-", "")
    typed = plain[:place] + other + plain[place + 1 :]
    assert (normal_code(typed) == CODE) == (typed == plain)
    assert normal_code(typed) in (None, CODE)


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert normal_code("oooo-oooo-oooo") == normal_code("0000-0000-0000") == "0000-0000-0000"


def test_an_experiment_commits_to_the_prediction_in_force_and_its_record_verifies(
    notebook: Notebook, train: Train, data: Data
) -> None:
    experiment = notebook.experiment("batch", vary="batch_size")
    with pytest.raises(ExperimentError, match="no prediction for 'batch' to commit to"):
        experiment.commitment()
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.03, why="more updates an epoch")
    code = experiment.commitment()
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    start = Record.from_json(experiment.run("changed", train, SMALL, data=data, seed=0).start.to_json())
    assert start.prediction is not None
    assert verify(code, start.prediction, start.vary, start.nonce)
