"""Somebody else's course: built, run and released from its own folder, and what must agree is held together."""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator.building.build import Options, build_assignment
from generator.building.frame import frame, setting_of
from generator.errors import BuildError, RunError
from generator.rehearsal.solution import open_checks, with_prose
from generator.running.agreement import disagreements, require_agreement
from generator.running.references import records_in
from generator.sources.source import load_source, read_source
from generator.wheels.wheel import build_library
from paribus.cli import main
from paribus.course.catalog import load_course
from paribus.course.errors import SourceError
from paribus.course.policy import load_policy
from paribus.records.record import Record
from tests.course.own_course import COURSE, SOURCE, write_course

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The course's folder, its solution run once; every command is typed there."""
    folder = tmp_path_factory.mktemp("mechanics")
    write_course(folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["run", "week1", "--json"]) == 0
        yield folder
    finally:
        os.chdir(before)


def records(folder: Path) -> list[Record]:
    """What its solution recorded."""
    (path,) = folder.glob("build/run/instructor/week1_cars/*/executed.ipynb")
    return records_in(json.loads(path.read_text(encoding="utf-8")))


def test_a_week_is_released_from_the_course_s_own_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The library and the file go to students; the solution passes the release's own checks."""
    assert main(["release", "week1"]) == 0
    assert "Solution:          every check passes" in capsys.readouterr().out
    given = {path.name for path in (folder / "build/student/jupyter").iterdir()}
    assert {"cars.csv", "week1_cars.ipynb"} <= given
    assert any(name.startswith("mechanics_library-1.") for name in given)
    assert not (folder / "build/student/kaggle").exists()
    notebook = json.loads((folder / "build/student/jupyter/week1_cars.ipynb").read_text(encoding="utf-8"))
    text = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    assert text["parameters"] == 'PROFILE = "quick"\nWIDTH = 4'
    assert "mechanics-library 1." in text["setup"]


def test_a_student_s_environment_gets_the_library_and_its_next_edition(folder: Path, tmp_path: Path) -> None:
    """The version follows the content, so a later week's setup cell replaces what an earlier one installed."""
    course = load_course(folder / "course.toml")
    assert course.library is not None
    wheel = build_library(course.library)
    assert build_library(course.library) == wheel
    copy = tmp_path / "copy"
    write_course(copy)
    (copy / "library/mechanics/more.py").write_text("FAST = 200\n", encoding="utf-8")
    later = load_course(copy / "course.toml").library
    assert later is not None
    assert build_library(later).version != wheel.version
    (copy / "LICENSE").write_text("Take it.\n", encoding="utf-8")
    licensed = load_course(copy / "course.toml").library
    assert licensed is not None
    names = zipfile.ZipFile(io.BytesIO(build_library(licensed).content)).namelist()
    assert [name for name in names if name.endswith("licenses/LICENSE")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'vary="threshold"',
            'vary="treshold"',
            r"week1/cars\.py:\d+: the vary 'treshold'.*Did you mean 'threshold'",
        ),
        ('vary="threshold"', 'vary=["threshold", "tresholds"]', r"the vary 'tresholds'.*Did you mean 'threshold'"),
        (
            'metric="accuracy"',
            'metric="rmse"',
            r"cars\.py:\d+: the metric 'rmse', which no run of 'threshold' recorded",
        ),
        (
            'experiment="threshold"',
            'experiment="threshhold"',
            r"the experiment 'threshhold'.*Did you mean 'threshold'",
        ),
        (
            'begin("week1_cars"',
            'begin("week1_car"',
            r"cars\.py:\d+: paribus\.begin\('week1_car'\), and course\.toml",
        ),
        (
            'metric="accuracy" points=4',
            'points=4 checks={"metrics.near_reference": {"points": 4, "values": ["baseline.acuracy"]}}',
            r"the value 'baseline.acuracy'.*Did you mean",
        ),
    ],
)
def test_what_no_run_recorded_is_refused_with_file_and_line(
    old: str, new: str, message: str, folder: Path, tmp_path: Path
) -> None:
    write_course(tmp_path)
    assert old in SOURCE
    (tmp_path / "week1/cars.py").write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    course = load_course(tmp_path / "course.toml")
    source = load_source(course.entry("week1_cars").source, course)
    with pytest.raises(RunError, match=message):
        require_agreement(disagreements(source, "week1_cars", records(folder)))


