"""Small notebooks for the tests of runs: each made by nbformat, its cells keyed as the generator keys them."""

import json
from typing import Any

import nbformat

from generator.errors import RunError
from generator.running.run import Job, RunResult

PARAMETERS = 'PROFILE = "smoke"\nDATA = "synthetic"\nSEED = 0'


def code(key: str, source: str, *tags: str) -> Any:  # a notebook node has no types
    """A code cell with its key as id and tag."""
    cell = nbformat.v4.new_code_cell(source, id=key)
    cell.metadata["tags"] = [f"paribus-{key}", *tags]
    return cell


def notebook(*cells: Any, parameters: str = PARAMETERS) -> dict[str, Any]:
    """A notebook with a heading, a parameters cell and ``cells``."""
    heading = nbformat.v4.new_markdown_cell("# A small notebook", id="heading")
    whole = nbformat.v4.new_notebook(cells=[heading, code("parameters", parameters, "parameters"), *cells])
    nbformat.validate(whole)
    return dict(whole)


def job(*cells: Any, name: str = "week9_lab", **fields: Any) -> Job:
    return Job(name, notebook(*cells), {"PROFILE": "micro"}, label="micro", **fields)


def outputs_of(result: RunResult | RunError, key: str) -> list[Any]:
    assert isinstance(result, RunResult), result
    cells = json.loads(result.notebook.read_text())["cells"]
    return list(next(cell for cell in cells if cell["id"] == key)["outputs"])
