"""A course over several values: a steady one that is none, or one that all scores are said to share."""

import re
from collections.abc import Iterator
from itertools import pairwise

from grader.evidence.boards import boards_of
from grader.evidence.facts import agreed
from grader.evidence.groups import epoch_metrics
from grader.evidence.laws import span_of
from grader.evidence.worded.epochs import arms_of_epochs, logs_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.numbers import Number

_STEADY = re.compile(
    r"\b(?:steadily|monotonic\w*|continuously|step by step|month (?:by|after) month|tier by tier|without (?:a "
    r")?(?:break|exception)|"
    r"at every step|stetig|constamment|sans cesse|constantemente)\b"
)
_UP = re.compile(
    r"\b(?:gr[eo]ws?|growing|ris(?:es?|ing|en)|rose|increas\w+|climb\w*|goes? up|went up|gets? "
    r"(?:larger|worse)|wächst|steigt|augment\w+)\b"
)
_DOWN = re.compile(
    r"\b(?:f[ae]lls?|falling|drop\w*|decreas\w+|declin\w+|shr[aiu]nk\w*|goes? down|went down|sinks?|sank|"
    r"gets? smaller|sinkt|fällt|diminu\w+|baiss\w+)\b"
)
TIERS = ("head", "mid", "tail")
LEAST = 0.02
"""The share of a course's height by which a step back must go to be one that people see."""


def unsteady_courses(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“It grows steadily, from 0.146 to 0.254”, where it falls for three months between."""
    steady = _STEADY.search(reading.lower)
    up, down = _UP.search(reading.lower), _DOWN.search(reading.lower)
    if steady is None or (up is None) == (down is None) or reading.doubtful or reading.sentence.row:
        return
    start, _ = reading.clause_at(steady.start())
    if reading.is_denied(start, steady.start()):
        return
    yield from _of_tables(reading, values, rising=up is not None)
    yield from _of_tiers(reading, values, rising=up is not None)


def _of_tables(reading: Reading, values: Values, *, rising: bool) -> Iterator[Doubt]:
    """Two numbers of one column are the ends of the course: all rows between them count."""
    numbers = [item for item in reading.sentence.numbers if not (item.spelled or item.whole or item.signed)]
    if len(numbers) != 2:
        return
    judged = []
    for board in boards_of(values.measured):
        for column in board.columns:
            line = [cell for row in board.rows if (cell := board.cell(row, column)) is not None]
            first = [place for place, cell in enumerate(line) if agreed(cell, numbers[0])]
            last = [place for place, cell in enumerate(line) if agreed(cell, numbers[1])]
            if len(first) == len(last) == 1 and last[0] - first[0] > 1:
                course = [cell.value for cell in line[first[0] : last[0] + 1]]
                judged.append((_is_steady(course, rising=rising), course))
    if judged and not any(right for right, _ in judged):
        yield _doubt(reading, judged[0][1])


def _of_tiers(reading: Reading, values: Values, *, rising: bool) -> Iterator[Doubt]:
    """From head to tail, of the groups that the sentence names."""
    named = [item.name for item in reading.tiers if item.name in TIERS]
    if not named or {named[0], named[-1]} != {"head", "tail"}:
        return
    order = TIERS if named[0] == "head" else TIERS[::-1]
    groups = reading.sentence.group_keys or reading.sentence.implied_groups
    judged = []
    for group in values.measured.settled:
        if groups and group.key not in groups:
            continue
        known = [values.value(Place("f1", group.key, tier)) for tier in order]
        course = [value for value in known if value is not None]
        if len(course) == len(TIERS):
            judged.append((_is_steady(course, rising=rising), course))
    if judged and not any(right for right, _ in judged):
        yield _doubt(reading, judged[0][1])


def _is_steady(course: list[float], *, rising: bool) -> bool:
    height = max(course) - min(course)
    return all((b - a if rising else a - b) > -LEAST * height for a, b in pairwise(course))


def _doubt(reading: Reading, course: list[float]) -> Doubt:
    told = ", ".join(f"{value:.3g}" for value in course)
    return reading.doubt(f"a steady course is said of {told}")


_BETWEEN = re.compile(
    r"\b(?:between|from) (?:the )?(?:epoch )?(?P<a>\d|one|two|first) (?:epoch )?(?:and|to) "
    r"(?:the )?(?:epoch )?(?P<b>\d|two|three|second|third)\b"
)
_TOGETHER = re.compile(r"\b(?:both|all|each)(?: \w+)? (?:scores?|metrics?|of them|measures?)\b")
_NTH = {"one": 1, "first": 1, "two": 2, "second": 2, "three": 3, "third": 3}


def wrong_between_epochs(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Between epoch 1 and epoch 2 both scores improved”, where one of those that it names fell."""
    hit, together = _BETWEEN.search(reading.lower), _TOGETHER.search(reading.lower)
    if hit is None or together is None or "epoch" not in reading.lower or reading.unsaid or arms_of_epochs(values):
        return
    changes = [item for item in reading.hits() if item.relation.role == "change" and item.start > together.start()]
    named = [item.name for item in reading.sentence.metrics if item.name in epoch_metrics()]
    if not changes or changes[0].denied or len(set(named)) < 2 or not changes[0].relation.merit:
        return
    first, second = (int(_NTH.get(hit[name], hit[name])) for name in ("a", "b"))
    for metric in dict.fromkeys(named):
        logs = [log for log in _quoted(reading, values, metric, named) if len(log) >= second > first > 0]
        sign = changes[0].relation.sign * (-1 if lower_is_better(metric) else 1)
        if logs and not any(sign * (log[second - 1] - log[first - 1]) > 0 for log in logs):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            yield reading.doubt(f"{together[0]!r}: {vocabulary.title('metric_titles', metric)} by epochs is {told}")
            return


def _quoted(reading: Reading, values: Values, metric: str, named: list[str]) -> list[list[float]]:
    """The logs of the runs whose numbers the sentence quotes; else those that may be meant."""
    numbers = [item for item in reading.sentence.numbers if not item.whole]
    keys = [
        group.key
        for group in values.measured.groups
        for logs in [[log for name in named for log in values.epochs(name, group.key)]]
        if any(is_in(number, log) for log in logs for number in numbers)
    ]
    return [log for key in keys for log in values.epochs(metric, key)] or logs_of(reading, values, metric)


def is_in(number: Number, log: list[float]) -> bool:
    """Whether a log has a value that the number may be a rounding of."""
    span = span_of(number, fraction=True)
    return any(span.low - 1e-9 <= value <= span.high + 1e-9 for value in log)
