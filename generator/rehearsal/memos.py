"""From an executed notebook to what a student has before the export: the released questions, answers below them."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from generator.errors import RehearsalError
from generator.rehearsal.edits import Edit, Notebook, apply_edits, index_of, require_fields
from generator.rehearsal.table import Memo, Words
from generator.rehearsal.writing import Form, Pen, Rows, fill, write_rows

ANSWER = "*Write your answer here.*"
MEMO_NEEDS: Mapping[str, tuple[str, ...]] = {
    "released": ("cell",), "answer": ("cell", "text"), "alone": ("cell",), "below": ("cell",),
    "row": ("cell", "label", "put"),
}  # fmt: skip
"""What each edit of `edit_memos` cannot do without."""
OWN = "mine"
"""Ends the id of a cell that holds an answer outside of its memo cell."""


@dataclass(frozen=True)
class Hand:
    """How one student writes every memo cell, by its key: a text, or a template with its conclusion and form."""

    texts: Mapping[str, Words]
    templates: Mapping[str, Words] = field(default_factory=dict)
    conclusions: Mapping[str, Words] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """What a memo is written from: the released notebook, the assignment's memo cells, the pen."""

    released: Mapping[str, Any]
    memos: Sequence[Memo]
    pen: Pen

    def prompt(self, key: str) -> str:
        """A memo's question, without the line that asks to write below it and without an empty table."""
        source = str("".join(self.released["cells"][index_of(self.released, key)]["source"]))
        lines = source.replace(ANSWER, "").splitlines()
        return "\n".join(line for line in lines if not line.startswith("|")).rstrip()

    def pen_for(self, key: str) -> Pen:
        """The pen, set to the experiment that a memo is about."""
        memo = next((item for item in self.memos if item.key == key), None)
        return replace(self.pen, experiment=memo.experiment) if memo is not None and memo.experiment else self.pen


def as_the_student_has_it(
    executed: Mapping[str, Any], solution: Mapping[str, Any], released: Mapping[str, Any]
) -> Notebook:
    """Cells that only the solution has are gone, locked sources and metadata are the released ones; cells that the
    student added stay.
    """
    known = {cell["id"]: cell for cell in released["cells"]}
    theirs = {cell["id"] for cell in solution["cells"]}
    before = {cell["id"]: "".join(cell["source"]) for cell in solution["cells"]}
    kept = []
    for cell in deepcopy(list(executed["cells"])):
        key, tags = cell.get("id"), cell["metadata"].get("tags", [])
        if (key in theirs and key not in known) or "injected-parameters" in tags:
            continue
        if key not in known:
            cell["metadata"] = {}
        else:
            twin = known[key]
            untouched = "".join(cell["source"]) == before.get(key)
            if untouched and _is_given(twin, before[key]):
                cell["source"] = "".join(twin["source"])
            cell["metadata"] = json.loads(json.dumps(twin["metadata"]))
        kept.append(cell)
    return {**executed, "cells": kept, "metadata": json.loads(json.dumps(released["metadata"]))}


def _is_given(released: Mapping[str, Any], solved: str) -> bool:
    """A cell nobody answers in: its released text says more or less than the solution's only in hidden tests."""
    return bool(released["metadata"].get("nbgrader", {}).get("locked")) or "".join(released["source"]) == solved


def write_memos(notebook: Notebook, desk: Desk, hand: Hand) -> Notebook:
    """Every memo cell answered, in place: the released question and the student's words below it."""
    for memo in desk.memos:
        pen = desk.pen_for(memo.key)
        prompt = desk.prompt(memo.key)
        if memo.kind == "text":
            _set(notebook, memo.key, f"{prompt}\n\n{fill(hand.texts[memo.key].text, pen)}")
            continue
        rows = _rows(hand.templates[memo.key], hand.conclusions[memo.key], pen)
        form = hand.forms.get(memo.key, "table")
        if form == "pandas":
            _set(notebook, memo.key, prompt)
            _add_frame(notebook, memo.key, rows)
        else:
            _set(notebook, memo.key, f"{prompt}\n\n{write_rows(rows, form)}")
    return notebook


