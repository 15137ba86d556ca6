"""On which items the solution's trained runs err: what an audit compares a student's errors with.

Only the instructor's release holds it (`audit.json`). Models find the same items hard, and invented errors fall
anywhere, so a few runs of the course's own tell much about a class that is too small to be compared with itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from paribus.metrics.packing import pack, unpack
from paribus.records.record import DataIdentity, Record

IDS = ("u1:", "u2:")
"""How packed class ids begin: errors of other predictions are no matter of right and wrong."""


def errors_of(records: Iterable[Record]) -> tuple[Mapping[str, Any], ...]:
    """A table for each data set and split: ``fingerprint``, ``split``, and ``runs``, each the packed 1 (wrong) or 0
    of every item. Runs that were not trained are left out; of one run name, arm and seed the last counts.
    """
    kept = list(records)
    labels = {item.data: item.labels for item in kept if item.kind == "data" and item.labels.startswith(IDS)}
    runs = {
        (item.data, item.experiment, item.arm, item.run_name, item.seed): item.predictions
        for item in kept
        if item.kind == "result" and item.epochs and item.data in labels and item.predictions.startswith(IDS)
    }
    found: dict[DataIdentity, list[str]] = {}
    for (data, *_), predictions in runs.items():
        if data is not None:
            wrong = unpack(predictions) != unpack(labels[data])
            found.setdefault(data, []).append(pack(wrong.astype("u1")))
    return tuple(
        {"fingerprint": data.fingerprint, "split": data.split, "runs": packed} for data, packed in found.items()
    )
