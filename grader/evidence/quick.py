"""Runs that took less time than their training can take, as far as a notebook tells.

Records hold no time of a run. Predictions and diagnoses have one each, and how many records there were by then:
what was recorded between two of them began and ended between their times.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from grader.evidence.runs import Run, own_records
from grader.model import Case

ROWS_A_SECOND = 20_000
"""Training texts a second that no single accelerator of today reaches with a model that wants one."""


def too_quick(case: Case, runs: Sequence[Run]) -> Iterator[str]:
    """A sentence for each two predictions between which more was trained than can be; ``runs`` want a GPU."""
    places = _places(case)
    for (after, began), (until, ended) in pairwise(_moments(case)):
        inside = [
            run for run in runs
            if run.start is not None and run.result is not None and run.data is not None
            and places.get(run.start.digest(), -1) >= after and places.get(run.result.digest(), until) < until
        ]  # fmt: skip
        rows = sum(len(run.record.epochs) * run.data.train_rows for run in inside if run.data is not None)
        seconds = (ended - began).total_seconds()
        if seconds >= 0 and ROWS_A_SECOND * (seconds + 1) < rows:  # times are cut to the second
            yield (
                f"{len(inside)} run{'' if len(inside) == 1 else 's'} over {rows:,} training texts began and ended "
                f"within {seconds:.0f} seconds, between two predictions: that is less than such training can take."
            )


def _moments(case: Case) -> list[tuple[int, datetime]]:
    """When predictions and diagnoses were first written, each with how many records there were."""
    found: set[tuple[int, datetime]] = set()
    for item in own_records(case):
        for made in (item.record.prediction, item.record.diagnosis) if item.record is not None else ():
            moment = _read(made.written) if made is not None else None
            if made is not None and moment is not None:
                found.add((made.written_after, moment))
    return sorted(found)


def _read(written: str) -> datetime | None:
    """A time with its zone; None where the text is none."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _places(case: Case) -> dict[str, int]:
    """Where each record stands in its notebook's chain, counted from 0; those behind a gap are left out, and all
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
