"""What a run's predictions score, worked out again from the arrays in the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from grader.evidence.runs import CASES, Run, own_records
from grader.model import Case
from paribus.errors import ParibusError
from paribus.metrics import Metrics
from paribus.metrics.metric import Scored
from paribus.metrics.packing import unpack
from paribus.metrics.registry import per_registry
from paribus.metrics.scoring import Values, score, scored
from paribus.records.record import Record


def score_run(case: Case, run: Run) -> Metrics | Values | str:
    """A run's metrics from its packed predictions and the labels of its split, or why they cannot be had."""
    found = scored_run(case, run)
    return found if isinstance(found, str) else _score(found)[0]


def recomputed(case: Case, run: Run) -> Mapping[str, float] | str:
    """A run's metrics by name as they follow from its predictions, or why they cannot be had."""
    found = scored_run(case, run)
    return found if isinstance(found, str) else _score(found)[1]


def items_of(case: Case, run: Run) -> Scored | None:
    """A run's predictions beside the labels of its split; None where they cannot be had."""
    found = scored_run(case, run)
    if isinstance(found, str):
        return None
    arrays = _arrays(found)
    return None if isinstance(arrays, str) else arrays


@dataclass(frozen=True)
class Packed:
    """What a run's metrics follow from, as the records hold it."""

    labels: str
    predictions: str
    scores: str
    n_classes: int
    predicts: str
    metrics: tuple[str, ...]


def scored_run(case: Case, run: Run) -> Packed | str:
    """The packed arrays behind a run's metrics, or why they cannot be had."""
    if run.result is None or not run.result.predictions:
        return "no predictions"
    data = _data_record(case, run)
    if data is None:
        return "no labels"
    return Packed(
        data.labels, run.result.predictions, run.result.scores, len(data.classes), data.predicts, data.metrics
    )


def class_names(case: Case, run: Run) -> tuple[str, ...]:
    """The names of the classes of the run's split, () where no data record says."""
    found = _data_record(case, run)
    return () if found is None else found.classes


def _data_record(case: Case, run: Run) -> Record | None:
    return None if run.data is None else _data_records(case).get((run.data.split, run.data.fingerprint))


def data_of(case: Case) -> tuple[tuple[int, int], ...]:
    """How many validation items and how many classes each data record tells of."""
    found = [record for record in _data_records(case).values() if record.classes and not record.predicts]
    return tuple((items, len(record.classes)) for record in found if (items := _count(record.labels)) is not None)


@lru_cache(maxsize=512)
def _count(labels: str) -> int | None:
    """How many items packed labels are of; None where they cannot be read."""
    try:
        return unpack(labels).size
    except ParibusError:
        return None


@lru_cache(maxsize=CASES)
def _data_records(case: Case) -> Mapping[tuple[str, str], Record]:
    """The data records by split and fingerprint; the first counts."""
    found: dict[tuple[str, str], Record] = {}
    for item in own_records(case):
        record = item.record
        if record is not None and record.kind == "data" and record.data is not None:
            found.setdefault((record.data.split, record.data.fingerprint), record)
    return MappingProxyType(found)


@lru_cache(maxsize=512)
def _arrays(packed: Packed) -> Scored | str:
    """The arrays behind packed text; pure, so that several checks on one run pay once."""
    try:
        return scored(
            packed.labels, packed.predictions, predicts=packed.predicts, n_classes=packed.n_classes,
            scores=packed.scores,
        )  # fmt: skip
    except ParibusError as error:
        return str(error)


@per_registry(512)
def _score(packed: Packed) -> tuple[Metrics | Values, Mapping[str, float]] | tuple[str, str]:
    """Score packed arrays."""
    items = _arrays(packed)
    if isinstance(items, str):
        return items, items
    try:
        return score(items, predicts=packed.predicts, names=packed.metrics)
    except ParibusError as error:
        return str(error), str(error)
