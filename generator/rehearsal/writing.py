"""How students write: places filled with their own numbers, the experiment template in every form it comes in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from generator.errors import RehearsalError
from generator.rehearsal.facts import INTERVALS, Facts
from paribus.metrics.registry import is_count, registry

Numbers = Literal["fraction", "percent", "comma"]
Form = Literal["table", "bullets", "headings", "numbered", "lines", "bold", "wide", "pandas"]
Rows = Sequence[tuple[str, str]]
FORMS: tuple[Form, ...] = get_args(Form)

PARTS = ("changed", "held", "prediction", "result", "meaningful")
SETTINGS: Mapping[str, str] = {
    "learning_rate": "learning rate", "batch_size": "batch size", "max_length": "max length",
    "weight_decay": "weight decay", "scheduler": "scheduler", "epochs": "epochs", "warmup_share": "warm-up",
    "class_weights": "class weights",
}  # fmt: skip
"""Settings as students call them, those that are worth listing as held."""

_PLACE = re.compile(
    r"<<(?P<what>[^<>|+*]+?)(?:\s*(?P<sign>[+*]|(?<=\s)-(?=\s))\s*(?P<by>-?[\d.]+))?(?:\|(?P<form>\w+))?>>"
)


@dataclass(frozen=True)
class Style:
    """How numbers look: as 0.542, 54.2 % or 0,542."""

    numbers: Numbers = "fraction"
    digits: int = 3


def write_number(value: float, style: Style) -> str:
    """A fraction in the student's notation."""
    if style.numbers == "percent":
        return f"{100 * value:.{style.digits - 2}f} %"
    text = f"{value:.{style.digits}f}"
    return text.replace(".", ",") if style.numbers == "comma" else text


@dataclass(frozen=True)
class Pen:
    """What filling a text needs: the facts, how numbers look, and whose arms "changed" and "baseline" are."""

    facts: Facts
    style: Style = Style()
    experiment: str = ""


def fill(text: str, pen: Pen) -> str:
    """``text`` with every place filled; RehearsalError where a place asks for what was not recorded."""
    return _PLACE.sub(lambda match: _place(match, pen), text)


def _place(match: re.Match[str], pen: Pen) -> str:
    what, form = match["what"].strip(), match["form"] or ""
    facts, experiment = pen.facts, pen.experiment
    if what in ("vary", "held", "seeds"):
        return _words(what, pen)
    if what.startswith("prediction."):
        return _prediction(what.removeprefix("prediction."), pen)
    if "@" in what:
        who, _, name = what.partition("@")
        return _setting(_changed(facts.setting(who, name, experiment), match))
    if what.startswith("value:"):
        name = what.removeprefix("value:")
        if name not in facts.values:
            raise RehearsalError(f"A memo asks for the recorded value {name!r}, which the notebook does not hold.")
        return _shown(_changed(facts.values[name], match), "", form or "count", pen.style)
    who, _, metric = what.rpartition(".")
    if form == "spread":
        return _shown(_changed(facts.spread(who, metric, experiment), match), metric, "", pen.style)
    sides = _sides(who, facts)
    if sides is None:
        return _shown(_changed(facts.mean(who, metric, experiment), match), metric, form, pen.style)
    first, second = sides
    if form in INTERVALS:
        return _interval(first.rpartition(":")[0] or experiment, metric, match, pen)
    value = facts.mean(first, metric, experiment) - facts.mean(second, metric, experiment)
    return _difference(_changed(value, match), metric, form, pen.style)


def _sides(who: str, facts: Facts) -> tuple[str, str] | None:
    """The two runs or arms of "a-b", both of them known: a name may hold hyphens itself."""
    known = {name.rpartition(":")[2] for name in facts.metrics} | set(facts.metrics)
    splits = ((who[: hit.start()], who[hit.end() :]) for hit in re.finditer("-", who))
    return next((sides for sides in splits if set(sides) <= known), None)


def _interval(experiment: str, metric: str, match: re.Match[str], pen: Pen) -> str:
    """Both bounds, or both moved by what the place adds."""
    bounds = [_changed(bound, match) for bound in pen.facts.interval(match["form"], metric, experiment)]
    return " to ".join(f"{'-' if bound < 0 else ''}{write_number(abs(bound), pen.style)}" for bound in bounds)


