"""Before a run trains, a notebook says what in its code is worth a second look, and trains all the same."""

from typing import Any

import pytest

from paribus.check.before import look_before
from paribus.check.weights import changed_weights, weights_of
from paribus.errors import ExperimentError, TrainingError
from paribus.experiments.notebook import Notebook
from paribus.records.code import reach
from tests.paribus.material import CELL, CONFIG, SMALL, Data, Define

HEAD = "import random\nKEPT = {}\nTEXTS = None\n"
HEAD += "of_size = lambda data, cfg: [data, cfg.batch_size]\nof_order = lambda data, cfg: [data, cfg.scheduler]\n"
OWN = "def of_all(data, cfg):\n    return deep(data, cfg)\ndef deep(data, cfg):\n    return data, cfg.batch_size\n"
OWN += "def of_some(data, cfg):\n    made = cfg.scheduler\n    return made, data\n"
LOOP = "    for step, batch in enumerate(data.train):\n        training_step(batch)\n"
# Each: lines of a training function that are told, words of what is said, and its true twin, of which nothing is.
TOLD = {
    "a literal that depends on the varied setting": (
        "    steps = 4 if config.batch_size < 32 else 2", "“config.batch_size < 32” decides something by",
        "    steps = 4 if config.scheduler == 'linear' else 2",
    ),
    "a table that is looked up by it": (
        "    steps = {16: 4, 32: 2}[config.batch_size]", "decides something by batch_size",
        "    print({16: 'small', 32: 'usual'}[config.batch_size])",
    ),
    "a table that is asked for it": (
        "    steps = {16: 4, 32: 2}.get(config.batch_size)", "decides something by batch_size",
        "    steps = {1: 4, 2: 2}.get(config.epochs)",
    ),
    "a table that is looked up by the arm": (
        "    steps = {'baseline': 2, 'changed': 4}[run.start.arm]", "or by the arm itself",
        "    steps = {'linear': 2, 'constant': 4}[config.scheduler]",
    ),
    "a branch on the arm": (
        "    steps = 3 if run.start.arm == 'changed' else 2", "or by the arm itself",
        "    if run.start.arm == 'changed':\n        print('the second arm')",
    ),
    "a loop that goes on while it is large": (
        "    while config.batch_size > 8:\n        break", "decides something by batch_size",
        "    if config.batch_size > 4096:\n        raise ValueError(config.batch_size)",
    ),
    "encoded texts that are kept": (
        "    if 'texts' not in KEPT:\n        KEPT['texts'] = encode(data, config)", "keeps what was made with one",
        "    if config.batch_size not in KEPT:\n        KEPT[config.batch_size] = encode(data, config)",
    ),
    "encoded texts that are kept by a default": (
        "    made = KEPT.setdefault('texts', encode(data, config))", "keeps what was made with one batch_size",
        "    made = KEPT.setdefault(run.name, encode(data, config))",
    ),
    "encoded texts in a global": (
        "    global TEXTS\n    if TEXTS is None:\n        TEXTS = encode(data, config.batch_size)", "keeps what",
        "    global TEXTS\n    TEXTS = encode(data, config.batch_size)",
    ),
    "encoded texts on the function": (
        "    if not hasattr(train, 'texts'):\n        train.texts = encode(data, config)", "keeps what was made",
        "    if not hasattr(train, 'texts'):\n        train.texts = encode(data, config.scheduler)",
    ),
    "texts kept in two steps": (
        "    made = encode(data, config)\n    if 'a' not in KEPT:\n        KEPT['a'] = made", "keeps what was made",
        "    made = prepare(data, config)\n    if 'a' not in KEPT:\n        KEPT['a'] = made",
    ),
    "texts that an own function encodes": (
        "    if 'a' not in KEPT:\n        KEPT['a'] = of_all(data, config)", "keeps what was",
        "    if 'a' not in KEPT:\n        KEPT['a'] = of_some(data, config)",
    ),
    "texts that an own function encodes with it": (
        "    if 'a' not in KEPT:\n        KEPT['a'] = of_some(config.batch_size, config)", "keeps what was",
        "    if 'a' not in KEPT:\n        KEPT['a'] = of_some(config.scheduler, cfg=config)",
    ),
    "rows dropped at the start": (
        "    texts = data.train.texts[20:]", "takes a part of the training rows",
        "    width = encode(data.train.texts[:2]).shape",
    ),
    "rows dropped at the end": (
        "    texts = data.train.texts[:20]", "takes a part of the training rows, and the record says that all 40",
        "    print(data.train.texts[:20])",
    ),
    "half of the rows": (
        "    half = len(data.train.texts) // 2\n    texts = list(data.train.texts)[:half]", "takes a part of the",
        "    half = len(data.train.texts) // 2\n    texts, held = data.train.texts[:half], data.train.texts[half:]",
    ),
    "rows under another name": (
        "    texts, labels = data.train.texts, data.train.labels\n    texts = texts[:-max(5, 2)]", "takes a part",
        "    texts = data.train.texts\n    for i in range(0, len(texts), 8):\n        use(texts[i : i + 8])",
    ),
    "rows of some lengths": (
        "    texts = [text for text in data.train.texts if len(text) > 20]", "takes a part of the training rows",
        "    texts = [text for text in data.train.texts if text]",
    ),
    "rows drawn once": (
        "    rows = random.sample(list(data.train.texts), 20)", "takes a part of the training rows",
        "    rows = random.sample(list(data.validation.texts), 20)",
    ),
    "a subset of its own": (
        "    data = data.subset(20, seed=1)", "takes a part of the training rows",
        "    data = data.subset(config.train_rows, seed=1)",
    ),
    "what a lambda makes is kept": (
        "    if 'a' not in KEPT:\n        KEPT['a'] = of_size(data, config)", "keeps what was",
        "    if 'a' not in KEPT:\n        KEPT['a'] = of_order(data, config)",
    ),
    "rows drawn with a size, once": (
        "    rows = rng.choice(len(data.train.texts), 20, replace=False)", "takes a part of the training rows",
        "    rows = rng.choice(len(data.train.texts), 20, replace=True)",
    ),
    "an epoch that ends early": (
        "    for i, batch in enumerate(b):\n        training_step(batch)\n        if i >= 5:\n            break",
        "ends an epoch before its last batch",
        "    for epoch, loss in enumerate(losses):\n        if epoch >= 5:\n            break",
    ),
}  # fmt: skip


