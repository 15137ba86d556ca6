"""Notebooks: what each variant shows, and what each platform gets around it."""

import json
import os
import subprocess
import sys
import types
import venv
from pathlib import Path
from typing import Any

import pytest

import paribus
from course.assignment import Role
from generator.building.build import Options, build_assignment
from generator.building.notebooks import EVIDENCE_SOURCE, solution_notebook
from generator.building.platforms import KAGGLE_SETTINGS, Setting, frame, load_kaggle
from generator.building.wheel import build_wheel
from generator.errors import BuildError, PublishError
from generator.project import core_packages
from paribus.errors import UsageError
from tests.generator.courses import SMALL, build_one, small_references

ENTRY = SMALL.entry("week0_tiny")
BUILT = build_assignment(SMALL, ENTRY, Options(profile="micro", references=small_references()))
SETTING = Setting(SMALL, load_kaggle(), "9.9.9")


def notebook(variant: str, platform: str = "jupyter") -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(BUILT.notebooks[variant, platform])
    return parsed


def sources(variant: str, platform: str = "jupyter") -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in notebook(variant, platform)["cells"]}


def metadata(key: str, platform: str = "jupyter") -> dict[str, Any]:
    found: dict[str, Any] = next(cell for cell in notebook("student", platform)["cells"] if cell["id"] == key)[
        "metadata"
    ]
    return found


# --- variants ------------------------------------------------------------------------------------------------


def test_a_student_gets_a_stub_that_says_what_to_do() -> None:
    assert sources("student")["double"] == (
        'def double(number: float) -> float:\n    """Twice the number."""\n    ### YOUR CODE HERE\n'
        '    raise NotImplementedError("Task double is not done yet: replace this line with your code.")'
    )
    assert sources("student")["largest"] == "numbers = [3, 9, 4]\n### YOUR CODE HERE\nlargest = ..."


def test_every_part_of_an_experiment_becomes_a_stub() -> None:
    text = sources("student")["one"]
    assert text.count("raise NotImplementedError") == 2
    assert 'print("in between")' in text


def test_a_memo_in_a_table_keeps_its_rows() -> None:
    assert sources("student")["template"].splitlines() == [
        "| field | what you write |",
        "| --- | --- |",
        "| Changed | … |",
        "| Result | … | … |",
    ]
    assert sources("student")["thoughts"].endswith("*Write your answer here.*")


def test_hidden_tests_stand_in_the_instructors_notebook_alone() -> None:
    for variant in ("student", "solution"):
        assert sources(variant)["double-tests"] == 'small = 3\nassert double(small) == 6, "double(3) should be 6"'
    assert "### BEGIN HIDDEN TESTS" in sources("instructor")["double-tests"]


def test_a_solution_has_no_markers_and_the_instructor_has_them() -> None:
    assert "    twice_the_number = number + number\n    return" in sources("solution")["double"]
    assert "BEGIN SOLUTION" not in "".join(sources("solution").values())
    assert "### BEGIN SOLUTION" in sources("instructor")["double"]


def test_cells_for_one_platform_or_variant_stand_nowhere_else() -> None:
    assert "platform-cell-true" in sources("student", "kaggle")
    assert "platform-cell-true" not in sources("student", "jupyter")
    assert "after" in sources("solution")
    assert {"after", "note"} <= set(sources("instructor"))
    assert not {"after", "note"} & set(sources("student"))


# --- expressions, profile, release -------------------------------------------------------------------------------


def test_references_are_written_in_their_format() -> None:
    assert "reached 0.132, an accuracy of\n54.2%." in sources("student")["tiny"]


def test_a_missing_reference_is_said_in_the_notebook() -> None:
    text = json.dumps(json.loads(build_one("week0_tiny").notebooks["student", "jupyter"]))
    assert "**[no reference recorded: model.accuracy of week0_tiny]**" in text


def test_the_release_digest_stands_where_it_was_asked_for() -> None:
    digest = BUILT.assignment.release
    assert len(digest) == 16
    assert f'RELEASE = "{digest}"' in sources("student")["begin"]
    assert f"Release {digest}." in sources("student")["tiny"]
    assert 'braces = f"{{{SEED}}}"' in sources("student")["begin"]
    assert digest in BUILT.assignment.cell("begin").source


def test_the_digest_follows_sources_profile_and_references() -> None:
    digests = {
        build_assignment(SMALL, ENTRY, options).assignment.release
        for options in (
            Options(profile="micro"),
            Options(profile="smoke"),
            Options(profile="micro", references=small_references()),
        )
    }
    assert len(digests) == 3
    one_platform = Options(profile="micro", platforms=("colab",), references=small_references())
    assert build_assignment(SMALL, ENTRY, one_platform).assignment.release == BUILT.assignment.release


def test_the_profile_becomes_the_parameters_default() -> None:
    assert sources("student")["parameters"].splitlines()[0] == 'PROFILE = "micro"  # the course\'s own'
    assert metadata("parameters")["tags"] == ["parameters", "paribus-parameters"]


