"""One run, trained or found again: an interrupted notebook goes on from its last finished seed."""

from collections.abc import Callable
from types import CodeType
from typing import Any

from paribus.check.weights import changed_weights, weights_of
from paribus.display.show import say, show_tables
from paribus.experiments.memory import fitting_memory
from paribus.experiments.recording import Recording
from paribus.records.code import reach
from paribus.records.data import Data
from paribus.records.record import Record
from paribus.records.runs import Run, RunResult

# The configuration and the data are whatever the notebook passes; only the run is ours.
Train = Callable[[Any, Any, Run], object]


def train_once(notebook: Recording, prepared: Record, train: Train, config: object, data: Data) -> RunResult:
    """Write the start record, train, and finish the run where the training did not; say what it changed outside."""
    run = notebook.start_prepared(prepared, data)
    reached = reach(train)
    before = weights_of(reached.outer()) if reached is not None else {}
    with fitting_memory(prepared.knobs()):
        train(config, data, run)
    after = weights_of(reached.outer()) if reached is not None and before else {}
    if (table := changed_weights(before, after, getattr(train, "__name__", "the training"))) is not None:
        show_tables(table)
    return run.result if run.result is not None else run.finish()


def reuse(notebook: Recording, prepared: Record, data: Data) -> RunResult | None:
    """The run that finished earlier just as ``prepared`` would begin, shown again; None where there is none."""
    result = notebook.finished_as(prepared)
    if result is not None:
        say(
            f"{prepared.run_name}, seed {prepared.seed}: finished earlier (run {result.run}) with the same "
            "configuration, data and code, so it is not trained again. To train it anyway, pass again=True."
        )
        then, now = result.start.weights, prepared.weights
        if others := [name for name in then if now.get(name, then[name]) != then[name]]:
            say(f"Made outside of the training, with other weights now than when it ran: {', '.join(others)}.")
        notebook.show_again(result, data)
    return result


def reuse_under_another_name(notebook: Recording, prepared: Record, train: Train, data: Data) -> RunResult | None:
    """The run of another name that finished with all that ``prepared`` would have, shown again under its own name,
    with a record that says so. None where there is none, and where the name may matter or something that the
    training reaches is covered by no digest.
    """
    if prepared.not_followed or _asks_its_name(train):
        return None
    result = notebook.finished_elsewhere(prepared)
    if result is not None:
        say(
            f"{prepared.run_name}, seed {prepared.seed}: {result.name} (run {result.run}) finished earlier with "
            f"the same configuration, data and code, so it is not trained again and keeps its name: quote it as "
            f"{result.name}. To train it anyway, pass again=True."
        )
        notebook.show_again(result, data)
        notebook.same(prepared.run_name, result)
    return result


def _asks_its_name(train: Train) -> bool:
    """Whether a training, or a function that it reaches, may read what its run is called; true if unknown."""
    reached = reach(train)
    if reached is None:
        return True
    waiting, asked = [function.__code__ for function in reached.functions.values()], set[str]()
    while waiting:
        code = waiting.pop()
        asked.update(code.co_names, (item for item in code.co_consts if isinstance(item, str)))
        waiting += [item for item in code.co_consts if isinstance(item, CodeType)]
    return bool(asked & {"name", "start"})


def reuse_elsewhere(notebook: Recording, prepared: Record, data: Data) -> RunResult | None:
    """The run outside this experiment that finished with all that a baseline would have, shown again; None where
    there is none.
    """
    result = notebook.finished_elsewhere(prepared) if prepared.arm == "baseline" else None
    if result is not None:
        say(
            f"{result.name}, seed {result.seed} (run {result.run}) finished earlier with the same configuration, "
            f"data and code, so it serves as the baseline of {prepared.experiment} and is not trained again. To "
            "train it anyway, pass again=True."
        )
        notebook.show_again(result, data)
    return result
