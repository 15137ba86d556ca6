"""Notebooks: what each variant shows, and what each platform gets around it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from generator.building.build import Options, build_assignment
from generator.building.frame import frame, needed_packages, platforms_of
from generator.building.notebooks import EVIDENCE_SOURCE
from generator.errors import BuildError, PublishError
from generator.platforms.kaggle.settings import KAGGLE_SETTINGS, load_kaggle
from generator.platforms.platform import Setting
from generator.sources.expressions import Known, substitute_references
from paribus.course.assignment import Role
from paribus.errors import UsageError
from tests.generator.courses import SMALL, build_one, small_references
from tests.shipped import KAGGLE, solution_of

ENTRY = SMALL.entry("week0_tiny")
BUILT = build_assignment(SMALL, ENTRY, Options(profile="micro", references=small_references()))
SETTING = Setting(SMALL, "9.9.9")


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
        assert sources(variant)["double-tests"].startswith("small = 3\nassert double(small) == 6")
        assert "a negative number" not in sources(variant)["double-tests"]
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


@pytest.mark.parametrize(
    ("known", "text"), [(Known(0.5421), "0.5421"), (Known(0.5421, "smoke"), "0.5421 on smoke"), (None, "")]
)
def test_a_reference_in_code_is_the_text_of_its_number(known: Known | None, text: str) -> None:
    """A later week falls back on it, and can tell that it is another profile's, or that nothing was recorded."""
    code = """known = {"a.b": "{{ reference('lab', 'a.b', '.4f') }}"}; braces = f"{{{1}}}"\n"""
    assert substitute_references(code, lambda call: known, markdown=False) == code.replace(
        "{{ reference('lab', 'a.b', '.4f') }}", text
    )


def test_prose_quotes_no_other_profile() -> None:
    text = 'It reached {{ reference("lab", "a.b") }}.'
    assert substitute_references(text, lambda call: Known(0.5)) == "It reached 0.500."
    assert "no reference recorded: a.b of lab" in substitute_references(text, lambda call: Known(0.5, "smoke"))


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
            Options(profile="full"),
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
    assert assignment.settings == {"seeds_minimum": 3}


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
    assert kaggle["isInternetEnabled"] is KAGGLE.kernel["enable_internet"]
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


@pytest.mark.parametrize("platform", ["kaggle", "colab", "jupyter"])
def test_every_hand_in_says_how_to_look_first(platform: str) -> None:
    text = sources("student", platform)["handin"]
    assert "`notebook.check()`" in text
    assert f"`paribus check week0_tiny.{'ipynb' if platform != 'colab' else 'html'}`" in text


def test_handing_in_from_ones_own_machine_knows_both_editors() -> None:
    """JupyterLab's window has the tick set when it opens."""
    text = " ".join(sources("student", "jupyter")["handin"].split())
    assert "In VS Code: **…** above the notebook, **Export**, **HTML**" in text
    assert "**untick** *Sanitize HTML output*" in text


def test_full_data_on_ones_own_machine_need_what_reads_the_hub() -> None:
    assert "datasets" not in needed_packages(SMALL, ENTRY, SMALL.profile("micro"))
    assert "datasets" in needed_packages(SMALL, ENTRY, SMALL.profile("full"))
    assert {"numpy", "selectolax", "mistune"} <= set(needed_packages(SMALL, ENTRY, SMALL.profile("micro")))
    assert "datasets" in frame("jupyter", ENTRY, SETTING, SMALL.profile("full")).setup.source
    assert "datasets" not in frame("colab", ENTRY, SETTING, SMALL.profile("full")).setup.source


def test_an_unknown_platform_is_refused() -> None:
    with pytest.raises(BuildError, match="no platform called 'moon'"):
        frame("moon", ENTRY, SETTING, SMALL.profile("micro"))
    with pytest.raises(UsageError, match="no platform called 'moon'"):
        build_assignment(SMALL, ENTRY, Options(platforms=("moon",)))


def test_kaggle_settings_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    course = dataclasses.replace(SMALL, folders=dataclasses.replace(SMALL.folders, kaggle=tmp_path))
    assert load_kaggle(course) is None
    assert platforms_of(course) == ("colab", "jupyter")
    with pytest.raises(BuildError, match=r"settings\.toml is missing, and notebooks for Kaggle need it"):
        build_assignment(course, ENTRY, Options(platforms=("kaggle",)))
    (tmp_path / "settings.toml").write_text("owner", encoding="utf-8")
    with pytest.raises(PublishError, match="TOMLDecodeError"):
        load_kaggle(course)
    text = (SMALL.folders.kaggle / KAGGLE_SETTINGS).read_text(encoding="utf-8")
    (tmp_path / "settings.toml").write_text(text.replace("machine_shape", "shape"), encoding="utf-8")
    with pytest.raises(BuildError, match=r"\[kernel\] has no machine_shape"):
        load_kaggle(course)


def test_a_run_gets_the_solution_by_its_name() -> None:
    built = solution_of("week1_lab")
    assert built["nbformat_minor"] == 5
    with pytest.raises(UsageError, match="no week or assignment"):
        solution_of("week9_lab")