# --- the released assignment ----------------------------------------------------------------------------


def test_the_assignment_holds_the_students_jupyter_cells() -> None:
    assignment = BUILT.assignment
    assert [cell.key for cell in assignment.cells] == list(sources("student"))
    assert {cell.key: cell.source for cell in assignment.cells} == sources("student")
    assert assignment.max_score == 30.0
    assert assignment.settings == {"languages": ["en"]}


def test_a_tasks_points_are_earned_by_its_tests() -> None:
    task, tests = BUILT.assignment.cell("double"), BUILT.assignment.cell("double-tests")
    assert (task.points, task.checks) == (0.0, ())
    assert (tests.points, tests.grades, tests.role) == (3.0, "double", Role.TESTS)
    assert [check.check for check in tests.checks] == ["tasks.tests_passed"]


def test_stub_texts_are_no_setting_of_a_cell() -> None:
    assert BUILT.assignment.cell("largest").options == {}
    assert BUILT.assignment.cell("template").options == {"experiment": "one"}


def test_the_release_notebook_scores_what_checks_decide_in_cells_of_their_own() -> None:
    cells = json.loads(BUILT.release.notebook)["cells"]
    points = {
        cell["id"]: cell["metadata"]["nbgrader"]["points"]
        for cell in cells
        if cell["metadata"].get("nbgrader", {}).get("grade")
    }
    assert points == {
        "double-tests": 3.0, "largest-tests": 2.0, "one": 2.0, "one-evidence": 8.0, "template": 0.0,
        "template-evidence": 4.0, "thoughts": 3.0, "thoughts-evidence": 3.0, "whole-evidence": 5.0,
    }  # fmt: skip
    assert sum(points.values()) == BUILT.assignment.max_score
    assert all("".join(cell["source"]) == EVIDENCE_SOURCE for cell in cells if cell["id"].endswith("-evidence"))
    assert not any(key.endswith("-evidence") for key in sources("student"))


# --- platforms -----------------------------------------------------------------------------------------------


def test_tests_and_whole_notebook_cells_are_locked() -> None:
    assert (metadata("double-tests")["deletable"], metadata("double-tests")["editable"]) == (False, False)
    assert (metadata("whole")["deletable"], metadata("whole")["editable"]) == (False, False)
    assert metadata("double")["deletable"] is False
    assert "editable" not in metadata("double")


def test_setup_comes_before_the_first_code_cell_and_handing_in_last() -> None:
    keys = list(sources("student", "colab"))
    assert keys[:4] == ["badge", "tiny", "setup", "parameters"]
    assert keys[-2:] == ["handin", "handin-export"]
    assert list(sources("student", "kaggle"))[-1] == "handin"


def test_colab_gets_its_metadata_badge_and_forms() -> None:
    prose = json.loads(build_one("week0_prose").notebooks["student", "colab"])
    assert prose["metadata"]["colab"] == {"gpuType": "T4", "provenance": []}
    assert prose["metadata"]["accelerator"] == "GPU"
    assert "accelerator" not in notebook("student", "colab")["metadata"]
    badge = sources("student", "colab")["badge"]
    assert "https://colab.research.google.com/github/example/notebooks/blob/main/colab/week0_tiny.ipynb" in badge
    assert metadata("setup", "colab")["cellView"] == "form"
    assert metadata("double", "colab")["id"] == "double"
    assert sources("student", "colab")["handin-export"].startswith("# @title ")


def test_a_notebook_without_code_still_gets_its_setup() -> None:
    prose = json.loads(build_one("week0_prose").notebooks["student", "jupyter"])
    assert [cell["id"] for cell in prose["cells"]][-2:] == ["setup", "handin"]


def test_kaggle_is_told_of_accelerator_and_internet() -> None:
    kaggle = notebook("student", "kaggle")["metadata"]["kaggle"]
    assert kaggle["accelerator"] == "none"
    assert kaggle["isInternetEnabled"] is load_kaggle().kernel["enable_internet"]
    prose = json.loads(build_one("week0_prose").notebooks["student", "kaggle"])
    assert prose["metadata"]["kaggle"]["accelerator"] == "nvidiaTeslaT4"


def test_handing_in_names_the_file_and_the_menus() -> None:
    assert "Save & Run All (Commit)" in sources("student", "kaggle")["handin"]
    assert "Save and Export Notebook As → HTML" in sources("student", "jupyter")["handin"]
    for platform in ("kaggle", "colab", "jupyter"):
        assert "week0_tiny." in sources("student", platform)["handin"]


def test_no_placeholder_is_left_over() -> None:
    for platform in ("kaggle", "colab", "jupyter"):
        assert "__" not in "".join(sources("student", platform)[key] for key in ("setup", "handin")).replace(
            "__version__", ""
        )


