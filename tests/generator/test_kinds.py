"""What each kind of contradiction found in texts by other hands: in true ones, at the mark, and elsewhere."""

from typing import Any

import pytest

from generator.rehearsal.kinds import at_mark, by_kind, findings, found_at_mark
from generator.rehearsal.others import Text

MARKED = "Accuracy fell with weights in each of the three seeds."


def text(name: str, kind: str) -> Text:
    marked = MARKED if kind == "faulty" else ""
    return Text(name, name[0].upper() + "1", "week1_homework-x", "memo", kind, "", marked=marked)  # type: ignore[arg-type]


def result(*told: tuple[str, str]) -> dict[str, Any]:
    """A result whose memo is proposed to be failed for what is told: kind and sentence."""
    contradicted = [{"kind": kind, "sentence": sentence, "why": "the records differ"} for kind, sentence in told]
    verdict = {
        "check": "memo.numbers_traced", "outcome": "undecided", "proposal": "failed", "because": "a person looks",
        "proposed_because": "the records differ", "values": {"contradicted": contradicted}, "evidence": [],
    }  # fmt: skip
    return {"cells": [{"key": "memo", "verdicts": [verdict]}]}


def test_a_kind_is_right_at_the_mark_and_wrong_in_a_true_text() -> None:
    texts = [text("f-a", "faulty"), text("f-b", "faulty"), text("w-c", "honest")]
    kinds = by_kind(
        texts,
        {
            "f-a": result(("wrong_seeds", MARKED), ("wrong_orders", MARKED)),
            "f-b": result(("wrong_orders", "Another sentence of the same text is told.")),
            "w-c": result(("wrong_orders", "What is true.")),
        },
    )
    found = {kind.name: (kind.wrong.total(), kind.right.total(), kind.alone.total(), kind.beside.total())
             for kind in kinds}  # fmt: skip
    assert found == {"wrong_orders": (1, 1, 0, 1), "wrong_seeds": (0, 1, 0, 0)}
    assert kinds[0].wrong == {"W1": 1}


def test_a_failed_verdict_is_about_what_its_evidence_quotes() -> None:
    verdict = {
        "check": "experiments.held_constant", "outcome": "failed", "proposal": "", "proposed_because": "",
        "because": "You write batch size 64, and the records say 32.", "values": {},
        "evidence": [{"cell": "memo", "text": MARKED}],
    }  # fmt: skip
    (found,) = findings([verdict])
    assert found.failed
    assert found.kind == "experiments.held_constant"
    assert found_at_mark(text("f-a", "faulty"), [verdict])


@pytest.mark.parametrize(
    ("told", "same"),
    [
        (MARKED, True),
        ("accuracy fell with weights in each of the three …", True),
        ("| Meaningful? | Accuracy fell with weights in each of the three seeds. |", True),
        ("Macro-F1 rose for every seed but one.", False),
        ("", False),
    ],
)
def test_a_part_of_a_sentence_is_about_the_same_place(told: str, *, same: bool) -> None:
    assert at_mark(told, MARKED) is same
