"""Texts by other hands: read, put into their notebooks, and accounted for."""

import json
import random

import pytest
from scipy.stats import binomtest

from generator.rehearsal.others import Text, account, exact_interval, with_random_number
from tests.shipped import load_base, load_texts, written

ASSIGNMENTS = ("week1_homework", "week2_homework")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_text_has_its_notebook_and_its_cell(assignment: str) -> None:
    """A text whose cell is not there would be graded as a released one."""
    for text in load_texts(assignment):
        assert any(cell.get("id") == text.cell for cell in json.loads(load_base(text.base))["cells"]), text.name


def test_a_text_takes_the_place_of_the_question() -> None:
    """The rest of the notebook stays as it was run."""
    text = load_texts("week1_homework")[0]
    before, after = json.loads(load_base(text.base)), written(text)
    changed = [
        cell["id"] for old, cell in zip(before["cells"], after["cells"], strict=True)
        if "".join(old["source"]) != "".join(cell["source"])
    ]  # fmt: skip
    assert changed == [text.cell]


def test_there_are_as_many_texts_as_the_page_says() -> None:
    """At least 400 honest ones by at least 12 writers, at least 150 faulty ones, each with a twin."""
    texts = [text for assignment in ASSIGNMENTS for text in load_texts(assignment)]
    honest = [text for text in texts if text.kind == "honest"]
    faulty = {text.name.removeprefix("faulty-") for text in texts if text.kind == "faulty"}
    assert len(honest) >= 400
    assert len({text.writer for text in honest}) >= 12
    assert len(faulty) >= 150
    assert faulty == {text.name.removeprefix("twin-") for text in texts if text.kind == "twin"}


def test_a_random_number_has_as_many_digits_and_is_another() -> None:
    """Only the digits change."""
    changed = with_random_number("macro-F1 0.318 here", random.Random(1))  # noqa: S311 - a draw, not a secret
    assert changed is not None
    text, number, instead = changed
    assert instead == "0.318"
    assert number != instead
    assert len(number) == len(instead)
    assert text == f"macro-F1 {number} here"


def test_a_text_without_decimals_gets_no_random_number() -> None:
    """There is nothing to replace."""
    assert with_random_number("six classes", random.Random(1)) is None  # noqa: S311 - as above


def result(outcome: str, proposal: str = "") -> dict[str, object]:
    verdict = {"check": "memo.numbers_traced", "outcome": outcome, "proposal": proposal, "values": {"traced": []}}
    return {"cells": [{"key": "memo", "verdicts": [verdict]}]}


def test_the_account_counts_by_what_is_known_of_the_text() -> None:
    """An honest text that fails is wronged; a faulty one that is proposed to be failed is found."""
    texts = [
        Text("honest-a", "W1", "week1_homework-x", "memo", "honest", ""),
        Text("twin-b", "F1", "week1_homework-x", "memo", "twin", ""),
        Text("faulty-b", "F1", "week1_homework-x", "memo", "faulty", ""),
    ]
    found = {
        share.name: (share.count, share.of)
        for share in account(
            texts,
            {"honest-a": result("failed"), "twin-b": result("passed"), "faulty-b": result("undecided", "failed")},
        )
    }
    assert found["true texts that lose points"] == (1, 2)
    assert found["students who lose points for true texts (a writer's on one notebook)"] == (1, 2)
    assert found["writers of a true text that loses points"] == (1, 2)
    assert found["faulty texts that are failed or proposed failed"] == (1, 1)
    assert found["faulty texts that are passed"] == (0, 1)
    assert found["precision of “failed”: failed texts that are faulty"] == (0, 1)


def test_a_student_is_wronged_once_by_two_texts_and_a_writer_once_on_two_notebooks() -> None:
    """Texts of one writer on one notebook are one student's; the interval over writers is exact."""
    texts = [
        Text("honest-a", "W1", "week1_homework-x", "memo", "honest", ""),
        Text("honest-b", "W1", "week1_homework-x", "memo", "honest", ""),
        Text("honest-c", "W1", "week1_homework-y", "memo", "honest", ""),
        Text("honest-d", "W2", "week1_homework-y", "memo", "honest", ""),
    ]
    results = {text.name: result("passed" if text.writer == "W2" else "failed") for text in texts}
    shares = {share.name.split(" ")[0]: share for share in account(texts, results)[:3]}
    assert [(share.count, share.of) for share in shares.values()] == [(3, 4), (2, 3), (1, 2)]
    assert shares["writers"].exact
    assert "95 %, exact: 1.3 to 98.7 %" in str(shares["writers"])
    assert not shares["students"].exact


@pytest.mark.parametrize(("count", "of"), [(0, 1), (0, 22), (3, 22), (22, 22), (1, 300)])
def test_an_exact_interval_is_that_of_clopper_and_pearson(count: int, of: int) -> None:
    """Held against SciPy's own."""
    wanted = binomtest(count, of).proportion_ci(0.95, method="exact")
    assert exact_interval(count, of) == pytest.approx((wanted.low, wanted.high))
