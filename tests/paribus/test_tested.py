"""The end of a tests cell: what it shows and writes down, in a real IPython."""

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from paribus.check.tested import count_tests, defining_cell, draws, passed_tests
from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook, begin
from paribus.records.code import cell_digest
from paribus.records.record import Record
from tests.paribus.material import Reopen

TASK = "def double(number):\n    return 2 * number"
TESTS = 'selfcheck.equal(double(2), 4, "two")\nassert double(0) == 0\nnotebook.tested("double")'


def run(shell: InteractiveShell, *cells: str) -> None:
    for cell in cells:
        shell.run_cell(cell, store_history=True)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> InteractiveShell:
    """An IPython session with a notebook of the course in it."""
    made = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: made)
    made.user_ns["notebook"] = begin("week1_homework", release="abc", directory=tmp_path)
    run(made, "from paribus import selfcheck")
    return made


def written_tests(shell: InteractiveShell) -> list[Record]:
    notebook: Notebook = shell.user_ns["notebook"]
    return [record for record in notebook.records() if record.kind == "tests"]


def test_passing_is_shown_with_the_code_that_passed(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, TASK, TESTS)
    (record,) = written_tests(shell)
    assert record.run_name == "double"
    assert dict(record.code) == {"task": cell_digest(TASK), "tests": cell_digest(TESTS)}
    assert dict(record.values) == {"tests": 2.0, "passed": 2.0, "count": 3.0}
    assert "2 of 2 tests passed." in capsys.readouterr().out


def test_tests_that_stop_write_nothing(shell: InteractiveShell) -> None:
    run(shell, TASK.replace("2 *", "3 *"), TESTS)
    assert written_tests(shell) == []


def test_after_a_syntax_error_the_record_is_of_the_function_that_ran(shell: InteractiveShell) -> None:
    run(shell, TASK, TASK.replace("return", "return return"), TESTS)
    (record,) = written_tests(shell)
    assert record.code["task"] == cell_digest(TASK)


def test_the_last_cell_that_makes_the_task_counts(shell: InteractiveShell) -> None:
    other = TASK.replace("2 * number", "number + number")
    run(shell, TASK, "double(3)", other, TESTS)
    (record,) = written_tests(shell)
    assert record.code["task"] == cell_digest(other)


def test_where_no_notebook_runs_a_line_says_so(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.tested("double")
    assert "The tests of double passed." in capsys.readouterr().out
    assert notebook.records() == ()


def test_a_task_that_no_cell_makes_is_refused(shell: InteractiveShell) -> None:
    with pytest.raises(EvidenceError, match=r"No cell that was run .* makes 'triple'"):
        passed_tests(shell.user_ns["notebook"].session, "triple")


@pytest.mark.parametrize(
    ("source", "makes"),
    [
        ("def f(): pass", True), ("class f: pass", True), ("f = 1", True), ("f: int = 1", True),
        ("a, f = 1, 2", True), ("async def f(): pass", True), ("f()", False), ("def g():\n    f = 1", False),
        ("%matplotlib inline\nf = 1", False), ("def f(:", False),
    ],
)  # fmt: skip
def test_a_cell_makes_what_it_defines_or_assigns_at_its_top(source: str, makes: bool) -> None:
    assert (defining_cell([source], "f") == source) == makes


def test_tests_are_assertions_and_calls_of_the_self_checks() -> None:
    prepared = "x = selfcheck.pair(f(), 'f')\nother.equal(1, 1)\n"
    assert count_tests(prepared) == 0
    assert count_tests(prepared + "paribus.selfcheck.true(x, 'x')\nassert x\nselfcheck.close(1, 1, 'a')") == 3


def test_draws_are_the_same_again_and_others_in_another_notebook() -> None:
    one, other = "00112233445566778899aabbccddeeff", "10112233445566778899aabbccddeeff"
    assert draws(one, "f").integers(0, 10**9) == draws(one, "f").integers(0, 10**9)
    assert draws(one, "f").integers(0, 10**9) != draws(other, "f").integers(0, 10**9)
    assert draws(one, "f").integers(0, 10**9) != draws(one, "g").integers(0, 10**9)


def test_a_restarted_notebook_draws_the_same(notebook: Notebook, reopen: Reopen) -> None:
    assert notebook.draws("f").random() == reopen().draws("f").random()


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("# a comment\n\n" + TASK + "\n", True),
        (TASK.replace("number)", "number: float) -> float"), True),
        (TASK.replace("    return", '    """Twice."""\n    return'), True),
        (TASK.replace("2", "3"), False),
    ],
)
def test_a_cells_digest_is_of_what_can_change_a_result(other: str, same: bool) -> None:
    assert (cell_digest(other) == cell_digest(TASK)) == same


def test_a_cell_with_magics_has_a_digest_of_its_lines() -> None:
    assert cell_digest("%time f()  \n") == cell_digest("%time f()")
    assert cell_digest("%time f()") != cell_digest("%time g()")
