"""A calibration error and an AUROC are worked out again from the record: an edited one is found, no true one is."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import complaints
import paribus
from grader.checks.metrics.measured import metrics_recomputed
from grader.model import Case, FoundRecord, Outcome
from paribus.experiments.notebook import Notebook
from paribus.metrics.from_scores import ece, roc_auc
from paribus.metrics.metric import Scored
from paribus.records.record import Record
from tests.grader.build import CASES, build, load

DATA = complaints.load("synthetic", size="micro")
RNG = np.random.default_rng(3)
LOGITS = (
    RNG.normal(size=(len(DATA.validation), len(DATA.classes)))
    + 3 * np.eye(len(DATA.classes))[DATA.validation.labels]
)
PROBABLE = special.softmax(LOGITS, axis=1)


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return paribus.begin("week1_homework", "abc123", directory=tmp_path / ".paribus")


def calibrated(notebook: Notebook) -> float:
    """A run with a calibration error; what it is of the probabilities as they were."""
    run = notebook.start("as_trained", config={}, seed=1, data=DATA.scored_by("accuracy", "ece"))
    run.finish(predictions=PROBABLE.argmax(axis=1), scores=PROBABLE)
    return ece(Scored(DATA.validation.labels, PROBABLE.argmax(axis=1), len(DATA.classes), PROBABLE))


def told_apart(notebook: Notebook) -> float:
    """A run that tells known from unknown texts; its AUROC by the scores as they were."""
    both = complaints.known_or_not(DATA, complaints.Part(("soup",) * 30, np.zeros(30, dtype=np.int64)))
    scores = RNG.normal(size=len(both.validation)) + both.validation.labels
    order = (stats.rankdata(scores) - 1) / (len(scores) - 1)
    notebook.start("as_trained", config={}, seed=1, data=both).finish(
        predictions=(order > 0.3).astype(int), scores=order
    )
    return roc_auc(Scored(both.validation.labels, both.validation.labels, 2, np.column_stack([-scores, scores])))


def case_of(records: Sequence[Record]) -> Case:
    """A handed in notebook with these records."""
    found = tuple(FoundRecord(0, record) for record in records)
    return replace(build(load(CASES / "metrics.recomputed" / "passing.json")), records=found)


def judged(records: Sequence[Record]) -> Any:
    case = case_of(records)
    return metrics_recomputed(case, case.assignment.cells[0], {})


@pytest.mark.parametrize(("made", "metric"), [(calibrated, "ece"), (told_apart, "roc_auc")])
def test_an_edited_claim_is_found_and_its_true_twin_passes(
    made: Callable[[Notebook], float], metric: str, notebook: Notebook
) -> None:
    made(notebook)
    records = notebook.records()
    assert judged(records).outcome is Outcome.PASSED
    for change in (0.001, -0.02):
        edited = [
            replace(record, values={**record.values, metric: record.values[metric] + change})
            if record.kind == "result" else record for record in records
        ]  # fmt: skip
        found = judged(edited)
        assert found.outcome is Outcome.FAILED
        assert found.values["metric"] == metric


@pytest.mark.parametrize(("made", "metric"), [(calibrated, "ece"), (told_apart, "roc_auc")])
def test_a_number_of_unrounded_probabilities_may_bear_the_runs_name_and_a_made_up_one_may_not(
    made: Callable[[Notebook], float], metric: str, notebook: Notebook
) -> None:
    own = made(notebook)
    notebook.value(f"as_trained.{metric}", own)
    assert judged(notebook.records()).outcome is Outcome.PASSED
    notebook.value(f"as_trained.{metric}", own / 2)
    assert judged(notebook.records()).outcome is Outcome.UNDECIDED
