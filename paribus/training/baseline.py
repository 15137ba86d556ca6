"""The classical baseline: TF-IDF and logistic regression, with its settings in this one place."""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from paribus.training.protocols import TextsWithLabels

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class TfidfSettings:
    """Every setting that decides the baseline's result.

    Words of two or more characters, lower case, in at least ``min_df`` texts, the ``max_features`` most
    frequent of them; L2-regularised multinomial logistic regression by L-BFGS with inverse strength ``C``.
    """

    C: float = 1.0
    min_df: int = 2
    max_features: int | None = 30_000
    ngrams: int = 1
    sublinear: bool = False
    stop_words: str | None = "english"
    tolerance: float = 1e-4
    max_iter: int = 500

    def to_fields(self) -> dict[str, str | int | float | bool | None]:
        """The settings as plain values, as a record's configuration takes them."""
        return {"model": "tfidf+logreg", **asdict(self)}


DEFAULT_TFIDF = TfidfSettings()


@dataclass(frozen=True, eq=False)
class FittedTfidf:
    """A fitted baseline; ``n_iter`` iterations, ``converged`` where the solver stopped by itself."""

    settings: TfidfSettings
    vectorizer: "TfidfVectorizer"
    classifier: "LogisticRegression"
    n_iter: int
    converged: bool

    def predict(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """The most probable class of each text."""
        labels: NDArray[np.int64] = self.classifier.predict(self.vectorizer.transform(texts))
        return labels

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Texts × classes seen in training (`classifier.classes_`), rows sum to 1."""
        values: NDArray[np.float64] = self.classifier.predict_proba(self.vectorizer.transform(texts))
        return values


def fit_tfidf(train: TextsWithLabels, settings: TfidfSettings = DEFAULT_TFIDF) -> FittedTfidf:
    """Fit the baseline on a training part; deterministic."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    vectorizer: Any = TfidfVectorizer(
        min_df=settings.min_df,
        max_features=settings.max_features,
        ngram_range=(1, settings.ngrams),
        sublinear_tf=settings.sublinear,
        stop_words=settings.stop_words,
    )
    features = vectorizer.fit_transform(train.texts)
    classifier: Any = LogisticRegression(C=settings.C, tol=settings.tolerance, max_iter=settings.max_iter)
    # One thread: the matrices are small, so that several mostly wait for one another (ten times slower on two
    # busy cores), and the order of sums, and with it the result, would depend on the machine.
    with warnings.catch_warnings(), threadpool_limits(1):
        # `converged` says the same, and stays with the result.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(features, train.labels)
    n_iter = int(np.max(classifier.n_iter_))
    return FittedTfidf(settings, vectorizer, classifier, n_iter, n_iter < settings.max_iter)
