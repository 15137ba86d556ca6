"""Whatever a cell prints is read without an error; of a line that tells of several things each keeps its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence.shown import numbers_of
from grader.model import Output, RecoveredCell

PIECES = st.sampled_from(
    ["int8", "within", "13.84", "ms", ":", ": ", ";", "; ", "plain", " ", "0.5", "±", "to", "%", "\t", ","]
)


def shown(text: str) -> list[tuple[str, str]]:
    """The numbers of one printed text, as (label, number)."""
    cell = RecoveredCell(0, "code", "print(…)", 1, outputs=(Output("stream", text, "stdout"),))
    return [(labels.strip(), number.text) for labels, number, _ in numbers_of(cell)]


@given(st.lists(PIECES, max_size=24).map("".join))
def test_no_line_is_an_error(text: str) -> None:
    shown(text)


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("within 13.84 ms: int8; without a budget: int8", ["13.84"]),  # a name with a digit is no number
        ("within 13.84 ms: 2.2; without a budget: 2.4", ["13.84", "2.2", "2.4"]),
    ],
)
def test_a_part_that_names_a_model_and_no_number_gives_none(line: str, numbers: list[str]) -> None:
    assert [number for _, number in shown(line)] == numbers
