"""Claims about the course of a training: which epoch was best, whether a loss rose, whether patience ended the run."""

import re
from collections.abc import Iterator, Sequence

from grader.evidence.groups import EPOCH_METRICS
from grader.evidence.runs import Run, finished
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import LOWER_IS_BETTER, Values
from grader.reading import vocabulary

_STOPPED = re.compile(
    r"\b(?:patience|early stopping|early-stopping|stopping rule|the rule)\b[^.;]{0,60}?\b(?:stopped|ended|halted|cut|fired|kicked in|triggered|used up|"
    r"exhausted|(?:had )?run out|ran out|did its work|did its job|intervened|stepped in|broke off|took effect|was reached)\b|"
    r"\b(?:training|the run|it|the model|run)\b[^.;]{0,40}?\b(?:was |were |got )?(?:stopped|ended|cut|halted) (?:early|short|before (?:the|its))\b|"
    r"\bstopped (?:early|because|by (?:the )?patience)\b|\bpatience\b[^.;]{0,30}\bstopped\b"
)
_SAVED = re.compile(r"\b(?:early stopping|patience|the rule)\b[^.;]{0,30}?\bsaved (?:us |me )?(?:an?|one|two|some|time|\d|several|the (?:last|remaining))\b")
_DENIED = re.compile(
    r"\b(?:not|no|never|nothing|n't|neither|did not|would|could|might|if|had|without|only|before|nor|too few|allowed|cannot|can)\b|n't\b"
)
_ORDINAL = (
    r"(?P<which>(?:the |its |my |number )?(?:first|second|third|fourth|last|final)(?: epoch| one)?|epoch (?:\d{1,2}|one|two|three|four)|(?<=epoch )\d{1,2})"
)
_BEST = re.compile(
    r"\b(?:best|lowest|minimum|min|highest|maximum|peak(?:s|ed)?|picks?|chooses?|chose|chosen|selects?|points? to|prefers?|optimum|bottom\w*|at its (?:best|lowest|highest))\b"
    rf"[^.;]{{0,40}}?\b{_ORDINAL}\b"
)
_IS = re.compile(rf"\bby (?:the )?(?:validation |training )?(?:loss|macro-f1|accuracy|metric|macro f1)\b[^.;]{{0,30}}?\b(?:is|was|would (?:be|have been)|gives|it's)\b[^.;]{{0,14}}?{_ORDINAL}")
_CHOSEN = re.compile(
    rf"{_ORDINAL}(?: epoch)?\b[^.;]{{0,30}}?\b(?:was|is|would (?:be|have been)|has been) (?:the )?(?:best|chosen|picked|selected|kept|lowest|highest|optimal)\b"
)
_DISAGREE = re.compile(r"\b(?:disagree|do not agree|don't agree|differ|different epochs?|another epoch|not the same epoch|contradict)\b")
_AGREE = re.compile(r"\b(?:agree|coincide|same epoch|the same one)\b")
_HOPED = re.compile(r"\b(?:predict\w*|expect\w*|might|could|if|perhaps|usually|often|can)\b|\?\s*$")
_NUMBER = {"first": 1, "one": 1, "second": 2, "two": 2, "third": 3, "three": 3, "fourth": 4, "four": 4, "last": -1, "final": -1}
_RISES = re.compile(
    r"\b(?P<up>rose|rises|rising|rise|increas\w+|went up|goes up|going up|climb\w*|grew|started to (?:rise|climb|increase)|turned up)\b|"
    r"\b(?P<down>fell|falls|falling|fall|decreas\w+|dropp\w+|went down|goes down|going down|declin\w*|sank|shrank|improv\w+|kept getting better)\b"
)


