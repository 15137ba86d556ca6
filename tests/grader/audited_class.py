"""A small graded class whose files claim a run, for tests of the audit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.classrun.grade_class import Order, grade_class
from paribus.course.release import write_release
from paribus.records.block import block_text
from paribus.records.record import Epoch, Record
from tests.grader.classroom import make_release


def result(value: float, *, seed: int = 1, name: str = "encoder", epochs: tuple[Epoch, ...] = ()) -> Record:
    """A result that claims a macro-F1."""
    return Record(
        "result", "week1_homework", "0123456789abcdef", "ab" * 16, f"r{seed}", run_name=name, seed=seed,
        values={"macro_f1": value}, epochs=epochs,
    )  # fmt: skip


def executed(value: float, source: str = "run()") -> dict[str, Any]:
    """A notebook of one cell that shows one record, as an execution leaves it."""
    output = {"output_type": "display_data", "data": {"text/html": markup(value)}, "metadata": {}}
    cell = {"cell_type": "code", "id": "run", "metadata": {}, "source": source, "outputs": [output]}
    return {"cells": [{**cell, "execution_count": 1}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def markup(value: float) -> str:
    """The record as a cell shows it."""
    return f"<pre>{block_text(result(value))}</pre>"


def graded_class(folder: Path, own: Mapping[str, Mapping[str, Any]]) -> Path:
    """The released notebook with a cell of each student's own before all others, handed in and graded; returns the
    graded folder.
    """
    release = make_release()
    placed = write_release(folder / "release", release)
    handed = folder / "handed"
    handed.mkdir()
    for name, cell in own.items():
        notebook = json.loads(release.notebook)
        notebook["cells"].insert(0, {**cell, "id": f"own-{name}"})
        (handed / f"{name}.ipynb").write_text(json.dumps(notebook))
    grade_class(Order(handed, (release,), folder / "graded", release_folders=(placed,)))
    return folder / "graded"
