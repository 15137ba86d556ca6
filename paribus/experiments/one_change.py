"""The rule of an experiment: what differs between two arms, and whether that is exactly one change.

An experiment asks before a run trains, `notebook.check()` asks of the session's records, and the grader asks of the
file that was handed in. They all ask here, so they cannot disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from paribus.records.code import OWN_CLASS, UNAVAILABLE
from paribus.records.outside import ENVIRONMENT
from paribus.records.record import ConfigField, DataIdentity
from paribus.records.simple import is_number

ALWAYS_CHOSEN = frozenset(
    """
    model epochs batch_size learning_rate scheduler warmup_share weight_decay max_length class_weights patience
    train_rows label_smoothing dropout optimizer C lora_rank
    """.split()
)
"""Settings that a person chooses: they count as a change also where a record calls them derived."""
FOUND_BY_TRAINING = frozenset(
    """
    steps steps_per_epoch epochs_run seconds minutes runtime n_iter converged best_epoch stopped_epoch truncated
    nonfinite
    """.split()
)
"""Settings that a run finds by itself, whatever a record calls them; as the declared variable they are a choice."""
PLACES = tuple(
    """
    device precision metrics torch transformers scikit-learn numpy paribus cuda python accelerate tokenizers
    datasets
    """.split()
)
"""Where a run was made; other entries of the environment say nothing about a result."""
TRAINING_ROWS = "training rows"
SUBSETS = ("train_rows", "data", "subset")
"""Declared variables under which the rows that a run trains on may differ."""


class Facts(Protocol):
    """What the rule asks of one run: a start record has it, and so has a run that the grader read."""

    @property
    def seed(self) -> int | None:
        """The seed."""

    @property
    def config(self) -> Mapping[str, ConfigField]:
        """The settings with their roles."""

    @property
    def data(self) -> DataIdentity | None:
        """Which data the run saw."""

    @property
    def code(self) -> Mapping[str, str]:
        """Digests of the code that ran, by name."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Versions and device."""


