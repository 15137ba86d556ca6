"""What goes wrong with a submission: edits of a notebook before its export, and of the bytes after it.

Each edit is what a student (or a browser, or a disk) would do; none invents a metric for an honest student.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from generator.classroom.findings import Findings
from generator.classroom.memos import Style, prose, template_rows, write_number, write_template
from generator.errors import BuildError

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """A student's executed notebook with what they know and how they write."""

    notebook: Notebook
    findings: Findings
    style: Style


def apply_edits(work: Work, names: tuple[str, ...]) -> Notebook:
    """The notebook after the edits among ``names`` that happen before export; the input stays as it is."""
    notebook = deepcopy(work.notebook)
    for name in names:
        if name in BEFORE_EXPORT:
            notebook = BEFORE_EXPORT[name](replace(work, notebook=notebook))
    return notebook


def apply_byte_edits(content: bytes, names: tuple[str, ...]) -> bytes:
    """The exported bytes after the edits among ``names`` that happen to the file."""
    for name in names:
        if name in AFTER_EXPORT:
            content = AFTER_EXPORT[name](content)
    return content


def set_source(notebook: Notebook, key: str, source: str) -> Notebook:
    """The notebook with one cell's source replaced, in place."""
    for cell in notebook["cells"]:
        if cell.get("id") == key:
            cell["source"] = source
            return notebook
    keys = ", ".join(str(cell.get("id")) for cell in notebook["cells"])
    raise BuildError(f"The notebook has no cell with key {key!r}; its keys are {keys}.")


def source_of(notebook: Mapping[str, Any], key: str) -> str:
    """One cell's source."""
    return next("".join(cell["source"]) for cell in notebook["cells"] if cell.get("id") == key)


# --- before the export ------------------------------------------------------------------------------------


def _untouched_memo(work: Work) -> Notebook:
    """The section keeps its prompt and loses its answer."""
    text = source_of(work.notebook, "rescued_classes")
    prompt = text.split("\n\nOn the validation split")[0]
    return set_source(work.notebook, "rescued_classes", f"{prompt}\n\n*Write your answer here.*")


def _claims_effect(work: Work) -> Notebook:
    rows = template_rows(work.findings, work.style, prose("claim"))
    text = source_of(work.notebook, "one_change_template")
    heading = text.split("\n| field")[0]
    return set_source(
        work.notebook, "one_change_template", f"{heading}\n{write_template(rows, work.style.template)}"
    )


def _memo_number(work: Work) -> Notebook:
    """One number of the memo becomes another: the encoder's accuracy, ten points up."""
    accuracy = work.findings.of("encoder", "accuracy")
    right = f"accuracy of {write_number(accuracy, work.style)} and"
    wrong = f"accuracy of {write_number(accuracy + 0.1, work.style)} and"
    before, encoder, after = source_of(work.notebook, "rescued_classes").partition("The encoder has an ")
    return set_source(work.notebook, "rescued_classes", before + encoder + after.replace(right, wrong, 1))


def _diary(work: Work) -> Notebook:
    text = source_of(work.notebook, "recommendation")
    return set_source(
        work.notebook, "recommendation", text.replace("\n\nSources:", f"\n\n{prose('diary')}\n\nSources:")
    )


def _rerun_cells(work: Work) -> Notebook:
    """Plots looked at again after the last cell: their counts are higher, the gaps stay."""
    last = max(cell.get("execution_count") or 0 for cell in work.notebook["cells"])
    for number, key in enumerate(("encoder-curves", "experiment-report", "per-class"), start=1):
        for cell in work.notebook["cells"]:
            if cell.get("id") == key:
                _recount(cell, last + 2 * number)
    return work.notebook


def _recount(cell: dict[str, Any], count: int) -> None:
    cell["execution_count"] = count
    for output in cell["outputs"]:
        if output["output_type"] == "execute_result":
            output["execution_count"] = count


def _extra_cells(work: Work) -> Notebook:
    cells = work.notebook["cells"]
    place = next(index for index, cell in enumerate(cells) if cell.get("id") == "memo-intro")
    note = {"cell_type": "markdown", "id": "my-notes", "metadata": {},
            "source": "### My notes\nThe curves are short, so I looked at the per-class plot first."}  # fmt: skip
    work.notebook["cells"] = [*cells[:place], note, *cells[place:]]
    return work.notebook


def _lost_ids(work: Work) -> Notebook:
    for cell in work.notebook["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {}
    work.notebook["nbformat_minor"] = 4
    return work.notebook


BEFORE_EXPORT: Mapping[str, Callable[[Work], Notebook]] = {
    "untouched_memo": _untouched_memo,
    "claims_effect": _claims_effect,
    "memo_number": _memo_number,
    "diary": _diary,
    "rerun_cells": _rerun_cells,
    "extra_cells": _extra_cells,
    "lost_ids": _lost_ids,
}

# --- after the export -------------------------------------------------------------------------------------

_PLAIN_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><title>Course: Applied Machine Learning</title></head>
<body><h1>Log in to the site</h1><p>Your session has timed out. Please log in again.</p></body></html>
"""
_PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def _record_number(content: bytes) -> bytes:
    """A digit of the first recorded macro-F1 goes up by one, in the record's text."""
    for match in re.finditer(rb"(macro_f1(?:&quot;|\"):0\.\d)(\d)", content):
        digit = str((int(match.group(2)) + 1) % 10).encode()
        return content[: match.start(2)] + digit + content[match.end(2) :]
    raise BuildError("The export shows no recorded macro-F1 that could be edited.")


def _corrupt(content: bytes) -> bytes:
    """What a broken upload leaves: the bytes from the middle on, compressed by nobody."""
    return bytes(255 - byte for byte in content[:4096])


AFTER_EXPORT: Mapping[str, Callable[[bytes], bytes]] = {
    "record_number": _record_number,
    "corrupt": _corrupt,
    "plain_page": lambda content: _PLAIN_PAGE,
    "pdf": lambda content: _PDF,
}
