"""What a result says of its prediction: held, missed, in which direction, where in the range."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.evidence.groups import Group
from grader.evidence.statements import Sentence
from grader.evidence.told_prediction import prediction_words
from grader.evidence.traces import Trace
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from paribus.metrics.registry import MEAN_F1
from paribus.records.record import Prediction

NEAR = 0.001
"""How far beyond a predicted bound a change may be and still be called within."""


@dataclass(frozen=True)
class Foretold:
    """A recorded prediction and the change that came: changed less baseline."""

    prediction: Prediction
    change: float

    @property
    def within(self) -> bool | None:
        """The change lies in the predicted range; None where there is none, or it lies on its edge."""
        low, high = self.prediction.low, self.prediction.high
        if low is None or high is None or min(abs(self.change - low), abs(self.change - high)) <= NEAR:
            return None
        return low < self.change < high

    @property
    def right_way(self) -> bool | None:
        """The change has the predicted direction; None where none was predicted."""
        sign = {"up": 1, "increase": 1, "down": -1, "decrease": -1}.get(self.prediction.direction, 0)
        return None if sign == 0 or abs(self.change) < 1e-9 else sign * self.change > 0


def wrong_outcomes(reading: Reading, outcome: Foretold, about: frozenset[str] = frozenset()) -> Iterator[Doubt]:
    """A claim about the prediction that the record and the change contradict; ``about``: these claims alone."""
    text = reading.lower
    named = reading.sentence.metric_names
    if named and outcome.prediction.metric not in named:
        return  # what another metric did is no part of the prediction
    for name, truth in _claims(outcome).items():
        if truth is not False or (about and name not in about):
            continue
        if (hit := vocabulary.says("foretold", name, text)) is None:
            continue
        before = text[max(0, hit.start() - 24) : hit.start()]
        within = f"{hit[0]} " if name in _HELD else ""  # "die Vorhersage ist nicht eingetroffen"
        asked = "?" in text[hit.end() : hit.end() + 3] or text.rstrip().endswith("?")
        if asked or any(vocabulary.says("foretold", "denied", part) for part in (before, within)):
            continue
        prediction = outcome.prediction
        yield Doubt(
            reading.sentence.text, reading.sentence.position,
            f"{hit[0].strip()!r}: the change is {outcome.change:+.4f}, and the prediction was {prediction.metric}: "
            f"{prediction_words(prediction)}", wrong_outcomes.__name__,
        )  # fmt: skip
        return


_HELD = frozenset({"within", "held", "right_way"})
"""Claims that are read of a prediction in a memo."""


def held_predictions(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A memo says that the prediction came true, and it did not; read where one prediction alone can be meant."""
    if reading.sentence.row or "predictions" in reading.lower or reading.sentence.interval:
        return  # of several predictions, or of zero in an interval
    if not any(run.prediction is not None for _, after in values.measured.experiments for run in after.runs):
        return
    named = values.varied(reading.sentence.text) | reading.sentence.group_keys
    pairs = [pair for pair in values.measured.experiments if not named or {group.key for group in pair} & named]
    if len(pairs) == 1 and (outcome := foretold(*pairs[0])) is not None:
        yield from wrong_outcomes(reading, outcome, _HELD)


def foretold(before: Group, after: Group) -> Foretold | None:
    """The recorded prediction with the change that came, None where a record of either is missing."""
    prediction = next((run.prediction for run in after.runs if run.prediction is not None), None)
    if prediction is None:
        return None
    means = before.mean(prediction.metric), after.mean(prediction.metric)
    return None if means[0] is None or means[1] is None else Foretold(prediction, means[1] - means[0])


def _claims(outcome: Foretold) -> dict[str, bool | None]:
    """Whether each kind of claim is true of the outcome; None where it cannot be said."""
    within, right = outcome.within, outcome.right_way
    low, high = outcome.prediction.low, outcome.prediction.high
    held = None if within is None else within and right is not False
    if right is False:
        held = False
    return {
        "within": within,
        "outside": None if within is None else not within,
        "right_way": right,
        "wrong_way": None if right is None else not right,
        "as_said": None if right is None and within is None else bool(right) or bool(within),
        "held": held,
        "missed": None if held is None else not held,
        "above": None if within is None or high is None else outcome.change > high,
        "below": None if within is None or low is None else outcome.change < low,
        "against": None if right is None else not right,
        "expected_up": {"up": True, "down": False}.get(outcome.prediction.direction),
        "expected_down": {"up": False, "down": True}.get(outcome.prediction.direction),
        **_places(outcome),
        "stronger": _stronger(outcome),
        "weaker": _weaker(outcome),
    }


def _places(outcome: Foretold) -> dict[str, bool | None]:
    """Where in its range the change lies: by size, as people say it, or on the line."""
    low, high = outcome.prediction.low, outcome.prediction.high
    if low is None or high is None or outcome.within is not True or high <= low:
        return {}
    share = (outcome.change - low) / (high - low)
    size = share if high > -low else 1 - share
    return {
        "upper_half": share > 0.45 or size > 0.45,
        "lower_half": share < 0.55 or size < 0.55,
        "at_edge": min(share, 1 - share) < 0.2,
        "in_middle": 0.25 < share < 0.75,
    }


def _stronger(outcome: Foretold) -> bool | None:
    """It changed further than was predicted, the right way."""
    low, high = outcome.prediction.low, outcome.prediction.high
    if low is None or high is None or outcome.within is None or outcome.right_way is None:
        return None
    return outcome.right_way and abs(outcome.change) > max(abs(low), abs(high))


def _weaker(outcome: Foretold) -> bool | None:
    """It changed less far than was predicted."""
    low, high = outcome.prediction.low, outcome.prediction.high
    if low is None or high is None or outcome.within is None:
        return None
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    # A change inside the range, below its middle, may be called smaller than expected.
    return abs(outcome.change) < max(least, max(abs(low), abs(high)) * 0.75) or outcome.right_way is False


def other_metric(predicted: str, sentences: Sequence[Sentence], traces: Sequence[Trace]) -> Iterator[Doubt]:
    """The result quotes other metrics than the one that was predicted, and not that one."""
    named = {name for sentence in sentences for name in sentence.metric_names}
    if predicted == MEAN_F1:
        named -= {"f1"}
    quoted = [item for item in traces if item.metric]
    if not predicted or not named or not quoted or predicted in named | {item.metric for item in quoted}:
        return
    told, wanted = (vocabulary.title("metric_titles", name) for name in (min(named), predicted))
    yield Doubt(
        sentences[0].text, sentences[0].position, f"the prediction is about {wanted}, the result about {told}",
        other_metric.__name__,
    )  # fmt: skip
