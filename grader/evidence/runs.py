"""The runs of a notebook: start and result records paired, experiments with their two arms.

A view over `Case.records` without any judgement. Records of another assignment are left out; what is shown
twice counts once, and a re-run that shows another result takes the earlier one's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from grader.model import Case, FoundRecord
from paribus.course.assignment import Cell, Role
from paribus.records.record import ConfigField, DataIdentity, Prediction, Record

BASELINE, CHANGED = "baseline", "changed"
CASES = 4
"""Cases whose runs are kept at hand: many checks ask for those of the one they look at."""


@dataclass(frozen=True)
class Run:
    """One run: its start record, its result record, or both. Positions are those of the cells that show them."""

    start: Record | None
    result: Record | None
    start_position: int
    result_position: int

    @property
    def record(self) -> Record:
        """The result where there is one, else the start."""
        record = self.result or self.start
        assert record is not None  # noqa: S101 - a run is made from at least one record
        return record

    @property
    def position(self) -> int:
        """The cell that shows the run: the result's where there is one."""
        return self.result_position if self.result is not None else self.start_position

    @property
    def finished(self) -> bool:
        """There is a result."""
        return self.result is not None

    @property
    def name(self) -> str:
        """What people call the run: the run's name, else its arm, else its id."""
        record = self.record
        return record.run_name or record.arm or record.run

    @property
    def seed(self) -> int | None:
        """The seed, from either record."""
        if self.record.seed is not None or self.start is None:
            return self.record.seed
        return self.start.seed

    @property
    def config(self) -> Mapping[str, ConfigField]:
        """The start's settings with the result's laid over them (a result may add outcomes)."""
        before = self.start.config if self.start is not None else {}
        return {**before, **(self.result.config if self.result is not None else {})}

    @property
    def data(self) -> DataIdentity | None:
        """Which data the run saw."""
        return self.record.data or (self.start.data if self.start is not None else None)

    @property
    def code(self) -> Mapping[str, str]:
        """Digests of the code the run used."""
        return self.record.code or (self.start.code if self.start is not None else {})

    @property
    def weights(self) -> Mapping[str, str]:
        """Digests of the models outside of the training function, as they were when the run began."""
        return self.start.weights if self.start is not None else {}

    @property
    def environment(self) -> Mapping[str, str]:
        """Versions, device, precision."""
        return self.record.environment or (self.start.environment if self.start is not None else {})

    @property
    def prediction(self) -> Prediction | None:
        """The prediction in force when the run began: only the start record can tell."""
        return self.start.prediction if self.start is not None else None

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics that the result claims."""
        return self.result.values if self.result is not None else {}

    def setting(self, name: str) -> Any:  # a setting is any plain value
        """A configuration value, or None."""
        item = self.config.get(name)
        return item.value if item is not None else None


@dataclass(frozen=True, eq=False)
class Arms:
    """The runs of one experiment, in notebook order. ``key`` is the experiment's name in the records.

    They are equal to themselves alone, so that what several checks ask of them is worked out once.
    """

    key: str
    baseline: tuple[Run, ...]
    changed: tuple[Run, ...]
    other: tuple[Run, ...] = ()

    @property
    def both(self) -> bool:
        """Both arms have a finished run."""
        return any(run.finished for run in self.baseline) and any(run.finished for run in self.changed)

    @property
    def vary(self) -> str:
        """The variable that the notebook declared, or ""."""
        return next((run.record.vary for run in (*self.changed, *self.baseline) if run.record.vary), "")


@lru_cache(maxsize=CASES)
def own_records(case: Case) -> tuple[FoundRecord, ...]:
    """The readable records that belong to this assignment, in notebook order."""
    name = case.assignment.name
    return tuple(found for found in case.records if found.record is not None and found.record.assignment == name)


@lru_cache(maxsize=CASES)
def read_runs(case: Case) -> tuple[Run, ...]:
    """Every run, in the order in which its first record is in the notebook."""
    parts: dict[tuple[str, str], dict[str, tuple[int, Record]]] = {}
    for found in own_records(case):
        record = found.record
        if record is not None and record.kind in ("start", "result"):
            parts.setdefault((record.nonce, record.run), {})[record.kind] = (found.position, record)
    return tuple(_make_run(part) for part in parts.values())


def _make_run(part: Mapping[str, tuple[int, Record]]) -> Run:
    start_position, start = part.get("start", (-1, None))
    result_position, result = part.get("result", (-1, None))
    return Run(start, result, start_position, result_position)


@lru_cache(maxsize=CASES)
def named_values(case: Case) -> Mapping[str, tuple[float, int]]:
    """The numbers of value records by dotted name, with the cell that shows them; the last one counts."""
    values: dict[str, tuple[float, int]] = {}
    for found in own_records(case):
        if found.record is not None and found.record.kind == "value":
            values.update({name: (float(value), found.position) for name, value in found.record.numbers().items()})
    return MappingProxyType(values)


@lru_cache(maxsize=CASES)
def experiment_keys(case: Case) -> tuple[str, ...]:
    """The experiments that the records name, in order."""
    return tuple(dict.fromkeys(run.record.experiment for run in read_runs(case) if run.record.experiment))


def experiment_of(case: Case, cell: Cell, options: Mapping[str, Any]) -> str:
    """The experiment a cell is about: the option, the cell's option or key, or the notebook's only one."""
    wanted = str(options.get("experiment") or cell.options.get("experiment") or cell.key)
    found = experiment_keys(case)
    if wanted in found:
        return wanted
    asked = [item for item in case.assignment.cells if item.role is Role.EXPERIMENT]
    return found[0] if len(found) == 1 and len(asked) <= 1 else wanted


@lru_cache(maxsize=16 * CASES)
def served_baselines(case: Case) -> frozenset[tuple[str, str]]:
    """(experiment, run id) of the earlier runs that serve as a baseline, as the records say."""
    return frozenset(
        link for found in own_records(case) if found.record is not None for link in found.record.served()
    )


def find_arms(case: Case, key: str) -> Arms:
    """The runs of experiment ``key``; a baseline reused from an earlier run is found by the record that says so."""
    runs = read_runs(case)
    linked = {run for experiment, run in served_baselines(case) if experiment == key}
    mine = [run for run in runs if run.record.experiment == key]
    return Arms(
        key=key,
        baseline=tuple(run for run in runs if (run.record.experiment == key and run.record.arm == BASELINE)
                       or run.record.run in linked),
        changed=tuple(run for run in mine if run.record.arm == CHANGED),
        other=tuple(run for run in mine if run.record.arm not in (BASELINE, CHANGED)),
    )  # fmt: skip


def finished(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs that have a result."""
    return tuple(run for run in runs if run.finished)


def by_seed(runs: Sequence[Run]) -> dict[int | None, Run]:
    """One finished run a seed; the last in the notebook counts."""
    return {run.seed: run for run in finished(runs)}


def records_before(case: Case, run: Run) -> int | None:
    """How many records the notebook held when a run began: counted along the chain, None where it has a gap."""
    by_digest = {
        found.record.digest(): found.record
        for found in own_records(case)
        if found.record is not None and found.record.nonce == run.record.nonce
    }
    count, record = 0, run.start
    while record is not None and record.previous and count <= len(by_digest):
        record = by_digest.get(record.previous)
        count += 1
    return count if record is not None and not record.previous else None
