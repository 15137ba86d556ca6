"""Numbers of one sentence, or of one row of a table, that break a law between them. No record is needed.

`grader.evidence.summarised` reads lists beside their mean and their standard deviation, and steps beside a change;
`grader.evidence.class_scores` reads scores of classes. A broken law is **wrong** where the words leave no other
reading, and no values inside twice the rounding spans satisfy it; else **doubtful**, for a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from grader.evidence.breaches import Breach
from grader.evidence.class_scores import broken_scores, broken_scores_of_row
from grader.evidence.measured import Measured
from grader.evidence.statements import Sentence
from grader.evidence.summarised import broken_summaries, broken_summaries_of_row
from grader.evidence.traces import Status, Trace
from grader.evidence.worded.reading import Reading


@dataclass(frozen=True)
class _Place:
    """A trace with its place among all."""

    index: int
    item: Trace
    sentence: Sentence


def held_to_laws(found: Sequence[Trace], of: Mapping[int, Sentence], measured: Measured) -> list[Trace]:
    """The traces, wrong or doubtful where their numbers break a law between those beside them."""
    held = list(found)
    places = [_Place(index, item, of[index]) for index, item in enumerate(found)]
    for _, group in groupby(places, key=lambda place: _row_or_sentence(place.sentence)):
        mine = list(group)
        breaches = list(_breaches(mine, measured))
        for place in mine:
            for breach in breaches:
                if breach.within is place.sentence and breach.number.start == place.item.number.start:
                    held[place.index] = _held(held[place.index], breach)
    return held


def _row_or_sentence(sentence: Sentence) -> tuple[int, int]:
    return (sentence.block, -1) if sentence.row else (sentence.block, id(sentence))


def _breaches(places: Sequence[_Place], measured: Measured) -> Iterator[Breach]:
    sentences = list({id(place.sentence): place.sentence for place in places}.values())
    counts = {count for group in measured.settled if (count := len(group.runs)) > 1}
    for sentence in sentences:
        if len(sentence.numbers) > 1 and not Reading(sentence).unsaid:
            yield from broken_summaries(sentence, counts)
            yield from broken_scores(sentence, measured)
    if len(sentences) > 1 and sentences[0].row:
        yield from broken_summaries_of_row(sentences)
        yield from broken_scores_of_row(sentences, measured)


def _held(item: Trace, breach: Breach) -> Trace:
    """A number that is no claim of the student's own, or wrong already, stays what it is. One that was traced is
    true, so another one beside it is not: a person compares.
    """
    if item.status in (Status.OTHER, Status.WRONG) or (item.status is Status.TRACED and breach.of_a_list):
        return item
    sure = breach.sure and item.status is not Status.TRACED
    status = Status.WRONG if sure else Status.DOUBTFUL
    return replace(item, status=status, expected=None, why=breach.why, settled=True)
