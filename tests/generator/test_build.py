"""Builds: what lands where, byte for byte, and the command around it."""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import paribus
from generator.building.build import MARKER, Options, build, student_files
from generator.building.placeholders import placeholders
from generator.building.wheel import Wheel, build_library
from generator.platforms.platform import Setting
from generator.project import ROOT
from generator.publishing.kaggle_metadata import read_dataset, read_kernel
from paribus.cli import main
from paribus.course.release import read_release, write_release
from tests.generator.courses import REAL, SMALL, build_one
from tests.shipped import KAGGLE

OPTIONS = Options(profile="micro")
WHEEL = f"paribus-{paribus.__version__}-py3-none-any.whl"


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_lands_in_its_place(tmp_path: Path) -> None:
    report = build(SMALL, SMALL.select("week0_tiny"), tmp_path, OPTIONS)
    names = set(files_of(tmp_path))
    assert {
        "student/kaggle/week0_tiny/week0_tiny.ipynb",
        "student/kaggle/week0_tiny/kernel-metadata.json",
        f"student/kaggle/dataset/{WHEEL}",
        "student/kaggle/dataset/dataset-metadata.json",
        "student/colab/week0_tiny.ipynb",
        "student/jupyter/week0_tiny.ipynb",
        f"student/jupyter/{WHEEL}",
        "student/jupyter/week0_tiny.public.json",
        f"student/check/{WHEEL}",
        "student/check/week0_tiny.public.json",
        "student/README.md",
        "instructor/solution/colab/week0_tiny.ipynb",
        "instructor/instructor/jupyter/week0_tiny.ipynb",
        "instructor/release/week0_tiny/assignment.json",
        "instructor/release/week0_tiny/release.ipynb",
        MARKER,
    } <= names
    assert set(report.files) == names - {MARKER}


def test_what_kaggle_is_told_follows_kaggles_rules(tmp_path: Path) -> None:
    """The folders are what the official client takes; a GPU is asked for where the course says so."""
    build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    kaggle = tmp_path / "student" / "kaggle"
    dataset = read_dataset(kaggle / "dataset")
    for entry in SMALL.entries():
        kernel = read_kernel(kaggle / entry.name)
        assert kernel["dataset_sources"] == [dataset["id"]]
        assert ("machine_shape" in kernel) is entry.gpu


def test_the_marker_lists_every_file_with_its_digest(tmp_path: Path) -> None:
    report = build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    marker = json.loads((tmp_path / MARKER).read_text(encoding="utf-8"))
    written = {name: hashlib.sha256(content).hexdigest() for name, content in files_of(tmp_path).items()}
    del written[MARKER]
    assert marker["files"] == written
    assert marker["releases"] == {item.entry.name: item.release.digest for item in report.built}
    assert marker["version"] == paribus.__version__


def test_a_second_build_changes_no_byte(tmp_path: Path) -> None:
    build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    before = files_of(tmp_path)
    build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    assert files_of(tmp_path) == before


