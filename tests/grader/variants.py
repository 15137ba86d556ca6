"""Small notebooks without records, built from `tests/grader/unrecorded/variants/`: one file a kind of variation.

A case has cells (``text``, or ``code`` with ``out``, ``err``, ``html`` or ``result_text``), the five parts of the
template, a ``memo`` sentence, and the facts that a person reads off it: the ``change`` (setting, first and second
value), the ``seeds`` of each arm, the ``results`` of each arm's runs (``unread``: a person alone reads these),
and in ``needs`` the checks that a person would leave open. Each ``false`` twin puts other words for some, which
makes the checks in ``wrong`` wrong.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.shipped import load_base

FOLDER = Path(__file__).with_name("unrecorded") / "variants"
LEFT_OUT = frozenset(
    {"encoder-run", "encoder-curves", "rescue-run", "tier-run", "per-class", "one_change", "experiment-report"}
)
ROWS = (
    ("Variable changed", "changed"), ("Held constant", "held"), ("Prediction", "prediction"),
    ("Result", "result"), ("Meaningful?", "meaningful"),
)  # fmt: skip
MEMO = """### What the encoder changed

On the validation split TF-IDF has an accuracy of 0.404 and a macro-F1 of 0.065, and it leaves 25 classes at
F1 = 0. {memo} Nearly all changes happen among classes with few training examples, where a single validation
complaint decides whether a class counts as rescued. An explanation that can be tested: rescued classes have
wordings that differ from complaint to complaint but mean the same, which a bag of words cannot join. One
could test it by measuring the overlap of vocabulary within each class, and by asking whether low-overlap
classes are rescued more often than others of the same size. A class with few validation examples has an F1 of
zero or a large one and little in between, so that a list of rescued classes is partly a list of lucky draws."""

Case = Mapping[str, Any]


@cache
def cases() -> Mapping[str, Case]:
    """Every case by its name."""
    found: dict[str, Case] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            found[case["name"]] = {"file": path.stem, **case}
    return found


@cache
def _base() -> str:
    return load_base("week1_homework-slower")


def notebook(case: Case, put: Sequence[Sequence[str]] = ()) -> dict[str, Any]:
    """The notebook of a case, with some words put for others; each of them stands in it."""
    raw: dict[str, Any] = json.loads(_base())
    own = [_cell(case["name"], number, cell, put) for number, cell in enumerate(case["cell"])]
    coded = [cell for cell in own if cell["cell_type"] == "code"]
    baselines = coded.pop(0) if case.get("own_baselines") else None
    coded[0]["id"] = "one_change"
    cells: list[dict[str, Any]] = []
    for cell in raw["cells"]:
        if cell["id"] == "baselines" and baselines is not None:
            cells.append(baselines)
        elif cell["id"] == "one_change_template":
            cells += [item for item in own if item is not baselines]
            cells.append({**cell, "source": _template(case, put)})
        elif cell["id"] == "rescued_classes":
            cells.append({**cell, "source": _put(MEMO.format(memo=case.get("memo", "")), put)})
        elif cell["id"] not in LEFT_OUT:
            cells.append(cell)
    for count, cell in enumerate((item for item in cells if item["cell_type"] == "code"), start=1):
        cell["execution_count"] = count
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["execution_count"] = count
    raw["cells"] = cells
    text = json.dumps(case, ensure_ascii=False)
    for true, _ in put:
        assert json.dumps(true, ensure_ascii=False)[1:-1] in text, f"{case['name']} has no {true!r}"
    return raw


def _put(text: str, put: Sequence[Sequence[str]]) -> str:
    for true, false in put:
        text = text.replace(true, false)
    return text


def _cell(name: str, number: int, cell: Case, put: Sequence[Sequence[str]]) -> dict[str, Any]:
    made = {
        "id": f"{name}-{number}",
        "metadata": {},
        "source": _put(str(cell.get("text") or cell["code"]).strip("\n"), put),
    }
    if "text" in cell:
        return {**made, "cell_type": "markdown"}
    outputs: list[dict[str, Any]] = []
    for key, stream in (("err", "stderr"), ("out", "stdout")):
        if key in cell:
            outputs.append(
                {"output_type": "stream", "name": stream, "text": _put(cell[key].removeprefix("\n"), put)}
            )
    if "html" in cell:
        shown = {"text/html": _put(cell["html"], put), "text/plain": "<IPython.core.display.HTML object>"}
        outputs.insert(0, {"output_type": "display_data", "metadata": {}, "data": shown})
    if "result_text" in cell:
        shown = {"text/plain": _put(cell["result_text"], put)}
        outputs.append({"output_type": "execute_result", "metadata": {}, "data": shown, "execution_count": None})
    return {**made, "cell_type": "code", "execution_count": None, "outputs": outputs}


def _template(case: Case, put: Sequence[Sequence[str]]) -> str:
    if "template" in case:
        return _put(case["template"].strip("\n"), put)
    rows = "\n".join(f"| {title} | {case[part]} |" for title, part in ROWS)
    return _put(f"### The experiment in five lines\n\n| field | what you write |\n| --- | --- |\n{rows}", put)
