"""Every metric is what scikit-learn says, knows which way is better, and can be worked out without an item."""

import base64
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as sk

from paribus.errors import EvidenceError, RecordError, UsageError
from paribus.metrics.from_scores import ece
from paribus.metrics.metric import Metric, Scored
from paribus.metrics.packing import FLOATS, pack, pack_scores, pack_values, unpack_scores, unpack_values
from paribus.metrics.registry import SHIPPED, SHIPPED_REGISTRY, in_order, title, told_first, use_metrics
from paribus.metrics.scoring import default_metrics, leave_one_out, score, scored
from paribus.records.misnamed import EIGHT_BITS
from paribus.records.record import Record
from paribus.statistics.intervals import items_interval

RNG = np.random.default_rng(11)
TRUTH = RNG.integers(0, 4, 300)
SCORES = RNG.dirichlet(np.ones(4), 300)
GUESS = SCORES.argmax(axis=1)
CLASSES = Scored(TRUTH, GUESS, 4, SCORES)
TWO = Scored(TRUTH % 2, (SCORES[:, 1] > 0.5).astype(int), 2, np.column_stack([1 - SCORES[:, 1], SCORES[:, 1]]))
VALUES = Scored(RNG.normal(50, 9, 300), RNG.normal(50, 9, 300))
ITEMS = Scored(np.zeros(300), RNG.random(300))
ONE_HOT = np.eye(4)[TRUTH]

