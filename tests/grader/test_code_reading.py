"""Reading code: every form of a binding is one, magics are no Python, bounds hold, tables fit the library."""

import ast
import inspect
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paribus.selfcheck
import paribus.training
from grader.code.reading import about_experiment
from grader.code.remarks import code_remarks
from grader.code.selfchecks import STANDS_ON, handled_errors, replaced_checks
from grader.evidence.runs import experiment_keys
from grader.model import Case, RecoveredCell
from paribus.check.code.cells import MAX_SOURCE, parse
from paribus.check.code.configured import LIBRARY
from paribus.check.code.facts import read_cell
from paribus.check.code.paths import path_of
from paribus.check.code.program import make_program
from tests.grader.program_cases import Example, cases, submitted

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


def test_a_handler_that_may_hide_errors_leaves_it_open_whether_there_are_any() -> None:
    handler = "get_ipython().set_custom_exc((ValueError,), lambda *a, **k: None)"
    for source, lines in ((handler, 1), ("get_ipython().system('ls')", 0)):
        case = submitted(Example("one", {"honest": {"after.begin": source}}), "honest")
        found = handled_errors(case)
        assert len(found) == lines
        assert all("A person looks whether one was hidden" in item.because for item in found)


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
