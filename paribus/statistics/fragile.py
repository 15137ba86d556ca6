"""How much of macro-F1 hangs on single items: classes with a handful of validation examples."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paribus.display.markup import Table
from paribus.errors import UsageError
from paribus.metrics import Metrics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW = 5


@dataclass(frozen=True, eq=False)
class Fragility:
    """The classes with at most ``most`` validation examples, and what one of those examples is worth.

    ``classes`` are class ids; ``up`` and ``down`` (both shape (len(classes),), down negative) are the moves of
    macro-F1 where one more example of the class came out right, or one fewer. ``still`` counts those among
    them that the model never predicted, which move nothing.
    """

    most: int
    classes: "NDArray[np.int64]"
    up: "NDArray[np.float64]"
    down: "NDArray[np.float64]"
    still: int
    macro_f1: float

    @property
    def rise(self) -> float:
        """How far macro-F1 would rise if every one of these classes gained an example."""
        return float(self.up.sum())

    @property
    def fall(self) -> float:
        """How far it would fall (a negative number) if every one lost an example."""
        return float(self.down.sum())

    def table(self) -> Table:
        """The size of it, for people."""
        largest = max((*self.up.tolist(), *(-self.down).tolist()), default=0.0)
        rows = (
            (f"classes with at most {self.most} validation examples", str(len(self.classes))),
            ("of these never predicted, so they move nothing", str(self.still)),
            ("macro-F1 if each had one more right", f"{self.macro_f1 + self.rise:.4f} ({self.rise:+.4f})"),
            ("macro-F1 if each had one fewer right", f"{self.macro_f1 + self.fall:.4f} ({self.fall:+.4f})"),
            ("the most that one example moves", f"{largest:.4f}"),
        )
        note = "All at once is a bound and not a forecast: some would go up and some down."
        return Table(f"How fragile is a macro-F1 of {self.macro_f1:.4f}?", ("", ""), rows, note)


def fragility(metrics: Metrics, most: int = FEW) -> Fragility:
    """How far macro-F1 would move if each class with at most ``most`` validation examples changed by one.

    One more right: an example that was missed is now predicted as its class (tp + 1 and p + 1). One fewer: a hit
    goes elsewhere (tp − 1 and p − 1). A class that the model never predicts stays at zero either way. The
    other class that loses or gains the prediction is left out of account; where it is a large one, it
    hardly moves. Raises UsageError where ``most`` is below one.
    """
    if most < 1:
        raise UsageError(f"A class has at least one validation example; got most={most}.")
    import numpy as np

    counts, predicted = metrics.counts, metrics.predicted
    small = np.flatnonzero((counts > 0) & (counts <= most))
    n, p, f1 = counts[small], predicted[small], metrics.per_class_f1[small]
    hits = np.rint(f1 * (n + p) / 2)
    classes = int((counts > 0).sum())
    more = np.where((p > 0) & (hits < n), 2 * (hits + 1) / (n + p + 1) - f1, 0.0)
    fewer = np.where(hits > 0, 2 * (hits - 1) / np.maximum(n + p - 1, 1) - f1, 0.0)
    return Fragility(most, small, more / classes, fewer / classes, int((p == 0).sum()), metrics.macro_f1)
