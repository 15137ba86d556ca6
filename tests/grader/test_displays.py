"""What paribus itself shows of an experiment is not taken for the student's own words."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paribus
from grader.checks import CHECKS
from grader.model import Outcome
from tests.grader.build import CASES, build, load
from tests.paribus.material import make_data

CHECK = "experiments.template_complete"


@pytest.fixture
def displays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of an experiment's list of what is held, its report and its verdict."""
    shown: list[str] = []
    monkeypatch.setattr("paribus.display.show.show", lambda html, text: shown.append(html))
    data = make_data()

    def train(config: Any, data: Any, run: Any) -> None:  # as a notebook defines it
        guess = np.where(np.arange(60) < config["wrong"] + run.seed, 0, data.validation.labels)
        run.log(epoch=1, predictions=guess)

    experiment = paribus.begin("lab", directory=tmp_path).experiment("one_change", vary="wrong")
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.5, why="fewer items come out wrong")
    experiment.run("baseline", train, {"wrong": 30}, data=data, seeds=(1, 2, 3))
    experiment.run("changed", train, {"wrong": 10}, data=data, seeds=(1, 2, 3))
    experiment.held()
    experiment.report()
    experiment.meaningful("effect", why="all intervals exclude zero")
    return [html for html in shown if "<table" in html]


def test_a_template_left_as_released_is_not_filled_in_by_paribus(displays: list[str]) -> None:
    raw = load(CASES / CHECK / "failing-untouched.json")
    outputs = [{"kind": "result", "text": "table", "html": html} for html in displays]
    raw["added"] = [{"after": "template", "type": "code", "text": "experiment.report()", "outputs": outputs}]
    case = build(raw)
    assert len(displays) == 3
    found = CHECKS[CHECK](case, case.assignment.cell(raw["at"]), {})
    assert found.outcome is Outcome.FAILED
    assert found.values["found"] == {}
