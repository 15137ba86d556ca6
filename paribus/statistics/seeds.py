"""Differences over seeds: Welch and paired t intervals, and the exact sign-flip test that few seeds bound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paribus.display.markup import Table
from paribus.errors import UsageError
from paribus.statistics.intervals import LEVEL, Interval, paired_interval, welch_interval

# 2^12 sign patterns are enumerated at once; beyond that the t intervals say all there is to say.
MOST_FLIPPED = 12


@dataclass(frozen=True)
class OverSeeds:
    """Changed − baseline over ``n`` seeds: 95 % intervals, and the two-sided p of the exact sign-flip test.

    ``floor`` is the smallest p that test can give with so many seeds, 2^(1−n); ``sign_flip`` is None with more
    than twelve seeds.
    """

    n: int
    welch: Interval
    paired: Interval
    sign_flip: float | None
    floor: float

    def sentence(self) -> str:
        """What so many seeds can and cannot show."""
        return few_seeds(self.n)

    def table(self) -> Table:
        """The two intervals and the test, for people."""
        rows = [
            interval_row("Welch t, arms independent", self.welch),
            interval_row("paired t, seed by seed", self.paired),
        ]
        if self.sign_flip is not None:
            rows.append(("exact sign-flip test", f"p = {self.sign_flip:.3g} (at least {self.floor:.3g})", ""))
        return Table(
            f"Difference over {self.n} seeds",
            ("", "95 % interval", "excludes zero?"),
            tuple(rows),
            few_seeds(self.n),
        )

    def __repr__(self) -> str:
        """One line for people."""
        return (
            f"OverSeeds({self.n} seeds: {self.paired.centre:+.4f}, Welch {shown(self.welch)}, "
            f"paired {shown(self.paired)})"
        )


def over_seeds(baseline: Sequence[float], changed: Sequence[float], level: float = LEVEL) -> OverSeeds:
    """Intervals for mean(changed) − mean(baseline); value i of both arms comes from the same seed.

    Raises UsageError where the arms differ in length, have fewer than two values, or hold a number that is not
    finite.
    """
    if len(baseline) != len(changed) or len(baseline) < 2:
        raise UsageError(
            f"Pass one value a seed, for the same seeds in both arms and at least two of them; got {len(baseline)} "
            f"and {len(changed)} values."
        )
    if not all(math.isfinite(value) for value in (*baseline, *changed)):
        raise UsageError("A value is not a finite number: a run that failed has no place in a mean over seeds.")
    return OverSeeds(
        len(baseline),
        welch_interval(baseline, changed, level),
        paired_interval(baseline, changed, level),
        _sign_flip([after - before for before, after in zip(baseline, changed, strict=True)]),
        2.0 ** (1 - len(baseline)),
    )


def few_seeds(n: int) -> str:
    """What ``n`` seeds an arm can and cannot show, in two sentences for a page."""
    if n == 1:
        return "One seed an arm shows what happened once, and nothing of how much comes from chance."
    return (
        f"An exact sign-flip test with {n} seeds can never give p below {2.0 ** (1 - n):.3g}. A t interval can "
        "exclude zero all the same: it assumes that the differences between seeds are normally distributed, which "
        "so few values can neither show nor refute."
    )


def interval_row(name: str, interval: Interval) -> tuple[str, str, str]:
    """A table's row: the name, the interval, and whether it excludes zero."""
    return name, shown(interval), "no" if interval.holds_zero else "yes"


def shown(interval: Interval) -> str:
    """An interval as people write it."""
    return f"{interval.low:+.4f} to {interval.high:+.4f}"


def _sign_flip(differences: Sequence[float]) -> float | None:
    """The exact two-sided p, None with more than MOST_FLIPPED seeds."""
    if len(differences) > MOST_FLIPPED:
        return None
    from scipy import stats as scipy_stats

    stats: Any = scipy_stats
    found = stats.permutation_test(
        (differences,), _mean, permutation_type="samples", vectorized=True, n_resamples=float("inf")
    )
    return float(found.pvalue)


def _mean(sample: object, axis: int) -> object:
    import numpy as np

    return np.mean(np.asarray(sample), axis=axis)
