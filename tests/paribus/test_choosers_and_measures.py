"""A run finishes whatever metric chooses its checkpoint, also where it only measures, and tells what was asked."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from paribus.data.dataset import Dataset, Predicts
from paribus.errors import DataError, EvidenceError, UsageError
from paribus.experiments.comparison import difference, table
from paribus.experiments.notebook import Notebook
from paribus.metrics.packing import MAX_SCORES
from paribus.metrics.registry import SHIPPED, SHIPPED_REGISTRY
from paribus.records.record import ID_RECORD_BYTES, MAX_RECORD_BYTES
from paribus.records.runs import Run, RunResult
from tests.paribus.material import Define, Reopen

RNG = np.random.default_rng(5)
LABELS = {
    "class": RNG.integers(0, 3, 200), "score": RNG.integers(0, 3, 200), "confidence": RNG.integers(0, 3, 200),
    "value": RNG.normal(size=200), "item": np.zeros(200), "measured": np.zeros(200),
}  # fmt: skip
PREDICTS: dict[str, Predicts] = {
    "class": "",
    "score": "",
    "confidence": "",
    "value": "value",
    "item": "item",
    "measured": "none",
}
ASKED = ("roc_auc", "balanced_accuracy")
MEASURES = ("validation_loss", "latency_p50")


def data_scored_by(*metrics: str, labels: NDArray[Any] | None = None) -> Dataset:
    needs = SHIPPED_REGISTRY[metrics[0]].needs
    labels = LABELS[needs] if labels is None else labels
    return Dataset.split_from(
        "made", np.arange(len(labels))[:, None], labels, predicts=PREDICTS[needs], metrics=metrics
    )


def trained(notebook: Notebook, data: Dataset, name: str = "model", right: float = 0.7) -> RunResult:
    """Two epochs with predictions, and scores of classes where the data have some."""
    run = notebook.start(name, config={"right": right}, seed=1, data=data)
    truth = data.validation.labels
    for epoch in (1, 2):
        wrong = np.random.default_rng(epoch).random(len(truth)) > right
        if data.classes:
            sure = np.full((len(truth), len(data.classes)), 0.1)
            sure[np.arange(len(truth)), np.where(wrong, (truth + 1) % len(data.classes), truth)] = 0.8
            run.log(epoch=epoch, predictions=sure.argmax(axis=1), scores=sure, train_loss=1 / epoch)
        else:
            run.log(epoch=epoch, predictions=truth - wrong, train_loss=1 / epoch)
    return run.finish()


@pytest.mark.parametrize(
    "metric", [metric for metric in SHIPPED if metric.compute is not None], ids=lambda m: m.name
)
def test_every_metric_that_is_computed_chooses_the_best_epoch(notebook: Notebook, metric: Any) -> None:
    result = trained(notebook, data_scored_by(metric.name))
    lines = {line.epoch: line.metrics[metric.name] for line in result.epochs}
    assert result.record.chosen_by == metric.name
    assert result.chosen_epoch == (2 if metric.better(lines[2], lines[1]) else 1)
    assert result.value(metric.name) == lines[result.chosen_epoch]
    assert metric.title in repr(result)


@pytest.mark.parametrize("metric", [metric for metric in SHIPPED if metric.compute is None], ids=lambda m: m.name)
def test_every_metric_that_is_measured_is_recorded_without_predictions(notebook: Notebook, metric: Any) -> None:
    run = notebook.start("timed", config={}, seed=1, data=data_scored_by(metric.name))
    result = run.finish(measured={metric.name: 0.25})
    assert (result.value(metric.name), result.record.predictions, result.chosen_epoch) == (0.25, "", None)
    assert metric.title in repr(result)


def test_a_run_of_losses_alone_reports_the_epoch_with_the_lowest(notebook: Notebook) -> None:
    run = notebook.start("model", config={}, seed=1, data=data_scored_by("validation_loss"))
    for epoch, loss in ((1, 0.9), (2, 0.4), (3, 0.6)):
        run.log(epoch=epoch, train_loss=loss / 2, validation_loss=loss)
    result = run.finish()
    assert (result.chosen_epoch, result.value("validation_loss"), result.value("train_loss")) == (2, 0.4, 0.2)


def test_a_run_on_classes_may_measure_and_predict_nothing(notebook: Notebook) -> None:
    run = notebook.start("small", config={}, seed=1, data=data_scored_by("accuracy"))
    assert run.finish(measured={"size_mb": 3.5}).record.values == {"size_mb": 3.5}


def test_a_run_that_measures_keeps_its_last_predictions_where_no_epoch_tells_the_chooser(
    notebook: Notebook,
) -> None:
    class Timed:
        metrics = ("latency_p50", "accuracy")
        predicts = ""

        def __getattr__(self, name: str) -> Any:  # whatever a data set has
            return getattr(data_scored_by("accuracy"), name)

    result = trained(notebook, Timed())  # type: ignore[arg-type]
    assert (result.chosen_epoch, result.record.chosen_by) == (2, "latency_p50")
    assert "accuracy" in result.record.values


def test_a_run_that_measured_is_found_again_after_a_restart(notebook: Notebook, reopen: Reopen) -> None:
    data = data_scored_by(*MEASURES)
    run = notebook.start("timed", config={"batch": 8}, seed=1, data=data)
    first = run.finish(measured={"validation_loss": 0.5, "latency_p50": 3.0})
    again = reopen()
    assert again.result("timed").record == first.record
    found = again.finished("timed", config={"batch": 8}, data=data, seed=1, code=trained)
    assert found is None, "another code"
    assert repr(again.result("timed")) == repr(first)


def test_an_experiment_on_what_is_measured_is_reported(notebook: Notebook) -> None:
    data = data_scored_by(*MEASURES)

    def train(config: dict[str, Any], data: Dataset, run: Run) -> None:
        run.finish(measured={"validation_loss": 1.0 / config["batch"], "latency_p50": 3.0 + run.seed})

    experiment = notebook.experiment("batch", vary="batch")
    experiment.predict(metric="validation_loss", direction="down", why="larger batches are smoother here")
    experiment.run("baseline", train, {"batch": 8}, data=data, seeds=(1, 2))
    experiment.run("changed", train, {"batch": 16}, data=data, seeds=(1, 2))
    report = experiment.report()
    assert report.row("validation_loss").inside is True
    assert report.row("latency_p50").differences == (0.0, 0.0)
    with pytest.raises(UsageError, match="and no interval over items exists without predictions"):
        notebook.compare("batch", *(experiment.arms[arm][1] for arm in ("baseline", "changed")))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda run: run.log(epoch=1, predictions=[0.0]),
            'say predicts="none", so its runs hand in no predictions',
        ),
        (lambda run: run.finish(), "has no validation loss. Pass it: run.finish"),
    ],
    ids=["predictions", "nothing measured"],
)
def test_a_run_that_only_measures_says_what_it_lacks(
    notebook: Notebook, call: Callable[[Run], object], says: str
) -> None:
    run = notebook.start("timed", config={}, seed=1, data=data_scored_by("validation_loss"))
    with pytest.raises(EvidenceError, match=says):
        call(run)


@pytest.mark.parametrize(
    ("metrics", "error", "says"),
    [((), UsageError, "predicts='none' names its metrics"), (("accuracy",), DataError, "expected some of")],
)
def test_data_that_predict_nothing_name_what_is_measured(
    metrics: tuple[str, ...], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        Dataset.split_from("made", np.zeros((50, 1)), predicts="none", metrics=metrics)
    made = Dataset.split_from("made", np.zeros((50, 1)), predicts="none", metrics=MEASURES)
    assert repr(made) == "Dataset(made: 30 training, 10 validation, 10 test items, no predictions)"


def test_what_was_asked_is_told_and_compared_and_nothing_else(notebook: Notebook, reopen: Reopen) -> None:
    data = data_scored_by(*ASKED)
    one, other = trained(notebook, data, "one", 0.6), trained(notebook, data, "other", 0.9)
    assert repr(one).startswith("RunResult(one, seed 1: balanced accuracy 0.")
    assert "macro" not in repr(one) + repr(one.metrics)
    assert set(difference(one.metrics, other.metrics)) == set(ASKED)
    made = table({"one": one.metrics, "majority": other.metrics})
    assert made.header == ("run", "balanced accuracy", "ROC AUC")
    assert made.rows[0][2] == f"{one.value('roc_auc'):.4f}"
    assert reopen().result("one").metrics.values() == one.metrics.values()


def large(classes: int, items: int, *metrics: str) -> Dataset:
    """Data with ``items`` for validation."""
    labels = RNG.permutation(3 * items) % classes
    return Dataset.split_from(
        "large", labels[:, None], labels, metrics=metrics, validation=items / len(labels), test=0.01
    )


def test_scores_that_are_too_many_are_left_out_and_their_metrics_stay(notebook: Notebook, reopen: Reopen) -> None:
    """However well they compress: a reader would have to inflate them all."""
    data = large(500, 4_500, "roc_auc", "accuracy")
    truth = data.validation.labels
    assert len(truth) * 500 > MAX_SCORES
    run = notebook.start("large", config={}, seed=1, data=data)
    result = run.finish(predictions=truth, scores=np.eye(500)[truth])
    assert (result.value("roc_auc"), result.record.scores) == (1.0, "")
    assert result.record.config["scores_left_out"].value is True
    assert reopen().result("large").metrics.values() == {"accuracy": 1.0, "roc_auc": 1.0}


@pytest.mark.parametrize(("classes", "most"), [(113, ID_RECORD_BYTES), (2, MAX_RECORD_BYTES)])
def test_a_record_of_21432_items_fits_at_its_worst(notebook: Notebook, classes: int, most: int) -> None:
    """Class ids at random alone; and of two classes, with one 8-bit score an item at random beside them."""
    data = large(classes, 21_432, "roc_auc" if classes == 2 else "accuracy")
    run = notebook.start("large", config={"batch": 8}, seed=1, data=data)
    scores = RNG.random(21_432) if classes == 2 else None
    guess = RNG.integers(0, classes, 21_432) if scores is None else (scores > 0.5).astype(int)
    result = run.finish(predictions=guess, scores=scores)
    assert len(result.record.to_json().encode()) <= most
    assert result.record.predictions
    assert bool(result.record.scores) == (classes == 2)


def test_the_confidence_of_21432_answers_over_113_classes_fits_a_record_at_its_worst(notebook: Notebook) -> None:
    data = large(113, 21_432, "accuracy", "ece")
    guess, sure = RNG.integers(0, 113, 21_432), RNG.random(21_432)
    result = notebook.start("large", config={"batch": 8}, seed=1, data=data).finish(predictions=guess, scores=sure)
    assert len(result.record.to_json().encode()) <= MAX_RECORD_BYTES
    assert result.record.predictions
    assert result.record.scores.startswith("q1:1:")


def test_the_confidence_is_all_that_is_kept_where_no_metric_needs_more(notebook: Notebook, reopen: Reopen) -> None:
    data, whole = data_scored_by("accuracy", "ece"), data_scored_by("accuracy", "ece", "log_loss")
    probable = RNG.dirichlet(np.full(3, 0.5), len(data.validation.labels))
    guess = probable.argmax(axis=1)
    kept = {
        name: notebook.start(name, config={}, seed=1, data=of).finish(predictions=guess, scores=scores)
        for name, of, scores in (
            ("all", data, probable),
            ("one", data, probable.max(axis=1)),
            ("more", whole, probable),
        )
    }
    assert kept["all"].record.scores == kept["one"].record.scores
    assert kept["more"].record.scores.startswith("q1:3:")
    assert kept["one"].value("ece") == pytest.approx(kept["more"].value("ece"))
    assert reopen().result("one").metrics.values() == kept["one"].record.values
    with pytest.raises(EvidenceError, match=r"or \(40,\) with that of the predicted class alone"):
        notebook.start("short", config={}, seed=1, data=data).finish(predictions=guess, scores=guess[:3] / 3)


def test_the_confidence_is_that_of_the_answer_also_where_another_class_is_more_probable(notebook: Notebook) -> None:
    """An answer may be moved on purpose, as by another prior."""
    data = data_scored_by("accuracy", "ece")
    truth = data.validation.labels
    probable = np.tile([0.6, 0.3, 0.1], (len(truth), 1))
    run = notebook.start("moved", config={}, seed=1, data=data)
    found = run.finish(predictions=np.ones(len(truth), int), scores=probable)
    assert found.value("ece") == pytest.approx(abs(0.3 - np.mean(truth == 1)), abs=0.5 / 255)


def test_one_score_an_item_says_as_much_of_two_classes_as_both_columns(notebook: Notebook) -> None:
    data = data_scored_by("roc_auc", "log_loss", labels=RNG.integers(0, 2, 200))
    sure = RNG.integers(0, 256, len(data.validation.labels)) / 255
    one, both = (
        notebook.start(name, config={}, seed=1, data=data).finish(
            predictions=(sure > 0.5).astype(int), scores=scores
        )
        for name, scores in (("one", sure), ("both", np.column_stack([1 - sure, sure])))
    )
    assert one.record.values == pytest.approx(both.record.values)
    run = notebook.start("three", config={}, seed=1, data=data_scored_by("roc_auc"))
    with pytest.raises(EvidenceError, match=r"expected \(40, 3\): the probability of each class"):
        run.finish(predictions=np.zeros(40, int), scores=np.zeros(40))
    other = notebook.start("short", config={}, seed=1, data=data)
    with pytest.raises(EvidenceError, match="with that of the second class alone"):
        other.finish(predictions=np.zeros(40, int), scores=np.zeros(39))


CELL = """
def train(config, data, run):
    share = notebook.value("kept.share", config["share"])
    run.finish(predictions=data.validation.labels)
