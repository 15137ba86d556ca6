"""What a notebook says of a prediction when it is made: that it is late, that it can hardly miss, its code."""

from collections.abc import Sequence

from paribus.display.markup import Table
from paribus.experiments.arms import begun_without, finished_without
from paribus.experiments.wide import hardly_misses
from paribus.records.record import Prediction, Record
from paribus.records.tables import prediction_sentence


def prediction_table(
    key: str, made: Prediction, records: Sequence[Record], *, widest: float, classes: int
) -> Table:
    """A prediction of experiment ``key`` in words, with what its maker should know before the changed arm runs.

    ``widest`` is how wide a range may be, ``classes`` how many there are in the data.
    """
    title, said = f"Prediction for {key}", prediction_sentence(made)
    if (late := finished_without(records, key, made)) is not None:
        title = f"Too late: prediction for {key}"
        said += (
            f". The changed arm had finished before (run {late.run}), so for it this prediction does not count."
            " The report keeps the one that the run began with."
        )
    elif (early := begun_without(records, key)) is not None:
        said += (
            f". A run of the changed arm began before this (run {early.run}) and does not hold it: begin that "
            "run again, or the prediction does not count."
        )
    elif vague := hardly_misses(made.metric, made.direction, made.low, made.high, widest=widest, classes=classes):
        said += (
            f". This range {vague}: hardly any result could prove it wrong, and grading proposes no points for it."
            " Say more closely what you expect, and predict again before the changed arm runs."
        )
    return Table(title, (), (), said)


def commitment_table(key: str, code: str, made: Prediction, vary: str) -> Table:
    """The code of a prediction, and what it fits."""
    note = (
        f"{prediction_sentence(made)}. Planned change: {vary}. Hand this code in before you run the changed arm. A "
        "later prediction, another change or a deleted .paribus folder does not fit it any more."
    )
    return Table(f"Commitment for {key}: {code}", (), (), note)
