"""`paribus zoo` from recipes to a reveal, on micro: everything but the phenomena."""

import json
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import complaints
from generator.demo import build_blind_lab, demo_scene
from generator.errors import ZooBuildError
from generator.rehearsal.blind import Blind, train_zoos
from generator.running.references import References
from generator.zoo.build import Built, instructor_folder, read_reveal, recompute, student_folder
from generator.zoo.rates import Rate, each_test, write_rates
from generator.zoo.reveal import write_reveal
from generator.zoo.seal import find_leaks
from generator.zoo.training import training_notebook
from generator.zoo.verify import verify_zoo
from paribus.cli import main
from paribus.course.zoo.recipes import Recipe, Zoo
from paribus.errors import DataError
from paribus.zoo import find, open_zoo
from tests.generator.zoo_material import DirectKernel, build, make_folder, make_outcomes, week2
from tests.generator.zoo_twins import compare_twins
from tests.shipped import COURSE, load_table, load_zoo, make_material

PLAN = week2()
pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Built as the demo builds it."""
    return build_blind_lab(
        demo_scene(replace(COURSE, folders=replace(COURSE.folders, solutions=Path("none")))),
        tmp_path_factory.mktemp("zoo"),
        profile=PLAN.profile.name,
        kernel=DirectKernel(),
    )


def _out(built: Built) -> Path:
    return built.student.parent.parent.parent


def _key(built: Built) -> dict[str, str]:
    return {name: model["recipe"] for name, model in read_reveal(built.instructor)["models"].items()}


def test_a_build_hands_out_four_models_that_tell_nothing(built: Built) -> None:
    zoo = open_zoo(built.student)
    assert zoo.models == ("Alpha", "Bravo", "Charlie", "Delta")
    assert find_leaks(built.student, PLAN.zoo) == ()
    assert zoo.digest == built.edition


def test_logs_have_the_recipes_epochs(built: Built) -> None:
    zoo, key = open_zoo(built.student), _key(built)
    epochs = {key[name]: zoo.log(name).epochs()[-1]["epoch"] for name in zoo.models}
    assert epochs == {"undertrained": 1, "starved": 8, "baseline": 3, "weighted": 3}


@pytest.mark.long
def test_models_predict_what_training_logged(built: Built) -> None:
    """Loaded from safetensors, each has the accuracy at the end of its log."""
    zoo = open_zoo(built.student)
    again = recompute(built.student, complaints.load)
    for name in zoo.models:
        assert again[name]["accuracy"] == pytest.approx(zoo.log(name).column("accuracy")[-1], abs=0.02)


def test_a_second_build_trains_nothing_and_gives_the_same_bytes(built: Built) -> None:
    before = {path.name: path.read_bytes() for path in built.student.iterdir()}
    kernel = DirectKernel()
    again = build(PLAN, _out(built), kernel)
    assert kernel.ran == []
    assert all(item.reused for item in again.trained)
    assert {path.name: path.read_bytes() for path in again.student.iterdir()} == before


def test_a_lab_is_rehearsed_with_its_zoo_at_hand_and_its_key_in_the_release(built: Built) -> None:
    table, kernel = load_table("week2_lab"), DirectKernel()
    blind = train_zoos(COURSE, table, _out(built), workers=1, kernel=kernel)
    material = make_material(table, References({}), blind)
    assert kernel.ran == []
    assert find("week2", roots=[material.files["zoo"]]) == built.student
    assert [edition["edition"] for edition in material.release.sealed["zoos"]["week2"]] == [built.edition]
    assert train_zoos(COURSE, load_table("week1_homework"), _out(built), workers=1) == Blind()


@pytest.mark.long
def test_the_zoo_with_permuted_recipes_differs_in_weights_and_logs_alone(built: Built, tmp_path: Path) -> None:
    """Trained anew with the recipes in another order: other codenames, the same models, and no other byte."""
    twin = build(replace(PLAN, zoo=replace(PLAN.zoo, recipes=PLAN.zoo.recipes[::-1])), tmp_path)
    assert _key(twin) != _key(built)
    assert compare_twins(built.student, _key(built), twin.student, _key(twin)) == ()


def test_the_reveal_tells_what_was_done(built: Built) -> None:
    page = (built.instructor / "reveal.html").read_text(encoding="utf-8")
    notebook = json.loads((built.instructor / "reveal.ipynb").read_text(encoding="utf-8"))
    for recipe in PLAN.zoo.recipes:
        assert recipe.title in page
    assert page.count("data:image/png;base64,") == 4
    assert sum("outputs" in cell and bool(cell["outputs"]) for cell in notebook["cells"]) == 4
    assert "not measured" in page
    assert sorted(path.name for path in (built.instructor / "notebooks").iterdir()) == [
        "Alpha.ipynb", "Bravo.ipynb", "Charlie.ipynb", "Delta.ipynb",
    ]  # fmt: skip


def test_the_reveal_is_a_valid_notebook(built: Built) -> None:
    import nbformat

    nbformat.validate(nbformat.read(built.instructor / "reveal.ipynb", as_version=4))
    nbformat.validate(nbformat.from_dict(training_notebook()))


def test_one_model_is_revealed_alone(built: Built) -> None:
    page, _ = write_reveal(built.instructor, built.student, PLAN.zoo, "Alpha")
    assert page.read_text(encoding="utf-8").count("data:image/png;base64,") == 1


@pytest.mark.long
def test_verify_needs_the_students_folder_alone(built: Built) -> None:
    found = verify_zoo(built.student, PLAN.zoo, complaints.load, Path("none"), read_reveal(built.instructor))
    assert found.edition == built.edition
    assert len(found.found) == sum(len(recipe.evidence) for recipe in PLAN.zoo.recipes)


def _rates(folder: Path, gate: str, zoo: Zoo = PLAN.zoo) -> Path:
    """Rates under which one test gates."""
    names = [f"{recipe.name}.{test.name}" for recipe, test in each_test(zoo)]
    rates = {name: Rate(10 if name == gate else 0, 10, 0.0, 0.0, 0.0) for name in names}
    assert rates[gate].gates
    write_rates(zoo, "micro", "tiny", rates, about={}, solutions=folder)
    return folder


@pytest.mark.long
def test_gates_that_hold_name_the_model(built: Built, tmp_path: Path) -> None:
    """With the steps of an epoch as the one gate, six of the 24 keys fit, and a false key is refused."""
    rates = _rates(tmp_path, "starved.short_epochs")
    told = read_reveal(built.instructor)
    found = verify_zoo(built.student, PLAN.zoo, complaints.load, rates, told)
    assert (found.gates, len(found.fitting)) == (1, 6)
    key = _key(built)
    starved, plain = (
        next(name for name, recipe in key.items() if recipe == one) for one in ("starved", "baseline")
    )
    with pytest.raises(ZooBuildError, match="does not fit its key: starved: short_epochs"):
        verify_zoo(
            built.student,
            PLAN.zoo,
            complaints.load,
            rates,
            _with_key(told, {**key, starved: "baseline", plain: "starved"}),
        )


def _with_key(told: dict[str, Any], key: dict[str, str]) -> dict[str, Any]:
    """A reveal that names other recipes."""
    models = {name: {**model, "recipe": key[name]} for name, model in told["models"].items()}
    return {**told, "models": models}


def test_a_key_of_other_recipes_than_today_is_said(built: Built) -> None:
    told = read_reveal(built.instructor)
    renamed = {name: f"old_{recipe}" for name, recipe in _key(built).items()}
    with pytest.raises(
        ZooBuildError, match=r"built from the recipes old_baseline.*now has baseline.*Build it again"
    ):
        verify_zoo(built.student, PLAN.zoo, complaints.load, Path("none"), _with_key(told, renamed))


def test_a_terms_key_opens_no_other_terms_folder(built: Built, tmp_path: Path) -> None:
    """The next term is built into the same place: its models stand under the old codenames."""
    out = Path(shutil.copytree(_out(built), tmp_path / "out"))
    later = replace(PLAN, term="2027A")
    student = make_folder(student_folder(out, "week2"), later, make_outcomes(tmp_path / "runs", PLAN.zoo))
    with pytest.raises(ZooBuildError, match=rf"of 2027A, and the key of 2027S is that of {built.edition}"):
        verify_zoo(student, PLAN.zoo, complaints.load, Path("none"), read_reveal(built.instructor))
    command = ["zoo", "reveal", "week2", "--term", PLAN.term, "--out", str(out)]
    page = instructor_folder(out, "week2", PLAN.term) / "reveal.html"
    page.unlink()
    assert main(command) == 1
    assert not page.exists()
    assert main([*command, "--folder", str(built.student)]) == 0
    assert page.is_file()


@pytest.mark.long
def test_a_folder_that_fits_no_key_is_refused(built: Built, tmp_path: Path) -> None:
    """A gate that no model keeps, whichever recipe it is given to."""
    zoo = replace(PLAN.zoo, recipes=tuple(_harder(recipe) for recipe in PLAN.zoo.recipes))
    rates = _rates(tmp_path, "weighted.higher_macro_f1", zoo)
    with pytest.raises(ZooBuildError, match="under no key do all 1 gating tests hold"):
        verify_zoo(built.student, zoo, complaints.load, rates)


def test_a_gate_that_does_not_hold_stops_the_build_and_keeps_the_runs(built: Built, tmp_path: Path) -> None:
    out = Path(shutil.copytree(_out(built), tmp_path / "out"))
    kernel = DirectKernel()
    plan = replace(PLAN, zoo=replace(PLAN.zoo, recipes=tuple(_harder(recipe) for recipe in PLAN.zoo.recipes)))
    rates = _rates(tmp_path / "rates", "weighted.higher_macro_f1", plan.zoo)
    with pytest.raises(ZooBuildError, match=r"(?s)weighted \(\w+\), higher_macro_f1.*another seed until it shows"):
        build(plan, out, kernel, rates)
    assert kernel.ran == []
    with pytest.raises(ZooBuildError, match="was not finished"):
        read_reveal(out / "instructor" / "zoo" / "week2" / "2027S")


def _harder(recipe: Recipe) -> Recipe:
    """The recipe with one bound out of reach."""
    return replace(recipe, evidence=tuple(
        replace(test, at_least=9.0, at_most=None) if test.name == "higher_macro_f1" else test
        for test in recipe.evidence))  # fmt: skip


def test_a_folder_of_another_zoo_is_refused(built: Built) -> None:
    with pytest.raises(ZooBuildError, match="holds the zoo 'week2'"):
        verify_zoo(built.student, load_zoo("pathologies"), complaints.load, Path("none"))


def test_a_folder_that_tells_too_much_is_refused(built: Built, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built.student, tmp_path / "zoo"))
    (folder / "training_args.bin").write_bytes(b"lr")
    with pytest.raises(ZooBuildError, match="must not be handed out"):
        verify_zoo(folder, PLAN.zoo, complaints.load, Path("none"))


def test_a_build_that_tells_too_much_leaves_no_folder_to_hand_out(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the user's name, which happens to be a word of the README."""
    out = Path(shutil.copytree(_out(built), tmp_path / "out"))
    monkeypatch.setenv("LOGNAME", "validation")
    with pytest.raises(ZooBuildError, match=r"README\.md: word: validation"):
        build(PLAN, out)
    with pytest.raises(DataError, match="no complete zoo"):
        open_zoo(student_folder(out, "week2"))
    with pytest.raises(ZooBuildError, match="was not finished"):
        read_reveal(instructor_folder(out, "week2", PLAN.term))


