"""The record: one frozen claim about one run, its canonical bytes and its digest.

A record is a JSON object. Its digest is the SHA-256 of the canonical JSON of everything but the digest
itself. The digest is unkeyed: it catches careless edits. Anyone who calls paribus can write a false
record that fits.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Self, cast

from paribus.errors import DigestError, RecordError
from paribus.records.canonical import canonical, digest_of
from paribus.records.diagnosis import Diagnosis, read_diagnosis
from paribus.records.expected import expect_number, expect_text, expect_whole, short

SCHEMA = "paribus.evidence/2"
SCHEMAS = ("paribus.evidence/1", SCHEMA)
"""What is read; the last one is written."""
TICK = 0.01
"""What a result's seconds are rounded to."""
MAX_RECORD_BYTES = 60_000
ID_RECORD_BYTES = 40_000
"""A record without scores of classes and without numbers as predictions is written no larger than this."""

Kind = Literal["data", "start", "result", "value", "diagnosis", "tests"]
FieldRole = Literal["knob", "derived", "outcome", "environment"]
KINDS: tuple[Kind, ...] = ("data", "start", "result", "value", "diagnosis", "tests")
ROLES: tuple[FieldRole, ...] = ("knob", "derived", "outcome", "environment")
_LISTED = ("classes", "metrics", "not_followed", "serves")


@dataclass(frozen=True)
class ConfigField:
    """One configuration value. ``of`` names the knobs that a derived value follows from."""

    value: str | int | float | bool | None
    role: FieldRole
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataIdentity:
    """Which data a run saw: what it was called, the fingerprint of texts and labels, the split's digest.

    ``train_rows`` and ``train_fingerprint`` tell a subset from the whole.
    """

    source: str
    fingerprint: str
    split: str
    train_rows: int
    train_fingerprint: str


@dataclass(frozen=True)
class Prediction:
    """What the student expected before the run.

    ``direction`` is up, down or none; ``low`` and ``high`` bound the expected *change* of ``metric``
    (same unit as the metric); ``written`` is the UTC time (ISO 8601) it was first written,
    ``written_after`` how many records the notebook held by then.
    """

    metric: str
    direction: Literal["up", "down", "none"]
    low: float | None
    high: float | None
    why: str
    written: str
    written_after: int


@dataclass(frozen=True)
class Epoch:
    """One line of a training log: the metrics that were measured, by name. Losses are means over items, never
    class-weighted for validation.
    """

    epoch: int
    metrics: Mapping[str, float] = field(default_factory=dict)

    def get(self, metric: str) -> float | None:
        """A metric of this epoch, None where it was not measured."""
        return self.metrics.get(metric)

    def __getattr__(self, metric: str) -> float:
        """A metric by its name, as in ``epoch.macro_f1``; AttributeError names those that were measured."""
        if metric.startswith("_") or metric == "metrics":  # asked by Python itself, while a copy is made
            raise AttributeError(metric)
        if metric not in self.metrics:
            measured = ", ".join(self.metrics) or "nothing"
            raise AttributeError(f"Epoch {self.epoch} has no {metric!r}; it measured {measured}.")
        return self.metrics[metric]


