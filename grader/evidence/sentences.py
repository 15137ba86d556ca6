"""The sentences of an answer, parsed: each with the metrics and the runs that it names, and those that are
implied.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from grader.evidence.former import Spans, with_former
from grader.evidence.measured import Measured
from grader.evidence.statements import Sentence
from grader.reading import vocabulary
from grader.reading.answers import statements_of
from grader.reading.notation import plain
from grader.reading.numbers import Number, find_numbers
from grader.reading.prose import Block
from grader.reading.stems import stems
from grader.reading.vocabulary import Mention


def read_sentences(
    blocks: Iterable[Block], measured: Measured, *, implied: frozenset[str] = frozenset()
) -> Iterator[Sentence]:
    """Every sentence and every cell of a table, in order. ``implied`` are metrics that a text without any
    is about.
    """
    heading, heading_metrics = frozenset[str](), implied
    for index, block in enumerate(blocks):
        if block.kind == "code":
            continue
        if block.kind == "heading":
            named = _groups_in(plain(block.text), measured)
            heading = named[0][2] if len({keys for _, _, keys in named}) == 1 else frozenset()
            heading_metrics = frozenset(item.name for item in vocabulary.find_all("metrics", block.text)) or implied
        read = _read_row if block.kind == "row" else _read_text
        for sentence in read(block, measured, heading, heading_metrics):
            yield replace(sentence, block=index)


def metrics_in(text: str) -> frozenset[str]:
    """The metrics that a text names: a question's are what its answer is about."""
    return frozenset(mention.name for mention in vocabulary.find_all("metrics", text))


def groups_in(text: str, measured: Measured) -> frozenset[str]:
    """The groups of runs that a question names, with the other arm of each; "changed" alone names none."""
    spans = [keys for start, end, keys in _groups_in(text, measured) if text[start:end].lower() != "changed"]
    found = {key for keys in spans for key in keys}
    for pair in measured.experiments:
        arms = {group.key for group in pair}
        if arms & found and not any(key.startswith("run:") for keys in spans if keys & arms for key in keys):
            found |= arms
    return frozenset(found)


def _read_text(
    block: Block, measured: Measured, heading: frozenset[str], heading_metrics: frozenset[str]
) -> Iterator[Sentence]:
    metrics, groups = heading_metrics, heading
    before = frozenset[str]()
    named: Spans = ()
    for raw in statements_of(plain(block.text)):
        read = _sentence(raw, block.position, measured, metrics, groups)
        sentence = replace(read, more_stems=before, groups=with_former(read, named))
        before, named = stems(raw), sentence.groups
        yield sentence
        metrics = sentence.metric_names or metrics
        groups = frozenset(key for _, _, keys in sentence.groups[-2:] for key in keys) or groups


_OTHER_COLUMN = re.compile(r"precision|recall|support", re.IGNORECASE)
"""Columns of a report, of which the rows called "macro avg" are no macro-F1."""


def _read_row(
    block: Block, measured: Measured, heading: frozenset[str], heading_metrics: frozenset[str]
) -> Iterator[Sentence]:
    """A table's row: the metric and the group are named in its first cell or above its columns."""
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
            if _OTHER_COLUMN.fullmatch(column.strip()):
                around = replace(around, metrics=(), implied_metrics=frozenset())
            exact = _labelled((label, column), measured)
            sentence = replace(
                own,
                implied_metrics=around.metric_names or around.implied_metrics,
                implied_groups=around.group_keys or heading,
                more_stems=around.stems,
                row=True,
                titles=(label, column),
                label=frozenset()
                if own.groups
                else exact or (around.groups[0][2] if len(around.groups) == 1 else frozenset()),
                metrics=own.metrics or tuple(replace(item, start=-1, end=-1) for item in around.metrics),
            )
            if not own.metrics and around.metrics:
                sentence = replace(sentence, numbers=_free_numbers(sentence))
            yield sentence


def _sentence(
    text: str, position: int, measured: Measured, metrics: frozenset[str], groups: frozenset[str]
) -> Sentence:
    mentions = tuple(item for item in vocabulary.find_all("metrics", text) if not _is_verb(item, text))
    # "Weighted F1" is a metric, and "weighted" in it is no arm.
    named = tuple(
        group
        for group in _joined(_groups_in(text, measured), text)
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


_OF_CLASSES = re.compile(r"class|zero|rescue|f1 ?= ?0", re.IGNORECASE)


def _is_verb(mention: Mention, text: str) -> bool:
    """“The score lost 7 points” counts no lost classes."""
    return text[mention.start : mention.end].lower() == "lost" and _OF_CLASSES.search(text) is None


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
    said = [measured.says_exploring(text), vocabulary.has("context", "confirming", text)]
    if all(said):
        return tuple(spans)
    return tuple((start, end, _meant(keys, measured, exploring=said[0])) for start, end, keys in spans)


def _joined(spans: Spans, text: str) -> Spans:
    """Names of one group right behind each other are one name: "the fine-tuned encoder", "the baseline TF-IDF"."""
    found: list[tuple[int, int, frozenset[str]]] = []
    for start, end, keys in spans:
        if found and (both := found[-1][2] & keys) and text[found[-1][1] : start] == " ":
            found[-1] = (found[-1][0], end, both)
        else:
            found.append((start, end, keys))
    return tuple(found)


def _meant(keys: frozenset[str], measured: Measured, *, exploring: bool) -> frozenset[str]:
    """Of the groups one name is of, those that explored or those that did not, where there are both."""
    return frozenset(key for key in keys if measured.group(key).exploring == exploring) or keys


def _labelled(cells: Sequence[str], measured: Measured) -> frozenset[str]:
    """The groups that a table's row or column is labelled with, word for word."""
    spoken = {cell.strip().lower() for cell in cells if cell.strip()}
    return frozenset(group.key for group in measured.groups if group.labels & spoken)
