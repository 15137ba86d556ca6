"""Nothing that training produces loses a run: a log line an epoch, one result, whatever the losses were."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from paribus.errors import EvidenceError
from paribus.experiments.notebook import Notebook
from paribus.metrics import evaluate
from paribus.metrics.packing import unpack
from paribus.records.record import MAX_RECORD_BYTES, Record
from paribus.records.runs import Run
from tests.paribus.material import Data, Reopen, Stopwatch, make_data


@pytest.fixture
def run(notebook: Notebook, data: Data) -> Run:
    return notebook.start("encoder", config={"epochs": 3}, seed=1, data=data)


def guesses(data: Data, right: int) -> NDArray[np.int64]:
    """Predictions of which the first ``right`` are correct."""
    labels = data.validation.labels
    return np.where(np.arange(len(labels)) < right, labels, (labels + 1) % len(data.classes))


def test_the_first_maximum_of_unrounded_macro_f1_is_chosen(run: Run, data: Data) -> None:
    for epoch, right in enumerate((10, 30, 30, 20), start=1):
        run.log(epoch=epoch, train_loss=1 / epoch, validation_loss=1.0, predictions=guesses(data, right))
    result = run.finish()
    assert result.chosen_epoch == 2
    assert result.metrics.macro_f1 == evaluate(data.validation.labels, guesses(data, 30), 5).macro_f1
    assert unpack(result.record.predictions).tolist() == guesses(data, 30).tolist()
    assert result.value("train_loss") == 0.5
    assert result.record.config["epochs_run"].role == "outcome"


def test_epochs_may_be_logged_out_of_order_and_again(run: Run, data: Data) -> None:
    for epoch, right in ((2, 30), (1, 30), (2, 10)):
        run.log(epoch=epoch, predictions=guesses(data, right))
    result = run.finish()
    assert [line.epoch for line in result.epochs] == [1, 2]
    assert result.chosen_epoch == 1


def test_given_predictions_are_the_result_and_their_epoch_is_recognised(run: Run, data: Data) -> None:
    run.log(epoch=1, predictions=guesses(data, 10))
    run.log(epoch=2, predictions=guesses(data, 30))
    assert run.finish(predictions=guesses(data, 10)).chosen_epoch == 1
    assert run.finish(predictions=guesses(data, 20)).chosen_epoch is None


def test_finishing_again_shows_the_same_result(run: Run, data: Data, capsys: pytest.CaptureFixture[str]) -> None:
    run.log(epoch=1, predictions=guesses(data, 10))
    first = run.finish()
    assert run.finish() is first
    assert capsys.readouterr().out.count(repr(first)) == 2


def test_a_record_holds_the_seconds_from_the_runs_start_to_its_finish(
    run: Run, notebook: Notebook, data: Data, stopwatch: Stopwatch
) -> None:
    stopwatch.seconds += 61.2345
    run.log(epoch=1, predictions=guesses(data, 10))
    stopwatch.seconds += 1
    assert run.finish().record.seconds == 62.23
    at_once = notebook.start("tfidf", config={"C": 3.0}, seed=0, data=data)
    record = at_once.finish(predictions=guesses(data, 10)).record
    assert record.seconds == 0
    assert '"seconds":0.0,' in record.to_json()
    assert all(item.seconds is None for item in notebook.records() if item.kind != "result")


def test_a_run_that_is_finished_once_more_keeps_its_time_until_it_trains_on(
    run: Run, data: Data, stopwatch: Stopwatch
) -> None:
    stopwatch.seconds += 5
    run.log(epoch=1, predictions=guesses(data, 10))
    run.finish()
    stopwatch.seconds += 3600
    assert run.finish().record.seconds == 5
    assert run.finish(outcome={"memory": 3}).record.seconds == 5
    run.log(epoch=2, predictions=guesses(data, 20))
    assert run.finish().record.seconds == 3605


def test_a_run_that_is_found_again_keeps_its_first_time(
    notebook: Notebook, data: Data, reopen: Reopen, stopwatch: Stopwatch
) -> None:
    def train(config: object, data: Data, run: Run) -> None:
        stopwatch.seconds += 7
        run.log(epoch=1, predictions=guesses(data, 10))

    first = notebook.run("encoder", train, {"epochs": 1}, data=data, seed=1)
    found = reopen().run("encoder", train, {"epochs": 1}, data=data, seed=1)
    assert found.record == first.record
    assert found.record.seconds == 7
    assert stopwatch.seconds == 1007, "it was not trained again"


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), np.float32("nan")])
def test_a_loss_that_is_no_number_is_told_and_loses_nothing(
    run: Run, data: Data, loss: float, capsys: pytest.CaptureFixture[str]
) -> None:
    run.log(epoch=1, train_loss=loss, validation_loss=2.0, predictions=guesses(data, 10))
    record = run.finish().record
    assert record.epochs[0].get("train_loss") is None
    assert record.config["nonfinite"].value is True
    assert record.config["nonfinite"].role == "outcome"
    assert "train_loss" not in record.values
    assert "training loss is not a finite number" in capsys.readouterr().out
    assert Record.from_json(record.to_json()) == record


def test_tensors_are_taken_as_they_come(run: Run, data: Data) -> None:
    torch = pytest.importorskip("torch")
    predictions = torch.tensor(guesses(data, 10), requires_grad=False)
    run.log(epoch=1, train_loss=torch.tensor(0.5, requires_grad=True).detach(), predictions=predictions)
    assert run.finish().value("train_loss") == 0.5


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda ids: ids[:-1], r"shape \(59,\)"),
        (lambda ids: np.eye(5)[ids], "argmax"),
        (lambda ids: ids.astype(float), "float64"),
        (lambda ids: ids + 1, "from 1 to 5"),
        (lambda ids: ids - 1, "from -1 to 3"),
    ],
)
def test_predictions_that_do_not_fit_are_refused_and_the_run_goes_on(
    run: Run, data: Data, spoil: Callable[[np.ndarray], np.ndarray], says: str
) -> None:
    with pytest.raises(EvidenceError, match=says):
        run.log(epoch=1, predictions=spoil(data.validation.labels))
    run.log(epoch=1, predictions=guesses(data, 10))
    assert run.finish().chosen_epoch == 1


def test_a_run_without_predictions_says_what_to_pass(run: Run) -> None:
    run.log(epoch=1, train_loss=1.0)
    with pytest.raises(EvidenceError, match=r"no predictions.*run\.finish\(predictions=…\)"):
        run.finish()


def test_asking_a_result_for_an_unknown_metric_lists_its_metrics(run: Run, data: Data) -> None:
    result = run.finish(predictions=guesses(data, 10), outcome={"seconds": 3})
    with pytest.raises(EvidenceError, match="it has accuracy, macro_f1"):
        result.value("f1")
    assert result.record.config["seconds"].value == 3


def test_the_course_at_full_size_fits_into_forty_kilobytes(notebook: Notebook) -> None:
    """6,430 items, 113 long-tailed classes with names of 60 characters, 60 epochs, a full configuration."""
    data = make_data(items=6_430, n_classes=113, train=10)
    object.__setattr__(
        data, "classes", tuple(f"{'Incorrect information on your report ':_<57}{i:03}" for i in range(113))
    )
    run = notebook.start("encoder", config={f"setting_{i}": 0.123456789 * i for i in range(40)}, seed=0, data=data)
    rng = np.random.default_rng(0)
    for epoch in range(1, 61):
        noise = rng.random(6_430) < 0.45
        predictions = np.where(noise, rng.permutation(data.validation.labels), data.validation.labels)
        run.log(epoch=epoch, train_loss=rng.random(), validation_loss=rng.random(), predictions=predictions)
    result = run.finish()
    sizes = {record.kind: len(record.to_json()) for record in notebook.records()}
    assert all(size < 22_000 for size in sizes.values()), sizes
    assert len(result.record.epochs) == 60


def test_a_log_too_long_is_thinned_and_says_so(run: Run, data: Data) -> None:
    for epoch in range(1, 1_001):
        right = 30 if epoch == 333 else 9
        run.log(epoch=epoch, train_loss=1 / 3 / epoch, validation_loss=0.1, predictions=guesses(data, right))
    record = run.finish().record
    kept = [line.epoch for line in record.epochs]
    assert {1, 333, 1_000} <= set(kept)
    assert record.config["log_every"].value == 4
    assert record.config["epochs_run"].value == 1_000
    assert len(record.to_json().encode()) <= MAX_RECORD_BYTES


def test_predictions_too_many_for_a_record_leave_the_metrics(notebook: Notebook) -> None:
    data = make_data(items=9_000, n_classes=5, train=3)
    run = notebook.start("wide", config={}, seed=0, data=data)
    object.__setattr__(data, "classes", tuple(str(i) for i in range(60_000)))
    object.__setattr__(data.validation, "labels", np.random.default_rng(0).integers(0, 60_000, 40_000))
    record = run.finish(predictions=data.validation.labels).record
    assert record.predictions == ""
    assert record.config["predictions_left_out"].value is True
    assert record.values["accuracy"] == 1.0
