"""A sheet: what can be measured of a model without opening it, its size and its latency.

The latency was measured in turn with a yardstick, the plain architecture in 32 bits: ``latency_ratio`` is the
quotient of the two medians, which a busy machine changes little.
"""

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from paribus.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from paribus.metrics import Metrics

SCHEMA = "paribus.sheet/1"


@dataclass(frozen=True)
class Sheet:
    """Size in MB, the share of it that is left when zipped, latencies of one text in ms, and where they were taken.

    ``slowest`` and ``fastest`` are the largest and the smallest median of a repetition.
    """

    size_mb: float
    zipped_share: float
    latency_p50: float
    latency_p95: float
    latency_ratio: float
    fastest: float
    slowest: float
    place: str

    def to_json(self) -> str:
        """The sheet as a file's text: the same sheet gives the same bytes."""
        plain = {
            name: value if isinstance(value, str) else float(f"{value:.6g}") for name, value in asdict(self).items()
        }
        return json.dumps({"schema": SCHEMA, **plain}, sort_keys=True, indent=1) + "\n"


def read_sheet(text: str, where: str) -> Sheet:
    """Read what `Sheet.to_json` wrote; DataError where it is damaged or of another version."""
    try:
        raw = json.loads(text)
        if raw.pop("schema") != SCHEMA:
            raise DataError(f"{where}: is no sheet of schema {SCHEMA!r}. Use the wheel that came with the zoo.")
        sheet = Sheet(**raw)
        numbers = [getattr(sheet, item.name) for item in fields(sheet) if item.name != "place"]
        if not all(math.isfinite(number) and number > 0 for number in numbers):
            raise ValueError("a number is not above 0")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{where}: is no sheet ({error}). Take the zoo's folder anew.") from error
    return sheet


def confidence_of(probabilities: "NDArray[np.float64]") -> float:
    """The mean, over items, of the highest probability; shape (items, classes)."""
    return float(probabilities.max(axis=1).mean())


def calibration_error_of(probabilities: "NDArray[np.float64]", labels: "NDArray[np.int64]") -> float:
    """The expected calibration error, as the metric of this name."""
    from paribus.metrics.from_scores import ece
    from paribus.metrics.metric import Scored

    return ece(Scored(labels, probabilities.argmax(axis=1), probabilities.shape[1], probabilities))


def mean_f1(metrics: "Metrics", classes: "NDArray[np.bool_]") -> float:
    """The mean F1 of the marked classes that occur in the split; nan where none does."""
    import numpy as np

    found = metrics.per_class_f1[classes]
    found = found[np.isfinite(found)]
    return float(found.mean()) if found.size else math.nan
