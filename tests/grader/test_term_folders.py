"""Graded folders, tables and excuses that do not fit: each is said in a sentence, and nothing is written."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import TermError
from grader.lms.grades import FILE, Graded
from grader.output.storage import MARKER
from grader.term.make import make_term
from paribus.course.term import load_term
from tests.grader.term_class import course_toml, got, graded_folder, week

CLASS = week(1, got("7", 50, name="Ada"), got("8", 60, name="Bob"))


def damaged(folder: Path) -> None:
    (folder / "out" / FILE).write_text("{}", encoding="utf-8")


def without_grades(folder: Path) -> None:
    (folder / "out" / FILE).unlink()


def of_another_version(folder: Path) -> None:
    text = (folder / "out" / FILE).read_text(encoding="utf-8").replace("paribus.grades/1", "paribus.grades/9")
    (folder / "out" / FILE).write_text(text, encoding="utf-8")
    marker = json.loads((folder / "out" / MARKER).read_text(encoding="utf-8"))
    marker["files"][FILE] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "out" / MARKER).write_text(json.dumps(marker), encoding="utf-8")


BROKEN = {
    "edited": (damaged, "is not what `paribus grade` wrote: it was edited or damaged"),
    "old": (without_grades, "an older paribus graded it. Run its `paribus grade` again with --collect"),
    "newer": (of_another_version, "cannot be read .it is of another version"),
}


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=list(BROKEN))
def test_a_folder_whose_grades_cannot_be_read(tmp_path: Path, change: Callable[[Path], None], told: str) -> None:
    graded_folder(tmp_path / "out", CLASS)
    change(tmp_path)
    with pytest.raises(TermError, match=told):
        make_term([tmp_path / "out"], {}, load_term(course_toml(tmp_path)), tmp_path / "term")
    assert not (tmp_path / "term").exists()


OTHERS = {
    "another title": (Graded("week1_homework", "Week 1", course="Boats"), "", "it was graded for 'Boats'"),
    "another name": (Graded("week9_homework", "Week 9"), "", "course.toml has no assignment week9_homework"),
    "no part": (CLASS, '[term.assignments]\nmemos = ["week2_homework"]', "which counts in no part of the grade"),
    "an excuse for nobody": (
        CLASS,
        "[term.excused]\nweek1_homework = ['Zoe']",
        "names 'Zoe', and that is nobody's",
    ),
    "too many points": (CLASS, "[term.points.week1_homework]\n7 = 101", "it has 100 at most"),
}


@pytest.mark.parametrize(("graded", "term", "told"), OTHERS.values(), ids=list(OTHERS))
def test_what_does_not_fit_the_course(tmp_path: Path, graded: Graded, term: str, told: str) -> None:
    graded_folder(tmp_path / "out", graded)
    with pytest.raises(TermError, match=told):
        make_term([tmp_path / "out"], {}, load_term(course_toml(tmp_path, term)), tmp_path / "term")
    assert not (tmp_path / "term").exists()


TABLES = {
    "no columns": ("", "it has none. Write them with their most points under .term.columns.exam."),
    "other columns": ("[term.columns.quizzes]\nQ = 1", "it has tables for quizzes"),
    "no file": ("[term.columns.exam]\nQ = 1", "cannot be read .No such file"),
}


@pytest.mark.parametrize(("term", "told"), TABLES.values(), ids=list(TABLES))
def test_a_table_that_the_course_does_not_know(tmp_path: Path, term: str, told: str) -> None:
    graded_folder(tmp_path / "out", CLASS)
    plan = load_term(course_toml(tmp_path, term))
    with pytest.raises(TermError, match=told):
        make_term([tmp_path / "out"], {"exam": tmp_path / "exam.csv"}, plan, tmp_path / "term")