def test_a_source_that_agrees_is_left_alone(folder: Path) -> None:
    course = load_course(folder / "course.toml")
    source = load_source(course.entry("week1_cars").source, course)
    assert disagreements(source, "week1_cars", records(folder)) == []
    require_agreement([])
    other = disagreements(source, "week1_boats", records(folder))
    assert "expected paribus.begin('week1_boats', …)" in other[0]


@pytest.mark.parametrize(
    ("metrics", "handed"), [(("accuracy", "roc_auc"), "scores="), (("accuracy", "mae", "accuracy"), "predictions=")]
)
def test_a_metric_that_no_finished_run_recorded_is_told_with_the_line_that_names_it(
    metrics: tuple[str, ...], handed: str, folder: Path
) -> None:
    """Where no run of these data finished, nothing is missing yet."""
    course = load_course(folder / "course.toml")
    text = SOURCE.replace("notebook.use(data)", f"metrics = {metrics!r}\nnotebook.use(data)")
    source = read_source(text, "cars.py", course.shares)
    scored = [replace(item, metrics=metrics) if item.kind == "data" else item for item in records(folder)]
    (found,) = disagreements(source, "week1_cars", scored)
    line = 1 + text[: text.index("metrics = ")].count("\n")
    assert found.startswith(
        f"cars.py:{line}: the data set 'cars.csv' is scored by '{metrics[1]}', which no finished"
    )
    assert f"expected {handed} at run.finish or run.log, or metrics= without it." in found
    assert disagreements(source, "week1_cars", [item for item in scored if item.kind != "result"]) == []
    unnamed = read_source(SOURCE, "cars.py", course.shares)
    assert disagreements(unnamed, "week1_cars", scored)[0].startswith("cars.py:1: ")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "more.py",
            b"x = 1\ndef broken(:\n",
            r"more\.py:2: found `def broken\(:`, which is no Python \(.*students get",
        ),
        ("deep/none.py", b"x = '\\0'\n\0", r"deep/none\.py.*: found .*, which is no Python"),
        ("latin.py", b"x = 'caf\xe9'\n", r"latin\.py.*, which is no Python"),
    ],
)
def test_a_library_that_is_no_python_goes_to_no_student(
    name: str, text: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_course(tmp_path)
    path = tmp_path / "library" / "mechanics" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    assert main(["build", "week1", "--course", str(tmp_path), "--out", str(tmp_path / "build")]) == 1
    assert re.search(message, capsys.readouterr().err)
    assert not (tmp_path / "build").exists()


def test_what_is_no_code_of_a_library_may_be_anything(tmp_path: Path) -> None:
    write_course(tmp_path)
    for name, text in (("data.csv", "def (\n"), (".hidden.py", "def (\n"), ("odd.py", 'x = "\\d"\n')):
        (tmp_path / "library" / "mechanics" / name).write_text(text, encoding="utf-8")
    library = load_course(tmp_path / "course.toml").library
    assert library is not None
    assert build_library(library).name.startswith("mechanics_library-1.")


def test_records_of_another_assignment_are_told_where_no_line_names_it(folder: Path, tmp_path: Path) -> None:
    write_course(tmp_path)
    text = SOURCE.replace('begin("week1_cars"', 'begin("week1_" + "boats"')
    (tmp_path / "week1/cars.py").write_text(text, encoding="utf-8")
    course = load_course(tmp_path / "course.toml")
    source = load_source(course.entry("week1_cars").source, course)
    (found, *_) = disagreements(source, "week1_boats", records(folder))
    assert "the records name the assignment 'week1_cars'; expected 'week1_boats'" in found


def test_a_wrong_begin_stops_a_build(tmp_path: Path) -> None:
    write_course(tmp_path)
    (tmp_path / "week1/cars.py").write_text(SOURCE.replace("week1_cars", "week1_boats"), encoding="utf-8")
    course = load_course(tmp_path / "course.toml")
    with pytest.raises(BuildError, match=r"cars\.py:15: paribus\.begin\('week1_boats'\)"):
        build_assignment(course, course.entry("week1_cars"), Options())


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ('{"seeds.enough": {"points": 4, "minimun": 3}}', r"'minimun' of seeds.enough; .*Did you mean 'minimum'"),
        ('{"form.no_errors": {"points": 4, "strict": 3}}', r"'strict' of form.no_errors; expected points alone"),
        ('{"seeds.enogh": 4}', r"the check 'seeds.enogh'; .*Did you mean 'seeds.enough'"),
    ],
)
def test_an_option_that_no_check_reads_is_refused(checks: str, message: str, tmp_path: Path) -> None:
    write_course(tmp_path)
    text = SOURCE.replace("points=4", f"points=4 checks={checks}")
    (tmp_path / "week1/cars.py").write_text(text, encoding="utf-8")
    course = load_course(tmp_path / "course.toml")
    with pytest.raises(SourceError, match=message):
        load_source(course.entry("week1_cars").source, course)


