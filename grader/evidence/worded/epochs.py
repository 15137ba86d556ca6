"""Claims about the course of a training: which epoch was best, whether a loss rose, whether patience ended
the run.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from grader.evidence.checkpoints import metric_of
from grader.evidence.groups import epoch_metrics
from grader.evidence.runs import Run, finished
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values, lower_is_better
from grader.reading import vocabulary
from paribus.metrics.registry import registry

_BY_RULE = re.compile(
    r"\bbecause\b[^.;]{0,60}\bepochs?\b[^.;]{0,40}\b(?:without|no|not)\b|\btwo epochs (?:had )?(?:passed|gone by|"
    r"went by)\b"
)
_DENIED = re.compile(
    r"\b(?:not|no|never|nothing|n't|neither|did not|would|could|might|if|had|without|only|before|nor|too few|"
    r"allowed|cannot|can)\b|n't\b"
)
_PLANNED = re.compile(
    r"\b(?:would|could|might|if|should|will|cannot|may|expect\w*|predict\w*|next|allow\w*|in case|unless|"
    r"whenever|means|had (?:it|there|the)|"
    r"longer runs?|more epochs)\b|\?\s*$"
)
_BY = re.compile(
    r"\b(?:by|judged by|according to|in terms of|measured by|going by|on|with|for)\b[^.;]{0,40}\b(?:is|was|"
    r"would be|would have been|it's|gives|would (?:win|choose|pick|take|have (?:won|chosen|picked|taken|kept)))\b"
)
_ANOTHER = re.compile(
    r",\s+(?=by\b|but\b|the (?:validation )?loss\b|macro-f1\b|validation\b|for\b|according\b|judged\b|whereas\b|"
    r"while\b)"
)
_DISAGREE = re.compile(
    r"\b(?:disagree|do not (?:agree|choose the same|pick the same)|don't agree|part ways|differ|"
    r"different epochs?|another epoch|not the same epoch|contradict)\b"
)
_AGREE = re.compile(
    r"(?<!not )\b(?:agree|coincide|(?<!not choose the )(?<!not pick the )(?<!not the )same epoch|the same one)\b|"
    r"\bdo not (?:disagree|part ways|differ)\b"
)
_OF_EPOCHS = re.compile(r"\b(?:epoch|criteri|loss\b)")
_HOPED = re.compile(r"\b(?:predict\w*|expect\w*|might|could|if|perhaps|usually|often|can)\b|\?\s*$")
_RISES = re.compile(
    r"\b(?P<up>rose|rises|rising|rise|increas\w+|went up|goes up|going up|climb\w*|grew|started to (?:rise|climb|"
    r"increase)|turned up)\b|"
    r"\b(?P<down>fell|falls|falling|fall|decreas\w+|dropp\w+|went down|goes down|going down|declin\w*|sank|"
    r"shrank|improv\w+|(?:kept getting|got|gets|became|was getting|turned) (?P<better>better|worse))\b"
)


def wrong_endings(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Patience is said to have ended a run that trained all the epochs it was allowed."""
    if reading.sentence.row or reading.lower.rstrip().endswith("?"):
        return
    for start, end in reading.clauses:
        said = _says_ended(reading, start, end)
        comma = reading.lower.rfind(",", start, end) + 1  # "since nothing improved, patience ended it"
        if not said or _PLANNED.search(reading.lower[start:end]) or reading.is_denied(max(start, comma), end):
            continue
        runs = [run for group in values.measured.groups for run in finished(group.runs) if _patience(run)]
        if runs and all(_ran_out(run) is False for run in runs):
            run = runs[-1]
            yield reading.doubt(
                f"{said!r}: {len(run.record.epochs)} of at most {run.setting('epochs')} epochs ran, and patience "
                f"{_patience(run)} had not run out"
            )
            return


def _says_ended(reading: Reading, start: int, end: int) -> str:
    """The words of a clause that say that a rule ended the training, or that it ended before its time."""
    clause = reading.lower[start:end]
    ended = vocabulary.frame("ended").search(clause)
    if ended is None:
        return ""
    if vocabulary.frame("stopping").search(clause):
        return clause.strip()[:60]
    if not re.search(r"\b(?:stopped|ended|interrupted|halted|terminated|cut|broken off)\b", clause):
        return ""
    if vocabulary.frame("training").search(clause) is None:
        return ""
    soon = vocabulary.frame("too_soon").search(clause, ended.start()) or _BY_RULE.search(reading.lower)
    return clause.strip()[:60] if soon else ""


def _patience(run: Run) -> int:
    value = run.setting("patience")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _ran_out(run: Run) -> bool | None:
    """Patience ended the run, or ran out with its last epoch; None where the log does not say."""
    allowed = run.setting("epochs")
    by = metric_of(run)
    scores = [line.get(by.name) for line in sorted(run.record.epochs, key=lambda line: line.epoch)]
    if not isinstance(allowed, int) or not scores or None in scores:
        return None
    known = [score for score in scores if score is not None]
    best = scores.index(max(known) if by.higher_is_better else min(known)) + 1
    return len(scores) < allowed or len(scores) - best >= _patience(run)


