"""Settings that a record calls something else than a choice, and that are not the same in both arms."""

from collections.abc import Iterable
from typing import Any

from grader.evidence.runs import Arms, Run, finished
from paribus.experiments.one_change import ALWAYS_CHOSEN, FOUND_BY_TRAINING, PLACES, Difference, values_seen

_COUNTS = (
    "step", "update", "iter", "batch", "token", "warm", "total", "num", "rows", "size", "per_", "second", "minute",
    "memory", "param", "n_", "count", "length", "time", "epoch",
)  # fmt: skip
"""Parts of the names of what follows from a setting by counting."""


def called_otherwise(arms: Arms, vary: str) -> list[Difference]:
    """Settings of the role derived, environment or outcome that differ between the arms and that neither counting,
    nor the place, nor the declared variable explains.
    """
    baseline, changed = finished(arms.baseline), finished(arms.changed)
    known = {*PLACES, *FOUND_BY_TRAINING, *ALWAYS_CHOSEN, vary}
    names = sorted(
        {name for run in (*baseline, *changed) for name, item in run.config.items() if item.role != "knob"}
    )
    found = []
    for name in names:
        if name in known or _explained(name, vary, (*baseline, *changed)):
            continue
        sides = [values_seen([_value(run, name) for run in arm]) for arm in (baseline, changed)]
        if {repr(value) for value in sides[0]} != {repr(value) for value in sides[1]}:
            found.append(Difference(name, "setting", *sides))
    return found


def _value(run: Run, name: str) -> Any:  # noqa: ANN401 - a setting is any plain value
    item = run.config.get(name)
    return item.value if item is not None else None


def _explained(name: str, vary: str, runs: tuple[Run, ...]) -> bool:
    """It follows from the declared variable, counts something, or is a number that training found."""
    fields = [run.config[name] for run in runs if name in run.config]
    if any(vary in item.of for item in fields) or any(word in name.lower() for word in _COUNTS):
        return True
    return all(item.role == "outcome" and not isinstance(item.value, str) for item in fields)


def uneven_epochs(arms: Arms) -> str:
    """How the arms logged unequal numbers of epochs under one configuration, "" where they did not.

    Early stopping, in whatever role it was recorded, and a log that leaves epochs out explain it.
    """
    logged: list[set[int]] = []
    for arm in (arms.baseline, arms.changed):
        runs = [run for run in finished(arm) if run.record.epochs]
        if not runs or any(_may_stop(run) for run in runs):
            return ""
        logged.append({len(run.record.epochs) for run in runs})
    planned = {run.setting("epochs") for run in finished((*arms.baseline, *arms.changed))}
    if len(planned) != 1 or logged[0] == logged[1] or not all(isinstance(item, int) for item in planned):
        return ""
    told = [" or ".join(map(str, sorted(side))) for side in logged]
    return f"the records of both arms say {planned.pop()} epochs, and the logs show {told[0]} and {told[1]}"


def longer_than_planned(runs: Iterable[Run]) -> list[Run]:
    """The runs that logged more epochs than their configuration says."""
    return [
        run for run in finished(tuple(runs))
        if isinstance(run.setting("epochs"), int) and len(run.record.epochs) > int(run.setting("epochs"))
    ]  # fmt: skip


def _may_stop(run: Run) -> bool:
    reasons = ("patience", "stopped_epoch", "log_every", "nonfinite", "early_stopping")
    return any(run.setting(name) not in (None, False) for name in reasons)
