"""A rehearsal's tables: complete over the checks, really made in code for a good part, and refused where wrong."""

import re
from collections import Counter
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from generator.building.build import Options, build_assignment
from generator.errors import RehearsalError
from generator.rehearsal import table as tables
from generator.rehearsal.draw import Variant
from generator.rehearsal.edits import apply_edits
from generator.rehearsal.execute import execute
from generator.rehearsal.exports import exporter_for
from generator.rehearsal.facts import read_facts
from generator.rehearsal.rehearse import School, checks_of, choose, honest_work, plain_hand, write_policy
from generator.rehearsal.table import Choice, Table, table_names
from generator.running.references import References
from paribus.course.policy import load_policy
from tests.generator.rehearsal_fixtures import executed, material
from tests.shipped import COURSE, load_table, make_material

NAMES = table_names(COURSE)
HOMEWORKS = [name for name in NAMES if name.endswith("_homework")]


@pytest.mark.parametrize("name", NAMES)
def test_every_check_that_carries_a_verdict_owns_a_fault(name: str) -> None:
    """A new check comes with its fault; one that never fails by its contract is named with the reason."""
    material = make_material(load_table(name), References({}))
    table = load_table(name)
    owned = {fault.expects for fault in table.faults}
    assert set(checks_of(material)) - owned - set(table.exempt) == set()
    assert not owned & set(table.exempt)
    assert owned <= set(checks_of(material))


@pytest.mark.parametrize("name", HOMEWORKS)
def test_there_are_sixty_faults_of_every_family_at_least_half_of_them_made_by_hand(name: str) -> None:
    """Most are made where a student would make them: in code or text, before the export."""
    faults = load_table(name).faults
    assert len(faults) >= 60
    assert sum(fault.made != "file" for fault in faults) >= len(faults) / 2
    families = {fault.expects.partition(".")[0] for fault in faults}
    assert families == {"tasks", "experiments", "seeds", "metrics", "memo", "form", "integrity"}


def test_the_project_has_sixty_faults_of_every_family_and_in_each_of_its_rows_and_sections() -> None:
    faults = load_table("project").faults
    assert len(faults) >= 60
    assert sum(fault.made != "file" for fault in faults) >= len(faults) / 2
    families = {fault.expects.partition(".")[0] for fault in faults}
    assert families == {"tasks", "experiments", "seeds", "metrics", "memo", "form", "integrity"}
    rows = {f"ablation-{name}" for name in ("gamma", "decay", "warmup", "epochs")}
    sections = {"ablation_reading", "decision", "trust", "watch", "sources"}
    assert rows | sections <= {fault.cell for fault in faults}


def test_a_blind_lab_has_three_faults_for_each_check_of_a_diagnosis_and_half_of_all_made_by_hand() -> None:
    faults = load_table("week2_lab").faults
    owners = Counter(fault.expects for fault in faults)
    for check in ("diagnosis.matches", "diagnosis.evidence", "diagnosis.before_reveal"):
        assert owners[check] >= 3
    assert sum(fault.made != "file" for fault in faults) >= len(faults) / 2


def test_a_class_is_graded_by_the_moment_at_which_its_blind_models_are_revealed(tmp_path: Path) -> None:
    policy = write_policy(load_table("week2_lab"), tmp_path / "course.toml")
    reveal = load_policy("week2_lab", policy).reveal
    assert reveal is not None
    assert reveal.year == 2099
    other = write_policy(load_table("week2_homework"), tmp_path / "none.toml")
    assert load_policy("week2_homework", other).reveal is None


@pytest.mark.parametrize("name", NAMES)
def test_every_edit_of_code_fits_the_solution(name: str) -> None:
    """An edit that changes nothing would leave a fault that is none."""
    table = load_table(name)
    material = make_material(table, References({}))
    for execution in table.all_executions():
        edited = apply_edits(material.solution, execution.edits, material.wrong)
        assert edited != material.solution or not execution.edits


@pytest.mark.parametrize("name", NAMES)
def test_what_a_fault_replaces_in_paribus_is_there(name: str) -> None:
    """A function that has moved leaves a notebook that stops, and no fault."""
    edits = (edit for item in load_table(name).all_executions() for edit in item.edits)
    replaced = re.findall(
        r"^(paribus[\w.]+)\.(\w+) = ", "\n".join(str(edit.get("text")) for edit in edits), re.MULTILINE
    )
    for module, attribute in replaced:
        assert hasattr(import_module(module), attribute), f"{module}.{attribute}"


@pytest.mark.parametrize("name", NAMES)
def test_every_assignment_with_tables_is_in_the_course(name: str) -> None:
    """Tables are named as assignments are."""
    assert COURSE.entry(name).name == name


