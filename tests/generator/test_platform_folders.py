"""The seam to notebook platforms: each is a folder, and one more folder is one more platform."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import paribus
from generator.platforms.choose import platform_names, platforms

ROOT = Path(paribus.__file__).parents[1]
NEW = '''"""A lab of the university: notebooks in its web page."""

from generator.platforms.platform import Place, Platform, Setting


def _place(setting: Setting, wheel: str) -> Place:
    return Place("Run this cell first.", "/shared", "Ask for {wheel} at the desk.")


PLATFORM = Platform(name="campus", title="On campus", place=_place, brings_wheel=True)
'''


def test_every_platform_is_a_folder_with_what_students_read() -> None:
    assert platform_names() == tuple(platforms()) == ("colab", "jupyter", "kaggle")
    for name, item in platforms().items():
        folder = ROOT / "generator" / "platforms" / name
        assert item.name == name
        assert (folder / "handin.md").read_text(encoding="utf-8").startswith("## Hand in")
        assert (folder / "start.md.j2").is_file()


@pytest.mark.slow
def test_a_folder_more_is_a_platform_more(tmp_path: Path) -> None:
    """In a copy of the generator. A cell for the new platform alone is no secret, and is in its notebook alone."""
    for name in ("generator", "paribus", "LICENSE", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    folder = tmp_path / "generator" / "platforms" / "campus"
    folder.mkdir()
    for name, text in {
        "__init__.py": "",
        "platform.py": NEW,
        "start.md.j2": "Sign in with your card.",
        "handin.md": "## Hand in\n\nPress **Send**.\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    course = tmp_path / "mycourse"
    shutil.copytree(ROOT / "generator" / "templates" / "course", course)
    source = course / "week1" / "lab.py"
    added = '# %% only="campus" key="campus-alone"\nprint("the printer is on the second floor")\n'
    source.write_text(source.read_text(encoding="utf-8") + "\n" + added, encoding="utf-8")
    build = [
        sys.executable,
        "-m",
        "paribus",
        "release",
        "week1_lab",
        "--platform",
        "campus",
        "--platform",
        "jupyter",
    ]
    build += ["--allow-missing", "--skip-hidden", "--skip-solution"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(build, cwd=course, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    students = course / "build" / "student"
    texts = {
        name: "".join(
            line
            for cell in json.loads((students / name / "week1_lab.ipynb").read_text(encoding="utf-8"))["cells"]
            for line in cell["source"]
        )
        for name in ("campus", "jupyter")
    }
    assert "/shared" in texts["campus"]
    assert "Press **Send**." in texts["campus"]
    assert "second floor" in texts["campus"]
    assert "second floor" not in texts["jupyter"]
    readme = (students / "README.md").read_text(encoding="utf-8")
    assert "### On campus\n\nSign in with your card." in readme
    assert list((students / "campus").glob("paribus-*.whl"))
