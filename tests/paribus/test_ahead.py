"""What the cells of a session show of a run that is about to train; of each true twin, nothing is said."""

import pytest

from paribus.check.code.ahead import Planned, Said, said_ahead

SETUP = "import numpy as np, torch\nfrom torch import nn"
RUN = 'experiment.run("baseline", train, CONFIG, data=data, seed=1)'
AGAIN = 'experiment.run("changed", train, replace(CONFIG, learning_rate=0.1), data=data, seed=1)'
KNOWN = {"learning_rate": 0.01, "weight_decay": 0.01}


def told(*cells: str, arm: str = "baseline", experiment: str = "step", seeds: tuple[int, ...] = (1,)) -> list[Said]:
    """What is said of the last of these cells, which runs."""
    planned = Planned(experiment, arm, f"step.{arm}", "learning_rate" if experiment else "", seeds, (KNOWN,))
    return list(said_ahead(("", SETUP, *cells), planned))


TRAIN = """def train(config, data, run):
    torch.manual_seed({seed})
    {made}
    {steps}
    {more}
    for rows in data.train.batches:
        network(rows).sum().backward()
        optimiser.step()
    run.log(epoch=1, predictions=network(data.validation.rows))"""
MADE = "network = nn.Linear(2, 2)"
STEPS = "optimiser = torch.optim.SGD(network.parameters(), lr=config.learning_rate)"


def train(*, seed: str = "run.seed", made: str = MADE, steps: str = STEPS, more: str = "pass") -> str:
    """A training function."""
    return TRAIN.format(seed=seed, made=made, steps=steps, more=more)


