"""A report says what its seeds can carry, and no more."""

import pytest

from paribus.experiments.report import ExperimentReport, MetricRow, fell_in
from paribus.records.record import Prediction
from paribus.records.tables import number, prediction_range


def prediction(**changes: object) -> Prediction:
    given = {"metric": "macro_f1", "direction": "up", "low": 0.0, "high": 0.03, "why": "w", "written": "t"}
    return Prediction(**{**given, "written_after": 0, **changes})  # type: ignore[arg-type] # a dict has no field types


def report(*pairs: tuple[float, float], expected: Prediction | None = None) -> ExperimentReport:
    old, new = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    differences = tuple(b - a for a, b in pairs)
    rows = (
        MetricRow("macro_f1", old, new, fell_in("macro_f1", differences, expected)),
        MetricRow("zero_f1_classes", tuple(49 for _ in pairs), tuple(46 for _ in pairs)),
    )
    return ExperimentReport("batch", "batch_size", "32", "16", tuple(range(len(pairs))), rows, expected)


def test_one_seed_shows_what_happened_once() -> None:
    one = report((0.19, 0.21), expected=prediction())
    assert one.table().rows[0] == ("macro-F1", "0.1900", "0.2100", "+0.0200", "0 to +0.03", "yes")
    assert one.table().rows[1] == ("classes at F1 = 0", "49", "46", "-3", "", "")
    assert "One seed (seed 0) shows what happened once" in one.sentence()
    assert "at least three seeds" in one.sentence()


def test_two_seeds_are_too_few_to_quote() -> None:
    assert "a third seed is the least" in report((0.1, 0.2), (0.1, 0.3)).sentence()


def test_three_seeds_give_a_spread_and_the_floor_of_a_sign_flip_test() -> None:
    three = report((0.19, 0.21), (0.20, 0.21), (0.18, 0.21))
    assert three.table().rows[0][1:4] == ("0.1900 ± 0.0100", "0.2100 ± 0.0000", "+0.0200 ± 0.0100")
    assert three.table().rows[1][3] == "-3.0 ± 0.0"
    assert "p below 0.25" in three.sentence()
    assert "seeds 0, 1, 2" in three.sentence()


def test_the_page_and_the_text_hold_the_same_table() -> None:
    one = report((0.19, 0.21), expected=prediction(high=None))
    for text in (one.html(), one.text()):
        assert "batch_size 32 → 16" in text
        assert "+0.0200" in text
    assert repr(one) == "ExperimentReport(batch: batch_size 32 → 16, macro-F1 +0.0200, 1 seed(s))"
    with pytest.raises(KeyError):
        one.row("accuracy")


@pytest.mark.parametrize(
    ("changes", "difference", "inside"),
    [
        ({}, 0.0, True), ({}, 0.03, True), ({}, 0.031, False), ({}, -0.001, False),
        ({"high": None}, 5.0, True), ({"low": None}, -5.0, True), ({"low": None}, 0.04, False),
        ({"low": None, "high": None}, 0.01, True), ({"low": None, "high": None}, -0.01, False),
        ({"low": None, "high": None, "direction": "down"}, -0.01, True),
        ({"low": None, "high": None, "direction": "none"}, 0.0, True),
    ],
)  # fmt: skip
def test_a_difference_falls_in_the_predicted_range_or_not(
    changes: dict[str, object], difference: float, inside: bool
) -> None:
    assert fell_in("macro_f1", (difference,), prediction(**changes)) is inside
    assert fell_in("accuracy", (difference,), prediction(**changes)) is None
    assert fell_in("macro_f1", (difference,), None) is None


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0, 0.03, "0 to +0.03"), (None, None, "goes up"), (0.01, None, "goes up, at least +0.01"),
        (None, 0.03, "goes up, at most +0.03"),
    ],
)  # fmt: skip
def test_ranges_read_as_changes(low: float | None, high: float | None, words: str) -> None:
    assert prediction_range(prediction(low=low, high=high)) == words


def test_counts_are_whole_and_scores_have_four_digits() -> None:
    assert number("zero_f1_classes", 49.0) == "49"
    assert number("macro_f1", 0.13249) == "0.1325"
    assert number("macro_f1", 0.01, signed=True) == "+0.0100"
