"""Notebooks without records, one a kind of variation: what is read of each, and what its faulty twin is not."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from grader.evidence.unrecorded.arms import ShownArms, shown_arms
from grader.evidence.unrecorded.names import same_value
from grader.grading.grade import judge_one
from grader.model import Outcome, Submission, Verdict
from tests.grader.releases import released
from tests.grader.variants import cases, notebook
from tests.sampled import sampled

CHECKS = (
    "experiments.one_change", "experiments.predicted_first", "experiments.held_constant",
    "experiments.result_matches", "experiments.meaningful_supported", "experiments.template_complete",
    "seeds.reported", "seeds.paired", "memo.numbers_traced", "metrics.baseline_first",
)  # fmt: skip
"""What a person decides of such a notebook; a case's ``needs`` are left out."""
TWINS = [(name, number) for name, case in cases().items() for number in range(len(case["false"]))]


@cache
def judged(name: str, twin: int = -1) -> tuple[Mapping[str, Verdict], ShownArms | None]:
    """The verdicts on a case, or on one of its faulty twins, and the arms that are read from it."""
    case = cases()[name]
    put: Sequence[Sequence[str]] = case["false"][twin]["put"] if twin >= 0 else ()
    raw = json.dumps(notebook(case, put)).encode()
    submission = Submission(name, name, "", f"{name}.ipynb", raw, "0" * 64)
    result, made = judge_one(submission, [released("week1_homework")])
    assert made is not None
    return {item.check: item for cell in result.cells for item in cell.verdicts}, shown_arms(made, "one_change")


def wanted(name: str) -> list[str]:
    return [check for check in CHECKS if check not in cases()[name].get("needs", ())]


@pytest.mark.parametrize("name", sampled(list(cases()), 8))
def test_nothing_true_fails_or_is_proposed_to_fail(name: str) -> None:
    verdicts, _ = judged(name)
    for check in CHECKS:
        assert verdicts[check].outcome is not Outcome.FAILED, verdicts[check].because
        assert verdicts[check].proposal != Outcome.FAILED.value, (check, verdicts[check].proposed_because)


@pytest.mark.parametrize("name", sampled([name for name, case in cases().items() if not case.get("unread")], 8))
def test_the_change_the_seeds_and_the_results_are_read(name: str) -> None:
    case, (_, arms) = cases()[name], judged(name)
    assert arms is not None
    setting, before, after = case["change"]
    differences = {item.name: item for item in arms.differences}
    assert list(differences) == [setting]
    assert same_value(differences[setting].baseline[-1], before)
    assert same_value(differences[setting].changed[-1], after)
    for runs, results in zip((arms.baseline, arms.changed), case["results"], strict=True):
        assert [run.seed for run in runs] == case["seeds"]
        for run, metrics in zip(runs, results, strict=True):
            found = {metric: run.reported[metric].value for metric in metrics}
            assert found == pytest.approx(metrics, abs=6e-4)


@pytest.mark.parametrize(("name", "twin"), sampled(TWINS, 8))
def test_no_faulty_twin_is_passed_or_proposed_to_pass(name: str, twin: int) -> None:
    verdicts, _ = judged(name, twin)
    for check in cases()[name]["false"][twin]["wrong"]:
        assert verdicts[check].outcome is not Outcome.PASSED, (check, verdicts[check].because)
        assert verdicts[check].proposal != Outcome.PASSED.value, (check, verdicts[check].proposed_because)


def test_an_earlier_epochs_number_is_right_where_it_is_said_to_be_on_the_way() -> None:
    """A number of the first epoch, told as the arm's result and as its beginning."""
    text = "macro F1: 0.2279 and 0.0350, so 0.1929 less. {}"
    logs = (
        (
            "epoch 1 loss 1.8201\nepoch 2 loss 0.6110\naccuracy 0.5385\nmacro F1 0.2279\n",
            "epoch 1 macro F1 0.1279 accuracy 0.4385\nepoch 2 macro F1 0.2279 accuracy 0.5385\n",
        ),
        (
            "epoch 1 loss 2.9012\nepoch 2 loss 2.7201\naccuracy 0.3077\nmacro F1 0.035\n",
            "epoch 1 macro F1 0.0310 accuracy 0.2900\nepoch 2 macro F1 0.0350 accuracy 0.3077\n",
        ),
    )
    told = {
        "The slow arm's accuracy was 0.2900.": True,
        "The slow arm's accuracy began at 0.2900.": False,
        "It had an accuracy of 0.4385.": True,
        "It had an accuracy of 0.4385 half-way.": False,
    }
    for sentence, wrong in told.items():
        case = {**cases()["copied-loop"], "result": text.format(sentence)}
        raw = json.dumps(notebook(case, logs)).encode()
        submission = Submission("one", "one", "", "one.ipynb", raw, "0" * 64)
        result, _ = judge_one(submission, [released("week1_homework")])
        found = next(
            item for cell in result.cells for item in cell.verdicts if item.check == "experiments.result_matches"
        )
        assert (found.proposal == Outcome.FAILED.value) is wrong, (sentence, found.proposed_because)


@pytest.mark.long
def test_most_is_decided_or_rightly_proposed() -> None:
    counts = Counter[str]()
    for name in cases():
        for check in wanted(name):
            verdict = judged(name)[0][check]
            counts["of"] += 1
            counts["decided"] += verdict.outcome is Outcome.PASSED
            counts["proposed"] += verdict.proposal == Outcome.PASSED.value
    assert counts["decided"] >= 0.80 * counts["of"]
    assert counts["decided"] + counts["proposed"] >= 0.95 * counts["of"]


@pytest.mark.long
def test_the_faulty_twins_are_many_and_half_of_them_are_proposed_to_fail() -> None:
    told = [
        judged(name, twin)[0][check].proposal == Outcome.FAILED.value
        or judged(name, twin)[0][check].outcome is Outcome.FAILED
        for name, twin in TWINS for check in cases()[name]["false"][twin]["wrong"]
    ]  # fmt: skip
    assert len(told) >= len(cases()) >= 40
    assert sum(told) >= 0.5 * len(told)
