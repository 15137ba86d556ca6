"""Runs that took less time than their training can take, as far as a notebook tells.

A result holds the seconds from its start to its finish, by the machine's own clock; older ones hold none.
Predictions and diagnoses have a time each, and how many records there were by then: what was recorded between two
of them began and ended between their times, and took no longer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from grader.evidence.runs import Run, own_records
from grader.model import Case
from paribus.records.record import TICK, DataIdentity

ROWS_A_SECOND = 20_000
"""Training texts a second that no single accelerator of today reaches with a model that wants one."""
STEP = 60.0
"""Seconds by which a machine's clock may be set while something trains."""


def too_quick(case: Case, runs: Sequence[Run]) -> Iterator[str]:
    """A sentence for each run that took less time than it can, and for each two predictions between which more was
    trained than can be; ``runs`` want a GPU.
    """
    for run in runs:
        seconds, rows = run.record.seconds, _texts(run)
        if seconds is not None and ROWS_A_SECOND * (seconds + TICK) < rows:
            yield (
                f"{run.name} went over {rows:,} training texts, and {seconds:,.2f} seconds passed from its start "
                "to its finish: that is less than such training can take. A run that was begun after its training, "
                "or that went on from a saved state, looks the same."
            )
    for inside, seconds in _between(case, runs):
        rows = sum(_texts(item.run) for item in inside)
        if ROWS_A_SECOND * (seconds + 1) < rows:  # times are cut to the second
            yield (
                f"{len(inside)} run{'' if len(inside) == 1 else 's'} over {rows:,} training texts began and ended "
                f"within {seconds:.0f} seconds, between two predictions: that is less than such training can take."
            )


def too_long(case: Case, runs: Sequence[Run]) -> Iterator[str]:
    """A sentence for each two predictions between which less time passed than the runs there say they took."""
    for inside, seconds in _between(case, runs):
        apart: list[_Placed] = []  # runs that began before another one ended may have shared the time
        for item in sorted(inside, key=lambda item: item.last):
            if item.run.record.seconds is not None and (not apart or item.first > apart[-1].last):
                apart.append(item)
        said = sum(item.run.record.seconds or 0.0 for item in apart)
        if said > seconds + STEP:
            yield (
                f"{len(apart)} run{'' if len(apart) == 1 else 's'} of {said:,.0f} seconds, as the records say, "
                f"began and ended within {seconds:,.0f} seconds, between two predictions."
            )


def texts_gone_over(lines: int, asked: object, data: DataIdentity | None) -> int:
    """How many training texts a run went over by its log, 0 where nobody knows; of a log with several lines an
    epoch, the epochs that were asked for count.
    """
    epochs = min(lines, asked) if isinstance(asked, int) and asked > 0 else lines
    return epochs * data.train_rows if data is not None else 0


def _texts(run: Run) -> int:
    return texts_gone_over(len(run.record.epochs), run.setting("epochs"), run.data)


@dataclass(frozen=True)
class _Placed:
    """A run, and where its start and its result are in the chain."""

    run: Run
    first: int
    last: int


def _between(case: Case, runs: Sequence[Run]) -> Iterator[tuple[list[_Placed], float]]:
    """For each two predictions the runs that began and ended between them, and the seconds that passed. A clock
    that went back tells nothing.
    """
    places = _places(case)
    placed = [
        _Placed(run, places[run.start.digest()], places[run.result.digest()]) for run in runs
        if run.start is not None and run.result is not None
        and run.start.digest() in places and run.result.digest() in places
    ]  # fmt: skip
    for (after, began), (until, ended) in pairwise(_moments(case)):
        seconds = (ended - began).total_seconds()
        if seconds >= 0:
            yield [item for item in placed if item.first >= after and item.last < until], seconds


def _moments(case: Case) -> list[tuple[int, datetime]]:
    """When predictions and diagnoses were first written, each with how many records there were."""
    found: set[tuple[int, datetime]] = set()
    for item in own_records(case):
        for made in (item.record.prediction, item.record.diagnosis) if item.record is not None else ():
            moment = moment_of(made.written) if made is not None else None
            if made is not None and moment is not None:
                found.add((made.written_after, moment))
    return sorted(found)


def moment_of(written: str) -> datetime | None:
    """A time with its zone; None where there is none to be read, as a record may hold any text."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _places(case: Case) -> dict[str, int]:
    """Where each record is in its notebook's chain, counted from 0; those behind a gap are left out, and all
    where records are of several sessions.
    """
    records = [item.record for item in own_records(case) if item.record is not None]
    if len({record.nonce for record in records}) > 1:
        return {}
    after = {record.previous: record.digest() for record in records}
    places: dict[str, int] = {}
    digest = after.get("")
    while digest is not None and digest not in places:
        places[digest] = len(places)
        digest = after.get(digest)
    return places
