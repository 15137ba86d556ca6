"""The models of a zoo side by side: what each says about the validation part, in one table."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paribus.display.show import say
from paribus.errors import DataError
from paribus.zoo.folder import ZooFolder
from paribus.zoo.sheets import calibration_error_of, confidence_of, mean_f1

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from paribus.data.texts import TextData
    from paribus.metrics import Metrics

Load = Callable[..., Any]
"""A course's function that loads its data: the source first, settings by name."""
CARD_KEYS = ("source", "fingerprint", "split_digest", "classes")
"""What a zoo's card says of its data beside the settings that they are loaded with."""
COLUMNS = ("accuracy", "macro_f1", "zero_f1_classes", "never_predicted", "predicted_classes", "tail_mass")


@dataclass(frozen=True, eq=False)
class Comparison:
    """The models by codename: ``logits`` of shape (items, classes), metrics, and the mean probability that each
    gives to all tail classes together (nan where the data have no tiers).
    """

    logits: "Mapping[str, NDArray[np.float32]]"
    metrics: "Mapping[str, Metrics]"
    tail_mass: Mapping[str, float]

    def row(self, model: str) -> dict[str, float]:
        """One model's numbers by column."""
        found = self.metrics[model]
        return {
            "accuracy": found.accuracy, "macro_f1": found.macro_f1, "zero_f1_classes": found.zero_f1,
            "never_predicted": found.never_predicted, "predicted_classes": int((found.predicted > 0).sum()),
            "tail_mass": self.tail_mass[model],
        }  # fmt: skip

    def frame(self) -> Any:  # a pandas DataFrame
        """The table as a pandas DataFrame, a line a model, to four digits."""
        import pandas as pd

        table = pd.DataFrame([self.row(model) for model in self.metrics], index=list(self.metrics))
        return table[list(COLUMNS)].dropna(axis="columns", how="all").round(4)


def load_data(zoo: ZooFolder, load: Load, source: str | None = None) -> Any:  # the course's own
    """The data that a zoo's models were trained on, read by ``load``, a function of the course's library.

    It is called with the source on the zoo's card, or with ``source``, and with the settings on the card by name.

    DataError where what is found is not that data.
    """
    named = source or str(zoo.data["source"])
    settings = {name: value for name, value in zoo.data.items() if name not in CARD_KEYS}
    data = load(*([named] if named else []), **settings)
    if data.fingerprint != zoo.data["fingerprint"]:
        raise DataError(
            f"The zoo {zoo.name!r} was trained on data of fingerprint {zoo.data['fingerprint']}; "
            f"{data.source} has {data.fingerprint}. Load the data that came with the zoo, or use the version of "
            "paribus and of the course's library that came with it."
        )
    return data


def compare(zoo: ZooFolder, data: "TextData") -> Comparison:
    """Load every model, predict the validation part, and score it; says which model it is at.

    DataError where the zoo hands out no weights, or they do not fit the architecture.
    """
    import numpy as np

    from paribus import training
    from paribus.metrics import evaluate_fast

    device, _ = training.device_and_precision()
    labels = np.asarray(data.validation.labels, dtype=np.int64)
    logits = {}
    for name in zoo.models:
        say(f"{name}: {len(labels):,} items on {device}")
        logits[name] = logits_of(zoo, name, data)
    return Comparison(
        logits,
        {name: evaluate_fast(labels, found.argmax(axis=1), len(data.classes)) for name, found in logits.items()},
        {name: _tail_mass(found, tail_of(data)) for name, found in logits.items()},
    )


def sheets_table(zoo: ZooFolder, data: "TextData") -> Any:  # a pandas DataFrame
    """Every model of a zoo of sheets in one line: size, latency, calibration, segments, by the names to cite.

    ``data`` are those that the zoo's card names (`paribus.zoo.load_data`).
    """
    import numpy as np
    import pandas as pd
    from scipy.special import softmax

    from paribus.metrics import evaluate_fast

    labels, tail = np.asarray(data.validation.labels, dtype=np.int64), tail_of(data)
    lines = {}
    for name in zoo.models:
        sheet, logits = zoo.sheet(name), zoo.logits(name)
        probabilities = softmax(logits.astype("float64"), axis=1)
        metrics = evaluate_fast(labels, logits.argmax(axis=1), len(data.classes))
        lines[name] = {
            "size_mb": sheet.size_mb, "zipped_share": sheet.zipped_share, "latency_p50": sheet.latency_p50,
            "latency_p95": sheet.latency_p95, "latency_ratio": sheet.latency_ratio,
            "accuracy": metrics.accuracy, "macro_f1": metrics.macro_f1, "zero_f1_classes": metrics.zero_f1,
            "predicted_classes": int((metrics.predicted > 0).sum()),
            "confidence": confidence_of(probabilities),
            "calibration_error": calibration_error_of(probabilities, labels),
            "other_f1": mean_f1(metrics, ~tail), "tail_f1": mean_f1(metrics, tail),
            "tail_mass": _tail_mass(logits, tail),
        }  # fmt: skip
    return pd.DataFrame(lines).T.dropna(axis="columns", how="all").round(4)


def logits_of(zoo: ZooFolder, model: str, data: "TextData") -> "NDArray[np.float32]":
    """What one model says about the validation part, shape (items, classes), on the device there is.

    DataError as `compare` raises it.
    """
    from paribus import training

    device, precision = training.device_and_precision()
    network, tokenizer = zoo.load(model)
    encoded = training.encode(data.validation, tokenizer, zoo.max_length)
    return training.predict(network.to(device), encoded, precision=precision)


def tail_of(data: Any) -> "NDArray[np.bool_]":  # with or without tiers
    """Which classes are tail classes, shape (classes,); none where the data have no method ``tiers``."""
    import numpy as np

    tiers = getattr(data, "tiers", None)
    return np.zeros(len(data.classes), dtype=bool) if tiers is None else np.asarray(tiers() == "tail")


def _tail_mass(logits: "NDArray[np.float32]", tail: "NDArray[np.bool_]") -> float:
    """The mean, over items, of the probability that all tail classes get together."""
    from scipy.special import softmax

    if not tail.any():
        return math.nan
    probabilities = softmax(logits.astype("float64"), axis=1)
    return float(probabilities[:, tail].sum(axis=1).mean())
