"""Tracing: each number in an answer held against the facts that its sentence may speak of.

Every fact has a *distance* from a number: none where metric, runs and kind are those that the words around the
number name, more for each of them that is only implied or not said. A number is **traced** where it is a rounding
of a fact, and a random number would rarely be a rounding of any fact as near. It is **wrong** where its metric and
its runs are named right beside it, the records hold them, and nothing that the file shows agrees with it. It is
**doubtful** where they are named so, and what agrees is another's. Everything else is unclear, or no claim at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.evidence.agreeing import all_agreeing
from grader.evidence.arithmetic import confirmed, derived
from grader.evidence.binding import bind
from grader.evidence.facts import Fact, Kind
from grader.evidence.interval_ends import find_intervals
from grader.evidence.laws import broken, exact
from grader.evidence.measured import Measured
from grader.evidence.one_number import trace_number
from grader.evidence.repeated_steps import follow
from grader.evidence.scores import data_of
from grader.evidence.sentences import read_sentences
from grader.evidence.series import SHARE, quoted_together
from grader.evidence.stated import broken_difference, items_said, no_whole_count
from grader.evidence.statements import Sentence
from grader.evidence.traces import Status, Trace
from grader.evidence.unlawful import held_to_laws
from grader.reading.numbers import Number
from grader.reading.prose import Block

MAX_NUMBERS = 500
"""More than any memo quotes; what is beyond is not looked at."""
EARLIER = 8
"""Numbers of the same row, or before the sentence before, that one may follow from."""


def trace(blocks: Iterable[Block], measured: Measured, *, implied: frozenset[str] = frozenset()) -> list[Trace]:
    """Every number of an answer, in order. ``implied`` are metrics that a text without any is about."""
    return trace_sentences(read_sentences(blocks, measured, implied=implied), measured)


def trace_sentences(sentences: Iterable[Sentence], measured: Measured) -> list[Trace]:
    """As `trace`, of sentences that were read already."""
    found: list[Trace] = []
    of: dict[int, Sentence] = {}
    begun, last, block = 0, 0, -1
    for sentence in sentences:
        if sentence.block != block:
            begun, last, block = len(found), len(found), sentence.block
            if begun > MAX_NUMBERS:
                break
        first = max(begun, len(found) - EARLIER if sentence.row else last - EARLIER)
        earlier, last = found[first:], len(found)
        found += _trace_numbers(sentence, measured, earlier)
        of |= dict.fromkeys(range(last, len(found)), sentence)
    found = follow(quoted_together(found, of, measured))
    found = [
        derived(item, _traced(_of_row(found, of, index), measured), SHARE) or item
        if item.status is Status.UNCLEAR and not item.settled and _is_worked_out(item, of[index])
        else item
        for index, item in enumerate(found)
    ]
    return held_to_laws(found, of, measured)


def _is_worked_out(item: Trace, sentence: Sentence) -> bool:
    """Its sign, its unit or its words say that a number is what others give."""
    claim = bind(replace(item.number, spread=None, upper=None), sentence)
    return item.number.percent or claim.is_difference or claim.is_ratio


def _of_row(found: Sequence[Trace], of: Mapping[int, Sentence], index: int) -> list[Trace]:
    """The numbers of the same sentence or the same row of a table."""
    mine = of[index]
    return [
        other
        for place, other in enumerate(found)
        if of[place] is mine or (mine.row and of[place].row and of[place].block == mine.block)
    ]


def _traced(found: Iterable[Trace], measured: Measured) -> list[Trace]:
    """What another number may follow from: what was traced, and the limits that the notebook sets."""
    limits = (
        replace(item, status=Status.TRACED, expected=item.number.value / (100 if item.number.percent else 1))
        if item.status is Status.OTHER and measured.is_given(item.number)
        else item
        for item in found
    )
    return [item for item in limits if item.status is Status.TRACED and item.expected is not None]


def or_of_another(traces: Sequence[Trace], whole: Measured, answers: Iterable[Iterable[Sentence]]) -> list[Trace]:
    """Numbers that were held against one experiment, where the answer may speak of the notebook's others.

    ``answers`` are the same answers, read with all that was measured. What is traced there is traced; what agrees
    with anything there is wrong no more, and a person looks.
    """
    again = {
        (item.written_in, item.sentence, item.number.start): item
        for sentences in answers
        for item in trace_sentences(sentences, whole)
    }
    return [
        _or_of_another(item, again.get((item.written_in, item.sentence, item.number.start)), whole)
        for item in traces
    ]


def is_open(item: Trace) -> bool:
    """The number was not traced, and may agree with something else."""
    return item.status in _OPEN


def _or_of_another(item: Trace, other: Trace | None, whole: Measured) -> Trace:
    if not is_open(item) or (item.status is Status.WRONG and item.by_law):
        return item
    if other is not None and other.status is Status.TRACED:
        return other
    found = all_agreeing(item.number, whole) if item.status is Status.WRONG else ()
    return replace(item, status=Status.DOUBTFUL, why=f"it agrees with {found[0].title}") if found else item


_OPEN = (Status.UNCLEAR, Status.DOUBTFUL, Status.WRONG)


def _trace_numbers(sentence: Sentence, measured: Measured, earlier: Sequence[Trace]) -> list[Trace]:
    intervals = find_intervals(sentence, measured)
    found = [intervals.get(number.start) or trace_number(number, sentence, measured) for number in sentence.numbers]
    known = _traced((*earlier, *found), measured)
    found = [derived(item, known) or item if item.status in _OPEN and not item.settled else item for item in found]
    found = [confirmed(item, found) or item for item in found]
    before = [item.number for item in earlier]
    return [_lawful(item, sentence, before, measured) for item in found]


def _lawful(item: Trace, sentence: Sentence, before: Sequence[Number], measured: Measured) -> Trace:
    """The number as it was traced, or doubtful where it breaks a law between it and the two before it, or is no
    accuracy over so many items.
    """
    if item.status is Status.WRONG or item.settled:
        return item
    if any(fact.metric in sentence.implied_metrics for fact in _levels(item, measured)):
        return item  # "baseline 0.41, changed 0.39; accuracy 0.80 and 0.78": not every number is an accuracy
    why = broken_difference(item.number, sentence, before)
    single = item.status is Status.UNCLEAR and item.number.spread is None and item.number.upper is None
    items = _items(sentence, measured) if single and not why else 0
    if items and not _is_of_others(item, measured, items):
        seeds = (len({run.seed for run in group.runs}) for group in measured.groups)
        why = no_whole_count(item.number, sentence, items, seeds)
    return replace(item, status=Status.DOUBTFUL, expected=None, why=why, settled=True) if why else item


def _items(sentence: Sentence, measured: Measured) -> int:
    """The validation items that a share may be of: those of the one data record, or where there is none, those that
    the sentence names; else 0.
    """
    sizes = data_of(measured.case)
    return sizes[0][0] if len(sizes) == 1 else 0 if sizes else items_said(sentence)


def _levels(item: Trace, measured: Measured) -> list[Fact]:
    """The levels that an unclear number is a rounding of."""
    if item.status is not Status.UNCLEAR:
        return []
    return [fact for fact in all_agreeing(item.number, measured) if fact.kind is Kind.LEVEL]


def _is_of_others(item: Trace, measured: Measured, items: int) -> bool:
    """It may be a share of other items than the split's: one that the notebook recorded by a name, or one of
    several, where it recorded accuracies that no whole number of the split's items gives.
    """
    if any(fact.kind is Kind.NAMED for fact in measured.facts.agreeing(item.number)):
        return True
    shares = (value for name, value, _ in measured.named if "accuracy" in name.rpartition(".")[2])
    return any(0 < value < 1 and broken("whole", exact(value), items) for value in shares)
