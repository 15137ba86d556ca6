"""[term] of course.toml: what it says is typed, and what it cannot say is refused with the entry's name."""

from pathlib import Path

import pytest

from paribus.course.errors import CatalogError
from paribus.course.term import WEIGHTS, TermPlan, load_term

COURSE = """
[course]
title = "Cars"
[weeks.week1.assignments.week1_lab]
title = "Week 1 lab"
kind = "lab"
[weeks.week1.assignments.week1_homework]
title = "Week 1 homework"
kind = "homework"
"""
FULL = """
[term]
weights = { memos = 50, labs = 10.5, exam = 39.5 }
late_days = 3
drop = { memos = 1 }
same = [["4101", "ada@x.org"]]
[term.assignments]
memos = ["homework"]
labs = ["week1_lab"]
[term.columns.exam]
"Exam (Real)" = 90
[term.excused]
week1_lab = ["4101"]
"Exam (Real)" = ["Bob Hope"]
[term.points.week1_homework]
4102 = 12.5
"""


def read(folder: Path, text: str) -> TermPlan:
    path = folder / "course.toml"
    path.write_text(COURSE + text, encoding="utf-8")
    return load_term(path)


def test_a_plan_is_typed(tmp_path: Path) -> None:
    plan = read(tmp_path, FULL)
    assert (plan.course, plan.late_days, plan.drop) == ("Cars", 3, {"memos": 1})
    assert plan.weights == {"memos": 50.0, "labs": 10.5, "exam": 39.5}
    assert [plan.part_of(name) for name in plan.assignments] == ["labs", "memos"]
    assert plan.columns == {"exam": {"Exam (Real)": 90.0}}
    assert plan.excused == {"week1_lab": ("4101",), "Exam (Real)": ("Bob Hope",)}
    assert plan.points == {"week1_homework": {"4102": 12.5}}
    assert plan.same == (("4101", "ada@x.org"),)


def test_a_course_without_a_plan_has_the_usual_weights_and_all_assignments_are_memos(tmp_path: Path) -> None:
    plan = read(tmp_path, "")
    assert plan.weights == WEIGHTS
    assert {plan.part_of(name) for name in plan.assignments} == {"memos"}


def test_an_assignment_of_a_kind_that_no_part_holds_counts_nowhere(tmp_path: Path) -> None:
    plan = read(tmp_path, '[term.assignments]\nmemos = ["homework"]')
    assert [plan.part_of(name) for name in plan.assignments] == ["", "memos"]


WRONG = {
    "unknown": ("[term]\nlate = 3", r"unknown name 'late'"),
    "no table": ("[term]\nweights = 3", r"\[term.weights\] holds 3; expected a table"),
    "not 100": (
        "[term]\nweights = { memos = 60, exam = 30 }",
        r"memos = 60, exam = 30, which add up to 90; expected weights that add up to 100",
    ),
    "no weight": ("[term]\nweights = { memos = 100, exam = 0 }", "exam = 0; expected per cent, above 0"),
    "a negative bank": ("[term]\nlate_days = -1", "late_days = -1; expected a whole number of days, 0 or more"),
    "half a day": ("[term]\nlate_days = 1.5", "expected a whole number of days"),
    "drops of no part": ("[term]\ndrop = { memo = 1 }", "unknown part 'memo'.*Did you mean 'memos'"),
    "half a drop": ("[term]\ndrop = { memos = 0.5 }", "how many results do not count"),
    "no kind": ("[term.assignments]\nmemos = ['homewrk']", "'homewrk'.*Did you mean 'homework'"),
    "no points": ("[term.columns.exam]\nTotal = 0", "Total = 0; expected the most points"),
    "twice": ("[term.columns]\nexam = { A = 1 }\nquizzes = { A = 1 }", "expected each column in one part"),
    "nothing to excuse": ("[term.excused]\nweek9 = ['1']", "unknown assignment or column 'week9'"),
    "no list": ("[term.excused]\nweek1_lab = '1'", "a list of numbers, e-mail addresses or full names"),
    "less than nothing": ("[term.points.week1_lab]\n7 = -1", "7 = -1; expected points, 0 or more"),
    "one alone": ("[term]\nsame = [['7']]", "lists of what one person goes by"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        read(tmp_path, text)
