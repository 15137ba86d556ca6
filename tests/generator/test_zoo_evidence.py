"""Evidence as pure functions: what a test says, when it gates, and that the gates name every model."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.errors import ZooBuildError
from generator.zoo.evidence import failed_gates, fitting_keys, judge, measure, value_of
from generator.zoo.plan import make_plan
from generator.zoo.rates import Rate, rates_file, read_rates, write_rates
from paribus.course.zoo import Zoo
from paribus.course.zoo.recipes import Evidence
from paribus.errors import UsageError
from tests.shipped import PROFILES, load_zoo

ZOO = load_zoo("week2")
NAMES = ("epochs", "steps_per_epoch", "final_train_loss", "validation_fall", "predicted_classes", "accuracy",
         "validation_rise", "train_to_validation", "tail_mass", "macro_f1", "zero_f1_classes")  # fmt: skip
GOOD = {
    name: dict(zip(NAMES, values, strict=True))
    for name, values in {
        "undertrained": (1.0, 180.0, 2.4, 0.2, 12.0, 0.44, 0.0, 1.0, 0.07, 0.04, 102.0),
        "starved": (15.0, 16.0, 0.03, -0.1, 39.0, 0.36, 0.7, 0.01, 0.07, 0.05, 97.0),
        "baseline": (3.0, 180.0, 1.3, 0.0, 36.0, 0.48, 0.0, 0.6, 0.09, 0.09, 92.0),
        "weighted": (3.0, 180.0, 1.6, 0.0, 74.0, 0.44, 0.0, 0.7, 0.18, 0.11, 87.0),
    }.items()
}
FIRM = {
    f"{recipe.name}.{test.name}": Rate(10, 10, 0.0, 1.0, 5.0) for recipe in ZOO.recipes for test in recipe.evidence
}


@pytest.mark.parametrize(
    ("rate", "gates"),
    [
        (Rate(10, 10, 1.0, 0.1, 0.4), True),
        (Rate(9, 10, 1.0, 0.1, 0.4), False),
        (Rate(9, 9, 1.0, 0.1, 9.0), False),
        (Rate(10, 10, 1.0, 0.1, 0.39), False),
        (Rate(10, 10, 1.0, 0.0, 0.0), True),
    ],
)
def test_a_test_gates_only_where_it_held_every_time_by_four_deviations(rate: Rate, gates: bool) -> None:
    assert rate.gates is gates


def test_all_evidence_holds_on_the_models_it_was_written_for() -> None:
    assert all(item.held for item in judge(ZOO, GOOD, {}))


def test_without_measured_rates_everything_informs() -> None:
    assert not any(item.gates for item in judge(ZOO, GOOD, {}))


def test_a_model_that_shows_nothing_fails_its_gates() -> None:
    broken = {**GOOD, "starved": GOOD["baseline"]}
    assert "starved" in {item.recipe for item in failed_gates(judge(ZOO, broken, FIRM))}


def test_the_gates_leave_one_way_of_naming_the_models() -> None:
    codenames = dict(zip(GOOD, ("Bravo", "Delta", "Alpha", "Charlie"), strict=True))
    keys = fitting_keys(ZOO, {codenames[name]: values for name, values in GOOD.items()}, FIRM)
    assert keys == ({codename: recipe for recipe, codename in codenames.items()},)


def _test(**fields: object) -> Evidence:
    known = {"name": "x", "statistic": "accuracy", "compare": "difference", "against": "others", "at_least": None,
             "at_most": None, "says": "x"}  # fmt: skip
    return Evidence(**{**known, **fields})  # type: ignore[arg-type]


def test_of_others_the_one_that_is_hardest_to_beat_decides() -> None:
    assert value_of(_test(at_least=0.0), "baseline", GOOD) == pytest.approx(0.04)
    assert value_of(_test(at_most=0.0), "starved", GOOD) == pytest.approx(-0.08)


def test_a_ratio_to_nothing_holds_nothing() -> None:
    test = _test(compare="ratio", against="baseline", at_least=0.0)
    value = value_of(test, "starved", {"starved": {"accuracy": 1.0}, "baseline": {"accuracy": 0.0}})
    assert math.isnan(value)
    assert not test.held(value)


def test_rates_are_measured_over_seeds_and_read_back(tmp_path: Path) -> None:
    seeds = [
        {name: {key: value * (1 + 0.001 * seed) for key, value in values.items()} for name, values in GOOD.items()}
        for seed in range(10)
    ]
    many, few = measure(ZOO, seeds), measure(ZOO, seeds[:2])
    path = write_rates(ZOO, "smoke", "tiny", many, about={"data": "synthetic"}, solutions=tmp_path)
    write_rates(ZOO, "micro", "tiny", few, about={"data": "synthetic"}, solutions=tmp_path)
    assert path == rates_file("week2", tmp_path)
    rates = read_rates(ZOO, "smoke", "tiny", tmp_path)
    assert set(rates) == set(many)
    assert rates["weighted.tail_mass"].gates
    assert not read_rates(ZOO, "micro", "tiny", tmp_path)["weighted.tail_mass"].gates
    assert read_rates(ZOO, "full", "tiny", tmp_path) == {}
    assert read_rates(ZOO, "smoke", "tiny", tmp_path / "none") == {}


def _with(zoo: Zoo, name: str, **fields: Any) -> Zoo:  # a Recipe's fields
    recipes = tuple(replace(item, **fields) if item.name == name else item for item in zoo.recipes)
    return replace(zoo, recipes=recipes)


def test_what_was_measured_under_other_recipes_or_bounds_gates_nothing(tmp_path: Path) -> None:
    """A changed bound takes its own test's rate away, a changed recipe that of every test."""
    write_rates(ZOO, "smoke", "tiny", FIRM, about={}, solutions=tmp_path)
    weighted = ZOO.recipe("weighted")
    harder = tuple(replace(test, at_least=1.6) if test.name == "tail_mass" else test for test in weighted.evidence)
    bound = read_rates(_with(ZOO, "weighted", evidence=harder), "smoke", "tiny", tmp_path)
    assert set(FIRM) - set(bound) == {"weighted.tail_mass"}
    recipe = _with(ZOO, "weighted", changes={"class_weights": "balanced"})
    assert read_rates(recipe, "smoke", "tiny", tmp_path) == {}
    assert set(read_rates(ZOO, "smoke", "tiny", tmp_path)) == set(FIRM)


