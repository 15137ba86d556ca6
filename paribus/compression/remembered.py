"""Latencies that a notebook measured before are found again.

A latency is another one each time, and a memo quotes one. So a restarted notebook takes what it measured of the
same things in the same place, as it takes finished runs: "Restart and run all" must not make a memo wrong.

    found = measured_once(notebook, "candidates", lambda: side_by_side(answers, rows), of=(network, rows, encode))
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from paribus.compression.latency import Latency
from paribus.display.show import say
from paribus.errors import EvidenceError
from paribus.files import write_atomic
from paribus.records.code import code_digest
from paribus.records.environment import place
from paribus.records.session import Session

SCHEMA = "paribus.latencies/1"


class Notebook(Protocol):
    """Whose session has the folder: `paribus.experiments.recording.Recording`."""

    session: Session


def measured_once(
    notebook: Notebook,
    name: str,
    measure: Callable[[], Mapping[str, Latency]],
    *,
    of: Sequence[Any],
    again: bool = False,
) -> dict[str, Latency]:
    """What ``measure`` gives, or gave in this notebook before under ``name``.

    ``of`` is all that the times depend on: networks, arrays, functions of the notebook, plain values. Where one of
    them is another than before, or the place is (`paribus.compression.place`), it is measured anew; so it is with
    ``again``. Where the disk cannot be written to, that is said. EvidenceError where ``of`` holds something else.
    """
    file = notebook.session.folder / "kept" / f"{name}-latencies.json"
    key = _digest(of)
    if not again and (known := _read(file, key)) is not None:
        found, at = known
        say(
            f"These latencies were measured at {at} and are taken again, so that what a memo quotes stays true. "
            "again=True measures anew."
        )
        return found
    found = dict(measure())
    at = notebook.session.clock().strftime("%Y-%m-%d %H:%M UTC")
    times = {key: [item.place, item.times.tolist()] for key, item in found.items()}
    try:
        write_atomic(file, json.dumps({"schema": SCHEMA, "of": key, "at": at, "found": times}, sort_keys=True))
    except OSError as error:
        say(f"The latencies could not be kept on disk ({error.strerror}): after a restart they are measured anew.")
    return found


def _read(file: Path, key: str) -> tuple[dict[str, Latency], str] | None:
    """What was kept under this key, and when it was measured; None where there is nothing of it."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["schema"] != SCHEMA or kept["of"] != key:
            return None
        found = {
            name: Latency(np.array(times, dtype=np.float64), str(where))
            for name, (where, times) in kept["found"].items()
        }
        return found, str(kept["at"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not there, or damaged: measured anew


def _digest(of: Sequence[Any]) -> str:
    total = hashlib.sha256(place().encode())
    for item in of:
        total.update(hashlib.sha256(_bytes(item)).digest())
    return total.hexdigest()


def _bytes(item: Any) -> bytes:  # whatever a latency may depend on
    import torch

    if isinstance(item, torch.nn.Module):
        return b"".join(value.detach().cpu().numpy().tobytes() for value in item.state_dict().values())
    if isinstance(item, np.ndarray):
        return f"{item.dtype} {item.shape}".encode() + item.tobytes()
    if callable(item):
        item = code_digest(item)
    try:
        return json.dumps(item, sort_keys=True).encode()
    except TypeError as error:
        raise EvidenceError(
            f"A latency cannot be remembered by a {type(item).__name__}. Pass networks, arrays, functions and "
            "plain values in `of`."
        ) from error
