"""What was run instead of what the release asks for: another profile, data, model, settings, or hardly any steps.

A release says what students run by its profile, by the settings that its own code takes from it, and by the
course's recorded runs. A departure is said in plain words; whether it is a fault, a person decides. One run as
asked is enough: what is run beside it is a student's own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from grader.evidence.quick import too_long, too_quick
from grader.evidence.runs import CASES, Run, own_records, read_runs
from grader.model import Case, RecoveredCell
from grader.reading.short_loops import ShortLoop, short_loops
from paribus.course.assignment import Role
from paribus.course.older import OLD_PROFILES
from paribus.records.record import DataIdentity
from paribus.training.profiles import Profile, get_profile

FEW = 2
"""A loop over batches is short where there are so many times the batches that it takes."""
NO_MODEL = "none"
"""What references call the model of a notebook that lets nobody choose one."""

_FROM_PROFILE = re.compile(r"\b(\w+)\s*=\s*(?:\w+\s+or\s+)?profile\.(\w+)")


@dataclass(frozen=True)
class Departure:
    """One thing that was run otherwise, in a sentence. ``apart``: the course's bands say nothing about it."""

    text: str
    apart: bool


@dataclass(frozen=True)
class _Asked:
    """What a release asks for: its profile, the settings that its code takes from it, and the data and models that
    the course's own runs used.
    """

    profile: Profile
    profiles: tuple[Profile, ...]
    settings: Mapping[str, Any]
    data: frozenset[str]
    models: frozenset[str]

    def trained(self, run: Run) -> bool:
        """The run has settings that the release takes from its profile, beside the model's name."""
        return any(name in run.config for name in self.settings if name != "model")

    def has_model(self, run: Run) -> bool:
        """The run's model is one that is asked for, or nobody knows."""
        own = run.setting("model")
        return own is None or not self.models or any(same_model(model, own) for model in self.models)

    def has_data(self, data: DataIdentity) -> bool:
        """The data of the course's own runs; without such runs, what is no other profile's by its name."""
        if self.data:
            return data.fingerprint in self.data
        return _is_of(self.profile, data) or not any(_is_of(item, data) for item in self.profiles)

    def others(self, run: Run) -> dict[str, Any]:
        """The settings in which a run differs, with what is asked for."""
        return {
            name: wanted
            for name, wanted in sorted(self.settings.items())
            if name != "model" and name in run.config and run.setting(name) != wanted
        }


@lru_cache(maxsize=CASES)
def departures(case: Case) -> tuple[Departure, ...]:
    """What differs from what the release asks for, what weighs most first; () where nothing is known to differ."""
    asked = _asked(case)
    if asked is None:
        return ()
    runs = read_runs(case)
    trained = [run for run in runs if asked.trained(run)]
    found = [*_data_and_model(runs, trained, asked)]
    settings = [] if found else [*_settings(trained, asked)]  # another profile has other settings
    found += [*_rows(case, trained), *_steps(case, trained)]
    found += [Departure(text, apart=True) for text in _times(case, runs, trained, asked)]
    return (*found, *settings)


def same_model(reference: object, own: object) -> bool:
    """Model names agree in their last part: a record keeps no folders."""
    return PurePosixPath(str(reference)).name == PurePosixPath(str(own)).name


def _asked(case: Case) -> _Asked | None:
    carried = case.assignment.profiles or OLD_PROFILES
    profiles = {name: get_profile(name, carried) for name in carried}
    profile = profiles.get(case.assignment.profile)
    if profile is None:
        return None
    taken = {pair for cell in case.assignment.cells for pair in _FROM_PROFILE.findall(cell.source)}
    settings = {name: getattr(profile, name) for name, field in taken if name == field and hasattr(profile, name)}
    entries = [
        entry
        for entry in case.references.get(case.assignment.name, ())
        if entry.get("profile") == profile.name and entry.get("source") in ("", profile.settings.get("data"))
    ]
    models = {str(entry.get("model", NO_MODEL)) for entry in entries} - {NO_MODEL}
    wanted = models | {str(settings["model"])} if "model" in settings else set[str]()
    return _Asked(
        profile,
        tuple(profiles.values()),
        settings,
        frozenset(str(entry.get("data")) for entry in entries),
        frozenset(wanted),
    )


