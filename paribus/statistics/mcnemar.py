"""McNemar's exact test: do two fitted models differ in accuracy on the same items?

It asks how the items split that only one of the two gets right. It knows nothing of macro-F1, which is no
mean over items, and nothing of configurations, whose runs differ by their seeds too.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paribus.display.markup import Table
from paribus.errors import UsageError
from paribus.records.data import Data
from paribus.records.runs import RunResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class McNemar:
    """Items by who got them right, and the exact two-sided p that both are right equally often."""

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float

    def table(self) -> Table:
        """The four counts and p, for people."""
        rows = (
            ("both right", str(self.both)), ("only the first right", str(self.only_first)),
            ("only the second right", str(self.only_second)), ("both wrong", str(self.neither)),
            ("exact p", f"{self.p:.3g}"),
        )  # fmt: skip
        note = "About the accuracies of these two fitted models on these items, not about macro-F1 or other seeds."
        return Table("McNemar's exact test", ("items", ""), rows, note)


def mcnemar(data: Data, first: RunResult, second: RunResult) -> McNemar:
    """Compare the accuracies of two finished runs on the validation items (McNemar 1947, exact binomial).

    Raises UsageError where something else than two single runs is passed, a run was scored on other items, or
    statsmodels is not installed.
    """
    for run in (first, second):
        if not isinstance(run, RunResult):
            raise UsageError(
                "McNemar's test compares two fitted models: pass one finished run each, as run.finish() returned "
                f"it; got a {type(run).__name__}. A configuration has many runs: compare those with over_seeds."
            )
    import numpy as np

    labels = np.asarray(data.validation.labels)
    if first.predictions.shape != labels.shape or second.predictions.shape != labels.shape:
        raise UsageError(
            f"The runs were scored on {first.predictions.size:,} and {second.predictions.size:,} items, the data "
            f"has {labels.size:,} for validation. Compare runs on one split."
        )
    return exact_mcnemar(labels, first.predictions, second.predictions)


def exact_mcnemar(labels: "NDArray[np.int64]", first: "NDArray[np.int64]", second: "NDArray[np.int64]") -> McNemar:
    """The test on class ids, all three of shape (items,). Raises UsageError where statsmodels is not installed."""
    try:
        from statsmodels.stats.contingency_tables import mcnemar as exact_test
    except ImportError as error:
        raise UsageError("McNemar's test needs statsmodels. Install it: pip install statsmodels") from error
    a, b = first == labels, second == labels
    counts = [[int((a & b).sum()), int((a & ~b).sum())], [int((~a & b).sum()), int((~a & ~b).sum())]]
    # The two-sided exact p is doubled, and can pass 1 by rounding.
    p = min(1.0, float(exact_test(counts, exact=True).pvalue))
    return McNemar(counts[0][0], counts[0][1], counts[1][0], counts[1][1], p)