@dataclass(frozen=True)
class Record:
    """One claim. Fields that a kind does not use stay empty.

    ``run`` is unique within a notebook; ``run_name`` is what people call the configuration ("encoder",
    "tfidf", "batch_16"); ``experiment`` and ``arm`` ("baseline" or "changed") place it in an
    experiment, whose declared variable is ``vary``.
    ``code`` maps a function's name to the digest of its normalised syntax tree; "training" is the training
    function's. ``weights`` maps the models outside of it that it reaches to digests of what they held at the run's
    start; ``not_followed`` names what else it reaches and no digest covers.
    ``values`` holds a result's metrics and a value record's numbers. ``predictions`` and
    ``labels`` are packed arrays (`paribus.metrics.packing`): the chosen checkpoint's validation
    predictions of a result, the validation labels of a data record. ``scores`` are the probabilities of the classes
    beside them, or of the predicted ones alone, ``chosen_by`` the metric by which the checkpoint was chosen. A data
    record says what is predicted (``predicts``: "value", "item" or "none", empty for classes) and by which
    ``metrics`` it is scored (empty: those of classes). ``start`` is the digest of a result's start record;
    ``previous`` the digest of the record before it in this notebook. ``seconds`` passed from a result's start to
    its finish; None in older records. ``diagnosis`` is what a student
    says of one model of a blind zoo. ``serves`` names the runs that a value record makes the baseline of its
    ``experiment``, though they ran outside of it; without one, the run that was taken in place of another, which
    was to be called ``run_name``, since all else was the same. A tests record names its task in ``run_name``;
    ``code`` holds the digests of the "task" and the "tests" cell as they ran, ``values`` how many tests there were,
    and the cell's run count.
    """

    kind: Kind
    assignment: str
    release: str
    nonce: str
    run: str
    run_name: str = ""
    experiment: str = ""
    arm: str = ""
    vary: str = ""
    seed: int | None = None
    config: Mapping[str, ConfigField] = field(default_factory=dict)
    data: DataIdentity | None = None
    code: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    not_followed: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    prediction: Prediction | None = None
    diagnosis: Diagnosis | None = None
    epochs: tuple[Epoch, ...] = ()
    chosen_epoch: int | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    predictions: str = ""
    scores: str = ""
    chosen_by: str = ""
    predicts: str = ""
    metrics: tuple[str, ...] = ()
    labels: str = ""
    classes: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    start: str = ""
    previous: str = ""
    schema: str = SCHEMA

    def knobs(self) -> dict[str, str | int | float | bool | None]:
        """The values a person chose, by name."""
        return {name: item.value for name, item in self.config.items() if item.role == "knob"}

    def served(self) -> tuple[tuple[str, str], ...]:
        """Experiment and run, for every run that this record makes the baseline of an experiment.

        Records that are older than the field said so by the name of a value. One without an experiment says that
        its run was taken in place of another one, and makes no baseline.
        """
        older = (_OLDER_LINK.fullmatch(name) for name in (self.values if self.kind == "value" else ()))
        serves = self.serves if self.experiment else ()
        return (*((self.experiment, run) for run in serves), *((hit[1], hit[2]) for hit in older if hit))

    def numbers(self) -> dict[str, float]:
        """The values that are numbers, and no older record's link to a baseline."""
        return {name: value for name, value in self.values.items() if not _OLDER_LINK.fullmatch(name)}

    def body(self) -> dict[str, Any]:
        """The record as plain JSON values, empty fields left out."""
        full = dict(vars(self))  # a deep copy would cost more than all that is done with it
        full.pop("_digest", None)  # kept beside the fields once it was asked for
        full["data"] = vars(self.data) if self.data is not None else None
        full["prediction"] = vars(self.prediction) if self.prediction is not None else None
        full["diagnosis"] = self.diagnosis.to_plain() if self.diagnosis is not None else None
        full["epochs"] = [_plain_epoch(epoch, self.schema) for epoch in self.epochs]
        full["config"] = {name: _plain_field(item) for name, item in self.config.items()}
        return {name: value for name, value in full.items() if value not in (None, "", (), [], {})}

    def digest(self) -> str:
        """SHA-256 of the canonical body, in hex; worked out once, since a record never changes."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return digest_of(self.body())

    def to_json(self) -> str:
        """The record with its digest, canonical: the same record gives the same bytes."""
        return canonical({**self.body(), "digest": self.digest()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read one record and hold it against its own digest.

        Raises RecordError where the text is no JSON object, the schema is another, a field is unknown or of
        the wrong type, a number is not finite, or the content does not fit the digest.
        """
        raw = _parse_object(text)
        claimed = raw.pop("digest", None)
        if raw.get("schema") not in SCHEMAS:
            raise RecordError(
                f"The record has schema {raw.get('schema')!r}, this version reads {' and '.join(SCHEMAS)}. "
                "Grade it with the paribus version that its release names."
            )
        if claimed != digest_of(raw):
            raise DigestError(
                "The record's content does not fit its own digest: it was edited or cut after it was written."
            )
        return cls._from_body(raw)

    @classmethod
    def _from_body(cls, raw: dict[str, Any]) -> Self:
        unknown = sorted(set(raw) - set(cls.__dataclass_fields__))
        if unknown:
            raise RecordError(f"The record has fields this version does not know: {', '.join(unknown)}.")
        if raw.get("kind") not in KINDS:
            raise RecordError(f"The record's kind is {raw.get('kind')!r}, expected one of {', '.join(KINDS)}.")
        try:
            parsed = dict(raw)
            parsed["config"] = {
                name: ConfigField(item["value"], item["role"], tuple(item.get("of", ())))
                for name, item in raw.get("config", {}).items()
            }
            if "data" in raw:
                parsed["data"] = DataIdentity(**raw["data"])
            if "prediction" in raw:
                parsed["prediction"] = Prediction(**raw["prediction"])
            if "diagnosis" in raw:
                parsed["diagnosis"] = read_diagnosis(raw["diagnosis"])
            parsed["epochs"] = tuple(_read_epoch(item, raw["schema"]) for item in raw.get("epochs", ()))
            parsed |= {name: tuple(raw.get(name, ())) for name in _LISTED}
            record = cls(**parsed)
            _check_types(record)
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise RecordError(f"The record's fields do not have the expected shape: {error}.") from error
        return record


