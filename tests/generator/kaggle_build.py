"""A finished build of one assignment, as `paribus build` leaves it, with metadata from kaggle/settings.toml."""

from pathlib import Path

import nbformat

from generator.publishing.kaggle_metadata import dataset_metadata, kernel_metadata
from paribus.files import json_text
from tests.generator.notebooks_to_run import code, notebook
from tests.shipped import KAGGLE


def write_build(build: Path, assignment: str = "week1_lab", *, gpu: bool = True) -> Path:
    """Write the folders that publishing reads."""
    settings = KAGGLE
    student, dataset = build / "student" / "kaggle" / assignment, build / "student" / "kaggle" / "dataset"
    solution = build / "instructor" / "solution" / "kaggle"
    for folder in (student, dataset, solution):
        folder.mkdir(parents=True, exist_ok=True)
    for folder, source in ((student, "raise NotImplementedError"), (solution, "print('solved')")):
        nbformat.write(nbformat.from_dict(notebook(code("work", source))), folder / f"{assignment}.ipynb")
    (dataset / "paribus-0.1.0-py3-none-any.whl").write_bytes(b"a wheel")
    (student / "kernel-metadata.json").write_text(json_text(kernel_metadata(settings, assignment, gpu=gpu)))
    (dataset / "dataset-metadata.json").write_text(json_text(dataset_metadata(settings)))
    (build / "complete.json").write_text("{}")
    return build
