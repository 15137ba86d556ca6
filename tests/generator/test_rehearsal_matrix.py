"""Honest variants drawn at random, and what the grades say: the matrix, its bounds, its JSON and its page."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.errors import RehearsalError
from generator.rehearsal.draw import draw_variants
from generator.rehearsal.exports import Exporter, find_exporters, own_exporters
from generator.rehearsal.facts import read_facts
from generator.rehearsal.matrix import Graded, Matrix, judge, make_matrix, read_graded, upper_bound
from generator.rehearsal.page import render
from generator.rehearsal.table import Fault
from generator.rehearsal.writing import FORMS
from tests.generator.rehearsal_fixtures import executed
from tests.shipped import load_table

TABLE = load_table("week1_homework")
RUN = "slower"
FACTS = read_facts(executed()[RUN])
EXPORTERS = (Exporter("lab", "lab"), Exporter("the notebook", "ipynb"))


# --- honest variants ----------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_variants_and_every_choice_comes_up() -> None:
    facts = {RUN: FACTS}
    drawn = draw_variants(TABLE, facts, EXPORTERS, 40)
    assert [item.about for item in drawn] == [item.about for item in draw_variants(TABLE, facts, EXPORTERS, 40)]
    assert len({item.about for item in drawn}) == 40
    assert {item.layout.name for item in drawn} == {item.name for item in TABLE.layouts}
    assert {item.hand.forms["one_change_template"] for item in drawn} == set(FORMS)
    assert {item.exporter.name for item in drawn} == {item.name for item in EXPORTERS}


def test_nobody_concludes_what_their_runs_do_not_show() -> None:
    for item in draw_variants(TABLE, {RUN: FACTS}, EXPORTERS, 30):
        assert item.hand.conclusions["one_change_template"].when == {"one_seed"}


def test_on_a_fresh_machine_the_exporters_are_those_of_the_installed_nbconvert(tmp_path: Path) -> None:
    assert find_exporters(tmp_path) == own_exporters()


def test_older_exporters_are_found_where_they_were_installed(tmp_path: Path) -> None:
    for name in ("nbconvert-5.6.1", "nbconvert-6.4.5", "nbconvert-7.0.0"):
        (tmp_path / name).mkdir()
    (tmp_path / "nbconvert-5.6.1" / "complete").touch()
    (tmp_path / "nbconvert-6.4.5" / "complete").touch()
    found = find_exporters(tmp_path)
    assert [item.template for item in found[:4]] == ["lab", "classic", "basic", "ipynb"]
    assert [item.name for item in found[4:6]] == ["full, nbconvert 5.6.1", "basic, nbconvert 5.6.1"]
    assert not any("7.0.0" in item.name for item in found)


# --- the matrix ---------------------------------------------------------------------------------------------


def fault(**fields: Any) -> Fault:  # a Fault's fields
    plain: dict[str, Any] = {
        "name": "f", "about": "<b>a fault</b>", "expects": "memo.answered", "also": frozenset(), "cell": "",
        "execution": "slower", "code": (), "text": ({"do": "drop"},), "file": (),
    }  # fmt: skip
    return Fault(**{**plain, **fields})


def graded(*failed: str, undecided: tuple[str, ...] = ()) -> Graded:
    """A result in which these checks failed, each as check@cell."""

    def verdicts(names: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
        return tuple((name.partition("@")[0], name.partition("@")[2] or "whole", "because") for name in names)

    return Graded(
        "graded", verdicts(failed), verdicts(undecided), frozenset(name.partition("@")[0] for name in failed)
    )


@pytest.mark.parametrize(
    ("failed", "cell", "outcome"),
    [
        (("memo.answered",), "", "caught"), ((), "", "missed"), (("form.links",), "", "wrong_reason"),
        (("memo.answered", "form.links"), "", "wrong_reason"), (("memo.answered", "memo.no_diary"), "", "caught"),
        (("memo.answered@b",), "a", "wrong_reason"), (("memo.answered@a", "memo.answered@b"), "a", "caught"),
    ],
)  # fmt: skip
def test_a_fault_is_caught_by_its_owner_missed_or_caught_for_the_wrong_reason(
    failed: tuple[str, ...], cell: str, outcome: str
) -> None:
    assert judge(fault(cell=cell, also=frozenset({"memo.no_diary"})), graded(*failed)) == outcome


def test_a_fault_that_its_owner_left_open_is_proposed_or_open() -> None:
    left = graded(undecided=("memo.answered",))
    assert judge(fault(), left) == "open"
    assert judge(fault(), replace(left, proposed=left.undecided)) == "proposed"


@pytest.mark.parametrize(("count", "of", "bound"), [(0, 300, 1 - 0.05 ** (1 / 300)), (0, 1, 0.95), (3, 3, 1.0)])
def test_the_bound_beside_a_zero_is_exact(count: int, of: int, bound: float) -> None:
    """Clopper and Pearson: the share at which seeing no more than this has a chance of 5 %."""
    assert upper_bound(count, of) == pytest.approx(bound, abs=1e-12)


def test_the_bound_holds_by_its_definition() -> None:
    from scipy import stats

    bound = upper_bound(4, 120)
    assert stats.binom.cdf(4, 120, bound) == pytest.approx(0.05, abs=1e-9)


def whole(*rows: Graded) -> Matrix:
    """A matrix of one fault and some variants with these grades."""
    variants = draw_variants(TABLE, {RUN: FACTS}, EXPORTERS, len(rows) - 1)
    names = ["fault-f", *(item.name for item in variants)]
    return make_matrix(
        "week1_homework", ["memo.answered", "form.links"], [fault()], variants, dict(zip(names, rows, strict=True))
    )


def test_only_a_rehearsal_without_a_finding_is_clean() -> None:
    assert whole(graded("memo.answered"), graded()).clean
    assert not whole(graded(), graded()).clean
    left = graded(undecided=("memo.answered",))
    assert not whole(left, graded()).clean, "a person is left without a proposal"
    assert whole(replace(left, proposed=left.undecided), graded()).clean
    assert not whole(graded("memo.answered"), graded("form.links")).clean
    assert not whole(graded("memo.answered"), Graded("unreadable", (), ())).clean


def test_the_json_has_the_documented_shape() -> None:
    plain = whole(graded("memo.answered"), graded("form.links")).plain()
    assert plain["faults"] == [
        {"fault": "f", "about": "<b>a fault</b>", "expects": "memo.answered", "failed_checks": ["memo.answered"],
         "outcome": "caught"}
    ]  # fmt: skip
    honest = plain["honest"]
    assert isinstance(honest, list)
    assert set(honest[0]) == {"variant", "about", "failed_checks", "proposed_checks"}
    assert honest[0]["failed_checks"] == ["form.links"]


def test_checks_count_honest_work_that_they_had_something_to_look_at_in() -> None:
    rows = {row.check: row for row in whole(graded("memo.answered"), graded("form.links"), graded()).checks}
    assert (rows["memo.answered"].caught, rows["memo.answered"].faults, rows["memo.answered"].honest) == (1, 1, 0)
    assert (rows["form.links"].wrongly, rows["form.links"].honest, rows["form.links"].bound) == (1, 1, 1.0)


def test_honest_work_that_would_be_proposed_to_be_failed_is_counted_with_the_first_reason() -> None:
    left = graded(undecided=("form.links",))
    suspected = replace(left, proposed=left.undecided)
    matrix = whole(graded("memo.answered"), suspected, graded(), suspected)
    rows = {row.check: row for row in matrix.checks}
    assert (rows["form.links"].proposed, rows["memo.answered"].proposed) == (2, 0)
    assert [item[:2] for item in matrix.suspicions] == [("form.links", 2)]
    assert matrix.clean, "a person decides it"
    assert "form.links would propose to fail 2 of them" in render(matrix, TABLE, "t")


def test_a_submission_without_a_grade_is_named() -> None:
    with pytest.raises(RehearsalError, match="no result for fault-f"):
        make_matrix("week1_homework", [], [fault()], [], {})


def test_grades_are_read_from_the_lines_that_grade_writes(tmp_path: Path) -> None:
    verdicts = [
        {"check": "form.links", "outcome": outcome, "because": "so"}
        for outcome in ("failed", "undecided", "not_applicable")
    ]
    line = {"source": "files/fault-f.html", "status": "graded", "cells": [{"key": "whole", "verdicts": verdicts}]}
    (tmp_path / "results.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    found = read_graded(tmp_path / "results.jsonl")["fault-f"]
    assert found.failed == found.undecided == (("form.links", "whole", "so"),)
    assert found.applied == {"form.links"}


def test_the_page_escapes_what_it_shows_and_runs_no_script() -> None:
    page = render(whole(graded(undecided=("memo.answered",)), graded("form.links")), TABLE, "A <title>")
    assert "&lt;b&gt;a fault&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "default-src 'none'; style-src 'sha256-" in page.replace("&#39;", "'")
    assert "A &lt;title&gt;" in page
    assert "100.00 %" in page


def test_drawing_leaves_the_processs_own_chance_alone() -> None:
    state = random.getstate()
    draw_variants(TABLE, {RUN: FACTS}, EXPORTERS, 5)
    assert random.getstate() == state