class Verdict(StrEnum):
    """What the rule says of two arms. Only `ONE` is an experiment.

    MIXED: something other than the declared variable is not the same within one arm. SWEPT: the declared variable
    has several values within one arm. NOTHING: nothing differs. SEVERAL: the declared variable differs, and
    something else. ANOTHER: the declared variable is the same in both arms, and something else differs.
    """

    ONE = "one"
    MIXED = "mixed"
    SWEPT = "swept"
    NOTHING = "nothing"
    SEVERAL = "several"
    ANOTHER = "another"


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both arms. ``kind``: setting, data, code or environment.

    ``baseline`` and ``changed`` hold every value met in the arm; None, or "" for code, where an arm has none.
    """

    name: str
    kind: str
    baseline: tuple[Any, ...]
    changed: tuple[Any, ...]

    def __str__(self) -> str:
        """``batch_size: 32 → 16``."""
        return f"the code of {self.name}" if self.kind == "code" else f"{self.name}: {self.step()}"

    def step(self) -> str:
        """``32 → 16``."""
        return f"{_shown(self.baseline)} → {_shown(self.changed)}"


@dataclass(frozen=True)
class Comparison:
    """Every difference between the runs of two arms, by what it means.

    ``changes`` count as changes; ``environment`` is where they ran; ``unknown`` names code that has no digest;
    ``within`` names what is not the same within one arm, ``within_code`` the functions among it. ``settings`` are
    the baseline's.
    """

    vary: str
    changes: tuple[Difference, ...]
    environment: tuple[Difference, ...]
    unknown: tuple[str, ...]
    within: tuple[str, ...]
    within_code: tuple[str, ...]
    settings: Mapping[str, Any]

    @property
    def declared(self) -> tuple[Difference, ...]:
        """The changes that the declared variable covers; where none is declared, the first change."""
        if not self.vary:
            return self.changes[:1]
        return tuple(item for item in self.changes if is_declared(item, self.vary))

    @property
    def others(self) -> tuple[Difference, ...]:
        """The changes that it does not cover."""
        return tuple(item for item in self.changes if item not in self.declared)

    @property
    def mixed(self) -> tuple[str, ...]:
        """What is not the same within one arm, besides the declared variable and code that differs between them."""
        known = {*_names_of(self.vary), *self.within_code}
        apart = {item.name for item in self.changes if item.kind == "code"}
        code = [name for name in self.within_code if name not in apart and not _is_its_code(name, self.vary)]
        return (*(name for name in self.within if name not in known), *code)

    @property
    def verdict(self) -> Verdict:
        """Whether the arms are exactly one change apart."""
        if self.mixed:
            return Verdict.MIXED
        if not self.changes:
            return Verdict.NOTHING
        if self.others and (self.declared or not self.vary):
            return Verdict.SEVERAL
        if self.others:
            return Verdict.ANOTHER
        return Verdict.SWEPT if self.within else Verdict.ONE


def compare(baseline: Sequence[Facts], changed: Sequence[Facts], vary: str = "") -> Comparison:
    """Hold every run of one arm against every run of the other.

    Seeds are not compared. Where no run of an arm tells its code and its place, as where start records are lost,
    neither is compared.
    """
    arms = (baseline, changed)
    first, second = ([choices(run, vary) for run in arm] for arm in arms)
    names = sorted({name for chosen in (*first, *second) for name in chosen})
    settings = [
        _differ(name, "setting", [chosen.get(name) for chosen in first], [chosen.get(name) for chosen in second])
        for name in names
    ]
    changes = [item for item in (*settings, _data_difference(baseline, changed)) if item is not None]
    told = [[run for run in arm if run.code or run.environment] for arm in arms]
    code = _code_differences(told[0], told[1]) if all(told) else []
    if any(is_declared(item, vary) for item in changes):
        # A global that holds the varied setting shows the same change a second time.
        code = [item for item in code if not _is_its_name(item.name, vary)]
    within = [
        name
        for name in names
        if any(len({_key(chosen.get(name)) for chosen in arm}) > 1 for arm in (first, second))
    ]
    within += [name for arm in arms if (name := _mixed_data(arm))]
    within_code = _mixed_code(told)
    elsewhere = [_elsewhere(name, told[0], told[1]) for name in PLACES] if all(told) else []
    return Comparison(
        vary,
        (*changes, *code),
        tuple(item for item in elsewhere if item is not None),
        tuple(sorted({name for arm in told for run in arm for name in run.code if run.code[name] == UNAVAILABLE})),
        tuple(dict.fromkeys((*within, *within_code))),
        tuple(within_code),
        {name: first[-1][name] for name in names if first and name in first[-1]},
    )


def choices(run: Facts, vary: str = "") -> dict[str, Any]:
    """What a person chose: knobs, and settings that are always chosen, whatever a record calls them."""
    return {
        name: item.value
        for name, item in run.config.items()
        if (item.role == "knob" and (name == vary or name not in FOUND_BY_TRAINING))
        or (item.role != "outcome" and name in ALWAYS_CHOSEN)
    }


def is_declared(item: Difference, vary: str) -> bool:
    """Whether a difference is the declared variable: the setting, a subset's rows, or the code of that name."""
    return _is_its_code(item.name, vary) if item.kind == "code" else item.name in _names_of(vary)


