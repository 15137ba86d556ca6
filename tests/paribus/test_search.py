"""A search records every trial, gives every arm as many, and confirms its best on new seeds."""

import sys
from dataclasses import replace
from typing import Any

import pytest

from paribus.errors import ExperimentError, UsageError
from paribus.experiments.notebook import Notebook
from paribus.experiments.search import Search
from tests.paribus.material import CONFIG, Config, Data, Reopen, Train

pytest.importorskip("optuna")


def suggest(trial: Any) -> Config:  # optuna is optional
    return replace(
        CONFIG,
        batch_size=trial.suggest_int("batch_size", 1, 58),
        learning_rate=trial.suggest_float("learning_rate", 1e-5, 1e-2, log=True),
        scheduler=trial.suggest_categorical("scheduler", ["linear", "cosine"]),
    )


@pytest.fixture
def search(notebook: Notebook) -> Search:
    return notebook.search("tuning", trials=4)


def test_every_trial_is_a_recorded_run_and_the_arms_get_equally_many(
    search: Search, train: Train, data: Data, notebook: Notebook
) -> None:
    best = search.run("encoder", train, suggest, data=data, seed=5)
    search.run("decoder", train, suggest, data=data, seed=5)
    results = [record for record in notebook.records() if record.kind == "result"]
    assert [record.arm for record in results] == ["explore.encoder"] * 4 + ["explore.decoder"] * 4
    assert [record.run_name for record in results[:2]] == ["tuning.encoder.1", "tuning.encoder.2"]
    assert best.result.value("macro_f1") == max(record.values["macro_f1"] for record in results[:4])
    assert best.config == replace(CONFIG, **best.proposed)
    table = search.report()
    assert len(table.rows) == 8
    assert [row[4] for row in table.rows].count("best") == 2
    assert "encoder: best of 4 trials, whose mean is 0." in table.note
    assert repr(search) == "Search(tuning, 4 trials an arm: encoder 4, decoder 4)"


def test_an_interrupted_search_proposes_the_same_trials_and_finds_the_finished_ones(
    search: Search, train: Train, data: Data, reopen: Reopen, calls: list[int]
) -> None:
    first = search.run("encoder", train, suggest, data=data, seed=5)
    later = reopen().search("tuning", trials=6)
    later.run("encoder", train, suggest, data=data, seed=5)
    assert calls == [5] * 6
    assert [trial.proposed for trial in later.tried["encoder"][:4]] == [
        trial.proposed for trial in search.tried["encoder"]
    ]
    later.run("encoder", train, suggest, data=data, seed=5, again=True)
    assert len(calls) == 12
    assert first.number <= 4


def test_the_best_is_confirmed_on_at_least_three_new_seeds(
    search: Search, train: Train, data: Data, calls: list[int]
) -> None:
    best = search.run("encoder", train, suggest, data=data, seed=5)
    for seeds, says in (((1, 2), "at least 3 seeds"), ((5, 6, 7), "Seed 5 was used to choose")):
        with pytest.raises(ExperimentError, match=says):
            search.confirm("encoder", train, data=data, seeds=seeds)
    runs = search.confirm("encoder", train, data=data, seeds=(1, 2, 3))
    assert {run.name for run in runs} == {"tuning.encoder"}
    assert {run.start.experiment for run in runs} == {""}
    assert runs[0].start.knobs()["batch_size"] == best.proposed["batch_size"]
    assert len(search.confirm("encoder", train, data=data, seeds=(1, 2, 3))) == 3
    assert len(calls) == 7


def test_a_best_value_at_the_edge_of_its_range_is_told(notebook: Notebook, train: Train, data: Data) -> None:
    def narrow(trial: Any) -> Config:
        return replace(
            CONFIG, batch_size=trial.suggest_int("batch_size", 8, 8),
            scheduler=trial.suggest_categorical("s", ["a"]),
            learning_rate=[trial.suggest_float("rate", 1.0, 2.0), 1e-3][1],
        )  # fmt: skip

    def edge(trial: Any) -> Config:
        return replace(CONFIG, batch_size=trial.suggest_int("batch_size", 1, 2))

    search = notebook.search("narrow", trials=2)
    assert search.run("inner", train, narrow, data=data, seed=1).edges == ()
    assert search.run("edge", train, edge, data=data, seed=1).edges == ("batch_size",)
    assert "Its best batch_size lies at the edge of the range" in search.report().note


def test_a_loss_is_searched_for_its_lowest_value(notebook: Notebook, train: Train, data: Data) -> None:
    search = notebook.search("low", trials=4, metric="zero_f1_classes")
    best = search.run("encoder", train, suggest, data=data, seed=5)
    assert best.result.metrics.zero_f1 == min(t.result.metrics.zero_f1 for t in search.tried["encoder"])


def test_what_would_be_no_fair_search_is_refused(
    search: Search, train: Train, data: Data, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ExperimentError, match="has not run yet"):
        search.report()
    with pytest.raises(ExperimentError, match="'encoder' was not searched; searched: none"):
        search.best("encoder")
    with pytest.raises(ExperimentError, match="short name such as 'encoder'; got 'my model'"):
        search.run("my model", train, suggest, data=data, seed=1)
    search.run("encoder", train, suggest, data=data, seed=1)
    with pytest.raises(ExperimentError, match="with seed 2, the other arms were with seed 1"):
        search.run("decoder", train, suggest, data=data, seed=2)
    for trials in (1, True, 2.5):
        with pytest.raises(ExperimentError, match="at least 2; got"):
            notebook.search("tuning", trials=trials)  # type: ignore[arg-type] # the mistake under test
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError, match="pip install optuna"):
        search.run("encoder", train, suggest, data=data, seed=1)
