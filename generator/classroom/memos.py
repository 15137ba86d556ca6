"""How simulated students write: the same findings in several hands.

Every number comes from `Findings`, that is, from the student's own executed runs. A style decides how a
number looks and how sentences go; what is said stays true of the numbers, whatever they are.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from generator.classroom.findings import Findings

Numbers = Literal["fraction", "percent", "comma"]
Template = Literal["table", "bullets", "headings"]

_KNOBS = ("learning rate", "batch size", "max length", "weight decay", "scheduler", "epochs")


@dataclass(frozen=True)
class Style:
    """How a student writes: numbers as 0.542, 54.2 % or 0,542; the template as table, list or headings."""

    numbers: Numbers = "fraction"
    template: Template = "table"
    digits: int = 3


def write_number(value: float, style: Style) -> str:
    """A fraction in the student's notation."""
    if style.numbers == "percent":
        return f"{100 * value:.{style.digits - 2}f} %"
    text = f"{value:.{style.digits}f}"
    return text.replace(".", ",") if style.numbers == "comma" else text


def template_rows(findings: Findings, style: Style, meaningful: str = "") -> list[tuple[str, str]]:
    """The five fields of the experiment template, filled in from the runs."""
    before, after = findings.before_and_after
    varied = findings.vary.replace("_", " ")
    held = [name for name in _KNOBS if name != varied]
    baseline = write_number(findings.of("encoder", "macro_f1"), style)
    changed = write_number(findings.of("changed", "macro_f1"), style)
    return [
        ("Variable changed", f"{varied}, from {before} to {after}"),
        ("Held constant", f"data and split, model, {', '.join(held)}, warm-up, seed"),
        ("Prediction", prose("prediction")),
        ("Result", f"macro-F1 was {baseline} in the baseline arm and {changed} in the changed arm"),
        ("Meaningful?", meaningful or prose("meaningful")),
    ]


def write_template(rows: list[tuple[str, str]], template: Template) -> str:
    """The template's rows as a markdown table, a bullet list or headings."""
    writers: dict[Template, Callable[[list[tuple[str, str]]], str]] = {
        "table": _table,
        "bullets": lambda items: "\n".join(f"- **{field}:** {words}" for field, words in items),
        "headings": lambda items: "\n\n".join(f"#### {field}\n{words}." for field, words in items),
    }
    return writers[template](rows)


def _table(rows: list[tuple[str, str]]) -> str:
    lines = ["| field | what you write |", "| --- | --- |"]
    return "\n".join(lines + [f"| {field} | {words} |" for field, words in rows])


def write_comparison(findings: Findings, style: Style) -> str:
    """The memo's first section: what the encoder changed."""
    return prose("comparison").format_map(_places(findings, style))


def write_recommendation(findings: Findings, style: Style) -> str:
    """The memo's second section: a decision, its limits, the next experiment and the sources."""
    return prose("recommendation").format_map(_places(findings, style))


def prose(name: str) -> str:
    """One of the texts in prose.toml."""
    text = resources.files(__package__).joinpath("prose.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)[name]).strip()


def _places(findings: Findings, style: Style) -> dict[str, str]:
    places = {}
    for run in ("tfidf", "encoder"):
        places[f"{run}_zero"] = f"{findings.of(run, 'zero_f1_classes'):.0f}"
        for metric in ("accuracy", "macro_f1"):
            places[f"{run}_{metric}"] = write_number(findings.of(run, metric), style)
    return places
