"""A data set of any kind: features and labels, split once, with fingerprints that tell one split from another.

    data = Dataset.split_from("diabetes", features, targets, predicts="value", metrics=("rmse", "mae"))
    data.train.features, data.train.labels

The same rows, labels and seed give the same split and the same fingerprints on every machine.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from paribus.data.texts import OF_CLASSES
from paribus.errors import DataError
from paribus.metrics.registry import registry
from paribus.metrics.scoring import default_metrics

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Predicts = Literal["", "value", "item", "none"]
FEWEST = 2
"""Items that a part needs at least."""


@dataclass(frozen=True, eq=False)
class Rows:
    """One part of a split: ``features`` (an array, a data frame or a list, one row an item) and ``labels``, shape
    (items,).
    """

    features: Any
    labels: "NDArray[Any]"

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits over the features and labels, in order: a subset has another."""
        digest = hashlib.sha256()
        for column in _columns(self.features):
            digest.update(column)
        digest.update(_plain(self.labels))
        return digest.hexdigest()[:16]

    def take(self, rows: "ArrayLike") -> "Rows":
        """These rows alone, by position, in the order given."""
        places = np.asarray(rows)
        return Rows(_take(self.features, places), self.labels[places])

    def __len__(self) -> int:
        """How many items."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three parts of one data set.

    ``predicts`` says what its labels are: class ids (""), numbers ("value"), or nothing that a prediction equals
    ("item": runs hand in one score an item; "none": they only measure something, such as a loss). Runs are scored
    by ``metrics``; the first chooses a run's checkpoint.
    """

    source: str
    train: Rows
    validation: Rows
    test: Rows
    classes: tuple[str, ...]
    predicts: Predicts
    metrics: tuple[str, ...]
    split_digest: str

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits over every item of the three parts."""
        parts = (self.train, self.validation, self.test)
        return hashlib.sha256("".join(part.fingerprint for part in parts).encode()).hexdigest()[:16]

    def with_train(self, rows: "ArrayLike") -> "Dataset":
        """The same data with some of the training rows, by position: for an experiment on the amount of data."""
        return replace(self, train=self.train.take(rows))

    @classmethod
    def split_from(
        cls,
        source: str,
        features: Any,  # an array, a data frame or a list
        labels: "ArrayLike | None" = None,
        *,
        predicts: Predicts = "",
        classes: Sequence[str] = (),
        metrics: Sequence[str] = (),
        validation: float = 0.2,
        test: float = 0.2,
        seed: int = 2027,
    ) -> "Dataset":
        """Split ``features`` and ``labels`` once, at random; classes keep their shares where each has enough items.
        Data that ``predicts="none"`` need no labels.

        ``validation`` and ``test`` are shares of all items. Raises DataError where features and labels differ in
        length, or a share leaves a part with fewer than two items. It does so too where labels are neither class
        ids nor numbers as ``predicts`` says, or a metric is unknown or needs something else.
        """
        if labels is None and predicts == "none":
            labels = np.zeros(len(features))
        truth = _labels(np.asarray(labels), predicts, len(features))
        names = tuple(metrics) or default_metrics(predicts)
        _check_metrics(names, predicts)
        known = tuple(classes) or (() if predicts else tuple(str(i) for i in range(int(truth.max()) + 1)))
        if not predicts and int(truth.max()) >= len(known):
            raise DataError(f"The labels run to {int(truth.max())}, and there are names of {len(known)} classes.")
        parts = _split(truth, validation, test, seed, stratify=not predicts)
        made = [Rows(_take(features, rows), truth[rows]) for rows in parts]
        digest = hashlib.sha256(b"".join(rows.astype("<i8").tobytes() for rows in parts)).hexdigest()[:16]
        return cls(source, made[0], made[1], made[2], known, predicts, names, digest)

    def __repr__(self) -> str:
        """One line for people."""
        sizes = f"{len(self.train):,} training, {len(self.validation):,} validation, {len(self.test):,} test items"
        kind = (
            f"{len(self.classes)} classes"
            if self.classes
            else {"value": "numbers", "none": "no predictions"}.get(self.predicts, "scores")
        )
        return f"Dataset({self.source}: {sizes}, {kind})"


def _labels(truth: "NDArray[Any]", predicts: str, items: int) -> "NDArray[Any]":
    if truth.ndim != 1 or len(truth) != items:
        raise DataError(
            f"There are {items:,} rows of features and labels of shape {truth.shape}; expected one a row."
        )
    if predicts == "":
        if truth.dtype.kind not in "iu" or truth.min() < 0:
            raise DataError(
                f"Class ids are whole numbers from 0; got labels of {truth.dtype}. For numbers, say "
                'predicts="value"; for names of classes, pass np.unique(names, return_inverse=True)[1].'
            )
        return truth.astype(np.int64)
    if predicts not in get_args(Predicts):
        raise DataError(
            f'predicts is {predicts!r}, expected "" for classes, "value" for numbers, "item" or "none".'
        )
    if truth.dtype.kind not in "iuf" or not np.isfinite(truth).all():
        raise DataError(f"The labels are {truth.dtype} or not all finite; expected a finite number an item.")
    return truth.astype(np.float64)


def _check_metrics(names: Sequence[str], predicts: str) -> None:
    fitting = {"": OF_CLASSES, "value": ("value",), "item": ("item",), "none": ("measured",)}[predicts]
    for name in names:
        if name not in registry():
            raise DataError(registry().unknown(name))
        if registry()[name].needs not in fitting:
            known = ", ".join(metric.name for metric in registry() if metric.needs in fitting)
            raise DataError(f"{name} is no metric of what these data predict; expected some of {known}.")


def _split(
    truth: "NDArray[Any]", validation: float, test: float, seed: int, *, stratify: bool
) -> "list[NDArray[np.int64]]":
    from sklearn.model_selection import train_test_split

    sizes = [round(len(truth) * share) for share in (validation, test)]
    if min(*sizes, len(truth) - sum(sizes)) < FEWEST:
        raise DataError(
            f"{len(truth):,} items with validation={validation:g} and test={test:g} leave a part with fewer than "
            f"{FEWEST} items."
        )
    rows = np.arange(len(truth))
    whole = stratify and int(np.bincount(truth)[np.unique(truth)].min()) >= 3
    parts = []
    for number, size in enumerate(sizes):
        fits = whole and size >= len(np.unique(truth[rows])) <= len(rows) - size
        rows, taken = train_test_split(
            rows, test_size=size, random_state=seed + number, stratify=truth[rows] if fits else None
        )
        parts.append(np.sort(taken))
    return [np.sort(rows), *parts]


def _take(features: Any, rows: "NDArray[np.int64]") -> Any:
    if hasattr(features, "iloc"):
        return features.iloc[rows].reset_index(drop=True)
    return [features[row] for row in rows] if isinstance(features, list | tuple) else np.asarray(features)[rows]


def _columns(features: Any) -> "list[bytes]":
    """Bytes that tell features apart: a frame's columns with their names, else one array."""
    if hasattr(features, "columns"):
        return [str(name).encode() + b"\0" + _plain(features[name].to_numpy()) for name in features.columns]
    return [_plain(np.asarray(features))]


def _plain(values: "NDArray[Any]") -> bytes:
    """The same bytes on every machine: numbers as little-endian float64 or int64, everything else as text."""
    if values.dtype.kind in "fc":
        return values.astype("<f8").tobytes()
    if values.dtype.kind in "iub":
        return values.astype("<i8").tobytes()
    return "\0".join(str(value) for value in values.ravel().tolist()).encode("utf-8", "replace")
