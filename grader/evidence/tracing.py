"""Tracing: each number in an answer held against the facts that its sentence may speak of.

Every fact has a *distance* from a number: none where metric, runs and kind are those that the words around the
number name, more for each of them that is only implied or not said. A number is **traced** where it is a rounding
of a fact, and a random number would rarely be a rounding of any fact as near. It is **wrong** where its metric and
its runs are named right beside it, the records hold them, and nothing that the file shows agrees with it. It is
**doubtful** where they are named so, and what agrees is another's. Everything else is unclear, or no claim at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.evidence.arithmetic import derived
from grader.evidence.bounds import find_intervals
from grader.evidence.measured import Measured
from grader.evidence.one_number import trace_number
from grader.evidence.stated import broken_difference
from grader.evidence.statements import Sentence
from grader.evidence.traces import Status, Trace
from grader.reading import vocabulary
from grader.reading.answers import statements_of
from grader.reading.notation import plain
from grader.reading.numbers import Number, find_numbers
from grader.reading.prose import Block
from grader.reading.stems import stems

MAX_NUMBERS = 500
"""More than any memo quotes; what is beyond is not looked at."""


def trace(blocks: Iterable[Block], measured: Measured, *, implied: frozenset[str] = frozenset()) -> list[Trace]:
    """Every number of an answer, in order. ``implied`` are metrics that a text without any is about."""
    found: list[Trace] = []
    heading, heading_metrics = frozenset[str](), implied
    for block in blocks:
        if block.kind == "code":
            continue
        if block.kind == "heading":
            named = _groups_in(plain(block.text), measured)
            heading = named[0][2] if len({keys for _, _, keys in named}) == 1 else frozenset()
            heading_metrics = frozenset(item.name for item in vocabulary.find_all("metrics", block.text)) or implied
        if block.kind == "row":
            found += _trace_row(block, measured, heading, heading_metrics)
        else:
            found += _trace_text(block, measured, heading, heading_metrics)
        if len(found) > MAX_NUMBERS:
            break
    return found


def metrics_in(text: str) -> frozenset[str]:
    """The metrics that a text names: a question's are what its answer is about."""
    return frozenset(mention.name for mention in vocabulary.find_all("metrics", text))


def _trace_text(
    block: Block, measured: Measured, heading: frozenset[str], heading_metrics: frozenset[str]
) -> list[Trace]:
    found: list[Trace] = []
    metrics, groups = heading_metrics, heading
    earlier: list[Trace] = []
    before = frozenset[str]()
    for raw in statements_of(plain(block.text)):
        sentence = replace(_sentence(raw, block.position, measured, metrics, groups), more_stems=before)
        before = stems(raw)
        mine = _trace_numbers(sentence, measured, earlier)
        found += mine
        earlier = [*earlier[-6:], *mine]
        metrics = sentence.metric_names or metrics
        groups = frozenset(key for _, _, keys in sentence.groups[-2:] for key in keys) or groups
    return found


def _trace_row(
    block: Block, measured: Measured, heading: frozenset[str], heading_metrics: frozenset[str]
) -> list[Trace]:
    """A table's row: the metric and the group are named in its first cell or above its columns."""
    found: list[Trace] = []
    label = plain(block.cells[0]) if block.cells else ""
    for index, raw in enumerate(block.cells):
        if block.cells == block.header:
            continue
        column = plain(block.header[index]) if index < len(block.header) and block.header != block.cells else ""
        cell = plain(raw)
        if index == 0:
            continue
        for part in statements_of(cell):
            own = _sentence(part, block.position, measured, frozenset(), frozenset())
            around = _sentence(f"{label} | {column}", block.position, measured, heading_metrics, heading)
            exact = _labelled((label, column), measured)
            sentence = replace(
                own,
                implied_metrics=around.metric_names or heading_metrics,
                implied_groups=around.group_keys or heading,
                more_stems=around.stems,
                row=True,
                label=frozenset()
                if own.groups
                else exact or (around.groups[0][2] if len(around.groups) == 1 else frozenset()),
                metrics=own.metrics or tuple(replace(item, start=-1, end=-1) for item in around.metrics),
            )
            if not own.metrics and around.metrics:
                sentence = replace(sentence, numbers=_free_numbers(sentence))
            found += _trace_numbers(sentence, measured, found[-8:])
    return found


def _sentence(
    text: str, position: int, measured: Measured, metrics: frozenset[str], groups: frozenset[str]
) -> Sentence:
    mentions = tuple(vocabulary.find_all("metrics", text))
    # "Weighted F1" is a metric, and "weighted" in it is no arm.
    named = tuple(
        group
        for group in _groups_in(text, measured)
        if not any(item.start <= group[0] and group[1] <= item.end for item in mentions)
    )
    sentence = Sentence(
        text=text,
        position=position,
        numbers=(),
        metrics=mentions,
        groups=named,
        implied_metrics=metrics,
        implied_groups=groups,
    )
    return replace(sentence, numbers=_free_numbers(sentence))


def _free_numbers(sentence: Sentence) -> tuple[Number, ...]:
    return tuple(number for number in find_numbers(sentence.text) if not sentence.is_aside(number))


def _groups_in(text: str, measured: Measured) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """Where groups are named: spans with the groups that may be meant, in order.

    One name can be an arm's and that of a run which explored its value: the text says which ("in the sweep",
    "confirmed on new seeds"), and where it says neither, the arm is meant.
    """
    spans = measured.mentions.find(text)
    if len(measured.settled) == len(measured.groups):
        return tuple(spans)
    said = [vocabulary.has("context", word, text) for word in ("exploring", "confirming")]
    if all(said):
        return tuple(spans)
    return tuple((start, end, _meant(keys, measured, exploring=said[0])) for start, end, keys in spans)


def _meant(keys: frozenset[str], measured: Measured, *, exploring: bool) -> frozenset[str]:
    """Of the groups one name is of, those that explored or those that did not, where there are both."""
    return frozenset(key for key in keys if measured.group(key).exploring == exploring) or keys


def _labelled(cells: Sequence[str], measured: Measured) -> frozenset[str]:
    """The groups that a table's row or column is labelled with, word for word."""
    spoken = {cell.strip().lower() for cell in cells if cell.strip()}
    return frozenset(group.key for group in measured.groups if group.labels & spoken)


_OPEN = (Status.UNCLEAR, Status.DOUBTFUL, Status.WRONG)


def _trace_numbers(sentence: Sentence, measured: Measured, earlier: Sequence[Trace]) -> list[Trace]:
    intervals = find_intervals(sentence, measured)
    found = [intervals.get(number.start) or trace_number(number, sentence, measured) for number in sentence.numbers]
    known = [item for item in (*earlier, *found) if item.status is Status.TRACED and item.expected is not None]
    found = [derived(item, known) or item if item.status in _OPEN and not item.settled else item for item in found]
    before = [item.number for item in earlier]
    return [_lawful(item, sentence, before) for item in found]


def _lawful(item: Trace, sentence: Sentence, before: Sequence[Number]) -> Trace:
    """The number as it was traced, or doubtful where it breaks a law between it and the two before it."""
    if item.status is Status.WRONG or item.settled:
        return item
    why = broken_difference(item.number, sentence, before)
    return replace(item, status=Status.DOUBTFUL, expected=None, why=why, settled=True) if why else item
