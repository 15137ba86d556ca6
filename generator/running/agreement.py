"""What a source says beside its code, held against what its solution recorded: names that must agree.

A header's `vary`, `metric` and experiment, the name in `paribus.begin`, the values of a check: a misspelt one would
cost honest students points, and nothing in the notebook would show it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from generator.errors import RunError
from generator.sources.headers import SourceCell
from generator.sources.source import Source
from paribus.course.assignment import Role
from paribus.course.near import did_you_mean
from paribus.metrics.metric import PROBABLE
from paribus.metrics.registry import registry
from paribus.records.record import Record

_BEGIN = re.compile(r"\bparibus\.begin\(\s*(?P<quote>[\"'])(?P<name>[^\"']*)(?P=quote)\s*[,)]")
TYPING_ERROR = 0.85
"""How near a name is to another one that it probably is, misspelt."""
VALUES = "metrics.near_reference"
"""The check whose option ``values`` names recorded values, such as encoder.macro_f1."""


def wrong_begins(source: Source, assignment: str) -> Iterator[str]:
    """Every `paribus.begin` that names another assignment; its records would not count as this one's."""
    for cell in source.cells:
        for match in _BEGIN.finditer(cell.text) if cell.cell_type == "code" else ():
            if match["name"] != assignment:
                line = cell.body_line + cell.text.count("\n", 0, match.start())
                yield (
                    f"{source.file}:{line}: paribus.begin({match['name']!r}), and course.toml calls the assignment "
                    f"{assignment!r}; expected paribus.begin({assignment!r}, …)."
                )


def disagreements(source: Source, assignment: str, records: Sequence[Record]) -> list[str]:
    """Each name of a source that no record of its solution knows: file and line, and what is recorded."""
    found = [*wrong_begins(source, assignment)]
    others = sorted({record.assignment for record in records} - {assignment})
    if others and not found:
        found.append(f"{source.file}:1: the records name the assignment {others[0]!r}; expected {assignment!r}.")
    for cell in source.cells:
        if cell.role is Role.EXPERIMENT:
            found += _of_experiment(source, cell, records)
        for check in cell.checks:
            if check.check == VALUES:
                known = {f"{record.run_name}.{name}" for record in records for name in record.values}
                named = check.options.get("values", ())
                found += _unknown(source, cell, "value", (str(name) for name in named), known)
    return [*found, *_unscored(source, records)]


def _unscored(source: Source, records: Sequence[Record]) -> Iterator[str]:
    """Each metric that a data set names and none of its finished runs recorded, though some finished."""
    named: dict[str, list[str]] = {}
    for record in records:
        if record.kind == "data" and record.data is not None:
            named.setdefault(record.data.source, []).extend(record.metrics)
    for data, metrics in named.items():
        runs = [item for item in records if item.kind == "result" and item.data and item.data.source == data]
        recorded = {name for item in runs for name in item.values}
        for name in dict.fromkeys(metrics) if runs else ():
            if name not in recorded:
                handed = "scores=" if name in registry() and registry()[name].needs in PROBABLE else "predictions="
                yield (
                    f"{source.file}:{_line_of_metric(source, name)}: the data set {data!r} is scored by {name!r}, "
                    f"which no finished run recorded; expected {handed} at run.finish or run.log, or metrics= "
                    "without it."
                )


def _line_of_metric(source: Source, name: str) -> int:
    """The first line of code that names a metric, those first that say ``metrics=``."""
    lines = [
        (cell.body_line + number, line)
        for cell in source.cells
        if cell.cell_type == "code"
        for number, line in enumerate(cell.text.splitlines())
        if re.search(rf"[\"']{re.escape(name)}[\"']", line)
    ]
    return next((n for n, line in lines if "metrics" in line), next((n for n, _ in lines), 1))


def _of_experiment(source: Source, cell: SourceCell, records: Sequence[Record]) -> Iterator[str]:
    experiments = {record.experiment for record in records if record.experiment}
    if cell.key not in experiments:
        yield from _unknown(source, cell, "experiment", [cell.key], experiments)
        return
    own = [record for record in records if record.experiment == cell.key]
    vary = cell.options.get("vary", ())
    knobs = {name for record in own for name in record.knobs()}
    allowed = [vary] if isinstance(vary, str) else [str(name) for name in vary]
    if knobs:
        # A list may offer what the solution has no setting for; a near miss of a setting is a typing error, and the
        # other unknown names beside it are said, too.
        mistyped = any(did_you_mean(name, knobs, TYPING_ERROR) for name in allowed if name not in knobs)
        if mistyped or not knobs & set(allowed):
            yield from _unknown(source, cell, "vary", allowed, knobs)
    metric = cell.options.get("metric")
    measured = {name for record in own if record.kind == "result" for name in record.values}
    if metric and measured:
        yield from _unknown(source, cell, "metric", [str(metric)], measured)


def _unknown(
    source: Source, cell: SourceCell, what: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[str]:
    listed = sorted(known)
    for name in names:
        if name not in listed:
            recorded = ", ".join(listed) or "none"
            yield (
                f"{source.file}:{cell.line}: the {what} {name!r}, which no run of {cell.name or cell.key!r} "
                f"recorded; expected one of {recorded}.{did_you_mean(name, listed)}"
            )


def require_agreement(found: Sequence[str]) -> None:
    """RunError where a source and the records of its solution disagree."""
    if found:
        raise RunError(
            "The source and what its solution recorded do not agree, so honest work would lose points:\n  "
            + "\n  ".join(found)
        )
