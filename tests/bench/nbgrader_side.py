"""The other side of the comparisons: nbgrader as it comes, through its own API, on one core."""

import shutil
import time
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def trivial_notebook() -> nbformat.NotebookNode:
    """Twelve cells: four prose, four answers of one line, four tests of one line."""
    cells = [new_markdown_cell("# Trivial", id="title")]
    for number in range(4):
        if number:
            cells.append(new_markdown_cell(f"Question {number}", id=f"prose-{number}"))
        answer = new_code_cell(
            f"### BEGIN SOLUTION\nanswer_{number} = {number}\n### END SOLUTION", id=f"answer-{number}"
        )
        answer.metadata["nbgrader"] = _metadata(f"answer-{number}", solution=True)
        test = new_code_cell(f"assert answer_{number} == {number}", id=f"test-{number}")
        test.metadata["nbgrader"] = _metadata(f"test-{number}", grade=True, locked=True, points=1)
        cells += [answer, test]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return new_notebook(cells=cells, metadata=kernel)


def _metadata(grade_id: str, **settings: object) -> dict[str, object]:
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {**plain, "grade_id": grade_id, **settings}


def autograde_seconds(folder: Path, students: int) -> list[float]:
    """Seconds of each of ``students`` default autogrades of the trivial notebook (its own Execute included)."""
    api = _course(folder, {"trivial": trivial_notebook()})
    _must(api.generate_assignment("trivial", force=True))
    for number in range(students):
        target = folder / "submitted" / f"student{number}" / "trivial"
        target.mkdir(parents=True)
        shutil.copy(folder / "release" / "trivial" / "trivial.ipynb", target)
    seconds = []
    for number in range(students):
        start = time.perf_counter()
        _must(api.autograde("trivial", f"student{number}", create=True))
        seconds.append(time.perf_counter() - start)
    return seconds


def generate_seconds(folder: Path, notebooks: dict[str, nbformat.NotebookNode], repeats: int) -> list[float]:
    """Seconds of `generate_assignment` for each notebook, ``repeats`` times over."""
    api = _course(folder, notebooks)
    seconds = []
    for _ in range(repeats):
        for name in notebooks:
            start = time.perf_counter()
            _must(api.generate_assignment(name, force=True))
            seconds.append(time.perf_counter() - start)
    return seconds


def _course(folder: Path, notebooks: dict[str, nbformat.NotebookNode]) -> Any:  # nbgrader has no types
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    for name, notebook in notebooks.items():
        source = folder / "source" / name
        source.mkdir(parents=True)
        nbformat.write(notebook, source / f"{name}.ipynb")
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.course_id = "bench"
    config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    return NbGraderAPI(config=config)


def _must(outcome: dict[str, object]) -> None:
    if not outcome["success"]:
        raise RuntimeError(f"nbgrader failed:\n{outcome.get('error') or outcome.get('log')}")