def values_seen(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values without repeats; 2 and 2.0 are one."""
    seen: dict[object, Any] = {}
    for value in values:
        number = is_number(value)
        seen.setdefault(_key(value), float(value) if number else value)
    return tuple(seen.values())


def _key(value: object) -> object:
    """What values are told apart by: True is not 1, and 2 is 2.0."""
    return isinstance(value, bool), value


def _names_of(vary: str) -> frozenset[str]:
    """By what names the declared variable may differ."""
    return frozenset({vary, *((TRAINING_ROWS, "train_rows") if vary in SUBSETS else ())})


def _is_its_name(name: str, vary: str) -> bool:
    return name.removeprefix(ENVIRONMENT).lower() == vary.lower()


def _is_its_code(name: str, vary: str) -> bool:
    return vary == "code" or _is_its_name(name, vary)


def _differ(name: str, kind: str, first: Sequence[Any], second: Sequence[Any]) -> Difference | None:
    if {_key(value) for value in first} == {_key(value) for value in second}:
        return None
    return Difference(name, kind, values_seen(first), values_seen(second))


def _data_difference(baseline: Sequence[Facts], changed: Sequence[Facts]) -> Difference | None:
    """Other data, or another part of the same data to train on: one difference, whatever shows it.

    A data set may count its training rows in its fingerprint, so a fingerprint that changes with the number of rows
    under one split is a subset of the same data.
    """
    found = {
        name: item for name in ("fingerprint", "split", "train_rows", "train_fingerprint")
        if (item := _differ(name, "data", *([getattr(run.data, name, None) for run in arm]
                                            for arm in (baseline, changed))))
    }  # fmt: skip
    if not found:
        return None
    subset = "split" not in found and ("fingerprint" not in found or "train_rows" in found)
    telling = found["train_rows"] if subset and "train_rows" in found else next(iter(found.values()))
    return Difference(TRAINING_ROWS if subset else "data", "data", telling.baseline, telling.changed)


def _mixed_data(arm: Sequence[Facts]) -> str:
    """What is not the same in all runs of one arm: the data, or the rows trained on; "" where nothing is."""
    known = [run.data for run in arm if run.data is not None]
    rows = len({data.train_rows for data in known}) > 1
    if len({data.split for data in known}) > 1 or (len({data.fingerprint for data in known}) > 1 and not rows):
        return "data"
    return TRAINING_ROWS if rows or len({data.train_fingerprint for data in known}) > 1 else ""


def _code_differences(baseline: Sequence[Facts], changed: Sequence[Facts]) -> list[Difference]:
    """Functions and simple globals whose digests differ; code without a digest cannot be told apart."""
    found = {}
    for name in sorted({name for run in (*baseline, *changed) for name in run.code}):
        sides = [tuple(sorted({run.code.get(name, "") for run in arm})) for arm in (baseline, changed)]
        if sides[0] != sides[1] and UNAVAILABLE not in (*sides[0], *sides[1]):
            found[name] = Difference(name, "code", sides[0], sides[1])
    return [item for item in found.values() if not _told_twice(item, found.values())]


def _told_twice(item: Difference, found: Iterable[Difference]) -> bool:
    """Whether a method that was reached through ``super()`` is there under its class's name as well."""
    _, _, method = item.name.partition(OWN_CLASS)
    return bool(method) and any(
        other.name.endswith(f".{method}")
        and other is not item
        and (other.baseline, other.changed) == (item.baseline, item.changed)
        for other in found
    )


def _mixed_code(arms: Iterable[Sequence[Facts]]) -> list[str]:
    """The functions and globals that have several digests within one arm."""
    found: dict[str, None] = {}
    for arm in arms:
        for name in sorted({name for run in arm for name in run.code}):
            digests = {run.code.get(name, "") for run in arm}
            if len(digests) > 1 and UNAVAILABLE not in digests:
                found[name] = None
    return list(found)


def _elsewhere(name: str, baseline: Sequence[Facts], changed: Sequence[Facts]) -> Difference | None:
    """An entry of the environment that is not the same in both arms, or not for the same seed in both."""
    sides = [[_place(run, name) for run in arm] for arm in (baseline, changed)]
    first, second = ({run.seed: _place(run, name) for run in arm} for arm in (baseline, changed))
    if any(first[seed] != second[seed] for seed in first if seed in second):
        return Difference(name, "environment", values_seen(sides[0]), values_seen(sides[1]))
    return _differ(name, "environment", *sides)


def _place(run: Facts, name: str) -> Any:  # a setting is any plain value
    """An entry of the environment, or of the settings tagged so."""
    item = run.config.get(name)
    return item.value if item is not None and item.role == "environment" else run.environment.get(name)


def _shown(values: tuple[Any, ...]) -> str:
    told = (
        "not set" if value is None else f"{value:g}" if isinstance(value, float) else str(value) for value in values
    )
    return " or ".join(told) or "nothing"
