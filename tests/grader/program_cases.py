"""Training programs in the released notebook's cells, honest and faulty side by side, with records of their own.

A case is a TOML file in `tests/grader/programs`:

    about, assignment (default week1_homework), vary, changed (the changed arm's settings), seeds,
    baseline (settings that replace the usual ones), config (settings in place of the usual ones),
    run_again (the changed arm's cell was run before: records that stood there are gone)
    [honest] and [faulty]: cell key → its source; `after.<key>` adds a cell; of both, [both] holds what they share
    [ran]    cell key → the source that ran, where the faulty page shows another
    [expects] check → outcome, or check@cell → outcome
    words    what the reason holds

Cells that a case does not name are the solution's. Nothing is run: the records are made up, and their digests are
those of the page.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.checks import CHECKS
from grader.code.digests import function_digest
from grader.grading.judge import judge_cell
from grader.grading.match import match
from grader.model import Case, FoundRecord, Outcome, Recovered, RecoveredCell, Verdict
from paribus.check.code.moments import run_calls
from paribus.check.code.program import Program, make_program
from paribus.course.assignment import Cell, Role
from paribus.metrics import evaluate_fast
from paribus.metrics.packing import pack
from paribus.records.code import cell_digest, value_digest
from paribus.records.record import ConfigField, DataIdentity, Epoch, Prediction, Record
from tests.grader.releases import material
from tests.shipped import OUTSIDERS

FOLDER = Path(__file__).with_name("programs")
BASES = sorted((OUTSIDERS / "bases").glob("*.ipynb.xz"))
"""Notebooks of the rehearsal that were really run: the solution's code."""
KNOBS = {
    "model": "tiny", "epochs": 2, "batch_size": 32, "learning_rate": 0.002, "scheduler": "linear",
    "warmup_share": 0.06, "weight_decay": 0.01, "max_length": 48, "class_weights": "none", "label_smoothing": 0.0,
}  # fmt: skip
LABELS = np.repeat(np.arange(4), [20, 10, 6, 4])
DATA = DataIdentity("synthetic", "d" * 16, "5" * 16, 400, "t" * 16)
PLACES = {
    "week1_homework": ("encoder-run", "one_change", "one_change"),
    "week2_homework": ("class_weights", "class_weights", "class_weights"),
}
"""Where the baseline and the changed arm run, and the experiment's key."""


@dataclass(frozen=True)
class Example:
    """One case: two notebooks that look alike."""

    name: str
    raw: Mapping[str, Any]

    @property
    def assignment(self) -> str:
        return str(self.raw.get("assignment", "week1_homework"))

    def sources(self, which: str) -> dict[str, str]:
        """The cells that this version puts in the solution's place."""
        return {**self.raw.get("both", {}), **self.raw.get(which, {})}


