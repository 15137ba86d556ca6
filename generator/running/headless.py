"""From an assignment's name to its executed solution and its references: what ``paribus run`` does."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.running.agreement import disagreements, require_agreement
from generator.running.gpu import find_gpu, require_gpu
from generator.running.kernel import Kernel
from generator.running.references import ENOUGH_SEEDS, NO_MODEL, entry_from, record_entry, records_in
from generator.running.run import Job, Observe, RunResult, require_all, run_jobs
from generator.running.run_inputs import choose_parameters, defined_parameters
from generator.sources.source import Source
from paribus.errors import UsageError
from paribus.training.models import MADE_HERE
from paribus.training.profiles import Profile

SEED_ALLOWANCE = 0.25
"""Further share of the limit for each reference seed, since a seed repeats the training and nothing else."""

MODEL_PARAMETERS = ("MODEL", "DECODER")
"""The parameters that name a model, which may be one of the hub's."""

Solution = Callable[[str], Mapping[str, Any]]
"""An assignment's solution notebook (nbformat JSON) by the assignment's name."""


@dataclass(frozen=True)
class Settings:
    """What a user asks of a run; None leaves it to the profile (or, for the seed, to the notebook). ``zoos`` are
    the folders of blind models by assignment; a notebook finds its own as ``zoo`` in its working folder. ``given``
    are files by assignment and bare name: a course's library, an assignment's own files. Where ``sources`` has an
    assignment's source, it is held against what the solution recorded.
    """

    profile: Profile
    data: str | None = None
    model: str | None = None
    seed: int | None = None
    reference_seeds: int | None = None
    time_limit: float | None = None
    workers: int = 1
    force: bool = False
    record: bool = False
    zoos: Mapping[str, Path] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """One assignment's run and the references file it went into."""

    run: RunResult
    references: Path
    count: int


def make_jobs(names: Sequence[str], solution: Solution, settings: Settings) -> list[Job]:
    """The jobs for ``names``; what is wrong with the settings is said before anything starts.

    With several assignments a model, seed or data set goes to those that take one; UsageError where none does.
    """
    profile = settings.profile
    notebooks = {name: solution(name) for name in names}
    defined = {name: set(defined_parameters(notebook)) for name, notebook in notebooks.items()}
    asked = {"data": settings.data, "model": settings.model, "seed": settings.seed}
    for option, value in asked.items():
        if value is not None and not any(option.upper() in known for known in defined.values()):
            raise UsageError(
                f"--{option} was given, but {', '.join(names)} defines no {option.upper()} in its parameters cell. "
                f"Leave --{option} out."
            )
    jobs = []
    for name, notebook in notebooks.items():
        seeds = _reference_seeds(settings) if "REFERENCE_SEEDS" in defined[name] else 0
        parameters, files = choose_parameters(
            notebook, profile, data=settings.data, model=settings.model, seed=settings.seed, reference_seeds=seeds
        )
        files = {**settings.given.get(name, {}), **files}
        if name in settings.zoos:
            files = {**files, "zoo": settings.zoos[name]}
        limit = settings.time_limit or profile.time_limit * (1 + SEED_ALLOWANCE * seeds)
        jobs.append(
            Job(name, notebook, parameters, files, _hub_names(parameters, files, profile), profile.name, limit)
        )
    return jobs


def _reference_seeds(settings: Settings) -> int:
    if settings.reference_seeds is not None:
        return settings.reference_seeds
    return ENOUGH_SEEDS if settings.record else 0


def _hub_names(parameters: Mapping[str, Any], files: Mapping[str, Path], profile: Profile) -> dict[str, str]:
    """The hub's data sets and models among ``parameters``, by name: "hub" alone means those of the profile."""
    kind, _, name = str(parameters.get("DATA", "")).partition(":")
    found = dict.fromkeys((name,) if name else profile.hub, "dataset") if kind == "hub" else {}
    models = {str(parameters[name]) for name in MODEL_PARAMETERS if name in parameters}
    return found | dict.fromkeys(sorted(models - MADE_HERE.keys() - files.keys()), "model")


def run_assignments(
    names: Sequence[str],
    solution: Solution,
    settings: Settings,
    out: Path,
    *,
    solutions: Path,
    kernel: Kernel | None = None,
    observe: Observe = lambda progress: None,
    gpu: Callable[[], str] = find_gpu,
) -> list[Finished]:
    """Run the solutions of ``names`` and write their references, to ``solutions`` only with ``settings.record``.

    RunError where the profile needs a GPU that is not there (before anything starts), or where a notebook fails or
    does not agree with its source (after the others have finished).
    """
    require_gpu(settings.profile, find=gpu)
    jobs = make_jobs(names, solution, settings)
    answers = run_jobs(jobs, out, kernel=kernel, workers=settings.workers, force=settings.force, observe=observe)
    folder = solutions if settings.record else out / "references"
    finished, disagreeing = [], []
    for answer in answers:
        if isinstance(answer, RunResult):
            notebook = json.loads(answer.notebook.read_text(encoding="utf-8"))
            source = settings.sources.get(answer.name)
            found = disagreements(source, answer.name, records_in(notebook)) if source is not None else []
            disagreeing += found
            if not found:
                finished.append(_write_references(answer, notebook, settings.profile.name, folder))
    require_all(answers)
    require_agreement(disagreeing)
    return finished


def _write_references(run: RunResult, notebook: Mapping[str, Any], profile: str, folder: Path) -> Finished:
    entry = entry_from(
        [notebook],
        profile=profile,
        model=str(run.parameters.get("MODEL", NO_MODEL)),
        source=str(run.parameters.get("DATA", "")),
        versions=run.versions,
        where=f"{run.name} ({run.notebook})",
    )
    return Finished(run, record_entry(folder, run.name, entry), len(entry.values))
