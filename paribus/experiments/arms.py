"""What makes two arms comparable, and a prediction one: pure functions behind `paribus.experiments.experiment`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import SupportsIndex, cast

from paribus.errors import ExperimentError
from paribus.experiments.knobs import no_such_setting
from paribus.experiments.one_change import SUBSETS, Difference, Verdict, compare
from paribus.experiments.wide import cannot_be
from paribus.metrics.registry import registry, title
from paribus.records.code import TRAINING, UNAVAILABLE
from paribus.records.record import ConfigField, Prediction, Record
from paribus.records.runs import RunResult
from paribus.records.simple import is_number

OTHER_CHANGES = ("code", *SUBSETS)
"""What an experiment may vary beside a setting or a function of the notebook."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")
# The start records of each arm by seed.
Arms = Mapping[str, Mapping[int, Record]]


def check_key(key: str) -> str:
    """The short name of an experiment or a sweep, or an ExperimentError."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ExperimentError(f"An experiment's key is like 'batch_size'; got {key!r}. Use letters, digits and _.")
    return key


def differences(one: Record, other: Record) -> tuple[Difference, ...]:
    """What differs between two start records by the rule of `one_change`; where they ran is left out."""
    return compare([one], [other]).changes


def check_one_change(vary: str, baseline: Sequence[Record], changed: Sequence[Record]) -> None:
    """Exactly the declared change between the start records of two arms, or an ExperimentError that names what
    differs.
    """
    found = compare(baseline, changed, vary)
    if found.verdict in (Verdict.MIXED, Verdict.SWEPT):
        raise ExperimentError(
            f"Within one arm, {', '.join(found.mixed or found.within)} is not the same in every run. All seeds of "
            "an arm share one configuration. Run the other seeds again with the one you mean; if you gave up some "
            "of these runs, remove the cells that show them."
        )
    if found.verdict in (Verdict.NOTHING, Verdict.ANOTHER):
        also = f" What differs instead: {describe(found.others)}." if found.others else ""
        starts = (*baseline, *changed)
        settings = [name for start in starts for name in start.knobs()]
        functions = {name.lower() for start in starts for name in start.code}
        if vary not in (*OTHER_CHANGES, *settings) and vary.lower() not in functions:
            raise ExperimentError(
                f"{no_such_setting(vary, list(dict.fromkeys(settings)))}{also} Name what you change when you begin "
                f'the experiment: notebook.experiment("{changed[0].experiment}", vary="…").'
            )
        raise ExperimentError(
            f"Both arms have the same {vary}, so this would compare a run with itself.{also} "
            f"Change {vary} in the changed arm's configuration and nothing else."
        )
    if found.verdict is Verdict.SEVERAL:
        raise ExperimentError(
            f"More than one thing changes. Declared: {describe(found.declared)}."
            f" Also different: {describe(found.others)}. Whatever the result, nobody could say which of them "
            f"caused it. Set {_and([_short(item) for item in found.others])} back to the baseline's."
        )


def check_seeds(seed: SupportsIndex | None, seeds: Iterable[SupportsIndex] | None) -> tuple[int, ...]:
    """The seeds to run, from ``seed=`` or ``seeds=``; ExperimentError where it is both, neither or a repetition."""
    if (seed is None) == (seeds is None):
        raise ExperimentError("Pass seed=1 for one run, or seeds=(1, 2, 3) for one run each.")
    wanted = [seed] if seeds is None else list(seeds)
    for item in wanted:
        if isinstance(item, bool) or not hasattr(item, "__index__"):
            raise ExperimentError(f"A seed is a whole number such as 1; got {item!r}.")
    numbers = [item.__index__() for item in wanted if item is not None]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise ExperimentError(
            f"Seed {twice} occurs more than once in seeds={tuple(numbers)}. A repeated seed repeats the "
            "run: it is no new evidence. Give each run a seed of its own."
        )
    if not numbers:
        raise ExperimentError("There are no seeds to run. Pass at least one, such as seeds=(1, 2, 3).")
    return tuple(numbers)


def check_start(start: Record, arms: Arms, wanted: Sequence[int], *, metric: str = "…") -> None:
    """Whether a run may begin in its arm, given the start records of both; else an ExperimentError that teaches.

    ``wanted`` are the seeds about to run, which replace what their arm had of them; ``metric`` is what runs are
    chosen by.
    """
    key, vary, seed = start.experiment, start.vary, start.seed or 0
    check_same_arm(key, start.arm, start, arms, wanted)
    if start.arm == "baseline":
        return
    baseline = arms["baseline"]
    if not baseline:
        raise ExperimentError(
            f"Run the baseline arm of {key!r} first (or pass a finished run to experiment.baseline): "
            "without it there is nothing to compare with."
        )
    if start.prediction is None:
        raise ExperimentError(
            f"Write your prediction for {key!r} before the changed arm runs: experiment.predict("
            f'metric="{metric}", direction="…", low=…, high=…, why="…"). '
            "A prediction made after the result is not one."
        )
    if seed not in baseline:
        seeds = ", ".join(str(item) for item in sorted(baseline))
        raise ExperimentError(
            f"The changed arm would run with seed {seed}, but the baseline ran with seed {seeds}. "
            f"With another seed two things change: {vary} and the seed. Pass seed={seeds.split(',')[0]}, "
            f"or run the baseline with seed={seed} too."
        )
    check_one_change(vary, [baseline[seed]], [start])


def check_result(result: object) -> None:
    """ExperimentError where something that is to serve as a baseline is no finished run."""
    if not isinstance(result, RunResult):
        raise ExperimentError(
            f"experiment.baseline takes what run.finish() returned; got a {type(result).__name__}."
        )


def check_had(start: Record, config: Mapping[str, ConfigField]) -> None:
    """ExperimentError where a run began with another configuration than ``config``."""
    differing = differences(start, replace(start, config=config))
    if differing:
        raise ExperimentError(
            f"The run {start.run_name!r} had another configuration than the one passed with it: "
            f"{describe(differing)}. Train the baseline again, or pass the configuration it had."
        )


def check_same_arm(key: str, arm: str, start: Record, arms: Arms, wanted: Sequence[int] = ()) -> None:
    """An arm is one configuration under several seeds; a second configuration makes the arm begin anew."""
    earlier = next((other for seed, other in arms[arm].items() if seed not in wanted), None)
    differing = () if earlier is None else differences(earlier, start)
    if earlier is not None and differing:
        raise ExperimentError(
            f"The {arm} arm of {key!r} already ran with seed {earlier.seed}, and this run differs from it:"
            f" {describe(differing)}. All seeds of an arm share one configuration. To begin the experiment "
            "anew, run the cell that makes it (notebook.experiment) again."
        )


def check_complete(key: str, vary: str, arms: Arms) -> None:
    """Both arms have finished runs under the same seeds, one configuration each, one change apart."""
    baseline, changed = arms["baseline"], arms["changed"]
    for arm, runs in arms.items():
        if not runs:
            raise ExperimentError(
                f"The {arm} arm of {key!r} has no finished run. Run the cell that trains it, then this."
            )
    alone = sorted(set(baseline) ^ set(changed))
    if alone:
        arm, other = ("baseline", "changed") if alone[0] in baseline else ("changed", "baseline")
        raise ExperimentError(
            f"Seed {alone[0]} was run in the {arm} arm only, so it compares with nothing. "
            f"Run the {other} arm with seed={alone[0]} too."
        )
    for arm, runs in arms.items():
        for start in runs.values():
            check_same_arm(key, arm, start, arms)
    check_one_change(vary, [*baseline.values()], [*changed.values()])


def same_run(earlier: Record, planned: Record) -> bool:
    """Whether a run that began with ``earlier`` is the one that ``planned`` would begin.

    The same place in the experiment, seed, knobs, data and code, in the same release. Where it ran does not matter;
    code that could not be recorded is never the same.
    """
    places = ("assignment", "release", "run_name", "experiment", "arm", "vary", "seed")
    return (
        all(getattr(earlier, name) == getattr(planned, name) for name in places)
        and UNAVAILABLE not in (*earlier.code.values(), *planned.code.values())
        and earlier.knobs() == planned.knobs()
        and not differences(earlier, planned)
    )


def finished_without(records: Iterable[Record], key: str, prediction: Prediction) -> Record | None:
    """The start of the last finished run of an experiment's changed arm, where none began with this prediction."""
    mine = [record for record in records if (record.experiment, record.arm) == (key, "changed")]
    results = {record.start for record in mine if record.kind == "result"}
    finished = [record for record in mine if record.kind == "start" and record.digest() in results]
    timely = any(start.prediction == prediction for start in finished)
    return finished[-1] if finished and not timely else None


