"""Notebook files, nbformat 3 and 4, from Jupyter, Kaggle, Colab and VS Code.

Read by hand rather than with nbformat: a student's file may be invalid in ways that cost nobody anything, and
importing nbformat takes most of a second.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from grader.errors import UnreadableError
from grader.model import ALL_SURVIVED, CellType, Output, OutputKind, Recovered, RecoveredCell, Survived
from grader.recover.outputs import MarkupOutput, merge_streams
from grader.recover.pictures import PictureBudget
from grader.recover.survival import mark_survival
from grader.recover.text import line_ends, terminal_text, whole_characters
from paribus.course.limits import Limits

EXPORT_ADVICE = (
    "Open the notebook, choose Restart and run all, save it, and hand in the .ipynb file or its HTML export."
)
HALF_CHARACTERS = (
    "Some characters of the file are cut in half, as a shortened text cuts an emoji; they are read as \ufffd."
)
# Which of an output's representations is read: the order in which nbconvert's HTML exporter chooses.
MIME_ORDER = (
    "application/vnd.jupyter.widget-view+json",
    "application/javascript",
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "text/latex",
    "image/png",
    "image/jpeg",
    "text/plain",
)
# nbformat 3 named the representations by short words.
OLD_MIME = {
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "javascript": "application/javascript",
    "text": "text/plain",
}
CELL_TYPES: Mapping[str, CellType] = {
    "code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown",
}  # fmt: skip


def looks_like_ipynb(content: bytes) -> bool:
    """JSON rather than a page."""
    return content[:1000].lstrip()[:1] == b"{"


def read_ipynb(content: bytes, limits: Limits) -> Recovered:
    """Read a notebook file, in UTF-8. UnreadableError where it is no JSON, no notebook, or too large."""
    try:
        text, damaged = whole_characters(content.decode("utf-8", errors="replace"))
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("a notebook file that is cut off or damaged", EXPORT_ADVICE) from error
    if not isinstance(notebook, dict):
        raise UnreadableError("a JSON file, but no notebook", EXPORT_ADVICE)
    raw_cells = list(_raw_cells(notebook))
    if not raw_cells:
        raise UnreadableError(
            "a notebook without a single cell" if "nbformat" in notebook else "a JSON file, but no notebook",
            EXPORT_ADVICE,
        )
    if len(raw_cells) > limits.cells:
        raise UnreadableError(f"a notebook of {len(raw_cells):,} cells", f"At most {limits.cells:,} are read.")
    budget = PictureBudget(limits)
    cells = tuple(_cell(position, raw, budget) for position, raw in enumerate(raw_cells))
    remarks = (*([HALF_CHARACTERS] if damaged else ()), *budget.remarks())
    title = _text(_mapping(notebook.get("metadata")).get("title"))
    return Recovered("ipynb", mark_survival(cells, ALL_SURVIVED), remarks, title)


def _raw_cells(notebook: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The cells of nbformat 4, or of all worksheets of nbformat 3."""
    lists = [notebook.get("cells")]
    if not isinstance(lists[0], list):
        worksheets = notebook.get("worksheets")
        lists = [_mapping(sheet).get("cells") for sheet in worksheets] if isinstance(worksheets, list) else []
    for cells in lists:
        if isinstance(cells, list):
            yield from (cell for cell in cells if isinstance(cell, dict))


def _cell(position: int, raw: Mapping[str, Any], budget: PictureBudget) -> RecoveredCell:
    kind = _text(raw.get("cell_type"))
    cell_type = CELL_TYPES.get(kind, "raw")
    metadata = _mapping(raw.get("metadata"))
    source = line_ends(_text(raw.get("source", raw.get("input"))))
    if kind == "heading":
        level = raw.get("level")
        source = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + source
    tags = metadata.get("tags")
    outputs = raw.get("outputs")
    # nbformat 4 asks for a count or null; Azure Data Studio leaves it out where it writes no output.
    counted = "execution_count" in raw or "input" in raw or cell_type != "code"
    return RecoveredCell(
        position=position,
        cell_type=cell_type,
        source=source,
        count=_count(raw.get("execution_count", raw.get("prompt_number"))) if cell_type == "code" else None,
        outputs=merge_streams(
            _output(_mapping(output), budget) for output in (outputs if isinstance(outputs, list) else ())
        )
        if cell_type == "code"
        else (),
        id=_text(raw.get("id")) or _text(metadata.get("id")),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        survived=ALL_SURVIVED if counted else Survived(count=False),
    )


def _output(raw: Mapping[str, Any], budget: PictureBudget) -> Output:
    budget.count_output()
    kind = _text(raw.get("output_type"))
    if kind == "stream":
        name = _text(raw.get("name", raw.get("stream"))) or "stdout"
        return Output("stream", _text(raw.get("text")), name=name)
    if kind in ("error", "pyerr"):
        lines = raw.get("traceback")
        trace = "\n".join(_text(line) for line in lines) if isinstance(lines, list) else ""
        trace = trace or f"{_text(raw.get('ename'))}: {_text(raw.get('evalue'))}"
        return Output("error", terminal_text(trace), name=_text(raw.get("ename")))
    bundle = raw.get("data")
    if not isinstance(bundle, dict):
        bundle = {mime: raw[key] for key, mime in OLD_MIME.items() if key in raw}
    return _rich("result" if kind in ("execute_result", "pyout") else "display", bundle, budget)


def _rich(kind: OutputKind, bundle: Mapping[str, Any], budget: PictureBudget) -> Output:
    mime = next((mime for mime in MIME_ORDER if mime in bundle), "")
    content = _text(bundle.get(mime))
    match mime:
        case "image/png" | "image/jpeg":
            return Output(kind, "", mime=mime, picture="embedded", picture_bytes=budget.decode(content))
        case "image/svg+xml":
            return Output(kind, "", mime=mime, picture="embedded", picture_bytes=budget.keep(content.encode()))
        case "text/html":
            return MarkupOutput.of(kind, content, mime)
        case "text/plain":
            return Output(kind, terminal_text(content), mime=mime)
        case "text/markdown" | "text/latex":
            return Output(kind, content, mime=mime)
        case _:
            return Output(kind, "", mime=mime or next(iter(map(str, bundle)), ""))


def _text(value: object) -> str:
    """The multi-line strings of nbformat: a string, or a list of strings."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(item for item in value if isinstance(item, str))
    return ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    """An execution count, also where a tool wrote it as 14.0 or "14"."""
    short = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 7
    if isinstance(value, str | float) and (short or (isinstance(value, float) and value.is_integer())):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6 else None
