"""Any table, image or list becomes a data set whose split and fingerprints are the same everywhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

import paribus
from paribus.data.dataset import Dataset
from paribus.errors import DataError, EvidenceError, ExperimentError
from paribus.experiments.notebook import Notebook
from paribus.experiments.report import ExperimentReport, MetricRow
from paribus.records.environment import Placed, place_of
from paribus.records.record import Prediction
from paribus.records.runs import Run, RunResult
from paribus.records.tables import result_table

RNG = np.random.default_rng(3)
FEATURES = RNG.normal(size=(200, 4))
TARGETS = FEATURES @ [3.0, -1.0, 0.5, 0.0] + RNG.normal(size=200) * 0.3
CLASSES = (TARGETS > 0).astype(int) + (TARGETS > 2).astype(int)


def numbers(**changes: Any) -> Dataset:
    settings = {"predicts": "value", **changes}
    return Dataset.split_from(
        "made", settings.pop("features", FEATURES), settings.pop("labels", TARGETS), **settings
    )


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return paribus.begin("week1_homework", release="abc123", directory=tmp_path)


def fitted(data: Dataset, ridge: float) -> np.ndarray:
    x, y = data.train.features, data.train.labels
    weights = np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)
    found: np.ndarray = data.validation.features @ weights
    return found


def train(config: dict[str, Any], data: Dataset, run: Run) -> None:
    for epoch in (1, 2):
        run.log(epoch=epoch, train_loss=1.0 / epoch, predictions=fitted(data, config["ridge"] / epoch))


def test_the_same_rows_labels_and_seed_give_the_same_split_and_fingerprints() -> None:
    one, other = numbers(), numbers(features=FEATURES.astype(">f8"))
    assert (one.fingerprint, one.split_digest) == (other.fingerprint, other.split_digest)
    assert len(one.train) == 120
    assert numbers(seed=1).split_digest != one.split_digest
    assert numbers(labels=TARGETS + 1e-9).fingerprint != one.fingerprint


def test_no_item_is_in_two_parts_and_none_is_lost() -> None:
    data = numbers(labels=np.arange(200))
    parts = [part.labels for part in (data.train, data.validation, data.test)]
    assert sorted(np.concatenate(parts)) == list(range(200))


def test_classes_keep_their_shares() -> None:
    data = Dataset.split_from("made", FEATURES, CLASSES, classes=("low", "mid", "high"))
    shares = [np.bincount(part.labels, minlength=3) / len(part) for part in (data.train, data.validation)]
    assert np.abs(shares[0] - shares[1]).max() < 0.02
    assert data.metrics == ("macro_f1", "accuracy", "weighted_f1", "zero_f1_classes")


def test_a_frame_and_a_list_of_texts_are_data_too() -> None:
    frame = pd.DataFrame({"a": FEATURES[:, 0], "b": ["x"] * 200})
    data = Dataset.split_from("frame", frame, CLASSES)
    assert list(data.train.features.columns) == ["a", "b"]
    renamed = Dataset.split_from("frame", frame.rename(columns={"b": "c"}), CLASSES)
    assert renamed.fingerprint != data.fingerprint
    texts = Dataset.split_from("texts", [f"text {i}" for i in range(200)], CLASSES)
    assert isinstance(texts.train.features[0], str)


def test_fewer_training_rows_are_other_data_with_the_same_split() -> None:
    data = numbers()
    fewer = data.with_train(range(60))
    assert len(fewer.train) == 60
    assert fewer.train.fingerprint != data.train.fingerprint
    assert fewer.split_digest == data.split_digest


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"labels": TARGETS[:-1]}, "200 rows of features and labels of shape"),
        ({"labels": np.where(TARGETS > 3, np.nan, TARGETS)}, "expected a finite number an item"),
        ({"predicts": "", "labels": TARGETS}, 'say predicts="value"'),
        ({"predicts": "", "labels": CLASSES, "classes": ("a", "b")}, "names of 2 classes"),
        ({"predicts": "number"}, 'expected "" for classes'),
        ({"metrics": ("rmsee",)}, "Did you mean 'rmse'"),
        ({"metrics": ("accuracy",)}, "no metric of what these data predict; expected some of rmse, mae, r2"),
        ({"validation": 0.001}, "leave a part with fewer than 2 items"),
    ],
)
def test_what_is_no_data_set_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        numbers(**changes)


def test_a_run_on_numbers_is_scored_as_scikit_learn_scores_it(notebook: Notebook) -> None:
    data = numbers()
    notebook.use(data)
    result = notebook.run("ridge", train, {"ridge": 4.0}, data=data, seed=1)
    truth, guess = data.validation.labels, fitted(data, 2.0)
    assert result.value("rmse") == pytest.approx(root_mean_squared_error(truth, guess), rel=1e-6)
    assert result.value("mae") == pytest.approx(mean_absolute_error(truth, guess), rel=1e-6)
    assert result.value("r2") == pytest.approx(r2_score(truth, guess), rel=1e-6)
    assert result.chosen_by == "rmse"


def test_the_chosen_epoch_is_the_one_with_the_smallest_error(notebook: Notebook) -> None:
    data = numbers()
    run = notebook.start("r", config={"ridge": 1.0}, seed=1, data=data)
    for epoch, ridge in enumerate((400.0, 1.0, 300.0), 1):
        run.log(epoch=epoch, predictions=fitted(data, ridge))
    assert run.finish().chosen_epoch == 2


def test_an_experiment_on_numbers_reports_intervals_in_the_metrics_own_unit(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    data = numbers()
    experiment = notebook.experiment("ridge", vary="ridge")
    experiment.run("baseline", train, {"ridge": 1.0}, data=data, seeds=(1, 2))
    experiment.predict(metric="rmse", direction="up", low=0.0, high=5.0, why="it shrinks what is right")
    experiment.run("changed", train, {"ridge": 300.0}, data=data, seeds=(1, 2))
    report = experiment.report()
    assert report.row("rmse").inside is True
    found = report.noise_of("rmse").items
    assert found is not None
    assert found.low > 0
    assert "Is the difference in RMSE larger than noise?" in capsys.readouterr().out


def test_a_search_for_the_smallest_error_finds_it(notebook: Notebook) -> None:
    data = numbers()
    sweep = notebook.sweep("ridge", vary="ridge", metric="rmse")
    assert sweep.run(train, {"ridge": 1.0}, (1.0, 500.0), data=data, seed=1).chosen == 1.0


def test_two_models_of_numbers_are_compared_without_mcnemar(notebook: Notebook) -> None:
    data = numbers()
    runs = [notebook.run(name, train, {"ridge": ridge}, data=data, seed=1)
            for name, ridge in (("small", 1.0), ("large", 300.0))]  # fmt: skip
    found = notebook.compare("ridge", *runs)
    assert found.mcnemar is None
    assert found.items["rmse"].low > 0


def test_a_metric_whose_scores_are_missing_is_told_with_what_to_pass(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Dataset.split_from("made", FEATURES, (TARGETS > 0).astype(int), metrics=("accuracy", "roc_auc"))
    run = notebook.start("ids", config={"c": 1}, seed=1, data=data)
    capsys.readouterr()
    run.finish(predictions=np.zeros(len(data.validation), int))
    assert (
        "ids, seed 1, has no ROC AUC: that needs the probability of each class. Pass them"
        in capsys.readouterr().out
    )


def test_scores_of_classes_give_an_area_under_the_curve(notebook: Notebook) -> None:
    from sklearn.metrics import roc_auc_score

    data = Dataset.split_from("made", FEATURES, (TARGETS > 0).astype(int), metrics=("accuracy", "roc_auc"))
    second = 1 / (1 + np.exp(-data.validation.features[:, 0]))
    scores = np.column_stack([1 - second, second])
    run = notebook.start("one", config={"c": 1}, seed=1, data=data)
    result = run.finish(predictions=(second > 0.5).astype(int), scores=scores, measured={"latency_p50": 1.5})
    assert result.value("roc_auc") == pytest.approx(roc_auc_score(data.validation.labels, second), abs=0.005)
    assert result.value("latency_p50") == 1.5


@pytest.mark.parametrize(
    ("measured", "told"),
    [
        ({"latency_p50": Placed(1.5, "a GPU, torch 2")}, "a GPU, torch 2"),
        ({"latency_p50": 1.5}, "here"),
        ({"size_mb": 1.5}, ""),
        ({}, ""),
    ],
)
def test_what_holds_for_one_machine_alone_is_recorded_with_its_place(
    measured: dict[str, float], told: str, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paribus.records.runs.place", lambda: "here")
    data = Dataset.split_from("made", FEATURES, (TARGETS > 0).astype(int))
    result = begun(notebook, data).finish(predictions=np.zeros(len(data.validation), int), measured=measured)
    assert place_of(result.record.config) == told
    assert (("measured on", told) in result_table(result.record, None).rows) is bool(told)


def begun(notebook: Notebook, data: Dataset) -> Run:
    return notebook.start("x", config={"c": 1}, seed=1, data=data)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda run, _: run.finish(), "one number an item"),
        (lambda run, _: run.finish(predictions=[1.0]), "one number for each validation item"),
        (lambda run, d: run.finish(predictions=np.full(len(d.validation), np.nan)), "holds nan or inf"),
        (
            lambda run, d: run.finish(predictions=d.validation.labels, measured={"rmse": 1}),
            "follow from predictions",
        ),
        (
            lambda run, d: run.finish(predictions=d.validation.labels, measured={"seconds": float("inf")}),
            "a finite number",
        ),
        (
            lambda run, d: run.finish(predictions=d.validation.labels, scores=[[0.5]]),
            "the probability of each class",
        ),
    ],
)
def test_what_is_no_prediction_of_numbers_is_refused(notebook: Notebook, call: Any, says: str) -> None:
    data = numbers()
    with pytest.raises(EvidenceError, match=says):
        call(begun(notebook, data), data)


def test_a_prediction_about_an_unknown_metric_names_the_near_one(notebook: Notebook) -> None:
    with pytest.raises(ExperimentError, match="Did you mean 'rmse'"):
        notebook.experiment("x", vary="c").predict(metric="rsme", direction="up", why="it gets larger then")


def test_a_run_on_numbers_is_found_again_after_a_restart(notebook: Notebook, tmp_path: Path) -> None:
    data = numbers()
    first = notebook.run("ridge", train, {"ridge": 4.0}, data=data, seed=1)
    again: RunResult = paribus.begin("week1_homework", release="abc123", directory=tmp_path).result("ridge")
    assert again.value("rmse") == first.value("rmse")
    assert again.metrics.values()["rmse"] == first.value("rmse")


def test_the_figure_of_an_experiment_draws_the_metric_that_the_prediction_is_about() -> None:
    names = ("accuracy", "macro_f1", "zero_f1_classes", "roc_auc")
    rows = tuple(MetricRow(name, (0.5,), (0.6,)) for name in names)
    expected = Prediction("roc_auc", "up", 0.0, 0.1, "more steps", "2027-01-01T00:00:00+00:00", 1)
    report = ExperimentReport("k", "c", "1", "2", (1,), rows, expected)
    assert report.drawn() == ["roc_auc", "accuracy", "macro_f1"]
    assert replace(report, prediction=None).drawn() == list(names[:3])
