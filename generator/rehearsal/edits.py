"""What is done to a notebook: edits as data, each a line of a table, each something a student (or a tool) does.

An edit is a mapping with ``do`` and what that needs:

    source, cell, text                  the cell's whole text
    replace, cell, find, put            a piece of it, which must be there
    append | prepend, cell, text        text after or before it
    add_code | add_text, after, text    a cell of the student's own (``id`` names it)
    drop, cell                          the cell is taken out
    move, cell, after                   the cell is somewhere else
    may_fail, cell                      the run goes on after an error in this cell, as a student does
    wrong, cell, answer                 a planted wrong answer of the assignment in the task's place
    twice, cell                         the cell is run twice, and shows what the second time gave
    rerun, cell, after                  the cell is run again later, and shows what it gave then
    uncount, cell                       the cell shows no execution count and no output: it never ran
    clear, cell                         the cell's outputs are gone, its count stays
    output, cell, find, put             a piece of an output's markup or text
    record, kind, run, set              fields of a record, the digest left as it was ("signed": made to fit)
    forget, what                        ids or tags of all cells are lost on the way
    bytes, find, put                    a regular expression in the exported file, its first match
"""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from generator.errors import RehearsalError
from generator.rehearsal.claims import rewrite_record

Notebook = dict[str, Any]
Edit = Mapping[str, Any]
Wrong = Mapping[tuple[str, str], str]

RAISES = "raises-exception"
AGAIN = "rehearsal-again:"
"""Begins the id of a cell that is run a second time for another's sake."""
FILE_EDITS = frozenset({"bytes"})


def apply_edits(notebook: Mapping[str, Any], edits: Sequence[Edit], wrong: Wrong | None = None) -> Notebook:
    """The notebook after ``edits``, in order; the input stays as it is.

    ``wrong`` maps (task, answer) to a task's text with a planted wrong answer. RehearsalError where an edit does
    not fit the notebook, since a fault that changes nothing would be "missed".
    """
    edited = deepcopy(dict(notebook))
    for cell in edited["cells"]:
        cell["source"] = "".join(cell["source"])
    for edit in edits:
        what = require_fields(edit)
        if what == "wrong":
            _plant(edited, edit, wrong or {})
        elif what not in FILE_EDITS:
            EDITS[what](edited, edit)
    return edited


