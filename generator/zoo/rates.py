"""How often each test of a zoo held when it was measured over seeds: solutions/zoos/<zoo>.json.

A test gates only where it was measured to hold, in all of at least ten seeds, and by a margin of four standard
deviations. What was measured under other recipes, or for another bound, says nothing of today's.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generator.errors import ZooBuildError
from paribus.course.zoo.recipes import Evidence, Recipe, Zoo
from paribus.files import write_atomic

SCHEMA = "paribus.zoo-rates/2"
ENOUGH_SEEDS = 10
MARGIN = 4.0
MEASURED = ("held", "seeds", "mean", "sd", "margin")
TAKE_AWAY = "Take the file away and measure again; what was trained is not trained again."
DEFINES = ("statistic", "compare", "against", "at_least", "at_most")
"""What a test is: whoever changes one of these has another test, which nobody has measured yet."""


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


def each_test(zoo: Zoo) -> Iterator[tuple[Recipe, Evidence]]:
    """Every test with the recipe it is of."""
    return ((recipe, test) for recipe in zoo.recipes for test in recipe.evidence)


def rates_file(zoo: str, solutions: Path) -> Path:
    """Where the measured rates of a zoo are kept."""
    return solutions / "zoos" / f"{zoo}.json"


def recipes_digest(zoo: Zoo, profile: str) -> str:
    """What all recipes come to under ``profile``, as 12 hex digits; the model, which entries name, left out."""
    settings = {recipe.name: zoo.settings(recipe, profile) for recipe in zoo.recipes}
    plain = {
        name: [{**asdict(config), "model": ""}, regime.to_json()] for name, (config, regime) in settings.items()
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]


def read_rates(zoo: Zoo, profile: str, model: str, solutions: Path) -> dict[str, Rate]:
    """The measured rates of a zoo under a profile and model, by "recipe.test".

    What was not measured is left out: everything where there is no entry or the recipes have changed since, and one
    test where its own definition has changed. ZooBuildError where the file is damaged.
    """
    wanted = (profile, model, recipes_digest(zoo, profile))
    with _reading(rates_file(zoo.name, solutions)) as entries:
        for entry in entries:
            if (entry["profile"], entry["model"], entry["recipes"]) == wanted:
                return _unchanged(zoo, entry["tests"])
    return {}


@contextmanager
def _reading(path: Path) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The file's entries, none where there is no file; what is wrong with it as a ZooBuildError."""
    try:
        if not path.is_file():
            yield ()
            return
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA:
            raise ZooBuildError(f"{path}: rates of schema {raw['schema']!r}, expected {SCHEMA!r}. {TAKE_AWAY}")
        yield raw["entries"]
    except (ValueError, KeyError, TypeError) as error:
        raise ZooBuildError(f"{path}: holds no rates ({type(error).__name__}: {error}). {TAKE_AWAY}") from error


def _unchanged(zoo: Zoo, measured: Mapping[str, Mapping[str, Any]]) -> dict[str, Rate]:
    rates = {}
    for recipe, test in each_test(zoo):
        name = f"{recipe.name}.{test.name}"
        if name in measured and all(measured[name][key] == getattr(test, key) for key in DEFINES):
            rates[name] = Rate(**{key: measured[name][key] for key in MEASURED})
    return rates


def write_rates(
    zoo: Zoo, profile: str, model: str, rates: Mapping[str, Rate], *, about: Mapping[str, Any], solutions: Path
) -> Path:
    """Record what was measured, with the tests as they were; other profiles' and models' entries stay.

    ZooBuildError where these are in a damaged file; the runs are kept.
    """
    path = rates_file(zoo.name, solutions)
    with _reading(path) as entries:
        kept = [entry for entry in entries if (entry["profile"], entry["model"]) != (profile, model)]
    tests = {}
    for recipe, test in each_test(zoo):
        rate = rates[f"{recipe.name}.{test.name}"]
        tests[f"{recipe.name}.{test.name}"] = {
            **{key: getattr(test, key) for key in DEFINES},
            **{key: _six(getattr(rate, key)) for key in MEASURED},
            "gates": rate.gates,
        }
    kept.append(
        {"profile": profile, "model": model, "recipes": recipes_digest(zoo, profile), **about, "tests": tests}
    )
    ordered = sorted(kept, key=lambda entry: (entry["profile"], entry["model"]))
    plain = {"schema": SCHEMA, "zoo": zoo.name, "entries": ordered}
    write_atomic(path, json.dumps(plain, sort_keys=True, indent=1) + "\n")
    return path


def _six(value: float) -> float | None:
    if isinstance(value, int):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
