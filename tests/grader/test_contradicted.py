"""What a text says and the records of its notebook contradict is failed, or proposed to be; its true twin
is neither.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from generator.rehearsal.others import TEXT_CHECKS
from grader.grading.grade import judge_one
from grader.grading.judge import judge_cell
from grader.grading.match import match
from grader.model import Case, Outcome, Submission, Verdict
from paribus.course.assignment import Cell
from tests.grader.build import CASES
from tests.grader.releases import released
from tests.sampled import sampled
from tests.shipped import load_base

TOLD: dict[str, Any] = tomllib.loads((CASES / "_contradicted.toml").read_text(encoding="utf-8"))
TABLES: dict[str, Any] = tomllib.loads((CASES / "_contradicted_tables.toml").read_text(encoding="utf-8"))
MEMOS: dict[str, str] = {**TOLD["memos"], **TABLES["memos"]}
ROWS: dict[str, dict[str, str]] = {**TOLD["rows"], **TABLES["rows"]}
KINDS: list[dict[str, Any]] = [*TOLD["kind"], *TABLES["kind"]]
TITLES = {
    "changed": "Variable changed", "held": "Held constant", "prediction": "Prediction", "result": "Result",
    "meaningful": "Meaningful?",
}  # fmt: skip
PAIRS = [(kind, *pair) for kind in KINDS for pair in kind["pairs"]]
LEAST = 6
"""Differently worded faults of a kind."""


@cache
def of_base(name: str) -> Case:
    """An executed notebook of the outsiders', as a check sees it."""
    content = json.dumps(json.loads(load_base(name))).encode()
    _, case = judge_one(Submission("a", "a", "", "a.ipynb", content, "0" * 64), [released(name.partition("-")[0])])
    assert case is not None
    return case


def written(kind: Mapping[str, Any], sentence: str) -> str:
    """The cell's text with a sentence in it."""
    if "part" not in kind:
        return sentence if kind.get("whole") else MEMOS[kind.get("memo", kind["base"])].format(sentence)
    rows = {**ROWS[kind["base"]], kind["part"]: sentence}
    lines = [f"| {title} | {rows[part]} |" for part, title in TITLES.items()]
    return "\n".join(["| field | what you write |", "| --- | --- |", *lines])


def verdicts(kind: Mapping[str, Any], sentence: str) -> list[Verdict]:
    """What the checks that read prose say of the cell."""
    case, key = of_base(kind["base"]), kind.get("cell", "one_change_template")
    found = case.matches[key].recovered
    assert found is not None
    text = written(kind, sentence)
    cells = tuple(
        replace(cell, source=text) if cell.position == found.position else cell for cell in case.notebook.cells
    )
    notebook = replace(case.notebook, cells=cells)
    matches, unmatched = match(case.assignment, notebook)
    changed = replace(case, notebook=notebook, matches=matches, unmatched=tuple(unmatched))
    own: Cell = next(cell for cell in case.assignment.cells if cell.key == key)
    checks = [item for item in own.checks if item.check in TEXT_CHECKS]
    short = tuple(replace(item, options={**item.options, "min_words": 20}) for item in checks)
    return list(judge_cell(changed, replace(own, checks=short)).verdicts)


def complaints(kind: Mapping[str, Any], sentence: str) -> list[str]:
    """Why checks failed the text, or would."""
    return [
        item.proposed_because or item.because
        for item in verdicts(kind, sentence)
        if item.outcome is Outcome.FAILED or item.proposal == "failed"
    ]


def is_open(kind: Mapping[str, Any], sentence: str) -> bool:
    """A person looks at the text."""
    return any(item.outcome is Outcome.UNDECIDED for item in verdicts(kind, sentence))


@pytest.mark.parametrize(
    ("kind", "faulty", "true"),
    sampled(PAIRS, 22),
    ids=lambda item: item[:50] if isinstance(item, str) else item["about"],
)
def test_a_sentence_that_the_records_contradict_is_caught_and_its_true_twin_is_not(
    kind: dict[str, Any], faulty: str, true: str
) -> None:
    """Failed, or proposed to be failed; where a kind says so, left to a person."""
    assert complaints(kind, faulty) or (kind.get("open") and is_open(kind, faulty))
    assert not complaints(kind, true)


def test_every_kind_has_faults_in_many_words() -> None:
    """Two of a kind, said of another part of the template, may be fewer."""
    few = [kind["about"] for kind in KINDS if len(kind["pairs"]) < LEAST]
    assert few == [
        "significance without a test, in the conclusion", "what can or cannot happen says nothing of what did",
    ]  # fmt: skip
