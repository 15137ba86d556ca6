"""The marks of a submission's records and code: short digests, by kind, from which nothing can be read.

Strong marks can hardly be come by twice: one `chain` or `said` proves a common source; one of `reasons` suggests it
and so do three `moments`, which are only as fine as a second. Weak marks (`runs`, `losses`, `environment`, `order`)
are honestly equal where seed, settings and machine are: they are told of pairs that something else has shown.
`code` holds fingerprints (`grader.similarity.fingerprints`).
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.evidence.runs import own_records
from grader.model import Case
from grader.reading.answers import normal
from grader.similarity.fingerprints import fingerprints
from paribus.records.canonical import canonical
from paribus.records.environment import OTHERS
from paribus.records.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGITS = 8
"""Characters of a digest: six bytes in base64."""
MOST = 64
"""Digests of one kind that are kept, the smallest: the same ones in every copy."""
LEAST_REASON, LEAST_SAID = 8, 4
"""Words of a reason that tells by itself, and of one that tells together with its second."""
LINK = 64
"""Digits of a record's digest."""
_OF_THE_SESSION = frozenset({"nonce", "start", "previous", "release", "run", "schema"})


def make_marks(case: Case) -> dict[str, str]:
    """The digests of each kind that there are, one after the other."""
    records = [found.record for found in own_records(case) if found.record is not None]
    released = _words_of(tuple(cell.source for cell in case.assignment.cells))
    results = [record for record in records if record.kind == "result"]
    found: Mapping[str, Iterable[str]] = {
        "chain": _links(records),
        "said": _said(records, released),
        "reasons": _reasons(records, released),
        "moments": _moments(records),
        "runs": (canonical(_content(record)) for record in results),
        "losses": _losses(results),
        "environment": (canonical(_place(record)) for record in records if record.environment),
        "order": [canonical([[record.kind, record.run] for record in records])] if results else (),
    }
    marks = {kind: pack(map(short, parts)) for kind, parts in found.items()}
    marks["code"] = pack(fingerprints(case), most=None)
    return {kind: packed for kind, packed in marks.items() if packed}


def _place(record: Record) -> dict[str, str]:
    """A record's environment without the libraries that the notebook had imported by then."""
    return {name: value for name, value in record.environment.items() if name != OTHERS}


def short(text: str) -> str:
    """The digest of a mark."""
    raw = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return urlsafe_b64encode(raw).decode("ascii")


def pack(digests: Iterable[str], most: int | None = MOST) -> str:
    """Digests in order, each once, one after the other."""
    return "".join(sorted(set(digests))[:most])


def numbers(packed: str) -> "NDArray[np.uint64]":
    """The digests of one kind as numbers, in order, each once; what is cut, or is none, is left out."""
    import numpy as np

    whole = packed[: len(packed) // DIGITS * DIGITS] if packed.isascii() else ""
    return np.unique(np.frombuffer(whole.encode("ascii"), dtype="<u8"))


def _statements(records: Sequence[Record]) -> Iterator[tuple[str, str]]:
    """What was written before it was known: the time, and the reason in plain words."""
    for record in records:
        for made in (record.prediction, record.diagnosis):
            if made is not None:
                yield made.written, normal(made.why)


def _links(records: Sequence[Record]) -> Iterator[str]:
    """The digests that records have, and those that they name."""
    links = (link for record in records for link in (record.digest(), record.start, record.previous))
    return (link for link in links if len(link) == LINK)


def _said(records: Sequence[Record], released: str) -> Iterator[str]:
    for written, why in _statements(records):
        moment = _moment(written)
        if moment is not None and len(why.split()) >= LEAST_SAID and why not in released:
            yield f"{moment.isoformat()} {why}"


def _reasons(records: Sequence[Record], released: str) -> Iterator[str]:
    return (why for _, why in _statements(records) if len(why.split()) >= LEAST_REASON and why not in released)


def _moments(records: Sequence[Record]) -> Iterator[str]:
    """The first moment of each minute: what one cell writes, or one run of all cells, counts once."""
    first: dict[str, datetime] = {}
    for written, _ in _statements(records):
        moment = _moment(written)
        if moment is not None:
            minute = moment.isoformat()[:16]
            first[minute] = min(moment, first.get(minute, moment))
    return (moment.isoformat() for moment in first.values())


def _moment(written: str) -> datetime | None:
    """A time in UTC to the second; None where the text is none."""
    try:
        found = datetime.fromisoformat(written)
        return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _content(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.body().items() if name not in _OF_THE_SESSION}


def _losses(results: Sequence[Record]) -> Iterator[str]:
    for record in results:
        lines = [[line.epoch, line.get("train_loss"), line.get("validation_loss")] for line in record.epochs]
        if any(loss is not None for line in lines for loss in line[1:]):
            yield canonical(lines)


@lru_cache(maxsize=16)
def _words_of(sources: tuple[str, ...]) -> str:
    """All that was released, in plain words: a reason that is in it is nobody's own."""
    return normal("\n".join(sources))
