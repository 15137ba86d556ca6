"""A zoo goes to Kaggle as a data set of its own, attached to its week's lab, with the official client."""

from pathlib import Path

import pytest

from generator.errors import PublishError
from generator.publishing.kaggle_client import CommandLineClient
from generator.publishing.kaggle_metadata import Waiting
from generator.publishing.publish import Publisher, make_plan, zoo_folder
from paribus.zoo import open_zoo
from tests.generator.kaggle_build import write_build
from tests.generator.kaggle_server import Kaggle, serve
from tests.generator.zoo_material import make_folder, make_outcomes, week2

REF = "paribus-course/paribus-zoo-week2-2027s"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    build = write_build(tmp_path / "build", "week2_lab")
    plan = week2()
    make_folder(zoo_folder(build, "week2"), plan, make_outcomes(tmp_path / "runs", plan.zoo))
    return build


def push(build: Path, kaggle: Kaggle, home: Path) -> None:
    """Push the zoo alone with the official client."""
    with serve(kaggle, home) as environment:
        publisher = Publisher(
            CommandLineClient(environment=environment), home / "work", Waiting(0.0, 9.0, 9.0), "x"
        )
        publisher.publish(make_plan(build, [], zoos={"week2": ()}))


def test_the_official_client_pushes_every_file_of_the_zoo(build: Path, tmp_path: Path) -> None:
    kaggle = Kaggle()
    push(build, kaggle, tmp_path)
    files = {path.name: path.read_bytes() for path in zoo_folder(build, "week2").iterdir()}
    files.pop("dataset-metadata.json")
    assert sorted(kaggle.datasets[REF][0]) == sorted(files)
    assert kaggle.uploads == files


def test_the_files_that_arrive_on_kaggle_open_there_as_the_same_edition(build: Path, tmp_path: Path) -> None:
    """The client keeps dataset-metadata.json to itself."""
    kaggle, mounted = Kaggle(), tmp_path / "kaggle" / "input" / "zoo"
    mounted.mkdir(parents=True)
    push(build, kaggle, tmp_path)
    for name, content in kaggle.uploads.items():
        (mounted / name).write_bytes(content)
    assert open_zoo(mounted).digest == open_zoo(zoo_folder(build, "week2")).digest


def test_the_lab_has_the_zoo_attached_and_the_homework_has_not(build: Path) -> None:
    write_build(build, "week2_homework")
    plan = make_plan(build, ["week2_lab", "week2_homework"], "teacher", {"week2": ["week2_lab"]})
    sources = {item.assignment: item.metadata["dataset_sources"] for item in plan if item.kind == "notebook"}
    assert sources["week2_lab"] == ["teacher/paribus-wheel", "teacher/paribus-zoo-week2-2027s"]
    assert sources["week2_homework"] == ["teacher/paribus-wheel"]
    assert [item.ref for item in plan[:2]] == ["teacher/paribus-wheel", "teacher/paribus-zoo-week2-2027s"]


def test_a_zoo_with_a_file_missing_is_not_pushed(build: Path) -> None:
    (zoo_folder(build, "week2") / "Alpha.csv").unlink()
    with pytest.raises(PublishError, match=r"Alpha\.csv is missing.*Nothing was pushed"):
        make_plan(build, [], zoos={"week2": ()})


def test_a_zoo_that_was_not_built_is_said(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"dataset-metadata\.json: is missing"):
        make_plan(tmp_path, [], zoos={"week2": ()})
