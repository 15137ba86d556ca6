"""What a conclusion claims, and whether the runs support it."""

import json

import pytest

from grader.evidence.claims import Claim, judge_claim, read_claim
from grader.evidence.runs import find_arms
from grader.model import Outcome
from tests.grader.build import CASES, build, load

SENTENCES = json.loads((CASES / "_claims.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("item", SENTENCES, ids=lambda item: item["text"][:60])
def test_a_conclusion_is_read(item: dict[str, str]) -> None:
    """An effect, no effect, cannot tell, or none of these; caution wins."""
    assert read_claim(item["text"])[0] == item["claim"]


def test_caution_in_another_sentence_wins() -> None:
    """A text that takes its claim back is not held to it."""
    claim, quote = read_claim("Macro-F1 is clearly better. But with one seed I cannot tell whether that is noise.")
    assert claim is Claim.CANNOT_TELL
    assert quote.startswith("But with one seed")


@pytest.mark.parametrize(
    ("change", "claim", "text", "outcome"),
    [
        ({}, Claim.EFFECT, "lower", Outcome.PASSED),
        ({}, Claim.EFFECT, "higher", Outcome.FAILED),
        ({}, Claim.CANNOT_TELL, "", Outcome.UNDECIDED),
        ({"seed": 99}, Claim.EFFECT, "lower", Outcome.UNDECIDED),
        ({"without_predictions": True}, Claim.EFFECT, "lower", Outcome.UNDECIDED),
    ],
)
def test_a_plain_effect_over_three_seeds(
    change: dict[str, object], claim: Claim, text: str, outcome: Outcome
) -> None:
    """Supported in its direction, refuted against it; unpaired seeds and lost predictions are for a person."""
    raw = load(CASES / "_bases" / "seeds.json")
    for number in (1, 2, 3):
        raw["runs"][f"changed{number}"]["right"] = [0.9, 0.1, 0, 0, 0, 0, 0, 0]
        if "seed" in change:
            raw["runs"][f"changed{number}"]["seed"] = 90 + number
        else:
            raw["runs"][f"changed{number}"].update(change)
    case = build(raw)
    judged = judge_claim(case, find_arms(case, "one_change"), claim, metric="macro_f1", margin=None, text=text)
    assert judged.outcome is outcome, judged.because


@pytest.mark.parametrize(
    ("margin", "outcome"), [(0.5, Outcome.PASSED), (0.001, Outcome.FAILED), (None, Outcome.UNDECIDED)]
)
def test_no_effect_needs_intervals_within_the_margin(margin: float | None, outcome: Outcome) -> None:
    """Without a declared margin a person judges."""
    case = build(load(CASES / "_bases" / "seeds.json"))
    arms = find_arms(case, "one_change")
    judged = judge_claim(case, arms, Claim.NO_EFFECT, metric="accuracy", margin=margin, text="")
    assert judged.outcome is outcome, judged.because


def test_a_metric_that_was_not_recorded_is_for_a_person() -> None:
    """Nothing can be held against it."""
    case = build(load(CASES / "_bases" / "seeds.json"))
    judged = judge_claim(case, find_arms(case, "one_change"), Claim.EFFECT, metric="latency", margin=None, text="")
    assert judged.outcome is Outcome.UNDECIDED
