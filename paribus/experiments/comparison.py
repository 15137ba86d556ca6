"""Runs on one split, side by side: how far each metric moved, and a table for the memo.

Which classes came back from zero is a question the homework asks; `paribus.figures.plots.rescued_classes` draws it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from paribus.display.markup import Table
from paribus.metrics.registry import in_order, title
from paribus.metrics.scoring import check_same_split
from paribus.records.tables import number

if TYPE_CHECKING:
    from paribus.metrics import Metrics
    from paribus.metrics.scoring import Values


def difference(before: "Metrics | Values", after: "Metrics | Values") -> dict[str, float]:
    """``after`` − ``before`` for each metric that both have, by its name.

    Raises UsageError where the two were not scored on the same labels.
    """
    check_same_split(before, after)
    old, new = before.values(), after.values()
    return {name: new[name] - old[name] for name in old if name in new}


def table(runs: "Mapping[str, Metrics | Values]", heading: str = "") -> Table:
    """One row a run, one column a metric. Raises UsageError where the runs were scored on different labels."""
    scored = list(runs.values())
    for metrics in scored[1:]:
        check_same_split(scored[0], metrics)
    values = {name: metrics.values() for name, metrics in runs.items()}
    names = in_order({metric for found in values.values() for metric in found})
    rows = tuple(
        (name, *(number(metric, found[metric]) if metric in found else "" for metric in names))
        for name, found in values.items()
    )
    return Table(heading, ("run", *(title(name) for name in names)), rows)
