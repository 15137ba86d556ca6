"""A number that stands for a difference between arms, runs or metrics, or for classes rescued."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from grader.evidence.groups import FRACTIONS, Group
from grader.evidence.measured import Measured, Rescue
from grader.evidence.traces import Context, Status, Trace, all_groups, is_approximate
from grader.reading import vocabulary
from grader.reading.numbers import Agreement, Number, agreement

_LEVEL = re.compile(r"\b(to|at|reache[sd]|reach|from|only|equals?)\s*$", re.IGNORECASE)
_BY = re.compile(
    r"(\bby|\b(differences?|gaps?|gains?|increase|decrease|drop|rise|improvement|change|delta|distance)\b[^.;,\d]{0,45}?)"
    r"\s*(of|is|was|were|about|only|roughly|nearly|almost|=|:|around|some|just|≈|~|\s)*$",
    re.IGNORECASE,
)  # fmt: skip
_MORE = re.compile(
    r"^\s*(points?|classes|percentage points)?\s*(higher|lower|better|worse|more|fewer|less|above|below|apart)\b",
    re.IGNORECASE,
)


def is_difference(number: Number, before: str, after: str, context: Context) -> bool:
    """A number that tells how much something changed, by its sign, its unit or the words around it."""
    if number.points or number.text[0] == "+" or (number.signed and number.value < 0):
        return True
    if number.spread is not None or _LEVEL.search(before[-20:]):
        return False
    return context.difference or _BY.search(before[-60:]) is not None or _MORE.match(after) is not None


@dataclass(frozen=True)
class _Option:
    """A difference that a number may stand for."""

    metric: str
    between: str
    value: float
    position: int


def trace_difference(blank: Trace, certain: bool, context: Context, measured: Measured) -> Trace:
    """Hold a number against the change of its metric between two groups, or the gap between two metrics of one.

    Where the text names no groups, the notebook's only experiment is meant.
    """
    keys = all_groups(context.groups)
    keys = keys | context.implied_groups if len(keys) < 2 else keys
    metrics = list(dict.fromkeys([blank.metric, *(mention.name for mention in context.metrics)]))
    pairs = _pairs(keys, measured)
    gaps = list(_gaps(metrics, keys, measured))
    options = gaps if context.difference and len(gaps) == 1 else [*gaps, *_changes(metrics, pairs)]
    slack = 1.5 if is_approximate(blank.number, context) else 0.5
    agreeing = [item for item in options if _difference_agrees(blank.number, item, pairs, slack)]
    best = next((item for item in agreeing if item.metric == blank.metric or item in gaps), None)
    if best is not None:
        shown = replace(
            blank, metric=best.metric, group=best.between, expected=best.value, recorded_in=best.position
        )
        if _wrong_way(context.text, best, blank.number, arms=len(pairs) == 1 and pairs[0] in measured.experiments):
            return replace(shown, status=Status.WRONG, why="it went the other way")
        return replace(shown, status=Status.TRACED)
    if context.elsewhere:
        return blank
    mine = [item for item in options if item.metric == blank.metric or item in gaps]
    if agreeing or not mine:
        return replace(blank, status=Status.UNCLEAR, why="it is not plain between which runs or metrics")
    shown = replace(
        blank, metric=mine[0].metric, group=mine[0].between, expected=mine[0].value, recorded_in=mine[0].position
    )
    scoped = len(measured.settled) == 2
    named = len(pairs) == 1 and (scoped or {group.key for group in pairs[0]} <= keys)
    if len(mine) == 1 and ((certain and named) or (options == gaps and bool(keys))):
        return replace(shown, status=Status.WRONG)
    return replace(shown, status=Status.UNCLEAR, why="it is not plain between which runs or metrics")


def _pairs(keys: frozenset[str], measured: Measured) -> list[tuple[Group, Group]]:
    """The pairs of groups that may be meant: an experiment's arms and what looked for them, else any two that are
    named; no run twice.
    """
    arms = [pair for pair in measured.experiments if {group.key for group in pair} <= keys]
    if arms:
        exploring = frozenset(key for key in keys if measured.group(key).exploring)
        return [*arms, *combinations(_once(exploring, measured), 2)]
    named = list(combinations(_once(keys, measured), 2))
    if named or len(measured.experiments) != 1:
        return named
    only = measured.experiments[0]
    return [only] if not keys or keys & {group.key for group in only} else []


def _once(keys: frozenset[str], measured: Measured) -> list[Group]:
    """Groups without those that are the same runs under another name, and without mixed trials."""
    named = [measured.group(key) for key in sorted(keys, key=lambda key: (not key.startswith("run:"), key))]
    groups = [group for group in named if not group.trials]
    return list({group.runs[-1].record.run: group for group in reversed(groups)}.values())


def _gaps(metrics: Sequence[str], keys: frozenset[str], measured: Measured) -> Iterator[_Option]:
    """The distance between two metrics of one group."""
    fractions = [name for name in metrics if name in FRACTIONS]
    for group in _once(keys, measured) or (measured.settled if len(measured.settled) == 1 else ()):
        for first, second in combinations(fractions, 2):
            a, b = group.mean(first), group.mean(second)
            if a is not None and b is not None:
                yield _Option(f"{first} − {second}", group.title, a - b, group.position)


def _changes(metrics: Sequence[str], pairs: Sequence[tuple[Group, Group]]) -> Iterator[_Option]:
    """The change of each metric from the first group of a pair to the second."""
    for first, second in pairs:
        for name in metrics:
            a, b = first.mean(name), second.mean(name)
            if a is not None and b is not None:
                yield _Option(name, f"{second.title} against {first.title}", b - a, second.position)


def _difference_agrees(number: Number, option: _Option, pairs: Sequence[tuple[Group, Group]], slack: float) -> bool:
    """At printed precision, or off by one in the last place: two rounded numbers may have been subtracted.

    A percentage may also be relative to where the metric started.
    """
    fraction = option.metric in FRACTIONS or "−" in option.metric
    if agreement(number, option.value, fraction=fraction, slack=slack, signless=True) is Agreement.YES:
        return True
    starts = [pair[0].mean(option.metric) for pair in pairs] if number.percent and "−" not in option.metric else []
    return any(
        start
        and agreement(number, 100 * option.value / start, fraction=False, slack=slack, signless=True)
        is Agreement.YES
        for start in starts
    )


def _wrong_way(text: str, option: _Option, number: Number, *, arms: bool) -> bool:
    """One experiment, one direction in words, and the records went the other way by more than rounding."""
    if not arms or option.metric not in FRACTIONS or abs(option.value) < number.readings[0].unit / 100:
        return False
    up, down = (vocabulary.has("context", name, text) for name in ("upward", "downward"))
    if up == down or vocabulary.says("claims", "negation", text.lower()):
        return False
    return option.value < 0 if up else option.value > 0


def trace_rescued(blank: Trace, context: Context, measured: Measured) -> Trace:
    """Hold a number of classes against those that left F1 = 0, or stayed there, between two groups of runs."""
    if not blank.number.whole:
        return replace(blank, status=Status.UNCLEAR, why="it is no whole number of classes")
    keys = all_groups(context.groups)
    pairs = measured.rescued()
    named = [pair for pair in pairs if {pair.before.key, pair.after.key} <= keys]
    meant = named or (pairs if len(pairs) <= 2 else [])
    for pair in meant:
        if blank.number.value in pair.counts:
            return _rescue_shown(blank, pair, Status.TRACED, blank.number.value)
    # Where both groups are named, another pair's count that happens to be equal excuses nothing.
    if not named and any(blank.number.value in pair.counts for pair in pairs):
        return replace(blank, status=Status.UNCLEAR, why="it is not plain between which runs")
    recorded = next(((value, position) for name, value, position in context.values if "rescue" in name), None)
    if recorded is not None and not context.elsewhere:
        return replace(
            blank, status=Status.WRONG, group="your notebook", expected=recorded[0], recorded_in=recorded[1]
        )
    if meant and not context.elsewhere:
        return _rescue_shown(blank, meant[0], Status.WRONG, float(meant[0].gained))
    return replace(blank, status=Status.UNCLEAR, why="the records do not say between which runs to count")


def _rescue_shown(blank: Trace, pair: Rescue, status: Status, expected: float) -> Trace:
    between = f"{pair.after.title} against {pair.before.title}"
    return replace(blank, status=status, group=between, expected=expected, recorded_in=pair.after.position)
