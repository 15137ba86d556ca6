"""A class too small for ranks: errors held against those of the course's own runs, on 100 honest executions."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from generator.running.errors_of_runs import errors_of
from grader.audit.class_audit import Finished
from grader.audit.page import audit_page
from grader.audit.plausible import LEAST, Plausibility, plausibilities
from grader.audit.reference_errors import ENOUGH, ReferenceErrors, beside_references, read_errors
from grader.audit.trace import trace_of
from grader.grading.grade import judge_one
from grader.model import Submission
from paribus.records.record import Record
from tests.grader.classroom import make_release
from tools.forgeries import KINDS, forge
from tools.honest_runs import PACKED
from tools.plausibility_rates import executions

KINDS_OF_ERRORS = tuple(KINDS)[:3]
RESULT = judge_one(
    Submission("ann", "ann", "", "week1_homework.ipynb", make_release().notebook.encode(), ""), [make_release()]
)[0]


@cache
def honest() -> list[list[Record]]:
    return executions(PACKED / "micro.jsonl.gz")


@cache
def audit(runs: int = 10) -> Mapping[str, Any]:
    """The audit.json of a release whose references are so many executions."""
    errors = errors_of(record for records in honest()[:runs] for record in records)
    return {"week1_homework": [{"profile": "micro", "values": {}, "errors": list(errors)}]}


def held(records: Sequence[Record], **audits: Mapping[str, Any]) -> Plausibility:
    trace = trace_of("ann", records)
    return beside_references(plausibilities([trace]), [trace], [audits.get("audit", audit())])[0]


@pytest.mark.parametrize("kind", KINDS_OF_ERRORS)
def test_invented_predictions_are_named_in_a_class_of_one(kind: str) -> None:
    found = held(forge(kind, honest()[60], honest()[10:50], 1))
    assert found.flagged
    assert (found.overall, found.strangest, found.whose) == (None, "item_difficulty", "course's own")


def test_their_true_twin_is_not() -> None:
    assert not held(honest()[60]).flagged


def test_too_few_references_or_another_split_say_nothing() -> None:
    few = audit((ENOUGH - 1) // 2)
    assert held(honest()[60], audit=few).beside_references is None
    assert held(honest()[60], audit={"week1_homework": [{"values": {}}]}).beside_references is None
    assert held([record for record in honest()[60] if record.kind != "data"]).beside_references is None


def test_a_class_that_is_large_enough_is_held_against_itself_alone() -> None:
    traces = [trace_of(str(number), records) for number, records in enumerate(honest()[: LEAST + 1])]
    found = beside_references(plausibilities(traces), traces, [audit()])
    assert {item.beside_references for item in found} == {None}
    assert {item.whose for item in found} == {"class's"}


def test_references_without_any_spread_say_nothing() -> None:
    (table,) = errors_of(honest()[0])
    same = {"week1_homework": [{"errors": [{**table, "runs": [table["runs"][0]] * ENOUGH}]}]}
    assert not read_errors([same]), "one run that is recorded ten times is one"
    apart = ReferenceErrors(np.eye(len(trace_of("", honest()[0]).trained[0].wrong), dtype=bool))
    assert apart.p_value(trace_of("ann", honest()[60])) is None


def test_the_page_says_whose_runs_somebody_was_held_against() -> None:
    found = held(forge(KINDS_OF_ERRORS[0], honest()[60], honest()[10:50], 1))
    page = audit_page(Finished((RESULT,), (), (found,), (), 0), make_release().assignment)
    assert "errs where the course&#39;s own runs do not" in page
    assert "fewer than twenty have records" in page
