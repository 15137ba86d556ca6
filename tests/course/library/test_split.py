"""The fixed split: stratified, the same for everyone, told apart by its digests."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints import Complaints, split
from paribus.data.split import test_rows as rows_for_test
from paribus.data.split import validation_rows
from paribus.errors import DataError


def frame(**sizes: int) -> pd.DataFrame:
    rows = [(f"{name} complaint {row}", name) for name, size in sizes.items() for row in range(size)]
    return pd.DataFrame(rows, columns=["text", "label"])


def pairs(data: Complaints) -> set[tuple[str, str]]:
    parts = (data.train, data.validation, data.test)
    rows = [row for part in parts for row in zip(part.texts, part.labels, strict=True)]
    return {(text, data.classes[label]) for text, label in rows}


@settings(deadline=None)
@given(st.integers(5, 30_000))
def test_every_class_has_all_three_parts(total: int) -> None:
    test = rows_for_test(total)
    validation = validation_rows(total - test)
    assert test >= 1
    assert validation >= 1
    assert total - test - validation >= 1


@pytest.mark.parametrize(
    ("total", "train", "validation", "test"),
    [(19_753, 13_333, 1_482, 4_938), (7, 4, 1, 2), (8, 5, 1, 2), (5, 3, 1, 1)],
)
def test_the_rule_gives_the_course_its_numbers(total: int, train: int, validation: int, test: int) -> None:
    assert rows_for_test(total) == test
    assert validation_rows(total - test) == validation
    assert total - test - validation == train


def test_nothing_is_lost_or_doubled() -> None:
    whole = frame(fees=40, rewards=17, points=5)
    data = split(whole)
    assert pairs(data) == set(zip(whole["text"], whole["label"], strict=True))
    assert len(data.train) + len(data.validation) + len(data.test) == len(whole)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(seed: int) -> None:
    whole = frame(fees=40, rewards=17, points=5)
    data, other = split(whole), split(whole.sample(frac=1, random_state=seed))
    assert (data.fingerprint, data.split_digest) == (other.fingerprint, other.split_digest)
    assert data.train.texts == other.train.texts
    assert np.array_equal(data.validation.labels, other.validation.labels)


def test_classes_come_by_training_frequency_then_by_name() -> None:
    data = split(frame(small=8, zeta=20, alpha=20, large=90))
    assert data.classes == ("large", "alpha", "zeta", "small")
    assert data.class_counts.tolist() == sorted(data.class_counts.tolist(), reverse=True)
    assert np.bincount(data.train.labels).tolist() == data.class_counts.tolist()


def test_a_changed_text_changes_both_digests_and_a_moved_one_only_the_splits() -> None:
    whole = frame(fees=40, rewards=17)
    edited = whole.replace("fees complaint 3", "fees complaint three")
    assert split(edited).fingerprint != split(whole).fingerprint
    parts = ["test" if row % 3 else "train" for row in range(len(whole))]
    moved = split(whole.assign(part=parts))
    assert moved.fingerprint == split(whole).fingerprint
    assert moved.split_digest != split(whole).split_digest


def test_labels_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        split(frame(fees=9, rewards=9)).train.labels[0] = 1


def test_a_class_without_enough_outside_the_test_is_refused() -> None:
    whole = frame(fees=9, rewards=5)
    parts = ["test" if name == "rewards" else "train" for name in whole["label"]]
    with pytest.raises(DataError, match=r"'rewards' of frame has 0 text\(s\) outside the test split"):
        split(whole.assign(part=parts))


def test_a_subset_keeps_classes_tiers_and_nests() -> None:
    data = split(frame(fees=400, rewards=170, points=50))
    small, large = data.subset(30, seed=1), data.subset(60, seed=1)
    assert len(small.train) == 30
    assert set(small.train.texts) < set(large.train.texts)
    assert small.classes == data.classes
    assert small.tiers().tolist() == data.tiers().tolist()
    assert small.train.fingerprint != data.train.fingerprint
    assert small.validation is data.validation
    assert data.subset(30, seed=2).train.texts != small.train.texts


@pytest.mark.parametrize("rows", [0, 10_000])
def test_a_subset_of_no_or_too_many_rows_is_refused(rows: int) -> None:
    with pytest.raises(DataError, match=f"A subset of {rows} rows was asked for"):
        split(frame(fees=40, rewards=17)).subset(rows, seed=0)
