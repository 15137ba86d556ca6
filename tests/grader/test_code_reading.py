"""Reading code: every form of a binding is one, magics are no Python, bounds hold, tables fit the library."""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paribus.selfcheck
import paribus.training
from generator.building.build import Options, build_assignment
from generator.running.references import load_references
from generator.sources.headers import SourceCell
from generator.sources.source import load_source
from grader.code.reading import about_experiment
from grader.code.remarks import code_remarks
from grader.code.selfchecks import STANDS_ON, handled_errors, replaced_checks
from grader.evidence.runs import experiment_keys
from grader.model import Case, Match, RecoveredCell
from paribus.check.code.cells import MAX_SOURCE, parse
from paribus.check.code.configured import LIBRARY
from paribus.check.code.facts import read_cell
from paribus.check.code.paths import path_of
from paribus.check.code.program import make_program
from tests.grader.build import CASES, build, load
from tests.grader.program_cases import Example, cases, submitted
from tests.grader.releases import material
from tests.shipped import COURSE

TESTS = "parameter_share-tests"

REPLACED = {
    "an attribute": "selfcheck.close = print",
    "an attribute with an annotation": "selfcheck.close: object = print",
    "a tuple": "selfcheck.close, other = print, 1",
    "a chain": "other = selfcheck.close = print",
    "a loop's target": "for selfcheck.close in [print]: pass",
    "a with's target": "import contextlib\nwith contextlib.nullcontext(print) as selfcheck.close: pass",
    "the name": "selfcheck = object()",
    "the name in a loop": "for selfcheck in [print]: pass",
    "the name by a walrus": "(selfcheck := print)",
    "the name by a class": "class selfcheck:\n    close = true = equal = pair = print",
    "the name by a function": "def selfcheck(): pass",
    "the name by an import": "from helpers import silent as selfcheck",
    "the name by an import of a module": "import helpers as selfcheck",
    "the package's name for it": "paribus.selfcheck = object()",
    "both at once": 'selfcheck = paribus.selfcheck = __import__("unittest.mock").mock.MagicMock()',
    "setattr": 'setattr(selfcheck, "close", print)',
    "its own __setattr__": 'selfcheck.__setattr__("close", print)',
    "object's __setattr__": 'object.__setattr__(selfcheck, "close", print)',
    "setattr under a name": 'for name in ("close", "true"): setattr(selfcheck, name, print)',
    "vars, updated": "vars(selfcheck).update(close=print, true=print)",
    "vars, an entry": 'vars(selfcheck)["close"] = print',
    "vars, a dictionary": 'vars(selfcheck).update({"close": print})',
    "its __dict__": 'selfcheck.__dict__["close"] = print',
    "its __dict__, updated by what is computed": "selfcheck.__dict__.update(dict.fromkeys(names, print))",
    "globals, an entry": 'globals()["selfcheck"] = print',
    "globals, updated": "globals().update(selfcheck=print)",
    "IPython's namespace": 'get_ipython().user_ns["selfcheck"] = print',
    "sys.modules": 'import sys\nsys.modules["paribus.selfcheck"].close = print',
    "importlib": 'import importlib\nimportlib.import_module("paribus.selfcheck").close = print',
    "an alias": "checks = selfcheck\nchecks.close = print",
    "an import under another name": "from paribus import selfcheck as checks\nchecks.true = print",
    "a text that is run": 'exec("selfcheck.close = print")',
    "a cell that is run": 'get_ipython().run_cell("selfcheck.close = print")',
    "mock.patch": 'from unittest import mock\nmock.patch("paribus.selfcheck.close", print).start()',
    "mock.patch.object": 'from unittest import mock\nmock.patch.object(selfcheck, "close", print).start()',
    "a function's code": "selfcheck.close.__code__ = (lambda *a, **k: None).__code__",
    "a function's defaults": 'selfcheck.close.__kwdefaults__ = {"tolerance": 1e9}',
    "a function that is called": "def quiet():\n    selfcheck.close = print\n\n\nquiet()",
    "a global in a function": "def quiet():\n    global selfcheck\n    selfcheck = print\n\n\nquiet()",
    "what it stands on": "import math\nmath.isclose = lambda *a, **k: True",
    "a builtin module's function": "import builtins\nbuiltins.sum = lambda *a: 1.0",
    "IPython's traceback": "get_ipython().showtraceback = lambda *a, **k: None",
    "IPython's traceback by an alias": "shell = get_ipython()\nshell.showtraceback = print",
    "IPython's handler": "get_ipython().set_custom_exc((AssertionError,), lambda *a, **k: None)",
    "IPython's syntax trees": "get_ipython().ast_transformers.append(Softer())",
    "what the test uses": "torch.nn.ModuleDict = lambda parts: Toy(parts)",
}
LEFT_ALONE = {
    "the same name again": "selfcheck = paribus.selfcheck",
    "the same import again": "from paribus import selfcheck",
    "the same import as a module": "import paribus.selfcheck as selfcheck",
    "an alias": "checks = selfcheck\nchecks.true(True, 'it holds')",
    "an import under another name": "from paribus import selfcheck as checks",
    "an import of one of them": "from paribus.selfcheck import close, true",
    "an import of what it stands on": "import builtins, math\nfrom math import isclose",
    "a reload": "import importlib\nimportlib.reload(selfcheck)",
    "a look at it": "print(vars(selfcheck).keys())\nhelp(selfcheck.close)",
    "a comment and a text": '# selfcheck.close = print\nprint("selfcheck.close = print")',
    "a comparison": "print(selfcheck.close == print)",
    "a function's own name": "def look(selfcheck):\n    selfcheck = selfcheck or 1\n    return selfcheck",
    "an entry of a dictionary": 'settings = {}\nsettings["selfcheck"] = True',
    "an attribute of something else": "class Mine: pass\n\n\nmine = Mine()\nmine.close = print",
    "a setting of a library": "torch.backends.cudnn.benchmark = True\nnp.random.seed(0)",
    "a shim": "np.float = float",
    "a builtin's name for a value": "id, sum = 1, 0",
    "IPython's own settings": "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().events",
    "a replacement that the test does not use": "torch.load = print",
}


