"""The instructor's reveal: a page and a notebook that open one model at a time, with curves and key evidence."""

import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import ZooBuildError
from generator.zoo.figures import curves, instruments
from paribus.course.zoo import Zoo
from paribus.files import json_text, write_atomic
from paribus.zoo.folder import ZooFolder, open_zoo

REVEAL = "reveal.json"
SHOWN = tuple(
    """
    epochs steps_per_epoch final_train_loss final_validation_loss accuracy macro_f1 zero_f1_classes
    predicted_classes tail_mass gradient_norm update_ratio size_mb zipped_share latency_p50 latency_ratio confidence
    calibration_error
    """.split()
)


def write_reveal(target: Path, folder: Path, zoo: Zoo, only: str | None = None) -> tuple[Path, Path]:
    """Write reveal.html and reveal.ipynb from reveal.json and the student's folder; ``only`` one codename's.

    ZooBuildError where the folder is of another edition: its codenames are those of other models.
    """
    raw = json.loads((target / REVEAL).read_text(encoding="utf-8"))
    if only is not None:
        raw = {**raw, "models": {only: raw["models"][only]}}
    handed = open_zoo(folder)
    require_edition(handed, raw)
    figures = {name: _figures(handed, name) for name in raw["models"]}
    suffix = f"-{only}" if only else ""
    page, notebook = target / f"reveal{suffix}.html", target / f"reveal{suffix}.ipynb"
    write_atomic(page, _page(raw, zoo, figures))
    write_atomic(notebook, _notebook(raw, zoo, figures))
    return page, notebook


def require_edition(handed: ZooFolder, reveal: Mapping[str, Any]) -> None:
    """ZooBuildError where a reveal is not that of a student's folder: every term is built into the same place."""
    if handed.digest != reveal["edition"]:
        raise ZooBuildError(
            f"{handed.path}: holds the edition {handed.digest} of {handed.term}, and the key of {reveal['term']} "
            f"is that of {reveal['edition']}. Name the folder that was handed out with --folder, or build the zoo "
            f"of {reveal['term']} again; what was trained is not trained again."
        )


def _figures(handed: ZooFolder, name: str) -> list[str]:
    if handed.sheets:
        return []
    log = handed.log(name)
    drawn = [curves(log, name), *([instruments(log)] if log.steps else [])]
    return [_png(figure) for figure in drawn]


def _png(figure: Any) -> str:  # a matplotlib Figure
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110, metadata={"Software": None})
    return base64.b64encode(out.getvalue()).decode()


def _page(raw: Mapping[str, Any], zoo: Zoo, figures: Mapping[str, list[str]]) -> str:
    from generator.templates.pages import environment

    pages = environment()
    pages.filters.update(number=number, rate=rate)
    template = pages.get_template("zoo_reveal.html.j2")
    return template.render(raw=raw, zoo=zoo, figures=figures, shown=SHOWN) + "\n"


def number(value: float | None) -> str:
    """A number for people; what was not finite in words."""
    return "not finite" if value is None else f"{value:.4g}"


def rate(measured: Mapping[str, Any] | None) -> str:
    """How often a test held when it was measured, and how firmly."""
    if measured is None:
        return "not measured"
    firm = f", margin {measured['margin'] / measured['sd']:.1f} sd" if measured["sd"] else ", the same in all"
    return f"{measured['held']} of {measured['seeds']} seeds{firm}"


def _notebook(raw: Mapping[str, Any], zoo: Zoo, figures: Mapping[str, list[str]]) -> str:
    cells = [_markdown("title", f"# {zoo.title}\n\nThe reveal for {raw['term']}. One model at a time: collect the "
                       "hypotheses before you go on to the next cell.")]  # fmt: skip
    opening = f'import paribus.zoo\n\nzoo = paribus.zoo.open_zoo(paribus.zoo.find("{zoo.name}"))'
    cells.append(_code("open", opening, []))
    for name, model in raw["models"].items():
        cells.append(_markdown(f"{name}-question", f"## {name}\n\nWhat was done to it, and which number says so?"))
        images = [
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": image, "text/plain": name}}
            for image in figures[name]
        ]
        shown = f'zoo.sheet("{name}")' if zoo.sheets else f'zoo.log("{name}").frame()'
        cells.append(_code(f"{name}-log", shown, images))
        cells.append(_markdown(f"{name}-answer", _answer(model)))
    notebook = {
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    }  # fmt: skip
    return json_text(notebook)


def _answer(model: Mapping[str, Any]) -> str:
    lectures = f" (in the lectures: {model['lectures']})" if model["lectures"] else ""
    rows = "\n".join(
        f"| {item['says']} | {number(item['value'])} | {'yes' if item['held'] else 'no'} | {rate(item['rate'])} |"
        for item in model["evidence"]
    )
    return (
        f"### {model['title']}{lectures}\n\n{model['story']}\n\n"
        f"What differs from the plain baseline: `{json.dumps(model['changes'], sort_keys=True)}`. "
        f"Seed {model['seed']}.\n\n"
        f"| evidence | value | holds | over seeds |\n| --- | --- | --- | --- |\n{rows}\n"
    )


def _markdown(key: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": key, "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(key: str, text: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cell_type": "code", "id": key, "metadata": {}, "execution_count": None, "outputs": outputs,
            "source": text.splitlines(keepends=True)}  # fmt: skip
