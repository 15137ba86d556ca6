"""docs/metrics.md lists what the registry holds."""

from pathlib import Path

from paribus.metrics.registry import SHIPPED

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def shown(bound: float | None) -> str:
    """A bound as the page writes it."""
    return "" if bound is None else f"{bound:g}"


def test_the_page_lists_every_metric_as_the_registry_has_it() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = [[part.strip() for part in row.strip("|").split("|")] for row in rows]
    assert [row for row in listed if len(row) == 6] == [
        [
            f"`{metric.name}`",
            metric.heading,
            metric.needs,
            "higher" if metric.higher_is_better else "lower",
            shown(metric.low),
            shown(metric.high),
        ]
        for metric in SHIPPED
    ]
