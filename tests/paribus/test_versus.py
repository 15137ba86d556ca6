"""Two models are compared by what their runs can carry, and by nothing more."""

import pytest

from paribus.errors import UsageError
from paribus.experiments.notebook import Notebook
from paribus.records.runs import RunResult
from tests.paribus.material import Data, make_data


def model(notebook: Notebook, data: Data, name: str, wrong: int, *, seed: int = 0, epochs: int = 0) -> RunResult:
    guess = data.validation.labels.copy()
    guess[:wrong] = (guess[:wrong] + 1) % len(data.classes)
    run = notebook.start(name, config={"model": name}, seed=seed, data=data)
    for epoch in range(1, epochs + 1):
        run.log(epoch=epoch, predictions=guess)
    return run.finish(predictions=guess)


def test_two_fitted_models_are_compared_item_by_item(notebook: Notebook, data: Data) -> None:
    first, second = model(notebook, data, "tfidf", 20), model(notebook, data, "encoder", 10, epochs=3)
    found = notebook.compare("week1", first, second)
    assert found.mcnemar is not None
    assert found.mcnemar.only_second == 10
    assert found.items["macro_f1"].centre == pytest.approx(second.metrics.macro_f1 - first.metrics.macro_f1)
    assert found.items_p["accuracy"] == pytest.approx(found.mcnemar.p, abs=0.005)
    assert found.tables()[0].rows[0][4] == f"p = {found.items_p['accuracy']:.3g}"
    assert found.seeds == {}
    assert "the tfidf arm's of 1, the encoder arm's of 3" in found.notes[0]
    assert "nothing of other seeds" in found.notes[1]
    assert [table.title for table in found.tables()] == ["week1: encoder − tfidf", "McNemar's exact test"]
    recorded = notebook.records()[-1].values
    assert recorded["comparison.week1.accuracy_difference"] == pytest.approx(10 / 60)
    assert repr(found).startswith("ModelComparison(encoder − tfidf: accuracy +0.1667, macro-F1 +0.")


def test_configurations_are_compared_over_seeds_and_never_by_mcnemar(notebook: Notebook, data: Data) -> None:
    first = [model(notebook, data, "encoder", 20 + seed, seed=seed) for seed in (1, 2, 3)]
    second = [model(notebook, data, "encoder", 5 + seed, seed=seed) for seed in (1, 2, 3)]
    found = notebook.compare("seeds", first, second)
    assert found.mcnemar is None
    assert found.seeds["accuracy"].excludes_zero(1)
    assert found.names == ("encoder (first)", "encoder (second)")
    assert any("not for configurations" in note for note in found.notes)
    assert any("never give p below 0.25" in note for note in found.notes)
    one = notebook.compare("mixed", first, second[0])
    assert (one.mcnemar, one.seeds) == (None, {})


def test_what_cannot_be_compared_is_refused(notebook: Notebook, data: Data) -> None:
    first = model(notebook, data, "tfidf", 20)
    with pytest.raises(UsageError, match="got an empty list"):
        notebook.compare("none", first, [])
    with pytest.raises(UsageError, match="got str"):
        notebook.compare("none", "tfidf", first)  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(UsageError, match="different labels"):
        notebook.compare("other", first, model(notebook, make_data(items=50, fingerprint="e" * 16), "encoder", 3))
    notebook.session.records[:] = [record for record in notebook.records() if record.kind != "data"]
    with pytest.raises(UsageError, match=r"labels of these runs are not at hand: call notebook\.use"):
        notebook.compare("lost", first, first)
