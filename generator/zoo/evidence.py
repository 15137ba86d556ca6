"""Evidence: the recipes' named tests on what was measured. Pure functions of statistics.

A test gates only where it was measured to hold: in all of at least ten seeds, and by a margin of four standard
deviations. Every other test informs. What was measured is kept in solutions/zoos/<zoo>.json.
"""

import itertools
import json
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course.zoo.recipes import OTHERS, Evidence, Recipe, Zoo
from generator.errors import ZooBuildError
from paribus.files import write_atomic

SCHEMA = "paribus.zoo-rates/1"
ENOUGH_SEEDS = 10
MARGIN = 4.0

Statistics = Mapping[str, float]


@dataclass(frozen=True)
class Rate:
    """What a test measured over seeds: in how many it held, and its value's mean and standard deviation."""

    held: int
    seeds: int
    mean: float
    sd: float
    margin: float

    @property
    def gates(self) -> bool:
        """Whether it held every time, often enough, and by a margin of four standard deviations."""
        return self.held == self.seeds >= ENOUGH_SEEDS and self.margin >= MARGIN * self.sd


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
    for recipe, test in _tests(zoo):
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
    for recipe, test in _tests(zoo):
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


def _tests(zoo: Zoo) -> Iterator[tuple[Recipe, Evidence]]:
    return ((recipe, test) for recipe in zoo.recipes for test in recipe.evidence)


def rates_file(zoo: str, solutions: Path) -> Path:
    """Where the measured rates of a zoo are kept."""
    return solutions / "zoos" / f"{zoo}.json"


def read_rates(zoo: Zoo, profile: str, model: str, solutions: Path) -> dict[str, Rate]:
    """The measured rates of a zoo under a profile and model; none where nothing was recorded.

    ZooBuildError where the file is damaged.
    """
    path = rates_file(zoo.name, solutions)
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA:
            raise ZooBuildError(f"{path}: rates of schema {raw['schema']!r}, expected {SCHEMA!r}. Measure again.")
        for entry in raw["entries"]:
            if (entry["profile"], entry["model"]) == (profile, model):
                return {name: Rate(**{key: rate[key] for key in ("held", "seeds", "mean", "sd", "margin")})
                        for name, rate in entry["tests"].items()}  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ZooBuildError(f"{path}: holds no rates ({type(error).__name__}: {error}). Measure again.") from error
    return {}


def write_rates(
    zoo: Zoo, profile: str, model: str, seeds: Sequence[Mapping[str, Statistics]], *,
    about: Mapping[str, Any], solutions: Path,
) -> Path:  # fmt: skip
    """Record what was measured over seeds; other profiles' and models' entries stay."""
    path = rates_file(zoo.name, solutions)
    entries = json.loads(path.read_text(encoding="utf-8"))["entries"] if path.is_file() else []
    kept = [entry for entry in entries if (entry["profile"], entry["model"]) != (profile, model)]
    tests = {name: {**{key: _six(value) for key, value in asdict(rate).items()}, "gates": rate.gates}
             for name, rate in measure(zoo, seeds).items()}  # fmt: skip
    kept.append({"profile": profile, "model": model, **about, "tests": tests})
    ordered = sorted(kept, key=lambda entry: (entry["profile"], entry["model"]))
    plain = {"schema": SCHEMA, "zoo": zoo.name, "entries": ordered}
    write_atomic(path, json.dumps(plain, sort_keys=True, indent=1) + "\n")
    return path


def _six(value: float) -> float | None:
    if isinstance(value, int):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
