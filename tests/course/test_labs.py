"""The blind labs: their solutions run against a zoo, and what they hand in is graded with the sealed key."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

import complaints
from generator.building.blind import read_editions, zoos_of
from generator.building.build import Options, build_assignment, student_files, write_build
from generator.running.given import given_files
from generator.running.headless import Settings, run_assignments
from generator.running.kernel import WorkerKernel
from generator.sources.source import load_source
from generator.wheels.wheel import build_wheel
from generator.zoo.plan import make_plan
from grader.evidence.diagnoses import DEVICE_SLACK
from grader.grading.grade import grade_one
from grader.model import Outcome, Result, Submission
from paribus.course.release import Release, read_release
from paribus.zoo import compare, load_data, open_zoo
from tests.generator.zoo_material import build
from tests.shipped import COURSE, PROFILES, load_zoo, solution_of

LABS = {"week2_lab": "week2", "week3_lab": "pathologies", "week6_lab": "compressed"}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
everywhere = pytest.mark.parametrize("lab", LABS)
pytestmark = pytest.mark.usefixtures("own_cache")


def choices(lab: str) -> dict[str, str]:
    """The recipes that a lab offers."""
    text = COURSE.entry(lab).source.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    exec(re.search(r"^RECIPES = \{.*?^\}", text, re.MULTILINE | re.DOTALL)[0], found)  # type: ignore[index] # noqa: S102
    return dict(found["RECIPES"])  # type: ignore[arg-type]


@everywhere
def test_a_lab_offers_every_recipe_of_its_zoo_and_others(lab: str) -> None:
    """With as many choices as models, the last one would be known by elimination."""
    recipes = {recipe.name for recipe in load_zoo(LABS[lab]).recipes}
    assert recipes < set(choices(lab))


@everywhere
def test_a_lab_asks_for_every_model_of_its_zoo(lab: str) -> None:
    source = load_source(COURSE.entry(lab).source, COURSE)
    asked = [cell.options["model"] for cell in source.cells if "model" in cell.options]
    assert sorted(asked) == sorted(load_zoo(LABS[lab]).codenames)
    assert zoos_of(source) == (LABS[lab],)


def test_the_batch_size_that_week_2_names_is_that_of_every_model() -> None:
    zoo = load_zoo("week2")
    text = COURSE.entry("week2_lab").source.read_text(encoding="utf-8")
    (named,) = re.findall(r"^BATCH_SIZE = (\d+)", text, re.MULTILINE)
    sizes = {zoo.settings(recipe, profile)[0].batch_size for recipe in zoo.recipes for profile in PROFILES}
    assert sizes == {int(named)}


@everywhere
def test_the_table_at_the_top_gives_the_points_of_each_part(lab: str) -> None:
    parts: list[float] = [0.0]
    text = COURSE.entry(lab).source.read_text(encoding="utf-8")
    for cell in load_source(COURSE.entry(lab).source, COURSE).cells:
        if cell.cell_type == "markdown" and re.search(r"^## Part \d", cell.text, re.MULTILINE):
            parts.append(0.0)
        parts[-1] += cell.points
    told = [float(number or 0) for number in re.findall(r"^# \| [^|]+ \| (\d*) ?\|$", text, re.MULTILINE)]
    assert told == [*parts[1:-1], parts[-1] - told[-1], told[-1]]


def released(lab: str, out: Path) -> Release:
    """The lab's release with its keys, written and read again."""
    options = Options(editions=read_editions(out, [LABS[lab]]))
    item = build_assignment(COURSE, COURSE.entry(lab), options)
    assert item.unsealed == ()
    write_build([item], build_wheel(), out, ("jupyter",))
    return read_release(out / "instructor" / "release" / lab)


def hand_in(notebook: Path, *codes: str) -> Submission:
    """The executed notebook as nbconvert's page."""
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(nbformat.read(notebook, as_version=4))
    content = page.encode()
    digest = hashlib.sha256(content).hexdigest()
    return Submission("ann", "ann", "", "ann.html", content, digest, commitments=codes)


