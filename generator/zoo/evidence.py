"""Evidence: the recipes' named tests on what was measured. Pure functions of statistics.

A test gates only where it was measured to hold (`generator.zoo.rates`); every other test informs.
"""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from generator.zoo.rates import Rate, each_test
from paribus.course.zoo.recipes import OTHERS, Evidence, Zoo

Statistics = Mapping[str, float]


@dataclass(frozen=True)
class Found:
    """One test's answer for one recipe; ``rate`` is None where nobody has measured it under this profile."""

    recipe: str
    test: str
    says: str
    value: float
    bound: float
    held: bool
    gates: bool
    rate: Rate | None

    def to_json(self) -> dict[str, Any]:
        """Plain values; a value that is not finite is None."""
        plain = asdict(self)
        return {**plain, "value": self.value if math.isfinite(self.value) else None}


def value_of(test: Evidence, recipe: str, of: Mapping[str, Statistics]) -> float:
    """The tested value: of others the one that is hardest to beat decides."""
    own = of[recipe][test.statistic]
    if test.compare == "value":
        return own
    if test.against == OTHERS:
        others = [values[test.statistic] for name, values in of.items() if name != recipe]
        other = max(others) if test.at_least is not None else min(others)
    else:
        other = of[test.against][test.statistic]
    if test.compare == "difference":
        return own - other
    return own / other if other else math.nan


def judge(zoo: Zoo, of: Mapping[str, Statistics], rates: Mapping[str, Rate]) -> tuple[Found, ...]:
    """Every test of every recipe on the recipes' statistics (recipe → statistic → value)."""
    found = []
    for recipe, test in each_test(zoo):
        value = value_of(test, recipe.name, of)
        rate = rates.get(f"{recipe.name}.{test.name}")
        found.append(Found(
            recipe.name, test.name, test.says, value, test.bound, test.held(value), bool(rate and rate.gates), rate,
        ))  # fmt: skip
    return tuple(found)


def failed_gates(found: Sequence[Found]) -> tuple[Found, ...]:
    """The gating tests that did not hold."""
    return tuple(item for item in found if item.gates and not item.held)


def fitting_keys(zoo: Zoo, of: Mapping[str, Statistics], rates: Mapping[str, Rate]) -> tuple[dict[str, str], ...]:
    """Every way of giving the models (codename → statistics) to recipes under which all gates hold.

    One answer means that the evidence names each model; without any gate every assignment fits.
    """
    names = [recipe.name for recipe in zoo.recipes]
    fitting = []
    for order in itertools.permutations(of):
        given = {name: of[codename] for name, codename in zip(names, order, strict=True)}
        if not failed_gates(judge(zoo, given, rates)):
            fitting.append(dict(zip(order, names, strict=True)))
    return tuple(fitting)


def measure(zoo: Zoo, seeds: Sequence[Mapping[str, Statistics]]) -> dict[str, Rate]:
    """Each test's rate over seeds, one mapping recipe → statistics a seed; keys are "recipe.test"."""
    rates = {}
    for recipe, test in each_test(zoo):
        values = [value_of(test, recipe.name, of) for of in seeds]
        # A value that is not finite holds nothing; it must not take the whole table with it.
        finite = [value for value in values if math.isfinite(value)] or [math.nan]
        rates[f"{recipe.name}.{test.name}"] = Rate(
            held=sum(test.held(value) for value in values),
            seeds=len(values),
            mean=statistics.fmean(finite),
            sd=statistics.stdev(finite) if len(finite) > 1 else 0.0,
            margin=statistics.fmean(test.margin(value) for value in finite),
        )
    return rates
