"""Numbers of a result that are an earlier epoch's, where nothing says so."""

import re
from collections.abc import Iterator, Sequence

from grader.evidence.groups import over_items
from grader.evidence.traces import Trace
from grader.evidence.unrecorded.arms import shown_arms
from grader.evidence.unrecorded.drafts import Metrics
from grader.evidence.unrecorded.entries import Shown
from grader.evidence.unrecorded.runs import ShownRun
from grader.evidence.worded.reading import Doubt
from grader.model import Case
from grader.reading.numbers import find_numbers
from paribus.metrics.registry import registry

_EPOCH = re.compile(r"\b(?:epoch|epoc|époque|época|эпох|epok|korszak|durchg|passes)|轮|エポック", re.IGNORECASE)
_ON_THE_WAY = re.compile(
    r"\b(?:began|begins|started|starts|half-?\s?way|midway|climb\w* from|at first|initially)\b", re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
LEAST_DECIMALS = 3
"""With fewer, two epochs often have the same numbers."""


def earlier_epochs(case: Case, key: str, traces: Sequence[Trace]) -> Iterator[Doubt]:
    """The numbers that one run alone has, after an epoch that is neither its last one nor its best by any metric,
    and whose sentence does not name that epoch; none where the run's own result is quoted as well.
    """
    arms = shown_arms(case, key)
    if arms is None:
        return
    quoted = [(item, shown) for item in traces if (shown := _shown(item)) is not None]
    for item, number in quoted:
        if any(_is_result(number, run) for run in arms.runs):
            continue
        found = [
            (run, epoch, name)
            for run in arms.runs
            for epoch, metrics in run.epochs
            for name, value in metrics.items()
            if name in over_items() and value.agrees(number)
        ]
        if len(found) != 1:
            continue
        run, epoch, name = found[0]
        result = run.reported.get(name)
        if _names_epoch(item.sentence, epoch) or result is None or any(result.agrees(other) for _, other in quoted):
            continue
        yield Doubt(
            item.sentence,
            item.written_in,
            f"{item.number.text} is what the run had after epoch {epoch:g}; in the end it had {result.value:g}",
            "earlier epoch",
        )


def _names_epoch(sentence: str, epoch: float) -> bool:
    """The sentence speaks of epochs, and of this one: its number is there, or no whole number does. Or it says
    that the number was on the way.
    """
    if _ON_THE_WAY.search(sentence) is not None:
        return True
    if _EPOCH.search(sentence) is None:
        return False
    counts = {number.value for number in find_numbers(sentence) if number.whole and not number.signed}
    counts |= {
        float(place) for place, word in enumerate(_ORDINALS, start=1) if re.search(rf"\b{word}\b", sentence, re.I)
    }
    return not counts or epoch in counts


def _shown(item: Trace) -> Shown | None:
    number = item.number
    if number.signed or number.whole or not number.readings:
        return None
    value, decimals = number.readings[0].value, number.readings[0].decimals
    if number.percent or number.points:
        value, decimals = value / 100, decimals + 2
    return Shown(value, decimals) if decimals >= LEAST_DECIMALS else None


def _is_result(number: Shown, run: ShownRun) -> bool:
    """What the run is said to have reached, had at last, or had when some metric of its was best."""
    kept: list[Metrics] = [run.final, run.reported, *(item for _, item in run.epochs[-1:])]
    for name in {name for _, item in run.epochs for name in item}:
        scored = [item for _, item in run.epochs if name in item]
        higher = registry()[name].higher_is_better if name in registry() else False
        best = (max if higher else min)(item[name].value for item in scored)
        kept += [next(item for item in scored if item[name].value == best)]
    return any(value.agrees(number) for metrics in kept for value in metrics.values())
