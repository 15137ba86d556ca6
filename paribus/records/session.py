"""A notebook's session on disk: its random nonce, its chain of records and the predictions made.

Everything is in one folder beside the notebook, ``.paribus/<assignment>/``:

    session.json       the nonce, the names of the records in order, the last digest; written last
    records/           one file a record, as it was displayed
    predictions.json   what was predicted for each experiment, with the time it was first written

A restarted kernel, or a new machine to which the folder was copied, goes on where the last one stopped.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paribus.display.show import say
from paribus.errors import EvidenceError, RecordError
from paribus.files import json_text, write_atomic
from paribus.records.fields import clean_text
from paribus.records.record import MAX_RECORD_BYTES, Kind, Prediction, Record

SCHEMA = "paribus.session/1"
Clock = Callable[[], datetime]
Timer = Callable[[], float]
"""Seconds from any beginning, which never go back."""


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def new_nonce() -> str:
    """Sixteen random bytes in hex: they tell two notebooks apart and name nobody."""
    return secrets.token_hex(16)


@dataclass
class Session:
    """One notebook's records, in memory and on disk. `open_session` makes it."""

    folder: Path
    assignment: str
    release: str
    nonce: str
    clock: Clock
    timer: Timer = time.monotonic
    records: list[Record] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    last: str = ""
    predictions: dict[str, list[Prediction]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many records the notebook has written so far."""
        return len(self.names)

    def new_run(self, prefix: str) -> str:
        """An id no record of this notebook has: the prefix and a number that goes on after a restart."""
        return f"{prefix}{self.count + 1}"

    def write(self, kind: Kind, run: str, **fields: Any) -> Record:  # Record's own fields
        """Make the next record of the chain and keep it on disk before anyone sees it.

        Raises EvidenceError where it is larger than a record may be. A disk that cannot be written to is told.
        """
        return self.write_draft(self.draft(kind, run, **fields))

    def write_draft(self, draft: Record) -> Record:
        """As `write`, for a record that `draft` made earlier."""
        record = replace(draft, previous=self.last)
        text = record.to_json()
        size = len(text.encode())
        if size > MAX_RECORD_BYTES:
            raise EvidenceError(
                f"The {record.kind} record would be {size:,} bytes, at most {MAX_RECORD_BYTES:,} can be handed in. "
                "Leave out settings that cannot change a result, or evaluate on a smaller split."
            )
        name = f"{self.count + 1:05d}-{record.kind}.json"
        self.records.append(record)
        self.names.append(name)
        self.last = record.digest()
        try:
            write_atomic(self.folder / "records" / name, text + "\n")
            self._save()
        except OSError as error:  # a full disk must not take an hour of training with it
            say(
                f"The {record.kind} record could not be kept on disk ({error.strerror}). It is in this output, "
                "which is what you hand in; after a restart of the kernel this run will not be found again."
            )
        return record

    def draft(self, kind: Kind, run: str, **fields: Any) -> Record:
        """The record that `write` would write."""
        return Record(
            kind=kind, assignment=self.assignment, release=self.release, nonce=self.nonce, run=run,
            previous=self.last, **fields,
        )  # fmt: skip

    def find(self, kind: Kind, **fields: object) -> Iterator[Record]:
        """The records of a kind whose fields have these values, newest first."""
        for record in reversed(self.records):
            if record.kind == kind and all(getattr(record, name) == value for name, value in fields.items()):
                yield record

    def values_during(self, start: Record, result: Record) -> Iterator[Record]:
        """The values that were written down while a run trained, in order."""
        first, last, training = start.digest(), result.digest(), False
        for record in self.records:
            training = (training or record.digest() == first) and record.digest() != last
            if training and record.kind == "value" and not record.serves:
                yield record

    def predict(self, experiment: str, prediction: Prediction) -> Prediction:
        """Keep a prediction; the same one made again keeps the time at which it was first written."""
        made = self.predictions.setdefault(experiment, [])
        clean = replace(prediction, why=clean_text(prediction.why))
        for earlier in made:
            if replace(earlier, written=clean.written, written_after=clean.written_after) == clean:
                made.remove(earlier)
                clean = earlier
                break
        made.append(clean)
        content = {name: [asdict(item) for item in items] for name, items in self.predictions.items()}
        write_atomic(self.folder / "predictions.json", json_text(content))
        return clean

    def now(self) -> str:
        """The session's clock as ISO 8601 in UTC, to the second."""
        return self.clock().astimezone(UTC).replace(microsecond=0).isoformat()

    def _save(self) -> None:
        content = {
            "schema": SCHEMA, "assignment": self.assignment, "nonce": self.nonce,
            "last": self.last, "records": self.names,
        }  # fmt: skip
        write_atomic(self.folder / "session.json", json_text(content))


def open_session(
    folder: Path,
    assignment: str,
    release: str,
    *,
    clock: Clock = utc_now,
    timer: Timer = time.monotonic,
    nonce: Callable[[], str] = new_nonce,
) -> Session:
    """The session that is in ``folder``, or a new one.

    Raises EvidenceError where session.json or predictions.json is there but cannot be read; a record file that
    is missing or damaged is only skipped: a gap in the chain is no fault.
    """
    file = folder / "session.json"
    if not file.exists():
        session = Session(folder, assignment, release, nonce(), clock, timer)
        session._save()
    else:
        raw = _read(file, SCHEMA)
        session = Session(
            folder, assignment, release, str(raw["nonce"]), clock, timer,
            names=[str(name) for name in raw["records"]], last=str(raw["last"]),
        )  # fmt: skip
        session.records = list(_kept(folder / "records", session.names))
    kept = folder / "predictions.json"
    if kept.exists():
        try:
            raw_predictions = json.loads(kept.read_text("utf-8"))
            session.predictions = {
                name: [Prediction(**item) for item in items] for name, items in raw_predictions.items()
            }
        except (ValueError, TypeError, AttributeError) as error:
            raise _damaged(kept, error) from error
    return session


def _kept(folder: Path, names: list[str]) -> Iterator[Record]:
    for name in names:
        try:
            yield Record.from_json((folder / name).read_text("utf-8").rstrip("\n"))
        except (OSError, UnicodeDecodeError, RecordError):
            continue  # the chain goes on from session.json; what is lost on disk is still in the outputs


def _read(file: Path, schema: str) -> dict[str, Any]:
    try:
        raw = json.loads(file.read_text("utf-8"))
        if raw["schema"] != schema:
            raise ValueError(f"schema {raw['schema']!r}, expected {schema!r}")
        return {"nonce": raw["nonce"], "records": list(raw["records"]), "last": raw["last"]}
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(file, error) from error


def _damaged(file: Path, error: Exception) -> EvidenceError:
    return EvidenceError(
        f"{file} cannot be read ({error}). It was edited, or belongs to another version of paribus. "
        f"Rename the folder {file.parent} and run the notebook again: finished cells keep their outputs."
    )
