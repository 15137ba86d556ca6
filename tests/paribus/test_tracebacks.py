"""In a real kernel: of an error of ours a student sees the own lines and the sentence."""

import re
from pathlib import Path
from typing import Any

import pytest

from paribus.display.tracebacks import rendered
from paribus.errors import ExperimentError

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

CELLS = (
    "import paribus\nfrom paribus import selfcheck\nnotebook = paribus.begin('week1_lab', release='abc')",
    "experiment = notebook.experiment(\n    'lower rate', vary='rate'\n)",
    "def double(number):\n    half = number / 0\n    return half",
    "x = 1\nselfcheck.close(selfcheck.call(double, 3), 6, 'double(3)')",
    "def own_loop():\n    notebook.result('encoder')\n\nown_loop()",
    "selfcheck.equal(2, 3, 'two')",
    "1 / 0",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The lines of each cell's traceback, as the notebook shows them."""
    folder: Path = tmp_path_factory.mktemp("kernel")
    page: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    client = nbclient.NotebookClient(
        page, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    told = []
    for cell in page.cells:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        told.append("\n".join(errors[0].traceback).splitlines() if errors else [])
    return told


def test_a_refusal_shows_the_students_line_and_the_sentence(shown: list[list[str]]) -> None:
    rule, head, where, line, blank, sentence = shown[1]
    assert (set(rule), blank) == ({"-"}, "")
    assert re.fullmatch(r"ExperimentError +Traceback \(most recent call last\)", head)
    assert where == "Cell In[2], line 1"
    assert line == "----> 1 experiment = notebook.experiment("
    assert sentence.startswith("ExperimentError: An experiment's key is like 'batch_size'; got 'lower rate'.")


def test_a_test_that_the_task_does_not_survive_shows_the_tasks_line(shown: list[list[str]]) -> None:
    """The tests' line first, then the line in the student's function that the sentence speaks of."""
    assert shown[3][2:6] == [
        "Cell In[4], line 2", "----> 2 selfcheck.close(selfcheck.call(double, 3), 6, 'double(3)')",
        "Cell In[3] in double, line 2", "----> 2     half = number / 0",
    ]  # fmt: skip
    assert shown[3][-1].startswith("NotRightYet: `double()` stopped with ZeroDivisionError: division by zero.")


def test_every_line_of_the_students_on_the_way_is_shown(shown: list[list[str]]) -> None:
    assert [line for line in shown[4] if line.startswith("Cell")] == [
        "Cell In[5], line 4", "Cell In[5] in own_loop, line 2",
    ]  # fmt: skip


def test_no_line_of_ours_is_shown(shown: list[list[str]]) -> None:
    for lines in shown[1:6]:
        assert len(lines) <= 8
        assert "paribus/" not in "\n".join(lines)
    assert shown[5][-1].startswith("NotRightYet: Two: expected 3, got 2.")


def test_errors_of_others_stay_ipythons(shown: list[list[str]]) -> None:
    assert "ZeroDivisionError" in "\n".join(shown[6])


def test_outside_a_notebook_there_is_the_sentence() -> None:
    """IPython asks; this process has no cells, and no name for one."""
    program: dict[str, Any] = {"__name__": "__main__", "ExperimentError": ExperimentError}
    with pytest.raises(ExperimentError) as caught:
        exec(compile("raise ExperimentError('one change')", "cell", "exec"), program)  # noqa: S102 - our own line
    assert caught.value._render_traceback_() == rendered(caught.value)
    assert rendered(caught.value)[2:] == ["Your code, line 1\n----> 1 ", "", "ExperimentError: one change"]
