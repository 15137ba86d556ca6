"""A zoo's file as typed values: its data, the plain baseline of each profile, what a recipe changes and must show.

Every refusal names the file, the recipe, the key, what was found and what was expected.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from paribus.course.errors import ZooError
from paribus.course.reading import Reader, read_toml
from paribus.course.zoo.statistics import STATISTICS
from paribus.errors import TrainingError
from paribus.training.config import TrainingConfig
from paribus.training.regime import Regime, regime_from
from paribus.zoo.comparison import CARD_KEYS

SCHEMA = "paribus.zoo/1"
OTHERS = "others"
TOP = tuple("schema name title about codenames baseline weights sheets data regime profiles recipes".split())
DATA = ("load", "settings")
FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
"""A function of the course's library: module:function."""
RECIPE = ("title", "lectures", "story", "changes", "profiles", "evidence")
EVIDENCE = ("name", "statistic", "compare", "against", "at_least", "at_most", "says")
Comparison = Literal["value", "difference", "ratio"]
COMPARISONS = ("value", "difference", "ratio")
CONFIG_KEYS = frozenset(item.name for item in fields(TrainingConfig))
REGIME_KEYS = frozenset(item.name for item in fields(Regime))


@dataclass(frozen=True)
class Evidence:
    """One quantitative test of one recipe.

    The ``statistic`` of the recipe's model, or its difference from or ratio to that of ``against`` (a recipe, or
    "others": whichever of them is hardest to beat), must be at least or at most a bound. ``says`` is the sentence
    of the reveal.
    """

    name: str
    statistic: str
    compare: Comparison
    against: str
    at_least: float | None
    at_most: float | None
    says: str

    @property
    def bound(self) -> float:
        """The one bound that is set."""
        return self.at_least if self.at_least is not None else float(self.at_most or 0.0)

    def held(self, value: float) -> bool:
        """Whether ``value`` keeps the bound; nan keeps none."""
        return value >= self.bound if self.at_least is not None else value <= self.bound

    def margin(self, value: float) -> float:
        """How far ``value`` lies on the right side of the bound; negative on the wrong side."""
        return value - self.bound if self.at_least is not None else self.bound - value


@dataclass(frozen=True)
class ZooData:
    """Where a zoo's data come from: ``load`` is a function of the course's library, as module:function.

    It is called with the profile's ``data``, where the profile names one, and with ``settings`` of the profile by
    name. It gives texts with classes, split, as `paribus.data.texts.TextData` is.
    """

    load: str
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """One model: ``lectures`` is its codename in the lectures, ``changes`` what differs from the plain baseline
    in every profile, ``profile_changes`` what else differs in one.
    """

    name: str
    title: str
    lectures: str
    story: str
    changes: Mapping[str, Any]
    profile_changes: Mapping[str, Mapping[str, Any]]
    evidence: tuple[Evidence, ...]

    def changed(self, profile: str) -> dict[str, Any]:
        """Everything that differs from the baseline under ``profile``."""
        return _merge(self.changes, self.profile_changes.get(profile, {}))


