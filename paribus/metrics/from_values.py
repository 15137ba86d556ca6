"""Metrics of numbers and of scores of items: RMSE, MAE, R², means of item scores."""

from typing import TYPE_CHECKING

from paribus.metrics.metric import Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def rmse(items: Scored) -> float:
    """The root of the mean squared error, in the target's unit (`sklearn.metrics.root_mean_squared_error`)."""
    return float(((items.truth - items.guess) ** 2).mean() ** 0.5)


def mae(items: Scored) -> float:
    """The mean absolute error, in the target's unit."""
    return float(abs(items.truth - items.guess).mean())


def r2(items: Scored) -> float:
    """1 − squared error / squared deviation from the mean; 0 where the target does not vary, 1 if then all is right
    (scikit-learn's ``force_finite``).
    """
    import numpy as np

    error = float(((items.truth - items.guess) ** 2).sum())
    spread = float(((items.truth - np.mean(items.truth)) ** 2).sum())
    if spread == 0.0:
        return 1.0 if error == 0.0 else 0.0
    return 1.0 - error / spread


def mean_score(items: Scored) -> float:
    """The mean of one score an item, such as exact match or ROUGE-L."""
    return float(items.guess.mean())


def perplexity(items: Scored) -> float:
    """Exp of minus the mean log-likelihood; the items' scores are log-likelihoods a token, in nats."""
    import numpy as np

    return float(np.exp(-items.guess.mean()))


def rmse_left_out(items: Scored) -> "tuple[float, NDArray[np.float64]]":
    """RMSE, and RMSE without each item."""
    import numpy as np

    squares = np.square(items.truth - items.guess, dtype=np.float64)
    return rmse(items), np.sqrt(np.maximum(squares.sum() - squares, 0.0) / (squares.size - 1))


def mae_left_out(items: Scored) -> "tuple[float, NDArray[np.float64]]":
    """MAE, and MAE without each item."""
    import numpy as np

    errors = np.abs(items.truth - items.guess, dtype=np.float64)
    return mae(items), (errors.sum() - errors) / (errors.size - 1)


def mean_score_left_out(items: Scored) -> "tuple[float, NDArray[np.float64]]":
    """The mean score, and the mean without each item."""
    return mean_score(items), (items.guess.sum() - items.guess) / (items.guess.size - 1)
