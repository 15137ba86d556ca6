"""What a run's predictions score, worked out again from the arrays in the file."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader.evidence.runs import CASES, Run, finished, own_records
from grader.model import Case
from paribus.errors import ParibusError
from paribus.evidence.packing import unpack
from paribus.metrics import Metrics, evaluate_fast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def last_metrics(case: Case, runs: Sequence[Run]) -> Metrics | None:
    """The recomputed metrics of the last finished run that shows its predictions, None where there are none."""
    for run in reversed(finished(runs)):
        found = score_run(case, run)
        if isinstance(found, Metrics):
            return found
    return None


def score_run(case: Case, run: Run) -> Metrics | str:
    """A run's metrics from its packed predictions and the labels of its split, or why they cannot be had."""
    if run.result is None or not run.result.predictions:
        return "no predictions"
    labels = labels_of(case, run)
    if labels is None:
        return "no labels"
    return _score(labels[0], run.result.predictions, labels[1])


def labels_of(case: Case, run: Run) -> tuple[str, int] | None:
    """The packed labels of the run's split and the number of classes, from the data record that fits."""
    found = None if run.data is None else _labels(case).get((run.data.split, run.data.fingerprint))
    return None if found is None else (found[0], len(found[1]))


def class_names(case: Case, run: Run) -> tuple[str, ...]:
    """The names of the classes of the run's split, () where no data record says."""
    found = None if run.data is None else _labels(case).get((run.data.split, run.data.fingerprint))
    return () if found is None else found[1]


def data_of(case: Case) -> tuple[tuple[int, int], ...]:
    """How many validation items and how many classes each data record tells of."""
    found = ((unpacked(labels), classes) for labels, classes in _labels(case).values())
    return tuple((len(items), len(classes)) for items, classes in found if items is not None and classes)


@lru_cache(maxsize=CASES)
def _labels(case: Case) -> Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """The packed labels and the classes by split and fingerprint; the first data record counts."""
    found: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for item in own_records(case):
        record = item.record
        if record is not None and record.kind == "data" and record.data is not None:
            place = (record.data.split, record.data.fingerprint)
            found.setdefault(place, (record.labels, tuple(record.classes)))
    return MappingProxyType(found)


@lru_cache(maxsize=512)
def _score(labels: str, predictions: str, n_classes: int) -> Metrics | str:
    """Score packed arrays; pure, so that several checks on one run pay once."""
    try:
        return evaluate_fast(unpack(labels), unpack(predictions), n_classes)
    except ParibusError as error:
        return str(error)


@lru_cache(maxsize=512)
def unpacked(packed: str) -> "NDArray[np.int64] | None":
    """A packed array, or None where it cannot be read."""
    try:
        return unpack(packed) if packed else None
    except ParibusError:
        return None
