"""Small submissions for tests of checks, from plain JSON: an assignment, what was handed in, real records.

A case is a JSON object with these fields; `tests/grader/cases` holds many, most as a base and what changes.

    assignment   name, profile, settings
    family       the format it seems to come from (default nbconvert-lab); whole: false where cells may be missing
    cells        key → role, type, released source, options; and of what was handed in: handed (default: as
                 released), missing, count (default: counted up), tags, hidden, outputs
    added        cells the student added: after (a key), type, text, outputs, count
    data         cell, labels (items a class), fingerprint, split
    runs         key → cell, name, experiment, arm, vary, seed, knobs, derived, outcome, where, environment,
                 right (probability of a right answer a class) or constant, draw (seed of the predictions),
                 epochs, prediction, parts ("both", "start", "result", "none"), data, code,
                 claims (metrics that replace the true ones), without_predictions, seconds
    values       dotted name → cell, value
    references   entries of the assignment
    damaged      records that cannot be read: cell, problem, kind
    without_records, records_of   no records at all; records of another assignment
    nonce        the records' nonce
    diagnoses    of blind models, in order: cell, zoo, edition, model, recipe, evidence (statistic, value, cell),
                 why, written, written_after
    sealed       the release's sealed keys; handed_in, reveal: moments (ISO 8601)
    executed     tests cell → what became of it when its tests were run (fields of `Executed`)
    commitments  the codes that were handed in beforehand (default: no file of codes was given); {diagnoses} stands
                 for the one that fits the diagnoses

Texts may hold {run[metric]:.3f}, filled from the metrics that the predictions give.
"""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.grading.match import match
from grader.model import ALL_SURVIVED, Case, Executed, FoundRecord, Output, Recovered, RecoveredCell
from grader.recover.families import FAMILIES
from grader.recover.survival import mark_survival
from paribus.course.assignment import Assignment, Cell, Role
from paribus.experiments.commitment import commit_diagnoses
from paribus.metrics import evaluate_fast
from paribus.records.diagnosis import Citation, Diagnosis
from paribus.records.packing import pack
from paribus.records.record import ConfigField, DataIdentity, Epoch, FieldRole, Kind, Prediction, Record
from paribus.statistics.intervals import paired_interval, welch_interval

CASES = Path(__file__).with_name("cases")
NONCE = "00112233445566778899aabbccddeeff"


def load(path: Path) -> dict[str, Any]:
    """A case file with its base laid under it."""
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "base" not in raw:
        return raw
    base = load(CASES / "_bases" / f"{raw['base']}.json")
    merged = {**base, **{name: value for name, value in raw.items() if name not in ("base", "change", "drop")}}
    merged = deepcopy(merged)
    for place, value in raw.get("change", {}).items():
        _put(merged, place.split("/"), value)
    for place in raw.get("drop", ()):
        *folders, name = place.split("/")
        target = merged
        for folder in folders:
            target = target[folder]
        del target[name]
    return merged


def _put(target: dict[str, Any], place: list[str], value: object) -> None:
    for name in place[:-1]:
        target = target.setdefault(name, {})
    target[place[-1]] = value


def build(raw: Mapping[str, Any]) -> Case:
    """The case that a JSON object describes."""
    measured = _measure(raw)
    told = told_by(raw)
    cells = [_released(key, cell) for key, cell in raw["cells"].items()]
    about = raw.get("assignment", {})
    assignment = Assignment(
        name=about.get("name", "week1_homework"), title="A test", week="week1", kind="homework",
        profile=about.get("profile", "smoke"), cells=tuple(cells), settings=about.get("settings", {}),
        release="feedbeefcafe0001",
    )  # fmt: skip
    family = raw.get("family", "nbconvert-lab")
    keeps = next((row.keeps for row in FAMILIES if row.name == family), ALL_SURVIVED)
    handed = mark_survival(_handed(raw, told), keeps)
    notebook = Recovered(family, handed, whole=raw.get("whole", True))
    matches, unmatched = match(assignment, notebook)
    positions = {cell.id: cell.position for cell in notebook.cells}
    return Case(
        assignment=assignment,
        references={assignment.name: raw.get("references", [])},
        notebook=notebook,
        matches=matches,
        unmatched=unmatched,
        records=_records(raw, assignment, positions, measured),
        sealed=raw.get("sealed", {}),
        commitments=_codes(raw) if "commitments" in raw else None,
        handed_in=raw.get("handed_in", ""),
        reveal=raw.get("reveal", ""),
        executed=_executed(raw["executed"]) if "executed" in raw else None,
    )


def _executed(raw: Mapping[str, Any]) -> dict[str, Executed]:
    return {key: Executed(**{**item, "unsure": tuple(item.get("unsure", ()))}) for key, item in raw.items()}


