"""What cleaning a corpus did to it, as numbers that can be shown and checked."""

from dataclasses import dataclass
from typing import Self

import pandas as pd


@dataclass(frozen=True)
class Merged:
    """A near-duplicate label that became another: ``rows`` complaints carried the ``old`` name."""

    old: str
    new: str
    rows: int


@dataclass(frozen=True)
class Dropped:
    """A class with too few complaints to be learnt and measured."""

    label: str
    rows: int


@dataclass(frozen=True)
class MergeReport:
    """Labels and rows before and after; what was merged, what was dropped.

    ``empty`` complaints without a text or label and (``duplicates``) repeated texts were left out first.
    ``duplicates_kept`` counts repeated texts that were left in, ``conflicting`` the texts that occurred under
    more than one class.
    """

    source: str
    raw_labels: int
    merged_labels: int
    classes: int
    raw_rows: int
    rows: int
    minimum: int
    merged: tuple[Merged, ...]
    dropped: tuple[Dropped, ...]
    empty: int
    duplicates: int
    duplicates_kept: int
    conflicting: int

    @classmethod
    def of_clean(cls, frame: pd.DataFrame) -> Self:
        """The report of a frame (text, label) that is taken as it stands."""
        labels = int(frame["label"].nunique())
        return cls("frame", labels, labels, labels, len(frame), len(frame), 1, (), (), 0, 0, 0, 0)

    def merged_table(self) -> pd.DataFrame:
        """One row a merged label: old, new, rows."""
        rows = [(item.old, item.new, item.rows) for item in self.merged]
        return pd.DataFrame(rows, columns=["old", "new", "rows"])

    def dropped_table(self) -> pd.DataFrame:
        """One row a dropped class: label, rows."""
        return pd.DataFrame([(item.label, item.rows) for item in self.dropped], columns=["label", "rows"])

    def __str__(self) -> str:
        """The report in three lines."""
        lost = sum(item.rows for item in self.dropped)
        kept = f"; {self.duplicates_kept:,} exact duplicates were kept" if self.duplicates_kept else ""
        return (
            f"{self.raw_labels} raw labels -> {self.merged_labels} after merging {len(self.merged)} near-duplicates"
            f" -> {self.classes} classes with at least {self.minimum} complaints\n"
            f"{self.raw_rows:,} rows -> {self.rows:,}: {self.empty:,} empty, {self.duplicates:,} exact duplicates "
            f"and {lost:,} rows of {len(self.dropped)} small classes left out{kept}\n"
            f"{self.conflicting:,} texts occurred under more than one class"
        )
