"""Logs that do not fit the configured number of epochs."""

from collections.abc import Iterable

from grader.evidence.runs import Arms, Run, finished


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
        run
        for run in finished(tuple(runs))
        if isinstance(run.setting("epochs"), int) and len(run.record.epochs) > int(run.setting("epochs"))
    ]


def _may_stop(run: Run) -> bool:
    reasons = ("patience", "stopped_epoch", "log_every", "nonfinite", "early_stopping")
    return any(run.setting(name) not in (None, False) for name in reasons)
