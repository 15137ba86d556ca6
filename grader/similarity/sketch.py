"""What is kept of a submission to hold it against the class: its nonces, a MinHash of each memo, and its marks.

Jaccard similarity of word runs, estimated as in Broder (1997). A sketch is small, the same on every machine, and
gives no text away; it is in results.jsonl, so that a class is compared without reading any submission again.
"""

import base64
import binascii
import hashlib
import zlib
from functools import cache
from typing import TYPE_CHECKING

from grader.evidence.runs import own_records
from grader.model import Case, Sketch
from grader.reading.answers import read_answer, words
from grader.similarity.marks import make_marks
from paribus.course.assignment import Role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HASHES = 64
RUN = 5
"""Words in a row that count as one item; independent memos on one prompt hardly share any."""
LEAST_RUNS = 30
"""Shorter answers are not compared: two honest ones may well be alike."""
MAX_NONCES, MAX_WORDS = 20, 5_000


def make_sketch(case: Case) -> Sketch:
    """The sketch of one submission. An experiment's template is left out: its rows are alike by design."""
    nonces = {found.record.nonce for found in own_records(case) if found.record is not None}
    memos = {
        cell.key: packed
        for cell in case.assignment.cells
        if cell.role is Role.MEMO and "experiment" not in cell.options
        if (packed := pack_text(read_answer(case, cell).text))
    }
    return Sketch(tuple(sorted(nonces))[:MAX_NONCES], memos, make_marks(case))


def unpack_sketch(packed: str) -> "NDArray[np.uint32] | None":
    """A memo's hashes, shape (64,); None where the text is no sketch."""
    import numpy as np

    try:
        raw = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
    return np.frombuffer(raw, dtype="<u4") if len(raw) == 4 * HASHES else None


def pack_text(text: str) -> str:
    """The sketch of a text, "" where it is too short. Numbers are all one: whoever copies puts in their own."""
    import numpy as np

    tokens = ["0" if any(map(str.isdigit, word)) else word for word in words(text)[:MAX_WORDS]]
    runs = {" ".join(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)}
    if len(runs) < LEAST_RUNS:
        return ""
    items = np.array(sorted(zlib.crc32(run.encode("utf-8", "replace")) for run in runs), dtype=np.uint64)
    factors, offsets = _coefficients()
    # Multiply-shift (Dietzfelbinger et al. 1997); the product wraps around on purpose.
    hashed = (items[None, :] * factors[:, None] + offsets[:, None]) >> np.uint64(32)
    return base64.b64encode(hashed.min(axis=1).astype("<u4").tobytes()).decode("ascii")


@cache
def _coefficients() -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    """Odd factors and offsets, (64,) each: from a digest, so that they are the same everywhere and for ever."""
    import numpy as np

    raw = np.frombuffer(hashlib.shake_256(b"paribus.sketch/1").digest(16 * HASHES), dtype="<u8")
    return raw[:HASHES] | np.uint64(1), raw[HASHES:].copy()
