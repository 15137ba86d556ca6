"""`paribus grade --run-tests`: hidden tests on a student's work, in a sandbox, with the expectations elsewhere."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import grader.audit.hidden_tests as module
from grader.audit import asked
from grader.audit.bubblewrap import Bubblewrap
from grader.audit.hidden_tests import HiddenTests
from grader.audit.sandbox import Refuses
from grader.classrun.grade_class import Order, grade_class
from grader.grading.grade import judge_one
from grader.model import Executed, Outcome, Result, Submission, Verdict
from paribus.course.release import Release
from tests.grader.classroom import make_release

needs_bubblewrap = pytest.mark.skipif(bool(Bubblewrap().refusal()), reason=Bubblewrap().refusal())
KEY = "tail_share-tests"
HIDDEN = "for length in (2, 3):\n    assert tail_share([1] * length) == length\nassert tail_share([5, 1]) == 1"
RIGHT = "def tail_share(counts):\n    return sum(1 for count in counts if count == 1)"


@pytest.fixture(autouse=True)
def shorter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One second for a task, so that one which never ends costs a test no more."""
    monkeypatch.setattr(asked, "TASK_SECONDS", 1.0)
    yield
    module._worked_out.cache_clear()
    module._examiner.cache_clear()


def release_with(hidden: str = HIDDEN) -> Release:
    return replace(make_release(), hidden={KEY: {"tests": hidden}} if hidden else {})


def handed_in(release: Release, sources: Mapping[str, str], before: str = "") -> Submission:
    """The released notebook with these cells, and a cell of the student's own before the task."""
    notebook = json.loads(release.notebook)
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        if cell["id"] == "tail_share" and before:
            own = {"cell_type": "code", "id": "own", "metadata": {}, "source": before, "outputs": []}
            cells.append({**own, "execution_count": None})
        cells.append({**cell, "source": sources.get(cell["id"], cell["source"])})
    content = json.dumps({**notebook, "cells": cells}).encode()
    return Submission("ann", "ann", "", "week1_homework.ipynb", content, "")


def run(task: str, before: str = "", hidden: str = HIDDEN) -> tuple[Executed, Verdict]:
    """What became of the task, and what grading says of it."""
    release = release_with(hidden)
    result, case = judge_one(handed_in(release, {"tail_share": task}, before), [release], execute=HiddenTests())
    assert case is not None
    assert case.executed is not None
    return case.executed[KEY], verdict_of(result)


def verdict_of(result: Result) -> Verdict:
    found = [item for cell in result.cells if cell.key == KEY for item in cell.verdicts]
    return next(item for item in found if item.check == "tasks.hidden_tests")


@needs_bubblewrap
def test_right_code_passes_visible_and_hidden_tests() -> None:
    executed, verdict = run(RIGHT)
    assert executed == Executed(ran=True, tests=3)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.points == 0


@needs_bubblewrap
def test_code_that_only_knows_the_visible_answer_fails() -> None:
    executed, verdict = run("def tail_share(counts):\n    return 1")
    assert executed.ran
    assert "expected 2, got 1" in executed.hidden
    assert verdict.outcome is Outcome.FAILED


@needs_bubblewrap
def test_code_that_fails_its_visible_tests_here_is_for_a_person() -> None:
    executed, verdict = run("def tail_share(counts):\n    return 0")
    assert executed.visible
    assert verdict.outcome is Outcome.UNDECIDED


@needs_bubblewrap
@pytest.mark.parametrize(
    ("task", "why"),
    [
        ("while True:\n    pass", "still running after 1 seconds"),
        ("answer = input('?')\n" + RIGHT, "waits for input"),
        ("import a_package_of_mine\n" + RIGHT, "No module named 'a_package_of_mine'"),
        ("import urllib.request\nurllib.request.urlopen('http://example.org')\n" + RIGHT, "URLError"),
        ("open('large', 'wb').truncate(10**10)\n" + RIGHT, "File too large"),
        ("open('/data/of/mine.csv')\n" + RIGHT, "No such file"),
        ("x = bytearray(10**13)\n" + RIGHT, "MemoryError"),
        ("import os\nos._exit(0)", "its process ended (status 0)"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "its process ended (status -9)"),
        ("print('%%%' if else", "not found in the file"),
    ],
)
def test_code_that_cannot_be_run_costs_nothing(task: str, why: str) -> None:
    executed, verdict = run(task)
    assert not executed.ran
    assert why in executed.why
    assert verdict.outcome is Outcome.UNDECIDED
    assert "could not be run" in verdict.because


