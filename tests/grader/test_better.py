"""Which of two values is better, and what is too little to matter, the metric and the course say."""

import dataclasses

import pytest

from grader.checks.experiments.result import _holds_zero
from grader.evidence.chosen import best_of
from grader.evidence.claims import Judgement
from grader.evidence.runs import find_arms
from grader.model import Case, Outcome
from tests.grader.build import CASES, build, load

BEST = CASES / "experiments.one_change" / "undecidable-best-of-three.json"


def with_metric(name: str, *, upside_down: bool) -> Case:
    """The case whose baseline is the best of three by macro-F1; each run's ``name`` follows from its macro-F1."""
    case = build(load(BEST))
    records = []
    for found in case.records:
        record = found.record
        if record is not None and record.kind == "result":
            value = record.values["macro_f1"]
            record = dataclasses.replace(
                record, values={**record.values, name: 1 - value if upside_down else value}
            )
        records.append(dataclasses.replace(found, record=record))
    return dataclasses.replace(case, records=tuple(records))


@pytest.mark.parametrize(
    ("metric", "upside_down", "found"),
    [("roc_auc", False, True), ("roc_auc", True, False), ("rmse", True, True), ("rmse", False, False)],
)
def test_the_best_of_several_is_the_smallest_where_smaller_is_better(
    metric: str, upside_down: bool, found: bool
) -> None:
    case = with_metric(metric, upside_down=upside_down)
    best = best_of(case, find_arms(case, "one_change"), metric)
    assert (best is not None) is found
    if best is not None:
        assert "kept" in best.shown().split("), ")[0]


def test_a_metric_that_nobody_registered_has_no_best() -> None:
    case = with_metric("made_up", upside_down=False)
    assert best_of(case, find_arms(case, "one_change"), "made_up") is None


@pytest.mark.parametrize(
    ("metric", "interval", "margin", "beyond"),
    [
        ("rmse", (-0.5, 0.6), 1.0, False),
        ("rmse", (-0.5, 1.6), 1.0, True),
        ("rmse", (-0.5, 1.6), None, False),
        ("roc_auc", (-0.001, 0.03), None, True),
        ("roc_auc", (-0.001, 0.005), None, False),
        ("made_up", (-0.5, 1.6), None, False),
    ],
)
def test_no_effect_is_unproved_only_beyond_the_course_s_margin(
    metric: str, interval: tuple[float, float], margin: float | None, beyond: bool
) -> None:
    """±0.6 of an RMSE is little where the course says 1; without a margin nobody knows what is little."""
    held = Judgement(Outcome.UNDECIDED, "", {"paired": interval})
    assert _holds_zero(held, metric, margin) is beyond
