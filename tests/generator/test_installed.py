"""The instructor's wheel alone, without a checkout: it builds anybody's course, and brings the one that ships."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.course.own_course import write_course

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_course_is_built_from_an_installed_wheel_in_a_folder_of_its_own(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    write_course(tmp_path / "mine")
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path / "mine" / "week1", env=environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "week1_cars: release" in python("-m", "paribus.cli", "build", "week1", "--out", str(tmp_path / "out"))
    assert (tmp_path / "out/student/jupyter/cars.csv").is_file()
    code = (
        "from generator.project import shipped_course; from paribus.course.catalog import load_course; "
        "course = load_course(shipped_course()); assert course.folders.solutions.is_dir(); print(course.file); "
        "from generator.zoo.data import loader_of; from paribus.course.zoo import load_zoo; "
        "print(*(loader_of(course, load_zoo(course, name))(size='micro').n_classes for name in course.zoos))"
    )
    assert python("-c", code).split() == [str(site / "generator/shipped/course/course.toml"), *["28"] * 3]
