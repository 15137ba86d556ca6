"""Which releases `paribus grade` takes, and what it says where there is none."""

from pathlib import Path

import pytest

from generator.project import shipped_course
from grader.commands import grade
from paribus.cli import main
from paribus.course.release import write_release
from paribus.errors import UsageError
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.grader.test_grade_command import NAME, RELEASE


def test_a_misspelt_assignment_is_answered_with_the_catalogs_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is built, too; without a course the releases that are there are all that is known."""
    monkeypatch.chdir(tmp_path)
    course = shipped_course()
    with pytest.raises(
        UsageError, match=r"has no assignment called 'week1_homwork'.*Did you mean 'week1_homework'"
    ):
        grade.read_releases("week1_homwork", [grade.RELEASES / "week1_homwork"], course)
    with pytest.raises(UsageError, match=r"Make it with `paribus release week1_homework`, or name yours with"):
        grade.read_releases("week1_homework", [grade.RELEASES / "week1_homework"], course)
    with pytest.raises(UsageError, match=r"Make it with `paribus release week1_homwork`, or name yours .* DIR\.$"):
        grade.read_releases("week1_homwork", [grade.RELEASES / "week1_homwork"])
    (tmp_path / "course.toml").write_text("[grading]\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"Make it with `paribus release week1_homwork`"):
        grade.read_releases("week1_homwork", [grade.RELEASES / "week1_homwork"])


def test_releases_are_kept_in_the_order_given_and_once(tmp_path: Path) -> None:
    older = make_release(make_assignment(CELLS[:-1]))
    write_release(tmp_path / "new", RELEASE)
    write_release(tmp_path / "old", older)
    found = grade.read_releases(NAME, [tmp_path / "new", tmp_path / "old" / NAME, tmp_path / "new"])
    assert [release.digest for release in found] == [RELEASE.digest, older.digest]


def test_a_release_beside_the_course_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = tmp_path / "mine"
    write_release(course / "build" / "instructor" / "release", RELEASE)
    (course / "course.toml").write_text('[course]\ntitle = "Mine"\n', encoding="utf-8")
    (tmp_path / "handed_in").mkdir()
    (tmp_path / "handed_in" / "ada.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    order = ["grade", "handed_in", "--assignment", NAME, "--out", "out", "--json"]
    assert main([*order, "--course", "mine"]) == 0, capsys.readouterr().err
    assert (tmp_path / "out" / "results.jsonl").is_file()


def test_a_course_for_a_newer_paribus_grades_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_release(Path("release"), RELEASE)
    Path("course.toml").write_text('[course]\ntitle = "Mine"\nparibus = "99.1"\n', encoding="utf-8")
    Path("handed_in").mkdir()
    assert main(["grade", "handed_in", "--assignment", NAME, "--out", "out", "--release", f"release/{NAME}"]) == 1
    assert "written for paribus 99.1 or newer" in " ".join(capsys.readouterr().err.split())
