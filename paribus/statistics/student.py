"""Student's t without scipy: a grader asks for a handful of quantiles, and scipy takes longer to import than all
else that grading one submission needs.
"""

import math

STEPS = 200
"""Steps after which a series or a search ends; a few dozen are taken."""
SMALL, CLOSE = 1e-16, 1e-13
LEAST = 1e-300
LARGE = 40.0
"""Degrees of freedom from which the ratio of two gamma functions is better taken from its series."""
RATIO = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432)
"""ln(Γ(a + ½) / Γ(a)) is ½ ln a plus these over a, a³, a⁵, … (DLMF 5.11)."""
FLAT = 0.75
"""Below this probability the search goes by t itself, above by its logarithm, as far-off tails are powers of t."""
FARTHEST = 3.0
"""How many times as far a step goes at most: not much farther out a tail is too small for a float."""


def quantile(probability: float, df: float) -> float:
    """The t below which a share ``probability`` of the distribution with ``df`` > 0 lies; 0.5 ≤ probability < 1.

    Newton's method on the upper tail, which is convex, from a point at its left.
    """
    beyond = 1.0 - probability
    if beyond == 0.5:
        return 0.0
    t = 0.0 if probability < FLAT else 0.5
    for _ in range(STEPS):
        tail, density = upper_tail(t, df), _density(t, df)
        if probability < FLAT:
            after = t + (tail - beyond) / density
        else:
            after = t * min(FARTHEST, math.exp(math.log(tail / beyond) * tail / (density * t)))
        if abs(after - t) <= CLOSE * after:
            return after
        t = after
    return t


def upper_tail(t: float, df: float) -> float:
    """The share of the distribution beyond ``t`` ≥ 0."""
    if t == 0.0:
        return 0.5
    ratio = t * t / df
    inside, beyond = 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)
    front = _log_ratio(df / 2) + (math.log(beyond / math.pi) - df * math.log1p(ratio)) / 2
    if inside < (df / 2 + 1) / (df / 2 + 2.5):
        return 0.5 * _incomplete_beta(inside, df / 2, 0.5, front)
    return 0.5 - 0.5 * _incomplete_beta(beyond, 0.5, df / 2, front)


def _density(t: float, df: float) -> float:
    return math.exp(_log_ratio(df / 2) - 0.5 * math.log(math.pi * df) - (df + 1) / 2 * math.log1p(t * t / df))


def _log_ratio(a: float) -> float:
    """ln(Γ(a + ½) / Γ(a)); differences of two large logarithms would lose digits."""
    if 2 * a < LARGE:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    return 0.5 * math.log(a) + sum(share / a ** (2 * place + 1) for place, share in enumerate(RATIO))


def _incomplete_beta(x: float, a: float, b: float, front: float) -> float:
    """The regularised incomplete beta function of ``x``, by its continued fraction (DLMF 8.17.22) and Lentz's
    method. ``front`` is the logarithm of xᵃ(1 − x)ᵇ / B(a, b).
    """
    value, upper, lower = 1.0, 1.0, 0.0
    for step in range(1, STEPS):
        half, odd = divmod(step, 2)
        if odd:
            part = -(a + half) * (a + b + half) * x / ((a + step - 1) * (a + step))
        else:
            part = half * (b - half) * x / ((a + step - 1) * (a + step))
        lower = 1.0 / _not_zero(1.0 + part * lower)
        upper = _not_zero(1.0 + part / upper)
        value *= upper * lower
        if abs(upper * lower - 1.0) < SMALL:
            break
    return math.exp(front) / a / value


def _not_zero(value: float) -> float:
    return value if abs(value) > LEAST else LEAST
