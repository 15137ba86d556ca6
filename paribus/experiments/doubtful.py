"""Changes that the rule of one change lets pass and a person doubts: too small a step, a setting called otherwise.

The notebook tells them before the changed arm trains, and grading asks here too.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from paribus.experiments.one_change import (
    ALWAYS_CHOSEN,
    FOUND_BY_TRAINING,
    PLACES,
    Difference,
    Facts,
    compare,
    values_seen,
)

SMALLEST_FACTOR = 1.05
"""The least factor between two values of a setting that acts by factors."""
BY_FACTORS = frozenset(
    {"learning_rate", "batch_size", "weight_decay", "C", "max_length", "train_rows", "lora_rank", "temperature"}
)
"""Settings that act by factors: a step of a few per cent in one of them says nothing."""
_COUNTS = tuple(
    """
    step update iter batch token warm total num rows size per_ second minute memory param n_ count length time epoch
    """.split()
)
"""Parts of the names of what follows from a setting by counting."""


def small_step(changes: Sequence[Difference], least: float = SMALLEST_FACTOR) -> str:
    """A declared change that is too small for a setting that acts by factors, "" where it is not."""
    for change in changes:
        numbers = [value for side in (change.baseline, change.changed) for value in side]
        known = change.name in BY_FACTORS and len(numbers) == 2
        if not known or not all(isinstance(value, int | float) for value in numbers):
            continue
        low, high = sorted(abs(float(value)) for value in numbers)
        if low > 0 and high / low < least:
            return f"{change}: a factor of {high / low:.3g}"
    return ""


def called_otherwise(baseline: Sequence[Facts], changed: Sequence[Facts], vary: str) -> list[Difference]:
    """Settings of the role derived, environment or outcome that differ between the arms and that neither counting,
    nor the place, nor the declared variable explains.
    """
    runs = (*baseline, *changed)
    known = {*PLACES, *FOUND_BY_TRAINING, *ALWAYS_CHOSEN, vary}
    names = sorted({name for run in runs for name, item in run.config.items() if item.role != "knob"})
    found = []
    for name in names:
        if name in known or _explained(name, vary, runs):
            continue
        sides = [values_seen([_value(run, name) for run in arm]) for arm in (baseline, changed)]
        if {repr(value) for value in sides[0]} != {repr(value) for value in sides[1]}:
            found.append(Difference(name, "setting", *sides))
    return found


def doubts_of(baseline: Facts, changed: Facts, vary: str) -> Iterator[str]:
    """What a student is told of a changed arm that is about to train, a sentence each."""
    if step := small_step(compare([baseline], [changed], vary).changes):
        yield f"the change is too small to mean anything ({step}). Change it by a factor, such as two."
    for item in called_otherwise([baseline], [changed], vary):
        yield (
            f"{item} is recorded, not as a setting, and differs between the arms. If you chose it, put it into the "
            "configuration and set it back to the baseline's; if it follows from a setting, name that one: "
            f'derived={{"{item.name}": (value, "{vary}")}}.'
        )


def _value(run: Facts, name: str) -> Any:  # a setting is any plain value
    item = run.config.get(name)
    return item.value if item is not None else None


def _explained(name: str, vary: str, runs: Sequence[Facts]) -> bool:
    """It follows from the declared variable, counts something, or is a number that training found."""
    fields = [run.config[name] for run in runs if name in run.config]
    if any(vary in item.of for item in fields) or any(word in name.lower() for word in _COUNTS):
        return True
    return all(item.role == "outcome" and not isinstance(item.value, str) for item in fields)
