"""How an experiment is written: a short text that the build puts before each experiment cell, made of its options.

The training function, the settings, the data and the seeds are called what the solution's first run calls them.
Where a text above the cell shows the call already, the author has said it better, and none is added.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.sources.headers import SourceCell
from generator.sources.source import FORM_SUFFIX, Source
from paribus.course.assignment import Cell, Role

_NAMED = re.compile(r"^(\w+) = notebook\.experiment\(", re.MULTILINE)
_ROW = re.compile(r"^(\w+) = \w+\.row\(.*\)$", re.MULTILINE)
"""How the row of an ablation begins: its baseline arm is the ablation's, and has run already."""
_OWN = "The other names are this notebook's own."
_USUAL = """Put this notebook's own names for the training
function (`train`), its settings (`CONFIG`), the data and the seeds."""


@dataclass(frozen=True)
class _Names:
    """What a notebook calls the things that an arm is run with; ``said`` says whose names they are."""

    function: str
    settings: str
    data: str
    seeds: str
    said: str


def forms_of(source: Source) -> Mapping[str, Cell]:
    """The form of each experiment that needs one, by the experiment's key."""
    found: dict[str, Cell] = {}
    shown = ""
    for cell in source.cells:
        if cell.cell_type == "markdown":
            shown += cell.text
        elif cell.role is Role.EXPERIMENT and f'notebook.experiment("{cell.name}"' not in shown:
            key = f"{cell.key}{FORM_SUFFIX}"
            found[cell.key] = Cell(key, Role.PROSE, "markdown", _text(cell), cell.line, heading=cell.heading)
    return found


def _text(cell: SourceCell) -> str:
    knobs = _knobs(cell.options.get("vary"))
    least = int(cell.options.get("min_seeds", 1))
    names = _names(cell.text, "seeds" if least > 1 else "seed")
    vary = knobs[0] if len(knobs) == 1 else "…"
    row, named = _ROW.search(cell.text), _NAMED.search(cell.text)
    name = row[1] if row else named[1] if named else "experiment"
    arm = f"data={names.data}, {names.seeds}"
    begun = [row[0]] if row else [
        f'{name} = notebook.experiment("{cell.name}", vary="{vary}")',
        f'{name}.run("baseline", {names.function}, {names.settings}, {arm})',
    ]  # fmt: skip
    lines = [
        f"**How this experiment is written.** Fill in each `…`. {names.said}",
        "",
        "```python",
        *begun,
        f'{name}.predict(metric="{cell.options.get("metric", "…")}", direction="…", low=…, high=…, why="…")',
        f'{name}.run("changed", {names.function}, replace({names.settings}, {vary}=…), {arm})',
        "```",
        "",
    ]
    if len(knobs) > 1:
        lines.append(f"- `vary` is one of {_listed(knobs)}. Change it and nothing else.")
    lines.append(
        '- `direction` is `"up"`, `"down"` or `"none"`. `low` and `high` bound the *change* of the metric, in its '
        "own unit; a fall is negative."
    )
    if least > 1:
        lines.append(f"- Both arms run with the same seeds, at least {least}.")
    lines.append(
        "- The baseline arm is the ablation's, and has run already. The prediction comes before the changed run."
        if row
        else f"- A run that you have already may be the baseline arm: `{name}.baseline(result, {names.settings})` "
        "instead of the first run. The prediction comes before the changed run."
    )
    lines.append("- What would spoil the comparison is refused before anything is trained, with what to correct.")
    return "\n".join(lines)


def _names(solution: str, seeds: str) -> _Names:
    """The names in the first run of a solution, which is that of the baseline arm or of a row's changed one; the
    usual ones where they are no plain names. ``seeds`` is the keyword that the form shows, ``seed`` or ``seeds``.
    """
    for call in ast.walk(ast.parse(solution)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "run"):
            continue
        named = {item.arg: item.value for item in call.keywords}
        match [*call.args, named.get("data"), named.get(seeds)]:
            case [
                ast.Constant("baseline" | "changed"), ast.Name(function),
                ast.Name(settings) | ast.Call(ast.Name("replace"), [ast.Name(settings)]),
                ast.Name(data), ast.Name(given),
            ]:  # fmt: skip
                return _Names(function, settings, data, f"{seeds}={given}", _OWN)
    return _Names("train", "CONFIG", "data", f"{seeds}={seeds.upper()}", _USUAL)


def _knobs(vary: object) -> Sequence[str]:
    return [str(item) for item in vary] if isinstance(vary, list | tuple) else [str(vary)]


def _listed(words: Sequence[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