@pytest.mark.parametrize("content", ["", '{"schema": "paribus.zoo-rates/9"}', '{"schema": "paribus.zoo-rates/2"}'])
def test_damaged_rates_are_said(content: str, tmp_path: Path) -> None:
    path = rates_file("week2", tmp_path)
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(ZooBuildError, match=r"week2\.json.*Take the file away"):
        read_rates(ZOO, "smoke", "tiny", tmp_path)
    with pytest.raises(ZooBuildError, match=r"week2\.json.*Take the file away"):
        write_rates(ZOO, "smoke", "tiny", FIRM, about={}, solutions=tmp_path)
    assert path.read_text() == content


def test_a_term_decides_seeds_and_codenames() -> None:
    """Another term, another zoo; another secret, another zoo; the same of both, the same zoo."""
    plans = [
        make_plan(ZOO, term, PROFILES["micro"], secret)
        for term in ("2027S", "2027A", "2028S")
        for secret in ("", "x")
    ]
    seeds = {tuple(plan.seed(recipe.name) for recipe in ZOO.recipes) for plan in plans}
    assert len(seeds) == len(plans)
    assert len({json.dumps(plan.codenames) for plan in plans}) > 1
    assert all(sorted(plan.codenames.values()) == sorted(ZOO.codenames) for plan in plans)
    assert make_plan(ZOO, "2027S", PROFILES["micro"]) == plans[0]
    assert plans[0].seed("baseline") != plans[0].seed("baseline", attempt=2)


def test_a_term_that_is_no_folders_name_is_refused() -> None:
    with pytest.raises(UsageError, match="such as 2027S"):
        make_plan(ZOO, "../2027", PROFILES["micro"])


def test_measuring_is_kept_run_by_run_and_stops_with_the_clock(tmp_path: Path) -> None:
    """Another configuration is another run; a seed counts only when all its recipes are done."""
    import complaints
    from generator.zoo.terms import Measurement, measure_seeds, table

    measurement = Measurement(ZOO, "micro", complaints.load("synthetic", size="micro"), tmp_path)
    assert measure_seeds(measurement, [1, 2], say=print, until=0.0) == []
    for recipe in ZOO.recipes:
        kept = measurement.kept(recipe, 1)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({**GOOD[recipe.name], "gradient_norm": None}))
    found = measure_seeds(measurement, [1, 2], say=print, until=0.0)
    assert len(found) == 1
    assert math.isnan(found[0]["starved"]["gradient_norm"])
    assert "| weighted.tail_mass | 1 of 1 | 2 |" in table(measure(ZOO, found))
    other = Measurement(ZOO, "micro", measurement.data, tmp_path, model="another")
    assert other.kept(ZOO.recipes[0], 1) != measurement.kept(ZOO.recipes[0], 1)