_OLDER_LINK = re.compile(r"experiment\.([^.]+)\.baseline_run\.(.+)")
_FIRST_EPOCH = ("train_loss", "validation_loss", "accuracy", "macro_f1")
"""What a line of a log held in the first schema, null where it was not measured."""


def _plain_epoch(line: Epoch, schema: str) -> dict[str, Any]:
    if schema == SCHEMA:
        return {"epoch": line.epoch, "metrics": dict(line.metrics)}
    return {"epoch": line.epoch, **{name: line.metrics.get(name) for name in _FIRST_EPOCH}}


def _read_epoch(raw: Mapping[str, Any], schema: str) -> Epoch:
    if schema == SCHEMA:
        return Epoch(**{**raw, "metrics": dict(raw["metrics"])})
    unknown = set(raw) ^ {"epoch", *_FIRST_EPOCH}
    if unknown:
        raise TypeError(f"a line of the log holds or lacks {sorted(unknown)[0]!r}")
    return Epoch(raw["epoch"], {name: raw[name] for name in _FIRST_EPOCH if raw[name] is not None})


def _plain_field(item: ConfigField) -> dict[str, Any]:
    plain: dict[str, Any] = {"value": item.value, "role": item.role}
    return {**plain, "of": list(item.of)} if item.of else plain


def _parse_object(text: str) -> dict[str, Any]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_RECORD_BYTES:
        raise RecordError(f"The record is {size:,} bytes long; at most {MAX_RECORD_BYTES:,} are read.")

    def refuse(name: str) -> float:
        raise RecordError(f"The record holds {name}, which is not a finite number.")

    try:
        raw = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"The record is not JSON ({error}): it was cut or edited.") from error
    if not isinstance(raw, dict):
        raise RecordError(f"The record is a JSON {type(raw).__name__}, expected an object.")
    return cast("dict[str, Any]", raw)


def _check_types(record: Record) -> None:
    """Hold every field against its type, since JSON can put anything anywhere."""
    texts = tuple(
        """
        assignment release nonce run run_name experiment arm vary predictions scores chosen_by predicts labels start
        previous
        """.split()
    )
    for name in texts:
        expect_text(name, getattr(record, name))
    for name in _LISTED:
        for text in getattr(record, name):
            expect_text(name, text)
    for group in (record.code, record.weights, record.environment):
        for name, text in group.items():
            expect_text(name, text)
    expect_whole("seed", record.seed, optional=True)
    expect_whole("chosen_epoch", record.chosen_epoch, optional=True)
    for name, value in record.values.items():
        expect_number(name, value)
    for line in record.epochs:
        expect_whole("epoch", line.epoch)
        for name, value in line.metrics.items():
            expect_number(name, value)
    expect_number("seconds", record.seconds, optional=True)
    if record.seconds is not None and record.seconds < 0:
        raise RecordError(f"The record's seconds are {short(record.seconds)}, expected 0 or more.")
    _check_config(record.config)
    if record.data is not None:
        _check_data(record.data)
    if record.prediction is not None:
        _check_prediction(record.prediction)


def _check_config(config: Mapping[str, ConfigField]) -> None:
    for name, item in config.items():
        if item.role not in ROLES:
            raise RecordError(f"The record's setting {name!r} has role {item.role!r}, expected {', '.join(ROLES)}.")
        if not isinstance(item.value, str | int | float | bool | None):
            raise RecordError(f"The record's setting {name!r} is not a plain value.")
        for source in item.of:
            expect_text(f"{name}.of", source)


def _check_data(data: DataIdentity) -> None:
    for name in ("source", "fingerprint", "split", "train_fingerprint"):
        expect_text(name, getattr(data, name))
    expect_whole("train_rows", data.train_rows)


def _check_prediction(prediction: Prediction) -> None:
    for name in ("metric", "direction", "why", "written"):
        expect_text(name, getattr(prediction, name))
    expect_whole("written_after", prediction.written_after)
    expect_number("low", prediction.low, optional=True)
    expect_number("high", prediction.high, optional=True)
