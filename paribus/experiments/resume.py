"""One run, trained or found again: an interrupted notebook goes on from its last finished seed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from paribus.evidence.record import Record
from paribus.experiments.arms import same_run
from paribus.recording import Recording
from paribus.runs import Data, Run, RunResult
from paribus.show import say

# The configuration and the data are whatever the notebook passes; only the run is ours.
Train = Callable[[Any, Any, Run], object]


def train_once(notebook: Recording, prepared: Record, train: Train, config: object, data: Data) -> RunResult:
    """Write the start record, train, and finish the run where the training did not.

    Of a baseline that was trained elsewhere already it says so first, since that run would do.
    """
    twin = _trained_elsewhere(notebook, prepared) if prepared.arm == "baseline" else None
    if twin is not None:
        say(
            f"{twin.run_name}, seed {twin.seed} (run {twin.run}) had the same configuration, data and code. To use "
            "it instead of training again, stop this cell and pass that run to experiment.baseline(…)."
        )
    run = notebook.start_prepared(prepared, data)
    train(config, data, run)
    return run.result if run.result is not None else run.finish()


def _trained_elsewhere(notebook: Recording, prepared: Record) -> Record | None:
    """The start of a finished run outside this experiment that was what ``prepared`` would be."""
    results = {record.start for record in notebook.session.find("result")}
    for start in notebook.session.find("start", seed=prepared.seed):
        moved = replace(
            prepared, run_name=start.run_name, experiment=start.experiment, arm=start.arm, vary=start.vary
        )
        if start.digest() in results and start.experiment != prepared.experiment and same_run(start, moved):
            return start
    return None


def reuse(notebook: Recording, prepared: Record, data: Data) -> RunResult | None:
    """The run that finished earlier just as ``prepared`` would begin, shown again; None where there is none."""
    result = notebook.finished(prepared)
    if result is not None:
        say(
            f"{prepared.run_name}, seed {prepared.seed}: finished earlier (run {result.run}) with the same "
            "configuration, data and code, so it is not trained again. To train it anyway, pass again=True."
        )
        notebook.show_again(result, data)
    return result
