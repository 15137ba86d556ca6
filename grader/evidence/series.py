"""Numbers that are quoted together: those of one printed row, one run, one metric.

Of "0.051 without weights and 0.032 with them" each number alone may be a thing of many. Beside one another they are
the two standard deviations of one metric. Numbers near one say which row, column or run a text is about; what is
left of that is so little that a random number is rarely in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.evidence.agreeing import all_agreeing, fitting, group_title
from grader.evidence.binding import bind
from grader.evidence.chance import places_of
from grader.evidence.facts import Fact, Kind
from grader.evidence.measured import Measured
from grader.evidence.near import fits_beside
from grader.evidence.statements import Sentence
from grader.evidence.traces import Status, Trace

WINDOW = 8
"""Numbers before and after one that may say what it is quoted with."""
ENOUGH = 2
"""What makes a row known: a number that was traced counts two, any other that agrees with it one; one more
where it is in the same sentence.
"""
PLAUSIBLE = 40
"""Units of the last digit up to which a number might have been written: instead of 0.0007 also 0.0040."""
SHARE = 0.025
"""How often a random number may be traced by what is beside it. That comes on top of what its own words allow."""
_Key = tuple[object, ...]


def series_of(fact: Fact) -> tuple[_Key, ...]:
    """The rows and columns that a fact is in, each by a key of its own."""
    kind, metric, operands = fact.kind, fact.metric, fact.operands
    found: tuple[_Key, ...] = tuple((name,) for name in fact.series)
    if fact.rare:
        found = ()
    elif kind is Kind.LEVEL:
        found = (kind, metric), ("of", operands), *_reports(fact)
    elif kind is Kind.SPREAD and operands:
        found = (kind, metric, fact.title.partition(" of ")[0]), *_reports(fact)
    elif kind is Kind.SEED:
        found = (kind, metric, operands), (kind, metric, fact.seed)
    elif kind is Kind.EPOCH:
        found = (kind, metric, operands, fact.seed), (kind, operands, fact.seed, fact.epoch)
    elif kind is Kind.DIFFERENCE:
        found = (kind, operands) if fact.seed is None else (kind, metric, operands), *_reports(fact)
    elif kind is Kind.BOUND:
        found = (kind, metric, operands, fact.words), *_reports(fact)
    elif kind is Kind.CLASS:
        found = ((kind, fact.words),)
    return found


def _reports(fact: Fact) -> tuple[_Key, ...]:
    """The rows of an experiment's report: what both arms have of a metric, and what is between them."""
    if fact.seed is not None or not fact.operands:
        return ()
    named = [{key.partition(":")[0] for key in keys} for keys in fact.operands]
    return tuple(("report", fact.metric, name) for name in sorted(set.intersection(*named)) if name != "run")


@dataclass
class _Row:
    """How much of a row or column is quoted: each number with its weight, and the values that it is."""

    weights: dict[str, int] = field(default_factory=dict)
    quoted: set[float] = field(default_factory=set)

    @property
    def weight(self) -> int:
        return sum(self.weights.values())


def quoted_together(traces: Sequence[Trace], sentences: Mapping[int, Sentence], measured: Measured) -> list[Trace]:
    """The numbers of an answer. What was unclear is traced where it belongs to a row that others make known.

    ``sentences`` are those of the numbers, by their places in ``traces``.
    """
    if not any(map(_is_open, traces)):
        return list(traces)
    agreeing = [_members(item, sentences[index], measured) for index, item in enumerate(traces)]
    found = list(traces)
    for index, item in enumerate(traces):
        if _is_open(item) and agreeing[index]:
            rows = _rows_beside(index, traces, sentences, agreeing)
            found[index] = _of_row(item, agreeing[index], rows, measured)
    return found


def _is_open(item: Trace) -> bool:
    return item.status is Status.UNCLEAR and not item.settled


def _members(item: Trace, sentence: Sentence, measured: Measured) -> list[Fact]:
    """What a number may be a rounding of: what it was traced to, else all that its words leave possible."""
    number = replace(item.number, spread=None, upper=None)
    if item.status not in (Status.UNCLEAR, Status.TRACED):
        return []
    facts = all_agreeing(number, measured)
    exact = [fact for fact in facts if fact.value == item.expected and group_title(fact) == item.group]
    if item.status is Status.TRACED and exact:
        return exact
    claim = fitting(bind(number, sentence))
    return [fact for fact in facts if fits_beside(fact, claim)]


def _rows_beside(
    index: int, traces: Sequence[Trace], sentences: Mapping[int, Sentence], agreeing: Sequence[Sequence[Fact]]
) -> dict[_Key, _Row]:
    """The rows and columns that the numbers around one are of."""
    rows: dict[_Key, _Row] = {}
    for place in range(max(0, index - WINDOW), min(len(traces), index + WINDOW + 1)):
        text = traces[place].number.text
        if text == traces[index].number.text:
            continue
        weight = 2 if traces[place].status is Status.TRACED else 1
        for fact in agreeing[place]:
            for key in series_of(fact):
                row = rows.setdefault(key, _Row())
                row.weights[text] = weight + (sentences[place] is sentences[index])
                row.quoted.add(fact.value)
    return {key: row for key, row in rows.items() if row.weight >= ENOUGH}


def _of_row(item: Trace, mine: Sequence[Fact], rows: Mapping[_Key, _Row], measured: Measured) -> Trace:
    """The number as one of the rows that are quoted most: of as many as leave a random number little room."""
    scale, unit, low, high, _ = places_of(item.number, mine[0])
    low, high = max(0.0, low), max(high, PLAUSIBLE * unit)
    own = round(abs(item.number.readings[0].value) / unit)
    left: dict[_Key, set[int]] = {key: set() for key in rows}
    for source in (measured.facts, measured.changes, measured.bounds):
        for fact in source.between(low / scale, high / scale):
            for key in series_of(fact):
                if key in left and fact.value not in rows[key].quoted:
                    left[key].add(round(abs(fact.value) * scale / unit))
    seen = {own}
    for key in sorted(left, key=lambda key: len(left[key] - {own}) - rows[key].weight):
        seen |= left[key]
        chance = (len(seen) - 1) * unit / (high - low)
        if chance > SHARE:
            break
        for fact in mine:
            if key in series_of(fact):
                return replace(
                    item, status=Status.TRACED, metric=fact.metric or item.metric, group=group_title(fact),
                    expected=fact.value, recorded_in=fact.position, why="", chance=chance,
                )  # fmt: skip
    return item
