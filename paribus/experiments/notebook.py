"""A notebook's one handle: what it uses, what it runs, what it claims.

    notebook = paribus.begin("homework", release="…")
    notebook.use(data)
    run = notebook.start("tfidf", config={"C": 3.0}, seed=0, data=data, code=fit)
    result = run.finish(predictions=predictions)

What is recorded is in `paribus.experiments.recording`; what is built on records is imported when it is asked for.
"""

import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, SupportsIndex

from paribus.errors import EvidenceError
from paribus.experiments.arms import check_key, check_seeds
from paribus.experiments.recording import Recording
from paribus.experiments.wide import WIDEST
from paribus.records.attached import go_on
from paribus.records.session import Clock, Timer, open_session, utc_now

if TYPE_CHECKING:
    from paribus.experiments.ablation import Ablation
    from paribus.experiments.diagnoses import Diagnoses
    from paribus.experiments.experiment import Experiment
    from paribus.experiments.resume import Train
    from paribus.experiments.search import Search
    from paribus.experiments.sweep import Sweep
    from paribus.experiments.versus import ModelComparison
    from paribus.records.data import Data
    from paribus.records.runs import Run, RunResult
    from paribus.zoo.folder import ZooFolder

_ASSIGNMENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def begin(
    assignment: str,
    release: str = "",
    *,
    directory: str | Path = ".paribus",
    previous: str | Path | None = None,
    widest_range: float = WIDEST,
    clock: Clock = utc_now,
    timer: Timer = time.monotonic,
) -> "Notebook":
    """The handle of this notebook. Called again, also after a restart, it goes on with the same records.

    ``release`` is the digest the build put into the notebook. The records are kept in
    ``directory/<assignment>/``. Where there are none, an earlier session's are looked for below ``previous``
    (any folder) and below the host's inputs, and gone on with. ``widest_range`` is the assignment's setting of that
    name: how wide a prediction's range may be. Raises EvidenceError where the name is not one, what is kept is
    damaged, or ``previous`` holds no session of this assignment.
    """
    if not _ASSIGNMENT.fullmatch(assignment):
        raise EvidenceError(
            f"An assignment's name is like 'first_homework'; got {assignment!r}. "
            "Keep the line paribus.begin(…) as it was handed out."
        )
    # Without ipywidgets tqdm shows progress as text, which is fine, and warns of it, in a red box that stays in the
    # hand-in.
    warnings.filterwarnings("ignore", message="IProgress not found")
    folder = Path(directory) / assignment
    go_on(folder, assignment, None if previous is None else Path(previous))
    session = open_session(folder, assignment, release or "unreleased", clock=clock, timer=timer)
    return Notebook(session, widest_range)


@dataclass(repr=False)
class Notebook(Recording):
    """What `begin` returns. One a notebook."""

    def __repr__(self) -> str:
        """One line for people."""
        return f"Notebook({self.session.assignment}, {self.session.count} records)"

    def run(
        self,
        name: str,
        train: "Train",
        config: object,
        *,
        data: "Data",
        seed: SupportsIndex,
        derived: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
        again: bool = False,
    ) -> "RunResult":
        """Train once and keep the result: ``train(config, data, run)`` calls ``run.log(…)`` after each epoch.

        A run that finished earlier with the same configuration, data, code and seed is shown again and not trained
        again, unless ``again``: so a restarted notebook costs no second training. A run of another name keeps it,
        and a record says that it was taken.
        """
        from paribus.experiments.beforehand import look_at
        from paribus.experiments.resume import reuse, reuse_under_another_name, train_once

        prepared = self.prepare(
            name, config=config, seed=seed, data=data, code=train, derived=derived, environment=environment
        )
        found = None if again else reuse(self, prepared, data)
        if found is None and not again:
            found = reuse_under_another_name(self, prepared, train, data)
        if found is None:
            look_at(self, prepared, train)
        return found or train_once(self, prepared, train, config, data)

    def finished(
        self,
        name: str,
        *,
        config: object,
        data: "Data",
        seed: SupportsIndex,
        code: Callable[..., object],
        derived: Mapping[str, object] | None = None,
    ) -> "RunResult | None":
        """The run of an own loop that finished earlier with this name, configuration, data, code and seed, or None.

        Ask it before `start`, or go through `unfinished`: also after a restart nothing is trained twice.
        """
        from paribus.experiments.resume import reuse

        return reuse(
            self, self.prepare(name, config=config, seed=seed, data=data, code=code, derived=derived), data
        )

    def unfinished(
        self,
        name: str,
        *,
        config: object,
        data: "Data",
        seeds: Iterable[SupportsIndex],
        code: Callable[..., object],
        derived: Mapping[str, object] | None = None,
    ) -> "Iterator[Run]":
        """The runs of this name that your own loop has still to train, each begun as the loop comes to it:
        ``for run in notebook.unfinished("encoder", config=config, data=data, seeds=(SEED,), code=my_loop):``.

        A seed that `finished` finds is shown again and left out.
        """
        for seed in check_seeds(None, seeds):
            if self.finished(name, config=config, data=data, seed=seed, code=code, derived=derived) is None:
                yield self.start(name, config=config, data=data, seed=seed, code=code, derived=derived)

    def experiment(self, key: str, *, vary: str) -> "Experiment":
        """A controlled experiment in which exactly the setting ``vary`` changes.

        Raises ExperimentError where the key is not a short name.
        """
        from paribus.experiments.experiment import begin_experiment

        return begin_experiment(self, key, vary)

    def sweep(self, key: str, *, vary: str, metric: str = "") -> "Sweep":
        """One setting, several values, one chosen by ``metric`` (the data's first if none is given) and confirmed
        on new seeds.
        """
        from paribus.experiments.sweep import Sweep

        return Sweep(self.experiment(key, vary=vary), metric)

    def ablation(self, key: str) -> "Ablation":
        """A baseline and one change a row, each row an experiment of its own against the same baseline."""
        from paribus.experiments.ablation import Ablation

        return Ablation(self, check_key(key))

    def search(self, key: str, *, trials: int, metric: str = "") -> "Search":
        """A search over several settings with Optuna by ``metric`` (the data's first if none is given): ``trials``
        runs an arm, each recorded.
        """
        from paribus.experiments.search import Search

        return Search(self, check_key(key), trials, metric)

    def compare(
        self, key: str, first: "RunResult | Sequence[RunResult]", second: "RunResult | Sequence[RunResult]"
    ) -> "ModelComparison":
        """Hold two fitted models, or the seeds of two configurations, against one another on this split."""
        from paribus.experiments.versus import compare_models

        return compare_models(self, check_key(key), first, second)

    def diagnoses(self, zoo: "ZooFolder", choices: Mapping[str, str]) -> "Diagnoses":
        """Say how the models of a blind zoo were trained; ``choices`` are the recipes, each with what it means."""
        from paribus.experiments.diagnoses import Diagnoses

        return Diagnoses(self, zoo, dict(choices))
