"""The experiment at a glance: also where an arm, or all of it, never ran."""

from dataclasses import replace
from typing import Any

import pytest

from generator.rehearsal.others import Text
from grader.desk import glance
from grader.desk.glance import Glance, glances
from grader.evidence.runs import find_arms
from tests.shipped import OUTSIDERS
from tools.prose import case_of

KEY = "one_change"
TEXT = Text("one", "", "week1_homework-slower", "one_change_template", "honest", "Nothing.")


def shown(monkeypatch: pytest.MonkeyPatch, **arms: Any) -> tuple[Glance, ...]:
    """What is shown of an executed notebook of week 1 whose experiment has these arms instead of its own."""
    case = case_of(TEXT, OUTSIDERS)
    changed = replace(find_arms(case, KEY), **arms)
    monkeypatch.setattr(glance, "find_arms", lambda *_: changed)
    return glances(case, KEY)


def test_both_arms_their_difference_and_the_prediction_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = shown(monkeypatch)
    assert [(arm.name, bool(arm.values)) for arm in found.arms] == [("baseline", True), ("changed", True)]
    assert found.difference == "-0.1064"
    assert found.intervals
    assert found.predicted


@pytest.mark.parametrize("arm", ["baseline", "changed"])
def test_an_arm_that_never_ran_is_empty_and_there_is_no_difference(
    arm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (found,) = shown(monkeypatch, **{arm: ()})
    assert {row.name for row in found.arms if not row.values} == {arm}
    assert (found.difference, found.intervals, found.came) == ("", (), "")


def test_an_experiment_without_any_run_has_no_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, baseline=(), changed=()) == ()


def test_a_metric_that_its_predictions_do_not_give_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of(TEXT, OUTSIDERS)
    (run,) = find_arms(case, KEY).changed
    assert run.result is not None
    forged = replace(run, result=replace(run.result, values={**run.result.values, "macro_f1": 0.8}))
    (found,) = shown(monkeypatch, changed=(forged,))
    assert found.false == f"{run.name} says macro-F1 0.8; its predictions give 0.05442."
    assert shown(monkeypatch, changed=(run,))[0].false == ""
