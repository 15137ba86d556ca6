"""Arrays of one split as short text: class ids, numbers, and the probabilities of classes.

The text starts with the kind, so that a reader needs nothing else; then base64 of the zlib-compressed bytes, little
endian:

    u1:…  u2:…              class ids, one an item
    f4:…                    numbers, one an item, float32
    h2:<low>:<high>:…       numbers in 65,536 equal steps from low to high, for a split too large for float32
    q1:<classes>:…          probabilities of each class in steps of 1/255, items × classes; q1:1: of two classes
                            that of the second, of more that of the class that was predicted

6,430 predictions over 113 classes take about 6 kB. Metrics are computed from what is packed, so a reader gets the
same numbers to the bit.
"""

import base64
import binascii
import math
import zlib
from typing import TYPE_CHECKING

from paribus.errors import EvidenceError, RecordError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

MAX_ITEMS = 100_000
MAX_SCORES = 2_000_000
"""Numbers of packed scores up to which a reader inflates them; a record leaves out more."""
FLOATS = 7_000
"""Items up to which numbers are packed as float32: 37 kB of text, as they hardly compress."""


def pack(values: "ArrayLike") -> str:
    """``values``, class ids of shape (items,) from 0 to 65,535, as text.

    Raises EvidenceError where the array has another shape, is not whole, or is out of that range.
    """
    import numpy as np

    array = _one_an_item(values, "class id", " For logits, pass logits.argmax(axis=1).")
    if array.size == 0:
        return "u1:"
    if array.dtype.kind not in "iub":
        raise EvidenceError(
            f"Class ids are whole numbers; got an array of {array.dtype}. A data set of numbers says "
            'predicts="value".'
        )
    low, high = int(array.min()), int(array.max())
    if low < 0 or high > 0xFFFF:
        raise EvidenceError(f"Class ids run from 0 to 65,535; got values from {low} to {high}.")
    kind = "u1" if high <= 0xFF else "u2"
    return f"{kind}:{_text(np.asarray(array.astype(f'<{kind}')))}"


def pack_values(values: "ArrayLike") -> str:
    """``values``, numbers of shape (items,), as text; EvidenceError where one of them is not finite."""
    import numpy as np

    array = _one_an_item(values, "number", "")
    if array.dtype.kind not in "iubf" or not np.isfinite(array).all():
        raise EvidenceError(
            f"Predictions of numbers are finite; got an array of {array.dtype}"
            f"{' that holds nan or inf' if array.dtype.kind == 'f' else ''}."
        )
    if array.size <= FLOATS:
        return f"f4:{_text(array.astype('<f4'))}"
    low, high = float(array.min()), float(array.max())
    steps = np.round((array.astype(np.float64) - low) / ((high - low) or 1.0) * 0xFFFF).astype("<u2")
    return f"h2:{low!r}:{high!r}:{_text(steps)}"


def pack_scores(scores: "ArrayLike") -> str:
    """``scores``, probabilities of shape (items, classes), as text; EvidenceError where they are none."""
    import numpy as np

    array = np.asarray(scores)
    if array.ndim != 2 or array.dtype.kind != "f" or not array.size:
        raise EvidenceError(
            "Scores are the probability of each class, an array of floats of shape (items, classes); got "
            f"{array.dtype} of shape {array.shape}."
        )
    if not (np.isfinite(array).all() and array.min() >= -1e-6 and array.max() <= 1 + 1e-6):
        raise EvidenceError("Scores are probabilities from 0 to 1. For logits, pass softmax(logits, axis=1).")
    return f"q1:{array.shape[1]}:{_text(np.round(np.clip(array, 0, 1) * 255).astype('u1'))}"


def columns_of(scores: str) -> int:
    """How many probabilities an item has in what `pack_scores` wrote; 0 where there are none."""
    return int(scores.split(":")[1]) if scores else 0


def unpack(text: str, *, limit_items: int = MAX_ITEMS) -> "NDArray[np.int64]":
    """The class ids that `pack` wrote, shape (items,).

    Inflates at most ``limit_items`` items, so that a few bytes cannot ask for gigabytes. Raises RecordError
    where the text was cut or edited, holds more, or holds no class ids.
    """
    import numpy as np

    kind, colon, encoded = text.partition(":")
    if kind not in ("u1", "u2") or not colon:
        raise RecordError(f"Packed class ids start with 'u1:' or 'u2:', found {text[:12]!r}.")
    return _inflated(encoded, np.dtype(f"<{kind}"), limit_items).astype(np.int64)


def unpack_values(text: str, *, limit_items: int = MAX_ITEMS) -> "NDArray[np.float64]":
    """The numbers that `pack_values` wrote, shape (items,); RecordError as `unpack`."""
    import numpy as np

    kind, _, rest = text.partition(":")
    if kind == "f4":
        found = _inflated(rest, np.dtype("<f4"), limit_items).astype(np.float64)
        if not np.isfinite(found).all():
            raise RecordError("Packed numbers hold one that is not finite: they were edited.")
        return found
    bounds = rest.split(":")
    if kind != "h2" or len(bounds) != 3:
        raise RecordError(f"Packed numbers start with 'f4:' or 'h2:low:high:', found {text[:12]!r}.")
    try:
        low, high = float(bounds[0]), float(bounds[1])
    except ValueError:
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise RecordError(f"Packed numbers run from {bounds[0][:20]!r} to {bounds[1][:20]!r}, expected numbers.")
    steps = _inflated(bounds[2], np.dtype("<u2"), limit_items).astype(np.float64)
    return low + steps / 0xFFFF * (high - low)


def unpack_scores(text: str, *, limit: int = MAX_SCORES) -> "NDArray[np.float64]":
    """The probabilities that `pack_scores` wrote, shape (items, classes); RecordError as `unpack`."""
    import numpy as np

    kind, _, rest = text.partition(":")
    classes, _, encoded = rest.partition(":")
    if kind != "q1" or not classes.isascii() or not classes.isdigit() or len(classes) > 6 or not int(classes):
        raise RecordError(f"Packed scores start with 'q1:classes:', found {text[:12]!r}.")
    flat = _inflated(encoded, np.dtype("u1"), limit).astype(np.float64)
    if flat.size % int(classes):
        raise RecordError(f"Packed scores hold {flat.size:,} numbers, which is no multiple of {classes} classes.")
    return flat.reshape(-1, int(classes)) / 255


def _one_an_item(values: "ArrayLike", what: str, hint: str) -> "NDArray[np.generic]":
    import numpy as np

    array = np.asarray(values)
    if array.ndim != 1 or array.size > MAX_ITEMS:
        raise EvidenceError(
            f"Expected one {what} an item, shape (items,) with at most {MAX_ITEMS:,} items; "
            f"got an array of shape {array.shape}.{hint}"
        )
    return array


def _text(array: "NDArray[np.generic]") -> str:
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")


def _inflated(encoded: str, kind: "np.dtype[np.generic]", limit_items: int) -> "NDArray[np.generic]":
    import numpy as np

    if not encoded:
        return np.zeros(0, dtype=kind)
    width = kind.itemsize
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(base64.b64decode(encoded, validate=True), limit_items * width + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise RecordError(f"A packed array cannot be read ({error}): it was cut or edited.") from error
    if len(raw) > limit_items * width:
        raise RecordError(f"A packed array holds more than {limit_items:,} items.")
    if not inflate.eof or len(raw) % width:
        raise RecordError("A packed array ends in the middle: it was cut.")
    return np.frombuffer(raw, dtype=kind)
