"""Forged records of many kinds, made of honest ones: what the plausibility statistics are measured with.

Each kind takes a student's true records and those of others, and gives what a forger would hand in. All of them fit
their own digests: anyone who calls paribus can write such records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from paribus.metrics import evaluate_fast
from paribus.metrics.packing import pack, unpack
from paribus.records.record import Epoch, Record

Ids = NDArray[np.int64]
Records = Sequence[Record]
Forge = Callable[[Records, Sequence[Records], np.random.Generator], list[Record]]


def labels_of(records: Records) -> tuple[Ids, int]:
    """The validation labels, and how many classes there are."""
    data = next(record for record in records if record.kind == "data")
    return np.asarray(unpack(data.labels), dtype=np.int64), len(data.classes)


def with_predictions(record: Record, predictions: Ids, labels: Ids, classes: int) -> Record:
    """A result that claims these predictions, with the metrics that follow from them and a log that fits."""
    found = evaluate_fast(labels, predictions, classes)
    values = {**record.values, **{name: getattr(found, name) for name in ("accuracy", "macro_f1", "weighted_f1")}}
    epochs = tuple(
        Epoch(line.epoch, {**line.metrics, "accuracy": found.accuracy, "macro_f1": found.macro_f1})
        if line.epoch == record.chosen_epoch else line
        for line in record.epochs
    )  # fmt: skip
    return replace(record, predictions=pack(predictions), values=values, epochs=epochs)


def _each(change: Callable[[Ids, Ids, int, np.random.Generator], Ids]) -> Forge:
    """Forge the predictions of every run that trained, each from its true ones."""

    def forge(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
        labels, classes = labels_of(records)
        return [
            with_predictions(record, change(_of(record), labels, classes, draw), labels, classes)
            if record.kind == "result" and record.epochs else record
            for record in records
        ]  # fmt: skip

    return forge


def _of(record: Record) -> Ids:
    return np.asarray(unpack(record.predictions), dtype=np.int64)


def _errors(labels: Ids, share: float, wrong: Ids, draw: np.random.Generator) -> Ids:
    """The labels with this share of errors at random places, taken from ``wrong``."""
    made = labels.copy()
    places = draw.random(len(labels)) < share
    made[places] = draw.choice(wrong, size=int(places.sum()))
    return made


def _uniform(true: Ids, labels: Ids, classes: int, draw: np.random.Generator) -> Ids:
    return _errors(labels, float((true != labels).mean()), np.arange(classes), draw)


def _by_frequency(true: Ids, labels: Ids, classes: int, draw: np.random.Generator) -> Ids:
    return _errors(labels, float((true != labels).mean()), labels, draw)


def _by_own_errors(true: Ids, labels: Ids, classes: int, draw: np.random.Generator) -> Ids:
    """Each class is confused as the true model confuses it, at random items."""
    made = labels.copy()
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        made[places] = draw.permutation(true[places])
    return made


def _better(share: float) -> Callable[[Ids, Ids, int, np.random.Generator], Ids]:
    def change(true: Ids, labels: Ids, classes: int, draw: np.random.Generator) -> Ids:
        corrected = draw.random(len(labels)) < share
        return np.where(corrected, labels, true)

    return change


def _all_from_nothing(true: Ids, labels: Ids, classes: int, draw: np.random.Generator) -> Ids:
    return draw.permutation(true)


def _friend(noise: float) -> Forge:
    """Somebody else's runs under one's own seed, with some of the predictions drawn anew."""

    def forge(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
        labels, classes = labels_of(records)
        friend = _results(others[int(draw.integers(len(others)))])
        made, place = [], 0
        for record in records:
            if record.kind == "result" and record.epochs:
                theirs = friend[min(place, len(friend) - 1)]
                place += 1
                predictions = _of(theirs)
                places = draw.random(len(labels)) < noise
                predictions[places] = draw.choice(labels, size=int(places.sum()))
                mine = replace(record, epochs=theirs.epochs)
                made.append(with_predictions(mine, predictions, labels, classes))
            else:
                made.append(record)
        return made

    return forge


def _copied(corrected: float) -> Forge:
    """The changed arm is the baseline, with a few items set right and losses that fit the tale."""

    def forge(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
        labels, classes = labels_of(records)
        first = _results(records)[0]
        predictions = np.where(draw.random(len(labels)) < corrected, labels, _of(first))
        return [
            with_predictions(replace(record, epochs=_moved(first.epochs, draw)), predictions, labels, classes)
            if record.kind == "result" and record.arm == "changed" else record
            for record in records
        ]  # fmt: skip

    return forge


def _moved(epochs: Sequence[Epoch], draw: np.random.Generator) -> tuple[Epoch, ...]:
    shift = float(draw.uniform(0.8, 1.2))
    losses = ("train_loss", "validation_loss")
    return tuple(
        Epoch(
            line.epoch, {name: value * shift if name in losses else value for name, value in line.metrics.items()}
        )
        for line in epochs
    )


def _baseline_as_encoder(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
    """The predictions of the classical model are given as those of the encoder."""
    labels, classes = labels_of(records)
    classical = next(record for record in records if record.kind == "result" and not record.epochs)
    return [
        with_predictions(record, _of(classical), labels, classes)
        if record.kind == "result" and record.epochs else record
        for record in records
    ]  # fmt: skip


def _losses(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
    """True predictions under losses that somebody thought of."""

    def thought_of(line: Epoch) -> Epoch:
        made = {"train_loss": round(1.0 / line.epoch, 2), "validation_loss": round(0.9 / line.epoch + 0.2, 2)}
        return Epoch(line.epoch, {**line.metrics, **made})

    return [
        replace(record, epochs=tuple(map(thought_of, record.epochs))) if record.kind == "result" else record
        for record in records
    ]


def _at_once(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
    """True predictions in records that a script wrote: from a run's start to its finish nothing trained."""
    return [
        replace(record, seconds=round(float(draw.uniform(0, 0.05)), 2)) if record.kind == "result" else record
        for record in records
    ]


