"""Code digests see what can change a result, and nothing else."""

import functools
from collections.abc import Callable

import pytest

from paribus.records.code import MAX_NAMES, UNAVAILABLE, code_digest
from tests.paribus.material import Define

CELL = """
RATE = 0.1
def step(x):
    return x * RATE
def train(config, data, run):
    total = 0
    for i in range(3):
        total += step(i)
    return total
"""

# Each pair: what stands in CELL, and what replaces it without changing a result.
SAME = {
    "a comment": ("    total = 0\n", "    total = 0  # begins here\n"),
    "a docstring": ("def step(x):\n", 'def step(x):\n    """One step."""\n'),
    "blank lines and brackets": ("return x * RATE", "\n    return (x * RATE)"),
    "annotations": ("def step(x):", "def step(x: float) -> float:"),
    "an annotated variable": ("    total = 0\n", "    total: int = 0\n"),
    "another global nobody reads": ("RATE = 0.1\n", "RATE = 0.1\nOTHER = 3\n"),
    "a global named like a local variable": ("RATE = 0.1\n", "RATE = 0.1\ntotal = 12\ni = 4\n"),
}

# What replaces it and changes a result, and the name under which that shows.
OTHER = {
    "the training function": ("range(3)", "range(4)", "training"),
    "a function it reaches": ("x * RATE", "x + RATE", "step"),
    "a global it reaches": ("RATE = 0.1", "RATE = 0.2", "RATE"),
    "a default value": ("def step(x):", "def step(x, y=1):", "step"),
}


@pytest.mark.parametrize("edit", SAME.values(), ids=SAME)
def test_edits_that_change_no_result_keep_the_digest(define: Define, edit: tuple[str, str]) -> None:
    before, after = define(CELL), define(CELL.replace(*edit))
    assert CELL.replace(*edit) != CELL
    assert code_digest(before["train"]) == code_digest(after["train"])


@pytest.mark.parametrize("edit", OTHER.values(), ids=OTHER)
def test_edits_that_change_a_result_show_under_their_name(define: Define, edit: tuple[str, str, str]) -> None:
    before = code_digest(define(CELL)["train"])
    after = code_digest(define(CELL.replace(edit[0], edit[1]))["train"])
    assert {name for name in before if before[name] != after[name]} == {edit[2]}


def test_a_renamed_training_function_is_the_same_training_function(define: Define) -> None:
    space = define(CELL.replace("def train", "def train_again"))
    assert code_digest(space["train_again"]) == code_digest(define(CELL)["train"])


def test_a_cell_run_again_gives_the_same_digest(define: Define) -> None:
    space = define(CELL)
    first = code_digest(space["train"])
    define(CELL, space)
    assert code_digest(space["train"]) == first


def test_names_that_the_code_itself_fills_are_results_not_settings(define: Define) -> None:
    cell = """
history, table, count = [], {}, 0
def train(config, data, run):
    global count
    count += 1
    history.append(1)
    table["a"] = count
"""
    space = define(cell)
    first = code_digest(space["train"])
    space["train"](None, None, None)
    assert code_digest(space["train"]) == first
    assert set(first) == {"training"}


def test_a_dict_of_settings_that_is_only_read_counts(define: Define) -> None:
    cell = "S = {'rate': 1, 'tags': {'b', 'a'}}\ndef train(config, data, run):\n    return S['rate']\n"
    one, other = define(cell), define(cell.replace("1", "2"))
    assert set(code_digest(one["train"])) == {"training", "S"}
    assert code_digest(one["train"])["S"] != code_digest(other["train"])["S"]


@pytest.mark.parametrize("kind", ["argparse.Namespace", "types.SimpleNamespace"])
def test_a_namespace_of_settings_counts_by_what_is_in_it(define: Define, kind: str) -> None:
    """In whatever order it was filled; one that holds more than settings is not followed."""
    made = f"import argparse, types\nARGS = {kind}(rate=1, tag='a')\n"
    cell = f"{made}def train(config, data, run):\n    return ARGS.rate\n"
    one, same = define(cell), define(cell.replace("rate=1, tag='a'", "tag='a', rate=1"))
    assert set(code_digest(one["train"])) == {"training", "ARGS"}
    assert code_digest(one["train"]) == code_digest(same["train"])
    one["ARGS"].rate = 2
    assert code_digest(one["train"])["ARGS"] != code_digest(same["train"])["ARGS"]
    one["ARGS"].model = object()
    assert set(code_digest(one["train"])) == {"training"}


