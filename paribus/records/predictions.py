"""A run's predictions: held against what its data ask for, packed, and read back from a record."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from paribus.errors import EvidenceError
from paribus.metrics import Metrics
from paribus.metrics.packing import pack, pack_scores, pack_values
from paribus.metrics.registry import in_order, registry
from paribus.metrics.scoring import Values, score, scored
from paribus.records.data import Data, metrics_of, on_this_machine, predicts
from paribus.records.record import Record

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ONE = {"": "class id", "value": "number", "item": "score"}
"""What one prediction is, by what the data say of them."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """Predictions of one checkpoint, shape (items,), and their packed text beside that of the scores: of all
    classes, or of the class that was predicted. A run that only measures has none, shape (0,).
    """

    values: "NDArray[Any]"
    packed: str = ""
    scores: str = ""


def no_predictions() -> Predicted:
    """Of a run that only measures."""
    import numpy as np

    return Predicted(np.zeros(0))


def predicted(name: str, data: Data, predictions: "ArrayLike", scores: "ArrayLike | None") -> Predicted:
    """Predictions of the run ``name`` as arrays of their own and as text, from a list, an array or a tensor on any
    device. Raises EvidenceError where they are not of the shape and the type that ``data`` ask for.
    """
    import numpy as np

    if predicts(data) == "none":
        raise EvidenceError(
            f'The data of {name!r} say predicts="none", so its runs hand in no predictions. Leave '
            "predictions= out, or name what they predict where the data are made."
        )
    given = np.array(on_this_machine(predictions))
    expected = np.asarray(data.validation.labels).shape
    kind = predicts(data)
    if given.shape != expected or given.dtype.kind not in ("iu" if not kind else "iuf"):
        wanted = "whole numbers" if not kind else "numbers"
        raise EvidenceError(
            f"The predictions of {name!r} have shape {given.shape} and type {given.dtype}; expected one "
            f"{ONE[kind]} for each validation item, shape {expected} of {wanted}."
            f"{'' if kind else ' For logits, pass logits.argmax(axis=1).'}"
        )
    if not kind and given.size and (given.min() < 0 or given.max() >= len(data.classes)):
        raise EvidenceError(
            f"The predictions of {name!r} run from {given.min()} to {given.max()}; class ids go from 0 to "
            f"{len(data.classes) - 1}."
        )
    packed_scores = "" if scores is None else _packed_scores(name, data, given, scores)
    if kind:
        return Predicted(given.astype(np.float64), pack_values(given), packed_scores)
    return Predicted(given.astype(np.int64), pack(given), packed_scores)


def _packed_scores(name: str, data: Data, predictions: "NDArray[Any]", scores: "ArrayLike") -> str:
    """Of two classes, the second's probability alone says both. Of more, the probability of the predicted class is
    all that is kept where no metric of the data needs more: 21,432 items of it fit a record, all classes do not.
    """
    import numpy as np

    given = np.asarray(on_this_machine(scores))
    items, classes = expected = (len(data.validation.labels), len(data.classes))
    alone = "score" not in {registry()[metric].needs for metric in metrics_of(data)}
    if given.shape == (items,) and (classes == 2 or alone):
        return pack_scores(given[:, None])
    if given.shape != expected:
        which = "second" if classes == 2 else "predicted"
        or_one = f", or {(items,)} with that of the {which} class alone" if classes == 2 or alone else ""
        raise EvidenceError(
            f"The scores of {name!r} have shape {given.shape}; expected {expected}: the probability of "
            f"each class for each validation item{or_one}."
        )
    if alone and classes > 2:
        return pack_scores(given[np.arange(items), predictions][:, None])
    return pack_scores(given)


def restored_metrics(record: Record, data: Record) -> "tuple[Metrics | Values, NDArray[Any]]":
    """What a finished run scored and predicted, from its record and that of its data; nothing where it measured."""
    if not record.predictions:
        return Values({}, 0), no_predictions().values
    items = scored(
        data.labels, record.predictions, predicts=data.predicts, n_classes=len(data.classes), scores=record.scores
    )
    metrics = score(items, predicts=data.predicts, names=data.metrics)[0]
    if isinstance(metrics, Metrics) and metrics.asked:  # scores may have been too many to be kept
        asked = {name: record.values[name] for name in in_order(data.metrics) if name in record.values}
        return replace(metrics, asked=asked), items.guess
    return metrics, items.guess
