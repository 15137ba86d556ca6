"""What a notebook itself calls its runs: its released code says ``candidates = ablation.baseline(…)``, and its text
speaks of the candidate.
"""

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.model import Case

_GIVES_RUNS = frozenset({"run", "baseline", "finish"})
RELEASED = 512
"""Released cells whose names are kept at hand: they are a whole class's."""
_ANYTHING = frozenset(
    {"run", "result", "model", "score", "change", "arm", "row", "seed", "history", "outcome", "output", "best"}
)
"""Names that are no name: prose uses them for whatever it speaks of."""


@lru_cache(maxsize=CASES)
def called(case: Case) -> Mapping[int, frozenset[str]]:
    """By the position of the cell that shows the runs, how prose calls them.

    Only where the released cell gives its runs a single name, and the released text uses that name, too.
    """
    prose = "\n".join(cell.source for cell in case.assignment.cells if cell.cell_type == "markdown").lower()
    found: dict[int, frozenset[str]] = {}
    for cell in case.assignment.cells:
        match = case.matches.get(cell.key)
        if cell.cell_type != "code" or match is None or match.recovered is None:
            continue
        names = _assigned(cell.source)
        spoken = _spoken(names[0]) if len(names) == 1 else frozenset()
        if any(re.search(rf"\b{re.escape(name)}\b", prose) for name in spoken):
            found[match.recovered.position] = spoken
    return found


@lru_cache(maxsize=RELEASED)
def _assigned(source: str) -> tuple[str, ...]:
    """The names to which a released cell assigns a run, or the runs of an arm."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):  # magics, or a released stub in another language
        return ()
    return tuple(
        item.targets[0].id
        for item in statements
        if isinstance(item, ast.Assign)
        and isinstance(item.value, ast.Call)
        and isinstance(item.value.func, ast.Attribute)
        and item.value.func.attr in _GIVES_RUNS
        and isinstance(item.targets[0], ast.Name)
    )


def _spoken(name: str) -> frozenset[str]:
    """The plural and the singular; nothing for a name that says nothing."""
    plain = name.replace("_", " ").lower()
    single = plain.removesuffix("s")
    return frozenset() if _ANYTHING & set(single.split()) or len(single) < 4 else frozenset({plain, single})