def cases() -> list[Example]:
    """Every case, by its file's name."""
    return [
        Example(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.toml"))
    ]


def submitted(program: Example, which: str) -> Case:
    """The notebook as it was handed in, with its records."""
    made = material(program.assignment)
    cells = notebook_of(program, program.sources(which))
    ran = notebook_of(
        program, {**program.sources(which), **(program.raw.get("ran", {}) if which == "faulty" else {})}
    )
    matches, unmatched = match(made.release.assignment, Recovered("ipynb", cells))
    return with_passed_tests(
        Case(
            assignment=made.release.assignment,
            references={},
            notebook=Recovered("ipynb", cells),
            matches=matches,
            unmatched=unmatched,
            records=tuple(_records(program, which, cells, ran)),
        )
    )


def with_passed_tests(case: Case) -> Case:
    """The notebook with today's tests in it, each with the record that it passed on the code above it."""
    tests = {cell.key: cell for cell in case.assignment.cells if cell.role is Role.TESTS}
    made = {
        place: replace(found.recovered, source=tests[key].source)
        for key, found in case.matches.items()
        if key in tests and found.recovered is not None
        for place in (found.recovered.position,)
    }
    notebook = replace(case.notebook, cells=tuple(made.get(cell.position, cell) for cell in case.notebook.cells))
    matches, unmatched = match(case.assignment, notebook)
    nonce = next((found.record.nonce for found in case.records if found.record is not None), "0" * 32)
    passed = []
    for key, cell in tests.items():
        task, shown = matches.get(cell.grades), matches.get(key)
        if task is None or task.recovered is None or shown is None or shown.recovered is None:
            continue
        code = {"task": cell_digest(task.recovered.source), "tests": cell_digest(cell.source)}
        record = Record(
            "tests", case.assignment.name, case.assignment.release, nonce, f"t-{key}", run_name=cell.grades,
            code=code, values={"tests": 1.0, "passed": 1.0},
        )  # fmt: skip
        passed.append(FoundRecord(shown.recovered.position, record))
    return replace(case, notebook=notebook, matches=matches, unmatched=unmatched, records=(*case.records, *passed))


OWNERS = frozenset(
    {
        "experiments.one_change", "experiments.predicted_first", "seeds.distinct", "seeds.reported",
        "metrics.recomputed", "metrics.test_untouched", "tasks.tests_passed", "form.ran_in_order",
        "integrity.chain",
    }
)  # fmt: skip
"""The checks that look at the code."""


def verdicts(case: Case) -> dict[str, Verdict]:
    """What the checks that look at the code say, as ``check@cell``."""
    owned = {name: item for name, item in CHECKS.items() if name in OWNERS}
    return {
        f"{verdict.check}@{cell.key}": verdict
        for cell in case.assignment.graded()
        for verdict in judge_cell(case, only(cell), owned).verdicts
    }


def only(cell: Cell) -> Cell:
    """The cell with those of its checks that look at the code."""
    return replace(cell, checks=tuple(item for item in cell.checks if item.check in OWNERS))


def marks(found: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdicts that reading the code has changed."""
    return {
        name: verdict
        for name, verdict in found.items()
        if {"doubts", "code"} & set(verdict.values)
        or (verdict.check == "tasks.tests_passed" and verdict.outcome is Outcome.UNDECIDED)
    }


@cache
def _solution(assignment: str) -> tuple[Mapping[str, Any], ...]:
    made = material(assignment)
    keys = {cell.key for cell in made.release.assignment.cells}
    return tuple(cell for cell in made.solution["cells"] if cell["id"] in keys)


def notebook_of(program: Example, sources: Mapping[str, str]) -> tuple[RecoveredCell, ...]:
    """The solution's cells with those of the case in their places, run once from top to bottom."""
    texts: list[tuple[str, str, str]] = []
    for cell in _solution(program.assignment):
        key = cell["id"]
        texts.append((key, cell["cell_type"], sources.get(key, "".join(cell["source"])).strip("\n")))
        texts += [("", "code", text.strip("\n")) for name, text in sources.items() if name == f"after.{key}"]
    count = 0
    cells = []
    for position, (key, kind, source) in enumerate(texts):
        count += kind == "code"
        cells.append(
            RecoveredCell(position, kind, source, count if kind == "code" else None, id=key)  # type: ignore[arg-type]
        )
    return tuple(cells)


def _records(
    program: Example, which: str, cells: tuple[RecoveredCell, ...], ran: tuple[RecoveredCell, ...]
) -> Iterator[FoundRecord]:
    raw = program.raw
    first, second, key = PLACES[program.assignment]
    places = {cell.id: cell.position for cell in cells if cell.id}
    read = make_program(cell for cell in ran if cell.cell_type == "code")
    vary, seeds = str(raw.get("vary", "learning_rate")), raw.get("seeds", [13])
    knobs = {**raw.get("config", KNOBS), **raw.get("baseline", {})}
    changed = {**knobs, **raw.get("changed", {"learning_rate": 0.0002})}
    codes = [_code(program, read, places[cell], ran) for cell in (first, second)]
    chain = _Chain(program.assignment)
    yield chain.add("data", "d", places["begin"], data=DATA, labels=pack(LABELS), classes=tuple("abcd"))
    for seed in seeds:
        if first == second:
            more: dict[str, Any] = {"experiment": key, "arm": "baseline", "vary": vary}
        else:
            more = {"run_name": "encoder"}
        yield from _run(chain, f"b{seed}", places[first], seed, {**more, "config": knobs, "code": codes[0]})
        if first != second:
            yield chain.add("value", f"v{seed}", places[second], experiment=key, serves=(f"b{seed}",))
    prediction = Prediction("macro_f1", "down", -0.1, 0.0, "smaller steps learn less", "2026-01-01T00:00:00Z", 2)
    for seed in seeds:
        more = {"experiment": key, "arm": "changed", "vary": vary, "prediction": prediction}
        more |= {"config": changed, "code": codes[1] or codes[0]}
        if raw.get("run_again"):
            chain.add("value", "lost", places[second], values={"lost.with_its_output": 1.0})
        yield from _run(chain, f"c{seed}", places[second], seed, more)


def _run(chain: "_Chain", run: str, position: int, seed: int, more: Mapping[str, Any]) -> Iterator[FoundRecord]:
    config = {name: ConfigField(value, "knob") for name, value in more["config"].items()}
    common = {**more, "seed": seed, "config": config, "data": DATA}
    start = chain.add("start", run, position, **common)
    yield start
    generator = np.random.default_rng([seed, ord(run[0])])
    predictions = np.where(generator.random(LABELS.size) < 0.7, LABELS, generator.integers(0, 4, LABELS.size))
    losses = generator.random(4).round(6)
    logged = range(1, more["config"]["epochs"] + 1)
    epochs = tuple(
        Epoch(epoch, {"train_loss": float(losses[epoch - 1]), "validation_loss": float(losses[epoch])})
        for epoch in logged
    )
    rest = {name: value for name, value in common.items() if name not in ("prediction", "code")}
    assert start.record is not None
    yield chain.add(
        "result", run, position, start=start.record.digest(), epochs=epochs, predictions=pack(predictions),
        values=evaluate_fast(LABELS, predictions, 4).values(), **rest,
    )  # fmt: skip


class _Chain:
    """Records one after another."""

    def __init__(self, assignment: str) -> None:
        self.assignment = material(assignment).release.assignment
        self.previous = ""

    def add(self, kind: Any, run: str, position: int, **fields: Any) -> FoundRecord:  # Record's own
        record = Record(
            kind=kind, assignment=self.assignment.name, release=self.assignment.release, nonce="0" * 32, run=run,
            previous=self.previous, **fields,
        )  # fmt: skip
        self.previous = record.digest()
        return FoundRecord(position, record)


def _code(program: Example, read: Program, position: int, ran: tuple[RecoveredCell, ...]) -> dict[str, str]:
    """The digests that `paribus.records.code` would have recorded: of functions, and of simple globals."""
    calls = [call for call in run_calls(read) if call.step.position == position and call.function is not None]
    if not calls:
        return {}
    call = calls[0]
    roots = read.functions_of(call.function, call.step.order)
    if not roots or roots[0].is_class or roots[0].name == "<lambda>":
        return {}
    case = Case(
        material(program.assignment).release.assignment, {}, Recovered("ipynb", ran), {}, (), ()
    )  # a place for the sources alone
    reach = read.reach(roots, call.step.order)
    filled = {store.root for scope in reach.scopes for store in scope.stores if scope.name}
    digests = {}
    for scope in reach.scopes:
        made = (
            function_digest(case, read.step_of(scope), scope) if isinstance(scope.node, ast.FunctionDef) else None
        )
        if made is not None:
            digests["training" if scope is roots[0] else scope.name] = made
    for name in sorted(reach.free - filled):
        value = read.value_before(name, call.step.order)
        try:
            digest = value_digest(ast.literal_eval(value)) if value is not None else None
        except ValueError:  # no plain value
            continue
        if digest is not None:
            digests[name] = digest
    return digests
