"""A notebook looks over its own records: what lacks, what is fine, and what cannot be seen from inside."""

from dataclasses import replace

import pytest

from paribus.display.markup import to_text
from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from paribus.experiments.unfinished import NOT_SEEN, Look, look
from tests.paribus.material import CONFIG, SMALL, Data, Train


@pytest.fixture(name="experiment")
def batch_experiment(notebook: Notebook) -> Experiment:
    return notebook.experiment("batch", vary="batch_size")


def predict(experiment: Experiment) -> None:
    experiment.predict(metric="macro_f1", direction="up", why="more updates an epoch")


def told(found: Look) -> list[str]:
    return [f"{place}: {what}" for place, what in found.todo]


def test_a_notebook_that_did_not_run_is_told_to(notebook: Notebook) -> None:
    assert told(look(notebook.records())) == ["this notebook: nothing has run yet: run it from top to bottom"]


def test_a_whole_experiment_is_fine(experiment: Experiment, train: Train, data: Data, notebook: Notebook) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seeds=(1, 2, 3))
    predict(experiment)
    experiment.run("changed", train, SMALL, data=data, seeds=(1, 2, 3))
    found = look(notebook.records())
    assert found.todo == ()
    assert found.fine == (("batch", "both arms, 3 seeds an arm; a prediction comes before it"),)
    assert repr(found) == "Look(0 to do, 1 fine)"


def test_a_single_seed_is_said_to_support_no_effect(
    experiment: Experiment, train: Train, data: Data, notebook: Notebook
) -> None:
    """And a baseline that was reused counts as one."""
    run = notebook.start("encoder", config=CONFIG, seed=1, data=data, code=train)
    train(CONFIG, data, run)
    experiment.baseline(run.finish(), CONFIG)
    predict(experiment)
    experiment.run("changed", train, SMALL, data=data, seed=1)
    found = look(notebook.records())
    assert found.todo == ()
    assert "1 seed an arm: enough to explore, and no support for an effect" in dict(found.fine)["batch"]
    assert dict(found.fine)["single runs"] == "1 finished"


def test_a_missing_arm_and_a_run_that_was_begun_are_named(
    experiment: Experiment, data: Data, notebook: Notebook, train: Train
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=1)
    notebook.start("encoder", config=CONFIG, seed=4, data=data)
    assert told(look(notebook.records())) == [
        "encoder, seed 4: was begun and not finished: run its cell again",
        "batch: the changed arm has no finished run",
    ]


def test_what_an_own_loop_may_get_wrong_is_found_in_its_records(
    notebook: Notebook, data: Data, train: Train
) -> None:
    """No prediction; then other seeds and a second change: the records know."""
    for arm, config, seed in (("baseline", CONFIG, 1), ("changed", SMALL, 1)):
        run = notebook.start(f"b.{arm}", config=config, seed=seed, data=data, code=train, experiment="b", arm=arm,
                             vary="batch_size")  # fmt: skip
        train(config, data, run)
        run.finish()
    assert told(look(notebook.records())) == [
        "b: the changed arm began without a prediction: predict first, then run"
    ]
    predict(notebook.experiment("c", vary="batch_size"))
    for arm, config, seed in (("baseline", CONFIG, 1), ("changed", replace(SMALL, scheduler="cosine"), 2)):
        run = notebook.start(f"c.{arm}", config=config, seed=seed, data=data, code=train, experiment="c", arm=arm,
                             vary="batch_size")  # fmt: skip
        train(config, data, run)
        run.finish()
    found = [line for line in told(look(notebook.records())) if line.startswith("c: ")]
    assert found[0] == "c: seed 1, 2 ran in one arm only: run each seed in both"
    assert "More than one thing changes" in found[1]
    assert "scheduler" in found[1]


def test_a_sweep_alone_is_no_experiment_yet(notebook: Notebook, data: Data, train: Train) -> None:
    notebook.sweep("size", vary="batch_size").run(train, CONFIG, [8, 16], data=data, seed=1)
    found = look(notebook.records())
    assert found.todo == ()
    assert dict(found.fine)["size"] == "explored, not compared yet"


def test_it_says_what_it_cannot_see(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.check()
    shown = " ".join(capsys.readouterr().out.split())
    assert "This session's records" in shown
    assert "not the memo and other texts" in shown
    assert "paribus check FILE" in NOT_SEEN
    assert NOT_SEEN in " ".join(to_text(look(notebook.records()).table()).split())