def test_data_that_changed_since_are_said(built: Built, tmp_path: Path) -> None:
    import hashlib

    folder = Path(shutil.copytree(built.student, tmp_path / "zoo"))
    card = json.loads((folder / "zoo.json").read_text())
    card["data"]["fingerprint"] = "0" * 16
    (folder / "zoo.json").write_text(json.dumps(card))
    sums = json.loads((folder / "checksums.json").read_text())
    sums["zoo.json"] = hashlib.sha256((folder / "zoo.json").read_bytes()).hexdigest()
    (folder / "checksums.json").write_text(json.dumps(sums))
    with pytest.raises(DataError, match="fingerprint 0000000000000000"):
        recompute(folder, complaints.load)


def test_a_reveal_that_was_altered_is_refused(built: Built, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built.instructor, tmp_path / "2027S"))
    text = (folder / "reveal.json").read_text(encoding="utf-8")
    (folder / "reveal.json").write_text(text.replace('"recipe": "starved"', '"recipe": "weighted"', 1))
    with pytest.raises(ZooBuildError, match=r"reveal\.json: was changed after its build"):
        read_reveal(folder)


@pytest.mark.parametrize(("content", "message"), [("{}", "schema None"), ("", "cannot be read")])
def test_a_reveal_of_another_version_is_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "complete.json").write_text("{}")
    (tmp_path / "reveal.json").write_text(content)
    with pytest.raises(ZooBuildError, match=message):
        read_reveal(tmp_path)


