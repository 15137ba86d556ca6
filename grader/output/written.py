"""The files that a run writes below OUT: their names are known before the first and after the last is written, so
that a later run takes away what only an earlier one wrote.

OUT/complete.json    written last: every file's digest    OUT/unfinished.json    while a run writes
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader.output.storage import MARKER, RESULTS
from paribus.files import write_atomic

UNFINISHED = "unfinished.json"


def written_before(out: Path) -> set[str]:
    """The files below OUT that earlier runs wrote, finished or not; results.jsonl is none of them."""
    names: set[str] = set()
    for marker in (MARKER, UNFINISHED):
        try:
            names |= set(json.loads((out / marker).read_text(encoding="utf-8"))["files"])
        except (OSError, ValueError, LookupError, TypeError):
            continue
    return {name for name in names if name != RESULTS and (out / name).resolve().is_relative_to(out.resolve())}


def forget_marker(out: Path) -> None:
    """From here on the folder is not complete; what an earlier run had written stays known."""
    if (out / MARKER).is_file():
        _begin(out, written_before(out))


def write_files(
    out: Path, files: Mapping[str, str | bytes], about: Mapping[str, object], beside: Sequence[str] = ()
) -> None:
    """Write every file, and the marker last, with ``about`` in it; files that only an earlier run wrote go away.
    Files ``beside`` are there already, and get their digests too.
    """
    earlier = written_before(out)
    _begin(out, earlier | files.keys())
    for name, content in files.items():
        write_atomic(out / name, content)
    for name in sorted(earlier - files.keys() - set(beside)):
        (out / name).unlink(missing_ok=True)
    digests = {name: _digest(content) for name, content in files.items()}
    digests |= {name: _digest((out / name).read_bytes()) for name in beside}
    write_atomic(out / MARKER, json.dumps({**about, "files": digests}, sort_keys=True, indent=1) + "\n")
    (out / UNFINISHED).unlink()


def _begin(out: Path, names: Iterable[str]) -> None:
    write_atomic(out / UNFINISHED, json.dumps({"files": sorted(names)}) + "\n")
    (out / MARKER).unlink(missing_ok=True)


def _digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
