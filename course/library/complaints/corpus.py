"""The complaints as they were found, and as they are used: cleaned, merged and split, with tiers of classes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from complaints.card import render
from complaints.report import MergeReport
from paribus.data.texts import TextData

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
class Complaints(TextData):
    """The complaints, cleaned, merged and split; ``merge_report`` says what cleaning did.

    A subset keeps the counts of the whole corpus, so that its tiers stay the tiers of the corpus.
    """

    merge_report: MergeReport

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

    def card(self) -> str:
        """The data card, in markdown."""
        return render(self)
