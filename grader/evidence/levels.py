"""A number that stands for a metric's value: held against the mean, a seed's or an epoch's, and its spread."""

import math
import re
import statistics
from dataclasses import dataclass, replace

from grader.evidence.groups import EPOCH_METRICS, FRACTIONS, Group
from grader.evidence.measured import Measured
from grader.evidence.traces import Context, Status, Trace, all_groups, in_series, is_approximate, names_another_run
from grader.reading import vocabulary
from grader.reading.numbers import Agreement, Number, agreement
from grader.reading.vocabulary import tokens

_AFTER = re.compile(r"^\W{0,2}\s*(for|in|with|at|under|of|from|by)\s+(the\s+)?$", re.IGNORECASE)
_PREPOSITION = re.compile(r"(at|with|for|under|using)\s", re.IGNORECASE)
_BRACKET = re.compile(r"^\s*\(\s*(the\s+)?$", re.IGNORECASE)
_LINKING = re.compile(r"[\w\s'’\-:=(|]*")
_TURNING = frozenset(["to", "than", "over", "against", "vs", "versus", "from", "and", "or", "but", "while"])
_SPREAD = re.compile(
    r"(\bstandard deviations?|\bstd\b\.?( dev(iation)?\b\.?)?|\bs\.?d\b\.?|\bspread)[^.;,\d]{0,40}$", re.IGNORECASE
)
_FROM_TO = re.compile(r"^\s*(to|→|->|-->|=>)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Meant:
    """The groups that a number may speak of. ``named``: in its own sentence; ``firm``: right beside it."""

    keys: frozenset[str]
    named: bool = True
    firm: bool = False


def _groups_of(number: Number, context: Context) -> _Meant:
    if not context.groups:
        return _Meant(context.implied_groups, named=False)
    if (place := in_series(number, context, [(start, end) for start, end, _ in context.groups])) is not None:
        return _Meant(context.groups[place][2])
    later = [item for item in context.groups if item[0] >= number.end]
    earlier = [item for item in context.groups if item[1] <= number.start]
    linked = bool(earlier) and _is_linked(context.text[earlier[-1][1] : number.start])
    if later and not (linked and context.text[number.end :].lstrip().startswith(",")):
        between, beyond = context.text[number.end : later[0][0]], context.text[later[0][1] :].lstrip()
        joined = between.isspace() and _PREPOSITION.match(context.text[later[0][0] :]) is not None
        if joined or _AFTER.match(between) or (_BRACKET.match(between) and beyond.startswith(")")):
            return _Meant(later[0][2], firm=True)
    if earlier:
        return _Meant(earlier[-1][2], firm=linked)
    return _Meant(later[0][2])


def _is_linked(between: str) -> bool:
    """A few words that lead from a group to its number ("'s macro-F1 is"), none of which turns elsewhere."""
    found = [word for word, _, _ in tokens(between[:60])]
    return (
        len(between) <= 40
        and len(found) <= 6
        and not _TURNING & set(found)
        and _LINKING.fullmatch(between) is not None
    )


def trace_level(blank: Trace, certain: bool, context: Context, measured: Measured) -> Trace:  # noqa: PLR0911
    """Hold a number against the metric of the group it speaks of.

    ``blank`` carries the number and its metric; ``certain``: the sentence leaves no doubt about the metric. A
    ladder: each way out is another verdict, hence the many returns.
    """
    number, metric = blank.number, blank.metric
    meant = _from_to(number, context, measured) or _groups_of(number, context)
    alone = [group for group in measured.settled if group.mean(metric) is not None]
    if not meant.keys and len({tuple(run.record.run for run in group.runs) for group in alone}) == 1:
        meant = _Meant(frozenset({alone[0].key}), named=False)
    # A run called by its own name comes before the arm that it also is.
    keys = sorted(meant.keys, key=lambda key: (not key.startswith("run:"), key))
    groups = [measured.group(key) for key in keys if measured.group(key).mean(metric) is not None]
    if not groups:
        return replace(blank, status=Status.UNCLEAR, why="no run or arm stands beside it")
    results = [(group, _agrees(number, group, metric, context)) for group in groups]
    best = next((item for item in results if item[1] is Agreement.YES), results[0])
    shown = replace(blank, group=best[0].title, expected=best[0].mean(metric), recorded_in=best[0].position)
    if best[1] is Agreement.YES:
        return _with_spread(number, replace(shown, status=Status.TRACED), best[0], metric, context)
    if best[1] is Agreement.ALMOST:
        return replace(shown, status=Status.UNCLEAR, why="it seems to be cut instead of rounded")
    if context.elsewhere:
        return replace(shown, status=Status.OTHER)
    if best[0].trials:
        return replace(shown, status=Status.UNCLEAR, why="it is not plain which of the exploring runs is meant")
    if best[0].key.startswith("run:") and names_another_run(number, context):
        return replace(shown, status=Status.UNCLEAR, why="the run named beside it has no record in your file")
    if certain and meant.firm and not context.epochs:
        return replace(shown, status=Status.WRONG)
    plausible = _plausible(number, context, measured)
    if not meant.named or not certain or plausible:
        return replace(
            shown, status=Status.UNCLEAR, why=plausible or "it is not plain which run or metric is meant"
        )
    if context.epochs and metric in EPOCH_METRICS:
        return replace(shown, status=Status.UNCLEAR, why="it may belong to an epoch that is not recorded")
    return replace(shown, status=Status.WRONG)


def _agrees(number: Number, group: Group, metric: str, context: Context) -> Agreement:
    """How a printed number agrees with a group's mean, or, where the text says so, with a seed or an epoch."""
    fraction = metric in FRACTIONS
    slack = 0.5 if is_approximate(number, context) else 0.0
    mean = group.mean(metric)
    values = group.values(metric)
    if number.upper is not None:
        low = agreement(replace(number, upper=None), min(values), fraction=fraction)
        high = agreement(number.upper, max(values), fraction=fraction)
        return Agreement.YES if low is high is Agreement.YES and len(values) > 1 else Agreement.ALMOST
    candidates = [mean] if mean is not None else []
    candidates += values if context.seeds else []
    candidates += group.epoch_values(metric) if context.epochs else []
    results = [agreement(number, value, fraction=fraction, slack=slack) for value in candidates]
    for wanted in (Agreement.YES, Agreement.ALMOST):
        if wanted in results:
            return wanted
    return Agreement.NO


def _with_spread(number: Number, trace_: Trace, group: Group, metric: str, context: Context) -> Trace:
    """Hold what stands behind ± against the standard deviation over seeds, with n or n - 1."""
    if number.spread is None:
        return trace_
    values = group.values(metric)
    fraction = metric in FRACTIONS
    if len(values) < 2:
        return replace(trace_, status=Status.UNCLEAR, why="a spread needs at least two runs, and there is one")
    deviations = [statistics.stdev(values), statistics.pstdev(values)]
    if any(agreement(number.spread, value, fraction=fraction) is Agreement.YES for value in deviations):
        return trace_
    error = deviations[0] / math.sqrt(len(values))
    if agreement(number.spread, error, fraction=fraction) is Agreement.YES:
        if vocabulary.has("context", "standard_error", context.text):
            return trace_
        return replace(trace_, status=Status.UNCLEAR, why="the spread looks like a standard error; say so")
    return replace(
        trace_, status=Status.WRONG, expected=deviations[0], why="the spread is not the standard deviation"
    )


def is_spread(before: str) -> bool:
    """The words right before a number call it a standard deviation."""
    return _SPREAD.search(before[-70:]) is not None


def trace_spread(blank: Trace, certain: bool, context: Context, measured: Measured) -> Trace:
    """Hold a number that stands alone as a standard deviation against that of the group it speaks of."""
    number, metric = blank.number, blank.metric
    meant = _groups_of(number, context)
    groups = [measured.group(key) for key in sorted(meant.keys) if len(measured.group(key).values(metric)) > 1]
    for group in groups:
        values = group.values(metric)
        for deviation in (statistics.stdev(values), statistics.pstdev(values)):
            if agreement(number, deviation, fraction=metric in FRACTIONS) is Agreement.YES:
                return replace(
                    blank, status=Status.TRACED, group=group.title, expected=deviation, recorded_in=group.position
                )
    if context.elsewhere:
        return blank
    if len(groups) == 1 and certain and meant.named:
        expected = statistics.stdev(groups[0].values(metric))
        return replace(
            blank, status=Status.WRONG, group=groups[0].title, expected=expected, recorded_in=groups[0].position,
            why="the spread is not the standard deviation",
        )  # fmt: skip
    return replace(blank, status=Status.UNCLEAR, why="it is not plain which runs' spread is meant")


def _plausible(number: Number, context: Context, measured: Measured) -> str:
    """Something else that the sentence names and that agrees; then the number is not plainly wrong."""
    groups = [measured.group(key) for key in sorted(all_groups(context.groups) | context.implied_groups)]
    for mention in context.metrics:
        for group in groups:
            if (
                group.mean(mention.name) is not None
                and _agrees(number, group, mention.name, context) is Agreement.YES
            ):
                return f"it agrees with {vocabulary.title('metric_titles', mention.name)} of {group.title}"
    return ""


def _from_to(number: Number, context: Context, measured: Measured) -> _Meant | None:
    """In "from a to b" the first is the baseline's, the second the changed arm's, where one experiment is meant."""
    numbers = context.numbers
    named = all_groups(context.groups)
    pairs = [pair for pair in measured.experiments if not named or named <= {group.key for group in pair}]
    if len(pairs) != 1 or len(context.groups) > 1:
        return None
    sure = bool(named) or len(measured.settled) == 2
    index = numbers.index(number)
    if index + 1 < len(numbers) and _FROM_TO.match(context.text[number.end : numbers[index + 1].start]):
        return _Meant(frozenset({pairs[0][0].key}), named=sure)
    if index > 0 and _FROM_TO.match(context.text[numbers[index - 1].end : number.start]):
        return _Meant(frozenset({pairs[0][1].key}), named=sure)
    return None
