"""Tests are cut in two halves, and the half that expects never runs beside a student's code."""

import pytest

from grader.audit.needed import lines_of, names_read, needed
from grader.audit.questions import cut
from grader.audit.sandboxed.tests import encode
from grader.audit.values import decode, disagreement
from grader.errors import SandboxError


def test_what_a_test_expects_is_not_in_the_half_that_asks() -> None:
    found = cut('selfcheck.equal(selfcheck.call(double, 3), 6, "double(3)")', ["double"])
    assert found.asked == "__ask__(0, selfcheck.call(double, 3))"
    assert found.expected == "__expect__(0, 'equal', 6, 'double(3)', None)"
    assert (found.count, found.open) == (1, frozenset())


def test_an_assertion_is_a_test_too() -> None:
    found = cut("assert double(4) == 8", ["double"])
    assert "8" not in found.asked
    assert "8" in found.expected


def test_numbers_that_are_drawn_may_be_given_to_the_student_and_used_in_the_expectation() -> None:
    found = cut('n = int(draw())\nselfcheck.equal(double(n), 2 * n, f"double({n})")', ["double"])
    assert found.asked == "n = int(draw())\n__ask__(0, double(n))"
    assert "2 * n" in found.expected


def test_a_loop_is_run_on_both_sides() -> None:
    found = cut('for n in (1, 5):\n    selfcheck.equal(double(n), 2 * n, "in a loop")', ["double"])
    assert "2 * n" not in found.asked
    assert found.expected.startswith("for n in (1, 5):")


@pytest.mark.parametrize(
    "source",
    [
        'x = make()\ny = double(x)\nselfcheck.equal(y, x.copy(), "a value the student may have changed")',
        'selfcheck.equal(double(1), double(1), "twice the same")',
        'total = double(1)\nfor n in range(total):\n    selfcheck.equal(n, 0, "as often as the student says")',
    ],
)
def test_an_expectation_that_follows_from_the_students_code_is_worked_out_beside_it(source: str) -> None:
    found = cut(source, ["double"])
    assert found.open == {0}
    assert "__expect__" not in found.expected


def test_a_whole_test_has_nothing_cut_off() -> None:
    found = cut('selfcheck.close(double(1), 2.0, "double", tolerance=1e-3)', ["double"], whole=True)
    assert found.asked == "__ask__(0, double(1), 'close', 2.0, 'double', 0.001)"
    assert found.expected == ""


def test_a_claim_comes_back_as_yes_or_no() -> None:
    found = cut('selfcheck.true(double(1) > 0, "it is positive")', ["double"])
    assert found.asked == "__ask__(0, double(1) > 0)"
    assert found.expected == "__expect__(0, 'true', True, 'it is positive', None)"


def test_other_statements_stay_where_their_values_are_the_students_own() -> None:
    found = cut("model = make()\nloss = step(model)\nafter = model.weight\nprint(loss, after)", ["step"])
    assert found.expected == "model = make()"
    assert found.asked.endswith("print(loss, after)")


def test_needed_statements_are_found_by_their_names_and_the_doubtful_ones_are_named() -> None:
    cells = [
        ("begin", "import numpy as np\nimport torch\n%matplotlib inline\nSEED = 3\ndata = load(SEED)"),
        ("own", "def helper(x):\n    return np.ones(x) * LATER\nLATER = 4\nunused = slow()"),
    ]
    found = needed(lines_of(cells), names_read("def f(x):\n    return helper(x) + data"))
    assert found.code == (
        "import numpy as np", "SEED = 3", "data = load(SEED)", "def helper(x):\n    return np.ones(x) * LATER",
        "LATER = 4",
    )  # fmt: skip
    assert found.unsure == ("begin: data = load(SEED)",)
    assert found.missing == ("load",)


def test_of_an_import_only_the_names_that_are_needed_are_taken() -> None:
    found = needed(
        lines_of([("begin", "from paribus import models, selfcheck, training\nimport os, sys")]), ["selfcheck"]
    )
    assert found.code == ("from paribus import selfcheck",)


def test_a_name_that_is_made_of_itself_takes_its_earlier_statement_along() -> None:
    found = needed(lines_of([("a", "x = 1\ny = 5\nx = x + 1")]), ["x"])
    assert found.code == ("x = 1", "x = x + 1")


def test_what_is_given_already_is_not_looked_for() -> None:
    assert needed((), ["notebook", "len", "missing"], ["notebook"]).missing == ("missing",)


def test_a_cell_that_is_no_python_reads_nothing() -> None:
    assert names_read("if :") == frozenset()


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2**70, 0.25, "text", [1, [2.5]], (1, "two"), {1, 2}, {"a": (1,), 2: None}, float("inf")],
)
def test_plain_values_come_back_as_they_were_sent(value: object) -> None:
    assert decode(encode(value)) == value


def test_arrays_of_every_library_come_back_as_arrays() -> None:
    np, pd = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    for value in (np.array([[1.0, 2.0]]), pd.Series([1, 2]), np.float64(3.5)):
        assert np.array_equal(decode(encode(value)), np.asarray(value))


def test_what_cannot_be_sent_cannot_be_compared() -> None:
    assert encode(object()) == {"opaque": "object"}
    with pytest.raises(SandboxError, match="a value of the kind object cannot be compared"):
        disagreement("equal", decode(encode(object())), 3, "a result", None)


@pytest.mark.parametrize("sent", [["a", "list"], {"unknown": 1}, {"tuple": 3}, {"array": {"dict": [[1]]}}])
def test_what_is_no_value_is_refused(sent: object) -> None:
    with pytest.raises(SandboxError, match="the sandbox sent"):
        decode(sent)


def test_values_that_have_no_comparison_are_left_to_a_person() -> None:
    np = pytest.importorskip("numpy")
    with pytest.raises(SandboxError, match="cannot be compared"):
        disagreement("equal", np.ones(3), np.ones(4), "two lengths", None)


def test_a_disagreement_is_told_in_the_words_of_visible_tests() -> None:
    assert "expected 6, got 7" in disagreement("equal", 7, 6, "double(3)", None)
    assert disagreement("close", 0.1001, 0.1, "a share", 0.01) == ""
    assert "does not" in disagreement("true", False, True, "it is positive", None)
