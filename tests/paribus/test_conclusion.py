"""A claim is supported, unsupported or undecided by three intervals and nothing else."""

import pytest

from paribus.errors import UsageError
from paribus.experiments.conclusion import Claim, judge
from paribus.experiments.noise import selection_note
from paribus.statistics.intervals import Interval

UP, DOWN, AROUND = Interval(0.01, 0.03, 0.02), Interval(-0.03, -0.01, -0.02), Interval(-0.01, 0.02, 0.005)


@pytest.mark.parametrize(
    ("claim", "welch", "paired", "items", "direction", "margin", "support"),
    [
        ("effect", UP, UP, UP, 0, None, "supported"), ("effect", UP, UP, UP, 1, None, "supported"),
        ("effect", DOWN, DOWN, DOWN, -1, None, "supported"), ("effect", UP, UP, UP, -1, None, "unsupported"),
        ("effect", AROUND, AROUND, UP, 0, None, "unsupported"), ("effect", AROUND, UP, UP, 1, None, "undecided"),
        ("effect", UP, UP, AROUND, 1, None, "undecided"), ("effect", UP, UP, None, 1, None, "undecided"),
        ("effect", UP, UP, DOWN, 0, None, "undecided"), ("effect", None, None, UP, 1, None, "unsupported"),
        ("no effect", AROUND, AROUND, UP, 0, 0.02, "supported"),
        ("no effect", AROUND, UP, UP, 0, 0.02, "unsupported"), ("no effect", UP, UP, UP, 0, None, "undecided"),
        ("no effect", None, None, None, 0, 0.02, "unsupported"),
        ("cannot tell", AROUND, UP, UP, 0, None, "supported"),
        ("cannot tell", UP, AROUND, None, 0, None, "supported"),
        ("cannot tell", UP, UP, AROUND, 0, None, "undecided"),
        ("cannot tell", None, None, None, 0, None, "supported"),
    ],
)  # fmt: skip
def test_a_claim_is_held_against_the_intervals(
    *, claim: Claim, welch: Interval | None, paired: Interval | None, items: Interval | None, direction: int,
    margin: float | None, support: str,
) -> None:  # fmt: skip
    found = judge(claim, welch, paired, items, direction=direction, margin=margin)
    assert found.support == support
    assert found.because.endswith(".")


def test_unequal_selection_is_told_and_equal_selection_too() -> None:
    assert "the plain arm's of 1, the tuned arm's of 3 to 9" in selection_note({"plain": [1, 1], "tuned": [3, 9]})
    assert "best of 3 evaluations" in selection_note({"a": [3], "b": [3]})
    assert selection_note({"a": [1], "b": [1]}) == ""
    with pytest.raises(UsageError, match="at least one number of evaluations"):
        selection_note({"a": []})