def test_an_assignment_without_tables_is_told_where_to_write_them() -> None:
    with pytest.raises(RehearsalError, match=r"nothing to rehearse week1_lab with.*tables/week1_lab"):
        load_table("week1_lab")


def test_a_slice_keeps_what_is_marked() -> None:
    whole = load_table("week1_homework")
    few = choose(whole, only_slice=True)
    assert 0 < len(few.faults) < len(whole.faults)
    assert {fault.execution for fault in few.faults} <= {item.name for item in few.executions}
    assert choose(whole, only_slice=False) is whole


def test_what_stands_around_a_fault_is_honest_work_that_fits() -> None:
    hand = plain_hand(load_table("week1_homework"), frozenset({"one_seed"}))
    assert hand.texts["rescued_classes"].name == "given"
    assert hand.conclusions["one_change_template"].name == "cannot_one"


FAULT = '[[fault]]\nname = "f"\nabout = "a"\nexpects = "form.links"\ntext = [{ do = "drop", cell = "x" }]\n'
HEAD = '[assignment]\nbase = "b"\n[[execution]]\nname = "b"\nabout = "the base"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fault", "is no TOML"),
        (HEAD + FAULT + FAULT, "'f' is there twice"),
        (HEAD + FAULT.replace("form.links", "form.nothing"), "names no check 'form.nothing'"),
        (HEAD + FAULT.replace("text = ", 'execution = "c"\ntext = '), "starts from 'c'"),
        (HEAD + FAULT.partition("text = ")[0], "changes nothing"),
        (HEAD.replace('base = "b"', 'base = "c"'), "the base execution 'c' is not in its tables"),
        (HEAD + '[memos.x]\nkind = "poem"\n', "memo cell 'x' has kind = 'poem'; expected template or text"),
        (
            HEAD + '[[template]]\nname = "t"\nlabels = ["a", "b"]\n',
            r"'t' has 2 labels; a template has 5, for changed",
        ),
        (HEAD + FAULT.replace('about = "a"', 'about = ""'), r"faults\.toml: 'f' has about = ''; expected a text"),
    ],
)
def test_wrong_tables_are_refused(text: str, message: str, tmp_path: Path) -> None:
    """The message names the assignment or the file, what was found and what was expected."""
    folder = tmp_path / "tables" / "some_homework"
    folder.mkdir(parents=True)
    (folder / "faults.toml").write_text(text, encoding="utf-8")
    course = replace(COURSE, folders=replace(COURSE.folders, rehearsal=tmp_path))
    with pytest.raises(RehearsalError, match=message):
        tables.load_table(course, "some_homework")


def test_words_that_fit_no_execution_are_told() -> None:
    table = load_table("week1_homework")
    never = tuple(replace(item, when=frozenset({"never"})) for item in table.texts)
    with pytest.raises(RehearsalError, match=r"No words for the memo cell 'rescued_classes'.*: one_seed, zero"):
        plain_hand(replace(table, texts=never), frozenset({"one_seed"}))


def test_an_edit_that_does_not_fit_the_solution_is_told_with_its_execution(tmp_path: Path) -> None:
    table = load_table("week1_homework")
    wrong = replace(table.executions[0], edits=({"do": "drop", "cell": "nowhere"},))
    with pytest.raises(
        RehearsalError, match=r"week1_homework, execution 'slower': The notebook has no cell 'nowhere'"
    ):
        execute([wrong], table, material(), tmp_path, workers=1)


def test_a_layout_that_does_not_fit_is_told_with_the_work_it_was_for() -> None:
    """The variant's description says which entries of the tables it was drawn from."""
    table, runs = load_table("week1_homework"), executed()
    name = next(iter(runs))
    school = School(table, material(), runs, {name: read_facts(runs[name])})
    layout = Choice("broken", "a broken layout", edits=({"do": "drop", "cell": "nowhere"},))
    hand = plain_hand(table, table.execution(name).traits)
    exporter = exporter_for("lab")
    variant = Variant("honest-1", layout.about, table.execution(name), hand, table.numbers[0], layout, exporter)
    with pytest.raises(RehearsalError, match="week1_homework, a broken layout: The notebook has no cell 'nowhere'"):
        honest_work(variant, school)


def test_an_execution_that_is_not_there_is_named() -> None:
    table: Table = load_table("week1_homework")
    with pytest.raises(RehearsalError, match="no execution 'nobody'"):
        table.execution("nobody")


def test_a_rehearsal_grades_with_the_release_that_a_build_gives() -> None:
    """The class works from the student's notebook, and the digest in it is the release's."""
    table = load_table("week1_homework")
    course = COURSE
    built = build_assignment(course, course.entry(table.assignment), Options(profile=table.profile))
    assert make_material(table, References({})).release.digest == built.release.digest