def wrong_endings(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Patience is said to have ended a run that trained all the epochs it was allowed."""
    if reading.sentence.row or vocabulary.says("worded", "unsaid", reading.lower):
        return
    hit = _STOPPED.search(reading.lower) or _SAVED.search(reading.lower)
    if hit is None or _DENIED.search(reading.lower[max(0, hit.start() - 40) : hit.end()]):
        return
    runs = [run for group in values.measured.groups for run in finished(group.runs) if _patience(run)]
    if runs and all(_ran_out(run) is False for run in runs):
        run = runs[-1]
        yield Doubt(
            reading.sentence.text, reading.sentence.position,
            f"{hit[0]!r}: {len(run.record.epochs)} of at most {run.setting('epochs')} epochs ran, and patience {_patience(run)} "
            "had not run out",
        )  # fmt: skip


def _patience(run: Run) -> int:
    value = run.setting("patience")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _ran_out(run: Run) -> bool | None:
    """Patience ended the run, or ran out with its last epoch; None where the log does not say."""
    allowed = run.setting("epochs")
    scores = [line.macro_f1 for line in sorted(run.record.epochs, key=lambda line: line.epoch)]
    if not isinstance(allowed, int) or not scores or None in scores:
        return None
    best = scores.index(max(score for score in scores if score is not None)) + 1
    return len(scores) < allowed or len(scores) - best >= _patience(run)


def wrong_best_epochs(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Another epoch is the best by the metric that is named."""
    if reading.sentence.row or _HOPED.search(reading.lower):
        return
    yield from _criteria(reading, values)
    for pattern in (_BEST, _IS, _CHOSEN):
        for hit in pattern.finditer(reading.lower):
            start, _ = reading.clause_at(hit.start())
            said = _which(hit["which"])
            last = hit.end() + (30 if pattern is _CHOSEN else 0)
            named = [item for item in reading.sentence.metrics if item.name in EPOCH_METRICS and start <= item.start <= last]
            if said is None or not named or _DENIED.search(reading.lower[max(start, hit.start() - 25) : hit.start()]):
                continue
            metric = named[-1].name
            lowest = re.search(r"lowest|minimum|\bmin\b|bottom", hit[0]) is not None
            highest = re.search(r"highest|maximum|peak", hit[0]) is not None
            if (lowest and metric not in LOWER_IS_BETTER) or (highest and metric in LOWER_IS_BETTER):
                continue
            logs = _logs(reading, values, metric)
            if logs and not any(_is_best(said, log, metric) for log in logs):
                told = ", ".join(f"{value:.4f}" for value in logs[-1])
                what = vocabulary.title("metric_titles", metric)
                yield Doubt(
                    reading.sentence.text, reading.sentence.position, f"{hit[0].strip()!r}: {what} by epochs is {told}"
                )  # fmt: skip
                return


def _criteria(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Loss and score are said to choose the same epoch, or another one."""
    disagree, agree = _DISAGREE.search(reading.lower), _AGREE.search(reading.lower)
    if (disagree is None) == (agree is None) or not re.search(r"\bepoch|\bcriteri|\bloss\b", reading.lower):
        return
    names = reading.sentence.metric_names
    if not {"validation_loss", "macro_f1"} <= names and "criteri" not in reading.lower:
        return
    scores, losses = _logs(reading, values, "macro_f1"), _logs(reading, values, "validation_loss")
    same = [score.index(max(score)) == loss.index(min(loss)) for score, loss in zip(scores, losses, strict=False) if len(loss) > 2]
    if same and not any(item == (agree is not None) for item in same):
        hit = disagree or agree
        told = ", ".join(f"{value:.4f}" for value in (*scores[-1], *losses[-1]))
        yield Doubt(
            reading.sentence.text, reading.sentence.position,
            f"{hit[0] if hit else ''!r}: macro-F1 and validation loss by epochs are {told}",
        )  # fmt: skip


def _which(text: str) -> int | None:
    words = text.split()
    found = [int(word) if word.isdecimal() else _NUMBER[word] for word in words if word.isdecimal() or word in _NUMBER]
    return found[-1] if found else None


def _is_best(said: int, log: Sequence[float], metric: str) -> bool:
    index = said - 1 if said > 0 else said
    if not -len(log) <= index < len(log):
        return False
    best = min(log) if metric in LOWER_IS_BETTER else max(log)
    return abs(log[index] - best) < 1e-4


def wrong_courses(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A metric is said to rise or to fall over the epochs, and did so in none of the runs at any step."""
    if reading.unsaid or reading.sentence.row or not re.search(r"\bepochs?\b|\bthroughout\b|\btraining goes on\b", reading.lower):
        return
    for start, end in reading.clauses:
        hits = list(_RISES.finditer(reading.lower[start:end]))
        named = [item.name for item in reading.sentence.metrics if start <= item.start < end and item.name in EPOCH_METRICS]
        if len(hits) != 1 or len(set(named)) != 1 or _DENIED.search(reading.lower[start:end]):
            continue
        metric = named[0]
        up = hits[0]["up"] is not None
        if re.match(r"improv|kept", hits[0][0]):
            up = metric not in LOWER_IS_BETTER
        logs = _logs(reading, values, metric)
        if logs and not any((b > a) == up and a != b for log in logs for a, b in zip(log, log[1:], strict=False)):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            what = vocabulary.title("metric_titles", metric)
            yield Doubt(reading.sentence.text, reading.sentence.position, f"{hits[0][0]!r}: {what} by epochs is {told}")


def _logs(reading: Reading, values: Values, metric: str) -> list[list[float]]:
    """The logs of the runs that are named, or of those named before, else of all runs with several epochs."""
    everything = {group.key: values.epochs(metric, group.key) for group in values.measured.groups}
    for keys in (reading.sentence.group_keys, reading.sentence.implied_groups):
        found = [log for key in keys for log in everything.get(key, ())]
        if found:
            return found
    return [log for logs in everything.values() for log in logs]


