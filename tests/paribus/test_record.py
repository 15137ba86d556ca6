"""A record is read back exactly or refused with the reason."""

import copy
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from paribus.errors import DigestError, RecordError
from paribus.records.canonical import canonical, digest_of
from paribus.records.record import ConfigField, DataIdentity, Epoch, Prediction, Record

FULL = Record(
    "result", "week1_lab", "rel", "nonce", "r2", run_name="tfidf", experiment="c", arm="changed", seed=0,
    config={"C": ConfigField(3.0, "knob"), "steps": ConfigField(7, "derived", ("C",))},
    data=DataIdentity("synthetic", "f", "s", 10, "t"), code={"training": "0" * 16}, environment={"python": "3.11"},
    prediction=Prediction("macro_f1", "up", None, 0.03, "because", "2027-01-04T09:00:00+00:00", 2),
    epochs=(Epoch(1, {"validation_loss": 2.0, "accuracy": 0.5, "macro_f1": 0.1}),), chosen_epoch=1,
    values={"accuracy": 0.5}, seconds=61.5, predictions="u1:", classes=("a", "ü"), start="1" * 64,
    previous="2" * 64,
)  # fmt: skip


def rewritten(**changes: Any) -> str:  # anything JSON can hold
    """The full record with other content and a digest that fits it, as anyone can write one."""
    body = {**json.loads(FULL.to_json()), **changes}
    body.pop("digest")
    body = {name: value for name, value in body.items() if value != "absent"}
    return canonical({**body, "digest": digest_of(body)})


def test_a_record_reads_back_as_it_was_written() -> None:
    assert Record.from_json(FULL.to_json()) == FULL
    assert Record.from_json(FULL.to_json()).digest() == FULL.digest()


def test_the_same_record_gives_the_same_bytes_whatever_the_order_of_its_settings() -> None:
    other = replace(FULL, config=dict(reversed(list(FULL.config.items()))))
    assert other.to_json() == FULL.to_json()


def test_empty_fields_are_left_out_and_a_seed_of_zero_is_not() -> None:
    body = replace(FULL, run_name="", epochs=()).body()
    assert "run_name" not in body
    assert "epochs" not in body
    assert body["seed"] == 0


def test_knobs_leave_out_what_follows_from_them() -> None:
    assert FULL.knobs() == {"C": 3.0}


def test_an_edited_record_does_not_fit_its_digest() -> None:
    with pytest.raises(DigestError, match="edited or cut"):
        Record.from_json(FULL.to_json().replace('"accuracy":0.5', '"accuracy":0.9'))


def test_the_seconds_of_a_run_are_under_its_digest() -> None:
    with pytest.raises(DigestError, match="edited or cut"):
        Record.from_json(FULL.to_json().replace('"seconds":61.5', '"seconds":6150.5'))


def test_an_older_record_without_seconds_keeps_its_bytes_and_its_digest() -> None:
    """As it was written before there was such a field."""
    older = replace(FULL, seconds=None)
    assert "seconds" not in older.body()
    assert Record.from_json(rewritten(seconds="absent")) == older
    assert older.digest() == "645a909decb8f5201eec0f687853127d5c82ce1ac1159deb129dc25580e01818"


def test_a_number_that_is_not_finite_is_not_written() -> None:
    with pytest.raises(RecordError, match="not finite"):
        replace(FULL, values={"accuracy": float("nan")}).to_json()


DATA, PREDICTION, EPOCH = (asdict(part) for part in (FULL.data, FULL.prediction, FULL.epochs[0]) if part)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "bytes long"),
        ("[" * 30_000, "not JSON"),
        ("[1]", "JSON list"),
        ('{"a": NaN}', "not a finite number"),
        ('{"a": "\\ud800", "schema": "paribus.evidence/1"}', "no valid Unicode"),
        (rewritten(schema="paribus.evidence/3"), "paribus.evidence/3"),
        (rewritten(grade=10), "does not know: grade"),
        (rewritten(kind="verdict"), "kind is 'verdict'"),
        (rewritten(nonce="absent"), "expected shape"),
        (rewritten(nonce=5), "'nonce' is not text"),
        (rewritten(seed="0"), "seed is '0'"),
        (rewritten(seed=True), "seed is True"),
        (rewritten(chosen_epoch=1.5), "chosen_epoch is 1.5"),
        (rewritten(config=[1]), "expected shape"),
        (rewritten(config={"C": 3}), "expected shape"),
        (rewritten(config={"C": {"value": 3}}), "expected shape"),
        (rewritten(config={"C": {"value": 3, "role": "wish"}}), "role 'wish'"),
        (rewritten(config={"C": {"value": [3], "role": "knob"}}), "not a plain value"),
        (rewritten(config={"C": {"value": 3, "role": "derived", "of": [1]}}), "'C.of' is not text"),
        (rewritten(data={**DATA, "train_rows": None}), "train_rows is None"),
        (rewritten(data={**DATA, "split": 4}), "'split' is not text"),
        (rewritten(data="all of it"), "expected shape"),
        (rewritten(prediction={**PREDICTION, "low": "0"}), "'low' is '0'"),
        (rewritten(prediction={**PREDICTION, "why": None}), "'why' is not text"),
        (rewritten(epochs=[{**EPOCH, "epoch": None}]), "epoch is None"),
        (rewritten(epochs=[{**EPOCH, "metrics": {"macro_f1": "high"}}]), "'macro_f1' is 'high'"),
        (rewritten(epochs=[{"epoch": 1}]), "expected shape"),
        (rewritten(epochs=[{**EPOCH, "accuracy": 0.5}]), "expected shape"),
        (rewritten(metrics=[1]), "'metrics' is not text"),
        (rewritten(epochs={"1": 2}), "expected shape"),
        (rewritten(values={"accuracy": True}), "'accuracy' is True"),
        (rewritten(values={"accuracy": 10**400}), "'accuracy' is 1000"),
        (rewritten(values=[0.5]), "expected shape"),
        (rewritten(seconds="61"), "'seconds' is '61'"),
        (rewritten(seconds=True), "'seconds' is True"),
        (rewritten(seconds=-0.1), "seconds are -0.1, expected 0 or more"),
        (rewritten(classes=[1]), "'classes' is not text"),
        (rewritten(code={"training": 1}), "'training' is not text"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        Record.from_json(text)


def test_a_record_says_which_runs_serve_as_a_baseline_in_the_older_way_too() -> None:
    now = Record("value", "a", "r", "n", "v1", experiment="size", arm="baseline", serves=("r1", "r2"))
    values = {"experiment.size.baseline_run.r.3": 1.0, "experiment.size.gain": 0.5}
    before = Record("value", "a", "r", "n", "v2", values=values, schema="paribus.evidence/1")
    again = [Record.from_json(record.to_json()) for record in (now, before)]
    assert [record.served() for record in again] == [(("size", "r1"), ("size", "r2")), (("size", "r.3"),)]
    assert again[1].numbers() == {"experiment.size.gain": 0.5}


def test_a_line_of_a_log_gives_its_metrics_by_name_and_says_which_it_has() -> None:
    line = Epoch(2, {"train_loss": 2.5, "macro_f1": 0.25})
    assert line.macro_f1 == copy.deepcopy(line).macro_f1 == 0.25
    with pytest.raises(AttributeError, match="Epoch 2 has no 'validation_loss'; it measured train_loss, macro_f1"):
        _ = line.validation_loss
    with pytest.raises(AttributeError, match="_repr_html_"):
        _ = line._repr_html_
