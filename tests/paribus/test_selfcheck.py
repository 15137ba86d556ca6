"""A visible test that fails says what was expected, what was found and where to look."""

from collections.abc import Callable

import numpy as np
import pytest

from paribus import selfcheck
from paribus.errors import ParibusError
from paribus.selfcheck import NotDoneYet, NotRightYet


def test_what_is_right_passes_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    selfcheck.true(np.array([True, True]), "all of them")
    selfcheck.true(condition=True, claim="it holds")
    selfcheck.equal([1, 2], [1, 2], "a list")
    selfcheck.equal(np.array([1, 2]), np.array([1, 2]), "an array")
    selfcheck.close(np.float32(0.5), 0.5, "a number")
    selfcheck.close(1_000_000.5, 1_000_000.0, "a large number")
    assert selfcheck.pair([1, 2], "f") == (1, 2)
    assert selfcheck.get({"share": 0}, "share") == 0
    assert selfcheck.call(max, 3, 4) == 4
    assert capsys.readouterr().out == ""


def test_a_failed_check_is_an_assertion_and_one_of_ours() -> None:
    with pytest.raises(NotRightYet) as caught:
        selfcheck.true(condition=False, claim="it holds")
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, ParibusError)


def unwritten() -> None:
    raise NotImplementedError("write tail_share")


def untouched() -> None:
    raise NotImplementedError("Task tail_share is not done yet: replace this line with your code.")


def returns_nothing() -> None:
    pass


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (
            lambda: selfcheck.unfinished("tail_share"),
            "`tail_share` is not finished yet: complete the cell with YOUR CODE",
        ),
        (
            lambda: selfcheck.unfinished("tail_share", "return the share"),
            "`tail_share` is not finished yet: return the share.",
        ),
        (lambda: selfcheck.get({}, "tail_share"), "`tail_share` is not finished yet"),
        (lambda: selfcheck.get({"x": None}, "x", "count them!"), "`x` is not finished yet: count them!"),
        (lambda: selfcheck.get({"x": ...}, "x"), "`x` is not finished yet"),
        (lambda: selfcheck.call(unwritten), r"`unwritten\(\)` is not finished yet: write tail_share"),
        (
            lambda: selfcheck.call(untouched),
            r"^`untouched\(\)` is not finished yet: complete the cell with YOUR CODE HERE above, run it, then",
        ),
        (lambda: selfcheck.call(returns_nothing), "it returns None. Does it end with `return …`"),
        (lambda: selfcheck.close(None, 0.5, "the share"), r"The share: nothing was returned \(None\)"),
        (lambda: selfcheck.equal(None, 3, "the count"), "The count: nothing was returned"),
        (lambda: selfcheck.equal(..., 3, "the count"), "The count: nothing was returned"),
        (lambda: selfcheck.pair(None, "zero_f1"), "What zero_f1 returns: nothing was returned"),
    ],
)
def test_an_untouched_task_says_that_it_is_not_finished(check: Callable[[], object], says: str) -> None:
    with pytest.raises(NotDoneYet, match=says):
        check()


class Answer:
    """What a library returns, on several lines."""

    def __repr__(self) -> str:
        return "  value: 1\n second: 2"


SEVERAL_LINES = Answer()


def stumbles() -> None:
    raise KeyError("tail")


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (
            lambda: selfcheck.true(np.array([True, False]), "no gradient is left"),
            "and does not: no gradient is left. Look at",
        ),
        (lambda: selfcheck.true([], "it is not empty"), "it is not empty"),
        (
            lambda: selfcheck.equal(3, 4, "the count"),
            "The count: expected 4, got 3. Look at the cell with YOUR CODE HERE",
        ),
        (
            lambda: selfcheck.equal(np.array([1, 2]), np.array([1, 3]), "ids"),
            r"expected array\(\[1, 3\]\), got array",
        ),
        (lambda: selfcheck.equal(np.int64(2), 1, "the count"), "The count: expected 1, got 2. Look"),
        (
            lambda: selfcheck.equal([np.str_("tail"), np.float32(0.5), np.bool_(1)], [], "all"),
            r"got \['tail', 0.5, np.True_\]",
        ),
        (lambda: selfcheck.equal("x" * 900, "y", "text"), "x…"),
        (
            lambda: selfcheck.close(0.25, 1 / 3, "the share of [1, 2]"),
            r"The share of \[1, 2\]: expected 0.333333, got 0.25",
        ),
        (lambda: selfcheck.close(float("nan"), 0.5, "the share"), "expected 0.5, got nan"),
        (lambda: selfcheck.close("0.5", 0.5, "the share"), "expected a number, got '0.5'"),
        (lambda: selfcheck.close([0.5, 1], 0.5, "the share"), r"expected one number, got a list: \[0.5, 1\]"),
        (lambda: selfcheck.close(np.ones(2), 0.5, "the share"), r"expected one number, got an ndarray: array\("),
        (lambda: selfcheck.close(slice(1), 0.5, "the share"), "expected one number, got a slice"),
        (lambda: selfcheck.close(SEVERAL_LINES, 0.5, "the share"), r"got an Answer: value: 1 second: 2\. Look"),
        (lambda: selfcheck.close(True, 1.0, "the share"), "expected a number, got True"),
        (lambda: selfcheck.pair(0.5, "tail_share"), "`tail_share` should return two values.*it returned a float"),
        (lambda: selfcheck.pair((1, 2, 3), "tail_share"), "it returned 3 values"),
        (lambda: selfcheck.call(stumbles), r"`stumbles\(\)` stopped with KeyError: 'tail'"),
    ],
)
def test_a_wrong_answer_says_what_was_expected(check: Callable[[], object], says: str) -> None:
    with pytest.raises(NotRightYet, match=says):
        check()


def test_a_check_inside_the_students_function_keeps_its_own_message() -> None:
    with pytest.raises(NotDoneYet, match="`inner` is not finished"):
        selfcheck.call(lambda: selfcheck.unfinished("inner"))
