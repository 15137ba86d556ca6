"""What a run needs to know of the data: a protocol that any data set can meet, and what its runs are scored by."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from paribus.metrics.packing import pack, pack_values
from paribus.metrics.scoring import default_metrics

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Part(Protocol):
    """One part of the split. It has ``texts``, of which a fingerprint is made, or its own ``fingerprint``."""

    @property
    def labels(self) -> "NDArray[Any]":
        """Class ids or numbers, shape (items,), in the order of the items."""


class Data(Protocol):
    """What a run needs to know about its data; `paribus.data.dataset.Dataset` and
    `paribus.data.texts.TextData` are two.

    It may also say what is predicted (``predicts``: "value" for numbers, "item" for one score an item, "none" where
    runs only measure something; classes if it says nothing) and by which ``metrics`` runs are scored, the one that
    chooses the checkpoint first.
    """

    @property
    def train(self) -> Part:
        """What models learn from."""

    @property
    def validation(self) -> Part:
        """What runs are compared on."""

    @property
    def classes(self) -> Sequence[str]:
        """Class names by id; empty where numbers are predicted."""

    @property
    def source(self) -> str:
        """What the data were called when they were loaded."""

    @property
    def fingerprint(self) -> str:
        """Digest of what the items are and of their labels."""

    @property
    def split_digest(self) -> str:
        """Digest of who is in which part."""


def predicts(data: Data) -> str:
    """What runs on ``data`` predict: "" for classes, "value", "item" or "none"."""
    return str(getattr(data, "predicts", ""))


def metrics_of(data: Data) -> tuple[str, ...]:
    """By which metrics runs on ``data`` are scored."""
    return tuple(getattr(data, "metrics", ())) or default_metrics(predicts(data))


def chooser(data: Data) -> str:
    """The metric that chooses a run's checkpoint: the first by which runs on ``data`` are scored."""
    return metrics_of(data)[0]


def pack_labels(data: Data) -> str:
    """The validation labels of ``data`` as text."""
    import numpy as np

    labels = np.asarray(data.validation.labels)
    return pack_values(labels) if predicts(data) else pack(labels)


def on_this_machine(values: Any) -> Any:  # a list, an array or a tensor
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values
