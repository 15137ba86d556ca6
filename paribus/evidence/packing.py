"""Class ids of one split as short text: uint8 or uint16, zlib, base64.

6,430 predictions over 113 classes take about 6 kB. The text starts with the type (``u1`` or ``u2``, little
endian), so that a reader needs nothing else.
"""

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

from paribus.errors import EvidenceError, RecordError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

MAX_ITEMS = 100_000


def pack(values: "ArrayLike") -> str:
    """``values``, shape (items,) of whole numbers 0..65,535, as text.

    Raises EvidenceError where the array has another shape, is not whole, or is out of that range.
    """
    import numpy as np

    array = np.asarray(values)
    if array.ndim != 1 or array.size > MAX_ITEMS:
        raise EvidenceError(
            f"Expected one class id an item, shape (items,) with at most {MAX_ITEMS:,} items; "
            f"got an array of shape {array.shape}. For logits, pass logits.argmax(axis=1)."
        )
    if array.size == 0:
        return "u1:"
    if array.dtype.kind not in "iub":
        raise EvidenceError(f"Class ids are whole numbers; got an array of {array.dtype}.")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 0xFFFF:
        raise EvidenceError(f"Class ids run from 0 to 65,535; got values from {low} to {high}.")
    kind = "u1" if high <= 0xFF else "u2"
    raw = zlib.compress(array.astype(f"<{kind}").tobytes(), 9)
    return f"{kind}:{base64.b64encode(raw).decode('ascii')}"


def unpack(text: str, *, limit_items: int = MAX_ITEMS) -> "NDArray[np.int64]":
    """The class ids that `pack` wrote, shape (items,).

    Inflates at most ``limit_items`` items, so that a few bytes cannot ask for gigabytes. Raises RecordError
    where the text was cut or edited, or holds more.
    """
    import numpy as np

    kind, colon, encoded = text.partition(":")
    if kind not in ("u1", "u2") or not colon:
        raise RecordError(f"Packed class ids start with 'u1:' or 'u2:', found {text[:12]!r}.")
    if not encoded:
        return np.zeros(0, dtype=np.int64)
    width = int(kind[1])
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(base64.b64decode(encoded, validate=True), limit_items * width + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise RecordError(f"Packed class ids cannot be read ({error}): they were cut or edited.") from error
    if len(raw) > limit_items * width:
        raise RecordError(f"Packed class ids hold more than {limit_items:,} items.")
    if not inflate.eof or len(raw) % width:
        raise RecordError("Packed class ids end in the middle: they were cut.")
    return np.frombuffer(raw, dtype=f"<{kind}").astype(np.int64)
