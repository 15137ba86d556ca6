"""A hundred distinct submissions of real size, made from one that was really executed."""

import base64
import hashlib
import io
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from generator.classroom.exporting import SUFFIX, exporters
from generator.classroom.moodle import HandedIn, identifier_of, write_zip
from generator.classroom.students import STUDENTS, Exporter, Student
from generator.classroom.work import hand_in
from paribus.files import write_atomic

FORMATS: tuple[Exporter, ...] = ("lab", "classic")
LEAST_BYTES = 1_000_000


def write_submissions(
    executed: Mapping[str, Any], released: Mapping[str, Any], path: Path, *, count: int = 100
) -> None:
    """A Moodle zip of ``count`` HTML exports, each of at least a megabyte.

    Each has a nonce, a picture and a training log of its own, so that nothing can be kept from one to the next.
    """
    export = exporters()
    files = []
    for number in range(count):
        student: Student = replace(STUDENTS[0], name=f"Student {number}", exporter=FORMATS[number % len(FORMATS)])
        nonce = hashlib.sha256(student.name.encode()).hexdigest()[:32]
        content = hand_in(_with_pictures_and_logs(executed, number), released, student, nonce, export)
        name = f"week1_homework.{SUFFIX[student.exporter]}"
        files.append(HandedIn(student.name, identifier_of(number), name, content))
    sizes = [len(item.content) for item in files]
    if min(sizes) < LEAST_BYTES:
        raise RuntimeError(f"A submission has only {min(sizes):,} bytes; the benchmark wants {LEAST_BYTES:,}.")
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
    figure.subplots().imshow(rng.random((200, 300)), interpolation="nearest")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    data = {"image/png": base64.b64encode(buffer.getvalue()).decode(), "text/plain": "<Figure>"}
    return {"output_type": "display_data", "metadata": {}, "data": data}
