"""The students' package for `paribus check`: what the command reaches, and nothing that gives an answer away."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import paribus
from course.catalog import load_course
from course.public import public_form, public_name
from generator.building import checkwheel
from generator.building.build import CHECK_FOLDER, Options, build
from generator.building.checkwheel import build_check_wheel, reached
from generator.building.leaks import find_leaks
from generator.building.wheel import build_wheel
from generator.errors import BuildError
from generator.sources.source import load_source
from tests.generator.courses import SMALL
from tests.grader.graded import release_of, text_of


def test_it_holds_what_the_command_reaches_and_no_source_of_the_course() -> None:
    names = set(zipfile.ZipFile(io.BytesIO(build_check_wheel().content)).namelist())
    assert {"grader/commands/check.py", "grader/reading/vocabulary.toml", "course/assignment.py"} <= names
    held_back = ("week", "catalog", "commands/grade", "gradebook", "handback", "generator/", "paribus/")
    assert not [name for name in names if any(part in name for part in held_back)]
    assert set(reached()) <= names


def test_it_asks_for_the_students_wheel_of_the_same_version() -> None:
    archive = zipfile.ZipFile(io.BytesIO(build_check_wheel().content))
    (name,) = [item for item in archive.namelist() if item.endswith("/METADATA")]
    wanted = [line for line in archive.read(name).decode().splitlines() if line.startswith("Requires-Dist")]
    assert wanted == [f"Requires-Dist: paribus=={paribus.__version__}", "Requires-Dist: selectolax>=0.4"]


def test_no_line_of_a_solution_stands_in_it() -> None:
    course = load_course()
    sources = [load_source(entry.source, course) for entry in course.entries()]
    assert find_leaks(sources, {"check.whl": build_check_wheel().content}) == ()


def test_the_same_rooms_give_the_same_bytes() -> None:
    assert build_check_wheel() == build_check_wheel.__wrapped__()


def test_a_build_puts_it_beside_the_forms(tmp_path: Path) -> None:
    report = build(SMALL, SMALL.select("week0_tiny"), tmp_path, Options(profile="micro"))
    folder = tmp_path / CHECK_FOLDER
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [build_check_wheel().name, "week0_tiny.public.json"]
    )
    form = json.loads((folder / "week0_tiny.public.json").read_text(encoding="utf-8"))
    assert form["release"] == report.built[0].release.digest
    assert sum(cell["points"] for cell in form["cells"]) == 0


def test_the_two_wheels_together_check_a_file(tmp_path: Path) -> None:
    """Unpacked as pip would, found before the checkout, with no room of the instructor's in reach."""
    for wheel in (build_wheel(), build_check_wheel()):
        zipfile.ZipFile(io.BytesIO(wheel.content)).extractall(tmp_path / "site")
    form = public_form(release_of("week1_homework").assignment)
    (tmp_path / public_name(form)).write_text(form.to_json(), encoding="utf-8")
    (tmp_path / "mine.html").write_text(text_of("week1_homework"), encoding="utf-8")
    program = (
        "import sys, grader, paribus.cli; sys.modules['generator'] = None; "
        "from grader.commands.check import commands; paribus.cli.find_commands = lambda: list(commands()); "
        "assert 'site/grader' in grader.__file__; sys.exit(paribus.cli.main(['check', 'mine.html']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    call = [sys.executable, "-c", program]
    ran = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "checks are met." in ran.stdout


def test_a_package_that_cannot_be_built_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkwheel, "requirement", lambda name: "not a requirement !")
    with pytest.raises(BuildError, match=r"student_check_pyproject\.toml"):
        build_check_wheel.__wrapped__()
