"""Given cells that a student changed are remarked, with the first line that differs; what a cell leaves to the
student is no change of it.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator.building.build import Options, build_assignment
from generator.running.references import load_references
from generator.sources.headers import SourceCell
from generator.sources.source import load_source
from grader.code.remarks import code_remarks
from grader.model import Match, RecoveredCell
from tests.grader.build import CASES, build, load
from tests.grader.program_cases import Example, submitted
from tests.grader.releases import material
from tests.shipped import COURSE

CHANGED = {
    "a line of the loop": (
        "lr=config.learning_rate,",
        "lr=2e-3,",
        "became “optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3",
    ),
    "a line less": ("        total = 0.0\n", "", "“total = 0.0” is gone"),
    "a line more": (
        "        total = 0.0\n",
        "        total = 0.0\n        print(epoch)\n",
        "“print(epoch)” was added",
    ),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_given_cell_that_was_changed_is_remarked_with_its_first_difference(change: tuple[str, str, str]) -> None:
    old, new, told = change
    released = material("week1_homework").release.assignment.cell("train").source
    assert old in released
    case = submitted(Example("one", {"honest": {"train": released.replace(old, new)}}), "honest")
    (remark,) = code_remarks(case)
    assert remark.startswith("Given cells that were changed: train (line ")
    assert told in remark


YOURS = [
    (name, cell.key)
    for name in (*(f"week{number}_homework" for number in range(2, 7)), "project")
    for cell in load_source(COURSE.entry(name).source, COURSE).cells
    if "yours" in cell.options
]


@pytest.mark.parametrize(("name", "key"), YOURS)
def test_what_a_given_cell_leaves_to_the_student_is_no_change_of_it_and_anything_else_is(
    name: str, key: str
) -> None:
    cell = material(name).release.assignment.cell(key)
    yours = [cell.options["yours"]] if isinstance(cell.options["yours"], str) else cell.options["yours"]
    tree = ast.parse(cell.source)
    honest = cell.source.splitlines()
    for line in reversed(tree.body):
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name) and line.targets[0].id in yours:
            assert line.end_lineno is not None
            said = f'{line.targets[0].id} = "after I have read the report"  # as it says'
            honest[line.lineno - 1 : line.end_lineno] = [said]
    assert "\n".join(honest) != cell.source
    for lines, told in (
        (honest, False),
        ([*honest, "print(1)"], True),
        (honest[:-1], True),
        ([*honest, "("], True),
        ([*honest, f"{yours[0]} = setattr(notebook, 'run', print) or 'effect'"], True),
        ([*honest, f"{yours[0]} = (CONFIG := 'effect')"], True),
    ):
        assert bool(remarks_on(name, key, "\n".join(lines))) is told


def test_a_given_cell_that_leaves_nothing_to_the_student_is_remarked_for_a_value_too() -> None:
    source = material("week2_homework").release.assignment.cell("config").source
    assert not remarks_on("week2_homework", "config", source)
    assert remarks_on("week2_homework", "config", re.sub(r"\d+", "7", source, count=1))


def test_every_cell_in_which_a_student_writes_a_verdict_says_so() -> None:
    verdicts = {
        (name, cell.key) for name, cell in all_cells() if re.search(r"^VERDICT = ", cell.text, re.MULTILINE)
    }
    assert len(verdicts) == 5
    assert verdicts <= set(YOURS)


def all_cells() -> Iterator[tuple[str, SourceCell]]:
    """Every cell of the course's homeworks that students work with."""
    for name in (f"week{number}_homework" for number in range(1, 7)):
        for cell in load_source(COURSE.entry(name).source, COURSE).cells:
            yield name, cell


def remarks_on(name: str, key: str, source: str) -> list[str]:
    """What is remarked where one cell of an assignment is handed in with this source."""
    cell = material(name).release.assignment.cell(key)
    found = Match(cell, RecoveredCell(0, "code", source, id=key), "id", unchanged=source == cell.source)
    return list(code_remarks(replace(submitted(Example("one", {}), "honest"), matches={key: found})))


def test_a_notebook_as_it_was_given_has_nothing_to_remark() -> None:
    assert not list(code_remarks(submitted(Example("one", {}), "honest")))


def test_the_digest_of_another_release_is_no_change_of_a_given_cell() -> None:
    """A file of another release is told apart by its records."""
    case = submitted(Example("one", {}), "honest")
    match = case.matches["begin"]
    assert match.recovered is not None
    for line, told in (('release="0123456789abcdef"', False), ('release="0123456789abcdef", seed=3', True)):
        source = re.sub(r'release="[^"]*"', line, match.cell.source)
        recovered = replace(match.recovered, source=source)
        handed = replace(match, recovered=recovered, unchanged=False)
        other = replace(case, matches={**case.matches, "begin": handed})
        assert any("begin" in remark for remark in code_remarks(other)) is told


@pytest.fixture(scope="module")
def setups() -> dict[str, str]:
    """The setup cell of every platform's notebook."""
    course = COURSE
    options = Options(profile="micro", references=load_references(Path("solutions")))
    built = build_assignment(course, course.entry("week1_homework"), options)
    pages = {
        platform: json.loads(text) for (variant, platform), text in built.notebooks.items() if variant == "student"
    }
    return {
        platform: next("".join(cell["source"]) for cell in page["cells"] if cell["id"] == "setup")
        for platform, page in pages.items()
    }


@pytest.mark.parametrize("platform", ["jupyter", "kaggle", "colab"])
def test_a_setup_cell_that_was_changed_is_remarked_and_another_platforms_is_not(
    setups: dict[str, str], platform: str
) -> None:
    given = setups[platform]
    assert not list(code_remarks(submitted(Example("one", {"honest": {"setup": given}}), "honest")))
    changed = f"{given}\nparibus.selfcheck.close = print"
    remarks = list(code_remarks(submitted(Example("one", {"honest": {"setup": changed}}), "honest")))
    assert [remark.partition(" (")[0] for remark in remarks] == ["Given cells that were changed: setup"]


def test_arms_that_predict_the_same_with_other_losses_are_remarked() -> None:
    """A change may move no prediction; losses that are equal as well are for a person."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["runs"]["changed"] |= {name: raw["runs"]["encoder"][name] for name in ("right", "draw")}
    told = "The two arms of one_change give every item the same class (seed 13), although their losses differ."
    assert any(remark.startswith(told) for remark in code_remarks(build(raw)))
    assert not any(told in remark for remark in code_remarks(build(load(CASES / "_bases" / "homework.json"))))
