"""What training needs to know of data and of a run's log: shapes, not classes, so that both stay replaceable."""

from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray


class TextsWithLabels(Protocol):
    """One part of a split: n texts and their n class ids (int64, 0 ≤ id < number of classes)."""

    @property
    def texts(self) -> Sequence[str]:
        """The texts, in the part's fixed order."""
        ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class ids, shape (n,)."""
        ...


class SplitData(Protocol):
    """A data set of texts, as far as training is concerned; `paribus.data.texts.TextData` is one."""

    @property
    def train(self) -> TextsWithLabels:
        """What the model learns from."""
        ...

    @property
    def validation(self) -> TextsWithLabels:
        """What checkpoints are chosen on."""
        ...

    @property
    def classes(self) -> Sequence[str]:
        """Class names; the position is the class id."""
        ...

    def subset(self, rows: int, seed: int) -> Self:
        """The same data with so many training rows, validation and classes untouched."""
        ...


class RunLog(Protocol):
    """The one call of a run that a training loop makes: a line an epoch."""

    def log(
        self,
        *,
        epoch: int,
        train_loss: float | None = None,
        validation_loss: float | None = None,
        predictions: NDArray[np.int64] | None = None,
    ) -> Any:  # what a log returns is its own affair
        """Write down one epoch; ``predictions`` are the validation predictions after it, shape (n,)."""
        ...
