"""The digests of code, made again from the page."""

import ast
import linecache
from pathlib import Path
from typing import Any

import pytest

from grader.code.digests import function_digest, other_code
from grader.evidence.runs import read_runs
from grader.evidence.submitted import read_program
from grader.model import Case, Recovered, RecoveredCell
from paribus.check.code.program import make_program
from paribus.records.code import TRAINING, code_digest, source_digest
from tests.grader.program_cases import BASES, PLACES, Example, submitted
from tests.grader.releases import material
from tests.grader.test_programs import really_run

STYLES = {
    "plain": "def train(config, data, run):\n    '''Doc.'''\n    total: int = 0\n    return total  # a remark\n",
    "defaults": "def train(config, data, run, rate=1e-3, names=('a', 'b'), *, deep=None):\n    return rate\n",
    "texts over lines": "def train(config, data, run):\n    return f'''{config}\n        {data!r:>3}\n    '''\n",
    "a method's text over lines": (
        "class Job:\n    def step(self):\n        return '''a\n        b'''\n\n\n"
        "def train(config):\n    return Job().step()\n"
    ),
    "decorated": (
        "import functools\n\ndef same(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(*a)\n"
        "    return inner\n\n@same\ndef train(config):\n    return 1\n"
    ),
    "a function among statements": (
        "if True:\n    def step(x):\n        return x\n\ndef train(config):\n    return step(1)\n"
    ),
}


def recorded(source: str) -> dict[str, str]:
    """What a notebook records of ``train`` after this cell ran."""
    name = f"<cell {hash(source)}>"  # where `inspect` looks for the source
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space: dict[str, Any] = {"__name__": "a_notebook"}
    exec(compile(source, name, "exec"), space)  # noqa: S102 - this is what a kernel does
    return code_digest(space["train"])


def on_the_page(source: str) -> dict[str, str | None]:
    """The same, worked out from the cell's text."""
    cells = (RecoveredCell(0, "code", source, 1),)
    program = make_program(cells)
    case = Case(material("week1_homework").release.assignment, {}, Recovered("ipynb", cells), {}, (), ())
    return {
        TRAINING if scope.name == "train" else scope.name: function_digest(case, step, scope)
        for step, scope in program.scopes if scope.name
    }  # fmt: skip


@pytest.mark.parametrize("source", STYLES.values(), ids=STYLES)
def test_the_digests_from_the_page_are_those_that_were_recorded(source: str) -> None:
    found = on_the_page(source)
    for name, digest in recorded(source).items():
        assert found[name] == digest


def test_a_default_that_is_worked_out_leaves_no_digest() -> None:
    """What a name stood for when the function was defined cannot be read off the page for certain."""
    assert on_the_page("RATE = 1\ndef train(config, rate=RATE):\n    return rate\n")[TRAINING] is None


def test_a_source_without_the_function_has_no_digest() -> None:
    assert source_digest(ast.parse("x = 1"), "train") is None


TRAINED = [path for path in BASES if not path.name.startswith("week3_lab")]
"""Executed notebooks that train by a function of their own; that lab's runs are told by their logs."""


@pytest.mark.parametrize("path", TRAINED, ids=lambda path: path.name.partition(".")[0])
def test_the_digests_of_real_runs_are_made_again_from_the_page(path: Path) -> None:
    """All of them but those of paribus's own functions."""
    case = really_run(path)
    assert not other_code(case)
    known = other_digests(case)
    told = {name: digest for run in read_runs(case) if run.name != "tfidf" for name, digest in run.code.items()}
    functions = {name: digest for name, digest in told.items() if name in known}
    assert len(functions) >= (4 if case.assignment.name in PLACES else 1)
    # What trains may be another function in one experiment of a notebook than in the next.
    training = functions.pop(TRAINING, None)
    assert training is None or training in known.values()
    assert functions == {name: known[name] for name in functions}


def other_digests(case: Case) -> dict[str, str | None]:
    """The digest of every function of the page, by its name."""
    program = read_program(case)
    return {
        TRAINING if scope.name in ("train", "fine_tune") else scope.name: function_digest(case, step, scope)
        for step, scope in program.scopes if scope.name
    }  # fmt: skip


def test_a_wrapper_without_a_trace_of_what_it_wraps_is_no_other_code() -> None:
    """A decorator that does not use functools.wraps: the name stands for the function within it."""
    source = (
        "def timed(f):\n    def inner(*a):\n        return f(*a)\n    return inner\n\n\n"
        "@timed\ndef training_step(*parts):\n    return parts\n"
    )
    assert not other_code(submitted(Example("one", {"both": {"after.validate": source}}), "honest"))
