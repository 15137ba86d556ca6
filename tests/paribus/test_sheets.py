"""A zoo of sheets: what can be measured of a model without opening it, read back, refused where it is damaged."""

import json
from dataclasses import replace

import numpy as np
import pytest

from paribus.errors import DataError
from paribus.metrics import evaluate
from paribus.zoo.sheets import Sheet, calibration_error_of, confidence_of, mean_f1, read_sheet

SHEET = Sheet(4.5, 0.93, 1.25, 2.5, 0.5, 1.1, 1.4, "a processor, 1 thread of 2 cores")


def test_a_sheet_comes_back_as_it_was() -> None:
    assert read_sheet(SHEET.to_json(), "Agate.json") == SHEET
    assert read_sheet(replace(SHEET, size_mb=1 / 3).to_json(), "Agate.json").size_mb == 0.333333


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing", "Agate.json: is no sheet"),
        (SHEET.to_json().replace("sheet/1", "sheet/9"), "no sheet of schema"),
        (SHEET.to_json().replace("size_mb", "size"), "is no sheet"),
        (json.dumps({**json.loads(SHEET.to_json()), "size_mb": 0}), "a number is not above 0"),
        ("[]", "is no sheet"),
    ],
)
def test_a_damaged_sheet_is_said(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_sheet(text, "Agate.json")


def test_the_statistics_of_answers_are_those_of_their_definitions() -> None:
    probabilities = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
    labels = np.array([0, 1, 2])
    assert confidence_of(probabilities) == pytest.approx(0.7)
    assert calibration_error_of(probabilities, labels) == pytest.approx((0.1 + 0.3 + 0.5) / 3)
    metrics = evaluate(labels, probabilities.argmax(axis=1), 4)
    assert mean_f1(metrics, np.array([True, False, True, True])) == pytest.approx((2 / 3 + 0) / 2)
    assert np.isnan(mean_f1(metrics, np.array([False, False, False, True])))
