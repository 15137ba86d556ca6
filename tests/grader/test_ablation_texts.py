"""What prose says of an ablation: its candidate, its rows, a gate's limit, shares of other items."""

from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.checks.base import Finding
from grader.evidence.aliases import value_phrases
from grader.evidence.called import called
from grader.model import Outcome
from paribus.course.assignment import CheckPoints
from tests.grader.build import CASES, build, load, told_by

PROMPT = "### The decision\n\nDoes the candidate replace the champion, and what do the rows say?\n\n"
CHAMPION = "The champion has an accuracy of {champion[accuracy]:.3f}. "
ONE_EPOCH = "{mean_changed[macro_f1]:.3f}"


def handed(text: str, **options: str) -> Finding:
    """What `memo.numbers_traced` says of an answer."""
    raw = load(CASES / "_bases" / "ablation.json")
    told = told_by(raw)
    fall = told["mean_baseline"]["macro_f1"] - told["mean_changed"]["macro_f1"]
    raw["cells"]["memo"]["handed"] = f"{PROMPT}{text.replace('FALL', f'{fall:.3f}')}"
    case = build(raw)
    return CHECKS["memo.numbers_traced"](case, case.assignment.cell("memo"), options)


def is_suspected(found: Finding) -> bool:
    """It costs points, or is proposed to."""
    return Outcome.FAILED in (found.outcome, found.proposal)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            "The candidate has a mean accuracy of {mean_baseline[accuracy]:.3f}.",
            "The candidate has a mean accuracy of 0.897.",
        ),
        (
            f"With one epoch macro-F1 is {ONE_EPOCH}. {CHAMPION}",
            f"With one epoch macro-F1 is 0.777. {CHAMPION}",
        ),
        (
            f"{CHAMPION}With one epoch macro-F1 fell by FALL.",
            f"{CHAMPION}With one epoch macro-F1 rose by FALL.",
        ),
        (
            "The gate asks for an accuracy of 0.92, and the candidate has one of {mean_baseline[accuracy]:.3f}.",
            "The candidate has an accuracy of 0.92, as the gate asks.",
        ),
    ],
)  # fmt: skip
def test_a_true_sentence_passes_and_its_false_twin_is_failed_or_proposed_to_be(true: str, false: str) -> None:
    found = handed(true)
    assert found.outcome is Outcome.PASSED, found.because
    assert is_suspected(handed(false))


@pytest.mark.parametrize(
    "text",
    [
        f"{CHAMPION}The gate asks for 0.92 overall.",
        f"{CHAMPION}Of the champion's answers 0.026 flip, which its accuracy does not show.",
        f"{CHAMPION}The mean accuracy of both months is 0.663.",
        f"{CHAMPION}After one epoch the baseline had a macro-F1 of 0.221 with seed 11.",
        f"{CHAMPION}With 1 of the rare intents left out, the champion keeps an accuracy near that.",
    ],
)  # fmt: skip
def test_what_the_file_says_otherwise_than_expected_is_not_suspected(text: str) -> None:
    """A limit that the text set, a recorded share of fewer items, an accuracy of other items, an epoch of a log."""
    found = handed(text)
    assert not is_suspected(found), (found.because, found.proposed_because)


def test_where_one_experiment_is_asked_about_the_numbers_of_another_are_no_fault() -> None:
    rows = "| row | macro-F1 |\n| --- | --- |\n| gamma, changed arm | {gamma1[macro_f1]:.4f} |\n| epochs | %s |\n"
    assert not is_suspected(handed(rows % ONE_EPOCH, experiment="ablation-epochs"))
    wrong = "The changed arm has a macro-F1 of 0.777."
    assert handed(wrong, experiment="ablation-epochs").outcome is Outcome.FAILED
    agreeing = "The changed arm has a macro-F1 of {champion[macro_f1]:.3f}."
    assert handed(agreeing, experiment="ablation-epochs").outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(("value", "phrase"), [(1.0, "with 1"), (1.0, "1 model"), (0.1, "with .1"), (2, "2 runs")])
def test_a_single_digit_names_no_arm_by_itself(value: float, phrase: str) -> None:
    assert phrase not in value_phrases("layer_decay", value)
    assert {"layer decay of 0.8", "with 0.8"} <= value_phrases("layer_decay", 0.8)


def test_an_arm_of_few_epochs_has_its_number_in_words() -> None:
    assert {"one epoch", "1 epoch"} <= value_phrases("epochs", 1)


def test_only_a_name_that_text_and_code_share_is_a_name_of_runs() -> None:
    raw = load(CASES / "_bases" / "ablation.json")
    assert frozenset({"candidate", "candidates"}) in called(build(raw)).values()
    raw["cells"]["ablation-text"]["released"] = "The baseline is trained first."
    raw["cells"]["memo"]["released"] = "### The decision"
    assert frozenset({"candidate", "candidates"}) not in called(build(raw)).values()
    raw["cells"]["champion"]["released"] = "%load_ext magic"
    assert not called(build(raw))


def test_a_short_answer_on_sources_need_not_speak_of_the_notebook() -> None:
    case = build(load(CASES / "_bases" / "ablation.json"))
    cell = case.assignment.cell("sources")
    asked = replace(cell, checks=(CheckPoints("memo.sources_cited", 1.0),))
    assert CHECKS["memo.answered"](case, asked, {}).outcome is Outcome.PASSED
    assert CHECKS["memo.answered"](case, cell, {}).outcome is Outcome.UNDECIDED