def begun_without(records: Iterable[Record], key: str) -> Record | None:
    """The last start of an experiment's changed arm, where it is not finished and holds no prediction."""
    mine = [record for record in records if (record.experiment, record.arm) == (key, "changed")]
    last = mine[-1] if mine else None
    return last if last is not None and last.kind == "start" and last.prediction is None else None


def describe(differing: Iterable[Difference]) -> str:
    """What differs, in words: name, old and new value; for code, whether it changed or is newly used."""
    parts = []
    for item in differing:
        if item.kind != "code":
            parts.append(f"{item.name} ({item.step()})")
        elif ("",) in (item.baseline, item.changed):
            gone = item.changed == ("",)
            used = "no longer used" if gone else "newly used"
            if item.name == TRAINING:  # the run was not given one: it was begun with notebook.start
                used = f"recorded in the {'first' if gone else 'second'} of the two runs alone"
            parts.append(f"{_short(item)} ({used})")
        else:
            parts.append(f"{_short(item)} (changed since the other run)")
    return ", ".join(parts)


def _and(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _short(item: Difference) -> str:
    if item.kind != "code":
        return item.name
    return "the training function" if item.name == TRAINING else f"{item.name!r}, which the training function uses"


def check_prediction(
    metric: object, direction: object, low: object, high: object, why: object, *, classes: int = 0
) -> None:
    """Whether the parts of a prediction fit one another and the metric; ``classes`` are the data's where known."""
    if metric not in registry():
        raise ExperimentError(f"A prediction is about a metric. {registry().unknown(metric)}")
    if direction not in ("up", "down", "none"):
        raise ExperimentError(f"The direction of a prediction is 'up', 'down' or 'none'; got {direction!r}.")
    for name, bound in (("low", low), ("high", high)):
        finite = is_number(bound) and abs(bound) < float("inf")
        if bound is not None and not finite:
            raise ExperimentError(f"The bound {name} of a prediction is a number such as 0.02; got {bound!r}.")
    bounds = cast("tuple[float | None, float | None]", (low, high))
    _check_bounds(str(metric), str(direction), *bounds, classes=classes)
    if not isinstance(why, str) or len(why.split()) < 3:
        raise ExperimentError(
            'Say why you expect it, in a sentence: why="smaller batches mean more updates an epoch".'
        )
    if len(why) > 2_000:
        raise ExperimentError(
            f"The reason is {len(why):,} characters long; 2,000 are enough. The memo has room for more."
        )


def _check_bounds(metric: str, direction: str, lower: float | None, upper: float | None, *, classes: int) -> None:
    if lower is not None and upper is not None and lower > upper:
        raise ExperimentError(f"The predicted range runs backwards: low={lower:g}, high={upper:g}. Swap them.")
    label = title(metric)
    beyond = cannot_be(metric, lower, upper, classes)
    if beyond is not None and registry()[metric].is_share:
        raise ExperimentError(
            f"{label} lies between 0 and 1, so it cannot change by {beyond:+g}. Bounds are in its own unit, not in "
            "percent: a fall by at most ten points is low=-0.10, high=0."
        )
    if beyond is not None:
        raise ExperimentError(
            f"The data have {classes} classes, so the number of {label} cannot change by {beyond:+g}. Bounds count "
            "classes: at most three fewer is low=-3, high=0."
        )
    if direction == "up" and upper is not None and upper <= 0:
        raise ExperimentError(
            f"You predict that {label} goes up, but at most by {upper:g}. Bounds are changes, not levels."
        )
    if direction == "down" and lower is not None and lower >= 0:
        raise ExperimentError(
            f"You predict that {label} goes down, but by {lower:+g} or more. A fall is negative: low=-0.03, high=0."
        )
    if direction == "none" and ((lower is not None and lower > 0) or (upper is not None and upper < 0)):
        raise ExperimentError(
            f"You predict no change of {label}, but the range {lower} to {upper} leaves out zero. "
            "Give the band in which you would call it no change, such as low=-0.01, high=0.01."
        )
    if direction == "none" and not (lower is not None and upper is not None and lower < 0 < upper):
        counted = not registry()[metric].is_share and "loss" not in metric
        within = "low=-1, high=1" if counted else "low=-0.01, high=0.01"
        alike = "" if counted else ", and no two values are ever quite the same"
        raise ExperimentError(
            f"You predict no change of {label}{alike}. Give the margin within which you would call it no change, "
            f"on both sides of zero, such as {within}."
        )
