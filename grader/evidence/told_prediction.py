"""What a template tells of the prediction, held against the recorded one."""

import re
from itertools import pairwise

from grader.evidence.groups import fractions
from grader.reading import vocabulary
from grader.reading.notation import plain
from grader.reading.numbers import Number, find_numbers
from paribus.records.record import Prediction

_REASON = re.compile(
    r"\b(?:because|since|as (?:the|a|two|there|larger|smaller|more|some|few)|for the reason|reason|weil|da |"
    r"parce|car |porque|perché|so that|with|:)\b|;|\(",
    re.IGNORECASE,
)


_MORE = re.compile(
    r"\b(?:up|upwards?|rise\w*|rising|increas\w*|higher|improv\w*|gain\w*|grow\w*|climb\w*|better|steig\w*|"
    r"augment\w*|sub[ei]\w*|aument\w*|sale)\b|\+(?=\d)",
    re.IGNORECASE,
)


_LESS = re.compile(
    r"\b(?:down|downwards?|fall\w*|drop\w*|decreas\w*|lower|worse|los(?:e|es|t|ing)|shrink\w*|declin\w*|sink\w*|"
    r"fällt|baiss\w*|diminu\w*|baj\w*|cal[ai]\w*|scend\w*)\b|[−-](?=[\d.])",
    re.IGNORECASE,
)


_BOUNDS = re.compile(r"\s*(?:,|to|and|\.\.\.?|…|–|-|bis|à|a|do|до|até|tot|en|и)\s*", re.IGNORECASE)


def wrongly_predicted(text: str, prediction: Prediction) -> str:
    """Why a prediction that a text tells is not the recorded one; "" where nothing is wrong or nothing was read."""
    own = _of_its_metric(text, prediction)
    return (
        other_prediction(own, prediction)
        or _other_direction(own, prediction)
        or _other_metric(text, prediction)
        or _other_limit(own, prediction)
    )


def _of_its_metric(text: str, prediction: Prediction) -> str:
    """The text without the clauses that are about other metrics alone, where one is about the predicted."""
    clauses = [(clause, {item.name for item in vocabulary.find_all("metrics", clause)}) for clause in _parts(text)]
    if not any(prediction.metric in named for _, named in clauses):
        return text
    return "".join(clause for clause, named in clauses if not named or prediction.metric in named)


def _parts(text: str) -> list[str]:
    return re.split(r"(?<=[,;])\s+(?=[^\d)]*(?:[^\W\d]))|(?=\b(?:and|while|whereas|but|und|et|y|e|и)\s)", text)


def _forecast(text: str) -> str:
    """What is predicted, without the reason for it."""
    said = plain(text)
    found = _REASON.search(said, 12)
    return said[: found.start()] if found is not None else said


def _other_direction(text: str, prediction: Prediction) -> str:
    said = _forecast(text)
    up, down = _MORE.search(said), _LESS.search(said)
    if prediction.direction == "none" or (up is None) == (down is None):
        return ""
    hit = up or down
    if hit is None or re.search(
        r"\b(?:not|no|n't|more than|at most|by up to)\W+(?:\w+\W+)?$", said[: hit.start()], re.IGNORECASE
    ):
        return ""
    if (up is not None) == (prediction.direction == "up") or not re.search(r"[A-Za-z]", hit[0]):
        return ""
    return f"the template predicts {hit[0]!r}, and the record holds {prediction.direction}"


def _other_metric(text: str, prediction: Prediction) -> str:
    named = {item.name for item in vocabulary.find_all("metrics", _forecast(text))}
    if (
        not named & set(fractions())
        or prediction.metric in named
        or "f1" in named
        or prediction.metric not in fractions()
    ):
        return ""
    title = vocabulary.title("metric_titles", prediction.metric)
    other = vocabulary.title("metric_titles", min(named & set(fractions())))
    return f"the template predicts {other}, and the record holds {title}"


_LIMIT = re.compile(
    r"\b(?:at most|up to|no more than|less than|not more than|within|höchstens|au plus|a lo sumo|al massimo)\s*$",
    re.IGNORECASE,
)


_LIMIT_AFTER = re.compile(
    r"\s*(?:%\s*|points?\s*)?(?:at (?:the )?(?:very )?(?:most|worst|best)|or less|maximum|max\b|höchstens|"
    r"tout au plus|au maximum|como mucho|como máximo|al massimo|no máximo|legfeljebb|najwyżej)",
    re.IGNORECASE,
)


def _other_limit(text: str, prediction: Prediction) -> str:
    """“By at most 0.02”, where the recorded range reaches further."""
    if prediction.low is None or prediction.high is None:
        return ""
    said, bounds = plain(text), {abs(prediction.low), abs(prediction.high)}
    numbers = [item for item in find_numbers(said) if not item.spelled and not item.times]
    for number in numbers:
        if (
            (_LIMIT.search(said[: number.start]) or _LIMIT_AFTER.match(said[number.end :]))
            and not number.whole
            and number.value
            and not _is_bound(number, bounds)
        ):
            recorded = f"{prediction.low:g} to {prediction.high:g}"
            return f"the template predicts at most {number.text}, and the record holds {recorded}"
    return ""


def prediction_words(prediction: Prediction) -> str:
    """Where a predicted change goes, as pages say it: "down, between −0.5 and 0", "no change", "up"."""
    way = "no change" if prediction.direction == "none" else prediction.direction
    if prediction.low is None or prediction.high is None:
        return way
    return f"{way}, between {prediction.low:g} and {prediction.high:g}".replace("-", "\N{MINUS SIGN}")


def other_prediction(text: str, prediction: Prediction) -> str:
    """Where the range that a text tells is not the recorded one, why; "" where nothing is wrong or nothing was
    read.

    A bound may be told by its size alone ("down by at most 0.05"), as a percentage or in points, and zero may go
    unsaid.
    """
    if prediction.low is None or prediction.high is None or re.search(r"\binterval|\bwelch|\bpaired", text, re.I):
        return ""
    numbers = [
        part
        for number in find_numbers(plain(text))
        for part in (number, number.upper)
        if part is not None and not part.spelled and not number.times
    ]
    bounds = {abs(prediction.low), abs(prediction.high)}
    for first, second in pairwise(numbers):
        joined = _BOUNDS.fullmatch(plain(text)[first.end : second.start]) is not None
        fractions = all(not item.whole or item.value == 0 for item in (first, second))
        fitting = all(item.value == 0 or _is_bound(item, bounds) for item in (first, second))
        if joined and fractions and not fitting:
            return _told_otherwise(first, second, prediction)
    told = [
        number for number in numbers if not number.whole or number.percent or number.points or number.value == 0
    ]
    if len(told) != 2 or any(_is_bound(number, bounds) for number in told if number.value != 0):
        return ""
    if all(number.value == 0 for number in told):
        return ""
    return _told_otherwise(told[0], told[1], prediction)


def _told_otherwise(first: Number, second: Number, prediction: Prediction) -> str:
    recorded = f"{prediction.low:g} to {prediction.high:g}"
    return f"the template predicts {first.text} to {second.text}, and the record holds {recorded}"


def _is_bound(number: Number, bounds: set[float]) -> bool:
    return any(
        abs(abs(reading.value) / scale - bound) <= 0.51 * reading.unit / scale
        for reading in number.readings
        for scale in (1.0, 100.0)
        for bound in bounds
    )