def wrong_best_epochs(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Another epoch is the best by the metric that is named."""
    if reading.sentence.row or _HOPED.search(reading.lower):
        return
    yield from _criteria(reading, values)
    if not reading.ordinals:
        return
    named = [item for item in reading.sentence.metrics if item.name in epoch_metrics()]
    for start, end in _parts(reading):
        best = vocabulary.frame("epoch_best").search(reading.lower, start, end)
        epochs = [
            which
            for first, _, which in reading.ordinals
            if start <= first < end and reading.lower.count("(", 0, first) == reading.lower.count(")", 0, first)
        ]
        here = [item for item in named if start <= item.start < end]
        by = _BY.search(reading.lower, start, end)
        if (
            "same" in reading.lower[start:end]
            or len(set(epochs)) != 1
            or (best is None and by is None)
            or reading.is_denied(start, end)
        ):
            continue
        metrics = {item.name for item in here} or (
            {item.name for item in named} if best is not None and len({item.name for item in named}) == 1 else set()
        )
        if len(metrics) != 1 or re.search(
            r"\bthan\b|\bgap\b|\bstep\b|\bjump\b|\bgain\b|\bdifference\b", reading.lower[start:end]
        ):
            continue
        metric, words = next(iter(metrics)), (best or by)
        lowest = best is not None and re.search(r"lowest|minimum|bottom|low point", best[0]) is not None
        highest = best is not None and re.search(r"highest|maximum|peak", best[0]) is not None
        if (lowest and not lower_is_better(metric)) or (highest and lower_is_better(metric)) or words is None:
            continue
        logs = logs_of(reading, values, metric)
        if logs and not any(_is_best(epochs[0], log, metric) for log in logs):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            what = vocabulary.title("metric_titles", metric)
            text = reading.lower[start:end].strip()[:60]
            yield reading.doubt(f"{text!r}: {what} by epochs is {told}")
            return


def _parts(reading: Reading) -> Iterator[tuple[int, int]]:
    """Clauses, cut where another criterion begins."""
    for start, end in reading.clauses:
        cuts = [start, *(start + place.start() for place in _ANOTHER.finditer(reading.lower[start:end])), end]
        yield from pairwise(cuts)


def _criteria(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Loss and score are said to choose the same epoch, or another one."""
    if not _OF_EPOCHS.search(reading.lower):
        return
    disagree, agree = _DISAGREE.search(reading.lower), _AGREE.search(reading.lower)
    if (disagree is None) == (agree is None):
        return
    names = reading.sentence.metric_names
    by = values.chosen_by
    if not {"validation_loss", by} <= names and "criteri" not in reading.lower:
        return
    scores, losses = logs_of(reading, values, by), logs_of(reading, values, "validation_loss")
    pick = min if lower_is_better(by) else max
    same = [
        score.index(pick(score)) == loss.index(min(loss))
        for score, loss in zip(scores, losses, strict=False)
        if len(loss) > 2
    ]
    if same and not any(item == (agree is not None) for item in same):
        hit = disagree or agree
        told = ", ".join(f"{value:.4f}" for value in (*scores[-1], *losses[-1]))
        yield reading.doubt(
            f"{hit[0] if hit else ''!r}: {registry()[by].title} and validation loss by epochs are {told}"
        )


def _is_best(said: int, log: Sequence[float], metric: str) -> bool:
    index = said - 1 if said > 0 else said
    if not -len(log) <= index < len(log):
        return False
    best = min(log) if lower_is_better(metric) else max(log)
    return abs(log[index] - best) < 1e-4


def wrong_courses(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A metric is said to rise or to fall over the epochs, and did so in none of the runs at any step."""
    if (
        reading.unsaid
        or reading.sentence.row
        or not re.search(r"\bepochs?\b|\bthroughout\b|\btraining goes on\b", reading.lower)
        or arms_of_epochs(values)
    ):
        return
    for start, end in reading.clauses:
        hits = list(_RISES.finditer(reading.lower[start:end]))
        named = [
            item.name
            for item in reading.sentence.metrics
            if start <= item.start < end and item.name in epoch_metrics()
        ]
        if len(hits) != 1 or len(set(named)) != 1 or _DENIED.search(reading.lower[start:end]):
            continue
        metric = named[0]
        up = hits[0]["up"] is not None
        if hits[0][0].startswith("improv") or hits[0]["better"]:
            up = lower_is_better(metric) == (hits[0]["better"] == "worse")
        logs = logs_of(reading, values, metric)
        if logs and not any((b > a) == up and a != b for log in logs for a, b in pairwise(log)):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            what = vocabulary.title("metric_titles", metric)
            yield reading.doubt(f"{hits[0][0]!r}: {what} by epochs is {told}")


def arms_of_epochs(values: Values) -> bool:
    """Two arms differ in their epochs: "with one epoch it fell" is of an arm then, and of no log."""
    return any(
        first.runs[-1].setting("epochs") != second.runs[-1].setting("epochs")
        for first, second in values.measured.experiments
    )


def wrong_epoch_changes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The second epoch raised the validation loss”, where it fell."""
    if reading.unsaid or reading.sentence.row or arms_of_epochs(values):
        return
    for start, end in reading.clauses:
        at = {number for first, _, number in reading.epochs if start <= first < end}
        hits = [hit for hit in reading.hits() if start <= hit.start < end and hit.relation.role == "change"]
        named = {item.name for item in reading.sentence.metrics if start <= item.start < end}
        if len(at) != 1 or len(hits) != 1 or len(named) != 1 or hits[0].denied or not named <= set(epoch_metrics()):
            continue
        (number,), (metric,), hit = at, named, hits[0]
        sign = -hit.relation.sign if hit.relation.merit and lower_is_better(metric) else hit.relation.sign
        logs = logs_of(reading, values, metric)
        index = number - 1 if number > 0 else number
        steps = [
            log[index] - log[index - 1] for log in logs if index % len(log) >= 1 and -len(log) <= index < len(log)
        ]
        if steps and not any(sign * step > 0 for step in steps):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            yield reading.doubt(f"{reading.lower[hit.start : hit.end]!r}: by epochs it is {told}")


_STEP = re.compile(
    r"\b(?:largest|biggest|greatest|main|smallest|larger|bigger|greater|smaller|"
    r"most of the) (?:\w+ )?(?:step|jump|gain|rise|improvement|leap|"
    r"progress|part of the (?:gain|improvement))\b"
)


def wrong_steps(reading: Reading, values: Values) -> Iterator[Doubt]:
    """Another epoch brought the largest step of the metric."""
    if (
        reading.unsaid
        or reading.sentence.row
        or "epoch" not in reading.lower + (reading.before.text.lower() if reading.before else "")
    ):
        return
    for hit in _STEP.finditer(reading.lower):
        start, end = reading.clause_at(hit.start())
        which = [number for first, _, number in reading.ordinals if start <= first < end]
        pair = re.search(
            r"\bfrom (?:the )?(?:epoch )?(?:first|second|third|\d|one|two|"
            r"three) to (?:the )?(?:epoch )?(?:second|third|fourth|last|\d|two|three)\b",
            reading.lower[start:end],
        )
        last = re.search(
            r"\b(?:is|was|comes|came|brings?|brought) (?:in |with )?the (?P<which>last|first|second|"
            r"third)(?: one)?\b",
            reading.lower[start:end],
        )
        if reading.is_denied(start, end) or (not which and last is None):
            continue
        said = (
            which[-1]
            if which
            else {"last": -1, "first": 2, "second": 3 if "one" in (last[0] if last else "") else 2, "third": 3}[
                last["which"] if last else "last"
            ]
        )
        if pair is not None and len(which) < 2 and not which:
            continue
        named = (item.name for item in reading.sentence.metrics if item.name in epoch_metrics())
        metric = next(named, values.chosen_by)
        logs = [log for log in logs_of(reading, values, metric) if len(log) > 2]
        smallest = hit[0].startswith(("smallest", "smaller"))
        right = []
        for log in logs:
            steps = [abs(b - a) for a, b in pairwise(log)]
            index = (said if said > 0 else len(log) + 1 + said) - 2
            right.append(
                index < 0 or index >= len(steps) or steps[index] == (min(steps) if smallest else max(steps))
            )
        if right and not any(right):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            yield reading.doubt(f"{hit[0]!r}: by epochs it is {told}")
            return


_BROUGHT = re.compile(
    r"\W*(?:(?:had|has) )?(?:brought|brings?|added|adds?|gave|gives?|gained|gains?|contributed|did)\s+"
    r"(?:(?:much|far|a lot|even|a bit|slightly|clearly) )*(?P<sign>more|less)\s+than\W+(?:the\W+)?$"
)


def wrong_shares_of_epochs(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Epoch 3 brought more than epoch 2”, where it brought less."""
    if reading.unsaid or reading.sentence.row:
        return
    for (_, end, first), (start, _, second) in pairwise(reading.ordinals):
        hit = _BROUGHT.fullmatch(reading.lower[end:start])
        if hit is None or min(first, second) < 2:
            continue
        named = (item.name for item in reading.sentence.metrics if item.name in epoch_metrics())
        logs = logs_of(reading, values, next(named, values.chosen_by))
        steps = [[abs(b - a) for a, b in pairwise(log)] for log in logs if len(log) >= max(first, second)]
        if steps and not any((log[first - 2] > log[second - 2]) == (hit["sign"] == "more") for log in steps):
            told = ", ".join(f"{value:.4f}" for value in logs[-1])
            yield reading.doubt(f"{hit[0].strip()!r}: by epochs it is {told}")


def logs_of(reading: Reading, values: Values, metric: str) -> list[list[float]]:
    """The logs of the runs that are named, or of those named before, else of all runs with several epochs."""
    everything = {group.key: values.epochs(metric, group.key) for group in values.measured.groups}
    for keys in (reading.sentence.group_keys, reading.sentence.implied_groups):
        found = [log for key in keys for log in everything.get(key, ())]
        if found:
            return found
    return [log for logs in everything.values() for log in logs]
