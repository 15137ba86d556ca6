"""Numbers that are quoted together: each alone may be a thing of many, beside one another they are one row's."""

import random

import pytest

from grader.evidence.measured import measure
from grader.evidence.repeated_steps import follow
from grader.evidence.traces import Status, Trace
from grader.evidence.tracing import trace
from grader.reading.numbers import find_numbers
from grader.reading.prose import read_markdown
from tests.grader.build import CASES, build, load

LANDING = {
    "landing.found.head": 0.4792, "landing.found.similar_mid": 0.0833, "landing.found.other_mid": 0.0208,
    "landing.found.other_tail": 0.4167, "landing.by_size.head": 0.6172, "landing.by_size.similar_mid": 0.0862,
    "landing.by_size.other_mid": 0.0269, "landing.by_size.other_tail": 0.2697,
}  # fmt: skip
SHARES = "In the order of the list: 0.479, 0.083, {}, 0.417."


def read(text: str) -> dict[str, Status]:
    """What becomes of the numbers of a text beside the homework's records and a table of shares."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["values"] |= {name: {"cell": "rescue-run", "value": value} for name, value in LANDING.items()}
    return {one.number.text: one.status for one in trace(read_markdown(text), measure(build(raw)))}


def test_a_whole_column_is_traced_by_its_other_numbers() -> None:
    """Nothing names the last number's row; the three beside it are the rest of its column."""
    assert read(SHARES.format("0.021"))["0.021"] is Status.TRACED


@pytest.mark.parametrize("number", ["0.031", "0.345", "0.108"])
def test_a_number_of_no_such_row_is_not_traced_by_them(number: str) -> None:
    """No share of the rows and columns that the others are of."""
    assert read(SHARES.format(number))[number] is not Status.TRACED


def test_random_numbers_are_rarely_of_the_row() -> None:
    """At most one in twenty, whatever is quoted beside them."""
    generator = random.Random(7)  # noqa: S311 - draws numbers, guards nothing
    drawn = [f"{generator.random():.3f}" for _ in range(100)]
    assert sum(read(SHARES.format(number))[number] is Status.TRACED for number in drawn) <= 5


def traces(text: str) -> list[Trace]:
    """The numbers of a text, none of them traced yet."""
    return [Trace(number, Status.UNCLEAR, text, 0) for number in find_numbers(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Limit 6.97. A: 10.31, +3.34. B: 10.60, +3.63. C: 11.38, +4.41. D: 11.62, {}",
        "A: 0.397, 0.617, 0.64. B: 0.162, 0.086, 1.88. C: 0.426, 0.270, 1.58. D: 4.650, 1.000, {}",
    ],
)
def test_a_number_follows_as_the_others_do(text: str) -> None:
    """Each less the limit, or each by the one before it: no output prints them."""
    assert follow(traces(text.format("4.65")))[-1].status is Status.TRACED
    assert follow(traces(text.format("4.95")))[-1].status is Status.UNCLEAR


def test_two_steps_alone_show_no_rule() -> None:
    """One other number that follows in the same way may do so by chance."""
    found = follow(traces("Limit 6.97. A: 10.31, +3.34. D: 11.62, +4.65"))
    assert all(one.status is Status.UNCLEAR for one in found)
