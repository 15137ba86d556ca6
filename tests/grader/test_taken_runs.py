"""A run that was taken in place of another one counts once, under its own name, and makes nothing a baseline."""

from dataclasses import replace
from pathlib import Path

import paribus
from grader.checks.integrity import chain
from grader.checks.metrics.measured import metrics_recomputed
from grader.evidence.runs import find_arms, read_runs, served_baselines
from grader.model import FoundRecord, Outcome
from paribus.records.runs import Run
from tests.grader.build import CASES, build, load
from tests.paribus.material import CONFIG, Data, make_data


def train(config: object, data: Data, run: Run) -> None:
    run.log(epoch=1, predictions=data.validation.labels)


def test_a_run_that_was_taken_under_another_name_counts_once(tmp_path: Path) -> None:
    data = make_data()
    notebook = paribus.begin("week1_homework", "feedbeefcafe0001", directory=tmp_path / ".paribus")
    for name in ("encoder", "second look"):
        notebook.run(name, train, CONFIG, data=data, seed=1)
    records = tuple(FoundRecord(0, record) for record in notebook.records())
    case = replace(build(load(CASES / "metrics.recomputed" / "passing.json")), records=records)
    (run,) = read_runs(case)
    assert run.name == "encoder"
    assert not served_baselines(case)
    assert not find_arms(case, "").changed
    for check in (metrics_recomputed, chain):
        assert check(case, case.assignment.cells[0], {}).outcome is Outcome.PASSED, check
