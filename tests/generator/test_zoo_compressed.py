"""What the signs of the compressed zoo tell, by the rates that were measured: size, time, calibration, segments."""

from dataclasses import replace

import pytest

from generator.zoo.evidence import failed_gates, fitting_keys, judge
from generator.zoo.rates import Rate, read_rates
from tests.shipped import COURSE, load_zoo

ZOO = load_zoo("compressed")
RATES = read_rates(ZOO, "smoke", "tiny-teacher", COURSE.folders.solutions)
SIZE = {"size_mb", "zipped_share"}
TIME = {"latency_ratio"}
CALIBRATION = {"confidence", "calibration_error"}
SEGMENTS = {"other_f1", "predicted_classes", "tail_mass"}
NAMES = ("size_mb", "zipped_share", "latency_ratio", "confidence", "calibration_error", "other_f1",
         "predicted_classes", "tail_mass")  # fmt: skip
SEEN = {
    name: dict(zip(NAMES, values, strict=True))
    for name, values in {
        "original": (4.25, 0.93, 1.0, 0.61, 0.08, 0.19, 20.0, 0.08),
        "int8": (2.21, 0.91, 1.3, 0.61, 0.08, 0.19, 20.0, 0.08),
        "int4": (0.62, 0.92, 2.3, 0.61, 0.07, 0.18, 20.0, 0.08),
        "pruned": (4.25, 0.30, 1.0, 0.22, 0.26, 0.15, 20.0, 0.23),
        "distilled": (2.93, 0.93, 0.56, 0.60, 0.08, 0.12, 13.0, 0.08),
    }.items()
}
"""Statistics as one seed of smoke shows them; the models are called by their recipes."""


def gates_on(signs: set[str]) -> dict[str, Rate]:
    """The measured tests that gate and rest on one of ``signs``."""
    return {name: rate for name, rate in resting_on(signs).items() if rate.gates}


def resting_on(signs: set[str]) -> dict[str, Rate]:
    """The measured tests that rest on one of ``signs``."""
    rests = {f"{recipe.name}.{test.name}": test.statistic for recipe in ZOO.recipes for test in recipe.evidence}
    return {name: rate for name, rate in RATES.items() if rests[name] in signs}


def named_by(tests: dict[str, Rate]) -> set[str]:
    """The recipes whose model is the same in every way of naming the models that ``tests`` allow."""
    keys = fitting_keys(ZOO, SEEN, tests)
    return {name for name in SEEN if all(key[name] == name for key in keys)}


@pytest.mark.parametrize("recipe", SEEN)
def test_calibration_or_segments_decide_for_each_making(recipe: str) -> None:
    assert any(name.startswith(f"{recipe}.") for name in gates_on(CALIBRATION | SEGMENTS))


def test_all_signs_together_name_every_model_and_the_file_does_on_smoke() -> None:
    assert named_by(gates_on(SIZE | TIME | CALIBRATION | SEGMENTS)) == set(SEEN)
    assert named_by(gates_on(SIZE)) == set(SEEN)


def test_calibration_alone_names_the_pruned_model_and_no_other() -> None:
    assert named_by(gates_on(CALIBRATION)) == {"pruned"}


def test_the_segments_held_for_two_models_in_every_seed_as_the_lab_says() -> None:
    """What is less firm than a gate is not taken for one: here it is, to see what it would tell."""
    held = {name: rate for name, rate in resting_on(SEGMENTS).items() if rate.held == rate.seeds}
    assert named_by({name: replace(rate, sd=0.0) for name, rate in held.items()}) == {"pruned", "distilled"}


def test_a_distilled_model_is_not_taken_for_a_rounded_one_by_its_segments_alone() -> None:
    taken = {**SEEN, "int8": SEEN["distilled"], "distilled": SEEN["int8"]}
    assert "int8" in {item.recipe for item in failed_gates(judge(ZOO, taken, gates_on(SEGMENTS)))}


def test_the_true_key_breaks_no_gate() -> None:
    assert failed_gates(judge(ZOO, SEEN, RATES)) == ()


def test_a_model_that_was_not_pruned_fails_on_its_calibration_alone() -> None:
    sure = {**SEEN["pruned"], "confidence": 0.61, "calibration_error": 0.08}
    failed = failed_gates(judge(ZOO, {**SEEN, "pruned": sure}, gates_on(CALIBRATION)))
    assert {item.recipe for item in failed} == {"pruned"}