def said(
    define: Define, lines: str, *, read: str = "    size = config.batch_size", vary: str = "batch_size"
) -> str:
    """What is told of a training function with these lines, in one text."""
    space = define(f"{HEAD}{OWN}def train(config, data, run):\n{lines}\n{read}\n{LOOP}")
    reached = reach(space["train"])
    assert reached is not None
    told = look_before(reached, vary, {"batch_size": 32}, 40)
    assert all(name == "train" for name, _ in told)
    return " ".join(sentence for _, sentence in told)


@pytest.mark.parametrize(("lines", "words"), [item[:2] for item in TOLD.values()], ids=TOLD)
def test_it_is_said_with_the_line(define: Define, lines: str, words: str) -> None:
    assert words in said(define, lines)


@pytest.mark.parametrize("lines", [item[2] for item in TOLD.values()], ids=TOLD)
def test_of_its_true_twin_nothing_is_said(define: Define, lines: str) -> None:
    assert not said(define, lines)


NEVER = "nothing in it reads batch_size"
UNREAD = {
    "by its value alone": ("    size = 32", True),
    "and the configuration goes to an own function that does not either": ("    inner(config)", True),
    "and a function of paribus reads others": ("    prepare(data, config)", True),
    "though its name is given": ("    size = getattr(config, 'batch_size')", False),
    "though a global has its name": ("    size = batch_size", False),
    "though the configuration goes where nobody sees": ("    library(config)", False),
    "though it is taken apart": ("    size = list(config.values())", False),
    "though it is unpacked": ("    library(**config)", False),
}


@pytest.mark.parametrize(("read", "told"), UNREAD.values(), ids=UNREAD)
def test_a_varied_setting_that_nothing_reads_is_told(define: Define, read: str, told: bool) -> None:
    space = define(f"def inner(settings):\n    return settings.epochs\ndef train(config, data, run):\n{read}\n")
    reached = reach(space["train"])
    assert reached is not None
    found = look_before(reached, "batch_size", {"batch_size": 32}, 40)
    assert any(NEVER in sentence for _, sentence in found) is told


@pytest.mark.parametrize(
    ("vary", "meant"), [("size", "batch_size"), ("patience", ""), ("HELPER", ""), ("soft", "")]
)
def test_a_name_that_no_setting_has_is_told_before_the_baseline_is_paid_for(
    define: Define, vary: str, meant: str
) -> None:
    helper = "import os\ndef helper():\n    return os.getenv('SOFT')\n"
    cell = f"{helper}def train(config, data, run):\n    return helper()\n"
    reached = reach(define(cell)["train"])
    assert reached is not None
    told = look_before(reached, vary, {"batch_size": 32, "softness": 0, "help": 0}, 40)
    assert [f"Did you mean vary={meant!r}?" in sentence for _, sentence in told] == [True] * bool(meant)


