"""An earlier session's records, attached to a new session: found by looking, never by a fixed path.

On some hosts a saved version's output can be added as an input of the next session; it then lies somewhere below
the folder of inputs (`paribus.hosts`). The session with the most finished runs is copied beside the notebook, which
goes on with its nonce, its chain, its predictions and its finished runs.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paribus.display.show import say
from paribus.errors import EvidenceError
from paribus.files import write_atomic
from paribus.hosts import known as hosts
from paribus.records.record import MAX_RECORD_BYTES
from paribus.records.session import SCHEMA

SESSION = "session.json"
MAX_DEPTH = 9
MAX_ENTRIES = 200_000
MAX_FILE_BYTES = 100_000_000
_MAX_SESSION_BYTES = 2_000_000


@dataclass(frozen=True)
class Attached:
    """A session folder that was found, and how many finished runs and records it lists."""

    folder: Path
    finished: int
    records: int


def go_on(
    folder: Path, assignment: str, previous: Path | None = None, inputs: Iterable[Path] | None = None
) -> None:
    """Adopt an attached session where the one in ``folder`` has not begun; where both are there, say so.

    ``inputs`` are looked through, by default those of the host. Raises EvidenceError where ``previous`` was named
    and holds no session of this assignment.
    """
    roots = (*(() if previous is None else (previous,)), *(hosts.inputs() if inputs is None else inputs))
    attached = find_attached(assignment, roots)
    if attached is None:
        if previous is not None:
            raise EvidenceError(
                f"There is no earlier session of {assignment} below {previous}: no folder there holds its "
                "session.json. Attach the output of the earlier session, with its .paribus folder, or leave "
                "previous=… out."
            )
    elif not (folder / "session.json").exists():
        adopt(attached, folder)
        say(
            f"Going on with an earlier session: {attached.records} records, {attached.finished} finished runs. "
            "Runs of the same configuration and seed are not trained again."
        )
    elif attached.finished and not any((folder / "records").glob("*-result.json")):
        say(
            f"An earlier session with {attached.finished} finished runs is attached, but this one has begun "
            f"already. To go on with the earlier one, delete the folder {folder} and run the notebook from the top."
        )


def find_attached(assignment: str, roots: Iterable[Path]) -> Attached | None:
    """The fullest session of this assignment below ``roots``; None where there is none that can be read."""
    found = [
        item
        for root in roots
        for folder in _session_folders(root)
        if (item := _look(folder, assignment)) is not None
    ]
    return max(found, key=lambda item: (item.finished, item.records, str(item.folder)), default=None)


def adopt(attached: Attached, folder: Path) -> None:
    """Copy a session's records, arrays and predictions to ``folder``; session.json is written last, and a
    copy without it counts as none.
    """
    records = [f"records/{name}" for name in _read(attached.folder / SESSION)["records"]]
    arrays = sorted(f"kept/{file.name}" for file in (attached.folder / "kept").glob("*.npy"))
    for name in (*records, *arrays, "predictions.json", SESSION):
        source = attached.folder / name
        most = MAX_RECORD_BYTES + 1 if name.startswith("records/") else MAX_FILE_BYTES
        if source.is_file() and source.stat().st_size <= most:
            write_atomic(folder / name, source.read_bytes())


def _session_folders(root: Path) -> Iterator[Path]:
    """Folders below ``root`` that hold a session.json; the walk is bounded, links are not followed."""
    seen = 0
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MAX_ENTRIES:
                        return
                    if entry.name == SESSION and entry.is_file(follow_symlinks=False):
                        yield folder
                    elif depth < MAX_DEPTH and entry.is_dir(follow_symlinks=False):
                        waiting.append((Path(entry.path), depth + 1))
        except OSError:
            continue  # a folder that cannot be listed holds nothing for us


def _look(folder: Path, assignment: str) -> Attached | None:
    """The session in a folder, None where it is another assignment's or cannot be read."""
    try:
        raw = _read(folder / SESSION)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # other programs call their files session.json too
    if raw.get("assignment") != assignment:
        return None
    return Attached(folder, sum(name.endswith("-result.json") for name in raw["records"]), len(raw["records"]))


def _read(file: Path) -> dict[str, Any]:
    if file.stat().st_size > _MAX_SESSION_BYTES:
        raise ValueError(f"{file.name} is too large to be a session")
    raw = json.loads(file.read_text("utf-8"))
    names = raw["records"]
    if raw["schema"] != SCHEMA or not all(isinstance(name, str) and Path(name).name == name for name in names):
        raise ValueError(f"{file.name} is not a session of paribus")
    return {**raw, "records": list(names)}