EXPECTED: dict[str, tuple[Scored, float]] = {
    "accuracy": (CLASSES, sk.accuracy_score(TRUTH, GUESS)),
    "micro_f1": (CLASSES, sk.f1_score(TRUTH, GUESS, average="micro")),
    "macro_f1": (CLASSES, sk.f1_score(TRUTH, GUESS, average="macro")),
    "weighted_f1": (CLASSES, sk.f1_score(TRUTH, GUESS, average="weighted")),
    "balanced_accuracy": (CLASSES, sk.balanced_accuracy_score(TRUTH, GUESS)),
    "macro_precision": (CLASSES, sk.precision_score(TRUTH, GUESS, average="macro", zero_division=0)),
    "macro_recall": (CLASSES, sk.recall_score(TRUTH, GUESS, average="macro", zero_division=0)),
    "zero_f1_classes": (Scored(np.array([0, 1, 2]), np.array([0, 0, 0]), 4), 2.0),
    "roc_auc": (CLASSES, sk.roc_auc_score(TRUTH, SCORES, multi_class="ovr")),
    "average_precision": (CLASSES, sk.average_precision_score(ONE_HOT, SCORES, average="macro")),
    "log_loss": (CLASSES, sk.log_loss(TRUTH, SCORES)),
    "brier": (CLASSES, float(((SCORES - ONE_HOT) ** 2).sum(axis=1).mean())),
    "ece": (Scored(np.array([0, 0]), np.array([0, 0]), 2, np.array([[0.9, 0.1], [0.9, 0.1]])), 0.1),
    "rmse": (VALUES, sk.root_mean_squared_error(VALUES.truth, VALUES.guess)),
    "mae": (VALUES, sk.mean_absolute_error(VALUES.truth, VALUES.guess)),
    "r2": (VALUES, sk.r2_score(VALUES.truth, VALUES.guess)),
    "exact_match": (ITEMS, float(ITEMS.guess.mean())),
    "rouge_l": (ITEMS, float(ITEMS.guess.mean())),
    "perplexity": (Scored(np.zeros(2), np.array([-1.0, -3.0])), float(np.exp(2.0))),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_metric_is_what_scikit_learn_says(name: str) -> None:
    items, expected = EXPECTED[name]
    compute = SHIPPED_REGISTRY[name].compute
    assert compute is not None
    assert compute(items) == pytest.approx(expected, abs=1e-12)


def test_every_metric_that_can_be_computed_is_held_against_a_value() -> None:
    assert set(EXPECTED) == {metric.name for metric in SHIPPED if metric.compute is not None}


def test_two_classes_have_the_area_of_the_second() -> None:
    assert TWO.scores is not None
    compute = SHIPPED_REGISTRY["roc_auc"].compute
    assert compute is not None
    assert compute(TWO) == pytest.approx(sk.roc_auc_score(TWO.truth, TWO.scores[:, 1]))


@pytest.mark.parametrize("name", [metric.name for metric in SHIPPED if metric.leave_one_out is not None])
def test_a_metric_without_an_item_is_the_metric_of_the_others(name: str) -> None:
    whole = EXPECTED[name][0]
    items = whole.without(np.arange(300) < 25)
    metric = SHIPPED_REGISTRY[name]
    assert metric.compute is not None
    left = leave_one_out(items, name)
    assert left.value == pytest.approx(metric.compute(items))
    slow = [metric.compute(items.without(np.arange(25) != place)) for place in range(25)]
    assert left.without == pytest.approx(np.array(slow))


@pytest.mark.parametrize("name", ["r2", "roc_auc", "balanced_accuracy", "log_loss"])
def test_a_metric_without_a_closed_form_leaves_out_groups(name: str) -> None:
    items = EXPECTED[name][0]
    found = leave_one_out(items, name)
    assert len(found.without) == 100
    interval = items_interval([items], [items], metric=name)
    assert (interval.low, interval.high) == (0.0, 0.0)


def test_the_interval_by_groups_is_about_as_wide_as_the_one_by_items() -> None:
    other = Scored(VALUES.truth, VALUES.guess * 0.5 + 25)
    by_items = items_interval([VALUES], [other], metric="rmse")
    grouped = Metric("grouped", "grouped", "value", False, compute=SHIPPED_REGISTRY["rmse"].compute)
    with use_metrics(SHIPPED_REGISTRY.with_own([grouped])):
        found = [leave_one_out(side, "grouped").without for side in (VALUES, other)]
    moved = found[1] - found[0]
    spread = np.sqrt((moved.size - 1) / moved.size * np.square(moved - moved.mean()).sum())
    assert 1.98 * spread == pytest.approx((by_items.high - by_items.low) / 2, rel=0.3)


def test_better_is_down_where_a_lower_metric_is() -> None:
    assert SHIPPED_REGISTRY["rmse"].better(1.0, 2.0)
    assert SHIPPED_REGISTRY["accuracy"].better(2.0, 1.0)
    assert not SHIPPED_REGISTRY["accuracy"].better(1.0, 1.0)


def test_a_band_stays_within_what_the_metric_can_be() -> None:
    assert SHIPPED_REGISTRY["accuracy"].clipped(-0.1, 1.1) == (0.0, 1.0)
    assert SHIPPED_REGISTRY["rmse"].clipped(-3.0, 9.0) == (0.0, 9.0)
    assert SHIPPED_REGISTRY["r2"].clipped(-3.0, 9.0) == (-3.0, 1.0)


def test_names_and_numbers_are_shown_as_people_write_them() -> None:
    assert title("rmse") == "RMSE"
    assert title("nobody's") == "nobody's"
    assert in_order(["rmse", "own", "accuracy"]) == ["accuracy", "rmse", "own"]
    assert told_first(["rmse", "mae", "r2", "own"]) == ["rmse", "mae"]
    assert SHIPPED_REGISTRY["zero_f1_classes"].shown(2.5, mean=True) == "2.5"
    assert SHIPPED_REGISTRY["trained_parameters"].shown(564_321.0) == "564,321"
    assert SHIPPED_REGISTRY["trained_parameters"].shown(-564_321.0, signed=True) == "-564,321"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: SHIPPED_REGISTRY["rmsee"], "no metric called 'rmsee'. Did you mean 'rmse'"),
        (lambda: SHIPPED_REGISTRY.with_own([SHIPPED_REGISTRY["mae"]]), "'mae' is there already"),
        (lambda: default_metrics("item"), "names its metrics"),
        (lambda: leave_one_out(CLASSES, "seconds"), "a run can only measure it"),
        (lambda: leave_one_out(Scored(TRUTH, GUESS, 4), "roc_auc"), "needs the scores of the classes"),
        (lambda: EXPECTED_COMPUTE(Scored(TRUTH, GUESS, 4)), "the probability of each class"),
        (lambda: items_interval([], [CLASSES], metric="accuracy"), "a run in each arm"),
        (lambda: items_interval([CLASSES], [CLASSES], metric="zero_f1_classes"), "cannot be left out"),
        (lambda: scored("f4:", "f4:", predicts="value", n_classes=0), "0 labels and 0 predictions"),
        (
            lambda: scored(
                pack([0, 1]), pack([0, 1]), predicts="", n_classes=2, scores=pack_scores(np.full((1, 2), 0.5))
            ),
            "one for each class",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(call: Any, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        call()


def EXPECTED_COMPUTE(items: Scored) -> float:  # noqa: N802 - beside EXPECTED
    compute = SHIPPED_REGISTRY["roc_auc"].compute
    assert compute is not None
    return compute(items)


NOT_FINITE = "f4:" + base64.b64encode(zlib.compress(np.array([np.inf], "<f4").tobytes())).decode()
FINITE = st.floats(-(2.0**90), 2.0**90, allow_nan=False, allow_subnormal=False, width=32)


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.float64, st.integers(0, 50), elements=FINITE))
def test_packed_numbers_are_read_back_to_the_bit_of_a_float32(values: Any) -> None:
    assert unpack_values(pack_values(values)).tolist() == values.astype(np.float32).astype(float).tolist()


def test_a_large_split_keeps_65536_steps_and_fits_a_record() -> None:
    values = RNG.normal(size=21_432)
    assert values.size > FLOATS
    packed = pack_values(values)
    assert len(packed) < 60_000
    assert np.abs(unpack_values(packed) - values).max() <= np.ptp(values) / 0xFFFF / 2 + 1e-12


