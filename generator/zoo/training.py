"""A term's training runs: one papermill run a recipe, kept by its content, several at a time where they fit."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from generator.errors import RunError, ZooBuildError
from generator.running.kernel import Kernel, Plain
from generator.running.run import MARKER as RUN_MARKER
from generator.running.run import Job, Observe, RunResult, run_jobs
from generator.zoo.data import settings_of
from generator.zoo.outcome import MARKER, Outcome, read_outcome
from generator.zoo.plan import Plan
from generator.zoo.student import writing
from paribus.training.profiles import Profile

TRAINING_SOURCE = Path(__file__).with_name("train_model.py")
"""The py:percent source of the one notebook that trains every model of every zoo."""

ATTEMPTS = 3
DIVERGED = "stopped being finite"
GIB_A_RUN = 1.2
"""Memory of one small run, libraries included, measured on the smoke profile (0.7 GiB) and rounded up well."""


@dataclass(frozen=True)
class Trained:
    """One recipe's model, and how it came about."""

    recipe: str
    seed: int
    attempts: tuple[str, ...]
    outcome: Outcome
    notebook: Path
    seconds: float
    reused: bool
    versions: Mapping[str, str]


def training_notebook() -> dict[str, Any]:
    """The training notebook as nbformat JSON, from its py:percent source, with ids that stay."""
    import jupytext
    import nbformat

    notebook = jupytext.reads(TRAINING_SOURCE.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"train-{number}"
    _, notebook = nbformat.validator.normalize(notebook)
    plain: dict[str, Any] = json.loads(nbformat.writes(notebook, version=4))
    return plain


def make_job(
    plan: Plan, recipe: str, data: str, notebook: Mapping[str, Any], attempt: int = 1, *,
    limit: float | None = None, library: Mapping[str, Path] = MappingProxyType({}),
) -> Job:  # fmt: skip
    """The run of one recipe in the training ``notebook``; the course's ``library`` is in its working folder."""
    config, regime = plan.zoo.settings(plan.zoo.recipe(recipe), plan.profile.name)
    parameters: dict[str, Plain] = {
        "LOAD": plan.zoo.data.load, "DATA": data,
        "SETTINGS": json.dumps(settings_of(plan.zoo, plan.profile), sort_keys=True),
        "NAME": recipe, "SEED": plan.seed(recipe, attempt),
        "CONFIG": json.dumps(asdict(config), sort_keys=True),
        "REGIME": json.dumps(regime.to_json(), sort_keys=True),
        **({"YARDSTICK": str(plan.zoo.profiles[plan.profile.name]["model"])} if plan.zoo.sheets else {}),
    }  # fmt: skip
    return Job(
        name=f"zoo-{plan.zoo.name}-{recipe}", notebook=notebook, parameters=parameters,
        files=dict(library), label=f"{plan.profile.name}-{plan.term}", limit=limit or plan.profile.time_limit,
    )  # fmt: skip


def train_all(
    plan: Plan, data: str, out: Path, *, workers: int, force: bool = False, kernel: Kernel | None = None,
    observe: Observe = lambda progress: None, limit: float | None = None,
    library: Mapping[str, Path] = MappingProxyType({}),
) -> tuple[Trained, ...]:  # fmt: skip
    """Train every recipe of the plan; one's failure does not touch the others.

    A model is trained again only where its run broke off (it then resumes, with the same seed) or stopped being
    finite against its recipe (with the next seed), three times at most; every attempt is told. RunError
    ends it, after the others have finished.
    """
    left: dict[str, tuple[int, tuple[str, ...]]] = {recipe.name: (1, ()) for recipe in plan.zoo.recipes}
    done: dict[str, Trained] = {}
    failures: list[RunError] = []
    tries, notebook = 0, training_notebook()
    while left and tries < ATTEMPTS:
        tries += 1
        jobs = {
            name: make_job(plan, name, data, notebook, attempt, limit=limit, library=library)
            for name, (attempt, _) in left.items()
        }
        with writing(out):
            answers = run_jobs(
                list(jobs.values()), out, kernel=kernel, workers=workers, force=force, observe=observe
            )
        failures = []
        again: dict[str, tuple[int, tuple[str, ...]]] = {}
        for (name, (attempt, told)), answer in zip(left.items(), answers, strict=True):
            if isinstance(answer, RunResult):
                done[name] = _trained(name, jobs[name], answer, told)
                continue
            failures.append(answer)
            if DIVERGED in str(answer):
                again[name] = (attempt + 1, (*told, f"seed {plan.seed(name, attempt)}: {DIVERGED}"))
            elif answer.cell:
                raise answer  # a mistake in the recipe or the code: the same again would fail the same way
            else:
                again[name] = (attempt, (*told, f"seed {plan.seed(name, attempt)}: the run broke off"))
        left = again
    if left:
        raise failures[0]
    return tuple(done[recipe.name] for recipe in plan.zoo.recipes)


def _trained(name: str, job: Job, result: RunResult, told: Sequence[str]) -> Trained:
    try:
        outcome = read_outcome(result.folder / "work" / "outcome")
    except ZooBuildError:
        # The notebook is whole and its model is not: without the marker the run is made again next time.
        (result.folder / "work" / "outcome" / MARKER).unlink(missing_ok=True)
        (result.folder / RUN_MARKER).unlink(missing_ok=True)
        raise
    seed = int(str(job.parameters["SEED"]))
    return Trained(
        name, seed, tuple(told), outcome, result.notebook, result.seconds, result.reused, result.versions
    )


def workers_for(asked: int | None, profile: Profile, *, memory: Callable[[], float] | None = None) -> int:
    """How many models to train at a time: as asked, else one on a GPU, else what cores and free memory allow."""
    if asked is not None:
        return asked
    if profile.needs_gpu:
        return 1
    cores = os.cpu_count() or 1
    return max(1, min(cores, int((memory or free_memory)() // GIB_A_RUN)))


def free_memory() -> float:
    """GiB that new processes may take, as the system says; 4 where it does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        kib = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("MemAvailable"))
        return kib / 1024**2
    except (OSError, StopIteration):
        return 4.0
