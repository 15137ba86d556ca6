"""A data set of texts with classes: its parts, and the split that is the same for everyone.

data = split_texts(texts, names, source="cars.csv")
data.train.texts, data.train.labels, data.classes
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from paribus.errors import DataError
from paribus.metrics.metric import PROBABLE
from paribus.metrics.registry import registry

OF_CLASSES = ("class", *PROBABLE)
"""What metrics of predicted classes need."""


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the split: ``texts`` and, row by row, ``labels`` (int64, an index into the classes)."""

    texts: tuple[str, ...]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """How many texts."""
        return len(self.texts)

    def take(self, rows: NDArray[np.int64]) -> "Part":
        """The part that holds only these rows, in this order."""
        return Part(tuple(self.texts[row] for row in rows), frozen_labels(self.labels[rows]))

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits of the SHA-256 over texts and labels, whatever their order."""
        rows = (f"{label}\t{text}" for text, label in zip(self.texts, self.labels.tolist(), strict=True))
        return digest_of_rows(rows)


@dataclass(frozen=True, eq=False)
class TextData:
    """Texts with classes, split.

    ``classes`` names each label id, most frequent in training first, ties in alphabetical order.
    ``class_counts`` are the training examples of each class in the *whole* training part; a subset keeps
    them. ``fingerprint`` covers every text with its class (16 hex digits), ``split_digest`` which text went where;
    data made of others have theirs before a "+". Runs are scored by ``metrics``, and by those of classes where it
    names none; the first chooses a run's checkpoint.
    """

    train: Part
    validation: Part
    test: Part
    classes: tuple[str, ...]
    source: str
    fingerprint: str
    split_digest: str
    class_counts: NDArray[np.int64]
    metrics: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def subset(self, rows: int, seed: int) -> Self:
        """The same data with ``rows`` training texts drawn without replacement.

        A larger subset of the same seed contains the smaller one. Validation and test stay whole. Raises
        DataError where ``rows`` is not between 1 and the size of the training part.
        """
        if not 1 <= rows <= len(self.train):
            raise DataError(f"A subset of {rows} rows was asked for; the training part has {len(self.train)}.")
        keys = np.random.PCG64(np.random.SeedSequence([seed, 0x5B5E7])).random_raw(len(self.train))
        kept = np.sort(np.argsort(keys, kind="stable")[:rows])
        return replace(self, train=self.train.take(kept))

    def scored_by(self, *metrics: str) -> Self:
        """The same data, whose runs are scored by these metrics; the first chooses a run's checkpoint.

        Raises DataError where a metric is unknown or follows from no predictions of classes.
        """
        for name in metrics:
            if name not in registry():
                raise DataError(registry().unknown(name))
            if registry()[name].needs not in OF_CLASSES:
                known = ", ".join(metric.name for metric in registry() if metric.needs in OF_CLASSES)
                raise DataError(f"{name} is no metric of predicted classes; expected some of {known}.")
        return replace(self, metrics=metrics)

    def judged_on(self, rows: NDArray[np.int64]) -> Self:
        """The same data with some of the validation texts, by position: for what was fitted on the others."""
        part = self.validation.take(rows)
        return replace(
            self, validation=part, fingerprint=made_of(self.fingerprint, part.fingerprint),
            split_digest=made_of(self.split_digest, part.fingerprint),
        )  # fmt: skip


def made_of(digest: str, *more: str) -> str:
    """The digest of data that were made of those of ``digest``, and of ``more``: the first stays in sight."""
    added = hashlib.sha256(" ".join((digest, *more)).encode()).hexdigest()[:16]
    return f"{digest.partition('+')[0]}+{added}"


def frozen_labels(labels: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """A read-only int64 array of labels."""
    array = np.array(labels, dtype=np.int64)
    array.setflags(write=False)
    return array


def normalised(text: str) -> str:
    """A text as duplicates are found by: case folded, white space collapsed."""
    return " ".join(text.split()).casefold()


def digest_of_rows(rows: Iterable[str]) -> str:
    """16 hex digits of the SHA-256 over the sorted rows."""
    digest = hashlib.sha256()
    for row in sorted(rows):
        digest.update(row.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:16]