@dataclass(frozen=True)
class Zoo:
    """One zoo. ``weights`` says whether students get the models' weights or their logs alone; with ``sheets`` they
    get neither, but each model's answers and a sheet of its size and latency.
    """

    name: str
    data: ZooData
    title: str
    about: str
    codenames: tuple[str, ...]
    baseline: str
    weights: bool
    regime: Mapping[str, Any]
    profiles: Mapping[str, Mapping[str, Any]]
    recipes: tuple[Recipe, ...]
    file: str
    sheets: bool = False

    @property
    def answers(self) -> bool:
        """Whether students see what the models say about the validation part."""
        return self.weights or self.sheets

    def recipe(self, name: str) -> Recipe:
        """The recipe called ``name``; KeyError where there is none."""
        return {recipe.name: recipe for recipe in self.recipes}[name]

    def seeded_as(self, recipe: str) -> str:
        """The recipe whose seed the training of ``recipe`` takes: its own.

        Where students get sheets, it is the baseline's: the models are then made from one, and differ in how.
        """
        return self.baseline if self.sheets else recipe

    def settings(self, recipe: Recipe, profile: str) -> tuple[TrainingConfig, Regime]:
        """The recipe's full configuration under ``profile``; ZooError where a value cannot be meant."""
        base = self.profiles[profile]
        merged = _merge(_merge(self.regime, base), recipe.changed(profile))
        try:
            return (
                TrainingConfig(**{key: value for key, value in merged.items() if key in CONFIG_KEYS}),
                regime_from({key: value for key, value in merged.items() if key in REGIME_KEYS}),
            )
        except TrainingError as error:
            raise ZooError(f"{self.file}: [recipes.{recipe.name}] under profile {profile}: {error}") from error


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes``; the tables of wiring and making are merged key by key."""
    merged = {**base, **changes}
    for key in ("wiring", "making"):
        if isinstance(base.get(key), dict) and isinstance(changes.get(key), dict):
            merged[key] = {**base[key], **changes[key]}
    return merged


def read_zoo(path: Path, known_profiles: Sequence[str]) -> Zoo:
    """Read and validate a zoo's file, which has a table for each of the course's profiles; ZooError for the first
    mistake.
    """
    raw = read_toml(path, ZooError, "A zoo is a TOML file of recipes.")
    reader = Reader(str(path), ZooError)
    reader.only(raw, TOP, "the file")
    if raw.get("schema") != SCHEMA:
        reader.refuse("the file", f"schema = {raw.get('schema')!r}", repr(SCHEMA))
    names = _words(reader, raw, "codenames", "the file")
    recipes = reader.table(raw, "recipes", "the file")
    profiles = reader.table(raw, "profiles", "the file")
    if set(profiles) != set(known_profiles):
        reader.refuse(
            "the file", f"profiles {sorted(profiles)}", f"a table for each of {', '.join(known_profiles)}"
        )
    known = CONFIG_KEYS | REGIME_KEYS
    regime = reader.table(raw, "regime", "the file")
    for where, table in (("regime", regime), *((f"profiles.{key}", value) for key, value in profiles.items())):
        reader.only(table, tuple(sorted(known)), where)
    read = tuple(
        _read_recipe(reader, name, table, tuple(recipes), known_profiles) for name, table in recipes.items()
    )
    baseline = reader.text(raw, "baseline", "the file")
    if baseline not in recipes:
        reader.refuse_name("the file", "baseline", baseline, recipes)
    if len(names) != len(read) or len(set(names)) != len(names):
        reader.refuse(
            "the file", f"codenames = {list(names)!r}", f"{len(read)} different names, one for each recipe"
        )
    sheets = reader.truth(raw, "sheets", "the file")
    weights = reader.truth({"weights": not sheets, **raw}, "weights", "the file")
    if sheets and weights:
        reader.refuse(
            "the file", "weights = true", "false beside sheets = true: weights would tell how they were made"
        )
    zoo = Zoo(
        name=reader.text(raw, "name", "the file"), data=_read_data(reader, raw),
        title=reader.text(raw, "title", "the file"),
        about=reader.text(raw, "about", "the file").strip(), codenames=names, baseline=baseline,
        weights=weights, sheets=sheets, regime=regime, profiles=profiles,
        recipes=read, file=f"{path.parent.name}/{path.name}",
    )  # fmt: skip
    for recipe in zoo.recipes:
        for profile in known_profiles:
            zoo.settings(recipe, profile)
    return zoo


def _words(reader: Reader, raw: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = reader.texts(raw, key, where, "single words")
    if not all(map(str.isidentifier, found)):
        reader.refuse(where, f"{key} = {list(found)!r}", "a list of single words")
    return found


def _read_data(reader: Reader, raw: Mapping[str, Any]) -> ZooData:
    table = reader.table(raw, "data", "the file")
    reader.only(table, DATA, "data")
    load = table.get("load")
    if not isinstance(load, str) or not FUNCTION.fullmatch(load):
        reader.refuse("data", f"load = {load!r}", "a function of the course's library, such as 'mechanics:load'")
    settings = _words(reader, table, "settings", "data")
    for name in settings:
        if name in CARD_KEYS or name == "data":
            reader.refuse("data", f"the setting {name!r}", "settings of other names; the data come first anyway")
    return ZooData(load, settings)


def _read_recipe(
    reader: Reader, name: str, raw: object, recipes: tuple[str, ...], known_profiles: Sequence[str]
) -> Recipe:
    where = f"recipes.{name}"
    if not isinstance(raw, dict):
        reader.refuse("recipes", f"{name} = {raw!r}", "a table")
    reader.only(raw, RECIPE, where)
    known = tuple(sorted(CONFIG_KEYS | REGIME_KEYS))
    changes = reader.table(raw, "changes", where)
    reader.only(changes, known, f"{where}.changes")
    profiles = reader.table(raw, "profiles", where)
    reader.only(profiles, known_profiles, f"{where}.profiles")
    for profile in profiles:
        reader.only(reader.table(profiles, profile, f"{where}.profiles"), known, f"{where}.profiles.{profile}")
    items = raw.get("evidence", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        reader.refuse(where, f"evidence = {items!r}", f"tables [[{where}.evidence]]")
    evidence = tuple(_read_evidence(reader, name, item, recipes) for item in items)
    doubled = sorted({item.name for item in evidence if sum(item.name == other.name for other in evidence) > 1})
    if doubled:
        reader.refuse(f"{where}.evidence", f"the name {doubled[0]!r} twice", "a name of its own for each test")
    return Recipe(
        name=name, title=reader.text(raw, "title", where), lectures=str(raw.get("lectures", "")),
        story=reader.text(raw, "story", where).strip(), changes=changes, profile_changes=profiles,
        evidence=evidence,
    )  # fmt: skip


def _read_evidence(reader: Reader, recipe: str, raw: Mapping[str, Any], recipes: tuple[str, ...]) -> Evidence:
    where = f"recipes.{recipe}.evidence"
    reader.only(raw, EVIDENCE, where)
    name = reader.text(raw, "name", where)
    where = f"{where}.{name}"
    statistic = raw.get("statistic")
    if statistic not in STATISTICS:
        reader.refuse_name(where, "statistic", str(statistic), STATISTICS)
    compare, against = raw.get("compare", "value"), raw.get("against", "")
    if compare not in COMPARISONS:
        reader.refuse(where, f"compare = {compare!r}", f"one of {', '.join(COMPARISONS)}")
    others = tuple(item for item in recipes if item != recipe)
    if (compare == "value") != (against == "") or against not in ("", OTHERS, *others):
        expected = "no recipe for a value, or one of " + ", ".join((*others, OTHERS)) + " to compare with"
        reader.refuse(where, f"against = {against!r}", expected)
    low, high = reader.number(raw, "at_least", where), reader.number(raw, "at_most", where)
    if (low is None) == (high is None):
        reader.refuse(where, f"at_least = {low!r}", "a number for either at_least or at_most")
    return Evidence(name, str(statistic), compare, against, low, high, reader.text(raw, "says", where))