OWN_SEED = train(seed="7")
OUTSIDE = train(made="pass")
ANSWERS = "def train(config, data, run):\n    run.finish(predictions={})"
KEPT = "{0}.append(config.learning_rate)\n    if len({0}) > 3:\n        return"
SCHEDULE = "schedule = torch.optim.lr_scheduler.LinearLR(optimiser)"
# Each: the cells of a fault but the one that runs it, words of what is said, and the cells of its true twin.
CELLS = {
    "a seed of its own": ([OWN_SEED], "train seeds with 7 (In [2], line 2)", [train()]),
    "a seed by the clock": (
        [train(seed="time.time_ns()")], "which is another in every run", [train(more="began = time.time_ns()")],
    ),
    "held-out rows that are learnt from": (
        [train(more="data = Scaler().fit(data.validation.texts).transform(data)")],
        "Scaler().fit learns from validation or test rows",
        [train(more="data = Scaler().fit(data.train.texts).transform(data)")],
    ),
    "held-out rows that are trained on": (
        [train().replace("data.train.batches", "data.validation.batches")],
        "The loop trains on validation or test rows (In [2], line 6)", [train()],
    ),
    "held-out labels in the answers": (
        [ANSWERS.format("data.validation.labels")], "are made with the validation labels themselves",
        [ANSWERS.format("config.model(data.validation.texts)")],
    ),
    "a model that is made outside": (
        [MADE, OUTSIDE], "network is made once (In [2], line 1) and trained in every run (In [3], line 4)",
        [train()],
    ),
    "an optimiser that is made outside": (
        [f"{MADE}\noptimiser = torch.optim.SGD(network.parameters(), lr=0.1)", train(made="pass", steps="pass")],
        "optimiser is made once (In [2], line 2) and stepped on in every run", [train()],
    ),
    "a scheduler that is made outside": (
        [f"{MADE}\noptimiser = torch.optim.SGD(network.parameters(), lr=0.1)\n{SCHEDULE}",
         train(made="pass", steps="schedule.step()")],
        "schedule is made once (In [2], line 3) and stepped on", [train(more=f"{SCHEDULE}\n    schedule.step()")],
    ),
    "numbers that are changed where they lie": (
        ["WEIGHTS = np.ones(3)", train(more="WEIGHTS[:] = 0.9 * WEIGHTS")], "train changes WEIGHTS where it lies",
        ["WEIGHTS = np.ones(3)", train(more="weights = 0.9 * WEIGHTS")],
    ),
    "an object that remembers": (
        ["LOSSES = []", train(more=KEPT.format("LOSSES"))],
        "LOSSES is made once (In [2], line 1), every run fills it",
        [train(more=f"losses = []\n    {KEPT.format('losses')}")],
    ),
    "a setting that the record does not hold": (
        [train(steps=STEPS[:-1] + ", weight_decay=0.3)")],
        "The records say weight_decay 0.01, and the training has weight_decay=0.3",
        [train(steps=STEPS[:-1] + ", weight_decay=0.01)")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "words"), [item[:2] for item in CELLS.values()], ids=CELLS)
def test_it_is_said_before_the_first_arm_trains(cells: list[str], words: str) -> None:
    said = [item.sentence for item in told(*cells, RUN)]
    assert any(words in sentence for sentence in said), said
    assert not any("A person looks" in sentence for sentence in said)


@pytest.mark.parametrize("cells", [item[2] for item in CELLS.values()], ids=CELLS)
def test_of_its_true_twin_nothing_is_said(cells: list[str]) -> None:
    assert not told(*cells, RUN)


def test_what_is_made_anew_between_the_arms_or_in_the_cell_that_runs_is_not_told() -> None:
    """A model outside of the training function hands nothing on where each arm gets a new one."""
    outside, makes = train(made="pass"), "network = nn.Linear(2, 2)"
    assert not told(outside, f"{makes}\n{RUN}")
    assert told(makes, outside, RUN, AGAIN, arm="changed")
    assert not told(makes, outside, RUN, makes, AGAIN, arm="changed")
    assert not told(
        makes, outside, "notebook.run('encoder', train, CONFIG, data=data, seed=1)", experiment="", arm=""
    )


def test_an_own_loop_is_told_once_both_arms_are_there() -> None:
    one, two = (
        f"run = experiment.start({arm!r}, CONFIG, data=data, seed=1, code=train)\ntrain(CONFIG, data, run)"
        for arm in ("baseline", "changed")
    )
    assert not told(MADE, OUTSIDE, one)
    assert "network is made once" in told(MADE, OUTSIDE, one, two, arm="changed")[0].sentence
    assert not told(MADE, OUTSIDE, one, MADE, two, arm="changed")


def test_a_cell_that_was_written_anew_is_read_no_more() -> None:
    """Its old text is among the cells that ran, and counts for nothing."""
    assert told(OWN_SEED, RUN)
    assert not told(OWN_SEED, train(), RUN)


def test_the_same_lines_are_known_again_in_another_cell() -> None:
    one, other = told(OWN_SEED, RUN), told("print(1)", OWN_SEED, RUN)
    assert (one[0].kind, one[0].lines) == (other[0].kind, other[0].lines)
    assert one[0].cell != other[0].cell


ODD = (
    "def f(:", "%%bash\nls", "!pip install x", "x = " + "(" * 300, "a" * 200_000, "\x00", "é = 1; ", "%time f()",
    "?f", "exec('def g(): pass')", "lambda: (yield)", "async def f():\n    await g()", "global x", "del x",
    "match x:\n    case [1, *_]:\n        y = 1", "import *", "f'{x!r:>{width}}'", "x: int", "*a, b = c",
    "class A(B, metaclass=M): x = x", "get_ipython().run_cell_magic('time', '', 'x = 1')",
)  # fmt: skip


@pytest.mark.parametrize("cell", ODD, ids=lambda cell: repr(cell[:20]))
def test_it_is_total(cell: str) -> None:
    """Whatever a cell holds, the rest is read."""
    assert told(cell, OWN_SEED, RUN)
    assert isinstance(told(cell), list)
    told(OWN_SEED, f"{cell}\n{RUN}")
