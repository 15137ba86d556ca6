"""What other languages than English say of epochs and of whose numbers are in a table; what a rule chose."""

import re
from collections.abc import Iterator
from itertools import pairwise

from grader.evidence.boards import boards_of
from grader.evidence.groups import epoch_metrics
from grader.evidence.worded.courses import is_in
from grader.evidence.worded.epochs import arms_of_epochs, logs_of
from grader.evidence.worded.printed import STANDS_IN
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern

_NTH = {"first": 1, "second": 2, "third": 3, "last": -1}
_DIGIT = re.compile(
    r"(?:époque|época|epoca|epoche|epoka|epoce|epok[ęi]|эпох\w*|epoch(?:e|s)?)\s*(\d)\b|"
    r"\b(\d)(?:\.|e|ª|-?[яюй]\w?) ?(?:époque|época|epoca|epoche|epoka|epoce|эпох)"
)
_CUT = re.compile(
    r"[;:.]\s|,\s(?:et|und|y|e|a|и|mais|aber|pero|ma|mas|ale|но)\s|，|。|；|"
    r"\s(?:tandis que|während|mientras|mentre|enquanto)\s"
)


def wrong_best_elsewhere(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“L'accuracy atteint son maximum à la deuxième époque”, where the first has it."""
    if reading.doubtful or reading.sentence.row or arms_of_epochs(values):
        return
    lower = reading.lower
    if claimed("epoch_at_best", "epoch", lower) is None:
        return
    cuts = [0, *(hit.start() for hit in _CUT.finditer(lower)), len(lower)]
    for start, end in pairwise(cuts):
        piece = lower[start:end]
        if claimed("epoch_at_best", "best", piece) is None or claimed("epoch_at_best", "doubtful", piece):
            continue
        said = _epochs_in(piece)
        named = {item.name for item in reading.sentence.metrics if start <= item.start < end}
        if len(said) != 1 or len(named) != 1 or not named <= set(epoch_metrics()):
            continue
        (number,), (metric,) = said, named
        best = min if lower_is_better(metric) else max
        quoted = [item for item in reading.sentence.numbers if start <= item.start < end and not item.whole]
        logs = [log for log in logs_of(reading, values, metric) if len(log) > 1]
        logs = [log for log in logs if quoted and all(is_in(item, log) for item in quoted)] or logs
        right = [log[(number if number < 0 else number - 1)] == best(log) for log in logs if number <= len(log)]
        if right and not any(right):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            what = vocabulary.title("metric_titles", metric)
            yield reading.doubt(f"{what} by epochs is {told}")
            return


def _epochs_in(piece: str) -> set[int]:
    """The epochs that a piece names by an ordinal or a digit."""
    found = {int(hit[1] or hit[2]) for hit in _DIGIT.finditer(piece)}
    return found | {
        number for name, number in _NTH.items() if pattern("epoch_at_best_ordinals", name).search(piece)
    }


_CHOOSES = re.compile(r"\brule (?:chooses|picks|selects) (?P<what>[^.;:,]+)")


def borrowed_numbers_elsewhere(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Z moich własnych zapisów z tygodni 1 i 2”, where an output says that a reference run's stand in."""
    own, weeks = claimed("sources", "own", reading.lower), claimed("sources", "weeks", reading.lower)
    if own is None or weeks is None or reading.lower.isascii() or claimed("sources", "denied", reading.lower):
        return
    said = set(re.findall(r"\d", weeks[0]))
    borrowed = {
        hit["week"]
        for text in values.measured.case.printed
        if "reference" in text
        for hit in STANDS_IN.finditer(text)
    }
    if said and said <= borrowed:
        yield reading.doubt(f"{own[0]!r}: an output says that the notebook had no records of week {min(said)}")


def wrongly_chosen(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“By the rule label smoothing was chosen”, where the output says that the rule chooses none, or another."""
    rule, chosen = claimed("sources", "rule", reading.lower), claimed("sources", "chosen", reading.lower)
    if rule is None or chosen is None or reading.doubtful or reading.sentence.row:
        return
    printed = [hit for text in values.measured.case.printed for hit in _CHOOSES.finditer(text.lower())]
    told = list(dict.fromkeys(hit["what"].strip() for hit in printed))
    around = reading.lower[max(0, chosen.start() - 40) : chosen.end() + 40]
    if len(told) != 1 or claimed("sources", "denied", reading.lower):
        return
    rows = [row for board in boards_of(values.measured) for _, _, row in board.find_rows(around)]
    if rows and not any(row in told[0] or told[0] in row for row in rows):
        yield reading.doubt(f"{chosen[0]!r}: the output says that the rule chooses {told[0]}")
