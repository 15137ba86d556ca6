"""What differs between the two arms of an experiment, as the records tell it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.evidence.runs import Arms, Run, by_seed, finished
from grader.reading import vocabulary
from paribus.records.code import UNAVAILABLE

TRAINING_ROWS = "training rows"


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both arms. ``kind``: setting, data, code or environment."""

    name: str
    kind: str
    baseline: tuple[Any, ...]
    changed: tuple[Any, ...]

    def __str__(self) -> str:
        """``batch_size: 32 → 16``."""
        if self.kind == "code":
            return f"the code of {self.name}"
        return f"{self.name}: {_shown(self.baseline)} → {_shown(self.changed)}"


@dataclass(frozen=True)
class Comparison:
    """Every difference between the finished runs of two arms, by what it means.

    ``changes`` count as changes; ``environment`` is where they ran; ``unknown`` names code no digest was had of;
    ``within`` names settings, or the data, that are not the same within one arm.
    """

    changes: tuple[Difference, ...]
    environment: tuple[Difference, ...]
    unknown: tuple[str, ...]
    within: tuple[str, ...]
    settings: Mapping[str, Any]


def compare(arms: Arms, vary: str = "") -> Comparison:
    """Hold every finished run of one arm against every finished run of the other."""
    baseline, changed = finished(arms.baseline), finished(arms.changed)
    first, second = [knobs_of(run) for run in baseline], [knobs_of(run) for run in changed]
    knobs = sorted({name for mine in (*first, *second) for name in mine})
    changes = [
        difference for name in knobs
        if (difference := _differ(name, "setting", [mine.get(name) for mine in first],
                                  [mine.get(name) for mine in second]))
    ]  # fmt: skip
    changes += _data_differences(baseline, changed)
    # Code and environment stand in start records alone; a run whose start record is lost says nothing of them.
    told = _told(baseline), _told(changed)
    code, unknown = _code_differences(*told, vary) if all(told) else ([], ())
    unknown += tuple(dict.fromkeys(run.name for run in (*baseline, *changed) if run not in (*told[0], *told[1])))
    places = vocabulary.phrases("environment", "names")
    environment = [
        difference for name in places
        if all(told) and (difference := _elsewhere(name, *told))
    ]  # fmt: skip
    within = [name for name in knobs if any(len({repr(mine.get(name)) for mine in arm}) > 1
                                            for arm in (first, second))]  # fmt: skip
    within += [name for arm in (baseline, changed) if (name := _mixed_data(arm))]
    shared = {name: first[-1][name] for name in knobs if first and name in first[-1]}
    return Comparison((*changes, *code), tuple(environment), unknown, tuple(within), shared)


def _told(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs that tell which code they used and where they ran."""
    return tuple(run for run in runs if run.start is not None or run.code)


def knobs_of(run: Run) -> dict[str, Any]:
    """What a person chose: knobs, and settings that are always chosen whatever they were called."""
    always = set(vocabulary.phrases("always_knobs", "names"))
    outcomes = set(vocabulary.phrases("outcomes", "names"))
    return {
        name: item.value for name, item in run.config.items()
        if name not in outcomes and (item.role == "knob" or (item.role != "outcome" and name in always))
    }  # fmt: skip


def _elsewhere(name: str, baseline: Sequence[Run], changed: Sequence[Run]) -> Difference | None:
    """An entry of the environment that is not the same in both arms, or not for the same seed in both."""
    sides = [_place(run, name) for run in baseline], [_place(run, name) for run in changed]
    first, second = by_seed(baseline), by_seed(changed)
    if any(_place(first[seed], name) != _place(second[seed], name) for seed in first if seed in second):
        return Difference(name, "environment", values_seen(sides[0]), values_seen(sides[1]))
    return _differ(name, "environment", *sides)


def _place(run: Run, name: str) -> Any:  # noqa: ANN401 - a setting is any plain value
    """An entry of the environment, or of the settings tagged so."""
    item = run.config.get(name)
    if item is not None and item.role == "environment":
        return item.value
    return run.environment.get(name)


def _differ(name: str, kind: str, first: Sequence[Any], second: Sequence[Any]) -> Difference | None:
    before, after = values_seen(first), values_seen(second)
    if {repr(value) for value in before} == {repr(value) for value in after}:
        return None
    return Difference(name, kind, before, after)


def values_seen(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values without repeats; 2 and 2.0 are one."""
    seen: dict[str, Any] = {}
    for value in values:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        kept = float(value) if number else value
        seen.setdefault(repr(kept), kept)
    return tuple(seen.values())


def _data_differences(baseline: Sequence[Run], changed: Sequence[Run]) -> list[Difference]:
    """Other data, or another part of the same data to train on: one difference, whatever shows it."""
    found = {}
    for name in ("fingerprint", "split", "train_rows", "train_fingerprint"):
        sides = [[getattr(run.data, name, None) for run in arm] for arm in (baseline, changed)]
        difference = _differ(name, "data", sides[0], sides[1])
        if difference is not None:
            found[name] = difference
    if not found:
        return []
    telling = next(iter(found.values()))
    name = "data" if {"fingerprint", "split"} & set(found) else TRAINING_ROWS
    return [Difference(name, "data", telling.baseline, telling.changed)]


def _mixed_data(arm: Sequence[Run]) -> str:
    """What is not the same in all runs of one arm: the data, or the rows trained on; "" where nothing is."""
    known = [run.data for run in arm if run.data is not None]
    if len({(data.fingerprint, data.split) for data in known}) > 1:
        return "data"
    return TRAINING_ROWS if len({(data.train_rows, data.train_fingerprint) for data in known}) > 1 else ""


def _code_differences(
    baseline: Sequence[Run], changed: Sequence[Run], vary: str
) -> tuple[list[Difference], tuple[str, ...]]:
    """Functions and simple globals whose digests differ; the varied setting's own global is no second change."""
    names = sorted({name for run in (*baseline, *changed) for name in run.code})
    found, unknown = [], []
    for name in names:
        first = {run.code.get(name, "") for run in baseline}
        second = {run.code.get(name, "") for run in changed}
        if UNAVAILABLE in first | second:
            unknown.append(name)
        elif first != second and name.lower() != vary.lower():
            found.append(Difference(name, "code", tuple(sorted(first)), tuple(sorted(second))))
    return found, tuple(unknown)


def _shown(values: tuple[Any, ...]) -> str:
    return " or ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values) or "nothing"
