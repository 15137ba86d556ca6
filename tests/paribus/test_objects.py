"""What a run's record tells of the objects that its training reaches: models by content, the rest by name."""

import functools
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from paribus.experiments.notebook import Notebook
from paribus.records.code import reach
from paribus.records.objects import MAX_BYTES, MAX_OBJECTS, code_fields, model_digest, objects_of
from paribus.records.record import Record
from tests.paribus.material import CELL, CONFIG, SMALL, Data, Define


def network(seed: int = 0, width: int = 3) -> torch.nn.Module:
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.BatchNorm1d(width))


def told(define: Define, body: str, **space: object) -> tuple[dict[str, str], tuple[str, ...]]:
    """What is told of a training function with this body, in a notebook with these names."""
    made = define(f"def train(config, data, run):\n    {body}\n", {"__name__": "a_notebook", **space})
    return objects_of(reach(made["train"]))


EDITS: dict[str, tuple[Callable[[torch.nn.Module], object], str]] = {
    "as it was": (lambda model: None, ""),
    "a step of training": (lambda model: model[0].weight.data.add_(0.001), "content"),
    "a running mean": (lambda model: model[1].running_mean.add_(1), "content"),
    "another device's copy": (lambda model: model.to("cpu"), ""),
    "evaluation mode": (lambda model: model.eval(), ""),
    "half precision": (lambda model: model.half(), "layout"),
    "bfloat16": (lambda model: model.bfloat16(), "layout"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_models_digest_is_of_what_it_holds(edit: tuple[Callable[[torch.nn.Module], object], str]) -> None:
    model = network()
    change, part = edit
    change(model)
    before, after = model_digest(network()), model_digest(model)
    assert before is not None
    assert after is not None
    sides = list(zip(before.split(":"), after.split(":"), strict=True))
    assert sides[0][0] != sides[0][1] if part == "layout" else sides[0][0] == sides[0][1]
    assert (sides[1][0] != sides[1][1]) is bool(part)


def test_of_a_large_model_a_share_of_the_values_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paribus.records.objects.MAX_BYTES", 16)
    assert MAX_BYTES > 16
    one, other, third = network(), network(), network()
    other[0].weight.data[0, 1] += 1  # no value that is read
    third[0].weight.data += 1
    assert model_digest(one) == model_digest(other) != model_digest(third)


class Own:
    """As a cell defines it."""

    def __init__(self, **held: object) -> None:
        vars(self).update(held)


Own.__module__ = "a_notebook"
FOLLOWED = {
    "a global": ("net(data)", {"net": network()}, {"net"}, ()),
    "in a table": ("nets['a'](data)", {"nets": {"a": network()}}, {"nets[a]"}, ()),
    "in a list": ("nets[0](data)", {"nets": [network()]}, {"nets[0]"}, ()),
    "in an object": ("job.net(data)", {"job": Own(net=network(), rate=1)}, {"job.net"}, ("job",)),
    "without numbers": ("loss(data)", {"loss": torch.nn.CrossEntropyLoss()}, set(), ("loss",)),
    "with a buffer": ("loss(data)", {"loss": torch.nn.CrossEntropyLoss(torch.ones(2))}, {"loss"}, ()),
    "without storage": ("net(data)", {"net": torch.nn.Linear(2, 2, device="meta")}, set(), ("net",)),
    "an array": ("print(rows)", {"rows": np.ones(3)}, set(), ("rows",)),
    "a table of functions": ("losses['a']()", {"losses": {"a": len}}, set(), ("losses",)),
    "a partial of a library": ("f(1)", {"f": functools.partial(np.sum, axis=0)}, set(), ("f",)),
    "a setting": ("print(rate)", {"rate": 0.1}, set(), ()),
    "modules and functions": ("np.sum(numpy_sum(Own))", {"np": np, "numpy_sum": np.sum, "Own": Own}, set(), ()),
    "where it runs": ("data.to(device)", {"device": torch.device("cpu")}, set(), ()),
    "given its weights by the code": ("net.load_state_dict(first)", {"net": network()}, set(), ()),
    "made by the code": ("global net; net = make()", {"net": network()}, set(), ()),
    "filled by the code": ("log.append(data)", {"log": [object()]}, set(), ()),
    "not read": ("return 1", {"net": network(), "rows": np.ones(3)}, set(), ()),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLLOWED.values(), ids=FOLLOWED)
def test_models_are_followed_by_content_and_what_is_not_is_named(
    define: Define, case: tuple[str, dict[str, object], set[str], tuple[str, ...]]
) -> None:
    body, space, followed, named = case
    weights, others = told(define, body, **space)
    assert (set(weights), others) == (followed, named)


def test_what_a_function_is_bound_to_is_reached(define: Define) -> None:
    """A default, a closure, a bound argument, the object of a method, an attribute of a class."""
    space = define(
        "def train(config, data, run, net=NET):\n    return net\n"
        "def make(net):\n    def inner(config, data, run):\n        return net\n    return inner\n"
        "class Job:\n    net = NET\n    def train(self, config, data, run):\n        return Job.net\n",
        {"__name__": "a_notebook", "NET": network()},
    )
    train: Any = space["train"]
    assert objects_of(reach(train))[0].keys() == {"training(net)"}
    assert objects_of(reach(space["make"](network())))[0].keys() == {"net"}
    assert objects_of(reach(functools.partial(train, net=network())))[0].keys() == {"partial.net", "training(net)"}
    job = space["Job"]()
    job.mine = network()
    assert objects_of(reach(job.train)) == (
        {name: model_digest(network()) for name in ("Job.net", "self.mine")}, ()
    )  # fmt: skip


def test_names_are_bounded(define: Define) -> None:
    space = {f"rows_{i:02}": np.ones(1) for i in range(MAX_OBJECTS + 5)}
    _, others = told(define, f"print({', '.join(space)})", **space)
    assert len(others) == MAX_OBJECTS + 1
    assert others[-1] == "and 5 more"


def test_what_is_no_function_of_pythons_has_nothing_to_tell() -> None:
    assert code_fields(None) == {}
    assert code_fields(print)["weights"] == {}


def test_nothing_of_torch_is_loaded_to_look() -> None:
    script = (
        "import sys\nfrom paribus.records.objects import objects_of\nfrom paribus.records.code import reach\n"
        "rows = object()\ndef train(config, data, run):\n    return rows\n"
        "assert objects_of(reach(train)) == ({}, ('rows',))\nassert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# --- in a notebook --------------------------------------------------------------------------------------------


def cell(define: Define, net: torch.nn.Module, trains: bool = False) -> types.FunctionType:
    step = "net[0].weight.data += 1" if trains else "net(torch.zeros(2, 2))"
    space = {"__name__": "a_notebook", "calls": [], "net": net.eval(), "torch": torch}
    made: types.FunctionType = define(CELL.replace("    calls", f"    {step}\n    calls"), space)["train"]
    return made


def test_the_start_record_holds_both_and_reads_back(notebook: Notebook, define: Define, data: Data) -> None:
    result = notebook.run("encoder", cell(define, network()), CONFIG, data=data, seed=0)
    assert result.start.weights == {"net": model_digest(network())}
    assert result.start.not_followed == ()
    assert Record.from_json(result.start.to_json()) == result.start
    older = Record("start", "lab", "r", "n", "r1")
    assert "weights" not in older.to_json()
    assert Record.from_json(older.to_json()).weights == {}


def test_a_finished_run_is_found_again_whatever_the_models_weights_are(
    notebook: Notebook, define: Define, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next session makes the model anew, with other first weights: no training is paid twice."""
    first = notebook.run("encoder", cell(define, network(), trains=True), CONFIG, data=data, seed=0)
    for seed, others in ((0, False), (1, True)):
        capsys.readouterr()
        again = notebook.run("encoder", cell(define, network(seed), trains=True), CONFIG, data=data, seed=0)
        assert again.run == first.run
        assert ("with other weights now than when it ran: net." in capsys.readouterr().out) is others


def test_arms_that_began_with_other_weights_are_compared_all_the_same(
    notebook: Notebook, define: Define, data: Data
) -> None:
    """Nothing is refused for it; the grader sends it to a person."""
    experiment = notebook.experiment("batch_size", vary="batch_size")
    train = cell(define, network(), trains=True)
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.1, why="it steps more often")
    experiment.run("changed", train, SMALL, data=data, seed=0)
    starts = [record for record in notebook.records() if record.kind == "start"]
    assert starts[0].weights != starts[1].weights
    experiment.summary()
