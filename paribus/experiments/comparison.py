"""Runs on one split, side by side: how far each metric moved, and a table for the memo.

Which classes came back from zero is a question the homework asks; `paribus.figures.plots.rescued_classes` draws it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from paribus.display.tables import number
from paribus.errors import UsageError
from paribus.metrics.registry import title
from paribus.records.markup import Table

if TYPE_CHECKING:
    from paribus.metrics import Metrics
    from paribus.metrics.scoring import Values


def difference(before: "Metrics", after: "Metrics") -> dict[str, float]:
    """``after`` − ``before`` for each metric, by its name.

    Raises UsageError where the two were not scored on the same labels.
    """
    check_same_split(before, after)
    old, new = before.values(), after.values()
    return {name: new[name] - old[name] for name in old}


def table(runs: "Mapping[str, Metrics]", heading: str = "") -> Table:
    """One row a run, one column a metric. Raises UsageError where the runs were scored on different labels."""
    scored = list(runs.values())
    for metrics in scored[1:]:
        check_same_split(scored[0], metrics)
    names = tuple(scored[0].values()) if scored else ()
    rows = tuple(
        (name, *(number(metric, value) for metric, value in metrics.values().items()))
        for name, metrics in runs.items()
    )
    return Table(heading, ("run", *(title(name) for name in names)), rows)


def check_same_split(before: "Metrics | Values", after: "Metrics | Values") -> None:
    """Both were scored on the same labels, as far as the items (and the counts of classes) can tell; else
    UsageError.
    """
    one, other = ([int(n) for n in getattr(side, "counts", [side.items])] for side in (before, after))
    if one != other:
        raise UsageError(
            f"These runs were scored on different labels ({sum(one):,} and {sum(other):,} items, or other class "
            "counts). Compare runs on one split."
        )