def test_equal_numbers_of_a_large_split_are_read_back() -> None:
    assert set(unpack_values(pack_values(np.full(FLOATS + 1, 3.25)))) == {3.25}


def test_class_ids_with_an_8_bit_score_an_item_fit_a_record_at_21432_items() -> None:
    ids, sure = RNG.integers(0, 113, 21_432), RNG.random((21_432, 1))
    assert len(pack(ids)) + len(pack_scores(sure)) < 60_000


@pytest.mark.parametrize(("items", "bound"), [(100, EIGHT_BITS), (600, 0.01), (6_430, 0.004)])
def test_eight_bits_move_a_calibration_error_by_little(items: int, bound: float) -> None:
    """So that a number of unrounded probabilities is not taken for another one's."""
    rng = np.random.default_rng(1)
    for _ in range(40):
        a, b = rng.uniform(0.3, 6, 2).tolist()
        sure = np.clip(rng.beta(a, b, items), 1 / 113, 1)
        guess = (rng.random(items) > sure ** rng.uniform(0.4, 2)).astype(int)
        true = np.zeros(items, int)
        kept = scored(pack(true), pack(guess), predicts="", n_classes=113, scores=pack_scores(sure[:, None]))
        assert abs(ece(Scored(true, guess, 113, sure=sure)) - ece(kept)) <= bound


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(np.float64, (7, 3), elements=st.floats(0, 1)))
def test_packed_scores_are_read_back_to_half_a_step(scores: Any) -> None:
    assert np.abs(unpack_scores(pack_scores(scores)) - scores).max() <= 0.5 / 255 + 1e-12


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: pack_values([[1.0]]), "one number an item"),
        (lambda: pack_values([float("nan")]), "holds nan or inf"),
        (lambda: pack_scores([0.5]), "shape \\(items, classes\\)"),
        (lambda: pack_scores([[3.0, -2.0]]), "pass softmax"),
    ],
)
def test_what_is_no_array_of_predictions_is_not_packed(call: Any, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        call()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: unpack_values("u1:AA=="), "start with 'f4:'"),
        (lambda: unpack_values("h2:0:x:AA=="), "expected numbers"),
        (lambda: unpack_values("h2:2:1:AA=="), "expected numbers"),
        (lambda: unpack_values(pack_values([1.0])[:-4]), "cut"),
        (lambda: unpack_values(NOT_FINITE), "not finite"),
        (lambda: unpack_scores("q1:0:"), "start with 'q1:classes:'"),
        (lambda: unpack_scores("q1:²:"), "start with 'q1:classes:'"),
        (lambda: unpack_scores(pack_scores(np.full((1, 3), 0.3)).replace("q1:3", "q1:2")), "no multiple of 2"),
    ],
)
def test_what_is_no_packed_array_is_refused(call: Any, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        call()


FIRST_SCHEMA = (
    '{"assignment":"week1_lab","chosen_epoch":2,"data":{"fingerprint":"f","source":"synthetic","split":"s'
    '","train_fingerprint":"t","train_rows":10},"digest":"b0462648f4863d8fa8e022340a3d6702d6c886a4e1c93fd'
    '7acc0760a15f178cd","epochs":[{"accuracy":0.5,"epoch":1,"macro_f1":0.1,"train_loss":null,"validation_'
    'loss":2.0},{"accuracy":0.625,"epoch":2,"macro_f1":0.25,"train_loss":1.5,"validation_loss":1.75}],"ki'
    'nd":"result","nonce":"nonce","predictions":"u1:eNpjYGRkAAAACQAD","previous":"22222222222222222222222'
    '22222222222222222222222222222222222222222","release":"rel","run":"r2","run_name":"tfidf","schema":"p'
    'aribus.evidence/1","seed":0,"start":"111111111111111111111111111111111111111111111111111111111111111'
    '1","values":{"accuracy":0.625,"macro_f1":0.25}}'
)


def test_a_record_of_the_first_schema_is_read_and_written_back_to_the_byte() -> None:
    record = Record.from_json(FIRST_SCHEMA)
    assert record.to_json() == FIRST_SCHEMA
    assert record.epochs[0].metrics == {"validation_loss": 2.0, "accuracy": 0.5, "macro_f1": 0.1}
    assert record.chosen_by == ""


def test_scores_beside_classes_give_the_metrics_that_need_them() -> None:
    items = scored(pack(TRUTH), pack(GUESS), predicts="", n_classes=4, scores=pack_scores(SCORES))
    _, with_scores = score(items, predicts="", names=("accuracy", "roc_auc"))
    _, without = score(Scored(TRUTH, GUESS, 4), predicts="", names=("accuracy", "roc_auc"))
    assert list(with_scores) == ["accuracy", "roc_auc"]
    assert list(without) == ["accuracy"]
