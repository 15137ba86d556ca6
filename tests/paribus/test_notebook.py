"""What a notebook claims: its data, its numbers, its runs; said again, it is the same claim."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook
from paribus.metrics.packing import unpack
from paribus.records.block import find_records
from paribus.records.record import Record
from paribus.records.runs import Run
from tests.paribus.material import CONFIG, SMALL, Data, Reopen, Train, make_data

Mistake = Any  # what a person may pass in place of a name or a number


def test_data_are_written_once_with_labels_and_class_names(notebook: Notebook, data: Data, reopen: Reopen) -> None:
    notebook.use(data)
    notebook.use(data)
    reopen().use(data)
    (record,) = reopen().records()
    assert record.kind == "data"
    assert unpack(record.labels).tolist() == data.validation.labels.tolist()
    assert record.classes == data.classes
    assert record.data is not None
    assert record.data.train_rows == 40


def test_a_new_release_and_other_data_are_written_again(notebook: Notebook, data: Data, reopen: Reopen) -> None:
    notebook.use(data)
    reopen(release="def456").use(data)
    reopen(release="def456").use(replace(data, fingerprint="0" * 16))
    assert len(reopen().records()) == 3


def test_a_subset_of_the_training_data_has_another_fingerprint(notebook: Notebook, data: Data) -> None:
    notebook.use(data)
    notebook.use(replace(data, train=make_data(train=30).train))
    one, other = (record.data for record in notebook.records())
    assert one is not None
    assert other is not None
    assert (one.fingerprint, one.split) == (other.fingerprint, other.split)
    assert one.train_fingerprint != other.train_fingerprint


def test_data_from_a_file_are_named_without_their_folder(notebook: Notebook, data: Data) -> None:
    notebook.use(replace(data, source="/home/someone/letters.parquet"))
    identity = notebook.records()[0].data
    assert identity is not None
    assert identity.source == "letters.parquet"


def test_a_run_writes_start_and_result_and_the_data_before_them(notebook: Notebook, data: Data) -> None:
    run = notebook.start("tfidf", config={"C": 3.0}, seed=0, data=data)
    result = run.finish(predictions=data.validation.labels)
    kinds = [record.kind for record in notebook.records()]
    assert kinds == ["data", "start", "result"]
    assert result.record.start == result.start.digest()
    assert [record.previous for record in notebook.records()] == ["", *(r.digest() for r in notebook.records()[:2])]
    assert result.metrics.accuracy == result.value("accuracy") == 1.0


def test_a_start_names_the_environment_and_the_code(notebook: Notebook, data: Data) -> None:
    def fit() -> None: ...

    start = notebook.start("tfidf", config={}, seed=np.int64(3), data=data, code=fit).start
    assert {"python", "paribus", "numpy", "scikit-learn", "device"} <= set(start.environment)
    assert set(start.code) == {"training"}
    assert start.seed == 3


@pytest.mark.parametrize(
    ("name", "seed", "says"),
    [
        ("", 0, "short name"),
        ("x" * 90, 0, "short name"),
        (3, 0, "short name"),
        ("a", 0.5, "whole number"),
        ("a", True, "True"),
    ],
)
def test_a_run_without_a_name_or_a_whole_seed_is_refused(
    notebook: Notebook, data: Data, name: Mistake, seed: Mistake, says: str
) -> None:
    with pytest.raises(EvidenceError, match=says):
        notebook.start(name, config={}, seed=seed, data=data)


def test_a_value_is_written_once_until_it_changes(notebook: Notebook, reopen: Reopen) -> None:
    assert notebook.value("audit.redacted_share", np.float64(0.5)) == 0.5
    reopen().value("audit.redacted_share", 0.5)
    reopen().value("audit.redacted_share", 0.6)
    assert [record.values["audit.redacted_share"] for record in reopen().records()] == [0.5, 0.6]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("share", 1, "dotted name"), ("a b.c", 1, "dotted name"), ("a." + "b" * 200, 1, "dotted name"),
        (3, 1, "dotted name"), ("a.b", float("nan"), "finite number"), ("a.b", "0.5", "finite number"),
        ("a.b", True, "finite number"), ("a.b", None, "finite number"), ("a.b", [1], "'a.b' is a list"),
    ],
)  # fmt: skip
def test_what_is_no_named_number_is_refused(notebook: Notebook, name: Mistake, value: Mistake, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        notebook.value(name, value)


def test_a_finished_run_is_found_again_after_a_restart(notebook: Notebook, data: Data, reopen: Reopen) -> None:
    for seed in (0, 1):
        run = notebook.start("encoder", config={"epochs": 1}, seed=seed, data=data)
        run.log(epoch=1, train_loss=1.0, predictions=np.roll(data.validation.labels, seed))
        run.finish()
    again = reopen()
    assert again.result("encoder").seed == 1
    restored = again.result("encoder", seed=0)
    assert restored.metrics.macro_f1 == 1.0
    assert restored.predictions.tolist() == data.validation.labels.tolist()
    assert (restored.chosen_epoch, len(restored.epochs), restored.name) == (1, 1, "encoder")


def test_asking_for_a_run_that_never_finished_lists_those_that_did(
    notebook: Notebook, data: Data, reopen: Reopen, tmp_path: Path
) -> None:
    notebook.start("tfidf", config={}, seed=0, data=data).finish(predictions=data.validation.labels)
    with pytest.raises(EvidenceError, match=r"'encoder' with seed 2\. Finished runs: tfidf \(seed 0\)"):
        notebook.result("encoder", seed=2)
    next(tmp_path.rglob("*-start.json")).unlink()
    with pytest.raises(EvidenceError, match="no finished run called 'tfidf'"):
        reopen().result("tfidf")


def test_without_a_notebook_server_one_plain_line_is_printed(
    notebook: Notebook, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.value("audit.share", 0.25)
    notebook.use(data)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "audit.share 0.25"
    assert printed.count("\n") == 2
    assert find_records(printed) == []


def test_the_summary_tells_finished_runs_from_begun_ones(
    notebook: Notebook, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.start("tfidf", config={}, seed=0, data=data).finish(predictions=data.validation.labels)
    notebook.start("encoder", config={}, seed=1, data=data)
    experiment = notebook.experiment("batch", vary="batch_size")
    experiment.baseline(notebook.result("tfidf"))
    capsys.readouterr()
    notebook.summary()
    printed = capsys.readouterr().out
    assert "batch: baseline" in printed
    assert "tfidf" in printed
    assert "1.0000" in printed
    assert "begun, not finished" in printed
    assert "5 records in this notebook, 0 values" in printed


def test_a_run_is_trained_once_and_found_again_after_a_restart(
    reopen: Reopen, train: Train, data: Data, calls: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """With another seed, another setting, or on purpose it trains."""
    first = reopen().run("encoder", train, CONFIG, data=data, seed=13)
    found = reopen().run("encoder", train, CONFIG, data=data, seed=13)
    assert (found.run, found.metrics.macro_f1) == (first.run, first.metrics.macro_f1)
    assert calls == [13]
    assert "it is not trained again" in capsys.readouterr().out
    for seed, config, again in ((14, CONFIG, False), (13, SMALL, False), (13, CONFIG, True)):
        reopen().run("encoder", train, config, data=data, seed=seed, again=again)
    assert calls == [13, 14, 13, 13]


def test_a_run_of_another_name_that_is_the_same_in_all_else_is_found_and_keeps_its_name(
    reopen: Reopen, train: Train, data: Data, calls: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The record says that it was taken; with any difference, or on purpose, it trains."""
    first = reopen().run("encoder", train, CONFIG, data=data, seed=13)
    notebook = reopen()
    found = notebook.run("second look", train, CONFIG, data=data, seed=13)
    assert calls == [13]
    assert (found.name, found.run) == ("encoder", first.run)
    printed = capsys.readouterr().out
    assert "it is not trained again and keeps its name: quote it as encoder" in printed
    assert f"In place of second look: encoder, seed 13 (run {first.run}); not trained again" in printed
    (said,) = (record for record in notebook.records() if record.serves)
    assert (said.run_name, said.serves, said.experiment, said.values) == ("second look", (first.run,), "", {})
    assert said.served() == ()
    assert Record.from_json(said.to_json()) == said
    reopen().run("second look", train, CONFIG, data=data, seed=13)
    assert sum(bool(record.serves) for record in reopen().records()) == 1, "it is said once"
    for seed, config, again in ((14, CONFIG, False), (13, SMALL, False), (13, CONFIG, True)):
        reopen().run("second look", train, config, data=data, seed=seed, again=again)
    assert calls == [13, 14, 13, 13]


