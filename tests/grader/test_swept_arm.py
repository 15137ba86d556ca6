"""An arm with several values of the declared variable: a value that no seed lacks may be the one that is meant."""

from copy import deepcopy

import pytest

from grader.checks import CHECKS
from grader.model import Outcome
from tests.grader.build import CASES, build, load


@pytest.mark.parametrize(
    ("values", "proposal"),
    [
        (
            {"changed1": 1e-4, "changed2": 1e-4, "changed3": 3e-4},
            Outcome.FAILED,
        ),  # each seed has a value of its own
        ({"changed1": 1e-4, "changed2": 1e-4, "changed3": 1e-4, "explored": 3e-4}, ""),  # one was tried before
    ],
)
def test_a_value_that_ran_with_every_seed_may_be_the_one_that_is_meant(
    values: dict[str, float], proposal: str
) -> None:
    raw = load(CASES / "_bases" / "seeds.json")
    raw["runs"]["explored"] = {**deepcopy(raw["runs"]["changed1"]), "draw": 77, "parts": "none"}
    for key, value in values.items():
        raw["runs"][key]["knobs"]["learning_rate"] = value
        raw["runs"][key].pop("parts", None)
    case = build(raw)
    found = CHECKS["experiments.one_change"](case, case.assignment.cell("one_change"), {})
    assert (found.outcome, found.proposal) == (Outcome.UNDECIDED, proposal)
    assert "several values of learning_rate" in found.because
