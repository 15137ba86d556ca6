"""A package that is installed adds a notebook platform and a learning platform: those of docs/notebook-platforms.md
and docs/learning-platforms.md, as they are there.
"""

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from generator.platforms.choose import platform_names
from grader.lms.choose import platform_named, told_by
from grader.lms.names import read_any_name
from paribus.cli import main
from paribus.course.platforms import LEARNING, homes
from paribus.errors import UsageError
from tests.course.campus import CLASSES, NOTEBOOKS, POINTS, Install, block, entry_points, package, write_course


def test_the_wheel_of_the_pages_holds_all_of_it(tmp_path: Path) -> None:
    """The blocks of both pages as one pyproject.toml: the second page's adds its entry point."""
    files = package()
    added = block(CLASSES, "toml").partition("[project.entry-points")
    files["pyproject.toml"] = block(NOTEBOOKS, "toml") + added[1] + added[2]
    for name, text in files.items():
        if "dist-info" not in name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
    (wheel,) = WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, text in package().items():
        if "dist-info" not in name:
            assert held[name] == text
    points = held[POINTS]
    for group, named in entry_points().items():
        assert f"[{group}]\ncampus = {named['campus']}" in points


@pytest.mark.slow
def test_notebooks_are_built_and_a_class_is_graded_for_an_installed_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], install: Install
) -> None:
    install(package())
    folder = write_course(tmp_path / "mine").parent
    monkeypatch.chdir(folder)
    assert main(["release", "week1_lab", "--skip-hidden", "--skip-solution"]) == 0
    notebook = Path("build/student/campus/week1_lab.ipynb")
    text = "".join(line for cell in json.loads(notebook.read_bytes())["cells"] for line in cell["source"])
    assert "/shared" in text
    assert "Press **Send**. Upload `week1_lab.ipynb` in Campus." in text
    readme = Path("build/student/README.md").read_text(encoding="utf-8")
    assert "### On campus\n\nSign in with your card, then open week1_lab." in readme
    assert list(Path("build/student/campus").glob("paribus-*.whl"))
    Path("handed_in").mkdir()
    shutil.copy(notebook, "handed_in/ada@example.org.ipynb")
    Path("roster.csv").write_text("id,name,email\ns1001,Ada Lovelace,ada@example.org\n", encoding="utf-8")
    assert main(["grade", "handed_in", "--assignment", "week1_lab", "--out", "graded"]) == 0
    assert "campus.csv goes to the office" in " ".join(capsys.readouterr().out.split())
    (row,) = csv.DictReader(Path("graded/campus.csv").read_text(encoding="utf-8").splitlines())
    assert (row["identifier"], row["name"], row["points"]) == ("s1001", "Ada Lovelace", "0.00")
    assert not Path("graded/grades.csv").exists()


def test_names_are_in_the_order_of_the_alphabet_and_nothing_is_imported(install: Install) -> None:
    files = package()
    files["paribus_campus/notebooks/platform.py"] = files["paribus_campus/grades/platform.py"] = "1 / 0"
    install(files)
    assert platform_names() == ("campus", "colab", "jupyter", "kaggle")
    assert tuple(homes(LEARNING)) == ("campus", "canvas", "moodle", "plain")


def test_the_names_that_an_installed_platform_gives_files_are_read(install: Install) -> None:
    assert read_any_name("card77--homework.html") is None
    install(package())
    found = read_any_name("card77--homework.html")
    assert found is not None
    assert (found.number, found.file, found.by) == ("77", "homework.html", "Campus")
    assert read_any_name("ada.html") is None


def test_a_name_that_ours_read_is_left_to_ours(install: Install) -> None:
    path = "Ann Lee_17_assignsubmission_file_/week1.html"
    before = read_any_name(path)
    assert before is not None
    grasping = 'def read_name(path):\n    return Named("file", "0", by="Campus")\n'
    install(package() | {"paribus_campus/grades/names.py": f"from grader.lms.names import Named\n{grasping}"})
    assert read_any_name("card77--homework.html") is not None
    assert read_any_name(path) == before


def test_what_fits_two_platforms_asks_for_one(install: Install) -> None:
    """Without the package the same header is a roster's."""
    header = ("id", "name", "email")
    assert told_by(header, ()).name == "plain"
    install(package())
    with pytest.raises(UsageError) as raised:
        told_by(header, ())
    assert str(raised.value) == (
        "course.toml names no learning platform, and the table of the class may be of campus and plain. "
        "Write which one under [grading], such as lms = 'campus'."
    )
    assert platform_named("campus").name == "campus"