def _data_and_model(runs: tuple[Run, ...], trained: list[Run], asked: _Asked) -> Iterator[Departure]:
    data = [run.data for run in runs if run.data is not None]
    other_data = data[0] if data and not any(map(asked.has_data, data)) else None
    models = [run for run in trained if run.record.vary != "model"]
    other = models[0] if models and not any(map(asked.has_model, models)) else None
    model = str(other.setting("model")) if other is not None else ""
    if other_data is not None:
        mine = next((item for item in asked.profiles if _is_of(item, other_data)), None)
        another = mine is not None and mine != asked.profile  # else its own, made anew with other rows
        if another and mine is not None and (not model or same_model(mine.settings.get("model"), model)):
            used = f"{_said(other_data)}{f', the model {model}' if model else ''}"
            yield Departure(
                f"The runs are of the profile {mine.name} ({used}); the assignment asks for the profile "
                f"{asked.profile.name}.",
                apart=True,
            )
            return
        yield Departure(f"The runs used other data than the course's own runs: {_said(other_data)}.", apart=True)
    if other is not None:
        wanted = " or ".join(sorted(asked.models))
        yield Departure(
            f"{other.name} was trained with the model {model}; the assignment asks for {wanted}.", apart=True
        )


def _is_of(profile: Profile, data: DataIdentity) -> bool:
    return profile.settings.get("data") == "synthetic" and data.source.startswith(
        f"synthetic/{profile.settings.get('size')}/"
    )


def _said(data: DataIdentity) -> str:
    return f"{data.source or 'without a name'}, {data.train_rows:,} training rows"


def _rows(case: Case, trained: list[Run]) -> Iterator[Departure]:
    """Runs on a part of the rows that the notebook has, where the notebook as released takes no part."""
    whole = {
        item.record.data.fingerprint: item.record.data.train_rows
        for item in own_records(case)
        if item.record is not None and item.record.kind == "data" and item.record.data is not None
    }
    used = [
        (run, rows, whole[run.data.fingerprint])
        for run in trained
        if run.data is not None
        and run.data.fingerprint in whole
        and isinstance(rows := run.setting("train_rows") or run.data.train_rows, int)
    ]
    if used and all(rows < most for _, rows, most in used) and not _released(case, "train_rows"):
        run, rows, most = used[0]
        yield Departure(f"{run.name} was trained on {rows:,} of {most:,} rows.", apart=True)


def _released(case: Case, word: str) -> bool:
    return any(word in cell.source for cell in case.assignment.cells)


def _steps(case: Case, trained: list[Run]) -> Iterator[Departure]:
    """Loops over batches that end early, in given cells that were changed and in cells of the student's own."""
    batches = max((count for run in trained if (count := _batches(run)) is not None), default=None)
    for cell in _own_code(case):
        for loop in short_loops(cell.source):
            if batches is None or FEW * loop.rounds <= batches:
                yield Departure(_short(loop, case.cell_name(cell.position), batches), apart=True)


def _short(loop: ShortLoop, cell: str, batches: int | None) -> str:
    rounds, steps = (f"{loop.rounds} {word}{'' if loop.rounds == 1 else 's'}" for word in ("round", "step"))
    where = f"The loop over batches in {loop.function} ({cell}, line {loop.line})"
    return f"{where} ends after {rounds}: an epoch is {steps}{f' instead of about {batches}' if batches else ''}."


def _own_code(case: Case) -> Iterator[RecoveredCell]:
    changed = (
        match.recovered
        for match in case.matches.values()
        if match.cell.role is Role.CODE and match.unchanged is False and match.recovered is not None
    )
    yield from (cell for cell in (*changed, *case.unmatched) if cell.cell_type == "code" and not cell.hidden)


def _batches(run: Run) -> int | None:
    """How many batches an epoch of a run has."""
    size, rows = run.setting("batch_size"), run.data.train_rows if run.data is not None else None
    return -(-rows // size) if isinstance(size, int) and size > 0 and rows is not None else None


def _times(case: Case, runs: tuple[Run, ...], trained: list[Run], asked: _Asked) -> Iterator[str]:
    """What the times that are recorded say of the work that is recorded."""
    yield from too_long(case, runs)
    if asked.profile.needs_gpu:
        yield from too_quick(case, [run for run in trained if run.setting("model") and asked.has_model(run)])


def _settings(trained: list[Run], asked: _Asked) -> Iterator[Departure]:
    outside = [run for run in trained if not run.record.experiment]
    if outside and all(map(asked.others, trained)):
        run = outside[0]
        other = (
            f"{name.replace('_', ' ')} {run.setting(name)} instead of {wanted}"
            for name, wanted in asked.others(run).items()
        )
        yield Departure(f"{run.name} was run with {' and '.join(other)}.", apart=False)
