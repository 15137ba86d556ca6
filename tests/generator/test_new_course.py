"""`paribus new` writes a course that builds as it is, and overwrites nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from paribus.cli import main
from paribus.course.catalog import load_course

ROOT = Path(__file__).parents[2]


def test_the_new_course_builds_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "mine")]) == 0
    assert "cd " in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "mine")
    assert main(["build", "week1"]) == 0
    built = sorted(path.name for path in Path("build/student/jupyter").glob("*.ipynb"))
    assert built == ["week1_homework.ipynb", "week1_lab.ipynb"]
    assert [entry.name for entry in load_course(Path("course.toml")).entries()] == ["week1_lab", "week1_homework"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert main(["new", str(tmp_path / "mine")]) == 0
    assert (tmp_path / "mine" / "course.toml").is_file()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_there_is_not_overwritten(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "mine"
    if kind == "file":
        place.write_text("notes", encoding="utf-8")
    else:
        place.mkdir()
        (place / "notes.txt").write_text("notes", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["new", str(place)])
    assert "Name a folder that does not exist yet" in capsys.readouterr().err
    assert {path.name for path in tmp_path.rglob("*")} <= {"mine", "notes.txt"}


WITHOUT = """
import sys
for name in "accelerate datasets optuna safetensors statsmodels tokenizers torch transformers".split():
    sys.modules[name] = None  # an import of it fails
import generator.rehearsal.generic, generator.rehearsal.solution, generator.running.run, grader.classrun.grade_class
from paribus.cli import main
sys.exit(main(["new", "mine"]) or main(["build", "week1", "--lint", "--course", "mine"]))
"""


def test_it_needs_no_libraries_that_train(tmp_path: Path) -> None:
    """Where `paribus[instructor]` alone is installed; `make installed` goes on from there to grades."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