def require_fields(edit: Edit, more: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """What an edit does: one of `NEEDS`, or of ``more``. RehearsalError where there is no such edit, or it lacks
    what that needs.
    """
    what, needs = str(edit.get("do")), {**NEEDS, **(more or {})}
    if what not in needs:
        raise RehearsalError(f"There is no edit called {what!r}; there are {', '.join(sorted(needs))}.")
    lacking = [name for name in needs[what] if name not in edit]
    if lacking:
        raise RehearsalError(f"An edit {dict(edit)} lacks {', '.join(lacking)}.")
    return what


def apply_byte_edits(content: bytes, edits: Sequence[Edit]) -> bytes:
    """An exported file after those of ``edits`` that change its bytes."""
    for edit in edits:
        if require_fields(edit) not in FILE_EDITS:
            continue
        pattern = re.compile(str(edit["find"]), re.DOTALL)
        text, count = pattern.subn(str(edit["put"]), content.decode("utf-8"), count=1)
        if not count:
            raise RehearsalError(f"The exported file holds nothing like {edit['find']!r}.")
        content = text.encode("utf-8")
    return content


def settle_reruns(notebook: Notebook) -> Notebook:
    """After the run: cells that were run again take over outputs and counts of their second time, in place."""
    again = {cell["id"].removeprefix(AGAIN): cell for cell in notebook["cells"] if _is_again(cell)}
    kept = [cell for cell in notebook["cells"] if not _is_again(cell)]
    for cell in kept:
        later = again.get(str(cell.get("id")))
        if later is not None:
            cell.update(source=later["source"], outputs=later["outputs"], execution_count=later["execution_count"])
    notebook["cells"] = kept
    return notebook


def _is_again(cell: Mapping[str, Any]) -> bool:
    return str(cell.get("id", "")).startswith(AGAIN)


def index_of(notebook: Mapping[str, Any], key: str) -> int:
    """Where the cell with this key is; RehearsalError lists the keys."""
    for index, cell in enumerate(notebook["cells"]):
        if cell.get("id") == key:
            return index
    keys = ", ".join(str(cell.get("id")) for cell in notebook["cells"])
    raise RehearsalError(f"The notebook has no cell {key!r}; its cells are {keys}.")


def _cell(notebook: Notebook, edit: Edit) -> dict[str, Any]:
    cell: dict[str, Any] = notebook["cells"][index_of(notebook, str(edit["cell"]))]
    return cell


def _source(notebook: Notebook, edit: Edit) -> None:
    _cell(notebook, edit)["source"] = str(edit["text"]).strip("\n")


def _replace(notebook: Notebook, edit: Edit) -> None:
    cell = _cell(notebook, edit)
    if str(edit["find"]) not in cell["source"]:
        raise RehearsalError(
            f"The cell {edit['cell']!r} does not hold {edit['find']!r}. It says:\n{cell['source']}"
        )
    cell["source"] = cell["source"].replace(str(edit["find"]), str(edit["put"]), int(edit.get("count", 1)))


def _append(notebook: Notebook, edit: Edit) -> None:
    cell = _cell(notebook, edit)
    cell["source"] = f"{cell['source']}\n\n{str(edit['text']).strip()}"


def _prepend(notebook: Notebook, edit: Edit) -> None:
    cell = _cell(notebook, edit)
    cell["source"] = f"{str(edit['text']).strip()}\n\n{cell['source']}"


def _add(kind: str) -> Callable[[Notebook, Edit], None]:
    def add(notebook: Notebook, edit: Edit) -> None:
        place = index_of(notebook, str(edit["after"])) + 1
        key = str(edit.get("id", f"own-{len(notebook['cells'])}"))
        tags = [RAISES] if edit.get("may_fail") else []
        cell: dict[str, Any] = {"cell_type": kind, "id": key, "metadata": {"tags": tags} if tags else {}}
        cell["source"] = str(edit["text"]).strip("\n")
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        notebook["cells"].insert(place, cell)

    return add


def _drop(notebook: Notebook, edit: Edit) -> None:
    del notebook["cells"][index_of(notebook, str(edit["cell"]))]


def _move(notebook: Notebook, edit: Edit) -> None:
    cell = notebook["cells"].pop(index_of(notebook, str(edit["cell"])))
    notebook["cells"].insert(index_of(notebook, str(edit["after"])) + 1, cell)


def _may_fail(notebook: Notebook, edit: Edit) -> None:
    metadata = _cell(notebook, edit)["metadata"]
    metadata["tags"] = [*metadata.get("tags", []), RAISES]


def _plant(notebook: Notebook, edit: Edit, wrong: Wrong) -> None:
    chosen = (str(edit["cell"]), str(edit["answer"]))
    if chosen not in wrong:
        raise RehearsalError(f"The assignment plants no wrong answer {chosen[1]!r} for {chosen[0]!r}.")
    _cell(notebook, edit)["source"] = wrong[chosen]


def _twice(notebook: Notebook, edit: Edit) -> None:
    """The first time is a cell that is gone afterwards, as it is in a notebook: the second run overwrites it."""
    place = index_of(notebook, str(edit["cell"]))
    first = deepcopy(notebook["cells"][place])
    notebook["cells"].insert(place + 1, {**first, "id": f"{AGAIN}{first['id']}"})


def _rerun(notebook: Notebook, edit: Edit) -> None:
    cell = deepcopy(_cell(notebook, edit))
    later = {**cell, "id": f"{AGAIN}{cell['id']}", "source": str(edit.get("text", cell["source"]))}
    notebook["cells"].insert(index_of(notebook, str(edit["after"])) + 1, later)


def _uncount(notebook: Notebook, edit: Edit) -> None:
    _cell(notebook, edit).update(execution_count=None, outputs=[])


def _clear(notebook: Notebook, edit: Edit) -> None:
    _cell(notebook, edit)["outputs"] = []


def _output(notebook: Notebook, edit: Edit) -> None:
    """A piece of what the cell shows, in each form it is shown in."""
    found, put, changed = str(edit["find"]), str(edit["put"]), False
    for output in _cell(notebook, edit)["outputs"]:
        shown = output.get("data", output)
        for mime in ("text/html", "text/plain", "text"):
            if mime in shown and found in (text := "".join(shown[mime])):
                shown[mime], changed = text.replace(found, put), True
    if not changed:
        raise RehearsalError(f"The cell {edit['cell']!r} shows nothing like {found!r}.")


def _record(notebook: Notebook, edit: Edit) -> None:
    rewrite_record(
        notebook, str(edit["kind"]), str(edit["run"]), dict(edit["set"]), signed=bool(edit.get("signed", False))
    )


def _forget(notebook: Notebook, edit: Edit) -> None:
    """What some platforms do: ids are gone (and with them nbformat 4.5), tags are gone, or both."""
    for cell in notebook["cells"]:
        if edit["what"] in ("ids", "both"):
            cell.pop("id", None)
        if edit["what"] in ("tags", "both"):
            cell["metadata"] = {}
    if edit["what"] in ("ids", "both"):
        notebook["nbformat_minor"] = 4


EDITS: Mapping[str, Callable[[Notebook, Edit], None]] = {
    "source": _source, "replace": _replace, "append": _append, "prepend": _prepend, "add_code": _add("code"),
    "add_text": _add("markdown"), "drop": _drop, "move": _move, "may_fail": _may_fail, "twice": _twice,
    "rerun": _rerun, "uncount": _uncount, "clear": _clear, "output": _output, "record": _record, "forget": _forget,
}  # fmt: skip

NEEDS: Mapping[str, tuple[str, ...]] = {
    "source": ("cell", "text"), "replace": ("cell", "find", "put"), "append": ("cell", "text"),
    "prepend": ("cell", "text"), "add_code": ("after", "text"), "add_text": ("after", "text"), "drop": ("cell",),
    "move": ("cell", "after"), "may_fail": ("cell",), "wrong": ("cell", "answer"), "twice": ("cell",),
    "rerun": ("cell", "after"), "uncount": ("cell",), "clear": ("cell",), "output": ("cell", "find", "put"),
    "record": ("kind", "run", "set"), "forget": ("what",), "bytes": ("find", "put"),
}  # fmt: skip
"""What each edit cannot do without."""
