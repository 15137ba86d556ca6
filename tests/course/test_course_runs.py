"""`make course` judges phenomena seed by seed, and runs no notebook twice."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import RunError
from generator.running.references import load_references
from paribus.course.catalog import load_course
from tests.shipped import COURSE
from tools.course_runs import (
    FIRST_SEED,
    NO_SEED,
    TABLE,
    Measured,
    Phenomenon,
    Shown,
    as_lines,
    as_plain,
    build_zoo,
    judge,
    main,
    read_phenomena,
    record,
    values_in,
)

CLAIM = Phenomenon("week4_homework", "moving raises macro-F1", "baseline.macro_f1", "changed.macro_f1", "up")


def test_a_phenomenon_is_judged_seed_by_seed() -> None:
    values = {"baseline.macro_f1": [0.1, 0.2, 0.3], "changed.macro_f1": [0.15, 0.19, 0.4]}

    shown = judge(CLAIM, values)

    assert (shown.seeds, shown.shown) == (3, 2)
    assert shown.differences == pytest.approx([0.05, -0.01, 0.1])


def test_values_written_one_a_reference_seed_belong_to_their_name() -> None:
    claim = Phenomenon("week4_lab", "the loss falls", 1.0, "calibration.loss", "down")
    values = {"calibration.loss": [0.9], "calibration.loss.seed_1000": [1.1], "calibration.loss.seed_1001": [0.8]}

    assert (judge(claim, values).seeds, judge(claim, values).shown) == (3, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"baseline.macro_f1": [0.1]}, "no run recorded changed.macro_f1"),
        ({"baseline.macro_f1": [0.1, 0.2], "changed.macro_f1": [0.1]}, "has 2 seeds and changed.macro_f1 has 1"),
    ],
)
def test_what_cannot_be_judged_is_named(values: dict[str, list[float]], message: str) -> None:
    with pytest.raises(RunError, match=message):
        judge(CLAIM, values)


def test_a_phenomenon_without_a_field_or_with_another_direction_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "phenomena.toml"
    text = 'assignment = "a"\nclaim = "b"\nbefore = 0\nafter = "c"\n'
    for wrong in ("", 'direction = "sideways"\n'):
        file.write_text(f"[[phenomenon]]\n{text}{wrong}", encoding="utf-8")
        with pytest.raises(RunError, match="phenomenon 1 has after, assignment"):
            read_phenomena(file)
    assert read_phenomena(tmp_path / "none.toml") == ()


def test_the_courses_phenomena_belong_to_its_assignments() -> None:
    claims = read_phenomena(COURSE.file.with_name("phenomena.toml"))
    assert {claim.assignment for claim in claims} <= {entry.name for entry in load_course(COURSE.file).entries()}
    assert claims


def test_the_table_says_what_was_measured(tmp_path: Path) -> None:
    runs = [Measured("week4_lab", 13, 0, 61.2, 40.0, 700)]
    shown = [Shown("week4_lab", "the loss falls", 10, 9, (0.1,) * 10)]

    assert "9 of 10 seeds: the loss falls (week4_lab)" in as_lines(runs, shown)
    assert as_plain("smoke", runs, shown)["phenomena"][0]["shown"] == 9
    file = tmp_path / "a.json"
    entries = [{"profile": "smoke", "values": {"a.b": {"values": [1.0]}}}, {"profile": "micro", "values": {}}]
    file.write_text(json.dumps({"entries": entries}), encoding="utf-8")
    assert values_in(file, "smoke") == {"a.b": [1.0]}


def test_a_part_of_the_course_takes_only_its_own_rows_place(tmp_path: Path) -> None:
    file = tmp_path / TABLE

    def keep(name: str, seconds: float, profile: str = "smoke") -> list[tuple[str, float]]:
        record(file, as_plain(profile, [Measured(name, 13, 0, seconds, 1.0, 700)], []), ("week1_lab", "week4_lab"))
        rows = json.loads(file.read_text(encoding="utf-8"))["runs"]
        return [(row["assignment"], row["seconds"]) for row in rows]

    keep("gone", 1.0)
    keep("week4_lab", 61.2)
    assert keep("week1_lab", 9.0) == [("week1_lab", 9.0), ("week4_lab", 61.2)]
    assert keep("week4_lab", 60.0) == [("week1_lab", 9.0), ("week4_lab", 60.0)]
    assert keep("week1_lab", 2.0, profile="micro") == [("week1_lab", 2.0)]
    assert load_references(tmp_path).entries == {}, "the table is no file of references"


def test_a_notebook_that_fails_in_the_middle_leaves_what_was_measured_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def runs(name: str, profile: str, seed: int, further: int, out: Path) -> tuple[Measured, Path]:
        if name == "week1_lab" and seed == FIRST_SEED + 1:
            raise RunError("it stopped")
        return Measured(name, seed, further, 2.0, 1.0, 700), out

    course = replace(load_course(COURSE.file), folders=replace(COURSE.folders, solutions=tmp_path))
    monkeypatch.setattr("tools.course_runs.load_course", lambda file: course)
    monkeypatch.setattr("tools.course_runs.run_notebook", runs)
    names = tuple(entry.name for entry in course.entries())
    record(tmp_path / TABLE, as_plain("smoke", [Measured("week1_lab", FIRST_SEED, 0, 9.0, 1.0, 700)], []), names)
    assert main(["week1_lab", "week1_homework", "--seeds", "2", "--record"]) == 1
    rows = json.loads((tmp_path / TABLE).read_text(encoding="utf-8"))["runs"]
    assert [(row["assignment"], row["seconds"]) for row in rows] == [
        ("week1_lab", 9.0), ("week1_homework", 2.0), ("week1_homework", 2.0)
    ]  # fmt: skip


def test_blind_models_are_built_before_the_notebooks_that_ask_about_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def runs(name: str, profile: str, seed: int, further: int, out: Path) -> tuple[Measured, Path]:
        done.append(name)
        return Measured(name, seed, further, 2.0, 1.0, 700), out

    monkeypatch.setattr("tools.course_runs.run_notebook", runs)
    monkeypatch.setattr("tools.course_runs.build_zoo", lambda zoo, profile, out: done.append(f"zoo {zoo}"))
    assert main(["week2_lab", "week1_homework", "--seeds", "1", "--out", str(tmp_path)]) == 0
    assert done == ["zoo week2", "week2_lab", "week1_homework"]


def test_a_notebook_without_a_seed_runs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[tuple[str, int]] = []

    def runs(name: str, profile: str, seed: int, further: int, out: Path) -> tuple[Measured, Path]:
        seeds.append((name, seed))
        return Measured(name, seed, further, 2.0, 1.0, 700), out

    monkeypatch.setattr("tools.course_runs.run_notebook", runs)
    assert main(["project_proposal", "project_midterm", "--seeds", "2", "--out", str(tmp_path)]) == 0
    assert seeds == [("project_proposal", NO_SEED), ("project_midterm", 13), ("project_midterm", 14)]


def test_a_zoo_that_cannot_be_built_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="The zoo nowhere was not built"):
        build_zoo("nowhere", "micro", tmp_path)