def verdicts(result: Result, check: str) -> dict[str, Outcome]:
    """The outcome of a check in each cell that has it."""
    return {cell.key: item.outcome for cell in result.cells for item in cell.verdicts if item.check == check}


def swapped(sealed: Mapping[str, Any], zoo: str) -> dict[str, Any]:
    """The keys with the recipes of the first two models swapped."""
    raw: dict[str, Any] = json.loads(json.dumps(sealed))
    models = raw["zoos"][zoo][0]["models"]
    one, other = sorted(models)[:2]
    models[one]["recipe"], models[other]["recipe"] = models[other]["recipe"], models[one]["recipe"]
    return raw


@everywhere
@pytest.mark.long
def test_a_solution_earns_every_diagnosis_and_another_models_recipe_none(lab: str, tmp_path: Path) -> None:
    built = build(make_plan(load_zoo(LABS[lab]), "2027S", PROFILES["micro"]), tmp_path)
    settings = Settings(
        PROFILES["micro"],
        zoos={lab: built.student},
        given=given_files(COURSE, [COURSE.entry(lab)]),
        time_limit=1200,
    )
    kernel = WorkerKernel(environment=ONE_THREAD)  # other tests run beside it
    (finished,) = run_assignments([lab], solution_of, settings, tmp_path / "run", solutions=tmp_path, kernel=kernel)
    release = released(lab, tmp_path)
    (code,) = set(
        re.findall(rf"Commitment for {LABS[lab]}: ([0-9A-Z-]+)", finished.run.notebook.read_text("utf-8"))
    )
    result = grade_one(hand_in(finished.run.notebook, code), [release])
    models = len(load_zoo(LABS[lab]).recipes)
    for check in ("diagnosis.matches", "diagnosis.evidence", "diagnosis.before_reveal"):
        assert list(verdicts(result, check).values()) == [Outcome.PASSED] * models, check
    assert not any(item.outcome is Outcome.FAILED for cell in result.cells for item in cell.verdicts)

    if built.student.joinpath("config.json").is_file():
        assert_compared_as_judged(built.student, release.sealed["zoos"][LABS[lab]][0]["models"])
    other = replace(release, sealed=swapped(release.sealed, LABS[lab]))
    again = verdicts(grade_one(hand_in(finished.run.notebook, code), [other]), "diagnosis.matches")
    assert sorted(again.values()) == [*[Outcome.FAILED] * 2, *[Outcome.PASSED] * (models - 2)]

    assert find_key(release.sealed, student_texts(lab)) == []
    assert find_key(release.sealed, {"key": json.dumps(release.sealed).encode()}) != []


def assert_compared_as_judged(folder: Path, models: Mapping[str, Any]) -> None:
    """The table that students see holds the statistics that the key holds."""
    zoo = open_zoo(folder)
    comparison = compare(zoo, load_data(zoo, complaints.load))
    for name, model in models.items():
        row = comparison.row(name)
        shared = set(row) & set(model["statistics"])
        assert shared == set(DEVICE_SLACK)
        assert {column: row[column] for column in shared} == pytest.approx(
            {column: model["statistics"][column] for column in shared}, rel=1e-4
        )


def student_texts(lab: str) -> dict[str, bytes]:
    """Everything a student gets of a lab that was built where its key lay."""
    return student_files([build_assignment(COURSE, COURSE.entry(lab), Options(profile="micro"))], build_wheel())


def find_key(sealed: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    """Files that hold the edition or a statistic of six digits of a sealed key."""
    secrets = {edition["edition"] for editions in sealed["zoos"].values() for edition in editions}
    for editions in sealed["zoos"].values():
        for model in (model for edition in editions for model in edition["models"].values()):
            secrets |= {repr(value) for value in model["statistics"].values() if value and len(repr(value)) >= 8}
    assert len(secrets) > 10
    return [name for name, content in files.items() if any(secret.encode() in content for secret in secrets)]