LOOKS_FOR_IT = """
import gc, sys
def tail_share(counts):
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        for value in list(frame.f_locals.values()):
            if isinstance(value, dict) and "expected" in value:
                return value["expected"]
    texts = [text for text in gc.get_objects() if isinstance(text, str)]
    return len(counts) if any("== length" in text for text in texts) else 1
"""
ANSWERS_IN_ITS_PLACE = "def tail_share(counts):\n    return 1\n__ask__ = lambda *a: None"
EQUALS_EVERYTHING = """
class Same(int):
    def __eq__(self, other):
        return True
    __hash__ = int.__hash__
def tail_share(counts):
    return Same(1)
"""
CHANGES_THE_CHECKS = """
import paribus.selfcheck as checks
checks.equal = checks.true = checks.close = lambda *a, **k: None
def tail_share(counts):
    return 1
"""


@needs_bubblewrap
@pytest.mark.parametrize("task", [LOOKS_FOR_IT, ANSWERS_IN_ITS_PLACE, EQUALS_EVERYTHING, CHANGES_THE_CHECKS])
def test_expectations_cannot_be_found_or_evaded(task: str) -> None:
    _, verdict = run(task)
    assert verdict.outcome is not Outcome.PASSED


@needs_bubblewrap
def test_helpers_above_the_task_run_and_the_doubtful_ones_are_named() -> None:
    before = "import collections\nONE = 1\ntable = collections.Counter()\nslow = [x for x in range(10**12)]"
    task = "def tail_share(counts):\n    table.update(counts)\n    return sum(count == ONE for count in counts)"
    executed, verdict = run(task, before)
    assert verdict.outcome is Outcome.PASSED
    assert executed.unsure == ("cell 3: table = collections.Counter()",)
    assert verdict.values["also_ran"] == list(executed.unsure)


@needs_bubblewrap
def test_a_test_that_draws_other_numbers_on_both_sides_fails_nobody() -> None:
    hidden = "import random\nn = int(random.random() * 1e9)\nassert tail_share([1] * (n % 50)) == n % 50"
    _, verdict = run(RIGHT, hidden=hidden)
    assert verdict.outcome is not Outcome.FAILED


@needs_bubblewrap
def test_tests_of_the_release_that_break_here_fail_nobody() -> None:
    executed, verdict = run(
        "def tail_share(counts):\n    return 1", hidden="import nothing_here\nassert tail_share([1]) == 1"
    )
    assert "the release's own tests cannot be worked out here" in executed.why
    assert verdict.outcome is Outcome.UNDECIDED


@needs_bubblewrap
def test_what_the_tests_import_is_known_for_every_student() -> None:
    """The first student's nonce has it imported; with another one's it is there already, and still to be named."""
    halves = module._Halves("a release", (), "", "import fractions", "")
    first, second = (module._worked_out(HiddenTests(), halves, nonce * 32) for nonce in "01")
    assert "fractions" in first.modules
    assert second.modules == first.modules


@needs_bubblewrap
def test_a_package_imports_nothing_late_in_a_task() -> None:
    with asked.begin(Bubblewrap(), (), ["numpy"]) as program:
        parts = [("task", "import numpy as np\nnp.unique(np.zeros(2))\nnp.random.default_rng(0)")]
        answer = asked.ask(program, parts, "", module.NO_NONCE)
    assert (answer["end"], answer["stopped"], answer["imported"]) == ("finished", "", [])


def test_without_a_sandbox_every_task_is_undecided() -> None:
    release = release_with()
    submission = handed_in(release, {"tail_share": RIGHT})
    result, _ = judge_one(submission, [release], execute=HiddenTests(Refuses("there is no sandbox here")))
    assert "there is no sandbox here" in verdict_of(result).because


def test_nothing_is_run_where_nobody_asks() -> None:
    release = release_with()
    result, case = judge_one(handed_in(release, {"tail_share": RIGHT}), [release])
    assert case is not None
    assert case.executed is None
    assert not any(item.check == "tasks.hidden_tests" for cell in result.cells for item in cell.verdicts)


@needs_bubblewrap
@pytest.mark.long  # a whole class through grading, in processes of their own
def test_a_class_is_graded_with_its_hidden_tests_in_parallel(tmp_path: Path) -> None:
    release = release_with()
    handed = tmp_path / "handed"
    handed.mkdir()
    for number, code in enumerate((RIGHT, "def tail_share(counts):\n    return 1") * 2):
        (handed / f"s{number}.ipynb").write_bytes(handed_in(release, {"tail_share": code}).content)
    order = Order(handed, (release,), tmp_path / "out", jobs=2, run_tests=HiddenTests())
    found = [verdict_of(result).outcome for result in grade_class(order).results]
    assert found == [Outcome.PASSED, Outcome.FAILED] * 2
    # Asked for without the tests, everything is judged anew: what was run then is no part of the verdicts.
    assert grade_class(replace(order, run_tests=None)).reused == 0
