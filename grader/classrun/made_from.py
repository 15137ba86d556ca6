"""OUT/made_from.json: where the submissions and releases of a graded folder were, for whoever shows them later.

No result depends on it: a folder that was moved names them anew.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from paribus.files import write_atomic

FILE = "made_from.json"


@dataclass(frozen=True)
class MadeFrom:
    """The places, as whole paths; nothing where they are not known."""

    submissions: Path | None = None
    releases: tuple[Path, ...] = ()


def write_made_from(out: Path, submissions: Path, releases: Sequence[Path]) -> None:
    """Write the places down."""
    raw = {"submissions": str(submissions.resolve()), "releases": [str(path.resolve()) for path in releases]}
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / FILE, json.dumps(raw, sort_keys=True, indent=1) + "\n")


def read_made_from(out: Path) -> MadeFrom:
    """The places; nothing where no run wrote them down, or the file cannot be read."""
    try:
        raw = json.loads((out / FILE).read_text(encoding="utf-8"))
        return MadeFrom(Path(raw["submissions"]), tuple(Path(path) for path in raw["releases"]))
    except (OSError, ValueError, KeyError, TypeError):
        return MadeFrom()
