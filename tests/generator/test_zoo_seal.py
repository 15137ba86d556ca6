"""The student's folder tells nothing but the models: planted leaks of many kinds are found, none in a real one."""

import json
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from generator.errors import ZooBuildError
from generator.zoo.seal import Leak, find_leaks, forbidden_words, machine_names, read_weights
from generator.zoo.student import FILE_TIME
from paribus.errors import DataError
from tests.generator.zoo_material import make_folder, make_outcomes, week2
from tests.generator.zoo_twins import compare_twins

PLAN = week2()
ZOO = PLAN.zoo


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sealed")
    return make_folder(root / "zoo", PLAN, make_outcomes(root / "runs", ZOO))


def _keep_time(path: Path) -> None:
    os.utime(path, (FILE_TIME, FILE_TIME))


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    _keep_time(path)


def training_arguments(folder: Path) -> None:
    _write(folder / "training_args.bin", "learning_rate 0.001")


def optimizer_state(folder: Path) -> None:
    _write(folder / "optimizer.pt", "state")


def recipe_in_the_card(folder: Path) -> None:
    card = json.loads((folder / "zoo.json").read_text())
    _write(folder / "zoo.json", json.dumps({**card, "recipes": 4}))


def order_in_the_card(folder: Path) -> None:
    card = json.loads((folder / "zoo.json").read_text())
    _write(folder / "zoo.json", json.dumps({**card, "models": card["models"][::-1]}))


def value_in_the_readme(folder: Path) -> None:
    _write(folder / "README.md", (folder / "README.md").read_text() + "\nBravo: class_weights.\n")


def path_in_the_config(folder: Path) -> None:
    _write(folder / "config.json", '{"_name_or_path": "/home/somebody/zoo/starved"}')


def version_in_the_config(folder: Path) -> None:
    _write(folder / "config.json", '{"transformers_version": "5.23.0"}')


def time_of_a_file(folder: Path) -> None:
    os.utime(folder / "Alpha.safetensors", (FILE_TIME + 60, FILE_TIME + 60))


def mode_of_a_file(folder: Path) -> None:
    (folder / "Delta.csv").chmod(0o600)


def metadata_of_weights(folder: Path) -> None:
    path = folder / "Alpha.safetensors"
    save_file(load_file(path), path, metadata={"seed": "13"})
    _keep_time(path)


def one_more_tensor(folder: Path) -> None:
    path = folder / "Bravo.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "class_counts": tensors["layer.weight"][0]}, path)
    _keep_time(path)


def bytes_after_the_tensors(folder: Path) -> None:
    path = folder / "Charlie.safetensors"
    path.write_bytes(path.read_bytes() + b"\0" * 64)
    _keep_time(path)


def column_in_the_table(folder: Path) -> None:
    lines = (folder / "Alpha.csv").read_text().splitlines()
    _write(folder / "Alpha.csv", "\n".join([lines[0] + ",lr", *(line + ",0.001" for line in lines[1:])]) + "\n")


def key_in_the_log(folder: Path) -> None:
    raw = json.loads((folder / "Delta.json").read_text())
    _write(folder / "Delta.json", json.dumps({**raw, "epochs_planned": 3}))


def link_to_a_run(folder: Path) -> None:
    (folder / "Alpha.csv").unlink()
    (folder / "Alpha.csv").symlink_to(folder / "Bravo.csv")


def stale_checksums(folder: Path) -> None:
    _write(folder / "checksums.json", "{}")


PLANTED: tuple[Callable[[Path], None], ...] = (
    training_arguments, optimizer_state, recipe_in_the_card, order_in_the_card, value_in_the_readme,
    path_in_the_config, version_in_the_config, time_of_a_file, mode_of_a_file, metadata_of_weights, one_more_tensor,
    bytes_after_the_tensors, column_in_the_table, key_in_the_log, link_to_a_run, stale_checksums,
)  # fmt: skip


def _own(leaks: tuple[Leak, ...]) -> list[Leak]:
    """Without the checksums, which any planted change disturbs."""
    return [leak for leak in leaks if leak.file != "checksums.json"]


def test_a_real_folder_tells_nothing(sealed: Path) -> None:
    assert find_leaks(sealed, ZOO) == ()


def test_a_user_with_a_number_and_no_name_can_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in many containers."""
    monkeypatch.setenv("LOGNAME", "somebody")
    assert "somebody" in machine_names()
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999_999)
    assert machine_names() <= {platform.node()}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_every_planted_leak_is_found(plant: Callable[[Path], None], sealed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sealed, tmp_path / "zoo"))
    _keep_time(folder)
    plant(folder)
    leaks = find_leaks(folder, ZOO)
    assert leaks if plant is stale_checksums else _own(leaks)


def test_a_twin_with_permuted_recipes_differs_in_nothing_else(sealed: Path, tmp_path: Path) -> None:
    """The recipes' order decides the codenames: the same models under other names, and no other byte moves."""
    other = replace(PLAN, zoo=replace(ZOO, recipes=ZOO.recipes[::-1]))
    assert other.codenames != PLAN.codenames
    twin = make_folder(tmp_path / "twin", other, make_outcomes(tmp_path / "runs", ZOO))
    keys = {name: recipe for recipe, name in PLAN.codenames.items()}
    twin_keys = {name: recipe for recipe, name in other.codenames.items()}
    assert compare_twins(sealed, keys, twin, twin_keys) == ()


@pytest.mark.parametrize(
    "plant", [training_arguments, value_in_the_readme, time_of_a_file, metadata_of_weights, path_in_the_config],
    ids=lambda plant: plant.__name__,
)  # fmt: skip
def test_a_twin_shows_what_follows_the_recipe(plant: Callable[[Path], None], sealed: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(sealed, tmp_path / "twin"))
    plant(twin)
    keys = {name: recipe for recipe, name in PLAN.codenames.items()}
    assert compare_twins(sealed, keys, twin, keys)


def test_the_same_models_give_the_same_bytes(sealed: Path, tmp_path: Path) -> None:
    again = make_folder(tmp_path / "again", PLAN, make_outcomes(tmp_path / "runs", ZOO))
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in sealed.iterdir()
    }


def test_recipes_names_and_values_are_forbidden_words() -> None:
    assert {"undertrained", "class_weights", "sqrt_inverse", "train_rows"} <= set(forbidden_words(ZOO))


def test_models_of_two_architectures_are_no_zoo(tmp_path: Path) -> None:
    outcomes = make_outcomes(tmp_path / "runs", ZOO)
    odd = outcomes["starved"]
    outcomes["starved"] = replace(odd, shared={**odd.shared, "config.json": b"{}"})
    with pytest.raises(ZooBuildError, match="share one architecture"):
        make_folder(tmp_path / "zoo", PLAN, outcomes)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ZooBuildError, match="whose training ended are kept"):
        make_folder(tmp_path / "file" / "zoo", PLAN, make_outcomes(tmp_path / "runs", ZOO))


def test_weights_that_are_none_are_said(tmp_path: Path) -> None:
    (tmp_path / "Alpha.safetensors").write_bytes(b"no weights")
    with pytest.raises(DataError, match="no safetensors file"):
        read_weights(tmp_path / "Alpha.safetensors")