def test_a_run_of_an_experiment_is_found_by_a_run_that_belongs_to_none(
    reopen: Reopen, train: Train, data: Data, calls: list[int]
) -> None:
    arm = reopen().experiment("batch", vary="batch_size").run("baseline", train, CONFIG, data=data, seed=13)
    assert reopen().run("encoder", train, CONFIG, data=data, seed=13).run == arm.run
    assert calls == [13]


def called(run: Run) -> str:
    return run.name


def asked(run: Run) -> str:
    return str(getattr(run, "name", ""))


@pytest.mark.parametrize("ask", [lambda run: run.name, called, asked])
def test_a_training_that_may_read_its_runs_name_is_not_found_under_another_one(
    reopen: Reopen, data: Data, ask: Callable[[Run], str]
) -> None:
    """Itself, or in a function that it calls."""
    trained = []

    def by_name(config: object, data: Data, run: Run) -> None:
        trained.append(ask(run))
        run.finish(predictions=data.validation.labels)

    for name in ("one", "other", "one"):
        reopen().run(name, by_name, {}, data=data, seed=1)
    assert trained == ["one", "other"]


def test_a_loop_that_is_begun_under_another_name_is_told_of_the_finished_run(
    reopen: Reopen, train: Train, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    reopen().run("encoder", train, CONFIG, data=data, seed=13)
    reopen().start("second look", config=CONFIG, seed=13, data=data, code=train)
    assert "notebook.result('encoder', seed=13) gives it without training again" in capsys.readouterr().out
