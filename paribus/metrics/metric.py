"""What a metric is: its name, its titles, which way is better, what it is computed from, and how.

Everything that shows, compares or judges a metric asks this value: tables, captions, "best epoch", the direction of
a claim, intervals over items, the range of a reference band.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Need = Literal["class", "score", "confidence", "value", "item", "measured"]
"""What a metric is computed from: class ids, scores of the classes, numbers, scores of the items. ``confidence``:
the score of the class that was answered, one an item. ``measured``: a run can only say it (a loss, a latency, a
size), so nobody can compute it again.
"""
PROBABLE: tuple[Need, ...] = ("score", "confidence")
"""What is computed from probabilities, which a run hands in as ``scores``."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Predictions beside the truth they are scored on.

    ``truth`` has shape (items,): class ids, or numbers. ``guess`` has shape (items,): class ids, numbers, or one
    score an item. ``scores`` has shape (items, classes), the probability of each class, or is None. ``sure`` is the
    probability of the class that was guessed, shape (items,), where that is all that is known of the scores.
    """

    truth: "NDArray[Any]"
    guess: "NDArray[Any]"
    n_classes: int = 0
    scores: "NDArray[np.float64] | None" = None
    sure: "NDArray[np.float64] | None" = None

    def without(self, keep: "NDArray[np.bool_]") -> "Scored":
        """The items of ``keep`` alone, shape (items,)."""
        scores = None if self.scores is None else self.scores[keep]
        sure = None if self.sure is None else self.sure[keep]
        return Scored(self.truth[keep], self.guess[keep], self.n_classes, scores, sure)

    def gives(self, need: Need) -> bool:
        """Whether what a metric ``need``s of the probabilities is there; true where it needs none."""
        if need == "confidence":
            return self.scores is not None or self.sure is not None
        return need != "score" or self.scores is not None


@dataclass(frozen=True)
class Metric:
    """One metric.

    ``compute`` gives its value, ``leave_one_out`` the value and the value without each item (a float, and an array
    of shape (items,)); a metric without the latter gets its interval over items from groups of items. ``low`` and
    ``high`` bound its values, None where nothing does. ``digits`` are shown; 0 is a count. ``unit`` is that of its
    values ("ms"), "" for a pure number or the target's own unit. ``words`` are what people call it in English
    besides its name and title; other languages' are in the grader's vocabulary. ``placed`` metrics hold for one
    machine alone, so a record keeps the place beside them. ``in_log`` says whether each line of a run's log holds
    it, even where it does not choose the checkpoint.
    """

    name: str
    title: str
    needs: Need
    higher_is_better: bool
    low: float | None = None
    high: float | None = None
    digits: int = 4
    unit: str = ""
    words: tuple[str, ...] = ()
    placed: bool = False
    in_log: bool = True
    compute: Callable[[Scored], float] | None = None
    leave_one_out: "Callable[[Scored], tuple[float, NDArray[np.float64]]] | None" = None

    @property
    def heading(self) -> str:
        """The title with the unit, for a table or an axis: "latency, median (ms)"."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def is_share(self) -> bool:
        """Its values lie between 0 and 1, so a change of more than 1 is impossible."""
        return (self.low, self.high) == (0.0, 1.0)

    @property
    def over_items(self) -> bool:
        """Whether it can be worked out without some items: from predictions, and no count of classes."""
        return self.compute is not None and self.digits > 0

    def better(self, value: float, other: float) -> bool:
        """Whether ``value`` beats ``other``; equal values do not."""
        return value > other if self.higher_is_better else value < other

    def shown(self, value: float, *, signed: bool = False, mean: bool = False) -> str:
        """The value as people write it: a count with its thousands apart. The mean of a count keeps one decimal."""
        digits = 1 if mean and not self.digits else self.digits
        return format(value, f"{'+' if signed else ''}{'' if self.digits else ','}.{digits}f")

    def clipped(self, low: float, high: float) -> tuple[float, float]:
        """A band cut to the values that the metric can have."""
        return (
            low if self.low is None else max(low, self.low),
            high if self.high is None else min(high, self.high),
        )