"""


@pytest.mark.parametrize("between", ["nothing", "the same value"])
def test_a_value_of_a_training_is_shown_again_with_its_run(
    notebook: Notebook, reopen: Reopen, define: Define, capsys: pytest.CaptureFixture[str], between: str
) -> None:
    """Also where the same number had been written down before the run began."""
    data = data_scored_by("accuracy")
    if between != "nothing":
        notebook.value("kept.share", 0.5)
    notebook.run("model", define(CELL, {"notebook": notebook})["train"], {"share": 0.5}, data=data, seed=1)
    written = [record for record in notebook.records() if record.kind == "value"]
    capsys.readouterr()
    again = reopen()
    again.run("model", define(CELL, {"notebook": again})["train"], {"share": 0.5}, data=data, seed=1)
    out = capsys.readouterr().out
    assert "is not trained again" in out
    assert "kept.share 0.5" in out
    assert [record for record in again.records() if record.kind == "value"] == written
    assert len(written) == (1 if between == "nothing" else 2)


def test_a_value_outside_of_a_training_is_not_shown_with_its_run(
    notebook: Notebook, reopen: Reopen, define: Define, capsys: pytest.CaptureFixture[str]
) -> None:
    data = data_scored_by("accuracy")
    notebook.value("before.share", 0.5)
    notebook.run("model", define(CELL, {"notebook": notebook})["train"], {"share": 0.5}, data=data, seed=1)
    notebook.value("after.share", 0.5)
    capsys.readouterr()
    again = reopen()
    again.run("model", define(CELL, {"notebook": again})["train"], {"share": 0.5}, data=data, seed=1)
    out = capsys.readouterr().out
    assert "before.share" not in out
    assert "after.share" not in out
