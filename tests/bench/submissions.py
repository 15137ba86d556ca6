"""A hundred distinct submissions of real size, made from one that was really executed."""

import base64
import io
import json
import statistics
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from generator.classroom.moodle import HandedIn, identifier_of, write_zip
from generator.classroom.room import Classroom
from generator.classroom.students import Student
from generator.rehearsal.draw import Variant
from generator.rehearsal.exports import own_exporters
from generator.rehearsal.facts import read_facts
from generator.rehearsal.rehearse import School, hand_in, honest_work
from paribus.files import write_atomic

LEAST_BYTES, MEDIAN_BYTES = 500_000, 1_000_000
PATIENCE = 3600.0
"""Seconds that a notebook may take to execute: what is measured begins after it, on a slow machine as well."""


def write_submissions(
    room: Classroom, student: Student, executed: Mapping[str, Any], path: Path, *, count: int = 100
) -> None:
    """A Moodle zip of ``count`` exports of one student's honest work, by each template of the installed nbconvert
    and as a notebook in turn, of a megabyte in the middle.

    Each has a nonce, a picture and a training log of its own, so that nothing can be kept from one to the next.
    """
    if not isinstance(student.work, Variant):
        raise TypeError(f"{student.name}'s work is not honest.")
    name, facts = student.runs_as, {student.runs_as: read_facts(executed)}
    exporters = own_exporters()  # so that every machine grades the same files
    ready = []
    for number in range(count):
        notebook = _with_pictures_and_logs(executed, number)
        school = School(room.table, room.material, {name: notebook}, facts)
        work = replace(student.work, name=f"student-{number}", exporter=exporters[number % len(exporters)])
        ready.append(honest_work(work, school))
    written = hand_in(ready, path.parent / "files", 2)
    files = [
        HandedIn(item.name, identifier_of(number), f"{room.table.assignment}.{item.exporter.suffix}",
                 (written / f"{item.name}.{item.exporter.suffix}").read_bytes())
        for number, item in enumerate(ready)
    ]  # fmt: skip
    sizes = [len(item.content) for item in files]
    middle = statistics.median(sizes)
    if min(sizes) < LEAST_BYTES or middle < MEDIAN_BYTES:
        raise RuntimeError(
            f"Submissions have {min(sizes):,} bytes at least and {middle:,.0f} in the middle; the benchmark wants "
            f"{LEAST_BYTES:,} and {MEDIAN_BYTES:,}."
        )
    write_atomic(path, write_zip(files))


def _with_pictures_and_logs(executed: Mapping[str, Any], number: int) -> dict[str, Any]:
    notebook = deepcopy(dict(executed))
    rng = np.random.default_rng(number)
    cell = next(cell for cell in notebook["cells"] if cell["id"] == "encoder-curves")
    cell["outputs"].append(picture(rng))
    training = next(cell for cell in notebook["cells"] if cell["id"] == "encoder-run")
    losses = rng.random(4_000)
    log = "".join(f"\rstep {step:>5}  loss {loss:.4f}" for step, loss in enumerate(losses))
    training["outputs"].append({"output_type": "stream", "name": "stderr", "text": log + "\n"})
    return dict(json.loads(json.dumps(notebook)))


def picture(rng: np.random.Generator) -> dict[str, Any]:
    """An output with a picture of noise, which does not compress."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), dpi=100)
    figure.subplots().imshow(rng.random((260, 390)), interpolation="nearest")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": "<Figure>"}
    return {"output_type": "display_data", "metadata": {}, "data": data}