def _rows(template: Words, conclusion: Words, pen: Pen) -> Rows:
    words = [*template.rows, conclusion.text]
    return [(label, fill(text, pen)) for label, text in zip(template.labels, words, strict=True)]


def _set(notebook: Notebook, key: str, source: str) -> None:
    notebook["cells"][index_of(notebook, key)]["source"] = source


def _add_frame(notebook: Notebook, key: str, rows: Rows) -> None:
    """A code cell that shows the template as a data frame, with the output that pandas gives."""
    import pandas as pd

    counts = [cell.get("execution_count") or 0 for cell in notebook["cells"]]
    count = max(counts) + 1
    with pd.option_context("display.max_colwidth", None):
        frame = pd.DataFrame(list(rows), columns=["template", "mine"])
        shown = {"text/html": frame.to_html(notebook=True), "text/plain": repr(frame)}
    cell: dict[str, Any] = {
        "cell_type": "code", "id": f"{key}-{OWN}", "metadata": {}, "source": write_rows(rows, "pandas"),
        "execution_count": count,
        "outputs": [{"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": shown}],
    }  # fmt: skip
    notebook["cells"].insert(index_of(notebook, key) + 1, cell)


# --- edits that know a memo's question --------------------------------------------------------------------------


def edit_memos(notebook: Notebook, desk: Desk, edits: Sequence[Edit]) -> Notebook:
    """The notebook after edits of texts, their places filled. Beside those of `edits`:

    released, cell          the cell as it was given out
    answer, cell, text      the question and another answer
    alone, cell             the answer under the heading, the question deleted
    below, cell             the question alone, the answer in a cell of its own below it
    row, cell, label, put   a row of the template's table replaced, or taken out
    """
    for raw in edits:
        what, key = require_fields(raw, MEMO_NEEDS), str(raw.get("cell", ""))
        pen = desk.pen_for(key)
        edit = {name: fill(value, pen) if isinstance(value, str) else value for name, value in raw.items()}
        if what == "row":
            _row(notebook, edit)
        elif what == "released":
            _set(notebook, key, "".join(desk.released["cells"][index_of(desk.released, key)]["source"]))
        elif what == "answer":
            _set(notebook, key, f"{desk.prompt(key)}\n\n{str(edit['text']).strip()}")
        elif what in ("alone", "below"):
            _place_answer(notebook, desk, key, below=what == "below")
        else:
            notebook = apply_edits(notebook, [edit])
    return notebook


def _row(notebook: Notebook, edit: Edit) -> None:
    cell = notebook["cells"][index_of(notebook, str(edit["cell"]))]
    lines = cell["source"].splitlines()
    start = f"| {edit['label']} |"
    if not any(line.startswith(start) for line in lines):
        raise RehearsalError(f"The template {edit['cell']!r} has no row {edit['label']!r}.")
    put = str(edit["put"])
    changed = [put if line.startswith(start) else line for line in lines if put or not line.startswith(start)]
    cell["source"] = "\n".join(changed)


def _place_answer(notebook: Notebook, desk: Desk, key: str, *, below: bool) -> None:
    prompt = desk.prompt(key)
    place = index_of(notebook, key)
    cell = notebook["cells"][place]
    answer = cell["source"].removeprefix(prompt).strip()
    if below:
        cell["source"] = "".join(desk.released["cells"][index_of(desk.released, key)]["source"])
        own = {"cell_type": "markdown", "id": f"{key}-{OWN}", "metadata": {}, "source": answer}
        notebook["cells"].insert(place + 1, own)
    else:
        heading = next((line for line in prompt.splitlines() if line.startswith("#")), "")
        cell["source"] = f"{heading}\n\n{answer}"