def test_it_is_said_before_the_first_arm_trains_and_once(
    notebook: Notebook, define: Define, data: Data, calls: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    cell = CELL.replace("    calls", "    texts = data.train.texts[:20]\n    calls")
    train = define(cell, {"__name__": "a_notebook", "calls": calls})["train"]
    experiment = notebook.experiment("batch", vary="batch_size")
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    told = capsys.readouterr().out
    assert told.index("look at your code again") < told.index("Start of batch.baseline")
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.03, why="more updates an epoch")
    experiment.run("changed", train, SMALL, data=data, seed=0)
    assert "look at your code again" not in capsys.readouterr().out
    assert calls == [0, 0]


@pytest.mark.parametrize("text", ["CUDA out of memory", "another reason"])
def test_a_model_that_does_not_fit_says_what_to_lower(
    notebook: Notebook, define: Define, data: Data, text: str
) -> None:
    """Whichever loop trains it; any other error is the student's own."""
    import torch

    kind = torch.OutOfMemoryError if "memory" in text else RuntimeError
    space = {"__name__": "a_notebook", "kind": kind, "text": text}
    train = define("def train(config, data, run):\n    raise kind(text)\n", space)["train"]
    expected = TrainingError if "memory" in text else RuntimeError
    said = r"batches of 32 texts.*halve batch_size" if "memory" in text else text
    with pytest.raises(expected, match=said):
        notebook.run("encoder", train, CONFIG, data=data, seed=0)


def test_advice_that_fails_keeps_nobody_from_training(
    notebook: Notebook,
    define: Define,
    data: Data,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("paribus.experiments.beforehand.look_before", breaks)
    calls: list[int] = []
    train = define(CELL, {"__name__": "a_notebook", "calls": calls})["train"]
    notebook.run("encoder", train, CONFIG, data=data, seed=0)
    assert calls == [0]
    assert "could not be looked at before it trains (ZeroDivisionError)" in capsys.readouterr().out


def test_an_environment_variable_that_changes_between_the_arms_is_a_second_change(
    notebook: Notebook, define: Define, data: Data, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = "import os\n" + CELL.replace("    calls", "    soft = os.environ.get('SOFT')\n    calls")
    train = define(cell, {"__name__": "a_notebook", "calls": calls})["train"]
    experiment = notebook.experiment("batch", vary="batch_size")
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.03, why="more updates an epoch")
    monkeypatch.setenv("SOFT", "0.1")
    with pytest.raises(ExperimentError, match=r"More than one thing changes.*'os\.environ\.SOFT'"):
        experiment.run("changed", train, SMALL, data=data, seed=0)
    assert calls == [0]
    monkeypatch.delenv("SOFT")
    experiment.run("changed", train, SMALL, data=data, seed=0)


def test_an_environment_variable_may_be_what_is_varied(
    notebook: Notebook, define: Define, data: Data, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = "import os\n" + CELL.replace("    calls", "    soft = os.environ.get('SOFT')\n    calls")
    train = define(cell, {"__name__": "a_notebook", "calls": calls})["train"]
    experiment = notebook.experiment("soft", vary="SOFT")
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.03, why="softer labels mean less trust")
    monkeypatch.setenv("SOFT", "0.1")
    experiment.run("changed", train, CONFIG, data=data, seed=0)
    assert experiment.report().seeds == (0,)


class Model:
    """What of torch's models is asked."""

    def __init__(self) -> None:
        import torch

        self.weight = torch.nn.Parameter(torch.ones(2))

    def parameters(self) -> list[Any]:
        return [self.weight]

    def state_dict(self) -> dict[str, Any]:
        return {"weight": self.weight}


@pytest.mark.parametrize("trains", [True, False])
def test_weights_that_a_run_changes_outside_of_itself_are_told(
    notebook: Notebook, define: Define, data: Data, trains: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    step = "network.weight.data += 1" if trains else "print(network.weight)"
    space = {"__name__": "a_notebook", "calls": [], "network": Model()}
    train = define(CELL.replace("    calls", f"    {step}\n    calls"), space)["train"]
    notebook.run("encoder", train, CONFIG, data=data, seed=0)
    assert ("network was made outside of train" in capsys.readouterr().out) is trains


def test_several_models_are_told_at_once() -> None:
    one, other = Model(), Model()
    before = weights_of({"one": one, "other": other, "kind": Model, "number": 3})
    assert set(before) == {"one", "other"}
    for model in (one, other):
        model.weight.data += 1
    table = changed_weights(before, weights_of({"one": one, "other": other}), "train")
    assert table is not None
    assert "one, other were made outside of train" in table.note