def test_an_unknown_platform_is_refused() -> None:
    with pytest.raises(BuildError, match="no platform called 'moon'"):
        frame("moon", ENTRY, SETTING)
    with pytest.raises(UsageError, match="no platform called 'moon'"):
        build_assignment(SMALL, ENTRY, Options(platforms=("moon",)))
    with pytest.raises(UsageError, match="no platform called none"):
        build_assignment(SMALL, ENTRY, Options(platforms=()))


def test_kaggle_settings_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="FileNotFoundError"):
        load_kaggle(tmp_path / "settings.toml")
    text = KAGGLE_SETTINGS.read_text(encoding="utf-8")
    (tmp_path / "settings.toml").write_text(text.replace("machine_shape", "shape"), encoding="utf-8")
    with pytest.raises(BuildError, match=r"\[kernel\] has no machine_shape"):
        load_kaggle(tmp_path / "settings.toml")


# --- setup and export cells, executed


def run_setup(platform: str, folder: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    """The setup cell as a script in ``folder``, with parts of it changed."""
    text = frame(platform, ENTRY, SETTING).setup.source
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return subprocess.run(
        [sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("platform", ["kaggle", "colab", "jupyter"])
def test_setup_installs_nothing_where_the_version_is_there(platform: str, tmp_path: Path) -> None:
    done = run_setup(platform, tmp_path, **{"9.9.9": paribus.__version__})
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"paribus {paribus.__version__} is ready.\n"


def test_setup_on_kaggle_names_the_data_set_that_is_not_attached(tmp_path: Path) -> None:
    done = run_setup("kaggle", tmp_path, **{"/kaggle/input": str(tmp_path)})
    assert "No paribus-9.9.9-*.whl under" in done.stderr
    assert f"{load_kaggle().owner}/{load_kaggle().dataset['slug']}" in done.stderr


def test_setup_on_jupyter_says_what_to_put_where(tmp_path: Path) -> None:
    assert "Put the wheel that came with this notebook beside it" in run_setup("jupyter", tmp_path).stderr


def test_setup_on_jupyter_says_what_to_install(tmp_path: Path) -> None:
    done = run_setup("jupyter", tmp_path, numpy="no-such-package")
    assert "-m pip install no-such-package" in done.stderr
    assert "scipy" in core_packages()


def test_setup_on_colab_shows_what_pip_said(tmp_path: Path) -> None:
    done = run_setup("colab", tmp_path, **{"https://example.org": str(tmp_path)})
    assert "Could not install" in done.stderr
    assert "pip said" in done.stderr


def test_the_export_cell_writes_and_offers_the_html(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On Colab the cell asks for the notebook, drops widget states that nbconvert cannot read, offers one file."""
    document = notebook("student", "colab")
    document["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"0": {}}}
    offered: list[str] = []
    colab = types.ModuleType("google.colab")
    colab._message = types.SimpleNamespace(  # type: ignore[attr-defined]
        blocking_request=lambda name, request, timeout_sec: {"ipynb": document}
    )
    colab.files = types.SimpleNamespace(download=offered.append)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.chdir(tmp_path)
    exec(compile(sources("student", "colab")["handin-export"], "handin", "exec"), {})  # noqa: S102
    page = (tmp_path / "week0_tiny.html").read_text(encoding="utf-8")
    assert 'id="cell-id=double"' in page
    assert "celltag_paribus-double" in page
    assert offered == ["week0_tiny.html"]
    assert "is on its way" in capsys.readouterr().out


def test_the_export_cell_does_no_harm_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(sources("student", "colab")["handin-export"], "handin", "exec"), {})  # noqa: S102
    assert "from the File menu" in capsys.readouterr().out


def test_a_run_gets_the_solution_by_its_name() -> None:
    built = solution_notebook("week1_lab")
    assert built["nbformat_minor"] == 5
    with pytest.raises(UsageError, match="no week or assignment"):
        solution_notebook("week9_lab")


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds pip and nothing else."""
    folder = tmp_path_factory.mktemp("bare") / "environment"
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


@pytest.mark.parametrize(("platform", "place"), [("kaggle", "datasets/owner/paribus-wheel"), ("jupyter", ".")])
def test_setup_installs_the_wheel_with_the_internet_off(
    platform: str, place: str, bare_python: Path, tmp_path: Path
) -> None:
    """On Kaggle the wheel is found wherever the data set is mounted, on Jupyter beside the notebook."""
    wheel = build_wheel()
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / wheel.name).write_bytes(wheel.content)
    subprocess.run([bare_python, "-m", "pip", "uninstall", "-y", "-q", "paribus"], check=True, capture_output=True)
    setting = Setting(SMALL, load_kaggle(), paribus.__version__)
    text = frame(platform, ENTRY, setting).setup.source
    text = text.replace("/kaggle/input", str(tmp_path)).replace(" ".join(core_packages()), "")
    offline = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_NO_CACHE_DIR": "1"}
    done = subprocess.run(
        [bare_python, "-c", text], cwd=tmp_path, env=offline, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"paribus {paribus.__version__} is ready.\n")