def with_cell(source: str, after: str = "begin") -> Case:
    """The solution with one cell more."""
    return submitted(Example("one", {"honest": {f"after.{after}": source}}), "honest")


def position_of(case: Case, key: str) -> int:
    found = case.matches[key].recovered
    assert found is not None
    return found.position


@pytest.mark.parametrize("source", REPLACED.values(), ids=REPLACED)
def test_what_replaces_the_self_checks_is_seen_in_every_form(source: str) -> None:
    case = with_cell(source)
    found = replaced_checks(case, position_of(case, TESTS))
    assert found is not None
    assert found.places[0].text in source.replace("    ", "")


@pytest.mark.parametrize("source", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_only_looks_like_it_is_left_alone(source: str) -> None:
    case = with_cell(source)
    assert replaced_checks(case, position_of(case, TESTS)) is None


def test_what_comes_after_the_tests_does_not_touch_their_result() -> None:
    case = with_cell("selfcheck.close = print", after="per-class")
    assert replaced_checks(case, position_of(case, TESTS)) is None


# --- cells --------------------------------------------------------------------------------------------------------

MAGICS = {
    "a line magic": ("%matplotlib inline\nx = 1", [1]),
    "a shell line within a block": ("if True:\n    !ls\n    x = 1", [2]),
    "what the shell answers": ("files = !ls\nx = 1", [1]),
    "help": ("x = 1\n?x", [2]),
    "help behind": ("x = 1\nmodels.load??", [2]),
    "a cell magic that times": ("%%time\nx = 1", [1]),
    "blank lines before a cell magic": ("\n\n%%capture out\nx = 1", [3]),
}


@pytest.mark.parametrize(("source", "lines"), MAGICS.values(), ids=MAGICS)
def test_magics_leave_the_python_beside_them_at_its_place(source: str, lines: list[int]) -> None:
    parsed = parse(source)
    assert parsed.tree is not None
    assert [line for line, _ in parsed.magics] == lines
    bound = next(node for node in ast.walk(parsed.tree) if isinstance(node, ast.Name) and node.id == "x")
    assert source.split("\n")[bound.lineno - 1].strip() == "x = 1" or "?" in source


def test_a_timed_line_is_python() -> None:
    (step,) = read_cell("%time y = f(1)").steps
    assert [store.path for store in step.stores] == [("y",)]


UNREAD = {
    "no Python": ("this is no code", "no Python"),
    "another language": ("%%bash\nls", "%%bash"),
    "too long": ("x = 1\n" * (MAX_SOURCE // 5), "longer than"),
    "too many parts": ("x = [" + "1," * 40_000 + "]", "parts"),
    "nested too deeply": ("x = " + "f." * 400 + "g", "nested"),
    "nested beyond Python": ("(" * 5_000 + ")" * 5_000, "no Python"),
    "a null byte": ("x = '\0'", "no Python"),
}


@pytest.mark.parametrize(("source", "why"), UNREAD.values(), ids=UNREAD)
def test_a_cell_that_cannot_be_followed_says_so_and_marks_nothing(source: str, why: str) -> None:
    assert why in read_cell(source).problem
    case = with_cell(source)
    assert replaced_checks(case, position_of(case, TESTS)) is None
    assert any(why in remark for remark in code_remarks(case))


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


def test_a_handler_that_may_hide_errors_leaves_it_open_whether_there_are_any() -> None:
    handler = "get_ipython().set_custom_exc((ValueError,), lambda *a, **k: None)"
    for source, lines in ((handler, 1), ("get_ipython().system('ls')", 0)):
        case = submitted(Example("one", {"honest": {"after.begin": source}}), "honest")
        found = handled_errors(case)
        assert len(found) == lines
        assert all("A person looks whether one was hidden" in item.because for item in found)


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


def test_a_notebook_of_too_many_parts_is_followed_as_far_as_it_is_read() -> None:
    big = "x = [" + "1," * 15_000 + "]"
    program = make_program(RecoveredCell(at, "code", f"y{at} = {at}\n{big}", at + 1) for at in range(6))
    assert [item.position for item in program.unread] == [3, 4, 5]
    assert len(program.steps) == 6


@pytest.mark.parametrize("name", ["branch_on_the_arm", "comparison_as_an_index"])
def test_a_branch_of_a_cell_that_the_course_gave_is_no_students(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = next(one for one in cases() if one.name == name)
    vary = str(program.raw.get("vary", "learning_rate"))

    def branches_found() -> list[str]:
        case = submitted(program, "faulty")
        found = [item.because for key in experiment_keys(case) for item in about_experiment(case, key, vary)]
        return [text for text in found if " branches on " in text or " decides something " in text]

    assert branches_found()
    monkeypatch.setattr(Case, "released_positions", frozenset(range(200)))
    assert not branches_found()


def test_cells_run_in_the_order_of_their_counts() -> None:
    cells = [RecoveredCell(0, "code", "a = 1", 3), RecoveredCell(1, "code", "b = 1", 2)]
    cells.append(RecoveredCell(2, "code", "c = 1"))
    program = make_program(cells)
    assert [step.position for step in program.steps] == [1, 0]
    assert not program.in_order


@given(st.text(max_size=200))
def test_reading_any_text_raises_nothing(source: str) -> None:
    for step in read_cell(source).steps:
        for scope in step.whole():
            assert all(path for path, _ in (*scope.called, *scope.reads))


# --- paths --------------------------------------------------------------------------------------------------------

SAME_PLACE = {
    "functional.cross_entropy": ("functional", "cross_entropy"),
    "getattr(functional, 'cross_entropy')": ("functional", "cross_entropy"),
    "vars(functional)['cross_entropy']": ("functional", "cross_entropy"),
    "functional.__dict__['cross_entropy']": ("functional", "cross_entropy"),
    "sys.modules['torch.nn'].functional": ("torch", "nn", "functional"),
    "importlib.import_module('torch.nn').functional": ("torch", "nn", "functional"),
    "globals()['train']": ("train",),
    "config['rate']": ("config", "['rate']"),
    "config.get('rate', 1)": ("config", "['rate']"),
    "os.getenv('RATE')": ("os", "environ", "['RATE']"),
    "type(model).forward": ("model", "__class__", "forward"),
}


@pytest.mark.parametrize(("text", "path"), SAME_PLACE.items())
def test_one_place_has_one_path_however_it_is_written(text: str, path: tuple[str, ...]) -> None:
    assert path_of(ast.parse(text, mode="eval").body) == path


# --- digests ------------------------------------------------------------------------------------------------------


# --- tables of the library ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [path[-1] for path in LIBRARY])
def test_the_settings_that_a_function_of_paribus_reads_are_those_of_the_table(name: str) -> None:
    tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(paribus.training, name))))
    read = {
        node.attr for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "config"
    }  # fmt: skip
    assert read == LIBRARY["paribus", "training", name]


def test_the_self_checks_stand_on_what_the_table_says() -> None:
    tree = ast.parse(inspect.getsource(paribus.selfcheck))
    used = {path for node in ast.walk(tree) if isinstance(node, ast.Attribute) and (path := path_of(node))}
    assert {path for path in used if path[0] == "math"} == STANDS_ON
