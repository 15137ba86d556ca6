"""How an experiment is written: a short text that the build puts before each experiment cell, made of its options.

Where a text above the cell shows the call already, the author has said it better, and none is added.
"""

import re
from collections.abc import Mapping, Sequence

from generator.sources.headers import SourceCell
from generator.sources.source import FORM_SUFFIX, Source
from paribus.course.assignment import Cell, Role

_NAMED = re.compile(r"^(\w+) = notebook\.experiment\(", re.MULTILINE)
_ROW = re.compile(r"^(?P<name>\w+) = \w+\.row\(.*\)$", re.MULTILINE)
"""The row of an ablation: it has its baseline already."""


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
    seeds = "seeds=SEEDS" if least > 1 else "seed=SEED"
    metric = cell.options.get("metric", "…")
    named, row = _NAMED.search(cell.text), _ROW.search(cell.text)
    name = row["name"] if row else named[1] if named else "experiment"
    vary = knobs[0] if len(knobs) == 1 else "…"
    begun = [f'{name} = notebook.experiment("{cell.name}", vary="{vary}")',
             f'{name}.run("baseline", train, CONFIG, data=data, {seeds})']  # fmt: skip
    lines = [
        "**How this experiment is written.** Fill in each `…`. Put this notebook's own names for the training",
        "function (`train`), its settings (`CONFIG`), the data and the seeds.",
        "",
        "```python",
        *([row[0]] if row else begun),
        f'{name}.predict(metric="{metric}", direction="…", low=…, high=…, why="…")',
        f'{name}.run("changed", train, replace(CONFIG, {vary}=…), data=data, {seeds})',
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
    if row:
        lines.append("- The row has the ablation's baseline already. The prediction comes before the changed run.")
    else:
        lines.append(
            f"- A run that you have already may be the baseline arm: `{name}.baseline(result, CONFIG)` instead of "
            "the first run. The prediction comes before the changed run."
        )
    lines.append("- What would spoil the comparison is refused before anything is trained, with what to correct.")
    return "\n".join(lines)


def _knobs(vary: object) -> Sequence[str]:
    return [str(item) for item in vary] if isinstance(vary, list | tuple) else [str(vary)]


def _listed(words: Sequence[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
