"""Plausibility of records, without running anything: each statistic asks how unlike the rest of the class one is.

A statistic is a number, larger where the records look less like training. What is large is said by the others: the
p-value of a submission is its rank in the class, (1 + those that are as large) / (1 + all others), which is exact
where the class is exchangeable (conformal p-values: Vovk, Gammerman, Shafer, *Algorithmic learning in a random
world*, 2005). So one in twenty honest submissions is named at 5 %, whatever the course is. Nothing here is a
verdict: an unusual model, or luck, looks the same. docs/audit.md has the measured rates.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grader.audit.trace import Trace, TracedRun, comparable
from grader.evidence.quick import texts_gone_over
from paribus.records.record import TICK

LEVEL = 0.05
ALPHA = 0.001
"""The level beside references, as for their bands: their runs are few, and no ranks of a class."""
LEAST = 19
"""Others that are needed before anybody can be among the most unusual twentieth."""
HALF = 0.5
TINY = 1e-9


@dataclass(frozen=True)
class Statistic:
    """One statistic: its name, what people read of it, and the function of a trace and the comparable others; None
    where it says nothing.
    """

    name: str
    about: str
    function: Callable[[Trace, Sequence[Trace]], float | None]


def item_difficulty(trace: Trace, others: Sequence[Trace]) -> float | None:
    """One minus the area under the curve by which the others' share of errors on an item tells this trace's errors
    from its right answers (Mann and Whitney): trained models find the same items hard, invented errors fall
    anywhere.
    """
    pool = _pool(others)
    scores = [area(run.wrong, pool.hard) for run in trace.trained if len(run.wrong) == len(pool.hard)]
    return 1 - min(scores) if scores else None


def class_errors(trace: Trace, others: Sequence[Trace]) -> float | None:
    """The mean surprise, −log of the share among the others' errors on the same class, of the wrong class that was
    predicted: a model takes a class for its neighbours, and rare classes for frequent ones.
    """
    pool = _pool(others)
    found = []
    for run in trace.trained:
        if run.labels is None or run.predictions is None or not run.wrong.any():
            continue
        rows, columns = run.labels[run.wrong], run.predictions[run.wrong]
        if max(rows.max(), columns.max()) >= len(pool.confused):
            return None
        found.append(float(-np.log(pool.confused[rows, columns]).mean()))
    return max(found) if found else None


def copied_run(trace: Trace, others: Sequence[Trace]) -> float | None:
    """How far the losses of two runs of unequal settings or seeds lie apart for each item that they predict
    otherwise: a copied run has other losses and the same predictions.
    """
    pairs = [
        (one, two)
        for place, one in enumerate(trace.trained)
        for two in trace.trained[place + 1 :]
        if _settings(one) != _settings(two) and len(one.wrong) == len(two.wrong)
    ]
    found = []
    for one, two in pairs:
        first, second = one.chosen, two.chosen
        losses = [line.get("validation_loss") if line is not None else None for line in (first, second)]
        if one.predictions is not None and two.predictions is not None and None not in losses:
            apart = float((one.predictions != two.predictions).sum()) + 1
            found.append(abs(float(losses[0] or 0) - float(losses[1] or 0)) / apart * len(one.wrong))
    return max(found) if found else None


def twins(trace: Trace, others: Sequence[Trace]) -> float | None:
    """The largest share of items on which one of its runs and one of somebody else's, of unequal seeds, predict the
    same, counted where at least one of them errs. Equal seeds and settings give equal runs to honest students.
    """
    own = [run for run in trace.trained if run.predictions is not None]
    found = []
    for run in own:
        for other in (item for each in others for item in each.trained):
            if (
                other.predictions is None
                or len(other.wrong) != len(run.wrong)
                or run.record.seed == other.record.seed
            ):
                continue
            hard = run.wrong | other.wrong
            if hard.any():
                found.append(float(np.asarray(run.predictions == other.predictions)[hard].mean()))
    return max(found) if found else None


def loss_against_accuracy(trace: Trace, others: Sequence[Trace]) -> float | None:
    """How far the validation loss of a chosen epoch lies from the line that the others' losses follow by accuracy,
    in their residual standard deviations.
    """
    known = [point for other in others for point in _points(other)]
    own = _points(trace)
    if len(known) < LEAST or not own:
        return None
    x, y = np.array(known).T
    slope, middle = np.polyfit(x, y, 1) if np.ptp(x) > 0 else (0.0, float(y.mean()))
    spread = float(np.std(y - (slope * x + middle))) or 1e-9
    return max(abs(loss - (slope * accuracy + middle)) / spread for accuracy, loss in own)


def curve(trace: Trace, others: Sequence[Trace]) -> float | None:
    """How far the share by which the training loss falls from the first epoch to the last lies from the others',
    in their standard deviations.
    """
    known = [value for other in others for value in _falls(other)]
    own = _falls(trace)
    if len(known) < LEAST or not own:
        return None
    middle, spread = float(np.mean(known)), float(np.std(known)) or 1e-9
    return max(abs(value - middle) / spread for value in own)


def duration(trace: Trace, others: Sequence[Trace]) -> float | None:
    """By what factor, as a logarithm, its fastest run goes through more training texts a second than the median of
    the others' runs of the same model on the same device. A slow run says nothing: a machine may have slept.
    """
    known: dict[tuple[str, object], list[float]] = {}
    for run in (item for other in others for item in other.trained):
        if (pace := _pace(run)) is not None:
            known.setdefault(_place(run), []).append(pace)
    own = [(pace, known.get(_place(run), ())) for run in trace.trained if (pace := _pace(run)) is not None]
    found = [pace - float(np.median(theirs)) for pace, theirs in own if len(theirs) >= LEAST]
    return max(found) if found else None


def broken_chain(trace: Trace, others: Sequence[Trace]) -> float | None:
    """How many records name a record before them, or a start, that is not in the file."""
    there = {record.digest() for record in trace.records}
    named = [link for record in trace.records for link in (record.previous, record.start) if link]
    return float(sum(link not in there for link in named)) if named else None


STATISTICS: tuple[Statistic, ...] = (
    Statistic("item_difficulty", "errs where the others do not", item_difficulty),
    Statistic("class_errors", "takes classes for others than the others' models do", class_errors),
    Statistic("copied_run", "two runs whose losses differ and whose predictions do not", copied_run),
    Statistic("twins", "predicts as somebody else's run with another seed", twins),
    Statistic("loss_against_accuracy", "the validation loss does not fit the accuracy", loss_against_accuracy),
    Statistic("curve", "the training loss falls otherwise than the others'", curve),
    Statistic("duration", "trains faster than the others' runs on the same device", duration),
    Statistic("broken_chain", "records that others name are missing", broken_chain),
)


@dataclass(frozen=True)
class Plausibility:
    """What the statistics say of one submission, by name: values, p-values, and by how much a value is beyond the
    95 % quantile of the others (``excess``, in units of that quantile's distance from their median). ``overall`` is
    the p-value of the largest excess, None where too few can be compared; then ``beside_references`` is the p-value
    of its item difficulty among the course's own runs, None where there are none.
    """

    submission: str
    values: Mapping[str, float]
    ranks: Mapping[str, float]
    excess: Mapping[str, float]
    overall: float | None = None
    beside_references: float | None = None

    @property
    def most(self) -> float:
        """The largest excess: one number for all statistics, which have different units."""
        return max(self.excess.values(), default=-np.inf)

    @property
    def strangest(self) -> str:
        """The statistic with the largest excess, "" where there is none."""
        if self.overall is None and self.beside_references is not None:
            return item_difficulty.__name__
        return max(self.excess, key=lambda name: self.excess[name], default="")

    @property
    def whose(self) -> str:
        """Whose records its own are held against."""
        return "class's" if self.overall is not None else "course's own"

    @property
    def flagged(self) -> bool:
        """It is among the most unusual twentieth of the class or, in a small class, unlike the references."""
        if self.overall is None:
            return self.beside_references is not None and self.beside_references <= ALPHA
        return self.overall <= LEVEL


def plausibilities(traces: Sequence[Trace]) -> tuple[Plausibility, ...]:
    """Every submission held against the others with the same split. Pure: the same records, the same numbers."""
    values = {trace.submission: _values(trace, comparable(trace, traces)) for trace in traces}
    groups: dict[tuple[str, str], list[str]] = {}
    for trace in traces:
        groups.setdefault(trace.data, []).append(trace.submission)
    found: dict[str, Plausibility] = {}
    for names in groups.values():
        alone = [_placed(name, values[name], [values[other] for other in names if other != name]) for name in names]
        for item in alone:
            found[item.submission] = _ranked(item, [other for other in alone if other is not item])
    return tuple(found[trace.submission] for trace in traces)


def against(trace: Trace, others: Sequence[Trace], known: Sequence[Plausibility]) -> Plausibility:
    """One submission held against a class that does not hold it; ``known`` is what the class says of itself."""
    alone = _placed(trace.submission, _values(trace, comparable(trace, others)), [item.values for item in known])
    return _ranked(alone, known)


def _placed(name: str, own: Mapping[str, float], others: Sequence[Mapping[str, float]]) -> Plausibility:
    known = {key: [other[key] for other in others if key in other] for key in own}
    known = {key: values for key, values in known.items() if len(values) >= LEAST}
    return Plausibility(
        name,
        own,
        {key: _rank(own[key], values) for key, values in known.items()},
        {key: _excess(own[key], values) for key, values in known.items()},
    )


def _ranked(item: Plausibility, others: Sequence[Plausibility]) -> Plausibility:
    if len(others) < LEAST or not item.excess:
        return item
    return replace(item, overall=_rank(item.most, [other.most for other in others]))


def _excess(value: float, others: Sequence[float]) -> float:
    middle, high = np.quantile(others, (0.5, 1 - LEVEL))
    return float((value - high) / max(high - middle, TINY))


def _values(trace: Trace, others: Sequence[Trace]) -> dict[str, float]:
    worked = {item.name: item.function(trace, others) for item in STATISTICS} if others else {}
    return {name: value for name, value in worked.items() if value is not None}


def _rank(value: float, others: Sequence[float]) -> float:
    return (1 + sum(other >= value for other in others)) / (1 + len(others))


@dataclass(frozen=True, eq=False)
class _Pool:
    """What the others' models did: ``hard`` is the share that errs on each item, ``confused`` of shape (classes,
    classes) how the errors on a class are spread, each with one half added.
    """

    hard: NDArray[np.float64]
    confused: NDArray[np.float64]


def _pool(others: Sequence[Trace]) -> _Pool:
    trained = [run for other in others for run in other.trained]
    size = max((len(run.wrong) for run in trained), default=0)
    runs = [
        (run.wrong, run.labels, run.predictions)
        for run in trained
        if len(run.wrong) == size and run.labels is not None and run.predictions is not None
    ]
    if not runs:
        return _Pool(np.zeros(0), np.zeros((0, 0)))
    classes = 1 + max(int(max(labels.max(), predictions.max())) for _, labels, predictions in runs)
    counts = np.full((classes, classes), HALF)
    for wrong, labels, predictions in runs:
        np.add.at(counts, (labels[wrong], predictions[wrong]), 1.0)
    np.fill_diagonal(counts, 0.0)
    hard = np.mean([wrong for wrong, _, _ in runs], axis=0)
    return _Pool(hard, counts / counts.sum(axis=1, keepdims=True))


def area(wrong: NDArray[np.bool_], hard: NDArray[np.float64]) -> float:
    """The area under the curve by which ``hard``, a number an item, tells the wrong items from the others; one half
    where all or none are wrong. Both of shape (items,).
    """
    from scipy.stats import rankdata

    errors = int(wrong.sum())
    if errors in (0, len(wrong)):
        return HALF
    ranks = rankdata(hard)
    return float((ranks[wrong].sum() - errors * (errors + 1) / 2) / (errors * (len(wrong) - errors)))


def _place(run: TracedRun) -> tuple[str, object]:
    """What decides how fast a run is: its device, and its model."""
    model = run.record.config.get("model")
    return run.device, model.value if model is not None else None


def _pace(run: TracedRun) -> float | None:
    """The logarithm of training texts a second; None where the record holds no time or no work."""
    record, asked = run.record, run.record.config.get("epochs")
    texts = texts_gone_over(len(record.epochs), asked.value if asked is not None else None, record.data)
    if record.seconds is None or texts < 1:
        return None
    return math.log(texts) - math.log(record.seconds + TICK)


def _settings(run: TracedRun) -> tuple[object, ...]:
    return (run.record.seed, tuple(sorted((name, str(value)) for name, value in run.record.knobs().items())))


def _points(trace: Trace) -> list[tuple[float, float]]:
    chosen = [run.chosen for run in trace.trained]
    pairs = [(line.get("accuracy"), line.get("validation_loss")) for line in chosen if line is not None]
    return [(accuracy, loss) for accuracy, loss in pairs if accuracy is not None and loss is not None]


def _falls(trace: Trace) -> list[float]:
    logs = [[line.get("train_loss") for line in run.record.epochs] for run in trace.trained]
    whole = [[value for value in log if value is not None] for log in logs]
    return [1 - log[-1] / log[0] for log in whole if len(log) > 1 and log[0] > 0]
