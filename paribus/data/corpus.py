"""What the rest of paribus sees of a data set: raw complaints, the parts of a split, and the split itself."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from paribus.data.card import render
from paribus.data.report import MergeReport
from paribus.errors import DataError

Tier = Literal["head", "mid", "tail"]

FULL_TRAIN_ROWS = 57_846
HEAD_FROM = 2_000
TAIL_BELOW = 100
# Fewer examples than this make a tail class in a corpus of any size.
ALWAYS_TAIL_BELOW = 10


@dataclass(frozen=True, eq=False)
class RawComplaints:
    """Complaints as they were found. ``frame`` has the columns text and issue (the raw label), product
    and part ("train" or "test", where the source ships a test split of its own) only where the source has them.
    """

    frame: pd.DataFrame
    source: str


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the split: ``texts`` and, row by row, ``labels`` (int64, an index into the classes)."""

    texts: tuple[str, ...]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of complaints."""
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
class Complaints:
    """The complaints, cleaned, merged and split.

    ``classes`` names each label id, most frequent in training first, ties in alphabetical order.
    ``class_counts`` are the training examples of each class in the *whole* training part; a subset keeps
    them, so that its tiers stay the tiers of the corpus. ``fingerprint`` covers every text with its class
    (16 hex digits), ``split_digest`` which text went where.
    """

    train: Part
    validation: Part
    test: Part
    classes: tuple[str, ...]
    source: str
    fingerprint: str
    split_digest: str
    merge_report: MergeReport
    class_counts: NDArray[np.int64]

    @property
    def n_classes(self) -> int:
        """How many classes the corpus has."""
        return len(self.classes)

    def tier_limits(self) -> tuple[float, float]:
        """From how many training examples a class is head, and below how many it is tail.

        2,000 and 100 at the course's 57,846 training rows; a smaller corpus scales both in proportion, the
        second down to 10.
        """
        scale = min(1.0, float(self.class_counts.sum()) / FULL_TRAIN_ROWS)
        return HEAD_FROM * scale, max(float(ALWAYS_TAIL_BELOW), TAIL_BELOW * scale)

    def tiers(self) -> NDArray[np.str_]:
        """Each class's tier, "head", "mid" or "tail"; see `tier_limits`."""
        head_from, tail_below = self.tier_limits()
        middle = np.where(self.class_counts < tail_below, "tail", "mid")
        return np.where(self.class_counts >= head_from, "head", middle)

    def subset(self, rows: int, seed: int) -> "Complaints":
        """The same corpus with ``rows`` training complaints drawn without replacement.

        A larger subset of the same seed contains the smaller one. Validation and test stay whole. Raises
        DataError where ``rows`` is not between 1 and the size of the training part.
        """
        if not 1 <= rows <= len(self.train):
            raise DataError(f"A subset of {rows} rows was asked for; the training part has {len(self.train)}.")
        keys = np.random.PCG64(np.random.SeedSequence([seed, 0x5B5E7])).random_raw(len(self.train))
        kept = np.sort(np.argsort(keys, kind="stable")[:rows])
        return replace(self, train=self.train.take(kept))

    def card(self) -> str:
        """The data card, in markdown."""
        return render(self)


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
