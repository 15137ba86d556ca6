"""Issues that are left out are gone from every part, and texts of other kinds share little with complaints."""

import numpy as np
import pytest

import complaints
from paribus.errors import DataError


def test_issues_left_out_are_in_no_part_and_their_validation_complaints_are_handed_back() -> None:
    data = complaints.load("synthetic", size="micro")
    gone = data.validation.labels[:1].tolist()

    known, unseen = complaints.leave_out(data, gone)

    for part in (known.train, known.validation, known.test):
        assert not np.isin(part.labels, gone).any()
    assert np.isin(unseen.labels, gone).all()
    assert len(unseen) + len(known.validation) == len(data.validation)
    assert known.classes == data.classes
    assert known.tiers().tolist() == data.tiers().tolist()
    assert known.fingerprint != data.fingerprint
    assert known.fingerprint == complaints.leave_out(data, gone)[0].fingerprint


@pytest.mark.parametrize("classes", [[], [-1], [10_000]])
def test_class_ids_that_are_none_are_refused(classes: list[int]) -> None:
    with pytest.raises(DataError, match="Class ids from 0 to"):
        complaints.leave_out(complaints.load("synthetic", size="micro"), classes)


def test_a_part_must_not_become_empty() -> None:
    data = complaints.load("synthetic", size="micro")
    with pytest.raises(DataError, match="would be empty"):
        complaints.leave_out(data, range(len(data.classes)))


def test_texts_of_other_kinds_are_the_same_every_time_and_no_complaints() -> None:
    texts = complaints.elsewhere(80, seed=1)
    assert texts == complaints.elsewhere(80, seed=1)
    assert texts != complaints.elsewhere(80, seed=2)
    assert len(texts) == 80
    assert not any(word in text.lower() for text in texts for word in ("loan", "credit", "bank", "account", "debt"))
    with pytest.raises(DataError, match="count is 0"):
        complaints.elsewhere(0, seed=1)


def test_known_and_unknown_texts_are_two_classes_that_runs_tell_apart() -> None:
    data = complaints.load("synthetic", size="micro")
    known, unseen = complaints.leave_out(data, data.validation.labels[:1].tolist())

    both = complaints.known_or_not(known, unseen)

    assert both.classes == ("unknown", "known")
    assert both.metrics == ("roc_auc",)
    assert both.validation.texts == (*known.validation.texts, *unseen.texts)
    assert both.validation.labels.sum() == len(known.validation)
    assert both.class_counts.tolist() == [0, len(known.train)]
    assert both.fingerprint.partition("+")[0] == known.fingerprint
    assert both.split_digest.partition("+")[0] == known.split_digest
    assert both.fingerprint != complaints.known_or_not(known, known.test).fingerprint
    with pytest.raises(DataError, match="There is no unknown text"):
        complaints.known_or_not(known, complaints.Part((), np.zeros(0, dtype=np.int64)))