def test_classes_count_by_methods_bases_and_simple_attributes(define: Define) -> None:
    cell = """
class Base:
    size = 3
    def forward(self):
        return helper()
class Model(Base):
    @property
    def name(self):
        return "m"
    @staticmethod
    def make():
        return Model()
def helper():
    return 1
def train(config, data, run):
    return Model().forward()
"""
    digest = code_digest(define(cell)["train"])
    assert set(digest) == {"training", "Model.forward", "Model.name", "Model.make", "Model.size", "helper"}
    assert code_digest(define(cell.replace("return 1", "return 2"))["train"])["helper"] != digest["helper"]


def test_imported_libraries_are_no_part_of_it(define: Define) -> None:
    cell = "import math\nfrom json import dumps\ndef train(config, data, run):\n    return dumps(math.pi)\n"
    assert set(code_digest(define(cell)["train"])) == {"training"}


def test_closures_partials_methods_and_wrappers_are_looked_through(define: Define) -> None:
    cell = """
import functools
def make(rate):
    def inner(x):
        return x * rate
    return inner
small, large = make(1), make(2)
def loud(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
@loud
def decorated(x):
    return x
class Trainer:
    def fit(self, x):
        return x
trainer = Trainer()
short = lambda x: x + 1
"""
    space = define(cell)
    assert code_digest(space["small"])["rate"] != code_digest(space["large"])["rate"]
    assert code_digest(space["decorated"])["training"] != UNAVAILABLE
    assert code_digest(space["trainer"].fit)["training"] != UNAVAILABLE
    assert code_digest(space["short"])["training"] != UNAVAILABLE
    partial = code_digest(functools.partial(space["decorated"], 3, rate=0.5))
    assert {"training", "partial.argument_0", "partial.rate"} <= set(partial)


def test_source_that_python_cannot_show_is_called_unavailable(define: Define) -> None:
    space = define(CELL, keep_source=False)
    digest = code_digest(space["train"])
    assert digest["training"] == digest["step"] == UNAVAILABLE
    assert digest["RATE"] != UNAVAILABLE


@pytest.mark.parametrize("function", [len, print, type("Callable", (), {"__call__": lambda self: 0})()])
def test_what_has_no_python_source_at_all_is_unavailable(function: Callable[..., object]) -> None:
    assert code_digest(function) == {"training": UNAVAILABLE}


def test_several_lambdas_on_a_line_cannot_be_told_apart(define: Define) -> None:
    space = define("a, b = (lambda x: x), (lambda x: x + 1)\n")
    assert code_digest(space["a"]) == {"training": UNAVAILABLE}


def test_a_global_called_training_does_not_hide_the_training_function(define: Define) -> None:
    cell = "training = 3\ndef train(config, data, run):\n    return training\n"
    assert set(code_digest(define(cell)["train"])) == {"training", "training_"}


def test_hundreds_of_names_are_folded_and_still_show_a_change(define: Define) -> None:
    names = [f"N{i}" for i in range(200)]
    cell = "\n".join(f"{name} = {i}" for i, name in enumerate(names))
    cell += f"\ndef train(config, data, run):\n    return {' + '.join(names)}\n"
    one, other = (
        code_digest(define(cell)["train"]),
        code_digest(define(cell.replace("N99 = 99", "N99 = 0"))["train"]),
    )
    assert len(one) == MAX_NAMES + 1
    assert one != other


def test_odd_code_is_digested_too(define: Define) -> None:
    cell = """
from dataclasses import dataclass
@dataclass(frozen=True)
class Settings:
    rate: float = 0.5
SETTINGS = Settings()
DEEP = [[[[1]]]]
async def train(config, data, run):
    later: int
    def inner():
        return undefined_later
    if config:
        undefined_later = 1
    return SETTINGS.rate, DEEP, inner
"""
    digest = code_digest(define(cell)["train"])
    assert set(digest) == {"training", "SETTINGS"}
    assert code_digest(define(cell.replace("0.5", "0.6"))["train"])["SETTINGS"] != digest["SETTINGS"]


def test_a_closure_that_is_not_bound_yet_is_left_out(define: Define) -> None:
    cell = """
def make():
    def train(config, data, run):
        return rate
    return train
    rate = 1
train = make()
"""
    assert set(code_digest(define(cell)["train"])) == {"training"}