def test_another_process_with_another_hash_seed_builds_the_same_bytes(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        command = [
            sys.executable,
            "-m",
            "paribus.cli",
            "build",
            "week1",
            "--profile",
            "micro",
            "--out",
            str(tmp_path / seed),
        ]
        subprocess.run(
            command, check=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True
        )
    assert files_of(tmp_path / "1") == files_of(tmp_path / "2")


def test_one_platform_alone_writes_nothing_of_the_others(tmp_path: Path) -> None:
    build(SMALL, SMALL.entries(), tmp_path, Options(profile="micro", platforms=("colab",)))
    assert sorted(path.name for path in (tmp_path / "student").iterdir()) == ["README.md", "check", "colab"]
    assert sorted(path.name for path in (tmp_path / "instructor").iterdir()) == [
        "instructor",
        "release",
        "solution",
    ]


def test_a_wheel_of_another_version_does_not_stay_beside_the_right_one(tmp_path: Path) -> None:
    """Nor the package of its own that `paribus check` once was."""
    for name in ("jupyter", "check"):
        folder = tmp_path / "student" / name
        folder.mkdir(parents=True)
        (folder / "paribus-0.0.1-py3-none-any.whl").touch()
        (folder / "paribus_check-0.1.0-py3-none-any.whl").touch()
    build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    assert {path.name for path in (tmp_path / "student").rglob("*.whl")} == {WHEEL}


def test_a_form_tells_no_points(tmp_path: Path) -> None:
    report = build(SMALL, SMALL.select("week0_tiny"), tmp_path, OPTIONS)
    form = json.loads((tmp_path / "student" / "check" / "week0_tiny.public.json").read_text(encoding="utf-8"))
    assert form["release"] == report.built[0].release.digest
    assert sum(cell["points"] for cell in form["cells"]) == 0


def test_the_readme_names_the_files_and_commands_of_this_build(tmp_path: Path) -> None:
    """Every file it names is there, and what it tells to type can be typed."""
    build(REAL, REAL.select("week1"), tmp_path, Options())
    text = (tmp_path / "student" / "README.md").read_text(encoding="utf-8")
    for name in ("jupyter/week1_homework.ipynb", "colab/week1_homework.ipynb", "check/week1_homework.public.json"):
        assert (tmp_path / "student" / name).is_file()
        assert name.rpartition("/")[2] in text
    assert REAL.library is not None
    wheels = f"{WHEEL} {build_library(REAL.library).name}"
    assert f"python -m pip install {wheels} jupyterlab datasets torch transformers accelerate\n" in text
    assert "paribus check week1_homework.ipynb" in text
    assert "`notebook.check()`" in text
    assert all(f"### {title}" in text for title in ("On Kaggle", "On Colab", "On your own machine"))
    assert "__" not in text
    assert "paribus-course" not in text


def test_the_readme_of_one_platform_tells_of_no_other(tmp_path: Path) -> None:
    build(SMALL, SMALL.entries(), tmp_path, Options(profile="micro", platforms=("colab",)))
    text = (tmp_path / "student" / "README.md").read_text(encoding="utf-8")
    assert "### On Colab" in text
    assert "On Kaggle" not in text
    assert "On your own machine" not in text


@pytest.mark.parametrize(
    ("platforms", "named"),
    [
        (("kaggle",), ["kaggle/settings.toml: owner"]),
        (("colab",), ["course.toml: [wheel] url", "course.toml: [library] url", "course.toml: [colab] repository"]),
        (("jupyter",), []),
    ],
)
def test_accounts_that_are_placeholders_are_named(
    tmp_path: Path, platforms: tuple[str, ...], named: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped course names accounts that are nobody's."""
    chosen = [word for name in platforms for word in ("--platform", name)]
    assert main(["build", "week1_lab", "--profile", "micro", "--out", str(tmp_path), *chosen]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("To fill in: ")]
    assert [line.removeprefix("To fill in: ").partition(" still names")[0] for line in told] == named


def test_a_course_that_filled_them_in_hears_nothing(tmp_path: Path) -> None:
    shutil.copytree(SMALL.folders.kaggle, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "settings.toml"
    settings.write_text(settings.read_text().replace(f'"{KAGGLE.owner}"', '"my-course"'))
    folders = dataclasses.replace(SMALL.folders, kaggle=tmp_path)
    setting = Setting(dataclasses.replace(SMALL, folders=folders), "1.0")
    assert placeholders(setting, ("kaggle", "colab", "jupyter")) == ()


def test_a_build_that_fails_half_way_leaves_no_marker(tmp_path: Path) -> None:
    build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    (tmp_path / "student" / "colab" / "week0_tiny.ipynb").unlink()
    (tmp_path / "student" / "colab" / "week0_tiny.ipynb").mkdir()
    with pytest.raises(OSError, match="directory"):
        build(SMALL, SMALL.entries(), tmp_path, OPTIONS)
    assert not (tmp_path / MARKER).exists()


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--profile", "micro", "--out", str(tmp_path / "out"), "--references", str(tmp_path / "none")]
    assert main(["build", "week1", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "week1_lab: release " in shown
    assert "These numbers are not there yet, and the notebooks say so" in shown
    assert " of week1_homework: no run of week1_homework was ever recorded" in shown
    assert main(["build", "week1_lab", "--platform", "kaggle", "--json", *arguments]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer["releases"]) == ["week1_lab"]
    assert answer["missing_references"]
    assert "student/kaggle/week1_lab/week1_lab.ipynb" in answer["files"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "week77"], "no week or assignment called 'week77'. Weeks: week1"),
        (["build", "week1", "--platform", "moon"], "no platform called 'moon'. Choose from: colab, jupyter"),
        (["build", "week1", "--profile", "huge"], "no profile called 'huge'. Choose one of: micro "),
        (["build", "week1", "--out", __file__], "is a file; expected a folder"),
        (["release"], "required: name"),
        (
            ["rehearse", "week1"],
            "'week1' is a week, and this takes one assignment. Name one of: week1_lab, week1_home",
        ),
    ],
)
def test_wrong_usage_exits_with_2_and_what_to_type(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_hidden_tests_are_in_the_instructors_release_alone_and_no_part_of_its_digest(tmp_path: Path) -> None:
    built = build_one("week0_tiny")
    assert "double-tests" in built.release.hidden
    text = built.release.hidden["double-tests"]["tests"]
    assert text.strip()
    assert "HIDDEN" not in text
    folder = write_release(tmp_path, built.release)
    assert read_release(folder) == built.release
    without = dataclasses.replace(built.release, hidden={}, audit={})
    assert not (write_release(tmp_path / "other", without) / "hidden.json").exists()
    assert without.digest == built.release.digest
    for name, content in student_files([built], Wheel("w.whl", b""), ("jupyter",)).items():
        assert text.encode() not in content, name
