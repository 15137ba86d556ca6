"""A record made to fit the size that a record may have: what is left out, in which order, and where it says so."""

from dataclasses import replace
from typing import Any

from paribus.records.record import ID_RECORD_BYTES, MAX_RECORD_BYTES, ConfigField, Record


def fit_to_size(record: Record, *, too_many_scores: bool = False) -> Record:
    """``record``, made to fit the size a record may have, and saying so.

    Of a very long log, every k-th epoch is kept beside the first, the chosen and the last ("log_every": k); scores
    of classes that do not fit even then, or are ``too_many_scores`` to be read back, are left out
    ("scores_left_out"), then predictions ("predictions_left_out"), and the metrics stay.
    """
    full = _without(record, "scores") if too_many_scores else record
    record, every = full, 1
    while _too_large(record) and every < len(full.epochs):
        every *= 2
        last = len(full.epochs) - 1
        kept = tuple(
            line
            for i, line in enumerate(full.epochs)
            if i % every == 0 or i == last or line.epoch == full.chosen_epoch
        )
        note = {"log_every": ConfigField(every, "outcome")}
        record = replace(full, epochs=kept, config={**full.config, **note})
    for name in ("scores", "predictions"):
        if _too_large(record) and getattr(record, name):
            record = _without(record, name)
    return record


def _without(record: Record, name: str) -> Record:
    note = {f"{name}_left_out": ConfigField(value=True, role="outcome")}
    left: dict[str, Any] = {name: ""}
    return replace(record, config={**record.config, **note}, **left)


def _too_large(record: Record) -> bool:
    ids_alone = not record.scores and record.predictions[:1] == "u"
    return len(record.to_json().encode()) > (ID_RECORD_BYTES if ids_alone else MAX_RECORD_BYTES)
