"""What honest people write is not failed, and not proposed to be; its faulty twins still are."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import CHECKS
from grader.checks.base import Finding
from grader.model import Outcome
from tests.grader.build import CASES, build, load

FAMILIES = json.loads((CASES / "_honest_sentences.json").read_text(encoding="utf-8"))
LOWERED = [0.9, 0.1, 0, 0, 0, 0, 0, 0]
"""How often the changed arm is right in each class, where the change lowers every metric."""
ROWS = {
    "Variable changed": "learning rate, divided by ten",
    "Held constant": "data, model, epochs, batch size 32, scheduler, seed",
    "Prediction": "macro-F1 goes down by up to 0.10, because the weights hardly move",
    "Result": "macro-F1 was {encoder[macro_f1]:.3f} for the baseline and {changed[macro_f1]:.3f} changed",
    "Meaningful?": "Cannot tell from one seed.",
}


def found(family: dict[str, Any], text: str) -> Finding:
    """What the family's check says of a sentence, in a row of the template or as the end of the last memo."""
    lowered = family["base"] == "lowered"
    raw = deepcopy(load(CASES / "_bases" / f"{'seeds' if lowered else family['base']}.json"))
    for number in (1, 2, 3) if lowered else ():
        raw["runs"][f"changed{number}"]["right"] = LOWERED
    at = "template" if family["row"] else "last"
    if family["row"]:
        rows = {**ROWS, **({"Result": "macro-F1 was lower"} if lowered else {}), family["row"]: text}
        head = raw["cells"][at]["released"].partition("*Write your answer here.*")[0]
        raw["cells"][at]["handed"] = head + "".join(f"| {name} | {said} |\n" for name, said in rows.items())
    else:
        prompt = raw["cells"][at]["released"].partition("*Write your answer here.*")[0]
        raw["cells"][at]["handed"] = f"{prompt}\n\nI would keep TF-IDF for now. {text}"
    case = build(raw)
    return CHECKS[family["check"]](case, case.assignment.cell(at), {})


def cases(kind: str) -> list[Any]:
    """Every sentence of a kind with its family."""
    return [
        pytest.param(family, text, id=f"{family['check']}-{text[:50]}")
        for family in FAMILIES
        for text in family[kind]
    ]


@pytest.mark.parametrize(("family", "text"), cases("honest"))
def test_an_honest_sentence_loses_nothing(family: dict[str, Any], text: str) -> None:
    finding = found(family, text)
    assert finding.outcome is not Outcome.FAILED, finding.because
    assert finding.proposal != Outcome.FAILED, finding.proposed_because


@pytest.mark.parametrize(("family", "text"), cases("failed"))
def test_its_faulty_twin_is_failed(family: dict[str, Any], text: str) -> None:
    assert found(family, text).outcome is Outcome.FAILED


@pytest.mark.parametrize(("family", "text"), cases("proposed"))
def test_its_twin_that_leaves_a_doubt_is_proposed_to_fail(family: dict[str, Any], text: str) -> None:
    finding = found(family, text)
    assert (finding.outcome, finding.proposal) == (Outcome.UNDECIDED, Outcome.FAILED), finding.because


# --- every bold phrase with every caution behind it

PARTS = json.loads((CASES / "_bold_and_cautious.json").read_text(encoding="utf-8"))
CLAIMS = next(family for family in FAMILIES if family["base"] == "homework" and family["row"] == "Meaningful?")
DIRECTIONS = next(family for family in FAMILIES if family["base"] == "lowered")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PARTS["bold"]), st.sampled_from(PARTS["caution"]))
def test_a_bold_phrase_with_caution_behind_it_is_not_failed(bold: str, caution: str) -> None:
    assert found(CLAIMS, f"{bold}{caution}.").outcome is not Outcome.FAILED


@pytest.mark.parametrize("bold", PARTS["bold"])
def test_a_bold_phrase_alone_is_failed(bold: str) -> None:
    """So that the caution is what spares it."""
    assert found(CLAIMS, f"{bold}.").outcome is Outcome.FAILED


# --- every direction with every subject and metric, where the change lowers macro-F1

RISES, FALLS = ("is higher", "rose", "went up"), ("is lower", "fell", "dropped")
SUBJECTS = {
    "baseline": ("in the baseline", "for the baseline arm"),
    "changed": ("in the changed arm", "with the change"),
}
GOOD, BAD = ("macro-F1",), ("the error rate", "the number of errors", "the number of classes at zero")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_true_direction_is_not_failed(data: st.DataObject) -> None:
    """The baseline's is the other way round, and so is that of an error."""
    arm = data.draw(st.sampled_from(sorted(SUBJECTS)))
    quantity = data.draw(st.sampled_from((*GOOD, *BAD)))
    verb = data.draw(st.sampled_from(RISES if (arm == "baseline") == (quantity in GOOD) else FALLS))
    where = data.draw(st.sampled_from(SUBJECTS[arm]))
    text = data.draw(
        st.sampled_from((f"Yes: {where} {quantity} {verb}.", f"Yes, it is real. {quantity} {verb} {where}."))
    )
    finding = found(DIRECTIONS, text)
    assert finding.outcome is not Outcome.FAILED, text
    assert finding.proposal != Outcome.FAILED, text


@pytest.mark.parametrize("verb", RISES)
def test_the_wrong_direction_of_the_changed_arm_is_proposed_to_fail(verb: str) -> None:
    assert found(DIRECTIONS, f"Yes, it is real: macro-F1 {verb} in the changed arm.").proposal == Outcome.FAILED
