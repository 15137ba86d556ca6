"""Which course a command means: the one that is named, else the nearest course.toml from here upwards."""

from pathlib import Path

import pytest

from paribus.cli import main
from paribus.course.locate import example_names, find_course
from paribus.errors import UsageError
from tests.shipped import COURSE


def make(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "course.toml"
    path.write_text("", encoding="utf-8")
    return path


def test_the_nearest_course_upwards_is_meant(tmp_path: Path) -> None:
    outer, inner = make(tmp_path), make(tmp_path / "a" / "inner")
    below = tmp_path / "a" / "inner" / "week1"
    below.mkdir()
    assert find_course(None, below) == inner
    assert find_course(None, tmp_path / "a") == outer


def test_a_folder_may_hold_its_course_in_a_folder_called_course(tmp_path: Path) -> None:
    path = make(tmp_path / "course")
    assert find_course(None, tmp_path) == find_course(tmp_path) == find_course(path) == path
    assert find_course(None, Path(__file__).parent).samefile(COURSE.file)


def test_two_courses_in_one_folder_are_refused_with_what_to_type(tmp_path: Path) -> None:
    make(tmp_path)
    make(tmp_path / "course")
    with pytest.raises(UsageError, match=r"holds two courses, course\.toml and course/course\.toml\. Say which"):
        find_course(None, tmp_path)


def test_no_course_is_told_with_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        UsageError, match=r"There is no course\.toml in .* or in a folder above it\. .* --course DIR"
    ):
        find_course(None, tmp_path)
    with pytest.raises(UsageError, match=r"holds no course\.toml\. Name the folder of a course"):
        find_course(tmp_path)
    with pytest.raises(UsageError, match=r"there is no .*none\. Name"):
        find_course(tmp_path / "none")
    for command in (["build", "week1"], ["run", "week1"], ["release", "week1"], ["publish", "week1", "--dry-run"],
                    ["rehearse", "week1_homework"], ["zoo", "verify", "week2"]):  # fmt: skip
        with pytest.raises(SystemExit) as stopped:
            main([*command, "--course", str(tmp_path)])
        assert stopped.value.code == 2
        assert f"--course {tmp_path}: {tmp_path} holds no course.toml." in capsys.readouterr().err


def test_a_help_text_s_example_names_what_the_nearest_course_has(tmp_path: Path) -> None:
    """Without a course, or with one that cannot be read, it holds words in capitals."""
    names = example_names(COURSE.file.parent)
    assert (names["week"], names["homework"], names["zoo"]) == ("week1", "week1_homework", "week2")
    assert example_names(tmp_path)["homework"] == "HOMEWORK"
    (tmp_path / "course.toml").write_text("[weeks", encoding="utf-8")
    assert example_names(tmp_path)["week"] == "WEEK"