@pytest.mark.long
def test_a_release_whose_checks_fail_on_its_solution_is_refused_until_its_author_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One seed, and the source asks for three."""
    write_course(tmp_path)
    monkeypatch.chdir(tmp_path)
    text = SOURCE.replace("points=4", 'points=4 checks={"seeds.enough": {"points": 4, "minimum": 3}}')
    (tmp_path / "week1/cars.py").write_text(text, encoding="utf-8")
    assert main(["release", "week1", "--skip-hidden", "--json"]) == 1
    told = capsys.readouterr().err
    assert "week1_cars, threshold: seeds.enough failed" in told
    assert "--allow-open seeds.enough" in told
    assert not Path("build/student").exists()
    assert main(["release", "week1", "--skip-hidden", "--json", "--allow-open", "seeds.enogh"]) == 1
    assert "Did you mean 'seeds.enough'" in capsys.readouterr().err
    assert main(["release", "week1", "--skip-hidden", "--json", "--allow-open", "seeds.enough"]) == 0
    assert "seeds.enough failed" in json.loads(capsys.readouterr().out)["left_open"][0]


@pytest.mark.long
def test_a_run_that_does_not_agree_with_its_source_is_not_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_course(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "week1/cars.py").write_text(
        SOURCE.replace('metric="accuracy" p', 'metric="rmse" p'), encoding="utf-8"
    )
    assert main(["run", "week1", "--record", "--json"]) == 1
    assert "the metric 'rmse'" in capsys.readouterr().err
    assert not (tmp_path / "solutions").exists()


def test_a_solution_that_cannot_be_graded_is_told() -> None:
    with pytest.raises(BuildError, match="week1_cars: the solution could not be graded: It is none"):
        open_checks("week1_cars", {"cells": [], "remarks": ["It is none."]})


def test_prose_is_taken_from_the_filled_notebook() -> None:
    executed = {
        "cells": [{"id": "a", "cell_type": "markdown", "source": "old"}, {"cell_type": "code", "source": "x"}]
    }
    filled = {"cells": [{"id": "a", "cell_type": "markdown", "source": "new"}]}
    assert [cell["source"] for cell in with_prose(executed, filled)["cells"]] == ["new", "x"]


def test_the_page_s_course_toml_is_one(tmp_path: Path) -> None:
    """Every table that docs/your-own-course.md shows, in one file."""
    write_course(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "your-own-course.md").read_text(encoding="utf-8")
    tables = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    blocks = [table for table in tables if table.startswith(("[course]", "[grading]", "[library]"))]
    assert len(blocks) == 3
    (tmp_path / "course.toml").write_text("\n".join(blocks), encoding="utf-8")
    course = load_course(tmp_path / "course.toml")
    assert course.library is not None
    assert course.library.requirements == ("sympy>=1.13",)
    assert set(load_policy("week1_cars", course.file).sections) == {"A", "B"}


def test_a_course_whose_policy_names_no_assignment_of_its_own_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the build, before anybody is graded by it."""
    write_course(tmp_path)
    text = COURSE + "\n[grading.assignments.week1_car]\ndue = 2027-03-01T23:59:00\n"
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    assert main(["build", "week1", "--course", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "course.toml:34: [grading.assignments] holds the unknown assignment 'week1_car'; expected one of" in told
    assert text.splitlines()[33] == "[grading.assignments.week1_car]"
    assert "Did you mean 'week1_cars'" in told


def test_colab_fetches_the_library_from_where_the_course_says(tmp_path: Path) -> None:
    """Elsewhere it is beside the notebook; without an address students upload it."""
    write_course(tmp_path)
    text = COURSE.replace(
        'name = "mechanics-library"', 'name = "mechanics-library"\nurl = "https://a.org/x/{wheel}"'
    )
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    course = load_course(tmp_path / "course.toml")
    setting, entry = setting_of(course), course.entry("week1_cars")
    assert setting.library is not None
    cells = {name: frame(name, entry, setting, course.smallest).setup.source for name in ("colab", "jupyter")}
    assert f"https://a.org/x/{setting.library.name}" in cells["colab"]
    assert "https://a.org" not in cells["jupyter"]
