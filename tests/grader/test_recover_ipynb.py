"""Notebook files of every version, and what platforms add to them."""

import copy
import json
from dataclasses import replace

import nbformat
import pytest

from grader.recover import recover
from tests.grader.test_recover import NOTEBOOK


def test_every_nbformat_gives_the_same_cells() -> None:
    expected = recover(json.dumps(NOTEBOOK).encode(), "a.ipynb")
    notebook = nbformat.reads(json.dumps(NOTEBOOK), as_version=4)
    for cell in notebook.cells:
        del cell["id"]
    for minor in range(5):
        older = json.dumps({**notebook, "nbformat_minor": minor}).encode()
        found = recover(older, "a.ipynb")
        assert [(c.cell_type, c.source, c.count, c.outputs) for c in found.cells] == [
            (c.cell_type, c.source, c.count, c.outputs) for c in expected.cells
        ]


def test_nbformat_3_is_read() -> None:
    notebook = nbformat.convert(nbformat.reads(json.dumps(NOTEBOOK), as_version=4), 3)
    notebook.worksheets[0].cells.append(nbformat.v3.new_heading_cell("Memo", level=2))
    found = recover(nbformat.v3.writes_json(notebook).encode(), "a.ipynb")
    expected = recover(json.dumps(NOTEBOOK).encode(), "a.ipynb")
    assert found.cells[-1].source == "## Memo"
    for cell, other in zip(found.cells, expected.cells, strict=False):
        assert (cell.source, cell.count) == (other.source, other.count)
        if other.id not in ("displays", "widget"):  # nbformat 3 has no word for some of them
            assert [(o.kind, o.mime, o.text, o.picture_bytes) for o in cell.outputs] == [
                (o.kind, o.mime, o.text, o.picture_bytes) for o in other.outputs
            ]


def test_what_kaggle_adds_changes_nothing_and_its_ids_which_all_students_share_are_none() -> None:
    notebook = copy.deepcopy(NOTEBOOK)
    notebook["metadata"] |= {"kaggle": {"accelerator": "gpu"}, "papermill": {"duration": 1.5}}
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        cell.pop("id")
        cell["metadata"] |= {"_uuid": "8f2839f25d086af736a60e9eeb907d3b93b6e0e5", "trusted": True,
                             "_cell_guid": "b1076dfc-b9ad-4769-8c92-a6c4dae69d19"}  # fmt: skip
    found = recover(json.dumps(notebook).encode(), "a.ipynb")
    expected = recover(json.dumps(NOTEBOOK).encode(), "a.ipynb")
    without = (replace(cell, id="", survived=replace(cell.survived, id=False)) for cell in expected.cells)
    assert found.cells == tuple(without)


def test_colabs_ids_are_read_from_the_metadata() -> None:
    notebook = copy.deepcopy(NOTEBOOK)
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
    found = recover(json.dumps(notebook).encode(), "a.ipynb")
    assert [cell.id for cell in found.cells] == [cell["id"] for cell in NOTEBOOK["cells"]]


HALVES = {
    "memo": "gave it up \\ud83d.",
    "pair": "\\ud83d\\ude00",
    "no escape": "\\\\ud83d",
    "second": "\\uDE00 yes",
}


WHOLE = {"memo": "gave it up \ufffd.", "pair": "\U0001f600", "no escape": "\\ud83d", "second": "\ufffd yes"}


@pytest.mark.parametrize("name", HALVES)
def test_half_of_a_character_is_replaced_and_said_and_the_rest_is_kept(name: str) -> None:
    """An emoji that was cut by a program; no file and no database can hold its half."""
    written = (
        '{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "HERE"},'
        ' {"cell_type": "code", "source": ["# HERE"], "metadata": {"tags": ["HERE"]}, "outputs":'
        ' [{"output_type": "error", "ename": "E", "traceback": ["HERE"]},'
        '  {"output_type": "display_data", "data": {"HERE": "x"}}]}]}'
    ).replace("HERE", HALVES[name])
    memo, code = recover(written.encode(), "a.ipynb").cells
    assert (memo.source, code.source, code.tags) == (WHOLE[name], f"# {WHOLE[name]}", (WHOLE[name],))
    assert [code.outputs[0].text, code.outputs[1].mime] == [WHOLE[name], WHOLE[name]]
    said = "cut in half" in " ".join(recover(written.encode(), "a.ipynb").remarks)
    assert said == ("\ufffd" in WHOLE[name])