def _thought_of_time(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
    """True predictions in records that a script wrote, with a friend's time, give or take a fifth."""
    times = [record.seconds for record in _results(others[int(draw.integers(len(others)))])]
    known = [time for time in times if time is not None]
    return [
        replace(record, seconds=round(float(draw.choice(known) * draw.uniform(0.8, 1.2)), 2))
        if known and record.kind == "result" and record.epochs else record
        for record in records
    ]  # fmt: skip


def _spliced(records: Records, others: Sequence[Records], draw: np.random.Generator) -> list[Record]:
    """Somebody else's result among one's own records."""
    friend = _results(others[int(draw.integers(len(others)))])
    return [friend[-1] if record.kind == "result" and record.arm == "changed" else record for record in records]


def _results(records: Records) -> list[Record]:
    return [record for record in records if record.kind == "result" and record.epochs]


KINDS: Mapping[str, Forge] = {
    "predictions invented by chance": _each(_all_from_nothing),
    "labels with errors added, any class": _each(_uniform),
    "labels with errors added, frequent classes": _each(_by_frequency),
    "labels with the model's own errors at other items": _each(_by_own_errors),
    "true predictions, a fifth of all items set right": _each(_better(0.2)),
    "true predictions, every twentieth item set right": _each(_better(0.05)),
    "a friend's runs, unchanged": _friend(0.0),
    "a friend's runs with 1 % noise": _friend(0.01),
    "a friend's runs with 10 % noise": _friend(0.1),
    "the changed arm copied from the baseline": _copied(0.0),
    "the changed arm copied, some items set right": _copied(0.03),
    "the classical model's predictions as the encoder's": _baseline_as_encoder,
    "true predictions under invented losses": _losses,
    "true predictions, written at once": _at_once,
    "true predictions, written at once under an invented time": _thought_of_time,
    "a friend's record among one's own": _spliced,
}
"""What is forged, in words."""
OF_TIME = frozenset(kind for kind, forged in KINDS.items() if forged in (_at_once, _thought_of_time))
"""What is forged where records hold seconds: older ones have none to compare with."""


def forge(kind: str, records: Records, others: Sequence[Records], seed: int) -> list[Record]:
    """One student's forged records; the same arguments, the same forgery."""
    return _rechained(KINDS[kind](records, others, np.random.default_rng(seed)), spliced=KINDS[kind] is _spliced)


def _rechained(records: Sequence[Record], *, spliced: bool) -> list[Record]:
    """Links that fit again, as paribus would write them; a record from elsewhere keeps its own."""
    made: list[Record] = []
    starts: dict[str, str] = {}
    nonce = records[0].nonce
    for record in records:
        start = starts.get(record.run, "") if record.kind == "result" else ""
        own = not spliced or record.nonce == nonce
        linked = replace(record, previous=made[-1].digest() if made else "", start=start) if own else record
        if linked.kind == "start":
            starts[linked.run] = linked.digest()
        made.append(linked)
    return made
