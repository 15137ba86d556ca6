"""What an instructor types first works from the installed wheel, in an empty folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def typed(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command prints; it has to succeed."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.long
def test_the_first_afternoon_works_from_an_installed_wheel(tmp_path: Path) -> None:
    """`--target` leaves the libraries where they are; only paribus itself comes from the wheel."""
    site, empty, dist = tmp_path / "site", tmp_path / "empty", tmp_path / "dist"
    empty.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    typed([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)], ROOT, environment)
    (wheel,) = dist.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    typed([*install, str(wheel)], empty, environment)
    environment |= {"PYTHONPATH": str(site), "PARIBUS_CACHE": str(tmp_path / "cache")}
    found = typed([sys.executable, "-c", "import grader; print(grader.__file__)"], empty, environment)
    assert found.startswith(str(site))

    def paribus(line: str, folder: Path) -> str:
        return typed([sys.executable, "-m", "paribus.cli", *line.split()], folder, environment)

    paribus("new mycourse", empty)
    course = empty / "mycourse"
    paribus("build week1", course)
    paribus("run week1", course)
    matrix = json.loads(paribus("rehearse week1_homework --size 8 --json", course))
    assert {row["outcome"] for row in matrix["faults"]} == {"caught"}
    assert not any(row["failed_checks"] for row in matrix["honest"])
    paribus("release week1", course)

    solution = "build/instructor/solution/jupyter/week1_homework.ipynb"
    export = [sys.executable, "-m", "nbconvert", "--output-dir", "handed_in", "--output"]
    typed([*export, "ada", "--to", "notebook", "--execute", solution], course, environment)
    typed([*export, "grace", "--to", "html", "handed_in/ada.ipynb"], course, environment)
    paribus("grade handed_in/ --assignment week1_homework --out graded", course)
    lines = (course / "graded" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    assert sorted(Path(result["source"]).name for result in results) == ["ada.ipynb", "grace.html"]
    for result in results:
        verdicts = [verdict for cell in result["cells"] for verdict in cell["verdicts"]]
        assert {verdict["outcome"] for verdict in verdicts} <= {"passed", "not_applicable"}, result["source"]
        assert result["remarks"] == [], result["source"]