# Each: what a cell makes, and what training does with it. None of these is a setting.
LOGS = {
    "an entry of a defaultdict that is appended to": (
        "import collections\nbook = collections.defaultdict(list)", "book[run].append(1)"
    ),
    "a defaultdict in which a key is looked up": (
        "import collections\nbook = collections.defaultdict(list)", "print(book[run])"
    ),
    "an entry of an entry": ("book = {'a': {}}", "book['a']['b'] = run"),
    "a list in a namespace": ("import types\nbook = types.SimpleNamespace(lines=[])", "book.lines.append(run)"),
    "a list that a helper fills": (
        "book = []\ndef note(lines, line):\n    lines.append(line)", "note(book, line=run)"
    ),
    "a list that a helper fills by its name": (
        "book = []\ndef note(line, lines):\n    lines.append(line)", "note(run, lines=book)"
    ),
    "an object that notes it itself": (
        """
from dataclasses import dataclass, field
@dataclass
class Book:
    lines: list = field(default_factory=list)
    def note(self, line):
        self.lines.append(line)
book = Book()""",
        "book.note(run)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "line"), LOGS.values(), ids=LOGS)
def test_a_log_that_training_fills_is_no_setting(define: Define, made: str, line: str) -> None:
    space = define(
        f"{made}\ndef train(config, data, run):\n    {line}\n    return helper()\ndef helper():\n    pass\n"
    )
    first = code_digest(space["train"])
    space["train"](None, None, "one")
    assert code_digest(space["train"]) == first
    assert "helper" in first


def test_a_setting_beside_a_counter_counts(define: Define) -> None:
    """A dictionary that the code also counts in: what it only reads of it is a setting."""
    cell = """
S = {"smoothing": 0.0, "rate": 1, "steps": 0, "note": ""}
def train(config, data, run):
    S["steps"] += 1
    return S["smoothing"] + S.get("rate")
"""
    space = define(cell)
    first = code_digest(space["train"])
    space["train"](None, None, None)
    space["S"]["note"] = "looked at"
    assert code_digest(space["train"]) == first
    space["S"]["smoothing"] = 0.1
    assert {name for name, digest in code_digest(space["train"]).items() if digest != first[name]} == {"S"}


READS_ENVIRONMENT = {
    "an entry": ("import os", "os.environ['SOFT']"),
    "get": ("import os", "os.environ.get('SOFT', '0')"),
    "getenv": ("from os import getenv", "getenv('SOFT')"),
    "another name": ("from os import environ as e", "e['SOFT']"),
    "an import of its own": ("", "__import__\n    import os as system\n    return system.environ['SOFT']"),
    "a from-import of its own": ("", "__import__\n    from os import environ\n    return environ['SOFT']"),
}


@pytest.mark.parametrize(("made", "read"), READS_ENVIRONMENT.values(), ids=READS_ENVIRONMENT)
def test_an_environment_variable_that_training_reads_is_a_setting(
    define: Define, made: str, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOFT", "0")
    space = define(f"{made}\ndef train(config, data, run):\n    value = {read}\n    return value\n")
    first = code_digest(space["train"])
    assert set(first) == {"training", "os.environ.SOFT"}
    monkeypatch.setenv("OTHER", "1")
    assert code_digest(space["train"]) == first
    monkeypatch.setenv("SOFT", "0.1")
    assert code_digest(space["train"]) != first


def test_where_a_run_is_made_is_no_setting(define: Define) -> None:
    read = "os.getenv('KAGGLE_URL'), os.environ['HOME'], os.getcwd()"
    cell = f"import os\ndef train(config, data, run):\n    return {read}\n"
    assert set(code_digest(define(cell)["train"])) == {"training"}


def test_a_function_put_into_a_library_is_the_training_s_code(
    define: Define, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial too, with what it sets; a progress bar that is made silent is not."""
    import numpy as np

    monkeypatch.setattr(np, "mean", np.mean)
    cell = """
import functools
import numpy as np
plain = np.mean
scale = 2
def train(config, data, run):
    return np.mean(data)
def doubled(values):
    return scale * plain(values)
"""
    space = define(cell)
    first = code_digest(space["train"])
    assert set(first) == {"training"}
    np.mean = space["doubled"]
    assert set(code_digest(space["train"])) == {"training", "numpy.mean", "scale"}
    np.mean = functools.partial(space["plain"], axis=0)
    assert set(code_digest(space["train"])) == {"training", "numpy.mean.axis"}
    np.mean = space["plain"]
    assert code_digest(space["train"]) == first
