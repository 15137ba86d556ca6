"""results.started.json: what the lines of a folder's results were made with, written before the first of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.model import SCHEMA
from grader.output.storage import STARTED
from paribus.files import write_atomic


@dataclass(frozen=True)
class Started:
    """``key`` is what the lines were made with (`batch.batch_key`), but for those of ``others``: submissions
    that were graded alone since, with the key of each, "" while its line is not sure to be the new one. ``chosen``
    are those whom the last run graded alone, none where it graded the class. ``judges`` is what judged the class
    (`batch.judges_key`), "" in folders of older versions.
    """

    key: str = ""
    assignment: str = ""
    judges: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()

    def key_of(self, submission: str) -> str:
        """What the line of a submission was made with."""
        return self.others.get(submission, self.key)

    def with_chosen(self, names: Iterable[str]) -> "Started":
        """As these submissions begin to be graded alone."""
        chosen = tuple(sorted(names))
        return replace(self, others={**self.others, **dict.fromkeys(chosen, "")}, chosen=chosen)

    def with_key(self, key: str) -> "Started":
        """As the chosen ones have been graded."""
        others = {**self.others, **dict.fromkeys(self.chosen, key)}
        return replace(self, others={name: item for name, item in others.items() if item != self.key})


def read_started(out: Path) -> Started:
    """What the last run in a folder began with; nothing where there was none, or its file cannot be read."""
    try:
        raw = json.loads((out / STARTED).read_text(encoding="utf-8"))
        return Started(
            str(raw["key"]),
            str(raw.get("assignment", "")),
            str(raw.get("judges", "")),
            dict(raw.get("others", {})),
            tuple(raw.get("chosen", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Started()


def write_started(out: Path, started: Started) -> None:
    """Write it down; what says nothing is left out."""
    raw = {"schema": SCHEMA, **{name: value for name, value in vars(started).items() if value}}
    write_atomic(out / STARTED, json.dumps(raw, sort_keys=True) + "\n")
