"""The other side, where it is at hand: `otter run` on the same trivial notebook, in an environment of its own.

    OTTER_PYTHON=/path/to/venv/bin/python make bench

otter-grader is not installed with this project; `pip install otter-grader ipykernel` in a fresh environment makes
one.
"""

import os
import statistics
import subprocess
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

QUESTIONS, RUNS = 4, 5


def otter_seconds(python: str, folder: Path) -> float:
    """Median seconds of an `otter run` of twelve cells: four prose, four answers, four tests of one line."""
    folder.mkdir(parents=True)
    (folder / "tests").mkdir()
    cells = []
    for number in range(QUESTIONS):
        title = "# Trivial" if not number else f"Question {number}"
        answer = f"answer_{number} = {number}"
        start = 'import otter\ngrader = otter.Notebook("trivial.ipynb")\n' if not number else ""
        cells += [
            new_markdown_cell(title),
            new_code_cell(start + answer),
            new_code_cell(f'grader.check("q{number}")'),
        ]
        case = {"code": f">>> answer_{number} == {number}\nTrue", "hidden": False, "locked": False}
        suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": f"q{number}", "points": 1, "suites": [suite]}
        (folder / "tests" / f"q{number}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n", encoding="utf-8")
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "trivial.ipynb")
    _otter(python, folder, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment")
    seconds = []
    for _ in range(RUNS):
        start_time = time.perf_counter()
        _otter(python, folder, "run", "trivial.ipynb", "-a", "autograder.zip", "-o", ".")
        seconds.append(time.perf_counter() - start_time)
        (folder / "results.json").unlink()
    return statistics.median(seconds)


def _otter(python: str, folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    command = [python, "-c", "from otter.cli import cli; cli()", *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"otter {arguments[0]} failed:\n{result.stdout}\n{result.stderr}")
