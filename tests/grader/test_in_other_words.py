"""Faults of the outsiders' texts in other words: each is failed or proposed to be failed at its sentence, and its
true twin is left alone.

`in_other_words.jsonl` holds pairs of sentences, written by people who know the grader, that take the place of the
marked sentence of a faulty text. What is not found yet is not in it: how much of fresh prose is found, outsiders'
texts alone can say (docs/rehearsal.md).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.rehearsal.kinds import found_at_mark
from generator.rehearsal.others import Text
from tests.shipped import OUTSIDERS
from tools.prose import grade

PAIRS = [
    json.loads(line)
    for line in Path(__file__).with_name("in_other_words.jsonl").read_text(encoding="utf-8").splitlines()
]
EVERY = 5
"""Every fifth pair is tried always, the others in `make long`."""


@cache
def outsiders() -> dict[str, dict[str, Any]]:
    """The faulty texts by id."""
    lines = (
        line for path in sorted((OUTSIDERS / "texts").glob("F*.jsonl")) for line in path.read_text().splitlines()
    )
    return {raw["id"]: raw for raw in map(json.loads, lines)}


def text_with(place: str, sentence: str, kind: str) -> Text:
    """A faulty text of an outsider's with another sentence where its fault is."""
    raw = outsiders()[place]
    changed = raw["faulty"].replace(raw["marked"], sentence)
    return Text(place, "", raw["base"], raw["cell"], kind, changed, marked=sentence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, marks=() if index % EVERY == 0 else pytest.mark.long, id=pair["faulty"][:60])
        for index, pair in enumerate(PAIRS)
    ],
)
def test_a_fault_is_found_and_its_true_twin_is_not(pair: dict[str, str]) -> None:
    """At the sentence that is wrong, by whichever check reads it."""
    faulty = text_with(pair["in"], pair["faulty"], "faulty")
    assert found_at_mark(faulty, grade(faulty, OUTSIDERS).verdicts)
    true = text_with(pair["in"], pair["true"], "honest")
    assert not found_at_mark(true, grade(true, OUTSIDERS).verdicts)
