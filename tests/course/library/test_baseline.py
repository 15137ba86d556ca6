"""The classical baseline: one place for its settings, one thread, and an honest word on convergence."""

import json
from dataclasses import replace

import numpy as np
import pytest

import complaints
from complaints import Complaints
from paribus.training.baseline import DEFAULT_TFIDF, TfidfSettings, fit_tfidf


@pytest.fixture(scope="module")
def micro() -> Complaints:
    return complaints.load(size="micro")


def test_the_default_converges_and_predicts_classes(micro: Complaints) -> None:
    fitted = fit_tfidf(micro.train)
    assert fitted.converged
    assert fitted.n_iter < DEFAULT_TFIDF.max_iter
    predicted = fitted.predict(micro.validation.texts)
    assert predicted.shape == micro.validation.labels.shape
    assert np.mean(predicted == micro.validation.labels) > np.mean(micro.validation.labels == 0)


def test_probabilities_sum_to_one_and_agree_with_the_prediction(micro: Complaints) -> None:
    fitted = fit_tfidf(micro.train)
    values = fitted.probabilities(micro.validation.texts)
    assert values.shape == (len(micro.validation), micro.n_classes)
    assert np.allclose(values.sum(axis=1), 1)
    assert np.array_equal(values.argmax(axis=1), fitted.predict(micro.validation.texts))


def test_too_few_iterations_are_reported_not_hidden(micro: Complaints) -> None:
    fitted = fit_tfidf(micro.train, replace(DEFAULT_TFIDF, max_iter=3))
    assert not fitted.converged
    assert fitted.n_iter == 3


def test_every_setting_reaches_the_pipeline(micro: Complaints) -> None:
    settings = TfidfSettings(
        C=2.0, min_df=1, max_features=200, ngrams=2, sublinear=True, stop_words=None, tolerance=1e-3, max_iter=50
    )
    fitted = fit_tfidf(micro.train, settings)
    vectorizer, classifier = fitted.vectorizer.get_params(), fitted.classifier.get_params()
    assert (vectorizer["min_df"], vectorizer["max_features"], vectorizer["ngram_range"]) == (1, 200, (1, 2))
    assert (vectorizer["sublinear_tf"], vectorizer["stop_words"]) == (True, None)
    assert (classifier["C"], classifier["tol"], classifier["max_iter"]) == (2.0, 1e-3, 50)


def test_settings_are_plain_values_for_a_record() -> None:
    fields = DEFAULT_TFIDF.to_fields()
    assert json.loads(json.dumps(fields)) == fields
    assert fields["model"] == "tfidf+logreg"


def test_fitting_twice_gives_the_same_predictions(micro: Complaints) -> None:
    one, two = (fit_tfidf(micro.train).probabilities(micro.test.texts) for _ in range(2))
    assert np.array_equal(one, two)