def _changed(value: Any, match: re.Match[str]) -> Any:  # a setting is any plain value
    """The value plus or times what the place says: how a fault gets a number that nothing recorded."""
    if match["sign"] == "+":
        return value + float(match["by"])
    if match["sign"] == "-":
        return value - float(match["by"])
    return value * float(match["by"]) if match["sign"] == "*" else value


def _words(what: str, pen: Pen) -> str:
    facts, experiment = pen.facts, pen.experiment
    varied = facts.varied(experiment)
    if what == "vary":
        return SETTINGS.get(varied, varied.replace("_", " "))
    if what == "seeds":
        return ", ".join(str(seed) for seed in facts.seeds("changed", experiment))
    names = facts.settings[facts.name("baseline", experiment)]
    return ", ".join(words for name, words in SETTINGS.items() if name in names and name != varied)


def _prediction(part: str, pen: Pen) -> str:
    """What was predicted; a student who recorded nothing claims to have had something in mind all the same."""
    found = pen.facts.predictions
    made = found.get(pen.experiment) or next(iter(found.values()), None)
    if part == "why":
        return made.why.rstrip(".") if made is not None else "I thought it would learn more"
    direction = made.direction if made is not None else "up"
    return {"up": "goes up", "down": "goes down", "none": "stays as it is"}[direction]


def _setting(value: Any) -> str:  # a setting is any plain value
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(value: float, metric: str, form: str, style: Style) -> str:
    """A level: ``count`` without decimals, ``number`` is no share and never in percent."""
    if form == "count" or is_count(metric):
        return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
    if metric.endswith("_loss"):
        return f"{value:.{style.digits}f}"
    if form == "number" and style.numbers == "percent":
        style = replace(style, numbers="fraction")
    return write_number(value, style)


def _difference(value: float, metric: str, form: str, style: Style) -> str:
    """A change: by its sign, in points (``points``), as a size (``size``), or as its direction (``direction``)."""
    if form == "direction":
        return "rose" if value > 0 else "fell" if value < 0 else "did not move"
    known = registry()
    if metric not in known or not known[metric].is_share:
        digits = known[metric].digits if metric in known else 0
        return f"{value:+.{digits}f}" if form != "size" else f"{abs(value):.{digits}f}"
    if form in ("points", "size") and (form == "points" or style.numbers == "percent"):
        points = f"{100 * abs(value):.{max(style.digits - 2, 1)}f}"
        return f"{points.replace('.', ',') if style.numbers == 'comma' else points} points"
    text = write_number(abs(value), style)
    return text if form == "size" else f"{'-' if value < 0 else '+'}{text}"


# --- the template -----------------------------------------------------------------------------------------------


def write_rows(rows: Rows, form: Form, header: tuple[str, str] = ("field", "what you write")) -> str:
    """The template's rows as markdown; "pandas" gives the code of a cell that shows a data frame."""
    writers: dict[Form, Callable[[Rows], str]] = {
        "table": lambda items: _table([header, *items]),
        "bullets": lambda items: "\n".join(f"- **{label}:** {words}" for label, words in items),
        "numbered": lambda items: "\n".join(f"{n}. {label}: {words}" for n, (label, words) in enumerate(items, 1)),
        "headings": lambda items: "\n\n".join(f"#### {label}\n{_sentence(words)}" for label, words in items),
        "lines": lambda items: "\n\n".join(f"{label}: {words}" for label, words in items),
        "bold": lambda items: "\n\n".join(f"**{label}**\n\n{_sentence(words)}" for label, words in items),
        "wide": lambda items: _table([[label for label, _ in items], [words for _, words in items]]),
        "pandas": _pandas,
    }
    return writers[form](rows)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def _pandas(rows: Rows) -> str:
    listed = "\n".join(f"    ({label!r}, {words!r})," for label, words in rows)
    return (
        "import pandas as pd\n\n"
        'pd.set_option("display.max_colwidth", None)\n'
        f'pd.DataFrame([\n{listed}\n], columns=["template", "mine"])'
    )