def _codes(raw: Mapping[str, Any]) -> tuple[str, ...]:
    made = {item["model"]: _diagnosis(item) for item in raw.get("diagnoses", ())}
    nonce = raw.get("nonce", NONCE)
    return tuple(
        commit_diagnoses(made.values(), nonce) if code == "{diagnoses}" else code for code in raw["commitments"]
    )


def _diagnosis(raw: Mapping[str, Any]) -> Diagnosis:
    cited = tuple(Citation(**item) for item in raw["evidence"])
    rest = {name: value for name, value in raw.items() if name not in ("cell",)}
    return Diagnosis(**{**rest, "evidence": cited})


def told_by(raw: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """What texts may quote: every run's metrics, the difference of the arms, and summaries over seeds."""
    scores = _measure(raw).scores
    return {**scores, "difference": _difference(scores), **_summaries(scores), **_bounds(scores)}


def _released(key: str, raw: Mapping[str, Any]) -> Cell:
    return Cell(
        key=key, role=Role(raw["role"]), cell_type=raw.get("type", "code"), source=raw.get("released", ""),
        options=raw.get("options", {}), grades=raw.get("grades", ""), heading=raw.get("heading", ""),
    )  # fmt: skip


def _handed(raw: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[RecoveredCell, ...]:
    cells: list[RecoveredCell] = []
    count = 0
    for key, cell in raw["cells"].items():
        entries = [] if cell.get("missing") else [(key, cell, cell.get("handed", cell.get("released", "")))]
        entries += [("", item, item["text"]) for item in raw.get("added", ()) if item["after"] == key]
        for own_id, item, text in entries:
            code = item.get("type", "code") == "code"
            count += code
            cells.append(
                RecoveredCell(
                    position=len(cells),
                    cell_type=item.get("type", "code"),
                    source=fill_in(text, told),
                    count=item.get("count", count) if code else None,
                    outputs=tuple(
                        Output(**{"kind": "stream", "text": "", **out}) for out in item.get("outputs", ())
                    ),
                    id=own_id,
                    tags=tuple(item.get("tags", ())),
                    hidden=item.get("hidden", False),
                )
            )
    return tuple(cells)


def fill_in(text: str, told: Mapping[str, Mapping[str, float]]) -> str:
    """{run[metric]:.3f} filled in; other braces, as in code, stay."""
    return re.sub(r"\{(\w+)\[(\w+)\]:([^}]+)\}", lambda match: format(told[match[1]][match[2]], match[3]), text)


@dataclass(frozen=True)
class _Measured:
    """The labels, and every run's metrics and predictions."""

    labels: NDArray[np.int64]
    scores: dict[str, dict[str, float]]
    predictions: dict[str, NDArray[np.int64]]


def _measure(raw: Mapping[str, Any]) -> _Measured:
    """Draw the predictions of every run and score them."""
    items = raw.get("data", {}).get("labels", [40, 20, 10, 6, 4])
    labels = np.repeat(np.arange(len(items)), items)
    scores, predictions = {}, {}
    for key, run in raw.get("runs", {}).items():
        random = np.random.default_rng(run.get("draw", run.get("seed", 0)))
        right = np.asarray(run.get("right", [0.8, 0.6, 0.4, 0.2, 0.0]))
        hits = random.random(labels.size) < right[labels]
        other = random.integers(0, 3, labels.size)
        predictions[key] = np.zeros_like(labels) if run.get("constant") else np.where(hits, labels, other)
        scores[key] = evaluate_fast(labels, predictions[key], len(items)).values()
    return _Measured(labels, scores, predictions)


def _difference(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Changed minus baseline, where runs are called so."""
    if "changed" not in scores or "encoder" not in scores:
        return {}
    return {name: scores["changed"][name] - scores["encoder"][name] for name in scores["changed"]}


def _summaries(scores: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """mean_, sd_, psd_, se_ and best_two_ of the runs called baseline1, baseline2 … and changed1, …"""
    told: dict[str, dict[str, float]] = {}
    for arm in ("baseline", "changed"):
        runs = [score for key, score in scores.items() if key[:-1] == arm and key[-1].isdigit()]
        for metric in runs[0] if len(runs) > 1 else ():
            values = sorted(run[metric] for run in runs)
            summary = {
                "mean": fmean(values), "sd": stdev(values), "psd": pstdev(values),
                "se": stdev(values) / len(values) ** 0.5, "best_two": fmean(values[-2:]),
                "min": values[0], "max": values[-1],
            }  # fmt: skip
            for name, value in summary.items():
                told.setdefault(f"{name}_{arm}", {})[metric] = value
    return told


def _bounds(scores: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """welch_low, welch_high, paired_low and paired_high of the difference between such runs."""
    arms = [[score for key, score in scores.items() if re.fullmatch(rf"{arm}\d", key)] for arm in
            ("baseline", "changed")]  # fmt: skip
    told: dict[str, dict[str, float]] = {}
    for metric in arms[0][0] if min(map(len, arms)) > 1 else ():
        before, after = ([run[metric] for run in arm] for arm in arms)
        for name, interval in (("welch", welch_interval), ("paired", paired_interval)):
            found = interval(before, after)
            told.setdefault(f"{name}_low", {})[metric] = found.low
            told.setdefault(f"{name}_high", {})[metric] = found.high
    return told


def _records(
    raw: Mapping[str, Any], assignment: Assignment, positions: Mapping[str, int], measured: _Measured
) -> tuple[FoundRecord, ...]:
    if raw.get("without_records"):
        return ()
    chain = _Chain(replace(assignment, name=raw.get("records_of", assignment.name)), raw.get("nonce", NONCE))
    data = raw.get("data", {})
    identity = DataIdentity(
        "synthetic", data.get("fingerprint", "d" * 16), data.get("split", "5" * 16), 400, "t" * 16
    )  # fmt: skip
    if data and not data.get("missing"):
        names = tuple(f"class {number}" for number in range(int(measured.labels.max()) + 1))
        chain.add(
            "data", "d1", positions.get(data["cell"], 0), data=identity, labels=pack(measured.labels), classes=names
        )
    for key, run in raw.get("runs", {}).items():
        if run.get("parts") == "none":
            continue
        _add_run(chain, (key, run), positions.get(run["cell"], 0), identity, measured)
    for name, value in raw.get("values", {}).items():
        chain.add("value", f"v.{name}", positions.get(value["cell"], 0), values={name: value["value"]})
    for number, item in enumerate(raw.get("diagnoses", ())):
        chain.add("diagnosis", f"g{number}", positions.get(item["cell"], 0), diagnosis=_diagnosis(item))
    damaged = [FoundRecord(positions.get(item["cell"], 0), None, item["problem"], item["kind"])
               for item in raw.get("damaged", ())]  # fmt: skip
    found = sorted([*chain.found, *damaged], key=lambda item: item.position)
    return tuple(found)


class _Chain:
    """Records one after another, each naming the digest of the one before it."""

    def __init__(self, assignment: Assignment, nonce: str) -> None:
        self.assignment = assignment
        self.nonce = nonce
        self.found: list[FoundRecord] = []
        self.previous = ""

    def add(
        self,
        kind: Kind,
        run: str,
        position: int,
        *,
        shown: bool = True,
        **fields: Any,  # noqa: ANN401 - Record's own fields
    ) -> Record:
        """Write one record, shown at a position."""
        record = Record(
            kind=kind, assignment=self.assignment.name, release=self.assignment.release, nonce=self.nonce, run=run,
            previous=self.previous, **fields,
        )  # fmt: skip
        record = Record.from_json(record.to_json())
        self.previous = record.digest()
        if shown:
            self.found.append(FoundRecord(position, record))
        return record


def _add_run(
    chain: _Chain, item: tuple[str, Mapping[str, Any]], position: int, identity: DataIdentity, measured: _Measured
) -> None:
    key, run = item
    parts = run.get("parts", "both")
    config = _config(run)
    identity = DataIdentity(**{**vars(identity), **run.get("data", {})})
    common = {
        "run_name": run.get("name", key), "experiment": run.get("experiment", ""), "arm": run.get("arm", ""),
        "vary": run.get("vary", ""), "seed": run.get("seed", 13), "config": config, "data": identity,
        "code": run.get("code", {"training": "c" * 16}), "environment": run.get("environment", {"device": "cpu"}),
    }  # fmt: skip
    prediction = Prediction(**run["prediction"]) if run.get("prediction") else None
    start = chain.add("start", f"r.{key}", position, shown=parts != "result", prediction=prediction, **common)
    if parts == "start":
        return
    # As in real records, only the start tells which code ran and where.
    common = {name: value for name, value in common.items() if name not in ("code", "environment")}
    epochs = tuple(
        Epoch(line["epoch"], {name: value for name, value in line.items() if name != "epoch" and value is not None})
        for line in run.get("epochs", ())
    )
    chain.add(
        "result", f"r.{key}", position, start=start.digest(), epochs=epochs,
        chosen_epoch=run.get("chosen_epoch"), seconds=run.get("seconds"),
        values={**measured.scores[key], **run.get("claims", {})},
        predictions="" if run.get("without_predictions") else pack(measured.predictions[key]), **common,
    )  # fmt: skip


def _config(run: Mapping[str, Any]) -> dict[str, ConfigField]:
    roles: tuple[tuple[str, FieldRole], ...] = (
        ("knobs", "knob"), ("derived", "derived"), ("outcome", "outcome"), ("where", "environment"),
    )  # fmt: skip
    return {name: ConfigField(value, role) for group, role in roles for name, value in run.get(group, {}).items()}
