"""The bounds of an interval, quoted in prose: held against the intervals that an experiment's records give."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.evidence.groups import FRACTIONS, Group
from grader.evidence.measured import Measured, labels_of, unpacked
from grader.evidence.runs import Run, by_seed
from grader.evidence.traces import Context, Status, Trace, all_groups
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.numbers import Agreement, Number, agreement
from paribus.errors import UsageError
from paribus.intervals import ITEM_METRICS, Interval, jackknife_interval, paired_interval, welch_interval

KINDS = ("welch", "paired", "items")
_JOINT = re.compile(r"\s*(?:,|;|to|up to|…|\.\.\.?|–|-)\s*", re.IGNORECASE)
_OPENING = re.compile(r"[\[(]\s*$")
_LEAD = re.compile(
    r"(?:interval|intervals|\bci|\bcis|welch|(?:paired|other) one)\b(?P<between>(?:F1|[^\d;]){0,90})$",
    re.IGNORECASE,
)
_ABOUT_ZERO = re.compile(r"\b(?:zero|contain|includ|cover|cross|straddl|exclud)\w*", re.IGNORECASE)
_ZERO = re.compile(
    r"\b(?:contain|include|cover|cross|straddle|exclude)\w*\s*$|\b(?:above|below|around|of)\s*$", re.IGNORECASE
)
_LEVEL = re.compile(r"^[\s-]*(?:confidence|credib|t\b|welch|paired|interval|ci\b|cis\b|jackknife)", re.IGNORECASE)
_END = re.compile(
    r"\b(?P<side>lower|upper|left|right)\s+(?:bounds?|ends?|limits?|edges?)\b[^.;,\d]{0,60}$", re.IGNORECASE
)
_OF_DIFFERENCE = re.compile(r"\b(?:difference|change|gain|effect|delta)", re.IGNORECASE)


def item_interval(
    case: Case, baseline: Mapping[int | None, Run], changed: Mapping[int | None, Run], metric: str
) -> Interval | None:
    """The item-level interval of changed − baseline, None where labels or predictions are missing or do not fit."""
    found = labels_of(case, next(iter(baseline.values())))
    labels = unpacked(found[0]) if found is not None else None
    arms = [[unpacked(run.record.predictions) for run in runs.values()] for runs in (baseline, changed)]
    clean = [[item for item in arm if item is not None] for arm in arms]
    lost = any(len(kept) < len(arm) for kept, arm in zip(clean, arms, strict=True))
    if metric not in ITEM_METRICS or found is None or labels is None or lost:
        return None
    try:
        return jackknife_interval(labels, clean[0], clean[1], n_classes=found[1], metric=metric)
    except UsageError:
        # Arrays of another length, or ids beyond the classes: metrics.recomputed says so.
        return None


@dataclass(frozen=True)
class _Bounds:
    """A pair of bounds, or one of them, as printed. ``plain``: nothing but an interval can be meant."""

    low: Number | None
    high: Number | None
    shown: tuple[Number, ...]
    kind: str
    plain: bool


def trace_intervals(context: Context, measured: Measured) -> dict[int, Trace]:
    """The numbers of a sentence that belong to intervals, by where they start; the others are left to be traced."""
    if not context.numbers:
        return {}
    named_in_row = " | " in context.text and bool(vocabulary.find_all("intervals", context.text))
    if not named_in_row and not vocabulary.has("context", "interval", context.text):
        return {}
    found: dict[int, Trace] = {}
    for number in context.numbers:
        before, after = context.text[: number.start], context.text[number.end :]
        level = number.percent and _LEVEL.match(after) is not None
        if level or (number.value == 0 and number.upper is None and _ZERO.search(before) is not None):
            found[number.start] = Trace(number, Status.OTHER, context.text, context.position)
    left = tuple(number for number in context.numbers if number.start not in found)
    for bounds in _find(context, left):
        status = _hold(bounds, context, measured)
        if status is not None:
            found |= {number.start: replace(status, number=number) for number in bounds.shown}
    return found


def _find(context: Context, numbers: Sequence[Number]) -> Iterator[_Bounds]:
    """Pairs that stand as an interval does, and single bounds that are called so."""
    text, at = context.text, 0
    while at < len(numbers):
        first = numbers[at]
        following = numbers[at + 1] if at + 1 < len(numbers) else None
        before = text[: first.start]
        lead = _LEAD.search(_OPENING.sub("", before))
        plain = lead is not None and _ABOUT_ZERO.search(lead["between"]) is None
        if first.upper is not None:
            yield _Bounds(replace(first, upper=None), _signed(first.upper), (first,), _kind(context, first), plain)
        elif following is not None and _is_joint(text[first.end : following.start], before):
            low = replace(first, percent=following.percent, points=following.points)
            yield _Bounds(low, following, (first, following), _kind(context, first, following), plain)
            at += 1
        elif (end := _END.search(before)) is not None:
            lower = end["side"].lower() in ("lower", "left")
            kind = _kind(context, first)
            yield _Bounds(first if lower else None, None if lower else first, (first,), kind, plain=True)
        at += 1


def _is_joint(between: str, before: str) -> bool:
    joined = _JOINT.fullmatch(between) is not None
    return joined or (between.strip().lower() == "and" and re.search(r"\bbetween\W*$", before) is not None)


def _signed(upper: Number) -> Number:
    """The end of a range was read without its sign."""
    if upper.text[0] not in "-−":
        return upper
    return replace(upper, readings=tuple(replace(item, value=-item.value) for item in upper.readings))


def _kind(context: Context, first: Number, last: Number | None = None) -> str:
    """Which interval a pair is called: in brackets behind it, else the last one named before it; "" for none."""
    mentions = vocabulary.find_all("intervals", context.text)
    end = (last or first).end
    behind = [item for item in mentions if item.start >= end]
    if behind and re.fullmatch(r"[\])]?\s*\(\s*(?:the\s+)?", context.text[end : behind[0].start]):
        return behind[0].name
    earlier = [item.name for item in mentions if item.end <= first.start]
    return earlier[-1] if earlier else ""


def _hold(bounds: _Bounds, context: Context, measured: Measured) -> Trace | None:  # noqa: PLR0911 - a ladder of verdicts
    """The verdict on a pair; None where it may be something else than an interval."""
    blank = Trace(bounds.shown[0], Status.UNCLEAR, context.text, context.position)
    pairs = _pairs(context, measured)
    named = _metrics_of(bounds, context)
    known = [
        (name, pair, kind, found)
        for name in named
        for pair in pairs
        for kind, found in _known(measured, pair, name)
    ]
    # Two kinds may agree at the printed precision: the one that is named is meant.
    for metric, pair, kind, interval in sorted(known, key=lambda item: item[2] != bounds.kind):
        if _agrees(bounds, interval, metric):
            shown = _shown(replace(blank, metric=metric), pair, kind, bounds, interval)
            if len(pairs) > 1:
                return replace(shown, why="it is not plain which experiment's interval is meant")
            if bounds.kind not in ("", kind):
                return replace(shown, why=f"it agrees with {vocabulary.title('interval_titles', kind)}")
            return replace(shown, status=Status.TRACED)
    if not bounds.plain:
        return None
    if context.elsewhere or context.forecast:
        return replace(blank, status=Status.OTHER)
    if not any(named):
        return replace(blank, why="no metric stands beside it")
    meant = [item for item in known if item[0] == named[0] and item[2] == (bounds.kind or "welch")]
    if len(meant) != 1 or not _is_recorded(bounds, context):
        return replace(blank, metric=named[0], why="it is not plain which interval is meant")
    metric, pair, kind, interval = meant[0]
    return replace(_shown(replace(blank, metric=metric), pair, kind, bounds, interval), status=Status.WRONG)


def _metrics_of(bounds: _Bounds, context: Context) -> list[str]:
    """The metrics that the sentence names, the last one before the bounds first; else the one it is about."""
    before = [item.name for item in context.metrics if item.end <= bounds.shown[0].start]
    after = [item.name for item in context.metrics if item.end > bounds.shown[0].start]
    return list(dict.fromkeys([*reversed(before), *after])) or [context.implied_metric]


def _is_recorded(bounds: _Bounds, context: Context) -> bool:
    """An interval of the difference over the seeds at 95 % is meant, as the report shows it; one's own (of a single
    arm, at another level, by resampling) is not recorded.
    """
    levels = {number.value for number in context.numbers if number.percent and number not in bounds.shown}
    own = bounds.kind == "items" or "bootstrap" in context.text.lower() or not levels <= {95.0}
    over_seeds = _OF_DIFFERENCE.search(context.text) is not None and "seed" in context.text.lower()
    return not own and (bool(bounds.kind) or over_seeds)


def _pairs(context: Context, measured: Measured) -> list[tuple[Group, Group]]:
    """The experiments with several seeds an arm that may be meant: those that are named, else all."""
    several = [pair for pair in measured.experiments if all(len(by_seed(group.runs)) > 1 for group in pair)]
    keys = all_groups(context.groups) | context.implied_groups
    return [pair for pair in several if keys & {group.key for group in pair}] or several


def _known(measured: Measured, pair: tuple[Group, Group], metric: str) -> Iterator[tuple[str, Interval]]:
    """The intervals of a metric's difference by their kinds, the one over items last since it costs most."""
    baseline, changed = (by_seed(group.runs) for group in pair)
    a = {seed: float(run.metrics[metric]) for seed, run in baseline.items() if metric in run.metrics}
    b = {seed: float(run.metrics[metric]) for seed, run in changed.items() if metric in run.metrics}
    if min(len(a), len(b)) < 2:
        return
    yield "welch", welch_interval(list(a.values()), list(b.values()))
    shared = [seed for seed in a if seed in b]
    if len(shared) > 1:
        yield "paired", paired_interval([a[seed] for seed in shared], [b[seed] for seed in shared])
    items = item_interval(measured.case, baseline, changed, metric)
    if items is not None:
        yield "items", items


def _agrees(bounds: _Bounds, interval: Interval, metric: str) -> bool:
    """Every bound that is printed agrees, at its printed precision."""
    return all(
        agreement(number, value, fraction=metric in FRACTIONS) is Agreement.YES
        for number, value in ((bounds.low, interval.low), (bounds.high, interval.high))
        if number is not None
    )


def _shown(
    blank: Trace, pair: tuple[Group, Group], kind: str, bounds: _Bounds, interval: Interval
) -> Trace:  # fmt: skip
    low, high = interval.low, interval.high
    experiment = pair[0].key.rpartition(":")[0]
    return replace(
        blank, group=f"{vocabulary.title('interval_titles', kind)} of {experiment} ({low:+.4f} to {high:+.4f})",
        expected=high if bounds.low is None else low, recorded_in=pair[1].position,
    )  # fmt: skip