@pytest.mark.long
@pytest.mark.long
def test_a_killed_build_goes_on_with_what_is_missing_to_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """A kill leaves two models trained, one without its marker, one not begun, and a term without its marker."""
    out = Path(shutil.copytree(_out(built), tmp_path / "out"))
    runs = out / "instructor"
    (runs / "zoo" / "week2" / "2027S" / "complete.json").unlink()
    next(runs.glob("zoo-week2-undertrained/*/run.json")).unlink()
    shutil.rmtree(runs / "zoo-week2-weighted")
    with pytest.raises(ZooBuildError, match="was not finished"):
        read_reveal(runs / "zoo" / "week2" / "2027S")
    kernel = DirectKernel()
    again = build(PLAN, out, kernel)
    assert sorted(kernel.ran) == ["undertrained", "weighted"]
    assert again.edition == built.edition


@pytest.mark.long
@pytest.mark.parametrize(
    ("limit", "where"),
    [(1_000, r"instructor/zoo/week2/2027S: cannot be written \(File too large\)"),
     (1_000_000, r"student/zoo/week2: cannot be written \(File too large\)")],
)  # fmt: skip
def test_a_disk_that_fills_is_said_and_what_was_trained_stays(
    limit: int, where: str, built: Built, tmp_path: Path
) -> None:
    """The system really refuses to write on: at the reveal, then in the midst of the weights."""
    out = Path(shutil.copytree(_out(built), tmp_path / "out"))
    with _no_file_above(limit), pytest.raises(ZooBuildError, match=where):
        build(PLAN, out)
    with pytest.raises(ZooBuildError, match="was not finished"):
        read_reveal(out / "instructor" / "zoo" / "week2" / "2027S")
    kernel = DirectKernel()
    assert build(PLAN, out, kernel).edition == built.edition
    assert kernel.ran == []


@contextmanager
def _no_file_above(limit: int) -> Iterator[None]:
    """Until it ends, no file of this process grows beyond ``limit`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_students_lack_is_named(built: Built, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built.student, tmp_path / "zoo"))
    (folder / "Bravo.safetensors").unlink()
    with pytest.raises(DataError, match=r"Bravo\.safetensors is missing"):
        verify_zoo(folder, PLAN.zoo, complaints.load, Path("none"))


def test_weights_of_another_architecture_are_said(built: Built, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built.student, tmp_path / "zoo"))
    save_file({"layer": np.zeros(3, dtype=np.float32)}, folder / "Alpha.safetensors")
    with pytest.raises(DataError, match=r"Alpha\.safetensors does not fit config\.json"):
        open_zoo(folder, check=False).load("Alpha")


def test_labels_and_logits_fit(built: Built) -> None:
    for item in built.trained:
        assert len(item.outcome.labels) == len(item.outcome.logits)
        assert np.isfinite(item.outcome.logits).all()
