"""A conclusion that names no metric is about the one that the assignment asks about."""

from typing import Any

import pytest

from grader.checks import CHECKS
from grader.checks.base import Finding
from tests.grader.build import CASES, build, load

TEMPLATE = """### The experiment in five lines

| field | what you write |
| --- | --- |
| Variable changed | learning rate, divided by ten |
| Held constant | data, model, epochs, batch size 32, scheduler, seed |
| Prediction | it goes down, because the weights hardly move |
| Result | it was lower in the changed arm |
| Meaningful? | {claim} |
"""


def judged(header: dict[str, Any], option: dict[str, Any], claim: str) -> Finding:
    raw = load(CASES / "_bases" / "seeds.json")
    raw["cells"]["template"]["handed"] = TEMPLATE.format(claim=claim)
    (experiment,) = (cell for cell in raw["cells"].values() if cell["role"] == "experiment")
    experiment["options"] = {**experiment.get("options", {}), **header}
    case = build(raw)
    return CHECKS["experiments.meaningful_supported"](case, case.assignment.cell("template"), option)


@pytest.mark.parametrize(
    ("header", "option", "claim", "metric"),
    [
        ({}, {}, "Yes, it is clearly lower.", "macro_f1"),
        ({"metric": "accuracy"}, {}, "Yes, it is clearly lower.", "accuracy"),
        ({"metric": "accuracy"}, {"metric": "weighted_f1"}, "Yes, it is clearly lower.", "weighted_f1"),
        ({"metric": "accuracy"}, {}, "Yes, macro-F1 is clearly lower.", "macro_f1"),
    ],
    ids=["nothing asked: the predicted one", "the header", "the check's option", "the student's own words"],
)
def test_the_metric_of_a_conclusion(
    header: dict[str, Any], option: dict[str, Any], claim: str, metric: str
) -> None:
    assert judged(header, option, claim).values["metric"] == metric
