"""A zoo of sheets: models made smaller, handed out as size, latency and answers, and nothing that tells how."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.zoo import making
from generator.zoo.build import observed
from generator.zoo.outcome import Outcome
from generator.zoo.plan import Plan
from generator.zoo.seal import find_leaks
from generator.zoo.student import FILE_TIME
from paribus.course.zoo.statistics import FROM_SHEET, compute
from paribus.data.texts import Part, TextData, frozen_labels
from paribus.errors import DataError, TrainingError
from paribus.training.regime import Making
from paribus.zoo import ZooFolder, open_zoo, sheets_table
from paribus.zoo.sheets import Sheet
from tests.generator.zoo_material import make_folder, make_outcomes
from tests.generator.zoo_twins import compare_twins
from tests.paribus.test_compression import Toy
from tests.shipped import PROFILES, load_zoo

PLAN = Plan(load_zoo("compressed"), "2027S", PROFILES["micro"], "")
PLACE = "a processor, 1 thread of 2 cores"


def outcomes(folder: Path) -> dict[str, Outcome]:
    """Made-up outcomes, each with a sheet of its own."""
    made = make_outcomes(folder, PLAN.zoo)
    return {
        name: replace(outcome, sheet=Sheet(number + 1.0, 0.9, 2.0, 3.0, 0.5 + number, 1.9, 2.1, PLACE))
        for number, (name, outcome) in enumerate(made.items())
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sheets")
    return make_folder(root / "zoo", PLAN, outcomes(root / "runs"))


def test_students_get_a_sheet_and_answers_of_each_model_and_nothing_else(folder: Path) -> None:
    zoo = open_zoo(folder)
    assert (zoo.sheets, zoo.weights) == (True, False)
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "zoo.json", "README.md", "checksums.json", "dataset-metadata.json",
        *(f"{name}.{end}" for name in PLAN.zoo.codenames for end in ("json", "safetensors")),
    }  # fmt: skip
    assert find_leaks(folder, PLAN.zoo) == ()
    name = PLAN.codenames["int8"]
    assert zoo.sheet(name).place == PLACE
    assert zoo.logits(name).shape == (6, 4)


def test_what_follows_the_recipe_is_in_sheets_and_answers_alone(tmp_path: Path) -> None:
    made = outcomes(tmp_path / "runs")
    other = replace(PLAN, secret="another")
    assert other.codenames != PLAN.codenames
    one, twin = make_folder(tmp_path / "one", PLAN, made), make_folder(tmp_path / "twin", other, made)
    keys, twin_keys = ({name: recipe for recipe, name in plan.codenames.items()} for plan in (PLAN, other))
    assert compare_twins(one, keys, twin, twin_keys) == ()


def an_extra_key(file: Path) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), "dtype": "qint8"}), encoding="utf-8")


def another_place(file: Path) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), "place": "another machine"}), encoding="utf-8")


@pytest.mark.parametrize(("spoil", "kind"), [(an_extra_key, "key"), (another_place, "place")])
def test_a_sheet_that_tells_more_is_found(spoil: Callable[[Path], None], kind: str, tmp_path: Path) -> None:
    spoilt = make_folder(tmp_path / "zoo", PLAN, outcomes(tmp_path / "runs"))
    file = spoilt / f"{PLAN.zoo.codenames[0]}.json"
    spoil(file)
    os.utime(file, (FILE_TIME, FILE_TIME))
    assert kind in {leak.kind for leak in find_leaks(spoilt, PLAN.zoo)}


REFUSED: dict[str, tuple[Callable[[ZooFolder], object], str]] = {
    "weights": (lambda zoo: zoo.load("Agate"), "hands out sheets and answers, not weights"),
    "no such model": (lambda zoo: zoo.sheet("Alpha"), "no model 'Alpha'"),
    "a sheet where there are logs": (lambda zoo: replace(zoo, sheets=False).sheet("Agate"), "hands out no sheets"),
    "answers where there are logs": (
        lambda zoo: replace(zoo, sheets=False).logits("Agate"),
        "hands out no answers",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_such_a_zoo_does_not_have_is_said(case: str, folder: Path) -> None:
    call, message = REFUSED[case]
    with pytest.raises(DataError, match=message):
        call(open_zoo(folder))


def data() -> TextData:
    part = Part(tuple("abcdef"), frozen_labels([0, 1, 2, 3, 0, 1]))
    return TextData(part, part, part, tuple("wxyz"), "made up", "0" * 16, "1" * 16, np.array([2, 2, 1, 1]))


def test_the_table_that_students_see_holds_the_statistics_that_the_key_holds(folder: Path) -> None:
    zoo, texts = open_zoo(folder), data()
    table = sheets_table(zoo, texts)
    for name in zoo.models:
        seen = observed(None, texts.validation.labels, zoo.logits(name), texts, zoo.sheet(name))
        found = compute(seen)
        assert {item.__name__ for item in FROM_SHEET} <= set(found)
        for column in table:
            assert table.loc[name, column] == pytest.approx(found[column], abs=1e-4)


@pytest.mark.parametrize("kind", ["int8", "int4", "prune"])
def test_a_recipe_makes_the_model_smaller_after_its_training(kind: str) -> None:
    model = Toy(width=64).eval()
    small = making.smaller(model, Making(compress=kind, share=0.5))  # type: ignore[arg-type]
    assert small is not model
    with torch.inference_mode():
        assert small(torch.arange(12).reshape(3, 4)).logits.shape == (3, 3)


def test_a_plain_recipe_leaves_the_model_as_it_is() -> None:
    model = Toy()
    assert making.smaller(model, None) is model
    assert making.smaller(model, Making(teacher="tiny-teacher")) is model


def test_the_models_of_a_term_are_made_from_one_original(tmp_path: Path) -> None:
    """One seed for all, in what is built and in what is measured; a zoo of weights keeps a seed for each."""
    names = [recipe.name for recipe in PLAN.zoo.recipes]
    assert len({PLAN.seed(name) for name in names}) == 1
    assert PLAN.seed("int8") != PLAN.seed("int8", attempt=2)
    assert {PLAN.zoo.seeded_as(name) for name in names} == {"original"}
    other = load_zoo("week2")
    assert [other.seeded_as(recipe.name) for recipe in other.recipes] == [recipe.name for recipe in other.recipes]


def test_four_bits_come_back_within_half_a_step() -> None:
    weight = torch.randn(6, 64, generator=torch.Generator().manual_seed(0))
    packed, scales = making.encode(weight)
    assert packed.numel() == weight.numel() / 2
    steps = scales.float().repeat_interleave(making.GROUP, dim=1)
    assert ((making.decode(packed, scales) - weight).abs() <= 0.51 * steps).all()


def test_a_making_that_cannot_be_meant_is_refused() -> None:
    for wrong in ({"compress": "int2"}, {"share": 1.0}, {"temperature": 0.0}, {"mix": 2.0}):
        with pytest.raises(TrainingError, match="expected"):
            Making(**wrong)
