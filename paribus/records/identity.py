"""What a record says of the data: a digest tells one data set, one split and one subset from another."""

import hashlib
from typing import TYPE_CHECKING, Any

from paribus.records.data import Data
from paribus.records.fields import basename, clean_text
from paribus.records.record import DataIdentity

if TYPE_CHECKING:
    pass


def data_identity(data: Data) -> DataIdentity:
    """What a record says of the data; a file's path becomes its name."""
    return DataIdentity(
        source=basename(clean_text(str(data.source))),
        fingerprint=data.fingerprint,
        split=data.split_digest,
        train_rows=len(data.train.labels),
        train_fingerprint=train_fingerprint(data),
    )


def train_fingerprint(data: Data) -> str:
    """Sixteen hex digits over the training items and labels, in order: a subset has another. A data set that is not
    of texts brings its own.
    """
    import numpy as np

    own = getattr(data.train, "fingerprint", "")
    if own:
        return str(own)
    digest = hashlib.sha256()
    train: Any = data.train
    for text in train.texts:
        digest.update(text.encode("utf-8", "replace") + b"\0")
    digest.update(np.asarray(data.train.labels).astype("<i8").tobytes())
    return digest.hexdigest()[:16]
